"""The energy of a state is the sum of what its gates violate."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.assemble import assemble
from invc.design import Contradiction, bit_names, parse_clamps, parse_combination, presolve
from invc.netlist import evaluate
from invc.simulate import run
from invc.simulate.explain import excesses, explain
from invc.simulate.logic import answers_seen
from invc.simulate.random import LANES, bits_of, block_generator, first_state
from invc.simulate.verify import verify

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


def test_a_run_keeps_the_unverified_read_of_lowest_energy():
    clamps = parse_clamps(MULT.netlist, ["p=64507"])  # 251 * 257, and 257 needs nine bits
    clamped = presolve(MULT, clamps)
    result = run(MULT, clamped, reads=2000, sweeps=64, near=True)
    assert not result.answers
    near = result.near
    assert near.energy == MULT.model.energies(near.spins[None])[0] > 0
    assert (near.spins[clamped.values != 0] == clamped.values[clamped.values != 0]).all()
    found = explain(MULT, near.spins, clamps)
    assert sum(violation.excess for violation in found) == near.energy
    again = run(MULT, clamped, reads=2000, sweeps=64, near=True, threads=1)
    assert np.array_equal(again.near.spins, near.spins)
    assert run(MULT, clamped, reads=10, sweeps=64).near is None


@given(netlist=netlists(), data=st.data())
@settings(max_examples=40)
def test_what_looks_like_an_answer_is_what_is_verified(netlist, data):
    design = assemble(netlist, CELLS)
    labels = sorted({label for port in netlist.ports for label in bit_names(port)})
    bit = st.tuples(st.sampled_from(labels), st.sampled_from("01"))
    held = dict(data.draw(st.lists(bit, max_size=2)))
    left_out = data.draw(st.lists(st.lists(bit, min_size=1, max_size=2).map(dict), max_size=2))
    clamps = parse_clamps(netlist, [f"{name}=0b{value}" for name, value in held.items()])
    forbidden = [
        parse_combination(netlist, ":".join(f"{name}=0b{value}" for name, value in bits.items()))
        for bits in left_out
    ]
    try:
        clamped = presolve(design, clamps, forbidden)
    except Contradiction:
        return
    state = first_state(block_generator(data.draw(st.integers(0, 99)), 0), design.model.spins)
    seen = np.flatnonzero(bits_of(answers_seen(design, clamped).holds(state)))
    assert tuple(seen.tolist()) == verify(design, clamped, state, LANES).lanes
