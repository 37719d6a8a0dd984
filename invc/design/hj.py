"""The .hj file: a design as text, canonical and linear-time. Grammar in docs/formats.md."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal as OneOf
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from invc.design.design import Design
from invc.diagnostics import InvcError
from invc.ising import IsingModel
from invc.library.cell import Cell
from invc.netlist import FALSE, TRUE, Function, Gate, Literal, Netlist, Port
from invc.text.files import read_text, write_whole

FORMAT = "invc-hj 1"
CONVENTION = (
    "# E(m) = offset - sum h_i m_i - sum J_ij m_i m_j; m = +1 is logic 1; spins count from 1"
)
MAKE = "make it again with 'invc synth'"
INT32 = 2**31 - 1
CHUNK = 1 << 16
CONSTANTS = {"F": FALSE, "T": TRUE}
STRING = r'"(?:[^"\\]|\\.)*"'
FLOAT = re.compile(r"\d+(\.\d+)?(e[-+]?\d+)?", re.ASCII)
PORT = re.compile(
    rf"(input|output) ({STRING}) (unsigned|signed) \[(-?\d+):(-?\d+)\]( @\d+)? :((?: \S+)*)$"
)
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
    yield from _section("sources", [_quote(source) for source in sources])
    yield from _section("ports", [_port_line(port, sources) for port in netlist.ports])
    yield from _section("cells", [_cell_line(cell) for cell in design.cells.values()])
    yield from _section("gates", [_gate_line(gate, sources) for gate in netlist.gates])
    biased = np.flatnonzero(model.h)
    yield from _numbers("h", np.stack([biased + 1, model.h[biased].astype(np.int64)], axis=1))
    edges = model.edges.astype(np.int64) + 1
    yield from _numbers("J", np.concatenate([edges, model.J[:, None].astype(np.int64)], axis=1))
    yield "end\n"


def model_hash(design: Design) -> str:
    """SHA-256 of the design's .hj file: what a result was sampled from or proven of."""
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
    return json.dumps(text, ensure_ascii=False)


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
    return f"{port.direction} {_quote(port.name)} {sign} {span}{_at(port.source, sources)} :{bits}"


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


def read_design(path: Path) -> Design:
    """Read a .hj file.

    Raises:
        InvcError: It is no .hj file, or is broken: one line that names the line at fault.
    """
    return parse_design(read_text(path, hint="give a .hj file; 'invc synth' makes one"), str(path))


def parse_design(text: str, file: str = "<text>") -> Design:
    """A design from the text of a .hj file; `file` stands in error messages."""
    return _Reader(text, file).design()


class _Reader:
    """Reads line by line; bulk sections by the block, line by line again only to find a fault."""

    def __init__(self, text: str, file: str) -> None:
        self.lines = text.split("\n")
        if self.lines and not self.lines[-1]:
            self.lines.pop()
        self.file = file
        self.next = 0  # index of the line to read

    def fail(self, message: str, line: int | None = None, hint: str = MAKE) -> NoReturn:
        """Raise for the line with index `line`, or for the last one read."""
        at = self.next - 1 if line is None else line
        raise InvcError(message, where=f"{self.file}:{at + 1}", hint=hint)

    def design(self) -> Design:
        self.header()
        name = self.string(self.field("name"))
        origin = self.string(self.field("origin"))
        names = self.names()
        spins, spins_line = self.integer(self.field("spins")), self.next - 1
        offset = self.integer(self.field("offset"))
        scale = self.scale()
        nets = len(names) - 1
        sources = ["", *self.strings("sources")]
        ports = self.ports(nets, sources)
        cells = self.cells()
        gates = self.gates(cells, nets, sources)
        ancillas = sum(len(cells[gate.function.name].ancillas) for gate in gates)
        if spins != nets + ancillas:
            self.fail(f"spins {spins}, but {nets} nets and {ancillas} ancillas", spins_line)
        h = self.h(spins)
        edges, J = self.J(spins)
        if self.field("end") or self.next != len(self.lines):
            self.fail("text after 'end'")
        netlist = Netlist(name, ports, gates, names)
        try:
            netlist.check()
        except AssertionError as error:
            raise InvcError(
                f"the gates make no netlist: {error}", where=self.file, hint=MAKE
            ) from None
        return Design(netlist, IsingModel(h, edges, J, offset), cells, origin, scale)

    def header(self) -> None:
        first = self.lines[0] if self.lines else ""
        self.next = 1
        if first.strip() == FORMAT:
            return
        if first.startswith("invc-hj "):
            version = first[len("invc-hj ") :].strip()[:20]
            self.fail(f"format version {version!r} is not known", hint="this invc reads version 1")
        if not self.lines:
            self.fail("the file is empty", hint="give a .hj file; 'invc synth' makes one")
        self.fail("not a .hj file", hint=f"its first line would be '{FORMAT}'")

    def field(self, keyword: str) -> str:
        """What stands behind a keyword, on the next line that is no comment and not blank."""
        line = ""
        while not line or line.startswith("#"):
            self.next += 1
            if self.next > len(self.lines):
                self.fail(f"the file ends where '{keyword}' should stand; it was cut off")
            line = self.lines[self.next - 1].strip()
        head, _, rest = line.partition(" ")
        if head != keyword:
            self.fail(f"expected '{keyword}', found {line[:40]!r}")
        return rest.strip()

    def scale(self) -> float:
        """What stands behind "scale", which only files that need it have."""
        at = self.next
        line = next((line for line in self.lines[at:] if line and line[0] != "#"), "")
        if not line.startswith("scale "):
            return 1.0
        text = self.field("scale")
        value = float(text) if FLOAT.fullmatch(text) else 0.0
        if not 0 < value < math.inf:
            self.fail(f"{text[:40]!r} is no scale")
        return value

    def integer(self, text: str, low: int = -(2**62), high: int = 2**62) -> int:
        if not re.fullmatch(r"-?\d{1,19}", text, re.ASCII):
            self.fail(f"{text[:40]!r} is no integer")
        value = int(text)
        if not low <= value <= high:
            self.fail(f"{value} is out of range ({low} to {high})")
        return value

    def string(self, text: str) -> str:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, str):
            self.fail(f"{text[:40]!r} is no quoted text")
        return value

    def block(self, keyword: str) -> list[str]:
        """The lines of a section, as many as it announces."""
        count = self.integer(self.field(keyword), 0)
        left = len(self.lines) - self.next
        if count > left:
            self.fail(f"{count} lines of {keyword!r} announced, but only {left} follow")
        lines = self.lines[self.next : self.next + count]
        self.next += count
        return lines

    def strings(self, keyword: str) -> list[str]:
        lines = self.block(keyword)
        try:
            values: list[str] = json.loads(f"[{','.join(lines)}]")
        except (ValueError, RecursionError):
            values = []
        if len(values) != len(lines) or not all(isinstance(value, str) for value in values):
            start = self.next - len(lines)
            for k, line in enumerate(lines):
                self.next = start + k + 1
                self.string(line)
            self.fail(f"the lines of {keyword!r} are no quoted texts")
        return values

    def names(self) -> tuple[str, ...]:
        return ("", *self.strings("nets"))

    def literal(self, text: str, nets: int) -> Literal:
        if text in CONSTANTS:
            return CONSTANTS[text]
        value = self.integer(text)
        if not 1 <= abs(value) <= nets:
            self.fail(f"net {abs(value)} does not exist (there are {nets})")
        return 2 * abs(value) + (value < 0)

    def source(self, text: str | None, sources: Sequence[str]) -> str:
        if not text:
            return ""
        k = self.integer(text.strip()[1:], 0)
        if k >= len(sources):
            self.fail(f"source @{k} does not exist (there are {len(sources) - 1})")
        return sources[k]

    def ports(self, nets: int, sources: Sequence[str]) -> tuple[Port, ...]:
        ports: list[Port] = []
        lines = self.block("ports")
        for line in self.each(lines):
            port = self.port(line, nets, sources)
            if any(port.name == other.name for other in ports):
                self.fail(f"a second port is called {port.name!r}")
            ports.append(port)
        return tuple(ports)

    def each(self, lines: Sequence[str]) -> Iterator[str]:
        """The lines of a block just read, with `fail` pointing at the current one."""
        start = self.next - len(lines)
        for k, line in enumerate(lines):
            self.next = start + k + 1
            yield line

    def port(self, line: str, nets: int, sources: Sequence[str]) -> Port:
        match = PORT.match(line)
        if not match:
            self.fail(f"this is no port: {line[:60]!r}")
        direction: OneOf["input", "output"] = "input" if match[1] == "input" else "output"
        left, right = self.integer(match[4]), self.integer(match[5])
        bits = tuple(self.literal(bit, nets) for bit in match[7].split())
        name = self.string(match[2])
        if not bits:
            self.fail(f"port {name!r} names no spin")
        if len(bits) != abs(left - right) + 1:
            self.fail(f"port {name!r}: {len(bits)} bits for the range [{left}:{right}]")
        source = self.source(match[6], sources)
        signed = match[3] == "signed"
        return Port(name, direction, bits, signed, min(left, right), left < right, source)

    def cells(self) -> dict[str, Cell]:
        cells: dict[str, Cell] = {}
        for line in self.each(self.block("cells")):
            cell = self.cell(line)
            if cell.name in cells:
                self.fail(f"a second cell is called {cell.name!r}")
            cells[cell.name] = cell
        return cells

    def cell(self, line: str) -> Cell:
        try:
            fields = json.loads(line)
            name, inputs, outputs = fields["name"], fields["inputs"], fields["outputs"]
            tables = tuple(int(table, 16) for table in fields["tables"])
            function = Function(str(name), tuple(inputs), tuple(outputs), tables)
            ancillas, h = tuple(fields["ancillas"]), tuple(fields["h"])
            J = tuple((i, j, value) for i, j, value in fields["J"])
            ground, gap = fields["ground"], fields["gap"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            self.fail(f"this is no cell: {str(error)[:60]}")
        texts = [name, *inputs, *outputs, *ancillas]
        numbers = [ground, gap, *h, *(x for term in J for x in term)]
        spins = len(function.pins) + len(ancillas)
        if not all(isinstance(text, str) and re.fullmatch(r"\w+", text) for text in texts):
            self.fail("a name in this cell is no word")
        if not all(type(x) is int and abs(x) <= INT32 for x in numbers):
            self.fail("a coefficient of this cell is no integer of 32 bits")
        if len(h) != spins or any(not 0 <= i < j < spins for i, j, _ in J) or gap < 1:
            self.fail("the coefficients of this cell do not fit its pins")
        relation = function.relation
        return Cell(name, function.pins, relation, ancillas, h, J, ground, gap, function)

    def gates(self, cells: dict[str, Cell], nets: int, sources: Sequence[str]) -> tuple[Gate, ...]:
        lines = self.block("gates")
        functions = {name: cell.function for name, cell in cells.items()}
        literals = {str(k): 2 * k for k in range(1, nets + 1)}
        literals.update({f"-{k}": 2 * k + 1 for k in range(1, nets + 1)}, **CONSTANTS)
        places = {f"@{k}": source for k, source in enumerate(sources) if k}
        gates = []
        start = self.next - len(lines)
        for k, line in enumerate(lines):
            words = line.split(" ")
            source = places.get(words[-1], "")
            if source:
                words.pop()
            function = functions.get(words[0]) if words else None
            try:
                pins = tuple([literals[word] for word in words[1:]])
            except KeyError:
                pins = ()
            if function is None or len(pins) != len(function.pins):
                self.next = start + k + 1
                self.bad_gate(line, words, function, nets)
            gates.append(Gate(function, pins, source))
        return tuple(gates)

    def bad_gate(
        self, line: str, words: list[str], function: Function | None, nets: int
    ) -> NoReturn:
        if function is None:
            self.fail(f"no cell is called {words[0][:40]!r}" if words else "this is no gate")
        if words[-1].startswith("@"):
            self.fail(f"source {words[-1][:20]} does not exist")
        for word in words[1:]:
            self.literal(word, nets)
        self.fail(f"{function.name} has {len(function.pins)} pins: {line[:60]!r}")

    def table(self, keyword: str, width: int) -> tuple[Columns, int]:
        """Rows of integers of a section, and the index of its first line."""
        lines = self.block(keyword)
        start = self.next - len(lines)
        joined = "\n".join(lines)
        if not re.fullmatch(r"[-0-9 \n]*", joined):
            self.bad_row(lines, width)
        try:
            flat = np.array(joined.split(), dtype=np.int64)
        except (ValueError, OverflowError):
            self.bad_row(lines, width)
        # One blank between two numbers, and as many as the width asks for: then the rows fit.
        if len(flat) != width * len(lines) or any(line.count(" ") != width - 1 for line in lines):
            self.bad_row(lines, width)
        return flat.reshape(-1, width), start

    def bad_row(self, lines: list[str], width: int) -> NoReturn:
        for line in self.each(lines):
            words = line.split(" ")
            if len(words) != width:
                self.fail(f"{width} integers expected, found {line[:40]!r}")
            for word in words:
                self.integer(word)
        self.fail("these lines are no integers")

    def first(self, wrong: npt.NDArray[np.bool_], start: int, message: str) -> None:
        """Fail for the first wrong row."""
        if wrong.any():
            self.fail(message, start + int(np.argmax(wrong)))

    def spins_exist(self, rows: Columns, start: int, spins: int) -> None:
        wrong = (rows < 1) | (rows > spins)
        for k in np.flatnonzero(wrong.any(axis=1))[:1]:
            spin = rows[k][wrong[k]][0]
            self.fail(f"spin {spin} does not exist (there are {spins})", start + int(k))

    def values(self, column: Columns, start: int) -> npt.NDArray[np.int32]:
        self.first(column == 0, start, "a coefficient of 0 is left out, not written")
        self.first(np.abs(column) > INT32, start, "the coefficient does not fit 32 bits")
        return column.astype(np.int32)

    def h(self, spins: int) -> npt.NDArray[np.int32]:
        rows, start = self.table("h", 2)
        self.spins_exist(rows[:, :1], start, spins)
        values = self.values(rows[:, 1], start)
        self.ascending(rows[:, 0], start, "this spin has a second h", "h is not in order of spins")
        h = np.zeros(spins, dtype=np.int32)
        h[rows[:, 0] - 1] = values
        return h

    def J(self, spins: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        rows, start = self.table("J", 3)
        self.spins_exist(rows[:, :2], start, spins)
        self.first(rows[:, 0] >= rows[:, 1], start, "an edge is written with its lower spin first")
        values = self.values(rows[:, 2], start)
        key = rows[:, 0] * (spins + 1) + rows[:, 1]
        self.ascending(key, start, "this edge stands twice", "J is not in order of edges")
        return (rows[:, :2] - 1).astype(np.int32).reshape(-1, 2), values

    def ascending(self, key: Columns, start: int, twice: str, order: str) -> None:
        step = np.diff(key, prepend=-1)
        self.first(step == 0, start, twice)
        self.first(step < 0, start, order)
