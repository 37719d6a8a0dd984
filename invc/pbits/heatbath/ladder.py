"""Ladders of temperatures as integer tables.

A block of w words is 64 w / rungs ladders: word k of every row belongs to rung k mod rungs, the
hottest being rung 0. A ladder is one bit of `rungs` neighbouring words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from invc.ising.model import Int32, Int64
from invc.pbits.heatbath.energy import Meter
from invc.pbits.heatbath.heat import FULL, USES, Heat, side_by_side, table

Betas = tuple[float, ...]
LEAST_STEP = 2e-4  # of beta: below it a table of chances would have more than 2**15 levels


@dataclass(frozen=True, eq=False)
class Ladder:
    """What sweeps and exchanges of a ladder need.

    Attributes:
        betas: Inverse temperatures, rising. Shape (rungs,), 2, 4 or 8 of them.
        heat: Tables of all rungs.
        chances: For each rung, of trades with the next: ascending, the last one being 2**16
            times the chance at an energy that is 2 higher, the one before at 4, and so on; of
            the last rung 0. Shape (rungs, levels).
        meter: Of the energies that decide trades.
    """

    betas: Betas
    heat: Heat
    chances: Int32
    meter: Meter

    @property
    def rungs(self) -> int:
        """How many temperatures the ladder has."""
        return len(self.betas)


class Pace(NamedTuple):
    """How a block of ladders goes on.

    Attributes:
        sweeps: So many, unless what is looked for is seen before.
        between: Sweeps between two exchanges.
    """

    sweeps: int
    between: int


class Exchanged(NamedTuple):
    """What became of it.

    Attributes:
        sweeps: How many there were.
        traded: Trades of each rung with the next. Shape (rungs,).
    """

    sweeps: int
    traded: Int64


def compile_ladder(betas: Betas, meter: Meter, uses: int = USES) -> Ladder:
    """The ladder of a model with some inverse temperatures, rising by LEAST_STEP or more."""
    heat, chances = _tables(betas, (1 << meter.bits) - 1)
    return Ladder(betas, heat._replace(uses=uses), chances, meter)


@lru_cache(maxsize=256)
def _tables(betas: Betas, most: int) -> tuple[Heat, Int32]:
    """Tables of all rungs, and chances of trades up to the largest difference of energies / 2."""
    even, odd = (side_by_side([table(beta, parity) for beta in betas]) for parity in (0, 1))
    return Heat(even, odd), _chances(betas, most)


def _chances(betas: Betas, most: int) -> Int32:
    """2**16 exp(-2 k (beta' - beta)) for k from 1 on, as long as it does not round to 0."""
    steps = np.diff(betas)
    levels = min(most, int(np.log(2 * FULL) / (2 * steps.min())) + 1)
    k = np.arange(levels, 0, -1)
    rows = np.rint(FULL * np.exp(-2 * steps[:, np.newaxis] * k))
    return np.concatenate([rows, np.zeros((1, levels))]).astype(np.int32)
