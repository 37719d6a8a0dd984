"""Small parts of a run: budgets, threads, schedules that are given, blocks that end at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from designs import CELLS, multiplier
from invc.design import parse_clamps, presolve
from invc.design.assemble import assemble
from invc.engine import Effort, Problem, problem_of
from invc.engine.block import Block, Outcome, Rules
from invc.engine.choose import choose
from invc.engine.dynamics.task import Task
from invc.engine.equilibrium.budget import Budget, work_of
from invc.engine.execute import Halt, Job, Threads
from invc.engine.given import add_last, give
from invc.engine.plan import given_number, plan_of
from invc.engine.work import run_block
from invc.pbits.backend import Backend, backend_named
from invc.pbits.lanes import LANES
from typed import sure

runs = import_module("invc.engine.run")  # a function has its name


def problem(width: int, *clamps: str) -> Problem:
    design = assemble(multiplier(width), CELLS)
    return problem_of(design, presolve(design, parse_clamps(design.netlist, clamps)))


def test_a_budget_is_spent_to_the_end_and_not_beyond() -> None:
    budget = Budget(10.0)
    assert [budget.spend(part) for part in (4.0, 7.0, 6.0, 0.0, 0.5)] == [
        *(True, False, True, True, False)
    ]
    assert budget.left == 0
    assert [work_of(seconds) for seconds in (None, 0.0, 2.0)] == [3e8, 0.0, 1e7]


@pytest.mark.parametrize(
    ("threads", "ahead", "taken"), [(1, True, 1), (3, False, 1), (2, True, 4), (3, True, 6)]
)
def test_threads_run_ahead_where_there_are_some(threads: int, ahead: bool, taken: int) -> None:
    """One thread is the one that asks: there is nothing to wait for, and no pool."""
    begun: list[int] = []
    here: set[bool] = set()

    def blocks() -> Iterator[Block]:
        for k in range(20):
            begun.append(k)
            yield Block(k, "gibbs", 1, LANES)

    def do(block: Block, start: object, halted: object) -> int:
        here.add(threading.current_thread() is threading.main_thread())
        return block.number

    running = Threads(threads, Halt()).run(cast(Job, SimpleNamespace(do=do)), blocks(), ahead=ahead)
    assert cast(int, next(running)) == 0
    assert len(begun) == taken
    assert [cast(int, next(running)) for _ in range(5)] == [1, 2, 3, 4, 5]
    running.close()  # type: ignore[attr-defined]
    assert here == {taken == 1}


@pytest.mark.parametrize("hold", [None, 3])
def test_a_schedule_is_given_in_the_units_of_the_design(hold: int | None) -> None:
    """A model with large coefficients is sampled at its own."""
    asked = cast(Problem, SimpleNamespace(scale=0.25, free=10))
    rules = Rules(schedule=(1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 2.0), hold=hold)
    task = Task(asked, Block(0, "gibbs", 7, 1), cast(Backend, None), rules)
    halves = [(2.0, 4)] if hold is None else [(2.0, 3), (2.0, 1)]
    assert list(task.steps) == [(4.0, 2), *halves, (8.0, 1)]


def test_where_nothing_has_ended_in_time_one_sweep_of_the_first_block_counts() -> None:
    asked = problem(3)
    plan = plan_of(asked, choose(asked, "gibbs"), LANES, 70, 500)
    done: list[tuple[Block, object]] = []

    def do(block: Block, start: object) -> Outcome | None:
        done.append((block, start))
        return cast(Outcome, "it") if len(done) == 1 else None

    added: list[object] = []
    tally: Any = SimpleNamespace(add=added.append)
    for _ in range(2):
        add_last(cast(Job, SimpleNamespace(do=do)), plan, tally)
    block = replace(sure(plan.block(0)), sweeps=1, parent=None, kept=False)
    assert done == [(block, None)] * 2
    assert added == ["it"]


@pytest.mark.parametrize(("words", "blocks"), [(1, 1), (16, 1), (17, 2), (40, 3)])
def test_first_states_are_cut_into_blocks(words: int, blocks: int) -> None:
    given: dict[int, Any] = {}
    executor: Any = SimpleNamespace(give=given.__setitem__)
    rows = np.random.default_rng(1).integers(1 << 64, size=(5, words), dtype=np.uint64)
    backend = backend_named()
    assert give(executor, backend, rows) == blocks
    assert list(given) == [given_number(k) for k in range(blocks)]
    whole = np.concatenate([backend.fetch(state) for state in given.values()], axis=1)
    assert whole[:, :words].tolist() == rows.tolist()
    assert not whole[:, words:].any()
    assert give(executor, backend, None) == 0


def test_goals_that_contradict_each_other_end_a_block_at_once() -> None:
    asked = problem(4, "p=134")
    marginal = SimpleNamespace(impossible=True)
    asked.notes["inputs", backend_named().name] = SimpleNamespace(marginal=marginal)
    try:
        ended = sure(run_block(asked, Block(3, "inputs", 9, LANES), backend_named(), Rules(5)))
    finally:
        asked.notes.clear()
    assert (ended.sweeps, ended.updates, ended.impossible, ended.total) == (1, 1, True, None)
    assert (ended.verified.reads, ended.verified.verified) == (LANES, 0)


def test_no_replica_is_counted_that_is_not_right_in_every_gate() -> None:
    asked, backend = problem(2, "p=6"), backend_named()
    state = backend.start(np.where(asked.known == 0, -1, asked.known).astype(np.int8), 1, 1)
    for strict in (False, True):
        assert asked.judge.count(backend, state, strict=strict) == 0


LONG_RUN = Effort(dynamics="gibbs", reads=1 << 18, sweeps=1000)


@pytest.mark.parametrize(
    ("effort", "free", "asked"),
    [
        (LONG_RUN, 382, "cuda"),
        (LONG_RUN, 381, "auto"),  # 10^11 flips are 2^18 reads of 1,000 sweeps of 381.47 spins
        (replace(LONG_RUN, reads=(1 << 18) - 1), 10**6, "auto"),
        (replace(LONG_RUN, reads=None), 10**6, "auto"),
        (replace(LONG_RUN, sweeps=None), 10**6, "auto"),
        (replace(LONG_RUN, dynamics="pt"), 382, "cuda"),
        (replace(LONG_RUN, dynamics="auto"), 10**6, "auto"),
        (replace(LONG_RUN, kernel="avx2"), 10**6, "avx2"),
        # What may end early, or is done elsewhere, is what the CPU does.
        (replace(LONG_RUN, target=1), 10**6, "auto"),
        (replace(LONG_RUN, open=True), 10**6, "auto"),
        (replace(LONG_RUN, watched=True), 10**6, "auto"),
        (replace(LONG_RUN, reads=None, blocks=(0, 9)), 10**6, "auto"),
        (replace(LONG_RUN, cluster="local:2"), 10**6, "auto"),
        (replace(LONG_RUN, checkpoint="folder"), 10**6, "auto"),
    ],
)
def test_only_long_runs_of_a_fixed_number_of_reads_are_a_gpus(
    effort: Effort, free: int, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "backend_named", lambda name: name)
    for gpu in (True, False):
        monkeypatch.setattr(runs, "has_gpu", lambda gpu=gpu: gpu)
        found = runs._backend(cast(Problem, SimpleNamespace(free=free)), effort)
        assert found == (asked if gpu or asked != "cuda" else "auto")


def test_a_run_ends_by_itself_after_a_minute_unless_somebody_said_how_long_it_is() -> None:
    limits = [
        runs.seconds_of(Effort(time_limit=limit), reads)
        for limit in (None, 7.0)
        for reads in (None, 9)
    ]
    assert limits == [60.0, None, 7.0, 7.0]
