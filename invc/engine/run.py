"""A run: blocks of reads until there are answers enough, verified and counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from invc.engine.auto import chosen_for
from invc.engine.block import Outcome, Rules
from invc.engine.dynamics import DYNAMICS
from invc.engine.effort import Effort
from invc.engine.execute import Executor, Halt, Job, Threads
from invc.engine.plan import Plan, plan_of
from invc.engine.problem import Problem
from invc.engine.result import Progress, Result
from invc.engine.tally import Tally
from invc.engine.work import Watcher
from invc.pbits.backend import backend_named

DEFAULT_SECONDS = 60.0


def run(
    problem: Problem,
    effort: Effort,
    *,
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
        near: Keep the unverified read of lowest energy.
        progress: Called after each block.
        watch: Shown the number of a block, the sweeps done and its rows, (spins, words), bit l of
            word w being replica 64 w + l, in the threads that run blocks. Copies what it keeps.
        clock: Seconds, for time limits.

    Raises:
        InvcError: No dynamics or kernel has the name, or the dynamics no such setting.
    """
    reads, sweeps = effort.reads, effort.sweeps
    if problem.free == 0:  # every read would end in the one state that is left
        reads, sweeps = 1, 1
    backend = backend_named(effort.kernel)
    # Where no state is wrong, the first is no reason to stop.
    target = effort.target if problem.judge.has_wrong else None
    bounded = reads is not None or sweeps is not None
    rules = Rules(
        *(effort.seed, effort.beta, effort.settings, effort.strict, near, target), bounded=bounded
    )
    effort = replace(effort, reads=reads)
    mix = chosen_for(problem, effort, rules, backend, watched=watch is not None)
    if not DYNAMICS[mix.first].leans:
        problem = problem.leaning(problem.betas(mix.first, effort.beta)[1])
    plan = plan_of(problem, mix, backend.lanes, reads, sweeps)
    story = Story(Job(problem, backend, rules, watch), plan)
    limit = seconds_of(effort, reads)
    halt = Halt(None if limit is None else clock() + limit, clock)
    tally = problem.judge.tally(reads, effort.target)
    started = clock()
    interrupted = _count(story.outcomes(Threads(effort.workers, halt)), tally, halt, progress)
    return Result(
        tally.answers(),
        tally.reads,
        tally.verified,
        tally.strict,
        tally.sweeps,
        tally.flips,
        clock() - started,
        effort.seed,
        " and ".join(story.names),
        backend.name,
        story.text,
        interrupted,
        tally.near,
        problem.probabilities or tuple(bias.probability for bias in problem.biases),
        tally.total,
        tally.impossible,
    )


@dataclass(eq=False)
class Story:
    """A run on its way, and what can be told of it.

    Attributes:
        job: What all blocks are of.
        plan: The blocks.
        names: Dynamics that moved p-bits, in the order in which they came.
        described: What each runs with, in words.
        tried: How the blocks ended that were run alone.
    """

    job: Job
    plan: Plan
    names: list[str] = field(default_factory=list)
    described: list[str] = field(default_factory=list)
    tried: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in self.plan.mix.names:
            self._tell(name)

    def outcomes(self, executor: Executor) -> Iterator[Outcome]:
        """Outcomes in the order of the blocks; those on which others depend run alone."""
        for outcome in outcomes_of(executor, self.job, self.plan, self.tried):
            self._tell(outcome.block.dynamics)
            yield outcome

    def _tell(self, name: str) -> None:
        if name not in self.names:
            job = self.job
            text = DYNAMICS[name].described(name, job.problem, job.backend, job.rules)
            self.names.append(name)
            self.described.append(text)

    @property
    def text(self) -> str:
        """What was chosen, and why."""
        kernel = f"{self.job.backend.name} kernel"
        why = self.plan.mix.why(self.tried)
        return ", ".join([*self.described, kernel, self.plan.text, *([why] if why else [])])


def seconds_of(effort: Effort, reads: int | None) -> float | None:
    """How long it may take: by default not for ever, where the number of reads does not end it."""
    if effort.time_limit is not None:
        return effort.time_limit
    return None if reads else DEFAULT_SECONDS


def outcomes_of(
    executor: Executor, job: Job, plan: Plan, tried: list[Outcome] | None = None
) -> Iterator[Outcome]:
    """Outcomes in the order of the blocks.

    Blocks on whose end others depend run alone, and are added to those that were tried.
    """
    tried = [] if tried is None else tried
    while plan.mix.alone(tried):
        alone = plan.block(len(tried), tried)
        if alone is None:
            return
        before = len(tried)
        for outcome in executor.run(job, iter([alone]), ahead=False):
            tried.append(outcome)
            yield outcome
        if len(tried) == before:
            return
    yield from executor.run(job, plan.blocks(len(tried), tried))


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
