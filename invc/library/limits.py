"""The cells that hardware can hold: few couplings per spin, few bits per coefficient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from invc.diagnostics import InvcError
from invc.library.cell import Cell
from invc.library.expression import Specification
from invc.library.library import Library, hamlib

SMALLEST_DEGREE = 3  # a net of more gates is a tree of copies, which has to branch
MORE_ANCILLAS = 2  # that a user's cell may have once its coefficients are smaller
SOLVING_SECONDS = 20.0  # for each of them
AND_ROWS = (1, 3)  # how often a function of two inputs is true that makes all others


@dataclass(frozen=True)
class Limits:
    """What hardware has for each spin.

    Attributes:
        degree: Couplings of a spin, or None for any number.
        bits: Bits of a signed coefficient, or None for any number.
    """

    degree: int | None = None
    bits: int | None = None

    @property
    def largest(self) -> int | None:
        """Largest |h| and |J|: both signs of a coefficient fit, as a flipped spin negates it."""
        return None if self.bits is None else (1 << self.bits - 1) - 1

    def hold(self, cell: Cell) -> bool:
        """Whether a cell is within them wherever it stands.

        Each of its pins leaves one coupling, so that the net on it can become copies.
        """
        if self.bits is not None and cell.bits > self.bits:
            return False
        return self.degree is None or degree_needed(cell) <= self.degree


def degree_needed(cell: Cell) -> int:
    """Couplings that each spin of a cell's gates has to have: one more than its pins use."""
    degrees = [int(degree) for degree in cell.model.degrees]
    pins = len(cell.pins)
    return max(SMALLEST_DEGREE, *(degree + 1 for degree in degrees[:pins]), *degrees[pins:])


def cells_within(library: Library, limits: Limits) -> Library:
    """The cells that fit the limits, to map to.

    A user's cell of too large coefficients is solved anew, with more ancillas where it takes them;
    what hamlib's cells of more bits compute, its other cells do for as few spins.

    Raises:
        InvcError: No AND is among them, which all other functions could be made of.
    """
    cells = {name: cell for name, cell in library.items() if limits.hold(cell)}
    known = {cell.rows for cell in cells.values()}
    for name, cell in library.items():
        if name not in cells and cell.rows not in known and hamlib().get(name) != cell:
            smaller = _solved_anew(cell, limits)
            if smaller is not None:
                cells[name] = smaller
    if not any(_is_and(cell) for cell in cells.values()):
        raise _no_and(library, limits)
    return Library(cells, library.own & cells.keys())


def _solved_anew(cell: Cell, limits: Limits) -> Cell | None:
    """The cell with coefficients of fewer bits; None if none was found in time, or is none."""
    from invc.library.solve import Bounds, solve_cell  # noqa: PLC0415 - PuLP takes a while to load

    if limits.bits is None or cell.bits <= limits.bits:
        return None
    most = len(cell.ancillas) + MORE_ANCILLAS
    bounds = Bounds(
        bits=limits.bits,
        max_ancillas=most,
        time_limit=SOLVING_SECONDS,
        degenerate=cell.degenerate,
    )
    specification = Specification(cell.pins, cell.rows, cell.function)
    try:
        found = solve_cell(cell.name, specification, bounds, text=cell.text).cell
    except InvcError:
        return None
    return found if limits.hold(found) else None


def _is_and(cell: Cell) -> bool:
    function = cell.function
    return (
        function is not None
        and (len(function.inputs), len(function.outputs)) == (2, 1)
        and function.tables[0].bit_count() in AND_ROWS
    )


def _no_and(library: Mapping[str, Cell], limits: Limits) -> InvcError:
    ands = [cell for cell in library.values() if _is_and(cell)]
    wider = [c.bits for c in ands if Limits(limits.degree).hold(c)]
    denser = [degree_needed(c) for c in ands if Limits(bits=limits.bits).hold(c)]
    options = [f"--bits {min(wider)}"] if wider and limits.bits else []
    options += [f"--max-degree {min(denser)}"] if denser and limits.degree else []
    held = [f"{limits.bits} signed bits"] if limits.bits else []
    held += [f"{limits.degree} couplings for each spin"] if limits.degree else []
    names = " or ".join(cell.name for cell in ands) or "AND"
    return InvcError(
        f"no cell {names} within {' and '.join(held)}",
        hint=f"give {' or '.join(options)}: the least that works" if options else None,
    )
