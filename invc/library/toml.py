"""A cell as a TOML file: written by lib-gen, read without recomputing anything."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from invc.diagnostics import InvcError, nearest
from invc.library.cell import Cell
from invc.netlist import Function
from invc.text.files import read_text, write_whole

MOST_DOTS = 1000  # in a line
NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
HEXADECIMAL = re.compile(r"[0-9a-fA-F]+")
TEXT_KEYS = ("name", "function", "source")
LIST_KEYS = ("inputs", "outputs", "tables", "pins", "ancillas")
TABLE_KEYS = ("h", "J")
COMMON_KEYS = {"name", "function", "source", "ancillas", "h", "J", "ground", "gap", "degenerate"}
FUNCTION_KEYS = {"inputs", "outputs", "tables"}
RELATION_KEYS = {"pins", "rows"}
MAX_SPINS = 20  # a proof enumerates them


def write_cell(cell: Cell, path: Path) -> None:
    """Write a cell; a file that was there is replaced whole or kept."""
    write_whole(path, [format_cell(cell)])


def format_cell(cell: Cell) -> str:
    """The text of a cell's file."""
    names = cell.spin_names
    biases = ", ".join(f"{names[i]} = {h}" for i, h in enumerate(cell.h) if h)
    couplings = [f'"{names[i]} {names[j]}" = {J}' for i, j, J in cell.J]
    pins: dict[str, str | list[str]]
    if cell.function is not None:
        pins = {
            "inputs": list(cell.function.inputs),
            "outputs": list(cell.function.outputs),
            "tables": [f"{table:x}" for table in cell.function.tables],
        }
    else:
        pins = {"pins": list(cell.pins), "rows": f"{cell.rows:x}"}
    lines = [
        f"name     = {_quoted(cell.name)}",
        f"function = {_quoted(cell.text)}",
        *(f"{key:8} = {json.dumps(value)}" for key, value in pins.items()),
        f"ancillas = {json.dumps(list(cell.ancillas))}",
        f"h        = {{ {biases} }}" if biases else "h        = {}",
        f"ground   = {cell.ground}",
        f"gap      = {cell.gap}",
        *(["degenerate = true"] if cell.degenerate else []),
        f"source   = {_quoted(cell.source)}",
        "",
        "[J]",
        *couplings,
        "",
    ]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """A TOML string; JSON's escapes are TOML's but for DEL and halves of surrogate pairs."""
    whole = text.encode("utf-8", "replace").decode()
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


def read_cell(path: Path) -> Cell:
    """Read a cell.

    Raises:
        InvcError: The file cannot be read, is no TOML, or describes no cell.
    """
    text = read_text(path, hint="cells are written by 'invc lib-gen'")
    # tomllib takes time and memory by the square of the parts of a key; a cell's keys have one.
    if any(line.partition("#")[0].count(".") > MOST_DOTS for line in text.splitlines()):
        raise InvcError("not a cell: a key of too many parts", where=str(path), hint=_AGAIN)
    try:
        fields = tomllib.loads(text)
        return _cell(fields)
    except (ValueError, RecursionError) as error:
        problem = str(error) if isinstance(error, ValueError) else "nested too deeply"
        raise InvcError(f"not a cell: {problem}", where=str(path), hint=_AGAIN) from error


_AGAIN = "make it again with 'invc lib-gen'"


def _cell(fields: Mapping[str, Any]) -> Cell:
    _check_keys(fields)
    name, ancillas = fields["name"], tuple(fields["ancillas"])
    function = None
    words = fields["pins"] if "pins" in fields else fields["inputs"] + fields["outputs"]
    if len(words) + len(ancillas) > MAX_SPINS:
        raise ValueError(f"more than {MAX_SPINS} spins")
    if "pins" in fields:
        pins, rows = tuple(words), _hexadecimal(fields["rows"], "rows")
        if not 0 < rows < 1 << (1 << len(pins)):
            raise ValueError("'rows' does not fit the pins")
    else:
        tables = tuple(_hexadecimal(table, "tables") for table in fields["tables"])
        function = Function(name, tuple(fields["inputs"]), tuple(fields["outputs"]), tables)
        pins, rows = function.pins, function.relation
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
        fields.get("degenerate", False),
    )


def _check_keys(fields: Mapping[str, Any]) -> None:
    known = COMMON_KEYS | (RELATION_KEYS if "pins" in fields else FUNCTION_KEYS)
    for key in sorted(fields.keys() - known):
        raise ValueError(f"{key!r} is no key; {nearest(key, sorted(known))}")
    for key in sorted(known - fields.keys() - {"degenerate"}):
        raise ValueError(f"{key!r} is missing")
    for key in TEXT_KEYS:
        if not isinstance(fields[key], str):
            raise ValueError(f"{key!r} is no text")
    for key in LIST_KEYS:
        values = fields.get(key, [])
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            raise ValueError(f"{key!r} is no list of texts")
    for key in TABLE_KEYS:
        if not isinstance(fields[key], dict):
            raise ValueError(f"{key!r} is no table")
    if not isinstance(fields.get("degenerate", False), bool):
        raise ValueError("'degenerate' is neither true nor false")


def _hexadecimal(text: object, key: str) -> int:
    if not isinstance(text, str) or not HEXADECIMAL.fullmatch(text):
        raise ValueError(f"{key!r} holds {text!r}, which is no hexadecimal number")
    return int(text, 16)


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
