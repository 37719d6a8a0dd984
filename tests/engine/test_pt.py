"""Replica exchange: the ladder it makes for itself, and blocks that go on from others."""

import itertools
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier
from invc.design import Clamped, Design, parse_clamps, presolve
from invc.design.assemble import assemble
from invc.engine import Effort, problem_of
from invc.engine import run as run_problem
from invc.engine.block import Block, Rules
from invc.engine.dynamics import DYNAMICS, Task
from invc.engine.dynamics.pt import AT_ONCE, RUNGS, ladder_of
from invc.engine.execute import Halt
from invc.engine.plan import MOST_LINES, line_of, parent_of
from invc.pbits.backend import backend_named
from invc.pbits.heatbath.energy import Meter
from invc.pbits.heatbath.heat import FULL, table
from invc.pbits.heatbath.ladder import LEAST_STEP, Pace, compile_ladder
from invc.pbits.lanes import LANES, Rows, UInt64
from sampling import run, view_of
from typed import sure

COLD = np.arange(LANES) // 64 % RUNGS == RUNGS - 1  # the lanes of the last rung


@cache
def design(n: int) -> Design:
    return assemble(multiplier(n), CELLS)


def held(n: int, *clamps: str) -> Clamped:
    return presolve(design(n), parse_clamps(design(n).netlist, clamps))


def task_of(
    n: int,
    *clamps: str,
    betas: tuple[float, float] | None = None,
    sweeps: int = AT_ONCE,
    number: int = 0,
    given: Rows | None = None,
) -> Task:
    problem = problem_of(design(n), held(n, *clamps))
    block = Block(number, "pt", sweeps, LANES)
    return Task(problem, block, backend_named(), Rules(seed=3, beta=betas), given=given)


def rungs_of(task: Task) -> tuple[float, ...]:
    return ladder_of(task.problem, task.backend, task.rules)


@pytest.mark.parametrize("product", [143, 225])
def test_products_factor(product: int) -> None:
    result = run(design(4), held(4, f"p={product}"), dynamics="pt")
    found = {(answer.ports["a"], answer.ports["b"]) for answer in result.answers}
    assert found == {
        (a, product // a) for a in range(1, 16) if product % a == 0 < product // a < 16
    }


def test_same_seed_same_result_whatever_the_kernel_or_threads() -> None:
    """With blocks that go on from others, and every read separate."""

    def key(seed: int = 3, **options: Any) -> tuple[Any, ...]:
        result = run(design(4), held(4, "p=143"), dynamics="pt", seed=seed, **options)
        return result.answers, result.reads, result.sweeps, result.verified_reads

    assert key(threads=1) == key(threads=3) == key(kernel="baseline")
    few = {"reads": 1500, "sweeps": 20}
    assert key(**few, threads=1) == key(**few, threads=2) == key(**few, kernel="reference")
    assert key() != key(seed=4)


@given(
    betas=st.lists(st.floats(0.01, 2), min_size=2, max_size=8, unique_by=lambda x: round(x, 2)),
    parity=st.sampled_from([0, 1]),
)
@settings(max_examples=50)
def test_tables_of_a_ladder_are_those_of_its_rungs(betas: Sequence[float], parity: int) -> None:
    rising = tuple(sorted(betas))
    all_rungs: Any = compile_ladder(rising, meter_of(12)).heat[parity]
    v = np.arange(all_rungs.certain - all_rungs.thresholds.shape[1], all_rungs.certain)
    for row, beta in zip(all_rungs.thresholds, rising, strict=True):
        exact = (1 + np.tanh(beta * (2 * v + parity))) / 2
        assert np.abs(row / FULL - exact).max(initial=0) <= 1 / FULL
        assert table(beta, parity).certain <= all_rungs.certain


def meter_of(bits: int) -> Meter:
    """A meter of so large energies."""
    return Meter(0, np.zeros((0, 4), dtype=np.int32), bits)


@given(low=st.floats(0.01, 1), step=st.floats(LEAST_STEP, 1), bits=st.integers(1, 9))
@settings(max_examples=50)
def test_chances_are_those_of_metropolis(low: float, step: float, bits: int) -> None:
    """Those that are left out would round to 0, or be of differences that do not occur."""
    most = (1 << bits) - 1
    ladder = compile_ladder((low, low + step), meter_of(bits))
    levels = ladder.chances.shape[1]
    k = np.arange(levels, 0, -1)
    assert np.abs(ladder.chances[0] / FULL - np.exp(-2 * step * k)).max() <= 0.6 / FULL
    assert levels == most or np.exp(-2 * step * (levels + 1)) < 0.5 / FULL
    assert not ladder.chances[1].any()


@pytest.mark.parametrize("n", [4, 8])
def test_rungs_are_as_likely_to_trade_as_each_other(n: int) -> None:
    task = task_of(n)
    betas = rungs_of(task)
    assert len(betas) == RUNGS
    assert (betas[0], betas[-1]) == pytest.approx((task.schedule.low, task.schedule.high))
    program, ladder = task.problem.program, compile_ladder(betas, task.problem.meter)
    state = task.start()
    task.backend.exchange(program, state, ladder, Pace(512, 8))
    traded = task.backend.exchange(program, state, ladder, Pace(1024, 8)).traded[:-1]
    share = traded / (64 * LANES / RUNGS)
    assert share.max() - share.min() < 0.12
    assert share.min() > 0.2


@pytest.mark.parametrize("betas", [(0.5, 0.5), (0.5, 0.5 + LEAST_STEP), (1e-4, 5e-3), (1e-3, 9.0)])
def test_any_range_has_a_ladder(betas: tuple[float, float]) -> None:
    task = task_of(3, "p=15", betas=betas)
    rungs = rungs_of(task)
    assert len(rungs) in (1, RUNGS)
    assert rungs[-1] == pytest.approx(betas[1])
    assert len(rungs) == 1 or np.diff(rungs).min() >= LEAST_STEP
    ended = DYNAMICS["pt"].move(task)
    assert ended is not None
    assert ended.sweeps == AT_ONCE


def test_a_block_goes_on_from_where_another_ended() -> None:
    first = DYNAMICS["pt"].move(task_of(8, "p=38243", sweeps=512))
    meter, backend = task_of(8, "p=38243").problem.meter, backend_named()
    assert first is not None
    before = backend.fetch(first.state).copy()
    later = DYNAMICS["pt"].move(task_of(8, "p=38243", number=1, given=first.state))
    anew = DYNAMICS["pt"].move(task_of(8, "p=38243", number=1))
    assert np.array_equal(backend.fetch(first.state), before)
    ended, went_on, began = (
        backend.energies(meter, sure(x).state)[COLD].mean() for x in (first, later, anew)
    )
    assert abs(went_on - ended) < 0.2 * ended
    assert began > 1.5 * ended


def test_long_runs_go_on() -> None:
    """In a run the first look at block 1 is like the last one at block 0."""
    seen = {}

    def watch(block: int, sweeps: int, state: UInt64) -> None:
        seen[block, sweeps] = state.copy()

    problem = problem_of(design(8), held(8, "p=64507"))  # 251 * 257, and 257 needs nine bits
    ticks = itertools.count()
    effort = Effort(dynamics="pt", threads=1, time_limit=100)
    run_problem(problem, effort, watch=watch, halt=Halt(clock=lambda: float(next(ticks))))
    first, last, next_ = (
        view_of(seen[key]).energies(problem.meter)[COLD].mean()
        for key in ((0, AT_ONCE), (0, 256), (1, AT_ONCE))
    )
    assert first > 1.3 * last > 1.1 * next_


def test_a_run_is_repeated_by_its_number_of_reads() -> None:
    clamped = held(8, "p=38243")
    first = run(design(8), clamped, dynamics="pt", seed=1)
    assert first.reads > 2 * LANES
    again = run(design(8), clamped, dynamics="pt", seed=1, reads=first.reads)
    assert again.answers == first.answers
    assert again.sweeps == first.sweeps


def test_blocks_go_on_from_shorter_ones() -> None:
    assert [parent_of(block) for block in range(1, 16)] == [0, 1, 1, 2, 3, 2, 3, *[4, 5, 6, 7] * 2]
    for block in range(1, 4096):
        before = parent_of(block)
        assert before.bit_length() == block.bit_length() - 1
        assert line_of(before) < MOST_LINES
    used = [parent_of(block) for block in range(2048, 4096)]
    assert set(used) == set(range(1024, 1024 + MOST_LINES))
