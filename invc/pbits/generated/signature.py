"""What the code of an update depends on, so that updates, temperatures and models share it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invc.ising.model import Int64
from invc.pbits.heatbath.heat import Heat, Table
from invc.pbits.heatbath.program import Program

MOST_INPUTS = 64  # rows that code adds: beyond them the generic kernel is as fast
MOST_BITS = 12  # of noise


@dataclass(frozen=True)
class Signature:
    """An update rule: m = +1 exactly if S + noise >= 2**(bits - 1) - shift, or 0 - shift.

    S is the weighted sum of the neighbours' bits, see `Program`. The noise has its middle at
    2**(bits - 1) whatever the temperature, by a constant that is added when it is drawn: the
    temperature is in the number of its bits alone.

    Attributes:
        counts: For each bit of the weights, how many neighbours with J > 0 and with J < 0.
        shift: The constant part of the field.
        bits: Of the noise; 0 where nothing is left to chance.
    """

    counts: tuple[int, ...]
    shift: int
    bits: int

    @property
    def inputs(self) -> int:
        """Neighbours that are added, one whose weight has several bits as often."""
        return sum(self.counts)

    @property
    def needed(self) -> int:
        """The least sum of S and noise at which m is +1."""
        return (1 << self.bits >> 1) - self.shift

    @property
    def most(self) -> int:
        """The largest sum of S and noise."""
        sums = (count << (k >> 1) for k, count in enumerate(self.counts))
        return sum(sums) + (1 << self.bits) - 1

    @property
    def text(self) -> str:
        """A name of letters, digits and underscores."""
        return f"s{self.shift}_{self.bits}_{'_'.join(map(str, self.counts))}".replace("-", "m")


def bits_of_noise(table: Table) -> int | None:
    """Bits of the noise of a temperature, or of a ladder; None where code cannot have it."""
    levels, certain = table.thresholds.shape[1], table.certain
    if not levels:
        return 0 if certain == 0 else None
    bits = 1 + max(0, certain - 1).bit_length()
    while levels - certain >= 1 << (bits - 1):
        bits += 1
    fits = 0 <= certain <= levels and bits <= MOST_BITS
    return bits if fits else None


def bits_of_heat(heat: Heat) -> tuple[int, int] | None:
    """Bits of the noise for even and odd fields; None where code cannot have it."""
    even, odd = bits_of_noise(heat.even), bits_of_noise(heat.odd)
    return None if even is None or odd is None else (even, odd)


@dataclass(frozen=True, eq=False)
class Rules:
    """The update rules of a program, but for their noise.

    Attributes:
        rules: Counts, shift and parity of each, in no order.
        rule: The number of the rule of each update. Shape (u,).
        uses: Updates of each rule. Shape (rules,).
    """

    rules: tuple[tuple[tuple[int, ...], int, int], ...]
    rule: Int64
    uses: Int64

    def signatures(self, bits: tuple[int, int]) -> list[Signature | None]:
        """The signature of each rule with noise of so many bits; None where it is too wide."""
        return [
            Signature(counts, shift, bits[parity]) if sum(counts) <= MOST_INPUTS else None
            for counts, shift, parity in self.rules
        ]


def rules_of(program: Program) -> Rules:
    """The update rules of a program."""
    width = np.diff(program.first_count)
    most = int(width.max(initial=0))
    rows = np.zeros((program.updates, most + 3), dtype=np.int64)
    place = np.arange(len(program.count)) - np.repeat(program.first_count[:-1], width)
    rows[np.repeat(np.arange(program.updates), width), place] = program.count
    rows[:, most] = width
    rows[:, most + 1] = program.shift
    rows[:, most + 2] = program.parity
    unique, rule, uses = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    rules = tuple(
        (tuple(row[: row[most]]), row[most + 1], row[most + 2]) for row in unique.tolist()
    )
    return Rules(rules, rule.reshape(-1).astype(np.int64), uses.astype(np.int64))
