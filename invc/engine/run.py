"""A run: blocks of reads until there are answers enough, verified and counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from invc.engine.block import Outcome, Rules
from invc.engine.choose import Mix, choose, choose_annealing
from invc.engine.dynamics import DYNAMICS
from invc.engine.effort import Effort
from invc.engine.execute import Executor, Halt, Job, Threads
from invc.engine.plan import Plan, given_number, plan_of
from invc.engine.problem import Problem
from invc.engine.result import Progress, Result
from invc.engine.tally import Tally
from invc.engine.work import Watcher
from invc.pbits.backend import Backend, backend_named
from invc.pbits.lanes import UInt64
from invc.pbits.random import block_generator

DEFAULT_SECONDS = 60.0


def run(
    problem: Problem,
    effort: Effort,
    *,
    start: UInt64 | None = None,
    near: bool = False,
    progress: Callable[[Progress], None] | None = None,
    watch: Watcher | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Result:
    """Sample a problem, and verify what comes out.

    Reads come in blocks. Without `reads` and `sweeps` the blocks get longer as the run goes on,
    and it ends by itself: once there are answers, and each has been seen several times or much
    more effort than the first one cost has brought no new one.

    Args:
        problem: What is sampled, from `problem_of`.
        effort: How, and how much. Results do not depend on threads, if time does not end the run.
        start: First states of the reads, held spins in place; reads beyond them begin at random.
            Shape (spins, words), bit l of word w being read 64 w + l.
        near: Keep the unverified read of lowest energy.
        progress: Called after each block.
        watch: Shown states, see `Watcher`, in the threads that run blocks.
        clock: Seconds, for time limits.

    Raises:
        InvcError: No dynamics or kernel has the name, or the dynamics no such setting.
    """
    reads, sweeps = effort.reads, len(effort.schedule or ()) or effort.sweeps
    if problem.free == 0:
        reads, sweeps = 1, 1  # every read would end in the one state that is left
    backend = backend_named(effort.kernel)
    mix = _mix(problem, effort, bounded=reads is not None, given=start is not None)
    problem = problem.leaning(problem.betas(mix.first, effort.beta)[1])
    # Where no state is wrong, the first is no reason to stop.
    target = effort.target if problem.judge.has_wrong else None
    rules = replace(_rules(effort), near=near, target=target)
    chosen = [DYNAMICS[name].described(name, problem, backend, rules) for name in mix.names]
    plan = plan_of(problem, mix, backend.lanes, reads, sweeps)
    job = Job(problem, backend, rules, watch)
    tally = problem.judge.tally(reads, effort.target)
    started = clock()
    limit = seconds_of(effort, reads)
    halt = Halt(None if limit is None else started + limit, clock)
    executor = Threads(effort.workers, halt)
    plan = replace(plan, given=_give(executor, backend, start))
    interrupted = _count(outcomes_of(executor, job, plan), tally, halt, progress)
    if not (tally.reads or interrupted or problem.judge.has_wrong):
        _add_last(job, plan, tally)
    return Result(
        tally.answers(),
        tally.reads,
        tally.verified,
        tally.strict,
        tally.sweeps,
        tally.flips,
        clock() - started,
        effort.seed,
        " and ".join(mix.names),
        backend.name,
        f"{', '.join(chosen)}, {backend.name} kernel, {plan.text}",
        interrupted,
        tally.near,
        problem.probabilities,
    )


def _mix(problem: Problem, effort: Effort, *, bounded: bool, given: bool) -> Mix:
    """The dynamics of the blocks."""
    if given or effort.schedule is not None:
        return choose_annealing(effort.dynamics)
    return choose(problem, effort.dynamics, bounded=bounded)


def _rules(effort: Effort) -> Rules:
    """What of an effort holds for all blocks."""
    return Rules(effort.seed, effort.beta, effort.settings, effort.strict, schedule=effort.schedule)


def _give(executor: Executor, backend: Backend, start: UInt64 | None) -> int:
    """Hand first states to the blocks that begin with them; how many blocks those are."""
    if start is None:
        return 0
    words = backend.lanes // 64
    blocks = -(-int(start.shape[1]) // words)
    for block in range(blocks):
        rows = np.zeros((len(start), words), dtype=np.uint64)
        part = start[:, block * words : (block + 1) * words]
        rows[:, : part.shape[1]] = part
        # The generators are those of the block that goes on from it.
        executor.give(given_number(block), backend.adopt(rows, block_generator(0, 0)))
    return blocks


def _add_last(job: Job, plan: Plan, tally: Tally) -> None:
    """Where no state is wrong, one sweep is worth more than none when the time ended before any."""
    first = plan.block(0, None)
    assert first, "a run has reads"
    outcome = job.do(replace(first, sweeps=1, parent=None, kept=False), None)
    if outcome is not None:
        tally.add(outcome)


def seconds_of(effort: Effort, reads: int | None) -> float | None:
    """How long it may take: by default not for ever, where the number of reads does not end it."""
    if effort.time_limit is not None:
        return effort.time_limit
    return None if reads else DEFAULT_SECONDS


def outcomes_of(executor: Executor, job: Job, plan: Plan) -> Iterator[Outcome]:
    """Outcomes in the order of the blocks.

    How the first block of a mix fares decides what the others are: it runs alone.
    """
    first: Outcome | None = None
    if plan.mix.second:
        alone = plan.block(0, None)
        assert alone, "a run has reads"
        for first in executor.run(job, iter([alone]), ahead=False):
            yield first
        if first is None:
            return
    yield from executor.run(job, plan.blocks(1 if first else 0, first))


def _count(
    outcomes: Iterator[Outcome],
    tally: Tally,
    halt: Halt,
    progress: Callable[[Progress], None] | None,
) -> bool:
    """Add outcomes up until they are enough; whether the user ended it before."""
    try:
        for outcome in outcomes:
            tally.add(outcome)
            if progress:
                progress(tally.progress)
            if tally.enough():
                break
    except KeyboardInterrupt:
        return True
    finally:
        halt.now()
        outcomes.close()  # type: ignore[attr-defined]
    return False
