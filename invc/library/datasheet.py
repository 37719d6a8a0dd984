"""The datasheet of a cell, as text: everything that its numbers say; and the page of all cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from invc.ising import all_energies
from invc.library.cell import Cell, gap_ratio
from invc.library.kin import KIN, connections
from invc.library.products import expression
from invc.library.variants import variants

MAX_ROWS = 32  # of a truth table on the page
MAX_LEVELS = 16  # of energy that are shown
BAR = 40  # characters of the longest bar
KEY = 12  # characters of the names of the facts
PAGE = "docs/cells.md"
INTRODUCTION = f"""\
# The cells of hamlib

Written by `invc lib markdown > {PAGE}`; a test fails when it is stale.

Each cell is a Hamiltonian `E(m) = - sum h_i m_i - sum J_ij m_i m_j` over spins `m = -1` or `+1`
(logic 0 or 1). Every valid row has exactly the ground energy, with exactly one word of the
ancillas; every other row lies at least the gap above. Polarity and order of pins are free, so that
a cell stands for a whole class: AND2 is also NAND, OR, NOR and `A & ~B`; FA is also a full
subtractor, and MAJ3 a bit of a comparator. `invc lib-gen` names the cell of a function's class. All
coefficients were solved by `invc lib-gen` and are proven again by `invc lib-check`.

The gap ratio is the gap divided by K, the smallest bound with `|J| <= K` and `|h| <= 2 K`: what is
left of the gap when hardware scales the largest coefficient to 1. A cell whose name ends in `_A1`
is a variant: it has one ancilla more than its function needs, and a larger ratio for it. Mapping by
spins leaves the variants out; `invc synth --objective gap` may choose them. A cell whose name ends
in `_B2` has coefficients of two bits, for `invc synth --bits 2`.
"""


def datasheet(
    cell: Cell, library: Mapping[str, Cell] | None = None, *, most_rows: int | None = None
) -> str:
    """Function, truth table, h and J as a matrix, energy levels, gap, bits, provenance.

    Args:
        cell: What to describe.
        library: Where to look for its variants, or for the cell that it is a variant of.
        most_rows: How many rows of the truth table to show, or None for all.
    """
    facts = [
        ("spins", f"{len(cell.pins)} pins + {_count(len(cell.ancillas), 'ancilla')}"),
        ("couplings", str(len(cell.J))),
        ("ground", str(cell.ground)),
        ("gap", str(cell.gap)),
        ("ratio", f"{gap_ratio(cell)} (gap for |J| <= 1, |h| <= 2)"),
        ("per unit", f"{Fraction(cell.gap, max(1, cell.largest))} (gap by the largest of h and J)"),
        ("integers", f"up to {cell.largest}: {cell.bits} bits with sign"),
        *((name, meaning) for name, meaning in zip(cell.ancillas, ancillas(cell), strict=True)),
        *_kin(cell, library or {}),
        ("source", cell.source),
    ]
    blocks = (
        [f"{cell.name}: {cell.text}", *(f"{key:{KEY}}{value}" for key, value in facts)],
        _matrix(cell),
        _rows(cell, most_rows),
        _levels(cell),
    )
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def page(library: Mapping[str, Cell]) -> str:
    """Every cell on one page of Markdown: a table, then the datasheets."""
    head = [
        "| cell | function | pins | ancillas | couplings | bits | gap | gap ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rows, sheets = [], []
    for cell in library.values():
        text = cell.text.replace("|", "\\|")
        rows.append(
            f"| [{cell.name}](#{cell.name.lower()}) | `{text}` | {len(cell.pins)} "
            f"| {len(cell.ancillas)} | {len(cell.J)} | {cell.bits} | {cell.gap} "
            f"| {gap_ratio(cell)} |"
        )
        sheets.append(f"## {cell.name}\n\n```\n{datasheet(cell, library, most_rows=MAX_ROWS)}```\n")
    return "\n".join([INTRODUCTION, *head, *rows, "", *_names(library), "", *sheets])


def _names(library: Mapping[str, Cell]) -> list[str]:
    """A table of functions that are cells with pins inverted or permuted."""
    lines = [
        "Functions that need no cell of their own, as `invc lib show` says too:",
        "",
        "| name | function | is |",
        "|---|---|---|",
    ]
    for name, text in KIN.items():
        found = connections(text, library)
        if found is not None:
            shown = text.replace("|", "\\|")
            lines.append(f"| {name} | `{shown}` | `{found[1]}` |")
    return lines


def _kin(cell: Cell, library: Mapping[str, Cell]) -> list[tuple[str, str]]:
    """The cells of the same function that trade spins for gap."""
    lines = []
    for name, others in variants(library).items():
        if name == cell.name:
            lines += [("variant", f"{other.name}, {_trade(other, cell)}") for other in others]
        elif cell.name in (other.name for other in others):
            lines.append(("variant of", f"{name}, {_trade(cell, library[name])}"))
    return lines


def _trade(variant: Cell, cell: Cell) -> str:
    more = _count(len(variant.ancillas) - len(cell.ancillas), "ancilla")
    return f"with {more} more: gap ratio {gap_ratio(variant)} for {gap_ratio(cell)}"


def ancillas(cell: Cell) -> list[str]:
    """What each ancilla is in the ground states, as a formula over the inputs or pins."""
    names = cell.function.inputs if cell.function is not None else cell.pins
    mask = (1 << len(names)) - 1
    words = _ground_words(cell)
    meanings = []
    for k in range(len(cell.ancillas)):
        values = [{row & mask for row, word in words if word >> k & 1 == value} for value in (0, 1)]
        zero, one = values[0] - values[1], values[1] - values[0]  # what is free may be either
        meanings.append(expression(names, one, zero))
    return meanings


def _ground_words(cell: Cell) -> list[tuple[int, int]]:
    """Each ground state as a row of pins and a word of ancillas."""
    pins = len(cell.pins)
    energies = all_energies(cell.model)
    states = np.flatnonzero(energies == energies.min()).tolist()
    rows = sorted((state & ((1 << pins) - 1), state >> pins) for state in states)
    inputs = (1 << (len(cell.function.inputs) if cell.function is not None else pins)) - 1
    return sorted(rows, key=lambda row: row[0] & inputs)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _matrix(cell: Cell) -> list[str]:
    names = cell.spin_names
    values = {(i, j): J for i, j, J in cell.J}
    width = max(4, *(len(name) + 1 for name in names))
    head = "J".ljust(width) + "".join(name.rjust(width) for name in (*names, "h"))
    rows = [head]
    for i, name in enumerate(names):
        row = [str(values.get((min(i, j), max(i, j)), 0)) for j in range(len(names))]
        row[i] = "."
        line = "".join(text.rjust(width) for text in (*row, str(cell.h[i])))
        rows.append(name.ljust(width) + line)
    return rows


def _rows(cell: Cell, most: int | None) -> list[str]:
    """The truth table: every valid row with its ancillas."""
    names = cell.spin_names
    pins = len(cell.pins)
    words = _ground_words(cell)
    lines = ["  ".join(names)]
    for row, word in words[:most]:
        state = row | word << pins
        lines.append("  ".join(str(state >> i & 1).rjust(len(n)) for i, n in enumerate(names)))
    left = len(words[most:]) if most is not None else 0
    return [*lines, f"and {_count(left, 'row')} more"] if left else lines


def _levels(cell: Cell) -> list[str]:
    """How many states lie at each energy; the first wrong row is the gap."""
    counts = Counter((all_energies(cell.model) - cell.ground).tolist())
    shown = sorted(counts.items())[:MAX_LEVELS]
    most = max(count for _, count in shown)
    marks = {0: "  the valid rows", cell.gap: "  the first wrong rows"}
    lines = ["energy above ground: states"]
    lines += [
        f"{energy:5}  {'#' * max(1, round(BAR * count / most))} {count}{marks.get(energy, '')}"
        for energy, count in shown
    ]
    if len(counts) > MAX_LEVELS:
        lines.append(f"and {len(counts) - MAX_LEVELS} levels more")
    return lines
