"""A design as the text of a .hj file; equal designs give equal bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from invc.design.design import Design
from invc.design.frames import Frames
from invc.library.cell import Cell
from invc.netlist import TRUE, Gate, Literal, Netlist, Port
from invc.text.files import write_whole

FORMAT = "invc-hj 1"
CONVENTION = (
    "# E(m) = offset - sum h_i m_i - sum J_ij m_i m_j; m = +1 is logic 1; spins count from 1"
)
CHUNK = 1 << 16
Columns = npt.NDArray[np.int64]


def write_design(design: Design, path: Path) -> None:
    """Write a .hj file; equal designs give equal bytes.

    Raises:
        InvcError: The file cannot be written; one that was there is kept.
    """
    write_whole(path, format_design(design))


def format_design(design: Design) -> Iterator[str]:
    """The text of a .hj file, in pieces."""
    netlist, model = design.netlist, design.model
    sources = _sources(netlist)
    yield f"{FORMAT}\n{CONVENTION}\nname {_quote(netlist.name)}\norigin {_quote(design.origin)}\n"
    yield from _section("nets", [_quote(name) for name in netlist.names[1:]])
    yield f"spins {model.spins}\noffset {model.offset}\n"
    if design.scale != 1:
        yield f"scale {design.scale!r}\n"
    if design.frames is not None:
        yield from _frames(design.frames)
    yield from _section("sources", [_quote(source) for source in sources])
    yield from _section("ports", [_port_line(port, sources) for port in netlist.ports])
    yield from _section("cells", [_cell_line(cell) for cell in design.cells.values()])
    yield from _section("gates", [_gate_line(gate, sources) for gate in netlist.gates])
    biased = np.flatnonzero(model.h)
    yield from _numbers("h", np.stack([biased + 1, model.h[biased].astype(np.int64)], axis=1))
    edges = model.edges.astype(np.int64) + 1
    yield from _numbers("J", np.concatenate([edges, model.J[:, None].astype(np.int64)], axis=1))
    yield "end\n"


def _frames(frames: Frames) -> Iterator[str]:
    yield f"clock {frames.cycles} {_quote(frames.clock)}\n"
    if frames.free:
        yield 'init "free"\n'
    for word, pairs in (("parameter", frames.parameters), ("define", frames.defines)):
        for name, value in pairs:
            yield f"{word} {_quote(name)} {_quote(value)}\n"
    signals = []
    for signal in frames.signals:
        texts = [signal.name, signal.variable, signal.start]
        while not texts[-1] and len(texts) > 1:
            texts.pop()
        signals.append(" ".join([signal.kind, *map(_quote, texts)]))
    yield from _section("frames", signals)


@lru_cache(maxsize=16)
def model_hash(design: Design) -> str:
    """SHA-256 of the design's .hj file: what a result was sampled from or proven of.

    Those of the last designs are kept: each answer of a batch names it.
    """
    sha = hashlib.sha256()
    for piece in format_design(design):
        sha.update(piece.encode())
    return f"sha256:{sha.hexdigest()}"


def _section(keyword: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"{keyword} {len(lines)}\n"
    for start in range(0, len(lines), CHUNK):
        yield "\n".join([*lines[start : start + CHUNK], ""])


def _numbers(keyword: str, rows: Columns) -> Iterator[str]:
    yield f"{keyword} {len(rows)}\n"
    form = " ".join(["%d"] * rows.shape[1]) + "\n"
    for start in range(0, len(rows), CHUNK):
        block = rows[start : start + CHUNK]
        yield (form * len(block)) % tuple(block.ravel().tolist())


def _quote(text: str) -> str:
    """As JSON; what UTF-8 cannot hold, as parts of names of files, stands in it as an escape."""
    try:
        return json.dumps(text, ensure_ascii=False).encode().decode()
    except UnicodeEncodeError:
        return json.dumps(text.encode(errors="backslashreplace").decode(), ensure_ascii=False)


def _signed(lit: Literal) -> str:
    if lit <= TRUE:
        return "FT"[lit]
    return f"-{lit >> 1}" if lit & 1 else str(lit >> 1)


def _sources(netlist: Netlist) -> dict[str, int]:
    """Every source location that is used, numbered from 1 in sorted order."""
    places = {p.source for p in netlist.ports} | {g.source for g in netlist.gates}
    return {place: k for k, place in enumerate(sorted(places - {""}), 1)}


def _at(source: str, sources: dict[str, int]) -> str:
    return f" @{sources[source]}" if source else ""


def _port_line(port: Port, sources: dict[str, int]) -> str:
    sign = "signed" if port.signed else "unsigned"
    span = f"[{port.index(len(port.bits) - 1)}:{port.index(0)}]"
    bits = "".join(f" {_signed(bit)}" for bit in port.bits)
    place = _at(port.source, sources)
    shape = "" if port.shape is None else f" type {_quote(str(port.shape))}"
    return f"{port.direction} {_quote(port.name)} {sign} {span}{place}{shape} :{bits}"


def _gate_line(gate: Gate, sources: dict[str, int]) -> str:
    pins = " ".join([_signed(pin) for pin in gate.pins])
    return f"{gate.function.name} {pins}{_at(gate.source, sources)}"


def _cell_line(cell: Cell) -> str:
    assert cell.function is not None
    function = cell.function
    fields = {
        "name": cell.name,
        "inputs": function.inputs,
        "outputs": function.outputs,
        "tables": [f"{table:x}" for table in function.tables],
        "ancillas": cell.ancillas,
        "h": cell.h,
        "J": cell.J,
        "ground": cell.ground,
        "gap": cell.gap,
    }
    return json.dumps(fields, ensure_ascii=False)
