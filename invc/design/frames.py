"""Time in a design that was unrolled: which ports are one signal in several cycles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf

AT = "@"
Kind = OneOf["input", "output", "register", "initial", "assume", "assert", "cover"]


@dataclass(frozen=True)
class Signal:
    """What has a value in every cycle, or in the first alone.

    Attributes:
        name: As in the source. Its value in cycle t is port `name@t`; bits of registers that
            nothing sets before the first cycle are port `name@init`.
        kind: "input" and "output" are ports of the source, "register" is inside, "initial" is free
            at the start, the others are properties.
    """

    name: str
    kind: Kind


@dataclass(frozen=True)
class Frames:
    """What the ports of a netlist are in time.

    Attributes:
        clock: Name of the clock in the source.
        cycles: Number of edges that registers see. Cycle 0 is before the first of them, cycle
            `cycles` after the last one.
        signals: In the order of the source.
    """

    clock: str
    cycles: int
    signals: tuple[Signal, ...]

    def names(self, kind: Kind) -> tuple[str, ...]:
        """The signals of a kind."""
        return tuple(signal.name for signal in self.signals if signal.kind == kind)


def at(name: str, cycle: int) -> str:
    """The port that a signal is in a cycle."""
    return f"{name}{AT}{cycle}"
