"""MNIST and Fashion-MNIST: streams beside backpropagation and logistic regression."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.training.baselines import Backpropagation, logistic
from benchmarks.training.fetch import fashion, mnist
from benchmarks.training.methods import (
    Part,
    Stream,
    chosen,
    latent_bits,
    measured,
    memory_of,
    straight_through,
    stream,
)
from benchmarks.training.tables import Row, show
from invc.training.data import read_data
from invc.training.data.coding import Coding
from invc.training.data.samples import Data, Samples

SEEDS = 5
THRESHOLDS = (32, 64, 96, 127)
TWO = (40, 150)
PLANES = (25, 90, 150, 210)  # of Fashion-MNIST, whose greys matter
RATES = (0.001, 0.003, 0.01, 0.03)
WINDOWS = ((10, 0.2), (12, 0.3))  # pixels of a side, inputs dropped
FASHION_WINDOWS = ((10, 0.05), (14, 0.1))
# Images, networks that vote together, passes, samples between steps.
FEW = ((100, 4, 60, 10), (400, 4, 40, 10), (1000, 1, 40, 25))


def coded(samples: Samples, planes: tuple[int, ...]) -> Part:
    """Samples as bits, and a 1."""
    return Part(Coding(planes, ones=1).apply(samples.inputs), samples.labels)


def mnist_tables() -> None:
    """8,000 images, and fewer of them."""
    path = mnist()
    if path is None:
        return
    data = read_data(str(path))
    assert data.test
    threshold = _threshold(data)
    learn, test = coded(data.train, (threshold,)), coded(data.test, (threshold,))
    plain = [Stream((500,), 16, pull=p) for p in (0.7, 1.0, 1.3)]
    drops = [Stream((500,), 40, drop=d, margin=m) for d in (0.2, 0.3) for m in (0.7, 1.0)]
    wide = [Stream((2000,), 60, drop=0.3, pull=p, margin=m) for p, m in ((0.7, 1.0), (1.0, 1.5))]
    sees = [Stream((2000,), 60, drop=d, window=w) for w, d in WINDOWS]
    many = [Stream((4000,), 40, drop=d, window=w) for w, d in WINDOWS[1:]]
    pair = [coded(part, TWO) for part in (data.train, data.test)]
    one = [replace(how, phases=1) for how in plain]
    noisy = [replace(plain[1], noise=n) for n in (0.25, 0.5)]
    deep = [Stream((500, 500), 40, drop=0.2, pull=p) for p in (0.7, 1.0)]
    back = [Backpropagation(20, rate, 100) for rate in RATES]
    dropping = [replace(how, drop=0.2, passes=40) for how in back[2:]]
    show(
        "MNIST",
        f"8,000 images of 28 x 28, pixels above {threshold}, 2,000 to test with",
        [
            _stream("stream 784-500-10", plain, [learn] * SEEDS, test),
            _stream("the same, one energy with slack", one, [learn] * SEEDS, test),
            _stream("the same, two phases and noise", noisy, [learn] * SEEDS, test),
            _stream("stream 784-500-10, inputs dropped", drops, [learn] * SEEDS, test),
            _stream("stream 784-2000-10, inputs dropped", wide, [learn] * SEEDS, test, 1),
            _stream("stream 784-2000-10, neurons see windows", sees, [learn] * SEEDS, test, 1),
            _back("backpropagation 784-500-10", back, [learn] * SEEDS, test),
            _back("backpropagation 784-500-10, inputs dropped", dropping, [learn] * SEEDS, test, 1),
            _logistic([learn], test, (0.003, 0.01, 0.03)),
            _stream(
                "stream 1568-2000-10, windows, two thresholds", sees, [pair[0]] * SEEDS, pair[1], 1
            ),
            _stream(
                "stream 1568-4000-10, windows, two thresholds", many, [pair[0]] * SEEDS, pair[1], 1
            ),
            _stream("stream 784-500-500-10, inputs dropped", deep, [learn] * SEEDS, test, 1),
        ],
    )
    for size, networks, passes, batch in FEW:
        draws = [np.random.default_rng(1000 + s).permutation(8000)[:size] for s in range(SEEDS)]
        parts = [learn.take(rows) for rows in draws]
        few = [
            Stream((500,), passes, batch, d, pull=p, networks=networks)
            for d in (0.3, 0.5)
            for p in (0.7, 1.0)
        ]
        rates = [Backpropagation(passes, rate, 25, drop=d) for rate in RATES[1:] for d in (0, 0.3)]
        name = f"stream, {networks} networks of 500" if networks > 1 else "stream 784-500-10"
        show(
            f"MNIST {size}",
            f"{size} images to learn from, 784-500-10, 2,000 to test with",
            [
                _stream(name, few, parts, test),
                _back("backpropagation 784-500-10", rates, parts, test),
                _logistic(parts, test, (0.03, 0.1, 0.3)),
            ],
        )


def fashion_table() -> None:
    """All 60,000 images."""
    folder = fashion()
    if folder is None:
        return
    data = read_data(str(folder))
    assert data.test
    learn, test = coded(data.train, PLANES), coded(data.test, PLANES)
    plain = [Stream((500,), 12, pull=p, margin=m) for p, m in ((1.0, 1.0), (1.5, 1.0), (1.5, 2.0))]
    drops = [replace(plain[-1], passes=20, drop=d) for d in (0.05, 0.1)]
    wide = [replace(how, layers=(1000,)) for how in drops]
    sees = [replace(wide[0], window=w, drop=d) for w, d in FASHION_WINDOWS]
    back = [Backpropagation(8, rate, 100) for rate in RATES]
    show(
        "Fashion-MNIST",
        f"60,000 images of 28 x 28, pixels above {', '.join(map(str, PLANES))}, 10,000 to test with",
        [
            _back("backpropagation 3136-500-10", back, [learn] * SEEDS, test, 1),
            _stream("stream 3136-500-10", plain, [learn] * SEEDS, test, 1),
            _stream("stream 3136-500-10, inputs dropped", drops, [learn] * SEEDS, test, 1),
            _stream("stream 3136-1000-10, inputs dropped", wide, [learn] * SEEDS, test, 1),
            _stream("stream 3136-1000-10, neurons see windows", sees, [learn] * SEEDS, test, 1),
        ],
    )


def _threshold(data: Data) -> int:
    """Above which a pixel is on: the one that is best on samples held out of the training."""
    how = Stream((500,), 16)

    def run(threshold: int, learn: Part, test: Part, seed: int) -> tuple[float, float, float, str]:
        return stream(how, _above(learn, threshold), _above(test, threshold), seed)

    grey = Part(data.train.inputs, data.train.labels)
    return chosen(THRESHOLDS, run, grey, seeds=4)


def _above(part: Part, threshold: int) -> Part:
    bits = (part.inputs > threshold).astype(np.uint8)
    ones = np.ones((len(part.labels), 1), dtype=np.uint8)
    return Part(np.concatenate([bits, ones], axis=1), part.labels)


def _stream(
    name: str, candidates: Sequence[Stream], parts: Sequence[Part], test: Part, tries: int = 2
) -> Row:
    inputs = test.inputs.shape[1]
    return measured(
        name, candidates, stream, parts, test, lambda how: memory_of(how, inputs), tries
    )


def _back(
    name: str,
    candidates: Sequence[Backpropagation],
    parts: Sequence[Part],
    test: Part,
    tries: int = 2,
) -> Row:
    bits = latent_bits(test.inputs.shape[1], 500)
    return measured(name, candidates, straight_through(500), parts, test, lambda how: bits, tries)


def _logistic(parts: Sequence[Part], test: Part, strengths: Sequence[float]) -> Row:
    """Logistic regression, its strength chosen as settings of others are."""

    def run(
        strength: float, learn: Part, other: Part, seed: int
    ) -> tuple[float, float, float, str]:
        begin = time.process_time()
        (found,), _ = logistic(learn.inputs, learn.labels, [(other.inputs, other.labels)], strength)
        return found, found, time.process_time() - begin, ""

    row = measured("logistic regression, real weights", strengths, run, parts, test)
    return replace(row, vote=())
