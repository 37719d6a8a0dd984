"""invc's ways of training beside backpropagation and logistic regression, on the same samples.

`python -P tests/benchmarks/training/main.py [small] [mnist] [fashion]`: a table each, and a figure
where matplotlib is there, in build/train. Settings are chosen on validation data, taken from the
training part, from the candidates below; test data are looked at once, at the end. Processor
seconds are those of training alone, on one core.

Goals: pairs of digits: the vote no worse than backpropagation on each pair, within two points of
logistic regression on 0/1. MNIST, 8,000 images, 784-500-10: 94 %, 95 % with dropped inputs, at most
3 processor seconds. Fashion-MNIST, 60,000 images: 87.2 %, a vote 87.5 %, at most 60 s.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from invc.train.network import Network

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks.training.baselines import (
    Backpropagation,
    backpropagate,
    forward,
    logistic,
    majority,
    perceptron,
)
from benchmarks.training.fetch import FOLDER, fashion, mnist
from invc.train.data import read_data
from invc.train.data.coding import Coding
from invc.train.data.samples import Data, Samples
from invc.train.energy.fit import Effort, sample_weights
from invc.train.network import Layer, Shape, outputs, packed, random_code
from invc.train.stream import kernel
from invc.train.stream.fit import fit
from invc.train.stream.rule import default_rule

PAIRS = ((0, 1), (3, 8), (4, 9), (1, 7))
SIZES = (10, 20, 50, 100)
SPLITS, SEEDS = 10, 5
ANCHORS = (
    "published: binary networks by message passing 97.4 to 97.7 % on all 60,000 of MNIST; sparse deep",
    "Boltzmann machine of p-bits 90 %; ensembles by integer programming 61.7 and 76.4 % at 10 and 40",
    "images a class",
)


@dataclass(frozen=True)
class Stream:
    """Settings of `stream`, as the command line has them."""

    neurons: int
    passes: int
    batch: int = 100
    drop: float = 0.0
    pull: float = 1.0
    margin: float = 1.0
    networks: int = 1


@dataclass(frozen=True)
class Part:
    """Samples as bits."""

    inputs: np.ndarray
    labels: np.ndarray

    def take(self, rows: np.ndarray) -> Part:
        return Part(self.inputs[rows], self.labels[rows])


@dataclass(frozen=True)
class Row:
    """A line of a table: accuracies of each seed, processor seconds of one, memory, operations."""

    name: str
    single: Sequence[float]
    vote: Sequence[float]
    seconds: float
    bits: str = ""


def mean(values: Iterable[float]) -> str:
    found = 100 * np.array(list(values), dtype=float)
    if not len(found):
        return ""
    error = found.std(ddof=1) / len(found) ** 0.5 if len(found) > 1 else float("nan")
    return f"{found.mean():.2f} +- {error:.2f}"


def show(title: str, rows: Sequence[Row]) -> None:
    print(f"\n{title}\n{'':44}{'single %':>16}{'vote %':>16}{'cpu s':>8}  memory while training")
    for row in rows:
        print(
            f"{row.name:44}{mean(row.single):>16}{mean(row.vote):>16}{row.seconds:8.2f}  {row.bits}",
            flush=True,
        )
    draw(title, rows)


def draw(title: str, rows: Sequence[Row]) -> None:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(9, 0.5 * len(rows) + 1.5), layout="constrained")
    axes = figure.subplots()
    for shift, which, colour in ((-0.18, "single", "#b4430a"), (0.18, "vote", "#f0b98f")):
        found = [100 * np.array(getattr(row, which) or [np.nan]) for row in rows]
        errors = [f.std(ddof=1) / len(f) ** 0.5 if len(f) > 1 else 0 for f in found]
        places = np.arange(len(rows)) + shift
        axes.barh(places, [f.mean() for f in found], 0.34, xerr=errors, color=colour, label=which)
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    low = min(min(row.single) for row in rows)
    axes.set_xlim(max(0, 100 * low - 4), None)
    axes.set_xlabel("% right on test samples")
    axes.invert_yaxis()
    axes.legend(frameon=False)
    axes.set_title(title, loc="left")
    name = "".join(c if c.isalnum() else "-" for c in title.split(":", maxsplit=1)[0].lower())
    figure.savefig(FOLDER / f"{name}.png", dpi=130)


def stream(how: Stream, learn: Part, test: Part, seed: int) -> tuple[float, float, float]:
    """Accuracy of the last network, of the vote of its last passes, processor seconds."""
    words, single, started = packed(test.inputs), [], 0.0
    total: Any = 0
    for number in range(how.networks):
        own = 100 * seed + number if how.networks > 1 else seed
        shape = Shape(
            (Layer(how.neurons, learn.inputs.shape[1]),), random_code(10, how.neurons, own)
        )
        rule = default_rule(
            shape,
            learn.inputs,
            passes=how.passes,
            batch=how.batch,
            drop=round(256 * how.drop),
            seed=own,
            pull=how.pull,
            margin=how.margin,
        )
        begin = time.process_time()
        state = fit(shape, kernel.pack(learn.inputs, learn.labels), rule, keep=5)
        started += time.process_time() - begin
        for weights in state.snapshots:
            out = kernel.outputs(Network(shape, weights), words)
            total = total + out
        single.append((out.argmax(axis=1) == test.labels).mean())
    vote = (np.asarray(total).argmax(axis=1) == test.labels).mean()
    return float(np.mean(single)), float(vote), started


def ste(
    how: Backpropagation, neurons: int, learn: Part, test: Part, seed: int
) -> tuple[float, float, float]:
    sizes = [learn.inputs.shape[1], neurons, 10]
    kept, seconds = backpropagate(learn.inputs, learn.labels, sizes, how, seed)
    total = [forward(test.inputs.astype(np.float32), weights) for weights in kept]
    single = (total[-1].argmax(axis=1) == test.labels).mean()
    return (
        float(single),
        float((np.sum(total, axis=0).argmax(axis=1) == test.labels).mean()),
        seconds,
    )


def chosen(candidates: Sequence[Any], run: Callable[..., Any], learn: Part, seeds: int = 1) -> Any:
    """The settings that do best on a fifth of the training samples, held out."""
    if len(candidates) == 1:
        return candidates[0]
    order = np.random.default_rng(7).permutation(len(learn.labels))
    cut = len(order) * 4 // 5
    inner, held = learn.take(order[:cut]), learn.take(order[cut:])
    scores = [
        np.mean([run(how, inner, held, 90 + s)[0] for s in range(seeds)]) for how in candidates
    ]
    for how, score in zip(candidates, scores, strict=True):
        print(f"  validation {100 * score:.2f} % {how}", flush=True)
    return candidates[int(np.argmax(scores))]


def measured(
    name: str,
    candidates: Sequence[Any],
    run: Callable[..., Any],
    learn: Part | list[Part],
    test: Part,
    seeds: int,
    bits: str = "",
) -> Row:
    parts = learn if isinstance(learn, list) else [learn] * seeds
    how = chosen(candidates, run, parts[0])
    found = [run(how, part, test, seed) for seed, part in enumerate(parts)]
    single, vote, seconds = zip(*found, strict=True)
    print(f"  {name}: {mean(single)} vote {mean(vote)} {np.mean(seconds):.2f} s", flush=True)
    return Row(name, single, vote, float(np.mean(seconds)), bits)


def coded(samples: Samples, planes: tuple[int, ...]) -> Part:
    return Part(Coding(planes, ones=1).apply(samples.inputs), samples.labels)


def pooled_pair(digits: Data, one: int, two: int) -> Part:
    coding = Coding((119,), (5, 5), (8, 8))
    rows = np.flatnonzero((digits.train.labels == one) | (digits.train.labels == two))
    part = digits.train.take(rows)
    return Part(coding.apply(part.inputs), (part.labels == two).astype(np.uint8))


def small() -> None:
    """25 inputs, pairs of 8 x 8 digits, few samples: a neuron and a majority of five."""
    digits = read_data("digits")
    for neurons, splits in ((1, SPLITS), (5, 5)):
        sizes = SIZES if neurons == 1 else (20, 50)
        print(f"\n25-{'1' if neurons == 1 else '5-1'}: pairs of digits, {splits} splits")
        head = (
            "pair",
            "samples",
            "failed",
            "single %",
            "vote %",
            "backprop %",
            "logistic %",
            "cpu s",
        )
        print("".join(f"{name:>14}" for name in head))
        for pair in PAIRS:
            whole = pooled_pair(digits, *pair)
            for size in sizes:
                rows = [pair_row(whole, neurons, size, split) for split in range(splits)]
                found = np.array(rows)
                cells = [f"{pair[0]}/{pair[1]}", str(size), f"{found[:, 0].mean():.1f}"]
                cells += [mean(found[:, k]).replace("+- ", "+-") for k in range(1, 5)]
                print(
                    "".join(f"{cell:>14}" for cell in [*cells, f"{found[:, 5].mean():.2f}"]),
                    flush=True,
                )


def pair_row(whole: Part, neurons: int, size: int, split: int) -> list[float]:
    order = np.random.default_rng(split).permutation(len(whole.labels))
    learn, test = whole.take(order[:size]), whole.take(order[100:])
    code = np.ones((2, neurons), dtype=np.int8)
    code[0] = -1
    shape = Shape((Layer(neurons, 25, both=True),), code)
    begin = time.process_time()
    found = sample_weights(shape, learn.inputs, learn.labels, Effort(seed=split))
    seconds = time.process_time() - begin
    single = (outputs(found.best, test.inputs).argmax(axis=1) == test.labels).mean()
    signs = 2 * found.vote.astype(np.int16) - 1
    x, xt = (2 * part.inputs.astype(np.int16) - 1 for part in (learn, test))
    votes = np.where(np.einsum("si,rji->srj", xt, signs) >= 0, 1, -1).sum(axis=(1, 2))
    vote = ((votes > 0) == test.labels).mean()
    other = []
    for seed in range(3):
        if neurons == 1:
            said = xt @ perceptron(x, learn.labels, seed) > 0
        else:
            said = (
                np.where(xt @ majority(x, learn.labels, neurons, seed).T >= 0, 1, -1).sum(axis=1)
                > 0
            )
        other.append((said == test.labels).mean())
    real = np.nan
    if len(set(learn.labels.tolist())) > 1:
        (real,), _ = logistic(x, learn.labels, [(xt, test.labels)], 0.1)
    return [found.failed, single, vote, float(np.mean(other)), real, seconds]


def bits_of(inputs: int, neurons: int) -> str:
    weights = inputs * neurons
    return f"{8 * weights / 1e6:.1f} Mbit (8 a weight)"


def mnist_tables() -> None:
    path = mnist()
    if path is None:
        return
    data = read_data(str(path))
    assert data.test
    learn, test = coded(data.train, (64,)), coded(data.test, (64,))
    stored = bits_of(785, 500)
    latent = f"{96 * (785 * 500 + 5000) / 1e6:.1f} Mbit (96 a weight)"
    plain = [Stream(500, 16, pull=p) for p in (1.0, 1.3)]
    drops = [Stream(500, 40, drop=d, margin=m) for d in (0.3,) for m in (0.7, 1.0)]
    wide = [Stream(2000, 60, drop=0.3)]
    back = [Backpropagation(20, rate, 100) for rate in (0.003, 0.01)]
    dropping = [replace(back[0], drop=0.2, passes=30)]

    def by_ste(how: Any, a: Any, b: Any, seed: int) -> Any:
        return ste(how, 500, a, b, seed)

    rows = [
        measured("stream 784-500-10", plain, stream, learn, test, SEEDS, stored),
        measured("stream 784-500-10, inputs dropped", drops, stream, learn, test, SEEDS, stored),
        measured(
            "stream 784-2000-10, inputs dropped", wide, stream, learn, test, 2, bits_of(785, 2000)
        ),
        measured("backpropagation 784-500-10", back, by_ste, learn, test, SEEDS, latent),
        measured("backpropagation 784-500-10, dropped", dropping, by_ste, learn, test, 2, latent),
    ]
    (real,), seconds = logistic(learn.inputs, learn.labels, [(test.inputs, test.labels)], 0.01)
    rows.append(Row("logistic regression, real weights", [real], [], seconds))
    show("MNIST: 8,000 images of 28 x 28, one threshold, 2,000 to test", rows)
    for size, networks, passes in ((100, 4, 60), (400, 4, 40), (1000, 1, 40)):
        parts = [
            learn.take(np.random.default_rng(1000 + s).permutation(8000)[:size])
            for s in range(SEEDS)
        ]
        batch = 10 if size < 1000 else 25
        how = [Stream(500, passes, batch, d, networks=networks) for d in (0.3, 0.5)]
        few = [Backpropagation(passes, 0.003, 25)]
        rows = [
            measured(f"stream, vote of {networks}", how, stream, parts, test, SEEDS),
            measured("backpropagation", few, by_ste, parts, test, SEEDS),
        ]
        regression = [
            logistic(p.inputs, p.labels, [(test.inputs, test.labels)], 0.1)[0][0] for p in parts
        ]
        rows.append(Row("logistic regression", regression, [], 0.0))
        show(f"MNIST {size} images: 784-500-10", rows)
    print("\n".join(ANCHORS))


def fashion_table() -> None:
    folder = fashion()
    if folder is None:
        return
    data = read_data(str(folder))
    assert data.test
    planes = (25, 90, 150, 210)
    learn, test = coded(data.train, planes), coded(data.test, planes)
    how = [Stream(500, 12, pull=1.5, margin=2.0)]
    rows = [measured("stream 3136-500-10", how, stream, learn, test, 3, bits_of(3137, 500))]
    wide = [Stream(1000, 12, pull=1.5, margin=2.0)]
    rows.append(measured("stream 3136-1000-10", wide, stream, learn, test, 1, bits_of(3137, 1000)))
    back = [Backpropagation(8, 0.003, 100)]
    rows.append(
        measured(
            "backpropagation 3136-500-10",
            back,
            lambda h, a, b, s: ste(h, 500, a, b, s),
            learn,
            test,
            1,
        )
    )
    show("Fashion-MNIST: 60,000 images, four thresholds, 10,000 to test", rows)


PARTS = {"small": small, "mnist": mnist_tables, "fashion": fashion_table}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
