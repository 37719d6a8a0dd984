"""An answer in time: a row for each cycle of a clocked design, and waveforms whose unit is it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from invc import __version__
from invc.design.frames import INITIAL, Frames, at
from invc.netlist import Netlist, Port
from invc.report.vcd import check_vcd, identifier
from invc.text.files import write_whole

HALF = 5  # of a cycle, in units of time


def signals_in_time(
    frames: Frames, netlist: Netlist
) -> tuple[tuple[str, ...], dict[tuple[str, int], Port]]:
    """The names of signals in order, and the port of each in each cycle that has one."""
    ports = netlist.port_by_name
    names = tuple(dict.fromkeys(s.name for s in frames.signals if s.kind != "initial"))
    found = {
        (name, cycle): ports[at(name, cycle)]
        for name in names
        for cycle in range(frames.cycles + 1)
        if at(name, cycle) in ports
    }
    return names, found


def starting_values(frames: Frames, answer: Mapping[str, int]) -> dict[str, int]:
    """What registers were free to hold at first, where that is not seen in cycle 0."""
    seen = {signal.name for signal in frames.signals if signal.kind != "initial"}
    return {name: answer[name + INITIAL] for name in frames.names("initial") if name not in seen}


def write_waveforms(
    frames: Frames, netlist: Netlist, answer: Mapping[str, int], path: Path
) -> None:
    """Write one answer as waveforms, the clock among them.

    Raises:
        InvcError: pyvcd is not installed, or the file cannot be written.
    """
    check_vcd()
    write_whole(path, [format_waveforms(frames, netlist, answer)])


def format_waveforms(frames: Frames, netlist: Netlist, answer: Mapping[str, int]) -> str:
    """The text of a Value Change Dump (IEEE 1364-2005, clause 18); a cycle is 10 units.

    The clock rises at the beginning of a cycle. Values are those of the whole cycle, as they stand
    before the next edge; what has no value in a cycle is x.
    """
    from vcd import VCDWriter  # noqa: PLC0415 - an optional extra

    names, ports = signals_in_time(frames, netlist)
    top = identifier(netlist.name or "top")
    text = io.StringIO()
    comment = "an answer; the clock rises every 10 units of time"
    with VCDWriter(text, "1 ns", date="", comment=comment, version=f"invc {__version__}") as out:
        clock = out.register_var(top, identifier(frames.clock), "wire", size=1)
        variables = {
            name: out.register_var(
                top, _declared(name, ports[name, 0]), "wire", size=len(ports[name, 0].bits)
            )
            for name in names
            if (name, 0) in ports
        }
        for cycle in range(frames.cycles + 1):
            start = 2 * HALF * cycle
            out.change(clock, start, 1)
            for name, variable in variables.items():
                port = ports.get((name, cycle))
                out.change(variable, start, "x" if port is None else _bits(answer[port.name], port))
            out.change(clock, start + HALF, 0)
        out.close(2 * HALF * (frames.cycles + 1))
    return text.getvalue()


def _declared(name: str, port: Port) -> str:
    return f"{identifier(name)} {port.range_text}".rstrip()


def _bits(value: int, port: Port) -> int:
    return value & ((1 << len(port.bits)) - 1)


def rows_in_time(
    frames: Frames, netlist: Netlist, texts: Mapping[str, str]
) -> tuple[list[str], list[list[str]]]:
    """A head and a row for each cycle: the cycle, then the text of each signal, "" without one.

    Args:
        frames: What the ports are in time.
        netlist: Whose ports they are.
        texts: The text of each port's value.
    """
    names, ports = signals_in_time(frames, netlist)
    rows = [
        [str(cycle), *(_text(ports.get((name, cycle)), texts) for name in names)]
        for cycle in range(frames.cycles + 1)
    ]
    return ["cycle", *names], rows


def _text(port: Port | None, texts: Mapping[str, str]) -> str:
    return "" if port is None else texts[port.name]
