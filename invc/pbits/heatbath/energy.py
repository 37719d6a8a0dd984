"""Energies of all replicas at once, from their rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invc.ising import IsingModel
from invc.ising.model import Int8, Int32


@dataclass(frozen=True, eq=False)
class Meter:
    """E = base + 2 sum weight (x_i ^ x_j ^ flip), every weight positive, x the bit of a spin.

    Attributes:
        base: The lowest energy that the terms would allow.
        terms: (i, j or -1, flip, p) for each bit p of each weight. Shape (n, 4).
        bits: Bits of the largest sum.
    """

    base: int
    terms: Int32
    bits: int


def compile_meter(model: IsingModel, known: Int8) -> Meter:
    """A meter of a model some of whose spins are held, which are left out of the sums.

    Args:
        model: Whose energies.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
    """
    i, j = model.edges[:, 0].astype(np.int64), model.edges[:, 1].astype(np.int64)
    J = model.J.astype(np.int64)
    h = model.h.astype(np.int64)
    np.add.at(h, i, J * known[j])
    np.add.at(h, j, J * known[i])
    free = known == 0
    # What both ends of a coupling or a biased spin hold is a constant.
    base = model.offset - int((model.h * known.astype(np.int64)).sum())
    base -= int((J * known[i] * known[j]).sum())
    both = free[i] & free[j]
    i, j, J = i[both], j[both], J[both]
    biased = np.flatnonzero(free & (h != 0))
    # -J m m' = -|J| + 2 |J| (x ^ x' ^ (J < 0)), and -h m = -|h| + 2 |h| (x ^ (h > 0)).
    first = np.concatenate([i, biased])
    second = np.concatenate([j, np.full(len(biased), -1)])
    flip = np.concatenate([J < 0, h[biased] > 0])
    weight = np.concatenate([np.abs(J), np.abs(h[biased])])
    most = int(weight.sum())
    rows = []
    for p in range(int(weight.max(initial=0)).bit_length()):
        has = weight >> p & 1 == 1
        bit = np.full(int(has.sum()), p)
        rows.append(np.stack([first[has], second[has], flip[has], bit], axis=1))
    terms = np.concatenate([*rows, np.zeros((0, 4), dtype=np.int64)]).astype(np.int32)
    return Meter(base - most, terms, max(1, most.bit_length()))
