"""Cells of one function that trade spins for gap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from invc.library.cell import Cell, gap_ratio
from invc.library.library import Library


def variants(library: Mapping[str, Cell]) -> Mapping[str, tuple[Cell, ...]]:
    """For each cell that has some, the cells of its very tables that buy gap with ancillas.

    Nothing but the tables says so: pin k of a variant is pin k of its cell, whatever both are
    called. The cell of a function is the one with the fewest ancillas, and of those the one with
    the largest gap ratio; its variants have more ancillas and a larger ratio each, fewest
    ancillas first. Cells that are worse in both are none.
    """
    found = {}
    for first, *others in _kin(library):
        better = _ascending(first, others)
        if better:
            found[first.name] = better
    return found


def _ascending(first: Cell, others: list[Cell]) -> tuple[Cell, ...]:
    """Those that have more ancillas than the one before them, and a larger ratio for it."""
    chain = [first]
    for cell in others:
        last = chain[-1]
        if len(cell.ancillas) > len(last.ancillas) and gap_ratio(cell) > gap_ratio(last):
            chain.append(cell)
    return tuple(chain[1:])


def without_variants(library: Mapping[str, Cell]) -> dict[str, Cell]:
    """The cells to map by spins: one for each function, as the others cost more."""
    left_out = {cell.name for _, *others in _kin(library) for cell in others}
    return {name: cell for name, cell in library.items() if name not in left_out}


def cells_to_map(
    library: Mapping[str, Cell], least_ratio: Fraction = Fraction(0)
) -> dict[str, Cell]:
    """The cells to map by spins: no variants, and none of a smaller gap ratio.

    A user's own cells are all taken: who makes one wants it used.
    """
    own = library.own if isinstance(library, Library) else frozenset()
    return {
        name: cell
        for name, cell in without_variants(library).items()
        if name in own or gap_ratio(cell) >= least_ratio
    }


def _kin(library: Mapping[str, Cell]) -> Iterator[list[Cell]]:
    """The cells of each function, fewest ancillas first, then largest gap ratio."""
    kin: dict[tuple[int, tuple[int, ...]], list[Cell]] = {}
    for cell in library.values():
        if cell.function is not None:
            kin.setdefault((len(cell.function.inputs), cell.function.tables), []).append(cell)
    for cells in kin.values():
        yield sorted(cells, key=lambda cell: (len(cell.ancillas), -gap_ratio(cell)))
