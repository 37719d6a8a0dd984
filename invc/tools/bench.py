"""How fast a design is sampled here: flips per nanosecond, first answers, questions a second."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from invc.design import Clamped, Design, parse_clamps, presolve
from invc.diagnostics import InvcError
from invc.engine import Effort, Result, problem_of, run
from invc.engine.dynamics import DYNAMICS
from invc.frontend.yosys import Sources
from invc.ising import fold_known
from invc.pbits.backend import backend_names
from invc.pbits.lanes import LANES
from invc.pipeline import synth
from invc.tools.questions import Questions, measure_questions

Work: TypeAlias = Callable[[int], int]  # so many sweeps, done; the flips that they were
Clock: TypeAlias = Callable[[], float]

MULTIPLIER = """\
module multiplier #(parameter W = 8) (input [W-1:0] a, b, output [2*W-1:0] p);
  assign p = a * b;
endmodule
"""
BUILT_IN_CLAMP = "p=38243"  # 167 x 229
READS = LANES  # a block
REPEATS = 3
MOST_SLOW = 10  # what takes so many times the seconds wanted is not measured
# A large design is slow to start: beyond so many times the seconds wanted, what is left is skipped.
OVERTIME = 2
ASKING = 0.1  # of the seconds goes to questions one after the other, on top
SHORTER = 8  # the long run has so many times the sweeps of the short one
MOST_SWEEPS = 1 << 22
# The reference is for tests; beyond this many free spins it would only take the time of others.
MOST_REFERENCE = 2048


@dataclass(frozen=True)
class Rate:
    """How many updates of free spins a sampler makes in a nanosecond.

    Attributes:
        sampler: Its name: dynamics and kernel, or another program.
        threads: How many it used.
        per_ns: The rate of each repetition, flips/ns.
    """

    sampler: str
    threads: int
    per_ns: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median of the repetitions, flips/ns."""
        return statistics.median(self.per_ns)


@dataclass(frozen=True)
class Attempt:
    """One run until a first answer, or until its time ended.

    Attributes:
        seed: Its seed.
        found: Whether there was an answer.
        seconds: How long it took.
        flips: Updates of free spins in it.
    """

    seed: int
    found: bool
    seconds: float
    flips: int


@dataclass(frozen=True)
class Answers:
    """Runs of one dynamics until a first answer.

    Attributes:
        dynamics: Its name.
        attempts: In the order of their seeds.
    """

    dynamics: str
    attempts: tuple[Attempt, ...]

    @property
    def found(self) -> int:
        """Runs that had an answer."""
        return sum(attempt.found for attempt in self.attempts)

    @property
    def mean(self) -> float | None:
        """Mean seconds to an answer, of memoryless runs of which some were cut short.

        The maximum-likelihood estimate: all the time spent by the answers found.
        """
        return sum(a.seconds for a in self.attempts) / self.found if self.found else None


@dataclass(frozen=True)
class Bench:
    """What a benchmark of a design measured.

    Attributes:
        rates: Of each sampler, on one core and on all.
        answers: Of each dynamics.
        skipped: What there was no time for, in words.
        questions: One after the other, forward and backward.
    """

    rates: tuple[Rate, ...]
    answers: tuple[Answers, ...]
    skipped: tuple[str, ...] = ()
    questions: tuple[Questions, ...] = ()


def built_in_design() -> tuple[Design, Clamped]:
    """An 8 x 8-bit multiplier from Verilog, its product held: 167 x 229."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "multiplier.v"
        path.write_text(MULTIPLIER)
        design = synth(Sources((path,)))
    return design, presolve(design, parse_clamps(design.netlist, [BUILT_IN_CLAMP]))


def bench(
    design: Design,
    clamped: Clamped,
    *,
    seconds: float = 10.0,
    threads: int | None = None,
    dynamics: tuple[str, ...] = (),
    peers: bool = False,
    seed: int = 0,
) -> Bench:
    """Measure every kernel on one core and on all, and every dynamics' time to a first answer.

    Args:
        design: What to sample.
        clamped: The bits that are held, from `presolve`.
        seconds: About how long all of it may take; half goes to each of the two questions.
        threads: What "all" cores are; by default all.
        dynamics: Names of DYNAMICS; by default each.
        peers: Whether dwave-samplers is measured too.
        seed: Of the first run for an answer; the others follow.

    Raises:
        InvcError: No dynamics has the name, or dwave-samplers is not installed.
    """
    all_cores = threads or os.cpu_count() or 1
    chosen = dynamics or ("auto", *DYNAMICS)
    # What auto chooses is among the others.
    rated = tuple(name for name in chosen if name != "auto") or chosen
    works = list(_works(design, clamped, rated, all_cores))
    if peers:
        works.append(("dwave-samplers", 1, dwave_work(design, clamped)))
    began = time.perf_counter()
    rates, skipped = [], []
    for name, used, work in works:
        # One thread is measured by its own time, whatever else the machine does.
        clock = time.process_time if used == 1 else time.perf_counter
        in_time = time.perf_counter() - began < OVERTIME * seconds / 2
        per_ns = measure_rate(work, seconds / 2 / len(works), clock) if in_time else ()
        if per_ns:
            rates.append(Rate(name, used, per_ns))
        else:
            skipped.append(f"{name} on {used} core{'s'[: used > 1]}")
    began = time.perf_counter()
    answers = []
    for name in chosen:
        if time.perf_counter() - began < OVERTIME * seconds / 2:
            share = seconds / 2 / len(chosen)
            found = first_answers(
                design, clamped, name, seconds=share, threads=all_cores, seed=seed
            )
            answers.append(found)
        else:
            skipped.append(f"the first answer of {name}")
    questions = measure_questions(design, ASKING * seconds, seed)
    return Bench(tuple(rates), tuple(answers), tuple(skipped), questions)


def _works(
    design: Design, clamped: Clamped, dynamics: tuple[str, ...], all_cores: int
) -> Iterator[tuple[str, int, Work]]:
    """(name, threads, work) of each dynamics; the kernels apart for the first of them."""
    for name in dynamics:
        kernels = kernels_for(clamped.free) if name == dynamics[0] else ("auto",)
        for kernel in kernels:
            label = name if kernel == "auto" else f"{name}, {kernel}"
            for used in sorted({1, all_cores}):
                if used == 1 or kernel != "reference":
                    yield label, used, our_work(design, clamped, name, kernel, used)


def kernels_for(free: int) -> tuple[str, ...]:
    """Kernels worth measuring on a model of so many free spins."""
    return tuple(k for k in backend_names() if k != "reference" or free <= MOST_REFERENCE)


def our_work(
    design: Design, clamped: Clamped, dynamics: str, kernel: str, threads: int = 1
) -> Work:
    """Sweeps of one block of reads for each thread."""

    def work(sweeps: int) -> int:
        effort = Effort(
            dynamics=dynamics,
            kernel=kernel,
            reads=READS * threads,
            sweeps=sweeps,
            threads=threads,
        )
        return _finished(run(problem_of(design, clamped), effort)).flips

    return work


def _finished(result: Result) -> Result:
    """A run that nobody interrupted: a run ends in peace at Ctrl-C, a benchmark is not one run."""
    if result.interrupted:
        raise KeyboardInterrupt
    return result


def dwave_work(design: Design, clamped: Clamped) -> Work:
    """Sweeps of dwave-samplers' simulated annealing on the free spins, ten reads at a time.

    Raises:
        InvcError: It is not installed.
    """
    try:
        from dimod import BinaryQuadraticModel  # noqa: PLC0415 - an optional package
        from dwave.samplers import SimulatedAnnealingSampler  # noqa: PLC0415
    except ImportError as error:
        hint = "pip install dwave-samplers"
        raise InvcError("dwave-samplers is not installed", hint=hint) from error
    model, free = fold_known(design.model, clamped.values)
    problem = BinaryQuadraticModel.from_numpy_vectors(  # its energies have the opposite sign
        -model.h.astype(float),
        (model.edges[:, 0], model.edges[:, 1], -model.J.astype(float)),
        float(model.offset),
        "SPIN",
    )
    sampler = SimulatedAnnealingSampler()
    reads = 10
    gap = max(design.min_gap, 1)

    def work(sweeps: int) -> int:
        sampler.sample(
            problem,
            num_reads=reads,
            num_sweeps=sweeps,
            beta_range=[1.6 / gap, 4.0 / gap],
            beta_schedule_type="linear",
            seed=1,
        )
        return reads * sweeps * len(free)

    return work


def measure_rate(
    work: Work, seconds: float, clock: Clock = time.process_time, repeats: int = REPEATS
) -> tuple[float, ...]:
    """Flips per nanosecond of the sweeps alone, once for each repetition.

    Two lengths of run are timed, and the difference in flips divided by the difference in time:
    what a run costs before its first sweep and after its last drops out. A dynamics that sets its
    length by itself does no more when it is told to: its runs are taken as they are.

    Args:
        work: What does sweeps.
        seconds: About how long to measure.
        clock: Tells seconds.
        repeats: How many rates are wanted.

    Returns:
        The rates; none where no work was done, or one sweep takes far too long.
    """
    began = clock()
    flips, took = _timed(work, 1, clock)  # loads what the first call loads
    if took > MOST_SLOW * seconds or not flips:
        return ()
    goal = seconds / (repeats + 1)
    start = _timed(work, 1, clock)[1]
    sweeps, took = 1, 0.0
    # The sweeps have to outweigh what the start varies by.
    enough = max(goal, start) / 2
    while took < enough and sweeps < MOST_SWEEPS and clock() - began < MOST_SLOW * seconds:
        sweeps *= max(2, min(16, int(enough / max(took, 1e-9))))
        many, much = _timed(work, sweeps, clock)
        if many == flips:
            return _undivided(work, sweeps, clock, repeats)
        took = much - start
    rates: list[float] = []
    # Of a large design most of the time goes before the first sweep: fewer repetitions, then.
    while len(rates) < repeats and (not rates or clock() - began < 2 * seconds):
        few, little = _timed(work, max(1, sweeps // SHORTER), clock)
        many, much = _timed(work, sweeps, clock)
        if many <= few and not rates:
            return _undivided(work, sweeps, clock, repeats)
        if many <= few or much <= little:
            break
        rates.append((many - few) / (much - little) / 1e9)
    return tuple(rates)


def _undivided(work: Work, sweeps: int, clock: Clock, repeats: int) -> tuple[float, ...]:
    """Rates of whole runs, their start included."""
    runs = [_timed(work, sweeps, clock) for _ in range(repeats)]
    return tuple(flips / took / 1e9 for flips, took in runs if took > 0)


def _timed(work: Work, sweeps: int, clock: Clock) -> tuple[int, float]:
    started = clock()
    flips = work(sweeps)
    return flips, clock() - started


def first_answers(
    design: Design,
    clamped: Clamped,
    dynamics: str,
    *,
    seconds: float,
    threads: int | None = None,
    seed: int = 0,
    most: int = 100,
) -> Answers:
    """Runs with one seed after another, each until its first answer, until the time ends."""
    attempts: list[Attempt] = []
    left = seconds
    while left > 0 and len(attempts) < most:
        attempt = first_answer(
            design, clamped, dynamics, seed=seed + len(attempts), limit=left, threads=threads
        )
        attempts.append(attempt)
        left -= attempt.seconds
    return Answers(dynamics, tuple(attempts))


def first_answer(
    design: Design,
    clamped: Clamped,
    dynamics: str,
    *,
    seed: int,
    limit: float,
    threads: int | None = None,
    kernel: str = "auto",
    clock: Clock = time.perf_counter,
) -> Attempt:
    """One run until its first verified answer, timed."""
    started = clock()
    effort = Effort(
        dynamics=dynamics,
        kernel=kernel,
        seed=seed,
        threads=threads,
        time_limit=limit,
        target=1,
    )
    result = _finished(run(problem_of(design, clamped), effort))
    return Attempt(seed, bool(result.answers), clock() - started, result.flips)


def versions(*packages: str) -> dict[str, str]:
    """Versions of the packages that are installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - seldom needed

    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return {**found, "numpy": np.__version__}
