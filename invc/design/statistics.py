"""What a design is made of, in numbers: for reports, and for whoever builds hardware for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from invc.design.design import Design
from invc.ising import colour_spins
from invc.library.cell import Cell


@dataclass(frozen=True)
class CellUse:
    """One cell in a design.

    Attributes:
        gates: How many gates are this cell.
        ancillas: Ancillas of each.
        gap: Its gap, scaled as it stands in the model.
        largest: Its largest coefficient, scaled likewise.
    """

    gates: int
    ancillas: int
    gap: int
    largest: int


@dataclass(frozen=True)
class Statistics:
    """A design in numbers.

    Attributes:
        name: Name of the top module.
        cells: The cells that it uses, by name.
        spins: Spins of the model: nets and ancillas.
        ancillas: Those that are no nets.
        couplings: Pairs that are coupled.
        max_h: Largest |h|.
        max_J: Largest |J|.
        bits: Bits of a signed integer that holds every h and J in either sign.
        min_gap: The smallest gap of its cells; 0 without gates.
        min_gap_cells: The cells that have it.
        degrees: How many spins have each number of couplings, ascending.
        colours: Sets of spins that can be updated at once, as `colour_spins` finds them.
    """

    name: str
    cells: Mapping[str, CellUse]
    spins: int
    ancillas: int
    couplings: int
    max_h: int
    max_J: int
    bits: int
    min_gap: int
    min_gap_cells: tuple[str, ...]
    degrees: Mapping[int, int]
    colours: int

    @property
    def max_degree(self) -> int:
        """The most couplings that a spin has."""
        return max(self.degrees, default=0)


def statistics(design: Design) -> Statistics:
    """Count and measure a design."""
    model, nets = design.model, design.netlist.net_count
    gates = Counter(gate.function.name for gate in design.netlist.gates)
    max_h, max_J = (int(np.abs(values).max(initial=0)) for values in (model.h, model.J))
    cells = {name: _use(design.cells[name], gates[name]) for name in sorted(gates)}
    histogram = np.bincount(model.degrees)
    return Statistics(
        design.netlist.name,
        cells,
        model.spins,
        model.spins - nets,
        len(model.J),
        max_h,
        max_J,
        max(max_h, max_J).bit_length() + 1,
        design.min_gap,
        tuple(name for name, cell in cells.items() if cell.gap == design.min_gap),
        {int(degree): int(histogram[degree]) for degree in np.flatnonzero(histogram)},
        int(colour_spins(model).max(initial=-1)) + 1,
    )


def _use(cell: Cell, gates: int) -> CellUse:
    return CellUse(gates, len(cell.ancillas), cell.gap, cell.largest)
