"""A read as waveforms: ports and nets against sweeps in a Value Change Dump.

One unit of time is one sweep. Ports are vectors of the top scope, as is the energy of the read;
the dots of a net's name are its scopes, and nets `n[0]` to `n[k]` of one scope are one vector.

Format: IEEE 1364-2005, clause 18.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from invc import __version__
from invc.design import bit_names
from invc.diagnostics import InvcError
from invc.netlist import Literal, Netlist
from invc.report.run import Run
from invc.report.trace import Trace
from invc.text.files import write_whole

SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
INDEXED = re.compile(r"(.+)\[(\d+)\]", re.DOTALL)
INSTALL = "pip install '.[vcd]' in a checkout of invc brings pyvcd, which writes them"


class _Wave(NamedTuple):
    """A variable: its scopes, its name and range as VCD writes them, its bits from the least."""

    scope: tuple[str, ...]
    name: str
    bits: tuple[Literal, ...]


def check_vcd() -> None:
    """Find what writes waveforms.

    Raises:
        InvcError: It is not installed.
    """
    try:
        import vcd  # noqa: F401, PLC0415 - an optional extra
    except ImportError as error:
        raise InvcError("waveforms need the package pyvcd", hint=INSTALL) from error


def write_vcd(run: Run, path: Path) -> None:
    """Write the trace's chosen read.

    Raises:
        InvcError: Nothing was watched, pyvcd is not installed, or the file cannot be written.
    """
    if run.trace is None:
        raise InvcError("nothing was sampled, so there are no waveforms", where=str(path))
    check_vcd()
    write_whole(path, [format_vcd(run, run.trace)])


def format_vcd(run: Run, trace: Trace) -> str:
    """The text of the file."""
    from vcd import VCDWriter  # noqa: PLC0415 - an optional extra

    netlist = run.design.netlist
    top = identifier(netlist.name or "top")
    kind = "a read that found an answer" if trace.answered else "the read of lowest energy"
    text = io.StringIO()
    comment = f"{kind}, number {trace.chosen} of {trace.reads}; one unit of time is one sweep"
    # Nets are joined by their literal, so that the sign of an output's bit is in its waveform.
    values = np.concatenate([np.zeros((len(trace.sweeps), 1), dtype=np.uint8), trace.nets], axis=1)
    with VCDWriter(text, "1 ns", date="", comment=comment, version=f"invc {__version__}") as out:
        energy = out.register_var(top, "energy", "integer", size=64)
        waves = [
            (out.register_var((top, *wave.scope), wave.name, "wire", size=len(wave.bits)), wave)
            for wave in _waves(netlist)
        ]
        rows = [(variable, _numbers(values, wave.bits)) for variable, wave in waves]
        for k, sweep in enumerate(trace.sweeps.tolist()):
            out.change(energy, sweep, int(trace.energy[k]))
            for variable, row in rows:
                out.change(variable, sweep, row[k])
        out.close(int(trace.sweeps[-1]) + 1)
    return text.getvalue()


def identifier(text: str) -> str:
    r"""A name as Verilog writes it: `n1`, or escaped as `\$18`; what does not print is `%20`."""
    if SIMPLE.fullmatch(text):
        return text
    return "\\" + "".join(c if "!" <= c <= "~" else f"%{ord(c):02x}" for c in text)


def _numbers(values: npt.NDArray[np.uint8], bits: Sequence[Literal]) -> list[int]:
    """The value of literals as one number for each row; no width is too large for Python."""
    columns = values[:, [bit >> 1 for bit in bits]] ^ np.array([bit & 1 for bit in bits], np.uint8)
    packed = np.packbits(columns, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def _waves(netlist: Netlist) -> Iterator[_Wave]:
    """Ports, then all other nets; no two share a scope and a name."""
    used: set[tuple[tuple[str, ...], str]] = {((), "energy")}
    for wave in (*_ports(netlist), *_inner_nets(netlist)):
        stem, _, span = wave.name.partition(" ")
        name, suffix = stem, 0
        while (wave.scope, name) in used:
            suffix += 1
            name = f"{stem}_{suffix}"
        used.add((wave.scope, name))
        yield wave._replace(name=f"{name} {span}".rstrip())


def _ports(netlist: Netlist) -> Iterator[_Wave]:
    for port in netlist.ports:
        span = f" {port.range_text}" if port.range_text else ""
        yield _Wave((), identifier(port.name) + span, port.bits)


def _inner_nets(netlist: Netlist) -> Iterator[_Wave]:
    """Nets that are no port's bit under its own name, `n[0]`, `n[1]`, ... joined."""
    of_ports = {name for port in netlist.ports for name in (port.name, *bit_names(port))}
    stems: dict[tuple[tuple[str, ...], str], dict[int, Literal]] = {}
    for net, name in enumerate(netlist.names[1:], 1):
        if name in of_ports:
            continue
        scope, last = scopes(name or f"${net}")
        match = INDEXED.fullmatch(last)
        bits = stems.setdefault((scope, match[1]), {}) if match else {}
        if match and int(match[2]) not in bits:
            bits[int(match[2])] = 2 * net
        else:
            yield _Wave(scope, identifier(last), (2 * net,))
    for (scope, stem), bits in stems.items():
        yield from _vectors(scope, stem, bits)


def _vectors(scope: tuple[str, ...], stem: str, bits: dict[int, Literal]) -> Iterator[_Wave]:
    """One vector for each run of indices."""
    name = identifier(stem)
    indices = sorted(bits)
    start = 0
    for k, index in enumerate(indices):
        if k + 1 == len(indices) or indices[k + 1] != index + 1:
            run = indices[start : k + 1]
            span = f"[{run[-1]}]" if len(run) == 1 else f"[{run[-1]}:{run[0]}]"
            yield _Wave(scope, f"{name} {span}", tuple(bits[i] for i in run))
            start = k + 1


def scopes(name: str) -> tuple[tuple[str, ...], str]:
    """`u1.u2.n` as its scopes and its name; a dot at an end, or beside another, is no border."""
    parts = name.split(".")
    return ((), name) if "" in parts else (tuple(map(identifier, parts[:-1])), parts[-1])
