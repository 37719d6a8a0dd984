"""Blocks are values: they run anywhere, add up, and need neither a clock nor a certain backend."""

import pickle
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from designs import CELLS, multiplier
from invc.design import parse_clamps, presolve
from invc.design.assemble import assemble
from invc.engine import Effort, Problem, problem_of, run
from invc.engine.block import Block, Outcome, Rules
from invc.engine.choose import choose
from invc.engine.dynamics import DYNAMICS
from invc.engine.dynamics.gibbs import gibbs
from invc.engine.dynamics.task import Dynamics
from invc.engine.execute import Halt, Job, Threads
from invc.engine.plan import plan_of
from invc.engine.story import outcomes_of
from invc.engine.work import run_block
from invc.pbits import backend as protocol
from invc.pbits.backend import backend_named
from invc.pbits.lanes import LANES
from invc.pbits.reference import Reference


@cache
def problem(*clamps: str, n: int = 4) -> Problem:
    design = assemble(multiplier(n), CELLS)
    return problem_of(design, presolve(design, parse_clamps(design.netlist, clamps)))


@cache
def some_outcomes(dynamics: str) -> list[Outcome]:
    asked = problem("p=143")
    plan = plan_of(asked, choose(asked, dynamics), LANES, 6000, None)
    job = Job(asked, backend_named(), Rules(seed=5))
    return list(outcomes_of(Threads(1, Halt()), job, plan))


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_a_block_does_elsewhere_what_it_does_here(dynamics: str) -> None:
    """Problem, rules, block and the state to go on from are sent as bytes, and so is the outcome."""
    asked, rules = problem("p=143"), Rules(seed=2, shown=(0, 3))
    block = Block(3, dynamics, 48, 700, kept=True)
    here = run_block(asked, block, backend_named(), rules)
    sent = pickle.loads(pickle.dumps((asked, block, backend_named(), rules)))
    there = pickle.loads(pickle.dumps(run_block(*sent)))
    assert there.block == block
    assert here is not None
    assert there.verified == here.verified
    assert (there.sweeps, there.updates, there.suits) == (here.sweeps, here.updates, here.suits)
    assert np.array_equal(there.shown, here.shown)
    assert np.array_equal(backend_named().fetch(there.end), backend_named().fetch(here.end))


def test_a_chain_goes_on_as_if_it_had_never_been_interrupted() -> None:
    """Two blocks of one chain are one block of both lengths, where steps are as long."""
    asked, backend = problem("p=143"), backend_named()
    rules = Rules(seed=2, beta=(0.5, 0.5), hold=16)
    first = run_block(asked, Block(0, "gibbs", 32, 0, kept=True), backend, rules)
    later = Block(1, "gibbs", 32, LANES, 0, draws=False, kept=True)
    assert first is not None
    second = run_block(asked, later, backend, rules, start=first.end)
    whole = run_block(asked, Block(0, "gibbs", 64, LANES, kept=True), backend, rules)
    assert second is not None
    assert whole is not None
    assert np.array_equal(backend.fetch(second.end), backend.fetch(whole.end))
    assert second.verified == whole.verified


@given(cuts=st.lists(st.integers(0, 6), max_size=3), dynamics=st.sampled_from(["pt", "gibbs"]))
def test_tallies_merge_to_the_tally_of_all(cuts: list[int], dynamics: str) -> None:
    outcomes = some_outcomes(dynamics)
    whole, parts = problem("p=143").judge.tally(None, None), []
    for outcome in outcomes:
        whole.add(outcome)
    ends = [0, *sorted(cuts), len(outcomes)]
    for first, last in pairwise(ends):
        parts.append(problem("p=143").judge.tally(None, None))
        for outcome in outcomes[first:last]:
            parts[-1].add(outcome)
    merged = parts[0]
    for part in parts[1:]:
        merged.merge(part)
    assert vars(merged) == vars(whole)
    assert merged.answers() == whole.answers()


def test_time_is_asked_of_the_clock_that_is_given() -> None:
    """Without a moment of real time: a block for each tick, and the last one is dropped."""
    ticks = iter(range(10**6))
    effort = Effort(dynamics="gibbs", sweeps=16, threads=1, time_limit=5)
    result = run(problem(n=3), effort, halt=Halt(clock=lambda: float(next(ticks))))
    assert 0 < result.reads <= 5 * LANES


def test_a_new_dynamics_is_a_function_and_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DYNAMICS, "twin", Dynamics(gibbs))
    effort: dict[str, Any] = {"reads": 1024, "sweeps": 32, "beta": (0.4, 0.9), "seed": 3}
    result = run(problem("p=143"), Effort(dynamics="twin", **effort))
    assert result.answers == run(problem("p=143"), Effort(dynamics="gibbs", **effort)).answers
    assert result.dynamics == "twin"
    assert result.chosen.startswith("twin with beta 0.4 to 0.9")


class Wide:
    """A backend of other memory and another number of lanes: two blocks of the reference as one.

    What the engine looks at comes from `lanes`, `fetch` and the looks alone; it cannot know rows.
    """

    name = "wide"
    lanes = 2 * LANES

    def __init__(self) -> None:
        self.half = Reference()

    class State(list[Any]):
        lanes = 2 * LANES
        turn = 0

    def each(self, name: str, states: Any, *arguments: Any) -> list[Any]:
        method = getattr(self.half, name)
        return [method(*(state if a is states else a for a in arguments)) for state in states]

    def start(self, known: Any, seed: int, block: int) -> Any:
        return self.State(self.half.start(known, seed, 2 * block + k) for k in range(2))

    def branch(self, state: Any, known: Any, seed: int, block: int) -> Any:
        return self.State(
            self.half.branch(half, known, seed, 2 * block + k) for k, half in enumerate(state)
        )

    def sweep(self, program: Any, state: Any, heat: Any, sweeps: int) -> None:
        self.each("sweep", state, program, state, heat, sweeps)

    def exchange(self, program: Any, state: Any, ladder: Any, pace: Any, seen: Any = None) -> Any:
        one, two = self.each("exchange", state, program, state, ladder, pace)
        return one._replace(traded=one.traded + two.traded)

    def holds(self, condition: Any, state: Any) -> Any:
        return np.concatenate(self.each("holds", state, condition, state))

    def count(self, condition: Any, state: Any) -> int:
        return sum(self.each("count", state, condition, state))

    def rows_of(self, logic: Any, literals: Any, state: Any) -> Any:
        return np.concatenate(self.each("rows_of", state, logic, literals, state), axis=1)

    def energies(self, meter: Any, state: Any) -> Any:
        return np.concatenate(self.each("energies", state, meter, state))

    def fetch(self, state: Any) -> Any:
        return np.concatenate(self.each("fetch", state, state), axis=1)


@pytest.mark.parametrize("dynamics", ["gibbs", "pt"])
def test_a_new_backend_is_a_class_and_a_line(
    monkeypatch: pytest.MonkeyPatch, dynamics: str
) -> None:
    """Whatever its number of lanes; what it does not know of itself nobody asks."""

    def wide() -> Iterator[Any]:
        yield Wide()

    monkeypatch.setattr(protocol, "FAMILIES", (*protocol.FAMILIES, wide))
    effort: dict[str, Any] = {"dynamics": dynamics, "sweeps": 32, "seed": 1}
    found = run(problem("p=6", n=2), Effort(kernel="wide", reads=3000, **effort))
    assert found.kernel == "wide"
    assert found.reads == 3000
    first = run(problem("p=6", n=2), Effort(kernel="reference", reads=1024, **effort))
    assert {answer.ports["a"] for answer in found.answers} == {2, 3}
    if dynamics == "gibbs":  # its first half is block 0 of the reference
        reads = {answer.ports["a"]: answer.reads for answer in first.answers}
        assert all(answer.reads > reads[answer.ports["a"]] for answer in found.answers)
