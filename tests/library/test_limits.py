"""Cells within limits: what fits stays as it is, and a user's cell is solved anew."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.diagnostics import InvcError
from invc.library import Cell, Library, Limits, cells_within, faults, hamlib
from invc.library.expression import parse_specification
from invc.library.solve import solve_cell

TEXT = "Y = A & ~B"


def own(factor: int) -> Cell:
    solved = solve_cell("OWN", parse_specification("OWN", TEXT), text=TEXT).cell
    return solved.scaled(factor)


def smallest_bits(cell: Cell) -> int:
    return next(b for b in range(1, 32) if cell.largest <= 2 ** (b - 1) - 1)


@given(st.none() | st.integers(4, 12), st.none() | st.integers(2, 8))
def test_what_fits_stays_as_it_is(degree: int | None, bits: int | None) -> None:
    within = cells_within(hamlib(), Limits(degree, bits))
    for name, cell in hamlib().items():
        couplings = [0] * len(cell.spin_names)
        for i, j, _ in cell.J:
            couplings[i] += 1
            couplings[j] += 1
        fits = bits is None or smallest_bits(cell) <= bits
        if degree is not None:
            pins = len(cell.pins)
            fits &= max(couplings[:pins]) < degree and max(couplings[pins:], default=0) <= degree
        assert (within.get(name) is cell) == fits


def test_a_users_cell_is_solved_anew() -> None:
    cell = own(5)
    assert cell.bits == 5
    within = cells_within(Library({**hamlib(), "OWN": cell}), Limits(bits=3))["OWN"]
    assert faults(within) == []
    assert within.bits <= 3
    assert (within.pins, within.rows, within.text) == (cell.pins, cell.rows, TEXT)
    # Nothing is solved where another cell has the function already.
    twice = {**hamlib(), "OWN": cell, "FIT": replace(own(1), name="FIT")}
    assert "OWN" not in cells_within(Library(twice), Limits(bits=3))


@pytest.mark.parametrize(
    ("limits", "hint"),
    [
        (Limits(3, 2), "give --bits 3 or --max-degree 4: the least that works"),
        (Limits(2, None), "give --max-degree 3: the least that works"),
        (Limits(None, 1), "give --bits 2: the least that works"),
    ],
)
def test_no_and_within_the_limits(limits: Limits, hint: str) -> None:
    with pytest.raises(InvcError, match="no cell AND2 or AND2_A1 within") as caught:
        cells_within(hamlib(), limits)
    assert caught.value.hint == hint
