"""Time in a design that was unrolled: which ports are one signal in several cycles."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Literal as OneOf

from invc.diagnostics import InvcError

AT = "@"
INITIAL = f"{AT}init"
AT_START = ("initial", "zero")  # kinds of what has a value before the first cycle alone
Kind = OneOf[
    "input", "output", "register", "formal", "initial", "zero", "assume", "assert", "cover"
]


@dataclass(frozen=True)
class Signal:
    """What has a value in every cycle, or in the first alone.

    Attributes:
        name: As in the source. Its value in cycle t is port `name@t`; bits of registers that
            nothing sets before the first cycle are port `name@init`.
        kind: "input" and "output" are ports of the source, "register" is inside, "formal" is one
            for properties alone, "initial" is free at the start, "zero" is 0 there where the source
            does not say, the others are properties.
        variable: Of what is free or 0 at the start, what a simulator has to set; "" where that is
            not known to have another name.
        start: Of what is free at the start, the bits that the source would begin with, the most
            significant first, x where it does not say; "" where it says nothing. Of what is 0, the
            bits that are, and x where the source says.
    """

    name: str
    kind: Kind
    variable: str = ""
    start: str = ""


@dataclass(frozen=True)
class Frames:
    """What the ports of a netlist are in time.

    Attributes:
        clock: Name of the clock in the source.
        cycles: Number of edges that registers see. Cycle 0 is before the first of them, cycle
            `cycles` after the last one.
        signals: In the order of the source.
        parameters: Of the top module, as they were given to be compiled, name and value.
        defines: Macros that were given.
        free: Whether every bit of every register is free at the start, whatever the source says.
    """

    clock: str
    cycles: int
    signals: tuple[Signal, ...]
    parameters: tuple[tuple[str, str], ...] = ()
    defines: tuple[tuple[str, str], ...] = ()
    free: bool = False

    def names(self, kind: Kind) -> tuple[str, ...]:
        """The signals of a kind."""
        return tuple(signal.name for signal in self.signals if signal.kind == kind)


def at(name: str, cycle: int) -> str:
    """The port that a signal is in a cycle."""
    return f"{name}{AT}{cycle}"


SPAN = r"(\d{1,9})\.\.(\d{1,9}|end)"
TIMES = re.compile(
    rf"(.+?)(\[[^\]@]*\])?@(?:(\*|end)|{SPAN}|\[{SPAN}\])(\[[^\]]*\])?", re.DOTALL | re.ASCII
)
SLICED_BEFORE = re.compile(r"(.+)(\[[^\]@]*\])@(\d{1,9}|init)", re.DOTALL | re.ASCII)


def moments(ports: Iterable[str], name: str) -> list[list[str]]:
    """The ports that a name with times in it stands for.

    `count@3` is a port. `count@end` is the last cycle that the signal has; `en@*` and `en@2..5` are
    cycles that get one value each; `out@[0..31]` is one value over several cycles, the first one
    lowest. A slice may stand before the time or after it.

    Args:
        ports: Names of all ports.
        name: As the user wrote it.

    Returns:
        For each value that is to be given, the names whose bits it is for, lowest first.

    Raises:
        InvcError: The signal is not there in such a cycle.
    """
    known = ports if isinstance(ports, Container) else set(ports)
    if AT not in name or name in known:
        return [[name]]
    signal, path, time = _field(ports, name)
    if path:
        return [[part + path for part in group] for group in moments(ports, f"{signal}{AT}{time}")]
    before = SLICED_BEFORE.fullmatch(name)
    if before is not None:
        return [[f"{before[1]}{AT}{before[3]}{before[2]}"]]
    match = TIMES.fullmatch(name)
    cycles = _cycles(ports, match[1]) if match else []
    if match is None or not cycles:
        return [[name]]
    signal, early, word, first, last, joined_first, joined_last, late = match.groups()
    if word:
        wanted = cycles if word == "*" else cycles[-1:]
    else:
        wanted = _span(signal, cycles, first or joined_first, last or joined_last)
    names = [f"{at(signal, cycle)}{early or late or ''}" for cycle in wanted]
    return [names] if joined_first else [[name] for name in names]


def _field(ports: Iterable[str], name: str) -> tuple[str, str, str]:
    """The signal, the field or element of it, and the time, where a name has such a field."""
    head, _, time = name.rpartition(AT)
    if not _cycles(ports, head):
        for split in re.finditer(r"\.|\[(?=[^\]]*\][.\[])", head):
            if _cycles(ports, head[: split.start()]):
                return head[: split.start()], head[split.start() :], time
    return name, "", ""


def _span(signal: str, cycles: list[int], first: str, last: str) -> list[int]:
    """The cycles from one to another, both included."""
    start, end = int(first), cycles[-1] if last == "end" else int(last)
    if start > end or end > cycles[-1]:
        raise InvcError(
            f"{signal!r} has no cycles {start} to {end}", hint=f"its cycles are 0 to {cycles[-1]}"
        )
    return list(range(start, end + 1))


def _cycles(ports: Iterable[str], signal: str) -> list[int]:
    """The cycles that a signal has ports for."""
    start = signal + AT
    return sorted(
        int(p[len(start) :]) for p in ports if p.startswith(start) and p[len(start) :].isdigit()
    )
