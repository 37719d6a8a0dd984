"""An answer in time: a row for each cycle of a clocked design, and waveforms whose unit is it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from invc import __version__
from invc.design.fields import Field, columns_of
from invc.design.frames import AT, AT_START, INITIAL, Frames, at
from invc.netlist import Netlist, Port, evaluate
from invc.netlist.machine import NEXT, STATE
from invc.report.vcd import INDEXED, check_vcd, identifier, scopes
from invc.text.files import write_whole

HALF = 5  # of a cycle, in units of time


def signals_in_time(
    frames: Frames, netlist: Netlist
) -> tuple[tuple[str, ...], dict[tuple[str, int], Port]]:
    """The names of signals in order, and the port of each in each cycle that has one."""
    ports = netlist.port_by_name
    names = tuple(dict.fromkeys(s.name for s in frames.signals if s.kind not in AT_START))
    found = {
        (name, cycle): ports[at(name, cycle)]
        for name in names
        for cycle in range(frames.cycles + 1)
        if at(name, cycle) in ports
    }
    return names, found


def starting_values(frames: Frames, answer: Mapping[str, int]) -> dict[str, int]:
    """What registers were free to hold at first, where that is not seen in cycle 0."""
    seen = {signal.name for signal in frames.signals if signal.kind not in AT_START}
    return {name: answer[name + INITIAL] for name in frames.names("initial") if name not in seen}


def values_in_time(
    frames: Frames, netlist: Netlist, answer: Mapping[str, int]
) -> dict[str, list[int | None]]:
    """For each signal its value in every cycle, None in one that has none."""
    names, ports = signals_in_time(frames, netlist)
    found: dict[str, list[int | None]] = {}
    for name in names:
        own = (ports.get((name, cycle)) for cycle in range(frames.cycles + 1))
        found[name] = [None if port is None else answer[port.name] for port in own]
    return found


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
    Nets inside have their names in the source.
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
        inner = [
            (out.register_var((top, *scope), name, "wire", size=1), values)
            for scope, name, values in _inner(frames, netlist, answer)
        ]
        for cycle in range(frames.cycles + 1):
            start = 2 * HALF * cycle
            out.change(clock, start, 1)
            for name, variable in variables.items():
                port = ports.get((name, cycle))
                out.change(variable, start, "x" if port is None else _bits(answer[port.name], port))
            for variable, values in inner:
                out.change(variable, start, values.get(cycle, "x"))
            out.change(clock, start + HALF, 0)
        out.close(2 * HALF * (frames.cycles + 1))
    return text.getvalue()


Inner = tuple[tuple[str, ...], str, dict[int, int]]


def _inner(frames: Frames, netlist: Netlist, answer: Mapping[str, int]) -> Iterator[Inner]:
    """Nets inside that the source names: their scopes, their names, their values by cycle."""
    given = {p.name: [answer[p.name] >> k & 1 for k in range(len(p.bits))] for p in netlist.inputs}
    values = evaluate(netlist, given, 1)
    shown = {signal.name for signal in frames.signals}
    found: dict[str, dict[int, int]] = {}
    for net, label in enumerate(netlist.names):
        name, _, cycle = label.rpartition(AT)
        stem = name.partition("[")[0]
        ours = not name or name.startswith("$") or stem.endswith((STATE, NEXT))
        if cycle.isdecimal() and not ours and shown.isdisjoint((name, stem)):
            found.setdefault(name, {})[int(cycle)] = values[net]
    for name, by_cycle in sorted(found.items()):
        scope, last = scopes(name)
        match = INDEXED.fullmatch(last)
        yield scope, f"{identifier(match[1])} [{match[2]}]" if match else identifier(last), by_cycle


def _declared(name: str, port: Port) -> str:
    return f"{identifier(name)} {port.range_text}".rstrip()


def _bits(value: int, port: Port) -> int:
    return value & ((1 << len(port.bits)) - 1)


def rows_in_time(
    frames: Frames, netlist: Netlist, text: Callable[[Port, Field], str]
) -> tuple[list[str], list[list[str]]]:
    """A head and a row for each cycle: the cycle, then each signal or its fields.

    Args:
        frames: What the ports are in time.
        netlist: Whose ports they are.
        text: Of the value of a field in a port; a cycle without that port has "".
    """
    names, ports = signals_in_time(frames, netlist)
    columns = []
    for name in names:
        port = next(
            ports[name, cycle] for cycle in range(frames.cycles + 1) if (name, cycle) in ports
        )
        paths = (field.name.removeprefix(port.name) for field in columns_of(port))
        columns += [(name, k, name + path) for k, path in enumerate(paths)]
    rows = []
    for cycle in range(frames.cycles + 1):
        found = ((ports.get((name, cycle)), k) for name, k, _ in columns)
        rows.append(
            [str(cycle), *("" if p is None else text(p, columns_of(p)[k]) for p, k in found)]
        )
    return ["cycle", *(label for _, _, label in columns)], rows
