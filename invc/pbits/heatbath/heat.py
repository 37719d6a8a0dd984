"""The heat bath of a p-bit as integer thresholds."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

BITS = 16
FULL = 1 << BITS
COLDEST = 20.0  # at which every probability has become 0, 1/2 or 1; a lower one says the same


class Heat(NamedTuple):
    """Thresholds for fields I = 2 v + parity.

    With u uniform in 0 to 2**16 - 1 a p-bit becomes +1 exactly when u is below the threshold of
    its v. Probabilities are rounded to multiples of 2**-16.

    Attributes:
        thresholds: Those strictly between 0 and 2**16, ascending: of v = certain - levels to
            certain - 1. Shape (levels,), int32.
        certain: The first v at which a p-bit is +1 whatever u is.
    """

    thresholds: npt.NDArray[np.int32]
    certain: int


@lru_cache(maxsize=1 << 10)
def heat(beta: float, parity: int) -> Heat:
    """P(m = +1) = 1 / (1 + exp(-2 beta I)), the ideal p-bit.

    Source: Camsari, Faria, Sutton, Datta, https://doi.org/10.1103/PhysRevX.7.031014, eq. (1)
    and (2), with tanh written as a logistic.
    """
    beta = min(beta, COLDEST)
    # Beyond this field a probability rounds to 0 or 1; thousands of levels would be exact too,
    # but so hot a p-bit does not care: the field is cut at 2**13 instead.
    reach = min(int(np.ceil((BITS + 1) * np.log(2) / (4 * beta))) + 2, 1 << 13)
    v = np.arange(-reach, reach + 1)
    t = np.rint(FULL / (1 + np.exp(-2 * beta * (2 * v + parity)))).astype(np.int64)
    t[-1] = FULL
    inside = (t > 0) & (t < FULL)
    certain = int(v[t >= FULL][0])
    return Heat(t[inside].astype(np.int32), certain)
