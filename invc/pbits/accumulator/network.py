"""What p-bits that move all at once compute, from a model and the spins that are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invc.ising import IsingModel
from invc.ising.model import Int8, Int32, Int64


@dataclass(frozen=True, eq=False)
class Network:
    """The free spins of a model and their fields.

    The field of p-bit u is F = base + 2 sum weight x over its free neighbours, x being the
    neighbour's bit, inverted where J < 0; known neighbours are part of the base.

    Attributes:
        spins: All spins of the model.
        target: The spin of each p-bit, ascending. Shape (u,).
        base: h - sum |J|. Shape (u,).
        first: Where the couplings of each p-bit begin in `ref` and `weight`. Shape (u + 1,).
        ref: 2 * spin + (J < 0). Shape (k,).
        weight: |J|. Shape (k,).
    """

    spins: int
    target: Int32
    base: Int64
    first: Int64
    ref: Int64
    weight: Int64

    @property
    def pbits(self) -> int:
        """How many spins are free and move, u."""
        return len(self.target)


def compile_network(model: IsingModel, known: Int8) -> Network:
    """The free spins of a model in the order of their numbers.

    Args:
        model: What to sample.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
    """
    start, neighbour, coupling = model.neighbours
    row = np.repeat(np.arange(model.spins), np.diff(start))
    J, held = coupling.astype(np.int64), known[neighbour].astype(np.int64)
    base = model.h.astype(np.int64)
    np.add.at(base, row, J * held - np.abs(J) * (held == 0))
    inside = (known[row] == 0) & (held == 0)
    target = np.flatnonzero(known == 0)
    count = np.bincount(row[inside], minlength=model.spins)[target]
    return Network(
        model.spins,
        target.astype(np.int32),
        base[target],
        np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        2 * neighbour[inside].astype(np.int64) + (J[inside] < 0),
        np.abs(J[inside]),
    )


def field_distribution(network: Network) -> tuple[float, float]:
    """Mean and standard deviation of the fields of all p-bits while spins are uniformly random.

    With random spins F_u has the mean h_u and the variance sum_j J_uj^2; over all p-bits together
    these add up to the moments of a mixture.

    Source: Onizawa, Kuroki, Shin, Hanyu, https://doi.org/10.1109/OJSP.2023.3329756.
    """
    row = np.repeat(np.arange(network.pbits), np.diff(network.first))
    centre = network.base.astype(float)
    spread = np.zeros(network.pbits)
    np.add.at(centre, row, network.weight)
    np.add.at(spread, row, network.weight.astype(float) ** 2)
    if not network.pbits:
        return 0.0, 0.0
    return float(centre.mean()), float(np.sqrt(spread.mean() + centre.var()))
