"""Whether chains have forgotten what they were: correlations between two of their states."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import numpy.typing as npt

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
