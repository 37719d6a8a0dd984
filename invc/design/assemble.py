"""Netlist and library in, Ising model out: the step from the first waist to the second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from invc.design.design import Design, ancilla_starts
from invc.ising import IsingModel, from_terms
from invc.library.cell import Cell
from invc.netlist import Netlist

Int64 = npt.NDArray[np.int64]


def assemble(
    netlist: Netlist, library: Mapping[str, Cell], *, origin: str = "", level: bool = True
) -> Design:
    """The sum of the Hamiltonians of all gates, one spin per net and per ancilla.

    An inverted pin negates its h and J, a constant pin folds J into h and h into the offset, and
    two pins on one net fold their J into the offset, since m m = 1. The cells are scaled to one
    gap where their gaps divide it, so that no kind of gate is cheaper to violate than another.
    The ground level of the sum is 0: every gate is functional, so all can be satisfied at once.

    Args:
        netlist: What to build. Every net becomes a spin, read or not.
        library: The cell of each function's name.
        origin: What made it, for people.
        level: Whether to scale the cells; else they are summed as they are.
    """
    used = {gate.function.name: library[gate.function.name] for gate in netlist.gates}
    cells = level_gaps(used) if level else used
    model = sum_gates(netlist, cells, range(len(netlist.gates)))
    return Design(netlist, model, dict(sorted(cells.items())), origin)


class Terms(NamedTuple):
    """The Hamiltonians of some gates, term by term, over the spins of a design.

    Attributes:
        biases: (gate, spin, h) of each bias. Shape (n, 3).
        couplings: (gate, spin, spin, J) of each coupling. Shape (k, 4).
        offset: Their constant.
    """

    biases: Int64
    couplings: Int64
    offset: int


def gate_terms(
    netlist: Netlist, cells: Mapping[str, Cell], gates: Iterable[int] | None = None
) -> Terms:
    """What each of some gates adds to h and J.

    Args:
        netlist: Whose gates; every net is a spin, and the ancillas of every gate follow.
        cells: The cell of each function's name, as scaled as it is to be.
        gates: Indices into the gates of the netlist; by default all.
    """
    starts = ancilla_starts(netlist, cells)
    biases = [np.zeros((0, 3), dtype=np.int64)]
    couplings = [np.zeros((0, 4), dtype=np.int64)]
    offset = 0
    rows = _pins_by_cell(netlist, range(len(netlist.gates)) if gates is None else gates)
    for name, (chosen, pins) in rows.items():
        cell = cells[name]
        extra = starts[chosen][:, None] + np.arange(len(cell.ancillas)) + 1
        net = np.concatenate([pins >> 1, extra], axis=1)
        sign = np.concatenate([1 - 2 * (pins & 1), np.ones_like(extra)], axis=1)
        sign[net == 0] *= -1  # net 0 is false: a spin that always is -1
        offset -= len(chosen) * cell.ground
        for k, value in enumerate(cell.h):
            if value:
                biases.append(np.stack([chosen, net[:, k], value * sign[:, k]], axis=1))
        for i, j, value in cell.J:
            J = value * sign[:, i] * sign[:, j]
            couplings.append(np.stack([chosen, net[:, i], net[:, j], J], axis=1))
    bias, coupling = np.concatenate(biases), np.concatenate(couplings)
    # Net 0 is the constant: with the sign above it acts as a spin of +1.
    constant = (coupling[:, 1] == 0) | (coupling[:, 2] == 0)
    folded = coupling[constant]
    folded = np.stack([folded[:, 0], folded[:, 1] + folded[:, 2], folded[:, 3]], axis=1)
    bias = np.concatenate([bias, folded])
    offset -= int(bias[bias[:, 1] == 0, 2].sum())
    bias, coupling = bias[bias[:, 1] > 0], coupling[~constant]
    bias[:, 1] -= 1  # spins count from 0, nets from 1
    coupling[:, 1:3] -= 1
    return Terms(bias, coupling, offset)


def sum_gates(netlist: Netlist, cells: Mapping[str, Cell], gates: Iterable[int]) -> IsingModel:
    """The sum of the Hamiltonians of some gates of a netlist, over all its spins.

    Arguments as those of `gate_terms`.
    """
    terms = gate_terms(netlist, cells, gates)
    spins = int(ancilla_starts(netlist, cells)[-1])
    h: Int64 = np.zeros(spins, dtype=np.int64)
    np.add.at(h, terms.biases[:, 1], terms.biases[:, 2])
    _, i, j, J = terms.couplings.T
    return from_terms(spins, h, i, j, J, terms.offset)


def level_gaps(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """Cells scaled up to the largest gap among them, where theirs divides it."""
    largest = max((cell.gap for cell in cells.values()), default=1)
    return {
        name: cell.scaled(largest // cell.gap) if largest % cell.gap == 0 else cell
        for name, cell in cells.items()
    }


def _pins_by_cell(netlist: Netlist, gates: Iterable[int]) -> dict[str, tuple[Int64, Int64]]:
    """For each cell the indices of its gates and their literals, (gates,) and (gates, pins)."""
    index: dict[str, list[int]] = {}
    pins: dict[str, list[tuple[int, ...]]] = {}
    for k in gates:
        gate = netlist.gates[k]
        index.setdefault(gate.function.name, []).append(k)
        pins.setdefault(gate.function.name, []).append(gate.pins)
    return {
        name: (np.array(index[name], dtype=np.int64), np.array(pins[name], dtype=np.int64))
        for name in sorted(index)
    }
