"""What people read of a cell is true: formulas of ancillas, tables, levels; and the page is fresh."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.ising import all_energies
from invc.library import Cell, gap_ratio, hamlib
from invc.library.datasheet import ancillas, datasheet, page
from invc.library.expression import parse_specification
from invc.library.kin import KIN, connections
from invc.library.products import expression
from typed import sure

CELLS = dict(hamlib().cells)
NAMES = ("A", "B", "C", "D")


def value(formula: str, row: int) -> int:
    """A formula in the notation of lib-gen at one row; A is bit 0."""
    bits = {name: row >> k & 1 for k, name in enumerate(NAMES)}
    value: int = eval(re.sub(r"~(\w+|\([^)]*\))", r"(1-(\1))", formula), bits)
    return value


@given(rows=st.lists(st.sampled_from("01-"), min_size=16, max_size=16))
def test_formulas_are_true_where_they_have_to_be(rows: Sequence[str]) -> None:
    on = [row for row, kind in enumerate(rows) if kind == "1"]
    off = [row for row, kind in enumerate(rows) if kind == "0"]
    formula = expression(NAMES, on, off)
    assert all(value(formula, row) == 1 for row in on)
    assert all(value(formula, row) == 0 for row in off)


@pytest.mark.parametrize(
    ("table", "formula"),
    [
        (0x0000, "0"),
        (0xFFFF, "1"),
        (0xAAAA, "A"),
        (0x5555, "~A"),
        (0x8888, "A&B"),
        (0xEEEE, "A | B"),
        (0x6666, "A ^ B"),
        (0x9999, "~(A ^ B)"),
        (0x9669, "~(A ^ B ^ C ^ D)"),
        (0xF888, "A&B | C&D"),
        (0x7878, "C ^ A&B"),
        (0x1EE1, "C ^ D ^ ~A&~B"),
        (0xA956, "A ^ D ^ (B | C)"),
    ],
)
def test_formulas_are_short(table: int, formula: str) -> None:
    rows = range(16)
    on = [row for row in rows if table >> row & 1]
    assert expression(NAMES, on, [row for row in rows if not table >> row & 1]) == formula


@pytest.mark.parametrize("cell", [c for c in CELLS.values() if c.ancillas], ids=lambda c: c.name)
def test_ancillas_are_what_is_said(cell: Cell) -> None:
    """Every valid row with the ancillas that the formulas give is a ground state."""
    assert cell.function is not None
    inputs = cell.function.inputs
    energy = all_energies(cell.model)
    text = "; ".join(
        f"{x} = {meaning}" for x, meaning in zip(cell.ancillas, ancillas(cell), strict=True)
    )
    made = parse_specification("X", text).function
    pins = len(cell.pins)
    for row in range(1 << pins):
        if cell.rows >> row & 1:
            assert made is not None
            at = sum((row >> inputs.index(pin) & 1) << k for k, pin in enumerate(made.inputs))
            word = sum((table >> at & 1) << k for k, table in enumerate(made.tables))
            assert energy[row | word << pins] == cell.ground


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_the_sheet_holds_every_coefficient_row_and_state(cell: Cell) -> None:
    facts, matrix, rows, levels = datasheet(cell).split("\n\n")
    assert facts.startswith(f"{cell.name}: {cell.text}\n")
    assert f"\nsource      {cell.source}" in facts
    names, n = cell.spin_names, len(cell.spin_names)
    head, *lines = [line.split() for line in matrix.splitlines()]
    assert head == ["J", *names, "h"]
    assert tuple(int(line[-1]) for line in lines) == cell.h
    J = np.array([[0 if x == "." else int(x) for x in line[1:-1]] for line in lines])
    assert (J == J.T).all()
    assert {(i, j, J[i, j]) for i in range(n) for j in range(i) if J[i, j]} == {
        (j, i, value) for i, j, value in cell.J
    }
    head, *lines = [line.split() for line in rows.splitlines()]
    assert head == [*names]
    shown = [sum(int(bit) << k for k, bit in enumerate(line)) for line in lines]
    assert sum(1 << (state & ((1 << len(cell.pins)) - 1)) for state in shown) == cell.rows
    assert (all_energies(cell.model)[shown] == cell.ground).all()
    counts = re.findall(r"^ *(\d+)  #+ (\d+)", levels, re.MULTILINE)
    if "levels more" not in levels:
        assert sum(int(count) for _, count in counts) == 1 << n
    assert re.search(rf"^ *{cell.gap}  #+ \d+  the first wrong rows$", levels, re.MULTILINE)


def test_a_long_truth_table_is_cut_on_request() -> None:
    sheet = datasheet(CELLS["COUNT7_3"], most_rows=32)
    assert "\nand 96 rows more\n" in sheet
    assert len(datasheet(CELLS["COUNT7_3"]).splitlines()) > 128


def test_a_relation_and_a_free_ancilla_have_a_sheet() -> None:
    cell = CELLS["AND2"]
    relation = replace(cell, function=None, ancillas=("x0",), h=(*cell.h, 0), degenerate=True)
    assert "x0          0\n" in datasheet(relation)


def test_the_sheet_names_variants() -> None:
    assert "\nvariant     FA_A1, with 1 ancilla more: gap ratio 2 for 1\n" in datasheet(
        CELLS["FA"], CELLS
    )
    assert "\nvariant of  FA, with 1 ancilla more: gap ratio 2 for 1\n" in datasheet(
        CELLS["FA_A1"], CELLS
    )
    assert "variant" not in datasheet(CELLS["FA"])


def test_every_named_kin_is_a_cell_with_pins_inverted_or_permuted() -> None:
    made = page(CELLS)
    for name, text in KIN.items():
        specification = parse_specification("X", text)
        cell, connected = sure(connections(text, CELLS))
        ends = dict(part.split("=") for part in connected[len(cell.name) + 1 : -1].split(", "))
        rows = 0
        for row in range(1 << len(cell.pins)):
            if cell.rows >> row & 1:
                bits = {
                    ends[pin].lstrip("~"): row >> k & 1 ^ ("~" in ends[pin])
                    for k, pin in enumerate(cell.pins)
                }
                rows |= 1 << sum(bits[pin] << k for k, pin in enumerate(specification.pins))
        assert rows == specification.rows
        assert f"\n| {name} | `" in made


def test_ratios() -> None:
    assert gap_ratio(CELLS["AND2"]) == 2
    assert gap_ratio(CELLS["MULHA"]).as_integer_ratio() == (2, 3)
    assert gap_ratio(CELLS["FA_A1"]) == 2 * gap_ratio(CELLS["FA"])


def test_the_page_of_the_cells_is_fresh(repository: Path) -> None:
    made = page(CELLS)
    assert (repository / "docs" / "cells.md").read_text(encoding="utf-8") == made, (
        "stale: run 'invc lib markdown > docs/cells.md'"
    )
    for name in CELLS:
        assert f"\n## {name}\n" in made
        assert f"\n| [{name}](#{name.lower()}) | " in made
