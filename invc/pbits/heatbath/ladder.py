"""Ladders of temperatures as integer tables.

A block is 1024 / rungs ladders: word w of every row belongs to rung w mod rungs, the hottest being
rung 0. A ladder is one bit of `rungs` neighbouring words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from invc.pbits.heatbath.heat import FULL, Heat, heat
from invc.pbits.random import WORDS

Int32 = npt.NDArray[np.int32]
Betas = tuple[float, ...]
LEAST_STEP = 2e-4  # of beta: below it a table of chances would have more than 2**15 levels


class Heats(NamedTuple):
    """Thresholds of several temperatures for the same fields.

    Attributes:
        thresholds: As those of a `Heat`, for each rung and the v of the hottest one; where a
            colder one is certain they are 0 or 2**16. Shape (rungs, levels).
        certain: The first v at which every rung is certain to become +1.
    """

    thresholds: Int32
    certain: int


@dataclass(frozen=True, eq=False)
class Ladder:
    """What sweeps and exchanges of a ladder need.

    Attributes:
        betas: Inverse temperatures, rising. Shape (rungs,), 2, 4 or 8 of them.
        even: For even fields.
        odd: For odd fields.
        chances: For each rung, of trades with the next: ascending, the last one being 2**16
            times the chance at an energy that is 2 higher, the one before at 4, and so on; of
            the last rung 0. Shape (rungs, levels).
    """

    betas: Betas
    even: Heats
    odd: Heats
    chances: Int32

    @property
    def rungs(self) -> int:
        """How many."""
        return len(self.betas)

    def words_of(self, rung: int) -> slice:
        """The words of a row that belong to a rung."""
        return slice(rung, WORDS, self.rungs)


@lru_cache(maxsize=256)
def compile_ladder(betas: Betas, most: int) -> Ladder:
    """The tables of a ladder.

    Args:
        betas: Inverse temperatures, rising by LEAST_STEP or more.
        most: The largest difference of two energies, in units of 2.
    """
    even, odd = (_heats([heat(beta, parity) for beta in betas]) for parity in (0, 1))
    return Ladder(betas, even, odd, _chances(betas, most))


def _heats(tables: list[Heat]) -> Heats:
    """Tables side by side."""
    certain = max(table.certain for table in tables)
    lowest = min(table.certain - len(table.thresholds) for table in tables)
    rows = np.zeros((len(tables), certain - lowest), dtype=np.int32)
    for row, table in zip(rows, tables, strict=True):
        end = table.certain - lowest
        row[end - len(table.thresholds) : end] = table.thresholds
        row[end:] = FULL
    return Heats(rows, certain)


def _chances(betas: Betas, most: int) -> Int32:
    """2**16 exp(-2 k (beta' - beta)) for k from 1 on, as long as it does not round to 0."""
    steps = np.diff(betas)
    levels = min(most, int(np.log(2 * FULL) / (2 * steps.min())) + 1)
    k = np.arange(levels, 0, -1)
    rows = np.rint(FULL * np.exp(-2 * steps[:, np.newaxis] * k))
    return np.concatenate([rows, np.zeros((1, levels))]).astype(np.int32)
