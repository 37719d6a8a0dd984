"""A design that hardware can hold: few couplings per spin, few bits per coefficient."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from invc.design.assemble import assemble
from invc.design.design import Design
from invc.diagnostics import InvcError
from invc.ising import IsingModel
from invc.library import Cell, Limits, faults
from invc.netlist import Netlist
from invc.passes.split_nets import COPY, split_nets


def fit(
    netlist: Netlist, library: Mapping[str, Cell], limits: Limits, *, origin: str = ""
) -> Design:
    """Assemble a netlist within limits, splitting the nets that are beyond them.

    Assembled, looked at, split where it is beyond, and again until nothing is: a net that was left
    alone may lose a coupling that two gates shared, when one of them moves to another copy of a
    neighbour. Every turn parts gates that shared a net, so the turns end.

    The cells are scaled to one gap as far as the largest coefficient allows. Of the levels that
    they might be scaled to, the one with the largest smallest gap is taken, then the one with
    the fewest spins.

    Args:
        netlist: Gates of cells of the library, each pin on a net of its own.
        library: The cells, each within the limits; COPY among them.
        limits: What each spin of the model is within.
        origin: What made it, for people.

    Raises:
        InvcError: The cell COPY is another one.
    """
    _check_copy(library)
    used = {gate.function.name: library[gate.function.name] for gate in netlist.gates}
    levels = sorted({cell.gap for cell in used.values()} or {1}, reverse=True)
    if limits.largest is None:
        levels = levels[:1]
    scalings: list[dict[str, Cell]] = []
    for level in levels:
        cells = _scaled({**used, COPY: library[COPY]}, level, limits)
        if cells not in scalings:
            scalings.append(cells)
    designs = [_fit(netlist, cells, limits, origin) for cells in scalings]
    design = max(designs, key=lambda design: (design.min_gap, -design.model.spins))
    _prove(design, limits)
    return design


def _check_copy(library: Mapping[str, Cell]) -> None:
    function = library[COPY].function
    if function is None or function.tables != (0b10,):
        raise InvcError(
            f"your cell {COPY} is no Y = A",
            hint="give it another name: nets are copied by the cell of that name",
        )


def _scaled(cells: Mapping[str, Cell], level: int, limits: Limits) -> dict[str, Cell]:
    """Each cell scaled up to a gap of at most `level`, as far as its coefficients may grow."""
    return {name: cell.scaled(_factor(cell, level, limits)) for name, cell in cells.items()}


def _factor(cell: Cell, level: int, limits: Limits) -> int:
    factor = level // cell.gap if level % cell.gap == 0 or limits.largest else 1
    if limits.largest is not None:
        factor = min(factor, limits.largest // cell.largest)
    return max(1, factor)


def _fit(netlist: Netlist, cells: Mapping[str, Cell], limits: Limits, origin: str) -> Design:
    while True:
        design = assemble(netlist, cells, origin=origin, level=False)
        beyond = spins_beyond(design.model, limits)
        if not beyond:
            return design
        netlist = split_nets(netlist, cells, [spin + 1 for spin in beyond], limits)


def spins_beyond(model: IsingModel, limits: Limits) -> list[int]:
    """Spins that have too many couplings, or too large a coefficient; of a coupling, one end."""
    beyond = np.zeros(model.spins, dtype=bool)
    if limits.degree is not None:
        beyond |= model.degrees > limits.degree
    if limits.largest is not None:
        beyond |= np.abs(model.h) > limits.largest
        ends = model.edges[np.abs(model.J) > limits.largest]
        ends = ends[~beyond[ends].any(axis=1)]
        first = model.degrees[ends[:, 0]] >= model.degrees[ends[:, 1]]
        beyond[np.where(first, ends[:, 0], ends[:, 1])] = True
    return [int(spin) for spin in np.flatnonzero(beyond)]


def _prove(design: Design, limits: Limits) -> None:
    """Every cell as it stands in the model is what it says, and every spin is within the limits."""
    for cell in design.cells.values():
        wrong = faults(cell)
        assert not wrong, f"{cell.name}: {wrong[0]}"
    assert not spins_beyond(design.model, limits)
