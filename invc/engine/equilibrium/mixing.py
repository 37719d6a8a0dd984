"""Whether chains have forgotten what they were: correlations between two of their states."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int64
from invc.pbits.lanes import UInt64, bits_of

Floats = npt.NDArray[np.float64]


def square(before: UInt64, after: UInt64) -> float:
    """Mean over bits of the squared correlation across chains between two times.

    Without what independent chains show by chance.

    Args:
        before: A row for each bit. Shape (bits, words).
        after: The same rows later.
    """
    if not before.size:
        return 0.0
    x, y = (_standard(bits_of(np.ascontiguousarray(rows))) for rows in (before, after))
    return float(((x * y).mean(axis=1) ** 2).mean() - 1 / x.shape[1])


def _standard(bits: npt.NDArray[np.uint8]) -> Floats:
    centred = bits - bits.mean(axis=1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True))
    # A bit that is the same in all chains is as correlated as can be.
    return np.where(deviation > 0, centred / np.maximum(deviation, 1e-12), 1.0)


def root_mean(squares: Sequence[float]) -> float:
    """The root of a mean of squares, which chance may have made negative."""
    return sqrt(max(0.0, float(np.mean(squares))))


class Pairs:
    """What came of chains, and what came before it in the same chain: sums over all such pairs.

    Attributes:
        last: What came of each chain last. Shape (chains, bits).
        seen: Whether anything did. Shape (chains,).
        count: Pairs so far.
        sums: Of x, of y and of x y, x coming before y. Shape (3, bits).
    """

    def __init__(self, chains: int, bits: int) -> None:
        self.last = np.zeros((chains, bits), dtype=np.uint8)
        self.seen = np.zeros(chains, dtype=bool)
        self.count = 0
        self.sums = np.zeros((3, bits), dtype=np.int64)

    def add(self, chains: Int64, bits: npt.NDArray[np.uint8]) -> None:
        """Take what came of some chains, each of them once. Shape (chains, bits)."""
        before = self.seen[chains]
        x, y = self.last[chains][before].astype(np.int64), bits[before].astype(np.int64)
        self.count += len(x)
        self.sums += np.stack([x.sum(axis=0), y.sum(axis=0), (x * y).sum(axis=0)])
        self.last[chains] = bits
        self.seen[chains] = True

    @property
    def correlation(self) -> float:
        """Root mean square over the bits that are not the same in all; 0 where there are none."""
        n = max(1, self.count)
        x, y, both = self.sums / n
        spread = x * (1 - x) * y * (1 - y)
        free = spread > 0
        if not free.any():
            return 0.0
        squares = (both - x * y)[free] ** 2 / spread[free]
        return sqrt(max(0.0, float(squares.mean()) - 1 / n))
