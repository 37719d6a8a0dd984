"""IR 2, the second waist: the sparse Ising model.

Sign, once and everywhere: E(m) = offset - sum_i h_i m_i - sum_{i<j} J_ij m_i m_j with spins
m in {-1, +1}, logic 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Int32 = npt.NDArray[np.int32]
Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class IsingModel:
    """Spins m in {-1, +1}^n with E(m) = offset - sum h_i m_i - sum_{i<j} J_ij m_i m_j.

    Attributes:
        h: Bias of each spin. Shape (n,), int32.
        edges: Coupled pairs i < j, each once, ascending. Shape (k, 2), int32.
        J: Coupling of each edge, never 0. Shape (k,), int32.
        offset: Added energy; an assembled model has its ground level at 0.
    """

    h: Int32
    edges: Int32
    J: Int32
    offset: int = 0

    @property
    def spins(self) -> int:
        """Number of spins, the n of the shapes here."""
        return len(self.h)

    def energies(self, states: Int8) -> Int64:
        """Energies of states of shape (reads, n) holding -1 and +1. Shape (reads,)."""
        m = np.asarray(states, dtype=np.int8)
        energy = np.full(len(m), self.offset, dtype=np.int64)
        energy -= m.astype(np.int32) @ self.h.astype(np.int64)
        block = max(1, (1 << 24) // max(1, len(self.J)))  # bounds the memory of the products
        for start in range(0, len(m), block):
            rows = m[start : start + block]
            agree = rows[:, self.edges[:, 0]] * rows[:, self.edges[:, 1]]
            energy[start : start + block] -= agree @ self.J.astype(np.int64)
        return energy

    @cached_property
    def neighbours(self) -> tuple[Int64, Int32, Int32]:
        """Compressed rows (start, neighbour, coupling) of the symmetric coupling matrix.

        The neighbours of spin i are neighbour[start[i]:start[i + 1]], ascending.
        Shapes (n + 1,), (2 k,), (2 k,).
        """
        i, j = self.edges[:, 0], self.edges[:, 1]
        row, column = np.concatenate([i, j]), np.concatenate([j, i])
        order = np.lexsort((column, row))
        start = np.zeros(self.spins + 1, dtype=np.int64)
        np.cumsum(np.bincount(row, minlength=self.spins), out=start[1:])
        coupling = np.concatenate([self.J, self.J])[order]
        return start, column[order].astype(np.int32), coupling.astype(np.int32)

    @cached_property
    def degrees(self) -> Int64:
        """Number of couplings of each spin. Shape (n,)."""
        return np.diff(self.neighbours[0])

    def local_fields(self, states: Int8) -> Int64:
        """I_i = h_i + sum_j J_ij m_j for states of shape (reads, n). Shape (reads, n)."""
        m = np.asarray(states, dtype=np.int64)
        fields = np.tile(self.h.astype(np.int64), (len(m), 1))
        for (i, j), coupling in zip(self.edges.tolist(), self.J.tolist(), strict=True):
            fields[:, i] += coupling * m[:, j]
            fields[:, j] += coupling * m[:, i]
        return fields


def from_terms(
    spins: int, h: npt.ArrayLike, i: npt.ArrayLike, j: npt.ArrayLike, J: npt.ArrayLike, offset: int
) -> IsingModel:
    """A model from couplings in any order: repeated pairs add up, i = j folds into the offset.

    Args:
        spins: Number of spins, n.
        h: Bias of each spin. Shape (n,).
        i: One end of each coupling. Shape (k,).
        j: Its other end. Shape (k,).
        J: Its value. Shape (k,).
        offset: Added energy.
    """
    first, second = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
    value = np.asarray(J, dtype=np.int64)
    same = first == second
    offset -= int(value[same].sum())
    low, high = np.minimum(first, second)[~same], np.maximum(first, second)[~same]
    key, inverse = np.unique(low * max(spins, 1) + high, return_inverse=True)
    total = np.zeros(len(key), dtype=np.int64)
    np.add.at(total, inverse, value[~same])
    key, total = key[total != 0], total[total != 0]
    edges = np.stack([key // max(spins, 1), key % max(spins, 1)], axis=1)
    return IsingModel(
        np.asarray(h, dtype=np.int64).astype(np.int32),
        edges.astype(np.int32).reshape(-1, 2),
        total.astype(np.int32),
        int(offset),
    )
