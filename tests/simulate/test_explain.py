"""The energy of a state is the sum of what its gates violate."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.assemble import assemble
from invc.design import parse_clamps
from invc.netlist import evaluate
from invc.simulate.explain import excesses, explain

MULT = assemble(multiplier(8), CELLS)


@given(netlist=netlists(), seed=st.integers(0, 999))
@settings(max_examples=60)
def test_excesses_add_up_to_the_energy(netlist, seed):
    design = assemble(netlist, CELLS)
    spins = np.random.default_rng(seed).choice(np.array([-1, 1], dtype=np.int8), design.model.spins)
    excess = excesses(design, spins)
    assert (excess >= 0).all()
    assert excess.sum() == design.model.energies(spins[None])[0]
    found = explain(design, spins)
    assert {violation.gate for violation in found} == set(np.flatnonzero(excess))
    assert sum(violation.excess for violation in found) == excess.sum()
    assert [v.excess for v in found] == sorted((v.excess for v in found), reverse=True)
    for violation in found:
        gate = netlist.gates[violation.gate]
        assert violation.source == gate.source
        assert violation.wrong == (not satisfied(gate, spins))
        assert violation.wrong or CELLS[violation.cell].ancillas


def satisfied(gate, spins):
    bits = [int(spins[(pin >> 1) - 1] > 0) ^ (pin & 1) if pin > 1 else pin for pin in gate.pins]
    n = len(gate.function.inputs)
    return tuple(gate.function.evaluate(1, *bits[:n])) == tuple(bits[n:])


def test_one_wrong_net_blames_the_gates_on_it():
    netlist = MULT.netlist
    inputs = {
        p.name: [value >> k & 1 for k in range(8)]
        for p, value in zip(netlist.inputs, (3, 5), strict=True)
    }
    bits = np.array(evaluate(netlist, inputs, 1)[1:], dtype=np.int8)
    spins = (2 * bits - 1).astype(np.int8)
    assert explain(MULT, spins) == ()
    wrong = netlist.names.index("pp0_0") - 1
    spins[wrong] *= -1
    (violation,) = explain(MULT, spins, parse_clamps(netlist, ["p=15"]))
    assert (violation.cell, violation.drives) == ("AND2", "pp0_0")
    assert violation.wrong
    assert violation.clamps == ("p[0]",)
    assert violation.excess == MULT.model.energies(spins[None])[0] >= CELLS["AND2"].gap
