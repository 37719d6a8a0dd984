"""The schedule of a circuit: a table of saturations and weights of noise, which wraps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np

from invc.diagnostics import InvcError
from invc.pbits.accumulator.plan import Cycles

MOST_ENTRIES = 4096


class Entry(NamedTuple):
    """Cycles with one saturation and one weight of noise.

    Attributes:
        i0: Saturation: Itanh stays from -i0 to i0 - 1.
        noise: Weight of the noise.
        cycles: How many cycles, at least 1.
    """

    i0: int
    noise: int
    cycles: int


@dataclass(frozen=True)
class Schedule:
    """What a circuit goes through, again from the beginning where it ends.

    Attributes:
        entries: In order.
        every: Noise comes in one cycle of so many, the first of them, counted from the start of
            the run.
    """

    entries: tuple[Entry, ...]
    every: int = 1

    @property
    def period(self) -> int:
        """Cycles after which the schedule starts again."""
        return sum(entry.cycles for entry in self.entries)

    @property
    def most_i0(self) -> int:
        """The highest saturation of all entries."""
        return max(entry.i0 for entry in self.entries)

    @property
    def most_noise(self) -> int:
        """The largest weight of noise."""
        return max(entry.noise for entry in self.entries)

    def cycles(self, count: int) -> Cycles:
        """I0 and weight of the noise of each of the first cycles."""
        lengths = [entry.cycles for entry in self.entries]
        row = np.repeat(np.arange(len(lengths)), lengths)[np.arange(count) % self.period]
        i0 = np.array([entry.i0 for entry in self.entries], dtype=np.int64)[row]
        noise = np.array([entry.noise for entry in self.entries], dtype=np.int64)[row]
        return Cycles(i0, np.where(np.arange(count) % self.every == 0, noise, 0))


def schedule_of(i0: Sequence[int], noise: Sequence[int], every: int = 1) -> Schedule:
    """The shortest table that repeats these values of each cycle.

    Args:
        i0: Saturation of each cycle.
        noise: Weight of the noise of each cycle, before `every` takes any away.
        every: See `Schedule`.

    Raises:
        InvcError: The table would have more entries than a circuit has room for.
    """
    rows = list(zip(i0, noise, strict=True))
    rows = rows[: _period(rows)]
    entries = tuple(Entry(*row, len(list(same))) for row, same in groupby(rows))
    if len(entries) > MOST_ENTRIES:
        raise InvcError(
            f"the schedule has {len(entries)} entries, a circuit at most {MOST_ENTRIES}",
            hint="give a narrower range of i0, fewer weights of noise, or fewer ramps",
        )
    return Schedule(entries, every)


def _period(rows: Sequence[tuple[int, int]]) -> int:
    """The shortest prefix of which all is a whole number of copies (Knuth, Morris, Pratt)."""
    border = [0] * len(rows)
    for k in range(1, len(rows)):
        length = border[k - 1]
        while length and rows[k] != rows[length]:
            length = border[length - 1]
        border[k] = length + (rows[k] == rows[length])
    period = len(rows) - border[-1]
    return period if len(rows) % period == 0 else len(rows)
