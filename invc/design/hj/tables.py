"""The numbers of a .hj file: h and J, read by the block and line by line only to find a fault."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from invc.design.hj.cursor import Cursor
from invc.ising.model import Int32, Int64

INT32 = 2**31 - 1


def read_biases(cursor: Cursor, spins: int) -> Int32:
    """The section "h" as one bias for each spin, 0 where it has no line. Shape (spins,)."""
    rows, start = _rows(cursor, "h", 2)
    _check_spins(cursor, rows[:, :1], start, spins)
    values = _values(cursor, rows[:, 1], start)
    _check_order(
        cursor, rows[:, 0], start, ("this spin has a second h", "h is not in order of spins")
    )
    h = np.zeros(spins, dtype=np.int32)
    h[rows[:, 0] - 1] = values
    return h


def read_couplings(cursor: Cursor, spins: int) -> tuple[Int32, Int32]:
    """The section "J" as edges from 0 and their couplings. Shapes (k, 2) and (k,)."""
    rows, start = _rows(cursor, "J", 3)
    _check_spins(cursor, rows[:, :2], start, spins)
    late = rows[:, 0] >= rows[:, 1]
    _check(cursor, late, start, "an edge is written with its lower spin first")
    values = _values(cursor, rows[:, 2], start)
    key = rows[:, 0] * spins + rows[:, 1]
    _check_order(cursor, key, start, ("this edge stands twice", "J is not in order of edges"))
    return (rows[:, :2] - 1).astype(np.int32).reshape(-1, 2), values


def _rows(cursor: Cursor, keyword: str, width: int) -> tuple[Int64, int]:
    """Rows of integers of a section, and the index of its first line."""
    lines = cursor.block(keyword)
    start = cursor.next - len(lines)
    joined = "\n".join(lines)
    if not re.fullmatch(r"[-0-9 \n]*", joined):
        _bad_row(cursor, lines, width)
    try:
        flat = np.array(joined.split(), dtype=np.int64)
    except (ValueError, OverflowError):
        _bad_row(cursor, lines, width)
    # One blank between two numbers, and as many as the width asks for: then the rows fit.
    if len(flat) != width * len(lines) or any(line.count(" ") != width - 1 for line in lines):
        _bad_row(cursor, lines, width)
    return flat.reshape(-1, width), start


def _bad_row(cursor: Cursor, lines: Sequence[str], width: int) -> NoReturn:
    for line in cursor.each(lines):
        words = line.split(" ")
        if len(words) != width:
            cursor.fail(f"{width} integers expected, found {line[:40]!r}")
        for word in words:
            cursor.integer(word)
    cursor.fail("these lines are no integers")


def _check(cursor: Cursor, wrong: npt.NDArray[np.bool_], start: int, message: str) -> None:
    """Fail for the first wrong row."""
    if wrong.any():
        cursor.fail(message, start + int(np.argmax(wrong)))


def _check_spins(cursor: Cursor, rows: Int64, start: int, spins: int) -> None:
    """Fail for the first row that names a spin that does not exist."""
    wrong = (rows < 1) | (rows > spins)
    if wrong.any():
        k, column = np.argwhere(wrong)[0]
        message = f"spin {rows[k, column]} does not exist (there are {spins})"
        cursor.fail(message, start + int(k))


def _values(cursor: Cursor, column: Int64, start: int) -> Int32:
    """A column of coefficients, checked to be none of them 0 and to fit."""
    _check(cursor, column == 0, start, "a coefficient of 0 is left out, not written")
    _check(
        cursor, (column > INT32) | (column < -INT32), start, "the coefficient does not fit 32 bits"
    )
    return column.astype(np.int32)


def _check_order(cursor: Cursor, key: Int64, start: int, messages: tuple[str, str]) -> None:
    """Fail where a key stands twice, or after a larger one."""
    step = np.diff(key, prepend=-1)
    _check(cursor, step == 0, start, messages[0])
    _check(cursor, step < 0, start, messages[1])
