"""Gates switched on a cone at a time: the stages, and that what comes out is whole."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.design import Contradiction, bit_names, parse_clamps, presolve
from invc.design.assemble import assemble, sum_gates
from invc.engine import problem_of
from invc.engine.block import Block, Outcome
from invc.engine.choose import Mix, choose
from invc.engine.dynamics.stages import are_gradual, plan_stages
from invc.engine.verify import Verified, replicas, verify
from invc.ising import from_terms
from invc.netlist import Netlist, evaluate, word_of
from invc.pbits.backend import backend_names
from invc.pbits.heatbath.energy import compile_meter
from invc.pbits.heatbath.heat import heat
from invc.pbits.heatbath.logic import answers_seen, gates_satisfied
from invc.pbits.lanes import UInt64, held_in_place
from invc.pbits.random import block_generator, first_state
from sampling import run, view_of


@given(netlist=netlists(), data=st.data())
@settings(max_examples=30, deadline=None)
def test_staged_runs_find_every_answer(netlist: Netlist, data: st.DataObject) -> None:
    design = assemble(netlist, CELLS)
    held = data.draw(
        st.dictionaries(
            st.sampled_from(sorted({b for port in netlist.ports for b in bit_names(port)})),
            st.sampled_from("01"),
            max_size=3,
        )
    )
    try:
        clamped = presolve(
            design, parse_clamps(netlist, [f"{name}=0b{value}" for name, value in held.items()])
        )
    except Contradiction:
        return
    if not netlist.gates:
        return
    many = run(design, clamped, dynamics="staged", reads=1024, sweeps=512)
    usual = run(design, clamped, dynamics="gibbs", reads=1024, sweeps=64)
    assert {tuple(a.ports.values()) for a in many.answers} == {
        tuple(a.ports.values()) for a in usual.answers
    }
    assert bool(many.strict_reads) == bool(many.verified_reads)


@pytest.mark.parametrize("product", [3127, 2419])
def test_copies_of_replicas_are_whole(product: int) -> None:
    """Spins that were not copied along come from the replica that was: every gate fits.

    A replica whose inputs are right and whose line dies out counts as seen, not as strict.
    """
    design = assemble(multiplier(6), CELLS)
    clamped = presolve(design, parse_clamps(design.netlist, [f"p={product}"]))
    result = run(design, clamped, dynamics="staged", reads=4096)
    assert result.verified_reads > 100
    assert result.strict_reads >= 0.4 * result.verified_reads


@pytest.mark.parametrize("width", [4, 5, 6])
def test_stages_of_a_multiplier_are_its_columns(width: int) -> None:
    design = assemble(multiplier(width), CELLS)
    product = (2**width - 1) * (2**width - 3)
    clamped = presolve(design, parse_clamps(design.netlist, [f"p={product}"]))
    stages = plan_stages(design, clamped)
    names = design.spin_names
    born = [[names[spin] for spin in stage.program.target] for stage in stages]
    assert sorted(name for stage in born for name in stage) == sorted(
        name for name, value in zip(names, clamped.values, strict=True) if not value
    )
    first = {name: k for k, stage in enumerate(born) for name in stage}
    order = [first[f"a[{k}]"] for k in range(width) if f"a[{k}]" in first]
    assert order == sorted(order)
    assert [stage.complete for stage in stages].index(True) == max(order)


def test_stages_that_leave_all_to_one_are_not_gradual() -> None:
    """A sum of many bits is one cone of all inputs; columns of a product have two each."""
    design = assemble(multiplier(5), CELLS)
    clamped = presolve(design, parse_clamps(design.netlist, ["p=667"]))
    stages = plan_stages(design, clamped)
    born = sum(stage.inputs for stage in stages)
    free = [(bit >> 1) - 1 for port in design.netlist.inputs for bit in port.bits]
    assert born == np.count_nonzero(clamped.values[free] == 0)
    assert are_gradual(stages)
    top = presolve(design, parse_clamps(design.netlist, ["p[9]=1", "p[8]=0"]))
    assert not are_gradual(plan_stages(design, top))
    assert choose(problem_of(design, top), "auto").names == ("staged", "pt")
    assert run(design, top, reads=1).dynamics == "staged and gibbs"


def test_seen_answers_come_before_settled_gates() -> None:
    design = assemble(multiplier(6), CELLS)
    clamped = presolve(design, parse_clamps(design.netlist, ["p=3127"]))
    early = run(design, clamped, dynamics="gibbs", target=1, seed=1)
    assert {tuple(a.ports.values())[:2] for a in early.answers} <= {(53, 59), (59, 53)}
    assert early.answers
    whole = run(design, clamped, dynamics="gibbs", reads=1024, sweeps=256, seed=1)
    assert early.sweeps < whole.sweeps


def some_state(spins: int, known: npt.NDArray[Any], seed: int) -> npt.NDArray[np.uint64]:
    state = first_state(block_generator(seed, 0), spins)
    held_in_place(state, known)
    return state


@given(
    n=st.integers(1, 8),
    seed=st.integers(0, 10**6),
    held=st.lists(st.sampled_from([-1, 0, 0, 1]), min_size=8, max_size=8),
)
@settings(max_examples=60)
def test_meters_read_the_energies_of_the_model(n: int, seed: int, held: Sequence[int]) -> None:
    chance = np.random.default_rng(seed)
    k = int(chance.integers(0, 20))
    model = from_terms(
        n,
        chance.integers(-20, 20, n),
        chance.integers(0, n, k),
        chance.integers(0, n, k),
        chance.integers(-300, 300, k),
        int(chance.integers(-5, 5)),
    )
    known = np.array(held[:n], dtype=np.int8)
    state = some_state(n, known, seed)
    expected = model.energies(replicas(state, 1024))
    assert np.array_equal(view_of(state).energies(compile_meter(model, known)), expected)


@given(netlist=netlists(), seed=st.integers(0, 1000))
@settings(max_examples=60)
def test_conditions_are_the_evaluation_of_the_gates(netlist: Netlist, seed: int) -> None:
    """Rows of replicas and Python's integers agree on answers and on satisfied gates."""
    design = assemble(netlist, CELLS)
    output = netlist.outputs[0]
    try:
        clamped = presolve(design, parse_clamps(netlist, [f"{bit_names(output)[0]}=0b1"]))
    except Contradiction:
        return
    state = some_state(design.model.spins, clamped.values, seed)
    words = [int.from_bytes(row.tobytes(), "little") for row in state]
    mask = (1 << 1024) - 1
    inputs = {p.name: [words[(bit >> 1) - 1] for bit in p.bits] for p in netlist.inputs}
    values = evaluate(netlist, inputs, 1024)
    good = mask
    for literal, value in clamped.wanted:
        good &= word_of(literal, values, mask) ^ (0 if value else mask)
    seen = answers_seen(design, clamped)
    backend, replicas = view_of(state).backend, view_of(state).state
    assert int.from_bytes(backend.holds(seen, replicas).tobytes(), "little") == good
    assert backend.count(seen, replicas) == good.bit_count()
    nets = [0, *words[: netlist.net_count]]
    fits = mask
    for gate in netlist.gates:
        pins = [word_of(pin, nets, mask) for pin in gate.pins]
        count = len(gate.function.inputs)
        for have, want in zip(
            pins[count:], gate.function.evaluate(mask, *pins[:count]), strict=True
        ):
            fits &= ~(have ^ want)
    satisfied = gates_satisfied(design, range(len(netlist.gates)))
    assert int.from_bytes(backend.holds(satisfied, replicas).tobytes(), "little") == fits & mask


@given(netlist=netlists(), split=st.integers(0, 6))
@settings(max_examples=40)
def test_sums_of_some_gates_and_of_the_others_are_the_whole(netlist: Netlist, split: int) -> None:
    design = assemble(netlist, CELLS)
    count = len(netlist.gates)
    parts = [
        sum_gates(netlist, design.cells, gates)
        for gates in (range(min(split, count)), range(min(split, count), count))
    ]
    state = replicas(some_state(design.model.spins, np.zeros(design.model.spins), 3), 64)
    whole = design.model.energies(state)
    assert np.array_equal(sum(part.energies(state) for part in parts), whole)


def test_a_mix_is_mostly_what_the_first_block_got_through_with() -> None:
    mix = Mix("staged", "gibbs")
    updates, none = 100, np.zeros((0, 0), dtype=np.uint64)
    block, verified = Block(0, "staged", 500, 1024), Verified(1024, 0, 0, {})
    for suits, main, other in ((True, "staged", "gibbs"), (False, "gibbs", "staged")):
        ended = Outcome(block, verified, 500, 40_000, suits, none)
        blocks = [mix.block(k, 1024, ended, updates) for k in range(1, 70)]
        assert [k for k, (name, _) in enumerate(blocks, 1) if name == other] == [1, 4, 16, 64]
        assert {name for name, _ in blocks} == {main, other}
    assert mix.block(0, 256, None, updates) == ("staged", 256)
    assert Mix("gibbs").block(4, 512, ended, updates) == ("gibbs", 512)


@given(updates=st.integers(1, 10**6), spent=st.integers(0, 10**9))
def test_the_other_dynamics_gets_a_share_of_what_is_spent(updates: int, spent: int) -> None:
    """Where the first block got through, all like it cost the same, whatever their number."""
    block, verified = Block(0, "staged", 500, 1024), Verified(1024, 0, 0, {})
    none = np.zeros((0, 0), dtype=np.uint64)
    mix, ended = Mix("staged", "gibbs"), Outcome(block, verified, 500, spent, True, none)
    for power in (1, 4, 16, 64, 256):
        name, sweeps = mix.block(power, 1 << 20, ended, updates)
        assert name == "gibbs"
        assert sweeps == 16 or sweeps * updates <= power * spent / 4
        assert (sweeps + 1) * updates > power * spent / 4


@pytest.mark.parametrize("dynamics", ["gibbs", "pt", "staged"])
def test_every_kernel_and_the_reference_end_in_the_same_states(dynamics: str) -> None:
    design = assemble(multiplier(4), CELLS)
    clamped = presolve(design, parse_clamps(design.netlist, ["p=143"]))

    def states(kernel: str, threads: int) -> dict[tuple[int, int], UInt64]:
        seen = {}

        def watch(block: int, sweeps: int, state: UInt64) -> None:
            seen[block, sweeps] = state.copy()

        run(
            design,
            clamped,
            dynamics=dynamics,
            kernel=kernel,
            threads=threads,
            reads=2048,
            sweeps=32,
            watch=watch,
        )
        return seen

    first = states(backend_names()[0], 2)
    assert len(first) >= 2
    for kernel in backend_names()[1:]:
        again = states(kernel, 1)
        assert again.keys() == first.keys()
        assert all(np.array_equal(again[key], first[key]) for key in first)


@given(netlist=netlists(), seed=st.integers(0, 1000), strict=st.booleans())
@settings(max_examples=60)
def test_a_run_ends_with_what_is_verified(netlist: Netlist, seed: int, strict: bool) -> None:
    """What ends a block early is an answer to `verify` too: ancillas count where reads are strict."""
    design = assemble(netlist, CELLS)
    output = netlist.outputs[0]
    try:
        clamped = presolve(design, parse_clamps(netlist, [f"{bit_names(output)[0]}=0b1"]))
    except Contradiction:
        return
    problem = problem_of(design, clamped)
    state = some_state(design.model.spins, clamped.values, seed)
    view = view_of(state)
    view.backend.sweep(problem.program, view.state, heat(3.0), 4)
    outcome = verify(design, clamped, view, 1024, ground=strict)
    assert problem.judge.count(view.backend, view.state, strict=strict) == outcome.verified
