"""The ports, cells and gates of a .hj file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from typing import Literal as OneOf

from invc.design.hj.cursor import Cursor
from invc.library.cell import Cell
from invc.netlist import FALSE, TRUE, Function, Gate, Literal, Port
from invc.netlist.shape import Shape, parse_shape

CONSTANTS = {"F": FALSE, "T": TRUE}
STRING = r'"(?:[^"\\]|\\.)*"'
PORT = re.compile(
    rf"(input|output) ({STRING}) (unsigned|signed) \[(-?\d+):(-?\d+)\]( @\d+)?"
    rf"(?: type ({STRING}))? :((?: \S+)*)$"
)
INT32 = 2**31 - 1
# A table of all rows over the pins is made of each cell, so what a line claims is bounded first.
MOST_PINS = 14  # as lib-gen makes them
MOST_SPINS = 20  # pins and ancillas, as lib-check proves them


def read_ports(cursor: Cursor, nets: int, sources: Sequence[str]) -> tuple[Port, ...]:
    """The section of ports, whose names all differ."""
    ports: dict[str, Port] = {}
    for line in cursor.each(cursor.block("ports")):
        port = _port(cursor, line, nets, sources)
        if port.name in ports:
            cursor.fail(f"a second port is called {port.name!r}")
        ports[port.name] = port
    return tuple(ports.values())


def _port(cursor: Cursor, line: str, nets: int, sources: Sequence[str]) -> Port:
    match = PORT.match(line)
    if not match:
        cursor.fail(f"this is no port: {line[:60]!r}")
    direction: OneOf["input", "output"] = "input" if match[1] == "input" else "output"
    left, right = cursor.integer(match[4]), cursor.integer(match[5])
    bits = tuple(_literal(cursor, bit, nets) for bit in match[8].split())
    name = cursor.string(match[2])
    if not bits:
        cursor.fail(f"port {name!r} names no spin")
    if len(bits) != abs(left - right) + 1:
        cursor.fail(f"port {name!r}: {len(bits)} bits for the range [{left}:{right}]")
    source = _source(cursor, match[6], sources)
    signed = match[3] == "signed"
    shape = _shape(cursor, name, match[7], len(bits))
    return Port(name, direction, bits, signed, min(left, right), left < right, source, shape)


def _shape(cursor: Cursor, name: str, text: str | None, width: int) -> Shape | None:
    """The fields and elements of a port that has some."""
    if text is None:
        return None
    shown = cursor.string(text)
    try:
        shape = parse_shape(shown)
    except ValueError as error:
        cursor.fail(f"port {name!r} has no type: {str(error)[:60]}")
    if shape.width != width or str(shape) != shown:
        cursor.fail(f"port {name!r}: its type has {shape.width} bits, as {str(shape)[:60]!r}")
    return shape


def _literal(cursor: Cursor, text: str, nets: int) -> Literal:
    if text in CONSTANTS:
        return CONSTANTS[text]
    value = cursor.integer(text)
    if not 1 <= abs(value) <= nets:
        cursor.fail(f"net {abs(value)} does not exist (there are {nets})")
    return 2 * abs(value) + (value < 0)


def _source(cursor: Cursor, text: str | None, sources: Sequence[str]) -> str:
    if not text:
        return ""
    k = cursor.integer(text.strip()[1:], 1)
    if k >= len(sources):
        cursor.fail(f"source @{k} does not exist (there are {len(sources) - 1})")
    return sources[k]


def read_cells(cursor: Cursor) -> dict[str, Cell]:
    """The section of cells by name."""
    cells: dict[str, Cell] = {}
    for line in cursor.each(cursor.block("cells")):
        cell = _cell(cursor, line)
        if cell.name in cells:
            cursor.fail(f"a second cell is called {cell.name!r}")
        cells[cell.name] = cell
    return cells


def _cell(cursor: Cursor, line: str) -> Cell:
    try:
        fields = json.loads(line)
        name, ancillas, h = fields["name"], tuple(fields["ancillas"]), tuple(fields["h"])
        J = tuple((i, j, value) for i, j, value in fields["J"])
        ground, gap = fields["ground"], fields["gap"]
        pins = (*fields["inputs"], *fields["outputs"])
        _check_size(cursor, pins, ancillas)
        function = _function(fields)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        cursor.fail(f"this is no cell: {str(error)[:60]}")
    texts = [name, *pins, *ancillas]
    numbers = [ground, gap, *h, *(x for term in J for x in term)]
    spins = len(pins) + len(ancillas)
    if not all(isinstance(text, str) and re.fullmatch(r"\w+", text) for text in texts):
        cursor.fail("a name in this cell is no word")
    if not all(type(x) is int and abs(x) <= INT32 for x in numbers):
        cursor.fail("a coefficient of this cell is no integer of 32 bits")
    if len(h) != spins or any(not 0 <= i < j < spins for i, j, _ in J) or gap < 1:
        cursor.fail("the coefficients of this cell do not fit its pins")
    return Cell(name, function.pins, function.relation, ancillas, h, J, ground, gap, function)


def _check_size(cursor: Cursor, pins: Sequence[object], ancillas: Sequence[object]) -> None:
    if len(pins) > MOST_PINS:
        cursor.fail(f"this cell has {len(pins)} pins, more than {MOST_PINS}")
    if len(pins) + len(ancillas) > MOST_SPINS:
        spins = len(pins) + len(ancillas)
        cursor.fail(f"this cell has {spins} spins, more than {MOST_SPINS}")


def _function(fields: Mapping[str, Any]) -> Function:
    tables = tuple(int(table, 16) for table in fields["tables"])
    return Function(str(fields["name"]), tuple(fields["inputs"]), tuple(fields["outputs"]), tables)


def read_gates(
    cursor: Cursor, cells: Mapping[str, Cell], nets: int, sources: Sequence[str]
) -> tuple[Gate, ...]:
    """The section of gates; words are looked up, and looked into only to find a fault."""
    lines = cursor.block("gates")
    functions = {name: cell.function for name, cell in cells.items()}
    literals = {str(k): 2 * k for k in range(1, nets + 1)}
    literals.update({f"-{k}": 2 * k + 1 for k in range(1, nets + 1)}, **CONSTANTS)
    places = {f"@{k}": source for k, source in enumerate(sources) if k}
    gates = []
    start = cursor.next - len(lines)
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
            cursor.next = start + k + 1
            _bad_gate(cursor, line, words, function, nets)
        gates.append(Gate(function, pins, source))
    return tuple(gates)


def _bad_gate(
    cursor: Cursor, line: str, words: list[str], function: Function | None, nets: int
) -> NoReturn:
    if function is None:
        cursor.fail(f"no cell is called {words[0][:40]!r}" if words else "this is no gate")
    if words[-1].startswith("@"):
        cursor.fail(f"source {words[-1][:20]} does not exist")
    for word in words[1:]:
        _literal(cursor, word, nets)
    cursor.fail(f"{function.name} has {len(function.pins)} pins: {line[:60]!r}")
