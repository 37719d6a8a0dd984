"""25 inputs: pairs of 8 x 8 digits pooled to 5 x 5, few samples; a neuron and a majority of five."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from benchmarks.training.baselines import logistic, majority, perceptron
from benchmarks.training.journal import JOURNAL
from benchmarks.training.methods import Part
from benchmarks.training.tables import Row, mean, show
from invc.training.data import read_data
from invc.training.data.coding import Coding
from invc.training.data.samples import Data
from invc.training.energy.fit import Effort, sample_weights
from invc.training.network import Layer, Shape, outputs

PAIRS = ((0, 1), (3, 8), (4, 9), (1, 7))
SIZES = {1: (10, 20, 50, 100), 5: (10, 20, 50)}
SPLITS = 10
SEEDS = 5  # of backpropagation
INPUTS = 25
RATES = (0.003, 0.01, 0.03, 0.1)
WIDTHS = (8, 10, 11, 6, 14, 14, 14, 14, 14, 7, 7)
HEAD = (
    *("pair", "samples", "satisfied", "of", "single %", "vote %"),
    *("backprop %", "its vote %", "logistic %", "cpu s", "its"),
)


def small() -> None:
    """A table for each network, and a figure over all of its pairs and sizes."""
    digits = read_data("digits")
    for neurons, sizes in SIZES.items():
        name = "25-1" if neurons == 1 else f"25-{neurons}-1"
        print(
            f"\n{name}: pairs of digits, {SPLITS} splits; 'of' are the sets that can be satisfied"
        )
        found = []
        wholes = [pooled_pair(digits, *pair) for pair in PAIRS]
        rate = _rate(wholes, neurons)
        print("".join(f"{word:>{width}}" for word, width in zip(HEAD, WIDTHS, strict=True)))
        for pair, whole in zip(PAIRS, wholes, strict=True):
            for size in sizes:
                splits = range(SPLITS)
                rows = np.array([_known(whole, neurons, size, split, rate) for split in splits])
                found.append(rows)
                _print(f"{pair[0]}/{pair[1]}", size, rows)
        _figure(name, np.concatenate(found))


def pooled_pair(digits: Data, one: int, two: int) -> Part:
    """Two classes of 5 x 5 pixels."""
    coding = Coding((119,), (5, 5), (8, 8))
    rows = np.flatnonzero((digits.train.labels == one) | (digits.train.labels == two))
    part = digits.train.take(rows)
    return Part(coding.apply(part.inputs), (part.labels == two).astype(np.uint8))


def _print(pair: str, size: int, rows: np.ndarray) -> None:
    possible = rows[:, 1].sum()
    cells = [pair, str(size), f"{rows[:, 0].sum():.0f}"]
    cells.append(f"{possible:.0f}" if np.isfinite(possible) else "?")
    cells += [mean(rows[:, k]).replace("+- ", "+-") for k in range(2, 7)]
    cells += [f"{rows[:, k].mean():.2f}" for k in (7, 8)]
    print("".join(f"{cell:>{w}}" for cell, w in zip(cells, WIDTHS, strict=True)), flush=True)


def _figure(name: str, rows: np.ndarray) -> None:
    show(
        f"pairs of digits, {name}",
        f"all pairs and sizes, {len(rows)} sets of samples",
        [
            Row("invc, energy", list(rows[:, 2]), list(rows[:, 3]), rows[:, 7].mean()),
            Row(
                "straight-through backpropagation",
                list(rows[:, 4]),
                list(rows[:, 5]),
                rows[:, 8].mean(),
            ),
            Row("logistic regression, real weights", list(rows[:, 6])),
        ],
    )


def _rate(wholes: Sequence[Part], neurons: int) -> float:
    """The rate of backpropagation that does best on splits that no table has."""
    scores = []
    for rate in RATES:
        right = []
        for whole in wholes:
            for split in range(1000, 1000 + SEEDS):
                learn, test = _split(whole, 20, split)
                x, xt = (2 * part.inputs.astype(np.int16) - 1 for part in (learn, test))
                said = _outputs(xt, _straight_through(x, learn.labels, neurons, 0, rate))
                right.append(((said > 0) == test.labels).mean())
        scores.append(float(np.mean(right)))
        print(f"  validation {100 * scores[-1]:.2f} % backpropagation, rate {rate}")
    return RATES[int(np.argmax(scores))]


def _straight_through(
    x: np.ndarray, y: np.ndarray, neurons: int, seed: int, rate: float
) -> np.ndarray:
    if neurons == 1:
        return perceptron(x, y, seed, rate)[None]
    return majority(x, y, neurons, seed, rate)


def _split(whole: Part, size: int, split: int) -> tuple[Part, Part]:
    order = np.random.default_rng(split).permutation(len(whole.labels))
    return whole.take(order[:size]), whole.take(order[100:])


def _known(whole: Part, neurons: int, size: int, split: int, rate: float) -> Sequence[float | str]:
    """`_row`, by the journal where it was measured before."""
    what = (int(whole.inputs.sum()), neurons, size, split, rate)
    return JOURNAL.get(what, lambda: _row(whole, neurons, size, split, rate))


def _row(whole: Part, neurons: int, size: int, split: int, rate: float) -> list[float]:
    learn, test = _split(whole, size, split)
    x, xt = (2 * part.inputs.astype(np.int16) - 1 for part in (learn, test))
    failed, single, vote, seconds = _energy(learn, test, xt, neurons, split)
    possible = float(failed == 0 or (neurons == 1 and satisfiable(x, learn.labels)))
    if failed and neurons > 1:
        possible = np.nan  # 125 weights: not decided here
    begin = time.process_time()
    said = [
        _outputs(xt, _straight_through(x, learn.labels, neurons, seed, rate))
        for seed in range(SEEDS)
    ]
    theirs = (time.process_time() - begin) / SEEDS
    other = float(np.mean([((one > 0) == test.labels).mean() for one in said]))
    together = float(((np.sum(said, axis=0) > 0) == test.labels).mean())
    real = np.nan
    if len(set(learn.labels.tolist())) > 1:
        (real,), _ = logistic(x, learn.labels, [(xt, test.labels)], 0.1)
    satisfied = float(failed == 0)
    return [satisfied, possible, single, vote, other, together, real, seconds, theirs]


def _energy(
    learn: Part, test: Part, xt: np.ndarray, neurons: int, seed: int
) -> tuple[int, float, float, float]:
    code = np.ones((2, neurons), dtype=np.int8)
    code[0] = -1
    shape = Shape((Layer(neurons, INPUTS, both=True),), code)
    begin = time.process_time()
    found = sample_weights(shape, learn.inputs, learn.labels, Effort(seed=seed))
    seconds = time.process_time() - begin
    single = (outputs(found.best, test.inputs).argmax(axis=1) == test.labels).mean()
    signs = 2 * found.vote.astype(np.int16) - 1
    votes = np.where(np.einsum("si,rji->srj", xt, signs) >= 0, 1, -1).sum(axis=(1, 2))
    return found.failed, float(single), float(((votes > 0) == test.labels).mean()), seconds


def _outputs(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What neurons of these weights say together. Shape (samples,)."""
    found: np.ndarray = np.where(x @ weights.T >= 0, 1, -1).sum(axis=1)
    return found


def satisfiable(x: np.ndarray, labels: np.ndarray) -> bool:
    """Whether one neuron of weights -1 and +1 is right of all samples: all 2^25 are tried.

    Args:
        x: -1 and +1, 25 of them. Shape (samples, 25).
        labels: 0 and 1.
    """
    z = (x * (2 * labels.astype(np.int16) - 1)[:, None]).astype(np.int8)  # sums are odd: above 0
    half = 12
    high, low = (_sums(part) for part in (z[:, :half], z[:, half:]))
    for sums in high.T:
        left = np.arange(low.shape[1])
        for sample, base in zip(low, sums, strict=True):
            left = left[sample[left] > -base]
            if not len(left):
                break
        if len(left):
            return True
    return False


def _sums(x: np.ndarray) -> np.ndarray:
    """The sum of each sample for every word of weights. Shape (samples, 2^inputs)."""
    inputs: Sequence[int] = range(x.shape[1])
    weights = np.arange(1 << len(inputs))[:, None] >> np.array(inputs) & 1
    found: np.ndarray = x.astype(np.int16) @ (2 * weights.T.astype(np.int16) - 1)
    return found.astype(np.int8)
