"""Statistics of designs, against counting by hand."""

from collections import Counter

import numpy as np
from hypothesis import given

from designs import CELLS, multiplier, netlists
from invc.design import statistics
from invc.design.assemble import assemble
from invc.ising import colour_spins
from invc.netlist import Netlist


@given(netlists())
def test_statistics_are_what_counting_gives(netlist: Netlist) -> None:
    design = assemble(netlist, CELLS)
    found = statistics(design)
    neighbours: dict[int, set[int]] = {spin: set() for spin in range(design.model.spins)}
    for i, j in design.model.edges.tolist():
        neighbours[i].add(j)
        neighbours[j].add(i)
    assert found.degrees == dict(sorted(Counter(map(len, neighbours.values())).items()))
    assert found.max_degree == design.model.degrees.max(initial=0)
    assert found.spins == len(neighbours) == netlist.net_count + found.ancillas
    assert found.colours == len(set(colour_spins(design.model).tolist()))
    gates = Counter(gate.function.name for gate in netlist.gates)
    assert {name: use.gates for name, use in found.cells.items()} == gates
    for name, use in found.cells.items():
        assert (use.gap == found.min_gap) == (name in found.min_gap_cells)
        assert use.gap >= found.min_gap


@given(netlists())
def test_bits_are_the_fewest_that_hold_every_coefficient_and_its_negative(netlist: Netlist) -> None:
    model = assemble(netlist, CELLS).model
    bits = statistics(assemble(netlist, CELLS)).bits
    largest = int(np.abs(np.concatenate([model.h, model.J, [0]])).max())
    assert largest <= 2 ** (bits - 1) - 1
    assert bits == 1 or largest > 2 ** (bits - 2) - 1


def test_multiplier() -> None:
    found = statistics(assemble(multiplier(4), CELLS))
    assert (found.spins, found.ancillas, found.min_gap) == (48, 0, 4)
    assert found.min_gap_cells == ("AND2", "FA", "HA")
    assert (found.cells["FA"].gap, found.cells["FA"].largest) == (4, 4)


def test_of_nothing_all_is_zero() -> None:
    found = statistics(assemble(Netlist("m", (), (), ("",)), CELLS))
    assert (found.spins, found.couplings, found.max_degree, found.min_gap) == (0, 0, 0, 0)
    assert (found.max_h, found.max_J, found.bits, found.colours) == (0, 0, 1, 0)
