"""A run: blocks of replicas in rounds until there are answers enough, verified and counted."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field, replace
from itertools import islice
from types import MappingProxyType
from typing import TypeVar

from invc.design import Bias, Clamped, Design, bias_design
from invc.diagnostics import InvcError
from invc.engine.choose import Mix, choose
from invc.engine.dynamics import DYNAMICS, GO_ON, PLANS, Ended, Task, problem_of
from invc.engine.schedule import FIRST_SWEEPS, MOST_SWEEPS, Schedule, hold_of
from invc.engine.verify import Near, Verified, verify
from invc.pbits.heatbath.kernels import find_kernel, kernel_names
from invc.pbits.random import LANES, UInt64

_T = TypeVar("_T")

DEFAULT_SECONDS = 60.0
# When a run may end by itself: see `_Tally.enough`.
MORE_EFFORT = 3
MOST_EFFORT = 32
SEEN_OFTEN = 8
MANY_ANSWERS = 64
# States kept of a model without gates, the lowest, while a run goes on by itself.
MOST_STATES = 1 << 12
LOOK = 16  # sweeps between two looks for answers, where a run ends with them
# Blocks of one length whose last states are kept for longer ones to go on from, and spins of those.
MOST_LINES = 16
MOST_HANDED = 1 << 12


@dataclass(frozen=True)
class Answer:
    """A verified answer.

    Attributes:
        ports: Value of every port, by name.
        reads: Reads that ended in it.
        energy: The lowest energy among them; 0 where every gate was satisfied.
    """

    ports: Mapping[str, int]
    reads: int
    energy: int


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    reads: int
    verified_reads: int
    answers: int


@dataclass(frozen=True)
class Result:
    """What a run found and how.

    Attributes:
        answers: Verified answers, the most often found first.
        reads: Reads that ended.
        verified_reads: Reads whose inputs give the clamped values.
        strict_reads: Reads that satisfied every gate.
        sweeps: Sweeps of all those reads.
        flips: Updates of free spins in them.
        seconds: Wall time.
        seed: The seed.
        dynamics: What moved the p-bits.
        kernel: What code moved them.
        chosen: The schedule, in words.
        interrupted: Whether the user ended it.
        near: The unverified read of lowest energy, where it was asked for and there is one.
        biased: What the probability of each bias came to in the whole units of the fields.
    """

    answers: tuple[Answer, ...]
    reads: int
    verified_reads: int
    strict_reads: int
    sweeps: int
    flips: int
    seconds: float
    seed: int
    dynamics: str
    kernel: str
    chosen: str
    interrupted: bool
    near: Near | None = None
    biased: tuple[float, ...] = ()


def run(
    design: Design,
    clamped: Clamped,
    *,
    dynamics: str = "auto",
    kernel: str = "auto",
    reads: int | None = None,
    sweeps: int | None = None,
    beta: tuple[float, float] | None = None,
    settings: Mapping[str, str] = MappingProxyType({}),
    biases: Sequence[Bias] = (),
    seed: int = 0,
    threads: int | None = None,
    time_limit: float | None = None,
    target: int | None = None,
    strict: bool = False,
    near: bool = False,
    progress: Callable[[Progress], None] | None = None,
    watch: Callable[[int, int, UInt64], object] | None = None,
) -> Result:
    """Sample a design with some bits held, and verify what comes out.

    Reads come in blocks of 1024. Without `reads` and `sweeps` the blocks get longer as the run
    goes on, and it ends by itself: once there are answers, and each has been seen several times
    or much more effort than the first one cost has brought no new one.

    Args:
        design: What to sample.
        clamped: The bits that are held, from `presolve`.
        dynamics: A name of DYNAMICS, or "auto".
        kernel: A name of `kernel_names`, or "auto" for the fastest.
        reads: Exactly so many, unless the time ends before.
        sweeps: Sweeps of each read.
        beta: Inverse temperatures, from and to.
        settings: Settings that the dynamics has of its own, as text by name.
        biases: Bits that lean, by fields that match their probabilities at the last beta.
        seed: Equal seeds give equal results, whatever the number of threads, if time does not
            end the run.
        threads: By default one a core.
        time_limit: Seconds; by default 60 where `reads` does not bound the run.
        target: Stop at so many distinct answers.
        strict: Count only reads that satisfy every gate, not those whose inputs alone are right.
        near: Keep the unverified read of lowest energy.
        progress: Called after each block.
        watch: Shown the number of a block, the sweeps done and the state of its 1024 replicas,
            shape (spins, 16), bit l of word w being replica 64 w + l, after every few sweeps;
            called in the threads that run the blocks. It must copy what it keeps.

    Raises:
        InvcError: No dynamics or kernel has the name, or the dynamics no such setting.
    """
    if clamped.free == 0:  # every read would end in the one state that is left
        reads, sweeps = 1, 1
    code = kernel_names()[0] if kernel == "auto" else kernel
    limit = time_limit if time_limit is not None else None if reads else DEFAULT_SECONDS
    problem = problem_of(design, clamped)
    mix = choose(problem, dynamics, biased=bool(biases), bounded=reads is not None)
    if biases:
        last_beta = problem.betas(mix.first, beta)[1]
        problem = replace(problem, biased=bias_design(design, biases, last_beta))
    program = problem.program
    plan = _Plan(reads, sweeps, hold_of(program.updates))
    halt = _Halt(None if limit is None else time.perf_counter() + limit)
    task = Task(
        program,
        clamped.values,
        plan.schedule(problem.betas(mix.first, beta), FIRST_SWEEPS),
        find_kernel(code),
        seed,
        0,
        halt,
        problem=problem,
        code=code,
        settings=settings,
    )
    chosen = ", ".join(_chosen(name, task, beta) for name in mix.names)
    tally = (_Tally if design.is_logic else _Ranked)(reads, target)
    started = time.perf_counter()
    interrupted = False
    # Of a model without gates no state is wrong, and the first is no reason to stop.
    seen = target if design.is_logic else None
    blocks = _Blocks(task, mix, plan, beta, seen, strict, near, halt, watch)
    try:
        for outcome, ended in blocks.run(threads or os.cpu_count() or 1):
            tally.add(outcome, ended)
            if progress:
                progress(Progress(tally.reads, tally.verified, len(tally.found)))
            if tally.enough():
                break
    except KeyboardInterrupt:
        interrupted = True
    finally:
        halt.now()
    return Result(
        tally.answers(design),
        tally.reads,
        tally.verified,
        tally.strict,
        tally.sweeps,
        tally.flips,
        time.perf_counter() - started,
        seed,
        " and ".join(mix.names),
        code,
        f"{chosen}, {code} kernel, {plan.text}",
        interrupted,
        tally.near,
        problem.biased.probabilities if problem.biased else (),
    )


def _chosen(name: str, task: Task, beta: tuple[float, float] | None) -> str:
    """What a dynamics runs with, in words."""
    low, high = task.problem.betas(name, beta)
    task = replace(task, schedule=replace(task.schedule, low=low, high=high))
    if name in PLANS:
        return f"{name}, {PLANS[name](task)}"
    if task.settings:
        raise InvcError(f"{name} has no setting {next(iter(task.settings))!r}")
    scale = task.problem.scale
    return f"{name} with beta {low * scale:.3g} to {high * scale:.3g}"


@dataclass(frozen=True)
class _Plan:
    """How many reads each block has, and how long they are."""

    reads: int | None
    sweeps: int | None
    hold: int

    def blocks(self) -> Iterator[tuple[int, int]]:
        """Sweeps and reads of each block: twice as many sweeps after 1, 1, 2, 4, ... blocks."""
        left = self.reads
        block = 0
        while left is None or left > 0:
            length = self.sweeps or min(MOST_SWEEPS, FIRST_SWEEPS << block.bit_length())
            size = LANES if left is None else min(LANES, left)
            yield length, size
            block += 1
            left = None if left is None else left - size

    def schedule(self, betas: tuple[float, float], sweeps: int) -> Schedule:
        """The schedule of a block."""
        return Schedule(*betas, sweeps, self.hold)

    @property
    def text(self) -> str:
        if self.sweeps:
            return f"{self.sweeps} sweeps a read"
        return f"{2 * FIRST_SWEEPS} sweeps a read and more as the run goes on"


@dataclass(eq=False)
class _Halt:
    """Told by the clock or by the end of the run that no more work is wanted."""

    deadline: float | None
    over: bool = False

    def __call__(self) -> bool:
        late = self.deadline is not None and time.perf_counter() > self.deadline
        return late or self.over

    def now(self) -> None:
        self.over = True


@dataclass(frozen=True, eq=False)
class _Blocks:
    """Blocks of replicas, whichever thread runs them."""

    task: Task
    mix: Mix
    plan: _Plan
    beta: tuple[float, float] | None
    target: int | None
    strict: bool
    near: bool
    halt: _Halt
    watch: Callable[[int, int, UInt64], object] | None
    ends: dict[int, Future[UInt64 | None]] = field(default_factory=dict)

    def run(self, threads: int) -> Iterator[tuple[Verified, Ended]]:
        """Outcomes in the order of the blocks; what has run ahead is dropped at the end."""
        todo = enumerate(self.plan.blocks())
        first: Ended | None = None
        if self.mix.second or threads == 1:
            # How the first block of a mix fares decides what the others are.
            for block, (sweeps, reads) in todo:
                outcome = self.work(block, sweeps, reads, first)
                if outcome is None:  # the clock ended it
                    return
                first = first or outcome[1]
                yield outcome
                if threads > 1:
                    break
        yield from self.run_together(todo, threads, first)

    def run_together(
        self, todo: Iterator[tuple[int, tuple[int, int]]], threads: int, first: Ended | None
    ) -> Iterator[tuple[Verified, Ended]]:
        """The blocks that are left, some at once."""
        running: deque[Future[tuple[Verified, Ended] | None]] = deque()
        pool = ThreadPoolExecutor(threads)
        try:
            while True:
                # Twice as many as threads: one done early need not wait for an earlier block.
                for block, (sweeps, reads) in islice(todo, 2 * threads - len(running)):
                    running.append(pool.submit(self.work, block, sweeps, reads, first))
                outcome = _wait(running.popleft()) if running else None
                if outcome is None:
                    return
                yield outcome
        finally:
            self.halt.now()
            pool.shutdown(wait=True, cancel_futures=True)

    def work(
        self, block: int, sweeps: int, reads: int, first: Ended | None
    ) -> tuple[Verified, Ended] | None:
        """Run one block and verify it."""
        name, sweeps = self.mix.block(block, sweeps, first, self.task.program.updates)
        problem = self.task.problem
        task = replace(
            self.task,
            schedule=self.plan.schedule(problem.betas(name, self.beta), sweeps),
            block=block,
            watch=_Watch(block, self.count, self.strict, self.target, self.watch),
            before=self.before(block),
            # Where every gate is satisfied, that lasts; right inputs alone may not.
            goal=None if self.strict or self.target is None else problem.answers,
        )
        ended = None
        try:
            ended = DYNAMICS[name](task)
        finally:
            self.hand_on(block, ended)
        if ended is None:
            return None
        if not self.near and not self.count(ended.state):
            return Verified(reads, 0, 0, {}), ended
        outcome = verify(
            problem.design,
            problem.clamped,
            ended.state,
            reads,
            ground=self.strict,
            near=self.near,
            meter=problem.faults if problem.is_kept else None,
        )
        return outcome, ended

    def count(self, state: UInt64) -> int:
        """Replicas whose inputs are those of an answer, or that are one in every gate."""
        return self.task.problem.count_answers(state, self.strict)

    def before(self, block: int) -> UInt64 | None:
        """The state to go on from, which the end of an earlier block brings."""
        if not self.goes_on or not block:
            return None
        return self.ends.setdefault(_earlier(block), Future()).result()

    def hand_on(self, block: int, ended: Ended | None) -> None:
        """Keep the state of a block if there will be others that go on from it."""
        if self.goes_on and _line(block) < MOST_LINES:
            state = None if ended is None else ended.state
            self.ends.setdefault(block, Future()).set_result(state)

    @property
    def goes_on(self) -> bool:
        """Whether blocks go on where others ended.

        Not where reads of one length are asked for; their number makes no difference, so that a
        run can be repeated with as many as it came to.
        """
        return (
            self.plan.sweeps is None
            and self.mix.names[0] in GO_ON
            and self.task.problem.design.model.spins <= MOST_HANDED
        )


def _line(block: int) -> int:
    """Number of a block among those of its length."""
    return block - (1 << block.bit_length() >> 1)


def _earlier(block: int) -> int:
    """The block that one goes on from, half as long: two go on from each, or more from the first.

    With random numbers of their own they part, and none has to find its way from random states.
    """
    shorter = 1 << block.bit_length() >> 2
    return shorter + _line(block) % max(1, min(shorter, MOST_LINES))


@dataclass(eq=False)
class _Watch:
    """Shows a block to whoever watches, and ends it once there are answers enough.

    The inputs of an answer may be right long before every gate has settled; where it has to, an
    early state is not worth a look.
    """

    block: int
    count: Callable[[UInt64], int]
    strict: bool
    target: int | None
    watch: Callable[[int, int, UInt64], object] | None
    looked: int = 0

    def __call__(self, sweeps: int, state: UInt64, early: bool = False) -> bool:
        if self.watch is not None:
            self.watch(self.block, sweeps, state)
        if early and self.strict:
            return False
        if self.target is None or sweeps - self.looked < LOOK:
            return False
        self.looked = sweeps
        return self.count(state) >= self.target


def _wait(future: Future[_T]) -> _T:
    """The result; wakes up to let Ctrl-C through."""
    while True:
        try:
            return future.result(timeout=0.1)
        except NotYet:
            if future.done():
                raise


@dataclass(eq=False)
class _Tally:
    """What has been found so far."""

    wanted_reads: int | None
    target: int | None
    reads: int = 0
    verified: int = 0
    strict: int = 0
    sweeps: int = 0
    flips: int = 0
    first_effort: int = 0
    found: dict[tuple[int, ...], tuple[int, int]] = field(default_factory=dict)
    near: Near | None = None

    def add(self, outcome: Verified, ended: Ended) -> None:
        self.reads += outcome.reads
        self.verified += outcome.verified
        self.strict += outcome.strict
        if outcome.near and (self.near is None or outcome.near.energy < self.near.energy):
            self.near = outcome.near
        self.sweeps += outcome.reads * ended.sweeps
        self.flips += outcome.reads * ended.updates
        for answer, (reads, energy) in outcome.found.items():
            before, lowest = self.found.get(answer, (0, energy))
            self.found[answer] = (before + reads, min(lowest, energy))
        if self.found and not self.first_effort:
            self.first_effort = max(1, self.flips)

    def enough(self) -> bool:
        """Whether a run without a fixed number of reads may end."""
        if self.target is not None and len(self.found) >= self.target:
            return True
        if self.wanted_reads is not None:
            return False
        if self.target is not None or not self.found:
            return False
        effort = self.flips / self.first_effort
        if len(self.found) > MANY_ANSWERS or effort >= MOST_EFFORT:
            return True
        rarest = min(reads for reads, _ in self.found.values())
        # Two answers as likely as each other, one of them unseen in 8 reads: 1 in 256.
        return rarest >= SEEN_OFTEN or (
            effort >= MORE_EFFORT and rarest > 1 and len(self.found) > 2
        )

    def answers(self, design: Design) -> tuple[Answer, ...]:
        names = [port.name for port in design.netlist.ports]
        ordered = sorted(self.found.items(), key=lambda item: (-item[1][0], item[0]))
        return tuple(
            Answer(dict(zip(names, values, strict=True)), reads, energy)
            for values, (reads, energy) in ordered
        )


@dataclass(eq=False)
class _Ranked(_Tally):
    """What has been found of a model without gates, where every state is an answer of a kind.

    `first_effort` is the effort at which the lowest energy was first seen.
    """

    lowest: int | None = None

    def add(self, outcome: Verified, ended: Ended) -> None:
        super().add(outcome, ended)
        lowest = min((energy for _, energy in outcome.found.values()), default=None)
        if lowest is not None and (self.lowest is None or lowest < self.lowest):
            self.lowest, self.first_effort = lowest, max(1, self.flips)
        if self.wanted_reads is None and len(self.found) > 2 * MOST_STATES:
            kept = sorted(self.found.items(), key=lambda item: item[1][1])[:MOST_STATES]
            self.found = dict(kept)

    def enough(self) -> bool:
        """Whether the lowest energy has been seen often, or for long nothing lower was."""
        best = [reads for reads, energy in self.found.values() if energy == self.lowest]
        if self.target is not None and len(best) >= self.target:
            return True
        if self.wanted_reads is not None or self.target is not None or not best:
            return False
        effort = self.flips / self.first_effort
        return effort >= MOST_EFFORT or (effort >= MORE_EFFORT and sum(best) >= SEEN_OFTEN)

    def answers(self, design: Design) -> tuple[Answer, ...]:
        return tuple(sorted(super().answers(design), key=lambda answer: answer.energy))
