"""The heat bath of a p-bit as integer thresholds."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from invc.ising.model import Int32

BITS = 16
FULL = 1 << BITS
USES = 64  # of a vector of random numbers, each rotated otherwise
COLDEST = 20.0  # at which every probability has become 0, 1/2 or 1; a lower one says the same


class Table(NamedTuple):
    """Thresholds for fields I = 2 v + parity.

    With u uniform in 0 to 2**16 - 1 a p-bit becomes +1 exactly when u is below the threshold of
    its v. Probabilities are rounded to multiples of 2**-16.

    Attributes:
        thresholds: A row for each temperature: ascending, those of v = certain - levels to
            certain - 1. At one temperature all are strictly between 0 and 2**16; of several a
            colder one has 0 or 2**16 where it is certain. Shape (rungs, levels).
        certain: The first v at which a p-bit is +1 whatever u is, at every temperature.
    """

    thresholds: Int32
    certain: int


class Heat(NamedTuple):
    """What a sweep needs to know of its temperature, or of those of its rungs.

    Attributes:
        even: For even fields.
        odd: For odd fields.
        uses: Of a vector of random numbers of all replicas, at most. Each replica by itself has
            independent numbers whatever this is; 1 makes replicas independent of each other.
    """

    even: Table
    odd: Table
    uses: int = USES

    @property
    def is_cold(self) -> bool:
        """Whether a p-bit whose field is 0 is all that is left to chance."""
        return bool(self.even.thresholds.tolist() == [[FULL // 2]])


@lru_cache(maxsize=1 << 10)
def heat(beta: float, uses: int = USES) -> Heat:
    """The tables of one inverse temperature."""
    return Heat(table(beta, 0), table(beta, 1), uses)


def table(beta: float, parity: int) -> Table:
    """P(m = +1) = 1 / (1 + exp(-2 beta I)), the ideal p-bit, for fields of one parity.

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
    return Table(t[inside].astype(np.int32)[np.newaxis], certain)


def side_by_side(tables: list[Table]) -> Table:
    """Tables of several temperatures as one, for the v of the hottest."""
    certain = max(one.certain for one in tables)
    lowest = min(one.certain - one.thresholds.shape[1] for one in tables)
    rows = np.zeros((len(tables), certain - lowest), dtype=np.int32)
    for row, one in zip(rows, tables, strict=True):
        end = one.certain - lowest
        row[end - one.thresholds.shape[1] : end] = one.thresholds[0]
        row[end:] = FULL
    return Table(rows, certain)
