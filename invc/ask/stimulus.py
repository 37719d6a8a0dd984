"""What a trace holds, as clamps: waveforms, or a table of values by cycle."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from invc.design import Design
from invc.design.frames import Frames, at
from invc.diagnostics import InvcError, nearest
from invc.text.files import read_text

if TYPE_CHECKING:
    from invc.report.waves import Wave

FREE = frozenset("xXzZ?_")


def read_stimulus(design: Design, path: Path) -> list[str]:
    """The texts NAME@CYCLE=VALUE of everything that a trace holds; x leaves free.

    Args:
        design: One that was unrolled.
        path: A Value Change Dump, of which signals are taken that the design has; or a CSV file
            whose head names signals, a row for each cycle, an empty cell leaving free.

    Raises:
        InvcError: The file cannot be read, is longer than the design, or names what it has not.
    """
    if design.frames is None:
        raise InvcError(
            "a stimulus is for a clocked design",
            where=str(path),
            hint="synth --cycles K unrolls one over K edges of its clock",
        )
    if path.suffix.lower() == ".vcd":
        return list(_of_waves(design, design.frames, path))
    return list(_of_table(design, design.frames, path))


def _check_length(cycles: int, frames: Frames, path: Path) -> None:
    if cycles > frames.cycles + 1:
        raise InvcError(
            f"it has {cycles} cycles, and the design {frames.cycles + 1}",
            where=str(path),
            hint=f"synth --cycles {cycles - 1}, or a shorter trace",
        )


def _of_table(design: Design, frames: Frames, path: Path) -> Iterator[str]:
    rows = list(csv.reader(read_text(path, hint="give a .vcd or .csv file").splitlines()))
    head = [name.strip() for name in rows[0]] if rows else []
    known = {signal.name for signal in frames.signals}
    for name in head:
        if name.partition("[")[0] not in known and name not in known and name != "cycle":
            hint = nearest(name, known)
            raise InvcError(f"no signal is called {name!r}", where=f"{path}:1", hint=hint)
    body = [row for row in rows[1:] if row]
    _check_length(len(body), frames, path)
    for cycle, row in enumerate(body):
        if len(row) != len(head):
            raise InvcError(
                f"{len(row)} cells under a head of {len(head)}",
                where=f"{path}:{cycle + 2}",
                hint="a row for each cycle, a cell for each signal",
            )
        for name, cell in zip(head, map(str.strip, row), strict=True):
            if name == "cycle":
                _check_count(cell, cycle, path)
            elif not FREE.issuperset(cell) and _has(design, name, cycle):
                yield f"{at(name, cycle)}={cell}"


def _has(design: Design, name: str, cycle: int) -> bool:
    """Whether a signal, or the one that a slice is of, has a port in a cycle."""
    ports = design.netlist.port_by_name
    return at(name, cycle) in ports or at(name.partition("[")[0], cycle) in ports


def _check_count(cell: str, cycle: int, path: Path) -> None:
    if cell != str(cycle):
        raise InvcError(
            f"cycle {cell!r} where {cycle} should stand",
            where=f"{path}:{cycle + 2}",
            hint="cycles are counted from 0, without a gap",
        )


def _of_waves(design: Design, frames: Frames, path: Path) -> Iterator[str]:
    from invc.report.waves import sampled  # noqa: PLC0415 - an optional extra

    known = {signal.name for signal in frames.signals}
    cycles = sampled(path, frames.clock, known)
    _check_length(len(cycles), frames, path)
    for cycle, waves in enumerate(cycles):
        yield from _of_cycle(design, cycle, waves, path)


def _of_cycle(design: Design, cycle: int, waves: Mapping[Wave, str], path: Path) -> Iterator[str]:
    for wave, bits in waves.items():
        port = design.netlist.port_by_name.get(at(wave.name, cycle))
        if port is None or FREE.issuperset(bits):
            continue
        width = 1 if wave.bit is not None else len(port.bits)
        if len(bits) > width:
            raise InvcError(
                f"{wave.name!r} has {len(bits)} bits, and {width} in the design",
                where=str(path),
                hint="was the design compiled with the same parameters?",
            )
        slice_of = "" if wave.bit is None or not port.range_text else f"[{wave.bit}]"
        yield f"{port.name}{slice_of}=0b{_extended(bits, width)}"


def _extended(bits: str, width: int) -> str:
    """A value as wide as its port, as IEEE 1364 extends it."""
    return (bits[0] if bits[0] in FREE else "0") * (width - len(bits)) + bits
