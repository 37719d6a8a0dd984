"""Real coefficients as whole numbers: exactly where they allow it, else to 20 bits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from invc.foreign.terms import Float64, Int64

LARGEST_EXACT = 2**31 - 1  # what a .hj file holds
LARGEST_ROUNDED = 2**20
LARGEST_OFFSET = 2**62  # likewise
LARGEST_SCALE = 1e300
MOST_DENOMINATOR = 10**6
ROUNDING = 8 * 2.0**-52


@dataclass(frozen=True, eq=False)
class Whole:
    """Whole numbers that stand for real ones: value = number / scale, but for the error.

    Attributes:
        numbers: Shape as the values.
        scale: What the values were multiplied by.
        error: The largest absolute difference, in units of the values; 0 where all are exact but
            for the rounding of doubles.
    """

    numbers: Int64
    scale: float
    error: float


def whole(values: Float64, offset: float = 0.0) -> Whole:
    """The smallest factor that makes every value a whole number, or 2**20 over the largest.

    The offset gets its own share in the factor where there is room for that; it is no value.
    """
    largest = float(np.abs(values).max(initial=0.0))
    distinct = np.unique(np.abs(values)).tolist()
    factor = _common_denominator([*distinct, abs(offset)], largest)
    if factor is None:
        factor = _common_denominator(distinct, largest)
    if factor is not None:
        return Whole(np.rint(values * factor).astype(np.int64), float(factor), 0.0)
    scale = min(LARGEST_ROUNDED / largest, LARGEST_SCALE, LARGEST_OFFSET / max(abs(offset), 1e-280))
    numbers = np.rint(values * scale).astype(np.int64)
    return Whole(numbers, scale, float(np.abs(numbers / scale - values).max(initial=0.0)))


def _common_denominator(values: list[float], largest: float) -> int | None:
    """The least common denominator of decimals and short fractions; None if it gets too large.

    A double stands for the simple fraction beside it if it is as near as sums of doubles get.
    """
    factor = 1
    for value in values:
        near = Fraction(value).limit_denominator(MOST_DENOMINATOR)
        if abs(float(near) - value) > ROUNDING * max(largest, value):
            return None
        factor = math.lcm(factor, near.denominator)
        if factor * max(largest, 1.0) > LARGEST_EXACT:
            return None
    return factor
