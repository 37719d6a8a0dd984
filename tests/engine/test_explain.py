"""The energy of a state is the sum of what its gates violate."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.design import Contradiction, Design, bit_names, parse_clamps, parse_combination, presolve
from invc.design.assemble import assemble
from invc.engine import Result, problem_of
from invc.engine.explain import Explanation, excesses, explain, explain_read
from invc.engine.verify import Near, verify
from invc.netlist import Gate, Netlist, evaluate, evaluate_ports
from invc.pbits.heatbath.logic import answers_seen
from invc.pbits.lanes import LANES, bits_of
from invc.pbits.random import block_generator, first_state
from sampling import run, view_of

MULT = assemble(multiplier(8), CELLS)


@given(netlist=netlists(), seed=st.integers(0, 999))
@settings(max_examples=60)
def test_excesses_add_up_to_the_energy(netlist: Netlist, seed: int) -> None:
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


def satisfied(gate: Gate, spins: npt.NDArray[np.int8]) -> bool:
    bits = [int(spins[(pin >> 1) - 1] > 0) ^ (pin & 1) if pin > 1 else pin for pin in gate.pins]
    n = len(gate.function.inputs)
    return tuple(gate.function.evaluate(1, *bits[:n])) == tuple(bits[n:])


def test_one_wrong_net_blames_the_gates_on_it() -> None:
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


def test_a_run_keeps_the_unverified_read_of_lowest_energy() -> None:
    clamps = parse_clamps(MULT.netlist, ["p=64507"])  # 251 * 257, and 257 needs nine bits
    clamped = presolve(MULT, clamps)
    result = run(MULT, clamped, reads=2000, sweeps=64, near=True)
    assert not result.answers
    near = result.near
    assert near is not None
    assert near.energy == MULT.model.energies(near.spins[None])[0] > 0
    assert (near.spins[clamped.values != 0] == clamped.values[clamped.values != 0]).all()
    found = explain(MULT, near.spins, clamps)
    assert sum(violation.excess for violation in found) == near.energy
    again = run(MULT, clamped, reads=2000, sweeps=64, near=True, threads=1)
    assert again.near is not None
    assert np.array_equal(again.near.spins, near.spins)
    assert run(MULT, clamped, reads=10, sweeps=64).near is None


@given(netlist=netlists(), data=st.data())
@settings(max_examples=40)
def test_what_looks_like_an_answer_is_what_is_verified(
    netlist: Netlist, data: st.DataObject
) -> None:
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
    source = block_generator(data.draw(st.integers(0, 99)), 0)
    view = view_of(first_state(source, design.model.spins))
    seen = np.flatnonzero(bits_of(view.backend.holds(answers_seen(design, clamped), view.state)))
    assert tuple(seen.tolist()) == verify(design, clamped, view, LANES).lanes


def explained(design: Design, texts: Sequence[str], **options: Any) -> tuple[Result, Explanation]:
    """A run, and why its best unverified read is no answer."""
    clamps = parse_clamps(design.netlist, texts)
    clamped = presolve(design, clamps)
    result = run(design, clamped, near=True, **options)
    problem = problem_of(design, clamped)
    assert result.near is not None
    found = explain_read(problem, result.near, clamps, dynamics=result.dynamics, seed=result.seed)
    return result, found


def test_reads_that_staged_gave_up_are_annealed_on_before_they_are_explained() -> None:
    result, found = explained(MULT, ["p=64507"], reads=1000, dynamics="staged")
    assert result.near is not None
    given_up = explain(MULT, result.near.spins)
    assert len(given_up) > 10  # most gates were never switched on: that says nothing
    assert found.annealed
    assert sum(violation.excess for violation in found.violations) == found.energy
    assert 0 < len(found.violations) <= len(given_up) // 5
    assert found.answer is None
    assert explained(MULT, ["p=64507"], reads=1000, dynamics="staged")[1].violations == (
        found.violations
    )
    assert not explained(MULT, ["p=64507"], reads=1000, dynamics="gibbs")[1].annealed


def test_what_the_inputs_of_a_read_give_is_told() -> None:
    result, found = explained(MULT, ["p=64507"], reads=1000, dynamics="gibbs")
    ports = found.ports
    assert ports["a"] * ports["b"] == ports["p"] != 64507
    assert found.missed == tuple(f"p[{k}]" for k in range(16) if (ports["p"] ^ 64507) >> k & 1)
    assert result.near is not None
    state = result.near.spins
    assert ports["a"] == sum(int(state[k] > 0) << k for k in range(8))


def test_a_read_that_was_too_short_becomes_an_answer_as_it_is_annealed_on() -> None:
    design = assemble(multiplier(4), CELLS)
    clamps = parse_clamps(design.netlist, ["p=143"])
    clamped = presolve(design, clamps)
    spins = clamped.values.copy()
    spins[spins == 0] = -1
    near = Near(int(design.model.energies(spins[None])[0]), spins)
    problem = problem_of(design, clamped)
    found = explain_read(problem, near, clamps, dynamics="staged and gibbs")
    assert found.answer in ({"a": 11, "b": 13, "p": 143}, {"a": 13, "b": 11, "p": 143})
    assert found.energy <= near.energy
    assert found.missed


def test_under_strict_a_read_whose_gates_have_not_settled_is_the_best_that_does_not_count() -> None:
    clamps = parse_clamps(MULT.netlist, ["a=3", "p[15]=0"])
    clamped = presolve(MULT, clamps)
    netlist = MULT.netlist
    words = evaluate(netlist, {"a": [1, 1, 0, 0, 0, 0, 0, 0], "b": [0] * 8}, 1)[1:]
    state = np.array([[word] * 16 for word in words], dtype=np.uint64) * np.uint64(2**64 - 1)
    last = netlist.names.index("pp7_7") - 1
    state[last, 0] ^= np.uint64(1)  # in replica 0 one gate is violated
    view = view_of(state)
    strict = verify(MULT, clamped, view, LANES, ground=True, near=True)
    assert strict.near is not None
    assert strict.near.energy > 0
    assert verify(MULT, clamped, view, LANES, near=True).near is None
    problem = problem_of(MULT, clamped)
    found = explain_read(problem, strict.near, clamps, dynamics="gibbs")
    assert found.missed == ()
    assert {v.drives for v in found.violations} & {"pp7_7"}
    assert found.ports == {
        name: sum(word << k for k, word in enumerate(port))
        for name, port in evaluate_ports(
            netlist, {"a": [1, 1, 0, 0, 0, 0, 0, 0], "b": [0] * 8}, 1
        ).items()
    }
