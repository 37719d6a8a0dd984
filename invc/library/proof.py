"""Prove a cell by exhaustion, in exact integers, from nothing but its h, J and rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from invc.diagnostics import InvcError
from invc.ising import all_energies
from invc.library.cell import Cell
from invc.library.expression import parse_specification


@dataclass(frozen=True)
class Levels:
    """What enumeration says about a cell.

    Attributes:
        ground: Lowest energy.
        gap: Energy from there to the lowest invalid row; 0 if an invalid row is at the ground.
        missing: Valid rows that are above the ground level.
        words: For each valid row, how many ancilla words are at the ground level; only where
            that is not 1.
    """

    ground: int
    gap: int
    missing: tuple[int, ...]
    words: tuple[tuple[int, int], ...]


def levels(cell: Cell) -> Levels:
    """Enumerate every state of a cell."""
    pins = len(cell.pins)
    energy = all_energies(cell.model).reshape(-1, 1 << pins)  # rows: ancilla words
    lowest = energy.min(axis=0)
    ground = int(lowest.min())
    valid = np.array([cell.rows >> row & 1 for row in range(1 << pins)], dtype=bool)
    at_ground = (energy == ground).sum(axis=0)
    invalid = lowest[~valid]
    gap = int(invalid.min()) - ground if len(invalid) else 2 * int(np.abs(energy).max()) + 1
    missing = np.flatnonzero(valid & (lowest > ground))
    odd = np.flatnonzero(valid & (at_ground > 1))
    return Levels(
        ground,
        gap,
        tuple(missing.tolist()),
        tuple((int(row), int(at_ground[row])) for row in odd),
    )


def faults(cell: Cell) -> list[str]:
    """What is wrong with a cell, in words; empty when it is proven."""
    found = levels(cell)
    wrong = []
    if found.missing:
        wrong.append(f"valid row {_row(cell, found.missing[0])} is above the ground level")
    if found.gap <= 0:
        wrong.append("an invalid row lies on the ground level")
    if found.words and not cell.degenerate:
        row, words = found.words[0]
        wrong.append(f"valid row {_row(cell, row)} has {words} ancilla words at the ground level")
    if found.ground != cell.ground:
        wrong.append(f"ground is {found.ground}, stated {cell.ground}")
    if found.gap > 0 and found.gap != cell.gap:
        wrong.append(f"gap is {found.gap}, stated {cell.gap}")
    if cell.function is not None and cell.function.relation != cell.rows:
        wrong.append("its rows are not those of its function")
    return wrong


def _row(cell: Cell, row: int) -> str:
    return " ".join(f"{pin}={row >> i & 1}" for i, pin in enumerate(cell.pins))


def contradictions(cell: Cell) -> list[str]:
    """What its function, as the user wrote it, says otherwise; a module's text is elsewhere."""
    if cell.text.startswith("module "):
        return []
    try:
        stated = parse_specification(cell.name, cell.text)
    except InvcError as error:
        return [error.message]
    if (stated.pins, stated.rows) == (cell.pins, cell.rows):
        return []
    return [f"its rows are not those of {cell.text!r}"]


def prove_cell(cell: Cell) -> Cell:
    """The cell with its true ground and gap.

    Raises:
        AssertionError: Its ground states are not its rows: a defect of the solver.
    """
    found = levels(cell)
    proven = replace(cell, ground=found.ground, gap=found.gap)
    wrong = faults(proven)
    assert not wrong, f"{cell.name}: {wrong[0]}"
    return proven
