"""Annealing schedules derived from a model's own energies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

FIRST_SWEEPS = 256
MOST_SWEEPS = 1 << 20
WIDE = 20.0  # ranges of designs are from 1.5 to 5
MOST_LEVELS = 64  # of beta in a read: tables of each are made once and kept
# beta times gap, where it is not that of annealing.
RANGES = {"staged": (2.4, 12.0), "pt": (2.5, 3.6)}


@dataclass(frozen=True)
class Schedule:
    """Inverse temperatures of one read, and in what steps it goes through them.

    Attributes:
        low: First beta.
        high: Last beta.
        sweeps: Sweeps of the read.
        hold: The most sweeps of one step.
    """

    low: float
    high: float
    sweeps: int
    hold: int

    def steps(self) -> Iterator[tuple[float, int]]:
        """(beta, sweeps) in order, beta rising by equal steps, or over a wide range by ratios."""
        count = max(1, -(-self.sweeps // self.hold))
        levels = min(count, MOST_LEVELS)
        spaced = np.geomspace if self.high > WIDE * self.low else np.linspace
        betas = spaced(self.low, self.high, levels).tolist() if levels > 1 else [self.high]
        for k in range(count):  # one after the other: a read may be longer than it will ever run
            yield betas[k * levels // count], min(self.hold, self.sweeps - k * self.hold)


@dataclass(frozen=True)
class Given:
    """The inverse temperature of each sweep, as the user gave it.

    Attributes:
        betas: One a sweep.
        hold: The most sweeps of one step.
    """

    betas: tuple[float, ...]
    hold: int

    def steps(self) -> Iterator[tuple[float, int]]:
        """(beta, sweeps) in order: equal betas together, as far as a step goes."""
        for beta, same in groupby(self.betas):
            count = sum(1 for _ in same)
            for done in range(0, count, self.hold):
                yield beta, min(self.hold, count - done)


def default_betas(dynamics: str, gap: int) -> tuple[float, float]:
    """From where a wrong gate is common to where it is rare, by the gap of the cells.

    A fault of energy `gap` has odds exp(-beta gap): one in nine at the start, one in 70 at
    the end. Of eight ranges tried on 8 x 8-bit factoring this was within noise of the best, and
    colder or hotter ends cost a factor of two. `staged` ends where a fault has no chance, and
    only spins between which there is nothing to choose still move: on columns of a multiplier
    anything hotter was slower. A first rung of `pt` that is hotter forgets sooner, but leaves wider
    steps for four rungs: at 12 bits 2.2 took twice as many flips as 2.5.
    """
    low, high = RANGES.get(dynamics, (2.4, 3.6))
    scale = max(gap, 1)
    return low / scale, high / scale


def hold_of(updates: int) -> int:
    """Sweeps of a step: few enough that one of a large model ends soon."""
    return 16 if updates <= 1 << 14 else 2 if updates <= 1 << 17 else 1
