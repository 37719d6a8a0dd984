"""Some spins are moved until enough replicas fulfil a condition: what goes in and comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from invc.ising.model import Int8
from invc.pbits.heatbath.logic import Condition
from invc.pbits.heatbath.program import Program
from invc.pbits.lanes import UInt64, ones

BRIEF = 1 << 15  # updates after which whoever settles looks around


@dataclass(frozen=True, eq=False)
class Settling:
    """What is to settle.

    Attributes:
        program: The updates.
        satisfied: What the spins shall fulfil.
        restless: 1 for the updates of spins that flip, cold, where their field is 0, and toss a
            coin in some sweeps only. Shape (u,).
    """

    program: Program
    satisfied: Condition
    restless: Int8


class Looks(NamedTuple):
    """When it is done.

    Attributes:
        enough: So many replicas satisfy it.
        stalled: The last sweeps have won fewer replicas than this.
        most: Sweeps.
    """

    enough: int
    stalled: int
    most: int


class Course(NamedTuple):
    """How far it is.

    Attributes:
        done: Sweeps so far.
        length: Sweeps until the next look.
        before: Replicas that satisfied it at the last look.
    """

    done: int
    length: int
    before: int


class Verdict(IntEnum):
    """What to do next: go on, or be content, or try otherwise."""

    MORE = 0
    ENDED = 1
    STUCK = 2


def until_settled(
    stage: Settling,
    looks: Looks,
    course: Course,
    sweep: Callable[[int], None],
    look: Callable[[], UInt64],
) -> tuple[Verdict, Course, UInt64]:
    """Sweep, twice as often after each look, and come back between two looks after `BRIEF` updates.

    Args:
        stage: What is to settle.
        looks: When to end.
        course: How far it is.
        sweep: Does so many sweeps.
        look: Tells which replicas satisfy the stage. Shape (words,).

    Returns:
        What next, how far it is then, and which replicas satisfy the stage.
    """
    left = BRIEF
    while True:
        sweep(course.length)
        row = look()
        count, done = ones(row), course.done + course.length
        if count >= looks.enough or done >= looks.most:
            return Verdict.ENDED, Course(done, course.length, course.before), row
        stuck = count - course.before < looks.stalled
        left -= course.length * stage.program.updates
        course = Course(done, done, count)
        if stuck or left <= 0:
            return Verdict.STUCK if stuck else Verdict.MORE, course, row
