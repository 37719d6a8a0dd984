"""Real coefficients as whole numbers: exactly where they allow it, else as finely as they fit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from invc.formats.terms import Float64, Int64

LARGEST_EXACT = 2**31 - 1  # what a .hj file holds, and a field sum in the kernels
LARGEST_OFFSET = 2**62  # what a .hj file holds
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


def whole(values: Float64, offset: float = 0.0, load: float = 0.0, terms: int = 0) -> Whole:
    """The smallest factor that makes every value a whole number, or the largest that fits.

    The offset gets its own share in the factor where there is room for that; it is no value.
    What does not become whole uses the whole range: the largest sum that has to fit into 31 bits
    nearly fills them, so a penalty of 10^6 beside an objective of 1 leaves it three digits.

    Args:
        values: The coefficients.
        offset: Energy that no variable changes.
        load: The largest sum of absolute values that must fit: of the couplings of one variable.
        terms: Most values in such a sum, each of which may be rounded up.
    """
    largest = float(np.abs(values).max(initial=0.0))
    distinct = np.unique(np.abs(values))
    factor = _common_denominator(np.append(distinct, abs(offset)), largest)
    if factor is None:
        factor = _common_denominator(distinct, largest)
    if factor is not None and factor * load <= LARGEST_EXACT:
        return Whole(np.rint(values * factor).astype(np.int64), float(factor), 0.0)
    room = LARGEST_EXACT - terms - 1
    scale = min(
        room / max(largest, load, 1e-280),
        LARGEST_SCALE,
        LARGEST_OFFSET / max(abs(offset), 1e-280),
    )
    numbers = np.rint(values * scale).astype(np.int64)
    return Whole(numbers, scale, float(np.abs(numbers / scale - values).max(initial=0.0)))


def _common_denominator(values: Float64, largest: float) -> int | None:
    """The least common denominator of decimals and short fractions; None if it gets too large.

    A double stands for the simple fraction beside it if it is as near as sums of doubles get.
    Each round adds the denominator of one value that is not whole yet, so there are few.
    """
    near_enough = ROUNDING * np.maximum(largest, values)
    factor = 1
    while True:
        if factor * max(largest, 1.0) > LARGEST_EXACT:
            return None
        left = np.flatnonzero(np.abs(np.rint(values * factor) / factor - values) > near_enough)
        if not len(left):
            return factor
        value = float(values[left[0]])
        near = Fraction(value).limit_denominator(MOST_DENOMINATOR)
        if abs(float(near) - value) > near_enough[left[0]] or factor % near.denominator == 0:
            return None
        factor = math.lcm(factor, near.denominator)
