"""Which blocks a run has: how many reads each, how long, by what dynamics, and from where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from invc.engine.block import Block, Outcome
from invc.engine.choose import Chosen
from invc.engine.problem import Problem
from invc.engine.schedule import FIRST_SWEEPS, MOST_SWEEPS

# Blocks of one length whose last states are kept for longer ones to go on from, and spins of those.
MOST_LINES = 16
MOST_HANDED = 1 << 12


@dataclass(frozen=True)
class Plan:
    """The blocks of a run.

    Attributes:
        mix: The dynamics of each.
        lanes: Reads of a block, at most.
        reads: Of the run; None for as many as it takes.
        sweeps: Of each read; None for more as the run goes on.
        updates: Spins that a sweep over all updates.
        goes_on: Whether blocks go on where others ended.
        first: The first block, where others run elsewhere.
        given: Blocks that begin with states that were given, see `given_number`.
    """

    mix: Chosen
    lanes: int
    reads: int | None
    sweeps: int | None
    updates: int
    goes_on: bool
    first: int = 0
    given: int = 0

    @property
    def wanted(self) -> int | None:
        """Reads of all its blocks; None for as many as it takes."""
        return None if self.reads is None else self.reads - self.first * self.lanes

    def block(self, number: int, tried: Sequence[Outcome] = ()) -> Block | None:
        """A block, or None where there are no reads left for it.

        Args:
            number: Its number, from 0.
            tried: How the first blocks ended, on which others depend.
        """
        left = None if self.reads is None else self.reads - number * self.lanes
        if left is not None and left <= 0:
            return None
        # Twice as many sweeps after 1, 1, 2, 4, ... blocks.
        length = self.sweeps or min(MOST_SWEEPS, FIRST_SWEEPS << number.bit_length())
        choice = self.mix.choice(number, length, tried, self.updates)
        parent = parent_of(number) if self.goes_on and number else None
        return Block(
            number,
            choice.dynamics,
            choice.sweeps,
            self.lanes if left is None else min(self.lanes, left),
            given_number(number) if number < self.given else parent,
            kept=self.goes_on and line_of(number) < MOST_LINES,
            turn=choice.turn,
        )

    def blocks(self, number: int, tried: Sequence[Outcome] = ()) -> Iterator[Block]:
        """The blocks from a number on."""
        while block := self.block(number, tried):
            yield block
            number += 1

    @property
    def text(self) -> str:
        """How long reads are, in words."""
        if self.sweeps:
            return f"{self.sweeps} sweeps a read"
        return f"{2 * FIRST_SWEEPS} sweeps a read and more as the run goes on"


def plan_of(
    problem: Problem,
    mix: Chosen,
    lanes: int,
    reads: int | None,
    sweeps: int | None,
    *,
    blocks: tuple[int, int] | None = None,
) -> Plan:
    """The blocks of a run of one problem.

    Blocks go on where others ended, but not where reads of one length are asked for; their number
    makes no difference, so that a run can be repeated with as many as it came to.
    """
    goes_on = sweeps is None and mix.goes_on and problem.model.spins <= MOST_HANDED
    first, last = blocks or (0, None)
    reads = lanes * last if last else reads
    return Plan(mix, lanes, reads, sweeps, problem.free, goes_on, first)


def line_of(number: int) -> int:
    """Number of a block among those of its length."""
    return number - (1 << number.bit_length() >> 1)


def given_number(number: int) -> int:
    """The number of the state that a block begins with, where it was given: that of no block."""
    return -1 - number


def parent_of(number: int) -> int:
    """The block that one goes on from, half as long: two go on from each, or more from the first.

    With random numbers of their own they part, and none has to find its way from random states.
    """
    shorter = 1 << number.bit_length() >> 2
    return shorter + line_of(number) % max(1, min(shorter, MOST_LINES))
