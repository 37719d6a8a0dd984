"""The section of a .hj file that says what ports are in time."""

from __future__ import annotations

from typing import cast, get_args

from invc.design.frames import AT_START, INITIAL, Frames, Kind, Signal, at
from invc.design.hj.cursor import Cursor
from invc.netlist import Netlist


def read_frames(cursor: Cursor) -> Frames | None:
    """The section of a design that was unrolled; None where there is none."""
    if not cursor.peek().startswith("clock "):
        return None
    cycles, _, clock = cursor.field("clock").partition(" ")
    count = cursor.integer(cycles, 1)
    name = cursor.string(clock.strip())
    free = cursor.peek() == 'init "free"'
    if free:
        cursor.field("init")
    parameters, defines = _pairs(cursor, "parameter"), _pairs(cursor, "define")
    signals: dict[tuple[str, str], Signal] = {}
    for line in cursor.each(cursor.block("frames")):
        kind, _, quoted = line.partition(" ")
        if kind not in get_args(Kind):
            cursor.fail(f"no kind of signal is called {kind[:40]!r}")
        texts = cursor.texts(quoted, 1, 3 if kind in AT_START else 1)
        signal = Signal(texts[0], cast("Kind", kind), *texts[1:])
        if signal.start.strip("01x"):
            cursor.fail(f"{signal.start[:40]!r} are no bits to start with")
        if (kind, signal.name) in signals:
            cursor.fail(f"a second {kind} is called {signal.name!r}")
        signals[kind, signal.name] = signal
    return Frames(name, count, tuple(signals.values()), parameters, defines, free)


def _pairs(cursor: Cursor, word: str) -> tuple[tuple[str, str], ...]:
    """Lines of a name and a value, as many as begin with a word."""
    pairs = []
    while cursor.peek().startswith(f"{word} "):
        name, value = cursor.texts(cursor.field(word), 2, 2)
        pairs.append((name, value))
    return tuple(pairs)


def check_frames(cursor: Cursor, frames: Frames | None, netlist: Netlist) -> None:
    """See that every signal is a port of the netlist in its first cycle."""
    if frames is None:
        return
    ports = netlist.port_by_name
    for signal in frames.signals:
        if signal.kind == "zero":
            continue
        first = signal.name + INITIAL if signal.kind == "initial" else at(signal.name, 0)
        if first not in ports:
            cursor.fail(f"signal {signal.name!r} has no port {first!r}")
        if signal.start and len(signal.start) != len(ports[first].bits):
            cursor.fail(f"signal {signal.name!r} does not start with {len(signal.start)} bits")
