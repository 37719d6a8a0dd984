"""A run: blocks of reads until there are answers enough, verified and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from invc.diagnostics import InvcError
from invc.engine.auto import chosen_for
from invc.engine.block import Outcome, Rules
from invc.engine.choose import Chosen
from invc.engine.dynamics import DYNAMICS
from invc.engine.effort import Effort
from invc.engine.execute import Halt, Job, executor_for
from invc.engine.given import add_last, annealing, give
from invc.engine.plan import plan_of
from invc.engine.problem import Problem
from invc.engine.result import Progress, Result
from invc.engine.story import Story
from invc.engine.tally import Tally
from invc.engine.work import Watcher
from invc.pbits.backend import CUDA, Backend, backend_named, has_gpu, threads_of
from invc.pbits.lanes import UInt64

DEFAULT_SECONDS = 60.0
# Reads and flips from which on a run is worth a GPU's while, of dynamics that it has.
MOST_OF_A_CPU, LONG = 1 << 18, 1e11
ON_A_GPU = ("gibbs", "pt")


def run(
    problem: Problem,
    effort: Effort,
    *,
    start: UInt64 | None = None,
    near: bool = False,
    progress: Callable[[Progress], None] | None = None,
    watch: Watcher | None = None,
    hold: int | None = None,
    halt: Halt | None = None,
) -> Result:
    """Sample a problem, and verify what comes out.

    Reads come in blocks. Without `reads` and `sweeps` blocks get longer, and the run ends by
    itself: once there are answers, and each has been seen several times, or all are known.

    Args:
        problem: What is sampled, from `problem_of`.
        effort: How, and how much. Results do not depend on threads, if time does not end the run.
        start: First states of the reads, held spins in place; reads beyond them begin at random.
            Shape (spins, words), bit l of word w being read 64 w + l.
        near: Keep the unverified read of lowest energy.
        progress: Called after each block.
        watch: Shown states, see `Watcher`, in the threads that run blocks.
        hold: Sweeps between two of these; None for what suits. With 1, dynamics that move all
            p-bits at once show their first states too.
        halt: Ends it before its time; its clock is that of time limits.

    Raises:
        InvcError: No dynamics or kernel has the name, or the dynamics no such setting.
    """
    _check_watched(effort, bool(watch))
    reads, sweeps = effort.reads, len(effort.schedule or ()) or effort.sweeps
    if problem.free == 0:
        # Every read would end in the one state that is left.
        reads, sweeps, effort = 1, 1, replace(effort, blocks=None)
    backend = _backend(problem, effort)
    # Where no state is wrong, the first is no reason to stop.
    target = effort.target if problem.judge.has_wrong else None
    bounded = (reads is not None and not effort.open) or sweeps is not None
    rules = _rules(effort, near, target, bounded, hold)
    effort = _settled(effort, reads, bool(watch) or effort.watched)
    given = start is not None or bool(effort.schedule)
    mix = _mix(problem, effort, rules, backend, given=given)
    if not DYNAMICS[mix.first].leans:
        problem = problem.leaning(problem.betas(mix.first, effort.beta)[1])
    plan = plan_of(problem, mix, backend.lanes, reads, sweeps, blocks=effort.blocks)
    job = Job(problem, backend, rules, watch)
    tally = problem.judge.tally(plan.wanted, effort.target)
    halt = halt or Halt()
    started = halt.clock()
    limit = seconds_of(effort, plan.wanted)
    halt.deadline = limit and started + limit
    with executor_for(effort, halt, threads_of(backend)) as executor:
        story = Story(job, replace(plan, given=give(executor, backend, start)))
        interrupted = _count(story.outcomes(executor), tally, halt, progress)
    if not (tally.reads or interrupted or problem.judge.has_wrong):
        add_last(job, plan, tally)
    return _result(story, tally, halt.clock() - started, interrupted=interrupted)


def _settled(effort: Effort, reads: int | None, watched: bool) -> Effort:
    """The effort with what became of it; to check one anew costs a hundredth of a short run."""
    if (effort.reads, effort.watched) == (reads, watched):
        return effort
    return replace(effort, reads=reads, watched=watched)


def _backend(problem: Problem, effort: Effort) -> Backend:
    """What moves p-bits: unasked a GPU only where its blocks give what those of the CPU give."""
    reads, sweeps = effort.reads or 0, effort.sweeps or 0
    bounded = not (effort.target or effort.open or effort.watched or effort.blocks)
    alone = effort.cluster is None and effort.checkpoint is None
    long = reads >= MOST_OF_A_CPU and reads * sweeps * problem.free >= LONG
    if effort.kernel == "auto" and effort.dynamics in ON_A_GPU and bounded and alone and long:
        return backend_named(CUDA if has_gpu() else "auto")
    return backend_named(effort.kernel)


def _mix(
    problem: Problem, effort: Effort, rules: Rules, backend: Backend, *, given: bool
) -> Chosen:
    """The dynamics of a run, which may have to do with what was given."""
    if given:
        return annealing(effort.dynamics)
    return chosen_for(problem, effort, rules, backend, effort.watched)


def _check_watched(effort: Effort, watched: bool) -> None:
    """Refuse to show states on the way where they are on other machines, or were yesterday.

    Raises:
        InvcError: That was asked for.
    """
    if watched and (effort.cluster or effort.checkpoint):
        raise InvcError(
            "states on the way are seen on the threads of this machine alone",
            hint="leave out --cluster and --checkpoint, or what shows states",
        )


def _result(story: Story, tally: Tally, seconds: float, *, interrupted: bool) -> Result:
    """What was found, and how."""
    job = story.job
    return Result(
        tally.answers(),
        *(tally.reads, tally.verified, tally.strict, tally.sweeps, tally.flips),
        seconds,
        job.rules.seed,
        " and ".join(story.names),
        job.backend.name,
        story.text,
        interrupted,
        tally.near,
        job.problem.probabilities or tuple(bias.probability for bias in job.problem.biases),
        tally.total,
        tally.impossible,
    )


def _rules(
    effort: Effort, near: bool, target: int | None, bounded: bool, hold: int | None
) -> Rules:
    """What holds for all blocks."""
    return Rules(
        effort.seed,
        effort.beta,
        effort.settings,
        effort.strict,
        near,
        target,
        hold,
        bounded=bounded,
        schedule=effort.schedule,
    )


def seconds_of(effort: Effort, reads: int | None) -> float | None:
    """How long it may take: by default not for ever, where the number of reads does not end it."""
    if effort.time_limit is not None:
        return effort.time_limit
    return None if reads else DEFAULT_SECONDS


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
