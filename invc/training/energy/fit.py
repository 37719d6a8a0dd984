"""Sample the weights of a neuron or a majority: warm for the vote, then cold for the best one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.training.energy.dense import anneal, start, states_of, sweep
from invc.training.energy.neurons import Strengths, build, weights_of
from invc.training.network import Bits, Int, Network, Shape, signs, sums

READS = 1024
SWEEPS = 256
COLDER = 8.0
# Inverse temperature at the end, in units of one over the field of sqrt(samples) labels: a vote
# wants its networks warm. Chosen on training sets of 10 to 100 digits and samples beside them.
WARMTH = 1.2
WARMTH_OF_MAJORITY = 5.0


@dataclass(frozen=True)
class Effort:
    """How much is sampled.

    Attributes:
        reads: Independent networks.
        sweeps: Updates of every spin, warm, and as many again cold.
        warmth: Scales the inverse temperature at which the vote is sampled; None for the default.
        kappa: Where sums should be; None for the root of the inputs.
        seed: Equal seeds give equal networks.
    """

    reads: int = READS
    sweeps: int = SWEEPS
    warmth: float | None = None
    kappa: int | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Sampled:
    """Networks from one run.

    Attributes:
        spins: Spins of the model.
        beta: Inverse temperature of the vote.
        vote: Weights of every warm read. Shape (reads, neurons, inputs).
        best: The network of all reads, warm and cold, that fails the fewest samples.
        failed: How many samples it fails.
        satisfied: Share of cold reads that fail none.
    """

    spins: int
    beta: float
    vote: Bits
    best: Network
    failed: int
    satisfied: float


def sample_weights(
    shape: Shape,
    inputs: Bits,
    labels: npt.NDArray[np.uint8],
    effort: Effort,
    *,
    threads: int = 1,
    kernel: str = "",
) -> Sampled:
    """Anneal to the warm temperature, keep those networks for the vote, and cool on.

    Raises:
        InvcError: The network has no such energy, or the samples are too many for it.
    """
    layer = shape.layers[0]
    many = layer.neurons > 1
    kappa = effort.kappa or max(1, round(layer.inputs**0.5) - many)
    y = signs(labels)
    model = build(shape, inputs, y, Strengths(kappa))
    warmth = effort.warmth or (WARMTH_OF_MAJORITY if many else WARMTH)
    beta = warmth / (2 * kappa * max(1, len(y)) ** 0.5)
    lanes = start(model, effort.reads, effort.seed)
    sweep(model, lanes, *anneal(beta / 12, beta, effort.sweeps), threads=threads, kernel=kernel)
    warm = weights_of(shape, states_of(lanes, effort.reads))
    tables = anneal(beta, COLDER * beta, effort.sweeps)
    sweep(model, lanes, *tables, threads=threads, kernel=kernel)
    cold = weights_of(shape, states_of(lanes, effort.reads))
    failures = [failed(shape, reads, inputs, labels) for reads in (cold, warm)]
    reads = cold if failures[0].min() <= failures[1].min() else warm
    least = min(failures, key=lambda counts: int(counts.min()))
    return Sampled(
        len(model.h),
        beta,
        warm,
        Network(shape, (reads[int(least.argmin())],)),
        int(least.min()),
        float((failures[0] == 0).mean()),
    )


def failed(shape: Shape, weights: Bits, inputs: Bits, labels: npt.NDArray[np.uint8]) -> Int:
    """How many samples each of several networks gets wrong. Shape (networks,)."""
    layer = shape.layers[0]
    flat = weights.reshape(-1, layer.inputs)
    on = sums(layer, flat, inputs) >= layer.threshold
    votes = np.where(on, 1, -1).reshape(len(inputs), len(weights), layer.neurons).sum(axis=2)
    wrong: Int = ((votes > 0) != (labels == 1)[:, None]).sum(axis=0)
    return wrong
