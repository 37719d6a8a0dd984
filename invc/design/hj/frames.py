"""The section of a .hj file that says what ports are in time."""

from __future__ import annotations

from typing import cast, get_args

from invc.design.frames import INITIAL, Frames, Kind, Signal, at
from invc.design.hj.cursor import Cursor
from invc.netlist import Netlist


def read_frames(cursor: Cursor) -> Frames | None:
    """The section of a design that was unrolled; None where there is none."""
    if not cursor.peek().startswith("clock "):
        return None
    cycles, _, clock = cursor.field("clock").partition(" ")
    count = cursor.integer(cycles, 1)
    name = cursor.string(clock.strip())
    signals: dict[Signal, None] = {}
    for line in cursor.each(cursor.block("frames")):
        kind, _, quoted = line.partition(" ")
        if kind not in get_args(Kind):
            cursor.fail(f"no kind of signal is called {kind[:40]!r}")
        signal = Signal(cursor.string(quoted), cast("Kind", kind))
        if signal in signals:
            cursor.fail(f"a second {kind} is called {signal.name!r}")
        signals[signal] = None
    return Frames(name, count, tuple(signals))


def check_frames(cursor: Cursor, frames: Frames | None, netlist: Netlist) -> None:
    """See that every signal is a port of the netlist in its first cycle."""
    if frames is None:
        return
    ports = {port.name for port in netlist.ports}
    for signal in frames.signals:
        first = signal.name + INITIAL if signal.kind == "initial" else at(signal.name, 0)
        if first not in ports:
            cursor.fail(f"signal {signal.name!r} has no port {first!r}")
