"""Ancillas settle at the least energy that their gate has left."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from designs import AND2, FA, cell
from invc.engine.inputs.circuit import ancilla_tables
from invc.library import hamlib
from invc.library.cell import Cell
from invc.netlist import Function


def settled(function: Function, of: Cell, row: int) -> tuple[int, ...]:
    """The ancillas of least energy at a row of inputs; of those as low the lowest number."""
    bits = [row >> k & 1 for k in range(len(function.inputs))]
    pins = [*bits, *(table >> row & 1 for table in function.tables)]
    words = [word[::-1] for word in product((0, 1), repeat=len(of.ancillas))]

    def energy(word: tuple[int, ...]) -> int:
        m = [2 * bit - 1 for bit in (*pins, *word)]
        pairs = sum(value * m[i] * m[j] for i, j, value in of.J)
        return -sum(h * spin for h, spin in zip(of.h, m, strict=True)) - pairs

    return min(words, key=energy)


def check(function: Function, of: Cell) -> None:
    tables = ancilla_tables(function, of)
    for row in range(1 << len(function.inputs)):
        assert tuple(table >> row & 1 for table in tables) == settled(function, of, row)


@pytest.mark.parametrize("function", [AND2, FA], ids=lambda function: function.name)
@pytest.mark.parametrize("seed", range(12))
def test_any_cell_settles(function: Function, seed: int) -> None:
    source = np.random.default_rng(seed)
    count = 1 + seed % 3
    spins = len(function.pins) + count
    h = tuple(source.integers(-3, 4, size=spins).tolist())
    pairs = [(i, j) for j in range(spins) for i in range(j)]
    J = tuple((i, j, int(source.integers(-3, 4))) for i, j in pairs)
    check(function, cell(function, tuple(f"x{k}" for k in range(count)), h, J, 0, 1))


def test_cells_of_the_library_settle() -> None:
    cells = [of for of in hamlib().cells.values() if len(of.h) <= 9]
    functions = [(of.function, of) for of in cells if of.ancillas and of.function]
    assert functions
    for function, of in functions:
        check(function, of)
