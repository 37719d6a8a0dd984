"""The class of a relation: what is left of it when pins may be inverted and permuted.

Polarity and order of pins are free on a Hamiltonian (an inverted spin negates its h and J), so
relations of one class need one cell. This is NPN equivalence of Boolean functions, and a little
more: a relation does not know its outputs, so that A + B = 2*C + S and its reading backward are
one class too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from invc.library.cell import Cell

MAX_BRANCHES = 4096  # partial orders that are kept; only very regular relations have more

Literal = tuple[int, int]  # a pin and whether it is inverted
Rows = npt.NDArray[np.int64]  # 1 for each valid row, shape (2,) * pins, axis i is pin i


class Canonical(NamedTuple):
    """A representative of a class, and how a relation becomes it.

    Attributes:
        rows: Valid rows of the representative.
        order: For each pin of the representative, a pin of the relation and its inversion.
    """

    rows: int
    order: tuple[Literal, ...]


def canonical(pins: int, rows: int, *, outputs: int = 0) -> Canonical | None:
    """The representative of a relation's class; None where it is too regular to find one.

    Pins are chosen one by one, in either polarity, such that the number of valid rows in each
    corner of the chosen pins is lexicographically least; where several choices are equal, all
    are followed, but for those that a symmetry of two pins exchanges. The choices depend on
    the class alone, so that relations of one class end at the same rows.

    Args:
        pins: Number of pins, n.
        rows: Bit r is set when row r (bit i is pin i) is valid.
        outputs: The last so many pins stand first and change places with no other: the class
            of a function, not of its relation.
    """
    table = _table(pins, rows)
    symmetries = _symmetries(table)
    branches: list[tuple[Literal, ...]] = [()]
    inputs = pins - outputs
    for place in range(pins):
        free = range(inputs, pins) if place < outputs else range(inputs)
        least: bytes | None = None
        kept: list[tuple[Literal, ...]] = []
        for branch in branches:
            for literal in _choices(free, branch, symmetries):
                longer = (*branch, literal)
                counts = _corners(table, longer)
                if least is None or counts < least:
                    least, kept = counts, [longer]
                elif counts == least:
                    kept.append(longer)
        branches = kept
        if len(branches) > MAX_BRANCHES:
            return None
    return Canonical(_moved(table, branches[0]), branches[0])


def find_kin(pins: Sequence[str], rows: int, cells: Iterable[Cell]) -> tuple[Cell, str] | None:
    """The first cell of a relation's class, and how to connect it: "FA(A=A, B=~B, ...)"."""
    own: Canonical | None = None
    for cell in cells:
        if len(cell.pins) != len(pins) or cell.rows.bit_count() != rows.bit_count():
            continue
        own = own or canonical(len(pins), rows)
        other = canonical(len(cell.pins), cell.rows)
        if own is not None and other is not None and own.rows == other.rows:
            return cell, _connections(cell, pins, own, other)
    return None


def _connections(cell: Cell, pins: Sequence[str], own: Canonical, other: Canonical) -> str:
    ends = {}
    for (pin, inverted), (cell_pin, cell_inverted) in zip(own.order, other.order, strict=True):
        ends[cell_pin] = ("~" if inverted ^ cell_inverted else "") + pins[pin]
    connected = ", ".join(f"{name}={ends[k]}" for k, name in enumerate(cell.pins))
    return f"{cell.name}({connected})"


def _table(pins: int, rows: int) -> Rows:
    bits = [rows >> row & 1 for row in range(1 << pins)]
    # Bit 0 of a row runs fastest, which is the last axis.
    return np.array(bits, dtype=np.int64).reshape((2,) * pins).transpose(range(pins)[::-1])


def _corners(table: Rows, chosen: Sequence[Literal]) -> bytes:
    """Valid rows in each corner of the chosen literals, as big-endian numbers."""
    left = [pin for pin, _ in chosen]
    others = tuple(axis for axis in range(table.ndim) if axis not in left)
    counts = np.asarray(table.sum(axis=others))
    ascending = sorted(left)
    counts = counts.transpose([ascending.index(pin) for pin in left])
    return _flipped(counts, chosen).astype(">i8").tobytes()


def _flipped(table: Rows, chosen: Sequence[Literal]) -> Rows:
    return np.flip(table, axis=tuple(k for k, (_, inverted) in enumerate(chosen) if inverted))


def _moved(table: Rows, order: Sequence[Literal]) -> int:
    """The rows over the literals in a given order."""
    moved = _flipped(table.transpose([pin for pin, _ in order]), order)
    bits = moved.transpose(range(table.ndim)[::-1]).ravel().tolist()
    return sum(bit << row for row, bit in enumerate(bits))


def _symmetries(table: Rows) -> list[tuple[Literal, Literal, set[int]]]:
    """Literals that a symmetry of the relation exchanges, and the one or two pins it moves."""
    found: list[tuple[Literal, Literal, set[int]]] = []
    for i in range(table.ndim):
        if np.array_equal(table, np.flip(table, i)):
            found.append(((i, 0), (i, 1), {i}))
    for i, j in combinations(range(table.ndim), 2):
        swapped = table.swapaxes(i, j)
        both = np.flip(table, (i, j))
        if np.array_equal(table, swapped):
            found += [((i, v), (j, v), {i, j}) for v in (0, 1)]
        if np.array_equal(table, np.flip(swapped, (i, j))):
            found += [((i, v), (j, 1 - v), {i, j}) for v in (0, 1)]
        if np.array_equal(table, both):
            found += [((i, 0), (i, 1), {i, j}), ((j, 0), (j, 1), {i, j})]
    return found


def _choices(
    pins: Iterable[int],
    chosen: Sequence[Literal],
    symmetries: list[tuple[Literal, Literal, set[int]]],
) -> list[Literal]:
    """The literals of some pins that may come next, one of each set that symmetries exchange.

    A symmetry counts while it moves no pin that has been chosen.
    """
    taken = {pin for pin, _ in chosen}
    first = {(pin, v): (pin, v) for pin in pins if pin not in taken for v in (0, 1)}

    def leader(literal: Literal) -> Literal:
        while first[literal] != literal:
            literal = first[literal]
        return literal

    for one, other, moved in symmetries:
        if not moved & taken and one in first and other in first:
            a, b = sorted((leader(one), leader(other)))
            first[b] = a
    return [literal for literal, leads in first.items() if literal == leads]
