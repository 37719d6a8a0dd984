import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.design import Clamp, Clamped, Contradiction, Design, parse_clamps, presolve
from invc.design.assemble import assemble
from invc.design.split import Split
from invc.formats.adopt import adopt
from invc.formats.terms import terms
from invc.ising import ground_states
from invc.ising.model import Int8
from invc.netlist import Netlist


@given(netlists(max_inputs=3, max_gates=4), st.data())
@settings(max_examples=200)
def test_no_answer_is_lost_and_nothing_but_truth_is_fixed(
    netlist: Netlist, data: st.DataObject
) -> None:
    design = assemble(netlist, CELLS)
    nets = st.integers(2, 2 * netlist.net_count + 1)
    held = data.draw(st.lists(st.tuples(nets, st.integers(0, 1)), max_size=3))
    assume(len({lit >> 1 for lit, _ in held}) == len(held))
    _, states = ground_states(design.model)
    for lit, value in held:
        states = states[((states[:, (lit >> 1) - 1] > 0) ^ (lit & 1)) == value]
    try:
        clamped = presolve(design, [Clamp(lit, value, "x") for lit, value in held])
    except Contradiction:
        assert len(states) == 0
        return
    fixed = clamped.values != 0
    assert (states[:, fixed] == clamped.values[fixed]).all()
    left = len(clamped.split.left) if clamped.split else 0
    assert clamped.free == (~fixed).sum() - left
    if clamped.split:
        assert_same_answers(design, clamped, clamped.split, states)


def assert_same_answers(design: Design, clamped: Clamped, split: Split, states: Int8) -> None:
    """The ground states of the model with clauses are those of the design, ancillas left aside."""
    free = np.flatnonzero(clamped.values == 0)
    stay = np.setdiff1d(free, split.left)
    rows = np.repeat(clamped.values[None], 1 << len(stay), axis=0)
    rows[:, split.left] = 1
    rows[:, stay] = 2 * (np.arange(len(rows))[:, None] >> np.arange(len(stay)) & 1) - 1
    energies = split.model.energies(rows)
    assert {tuple(r) for r in rows[energies == 0][:, stay]} == {tuple(r) for r in states[:, stay]}
    assert (energies == 0).sum() == len(states)  # each with one state of its ancillas
    assert energies.min() >= 0
    assert (energies[energies > 0] >= design.min_gap).all()


def test_forward_leaves_nothing_to_sample() -> None:
    design = assemble(multiplier(4), CELLS)
    clamped = presolve(design, parse_clamps(design.netlist, ["a=11", "b=13"]))
    assert clamped.free == 0
    ports = {port.name: port for port in design.netlist.ports}
    product = [clamped.values[(bit >> 1) - 1] > 0 for bit in ports["p"].bits]
    assert sum(bool(bit) << k for k, bit in enumerate(product)) == 143


def test_a_contradiction_names_the_gate() -> None:
    design = assemble(multiplier(2), CELLS)
    with pytest.raises(Contradiction, match=r"the \w+ that drives '\w+' cannot be satisfied"):
        presolve(design, parse_clamps(design.netlist, ["a=3", "b=3", "p=8"]))


def test_nothing_held_fixes_nothing() -> None:
    design = assemble(multiplier(2), CELLS)
    assert presolve(design, []).free == design.model.spins


@pytest.mark.parametrize(("coupling", "held", "value"), [(-1, 0, -1), (-1, 1, 1), (1, 0, 1)])
def test_a_spin_that_is_overruled_is_fixed(coupling: float, held: int, value: int) -> None:
    """By a neighbour of either value, where there is no gate and no other spin that is held."""
    design = adopt(terms(["a", "b"], [(0, 1, coupling)])).design
    clamped = presolve(design, [Clamp(2, held, "a")])
    assert clamped.values.tolist() == [2 * held - 1, value]
