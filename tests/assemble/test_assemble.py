from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings

from designs import CELLS, multiplier, netlists
from invc.design.assemble import assemble, gate_terms, level_gaps
from invc.ising import all_energies, ground_states
from invc.library.cell import Cell
from invc.netlist import Gate, Netlist, Port
from truth import net_rows
from typed import sure


@given(netlists(max_inputs=3, max_gates=4))
@settings(max_examples=200)
def test_ground_states_are_the_net_rows(netlist: Netlist) -> None:
    design = assemble(netlist, CELLS)
    lowest, states = ground_states(design.model)
    rows = [tuple(row) for row in states[:, : netlist.net_count].tolist()]
    assert lowest == 0
    assert set(rows) == net_rows(netlist)
    # A gate whose pins repeat may leave rows unreachable but never adds ancilla words.
    assert len(rows) == len(set(rows))


@given(netlists(max_inputs=3, max_gates=3))
def test_no_wrong_state_is_below_the_gap(netlist: Netlist) -> None:
    design = assemble(netlist, CELLS)
    energies = all_energies(design.model)
    nets = netlist.net_count
    good = {sum((m > 0) << k for k, m in enumerate(row)) for row in net_rows(netlist)}
    for index, energy in enumerate(energies.tolist()):
        if index & ((1 << nets) - 1) not in good:
            assert energy >= design.min_gap


def test_cells_are_scaled_to_one_gap() -> None:
    cells = level_gaps({"AND2": CELLS["AND2"], "FA": CELLS["FA"]})
    assert {cell.gap for cell in cells.values()} == {4}
    assert cells["FA"].J[0] == (0, 1, -2)
    assert cells["AND2"] == CELLS["AND2"]


def test_spins_are_nets_then_ancillas_in_gate_order() -> None:
    netlist = multiplier(4)
    design = assemble(netlist, CELLS)
    assert design.model.spins == netlist.net_count == 48
    assert design.spin_names == netlist.names[1:]


def energy_of(cell: Cell, values: Sequence[int]) -> int:
    """The energy of a cell's own Hamiltonian, ground level 0."""
    linear = sum(h * m for h, m in zip(cell.h, values, strict=True))
    quadratic = sum(J * values[i] * values[j] for i, j, J in cell.J)
    return -linear - quadratic - cell.ground


@pytest.mark.parametrize("name", CELLS)
def test_energies_are_those_of_the_cells_whatever_their_pins_are_on(name: str) -> None:
    """Constants, complements and one net on several pins, for all states; two gates add up."""
    cell = CELLS[name]
    function = sure(cell.function)
    inputs, outputs = len(function.inputs), len(function.outputs)
    for read in product(range(6), repeat=inputs):
        driven = tuple(6 + 2 * k + (sum(read) + k) % 2 for k in range(outputs))
        other = tuple(2 * (3 + outputs + k) for k in range(outputs))
        pins = ((*read, *driven), (*(lit ^ 3 for lit in read), *other))
        nets = 2 + 2 * outputs
        ports = (Port("a", "input", (2, 4)), Port("y", "output", (*driven, *other)))
        gates = tuple(Gate(function, one) for one in pins)
        netlist = Netlist("m", ports, gates, ("", *(f"n{k}" for k in range(nets))))
        model = assemble(netlist.check(), CELLS).model
        spins = nets + 2 * len(cell.ancillas)
        assert model.spins == spins
        for state, energy in enumerate(all_energies(model).tolist()):
            bits = [-1, *(2 * (state >> k & 1) - 1 for k in range(spins))]
            expected = 0
            for number, one in enumerate(pins):
                values = [bits[pin >> 1] * (-1 if pin & 1 else 1) for pin in one]
                first = nets + 1 + number * len(cell.ancillas)
                values += bits[first : first + len(cell.ancillas)]
                expected += energy_of(cell, values)
            assert energy == expected


def test_terms_of_some_gates_are_those_of_a_netlist_of_them() -> None:
    netlist = multiplier(3)
    whole = gate_terms(netlist, CELLS)
    for k, gate in enumerate(netlist.gates):
        terms = gate_terms(netlist, CELLS, [k])
        assert set(terms.biases[:, 0]) | set(terms.couplings[:, 0]) == {k}
        for some, all_of in ((terms.biases, whole.biases), (terms.couplings, whole.couplings)):
            assert sorted(map(tuple, some)) == sorted(map(tuple, all_of[all_of[:, 0] == k]))
        assert terms.offset == -CELLS[gate.function.name].ground
    assert whole.offset == -sum(CELLS[gate.function.name].ground for gate in netlist.gates)
