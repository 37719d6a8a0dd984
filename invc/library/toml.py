"""A cell as a TOML file: written by lib-gen, read without recomputing anything."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from invc.diagnostics import InvcError
from invc.library.cell import Cell
from invc.netlist import Function
from invc.writing import read_text, write_whole

NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
TEXT_KEYS = ("name", "function", "source")
LIST_KEYS = ("inputs", "outputs", "tables", "ancillas")


def write_cell(cell: Cell, path: Path) -> None:
    """Write a cell; a file that was there is replaced whole or kept."""
    write_whole(path, [format_cell(cell)])


def format_cell(cell: Cell) -> str:
    """The text of a cell's file."""
    names = cell.spin_names
    biases = ", ".join(f"{names[i]} = {h}" for i, h in enumerate(cell.h) if h)
    couplings = [f'"{names[i]} {names[j]}" = {J}' for i, j, J in cell.J]
    if cell.function is not None:
        pins = {
            "inputs": list(cell.function.inputs),
            "outputs": list(cell.function.outputs),
            "tables": [f"{table:x}" for table in cell.function.tables],
        }
    else:
        pins = {"pins": list(cell.pins), "rows": f"{cell.rows:x}"}
    lines = [
        f"name     = {json.dumps(cell.name)}",
        f"function = {json.dumps(cell.text)}",
        *(f"{key:8} = {json.dumps(value)}" for key, value in pins.items()),
        f"ancillas = {json.dumps(list(cell.ancillas))}",
        f"h        = {{ {biases} }}" if biases else "h        = {}",
        f"ground   = {cell.ground}",
        f"gap      = {cell.gap}",
        f"source   = {json.dumps(cell.source)}",
        "",
        "[J]",
        *couplings,
        "",
    ]
    return "\n".join(lines)


def read_cell(path: Path) -> Cell:
    """Read a cell.

    Raises:
        InvcError: The file cannot be read, is no TOML, or describes no cell.
    """
    text = read_text(path, hint="cells are written by 'invc lib-gen'")
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvcError(f"not a cell: {error}", where=str(path), hint=_AGAIN) from error
    try:
        return _cell(fields)
    except (KeyError, TypeError, ValueError) as error:
        problem = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise InvcError(f"not a cell: {problem}", where=str(path), hint=_AGAIN) from error


_AGAIN = "make it again with 'invc lib-gen'"


def _cell(fields: Mapping[str, Any]) -> Cell:
    for key in TEXT_KEYS:
        if not isinstance(fields[key], str):
            raise ValueError(f"{key!r} is no text")
    for key in LIST_KEYS:
        values = fields.get(key, [])
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            raise ValueError(f"{key!r} is no list of texts")
    name = fields["name"]
    function = None
    if "pins" in fields:
        pins, rows = tuple(fields["pins"]), int(fields["rows"], 16)
        if not 0 < rows < 1 << (1 << len(pins)):
            raise ValueError("'rows' does not fit the pins")
    else:
        tables = tuple(int(table, 16) for table in fields["tables"])
        function = Function(name, tuple(fields["inputs"]), tuple(fields["outputs"]), tables)
        pins, rows = function.pins, function.relation
    ancillas = tuple(fields["ancillas"])
    index = {spin: k for k, spin in enumerate(pins + ancillas)}
    if len(index) != len(pins) + len(ancillas):
        raise ValueError("two spins share a name")
    if not all(NAME.fullmatch(word) for word in (name, *index)):
        raise ValueError("a name is no word of letters, digits and '_'")
    h = [0] * len(index)
    for spin, value in fields["h"].items():
        if spin not in index:
            raise ValueError(f"h names {spin!r}, which is no spin")
        h[index[spin]] = _integer(value, f"h of {spin}")
    return Cell(
        name,
        pins,
        rows,
        ancillas,
        tuple(h),
        _couplings(fields["J"], index),
        _integer(fields["ground"], "ground"),
        _integer(fields["gap"], "gap"),
        function,
        fields["function"],
        fields["source"],
    )


def _couplings(
    table: Mapping[str, Any], index: Mapping[str, int]
) -> tuple[tuple[int, int, int], ...]:
    couplings = {}
    for pair, value in table.items():
        ends = pair.split()
        if len(ends) != 2 or not all(end in index for end in ends) or ends[0] == ends[1]:
            raise ValueError(f"J names {pair!r}, which is no pair of spins")
        i, j = sorted(index[end] for end in ends)
        if (i, j) in couplings:
            raise ValueError(f"J names {pair!r} twice")
        couplings[i, j] = _integer(value, f"J of {pair}")
    return tuple((i, j, J) for (i, j), J in sorted(couplings.items()) if J)


def _integer(value: object, what: str) -> int:
    if type(value) is not int or abs(value) > 2**20:
        raise ValueError(f"{what} is no integer of 20 bits")
    return value
