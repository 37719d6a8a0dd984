import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.design import Clamp, Contradiction, parse_clamps, presolve
from invc.design.assemble import assemble
from invc.ising import ground_states
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
    assert clamped.free == (~fixed).sum()


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
