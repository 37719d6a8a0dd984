"""invc's streams and backpropagation, with settings chosen on samples held out of the training."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np

from benchmarks.training.baselines import Backpropagation, backpropagate, forward
from benchmarks.training.journal import JOURNAL
from benchmarks.training.tables import Row, mean
from invc.training.network import Bits, Layer, Network, Shape, packed, random_code
from invc.training.stream import kernel
from invc.training.stream.rule import Wish, default_rule, start

KEEP = 5  # networks of the last passes vote
Found: TypeAlias = tuple[float, float, float, str]  # single, vote, processor seconds, operations
Settings = TypeVar("Settings")


@dataclass(frozen=True)
class Part:
    """Samples as bits.

    Attributes:
        inputs: Shape (samples, inputs), the last of them 1.
        labels: Shape (samples,).
    """

    inputs: np.ndarray
    labels: np.ndarray

    def take(self, rows: np.ndarray) -> Part:
        """Some of them."""
        return Part(self.inputs[rows], self.labels[rows])


@dataclass(frozen=True)
class Stream:
    """Settings of `stream`, as the command line has them.

    Attributes:
        layers: Neurons of each layer.
        passes, batch, drop, pull, margin, noise, phases: As of `invc train`.
        networks: So many, of other seeds, vote together.
        window: Neurons see a window of so many pixels squared; 0 for all of the picture. It is the
            network of rtl_examples/patches.
    """

    layers: tuple[int, ...]
    passes: int
    batch: int = 100
    drop: float = 0.0
    pull: float = 1.0
    margin: float = 1.0
    noise: float = 0.0
    phases: int = 2
    networks: int = 1
    window: int = 0


def shape_of(how: Stream, inputs: int, seed: int) -> Shape:
    """The network of the settings."""
    layers = []
    for k, neurons in enumerate(how.layers):
        wires = windows(neurons, inputs, how.window) if how.window and not k else None
        layers.append(Layer(neurons, inputs, both=k > 0, wires=wires))
        inputs = neurons
    return Shape(tuple(layers), random_code(10, how.layers[-1], seed))


def windows(neurons: int, inputs: int, side: int) -> np.ndarray:
    """Which pixels of 28 x 28 each neuron sees, in every plane, as in rtl_examples/patches."""
    planes = (inputs - 1) // 784
    found = np.zeros((neurons, inputs), dtype=np.uint8)
    found[:, -1] = 1
    places = 28 - side + 1
    for j, row in enumerate(found):
        first, second = divmod(j * 97 % places**2, places)
        pixels = row[:-1].reshape(planes, 28, 28)
        pixels[:, first : first + side, second : second + side] = 1
    return found


def stream(how: Stream, learn: Part, test: Part, seed: int) -> Found:
    """Train networks and see how good they are, one by one and as a vote."""
    words, seconds = packed(test.inputs), 0.0
    single: list[float] = []
    total = np.zeros((len(test.labels), 10), dtype=np.int64)
    products = additions = 0
    for number in range(how.networks):
        own = 100 * seed + number if how.networks > 1 else seed
        shape = shape_of(how, learn.inputs.shape[1], own)
        begin = time.process_time()
        rule = default_rule(shape, learn.inputs, _wish(how, own))
        given = kernel.pack(learn.inputs, learn.labels)
        trainer = kernel.Trainer(shape, start(shape, rule))
        kept: list[tuple[Bits, ...]] = []
        for k in range(how.passes):
            tally = trainer.train_pass(given, rule, k)
            additions += tally.contrasts * round(shape.layers[0].reach)
            products += len(learn.labels) * shape.weights
            kept = [*kept, trainer.network.weights][-KEEP:]
        seconds += time.process_time() - begin
        for weights in kept:
            out = kernel.outputs(Network(shape, weights), words)
            total += out
        single.append(float((out.argmax(axis=1) == test.labels).mean()))
    vote = (total.argmax(axis=1) == test.labels).mean()
    done = f"{products / 1e9:.2g} G of bits, {additions / 1e9:.2g} G additions of bytes"
    return float(np.mean(single)), float(vote), seconds, done


def _wish(how: Stream, seed: int) -> Wish:
    return Wish(
        passes=how.passes,
        batch=how.batch,
        drop=round(256 * how.drop),
        seed=seed,
        pull=how.pull,
        margin=how.margin,
        noise=how.noise,
        phases=how.phases,
    )


def memory_of(how: Stream, inputs: int) -> float:
    """Mbit while training: a byte a weight."""
    return 8 * how.networks * shape_of(how, inputs, 0).weights / 1e6


def straight_through(neurons: int) -> Callable[[Backpropagation, Part, Part, int], Found]:
    """Backpropagation of inputs-neurons-10, as a method."""

    def run(how: Backpropagation, learn: Part, test: Part, seed: int) -> Found:
        sizes = [learn.inputs.shape[1], neurons, 10]
        kept, seconds = backpropagate(learn.inputs, learn.labels, sizes, how, seed)
        x = test.inputs.astype(np.float32)
        total = [forward(x, weights) for weights in kept]
        single = (total[-1].argmax(axis=1) == test.labels).mean()
        vote = (np.sum(total, axis=0).argmax(axis=1) == test.labels).mean()
        # Forward, and the gradient of each layer's weights, and of the hidden neurons.
        multiplied = how.passes * len(learn.labels) * neurons * (2 * sizes[0] + 3 * 10)
        return float(single), float(vote), seconds, f"{multiplied / 1e9:.2g} G of real numbers"

    return run


def latent_bits(inputs: int, neurons: int) -> float:
    """Mbit while training: a latent weight and two moments, of 32 bits each."""
    return 96 * (inputs + 10) * neurons / 1e6


def chosen(
    candidates: Sequence[Settings],
    run: Callable[[Settings, Part, Part, int], Found],
    learn: Part,
    *,
    seeds: int = 2,
    most: int = 20_000,
) -> Settings:
    """The settings that do best on a fifth of the training samples, held out.

    Args:
        candidates: To choose from.
        run: Trains and tests.
        learn: Training samples.
        seeds: Runs of each.
        most: So many samples at most, drawn at random.
    """
    if len(candidates) == 1:
        return candidates[0]
    order = np.random.default_rng(7).permutation(len(learn.labels))[:most]
    cut = len(order) * 4 // 5
    inner, held = learn.take(order[:cut]), learn.take(order[cut:])
    scores = [
        np.mean([_known(run, how, inner, held, 90 + s)[0] for s in range(seeds)])
        for how in candidates
    ]
    for how, score in zip(candidates, scores, strict=True):
        print(f"  validation {100 * score:.2f} % {how}", flush=True)
    return candidates[int(np.argmax(scores))]


def _known(
    run: Callable[[Settings, Part, Part, int], Found],
    how: Settings,
    learn: Part,
    test: Part,
    seed: int,
) -> Found:
    """What a method finds, by the journal where it was found before."""
    parts = [(p.inputs.shape, int(p.inputs.sum()), int(p.labels.sum())) for p in (learn, test)]
    what = (run.__qualname__, how, parts, seed)
    single, vote, seconds, done = JOURNAL.get(what, lambda: run(how, learn, test, seed))
    return float(single), float(vote), float(seconds), str(done)


def measured(
    name: str,
    candidates: Sequence[Settings],
    run: Callable[[Settings, Part, Part, int], Found],
    parts: Sequence[Part],
    test: Part,
    bits: Callable[[Settings], float] = lambda how: 0.0,
    tries: int = 2,
) -> Row:
    """Choose settings on the first part by so many seeds, then train on each part and test."""
    how = chosen(candidates, run, parts[0], seeds=tries)
    found = [_known(run, how, part, test, seed) for seed, part in enumerate(parts)]
    single, vote, seconds, done = zip(*found, strict=True)
    print(f"  {name}: {mean(single)} vote {mean(vote)} {np.mean(seconds):.2f} s {how}", flush=True)
    return Row(name, single, vote, float(np.mean(seconds)), done[0], bits(how), str(how))
