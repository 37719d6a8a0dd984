"""What training is measured against: straight-through backpropagation and logistic regression."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Backpropagation:
    """Settings of straight-through backpropagation with Adam on latent weights in [-1, 1]."""

    passes: int
    rate: float
    batch: int
    window: float = 0.3
    drop: float = 0.0


def sign(values: np.ndarray) -> np.ndarray:
    signs: np.ndarray = np.copysign(np.float32(1), values)
    return signs


def forward(inputs: np.ndarray, weights: Sequence[np.ndarray]) -> np.ndarray:
    now = inputs
    for layer in weights[:-1]:
        now = sign(now @ layer.T)
    value: np.ndarray = now @ weights[-1].T
    return value


def backpropagate(
    x: np.ndarray,
    y: np.ndarray,
    sizes: Sequence[int],
    how: Backpropagation,
    seed: int,
    keep: int = 5,
) -> tuple[list[list[np.ndarray]], float]:
    """Networks of binary weights after each of the last passes, and processor seconds.

    Both layers learn. Hidden sums are scaled by the root of the fan-in and pass gradients within
    a window; outputs by the root of the hidden neurons; the rate follows a cosine.
    """
    source = np.random.default_rng(seed)
    latent = [
        source.uniform(-0.1, 0.1, (after, before)).astype(np.float32)
        for before, after in itertools.pairwise(sizes)
    ]
    adam = [_Adam(w) for w in latent]
    x = x.astype(np.float32)
    kept, started = [], time.process_time()
    for number in range(how.passes):
        order = source.permutation(len(y))
        rate = how.rate * (0.5 + 0.5 * np.cos(np.pi * number / how.passes)) + 1e-5
        for begin in range(0, len(y), how.batch):
            rows = order[begin : begin + how.batch]
            inputs = x[rows]
            if how.drop:
                inputs *= source.random(inputs.shape, dtype=np.float32) >= how.drop
            gradients = _gradients(inputs, y[rows], latent, how.window)
            for one, gradient in zip(adam, gradients, strict=True):
                one.step(gradient, rate)
        if number >= how.passes - keep:
            kept.append([sign(w) for w in latent])
    return kept, time.process_time() - started


class _Adam:
    """Adam on weights within -1 and 1, in place and without other arrays: most of its time."""

    def __init__(self, weights: np.ndarray) -> None:
        self.weights = weights
        self.first, self.second, self.other = (np.zeros_like(weights) for _ in range(3))
        self.steps = 0

    def step(self, gradient: np.ndarray, rate: float) -> None:
        self.steps += 1
        t, m, v = self.other, self.first, self.second
        np.multiply(gradient, gradient, out=t)
        t -= v
        t *= np.float32(0.001)
        v += t
        gradient -= m
        gradient *= np.float32(0.1)
        m += gradient
        even = (1 - 0.999**self.steps) ** 0.5
        np.sqrt(v, out=t)
        t += np.float32(1e-8 * even)
        np.divide(m, t, out=t)
        t *= np.float32(rate * even / (1 - 0.9**self.steps))
        self.weights -= t
        np.clip(self.weights, -1, 1, out=self.weights)


def _gradients(
    x: np.ndarray, y: np.ndarray, latent: Sequence[np.ndarray], window: float
) -> list[np.ndarray]:
    weights = [sign(w) for w in latent]
    states, sums = [x], []
    for w in weights[:-1]:
        sums.append(states[-1] @ w.T / np.float32(np.sqrt(w.shape[1])))
        states.append(sign(sums[-1]))
    scale = np.float32(1 / np.sqrt(weights[-1].shape[1]))
    out = states[-1] @ weights[-1].T * scale
    odds = np.exp(out - out.max(axis=1, keepdims=True))
    back = odds / odds.sum(axis=1, keepdims=True)
    back[np.arange(len(y)), y] -= 1
    back = (back / len(y)).astype(np.float32)
    found: list[np.ndarray] = []
    for k in reversed(range(len(weights))):
        found.insert(0, back.T @ states[k])
        if k:
            back = (back @ weights[k]) * (np.abs(sums[k - 1]) < window)
    return found


def perceptron(
    x: np.ndarray, y: np.ndarray, seed: int, rate: float = 0.03, passes: int = 400
) -> np.ndarray:
    """A single neuron of weights -1 and +1 by straight-through backpropagation: the best state.

    Args:
        x: -1 and +1. Shape (samples, inputs).
        y: 0 and 1.
        seed: Of the start.
        rate: Of its steps.
        passes: Steps over all samples.
    """
    z = x * (2 * y.astype(int) - 1)[:, None]
    size = z.shape[1]
    latent = np.random.default_rng(seed).normal(0, 0.1, size)
    m, v = np.zeros(size), np.zeros(size)
    best: tuple[float, float, np.ndarray] = (np.inf, np.inf, latent)
    for k in range(1, passes + 1):
        w = np.where(latent >= 0, 1, -1)
        a = z @ w
        state = (float((a <= 0).sum()), float(np.log1p(np.exp(-a / np.sqrt(size))).sum()), w)
        best = state if state[:2] < best[:2] else best
        g = -(z / (1 + np.exp(a / np.sqrt(size)))[:, None]).mean(axis=0) / np.sqrt(size)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        step = rate * (m / (1 - 0.9**k)) / (np.sqrt(v / (1 - 0.999**k)) + 1e-9)
        latent = np.clip(latent - step, -1, 1)
    return best[2]


def majority(
    x: np.ndarray, y: np.ndarray, neurons: int, seed: int, rate: float = 0.01, passes: int = 400
) -> np.ndarray:
    """A majority of neurons, as `perceptron`: the best state. Shape (neurons, inputs)."""
    source = np.random.default_rng(seed)
    sign_of = (2 * y.astype(int) - 1)[:, None]
    latent = source.normal(0, 0.1, (neurons, x.shape[1]))
    m, v = np.zeros_like(latent), np.zeros_like(latent)
    best: tuple[float, float, np.ndarray] = (np.inf, np.inf, latent)
    for k in range(1, passes + 1):
        w = np.where(latent >= 0, 1, -1)
        sums = x @ w.T / np.sqrt(x.shape[1])
        out = np.where(sums >= 0, 1, -1).sum(axis=1, keepdims=True) / np.sqrt(neurons) * sign_of
        state = (float((out <= 0).sum()), float(np.log1p(np.exp(-out)).sum()), w)
        best = state if state[:2] < best[:2] else best
        back = -sign_of / (1 + np.exp(out)) / len(y) / np.sqrt(neurons)
        g = ((back * (np.abs(sums) < 1)).T @ x) / np.sqrt(x.shape[1])
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        step = rate * (m / (1 - 0.9**k)) / (np.sqrt(v / (1 - 0.999**k)) + 1e-9)
        latent = np.clip(latent - step, -1, 1)
    return best[2]


def logistic(
    x: np.ndarray, y: np.ndarray, tests: Sequence[tuple[np.ndarray, np.ndarray]], strength: float
) -> tuple[list[float], float]:
    """Accuracies of logistic regression with real weights, and processor seconds."""
    from sklearn.linear_model import LogisticRegression

    started = time.process_time()
    model = LogisticRegression(C=strength, max_iter=300, tol=1e-3).fit(x, y)
    seconds = time.process_time() - started
    return [float(model.score(a, b)) for a, b in tests], seconds
