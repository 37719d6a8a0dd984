from hypothesis import given, settings

from designs import CELLS, multiplier, netlists
from invc.design.assemble import assemble, level_gaps
from invc.ising import all_energies, ground_states
from invc.netlist import Netlist
from truth import net_rows


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
