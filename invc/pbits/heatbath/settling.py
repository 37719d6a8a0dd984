"""Some spins are moved until enough replicas fulfil a condition: what goes in and comes out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from invc.ising.model import Int8
from invc.pbits.heatbath.logic import Condition
from invc.pbits.heatbath.program import Program

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
