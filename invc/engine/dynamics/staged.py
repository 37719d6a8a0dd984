"""Gates are switched on a cone at a time, and only what is born with them moves."""

from __future__ import annotations

import numpy as np

from invc.engine.dynamics.stages import Stage, are_gradual
from invc.engine.dynamics.task import Ended, Task
from invc.ising.model import Int32, Int64
from invc.pbits.heatbath.heat import heat
from invc.pbits.heatbath.kernels import find_settler
from invc.pbits.heatbath.logic import ones
from invc.pbits.heatbath.program import Program
from invc.pbits.heatbath.reference import Course, Looks, Verdict
from invc.pbits.native import sliced
from invc.pbits.random import LANES, WORDS, UInt64, words_of

FIRST = 8  # sweeps before replicas are looked at for the first time
ENOUGH = 922  # of 1024 replicas satisfy a stage: the others become copies of these
STALLED = 21  # replicas that twice the sweeps have won: the rest is stuck
STEPS = 8  # of beta when those that are stuck are heated
ATTEMPTS = 5  # at heating them, each twice as long


def staged(task: Task) -> Ended | None:
    """Sequential Monte Carlo over the stages of `plan_stages`.

    In each stage the spins born in it move as p-bits under the Hamiltonian of its gates, cold
    from the start; older ones stay. Where cold spins get stuck, only those replicas are heated
    and cooled again. When a stage ends, replicas that violate it are replaced by copies of
    random ones that do not: all that are left weigh the same. Once every input is born, replicas
    whose inputs are no answer cannot become right any more, and the others go on alone.

    Adding parts of a problem one after another and resampling in between: Del Moral, Doucet,
    Jasra, https://doi.org/10.1111/j.1467-9868.2006.00553.x.
    """
    return _Staged(task).run()


class _Staged:
    def __init__(self, task: Task) -> None:
        self.task = task
        self.state, self.rng = task.start()
        self.settler = find_settler(task.code)
        self.sweeps = self.updates = 0
        self.origins: list[Int32 | None] = []  # for each stage whose copy each replica became

    def run(self) -> Ended | None:
        right: UInt64 | None = None
        alive, content = True, False
        for stage in self.task.problem.stages:
            good = self.settle(stage)
            if good is None:
                return None
            if right is None and stage.complete:
                right = self.task.problem.answers.holds(self.state)
                before, first = self.state.copy(), len(self.origins)
                good = good & right
            count = ones(good)
            alive = count > 0
            self.origins.append(self.resample(stage, good) if 0 < count < LANES else None)
            content = alive and self.task.watch(self.sweeps, self.state, early=True)
            if content or not alive:
                break
        if right is not None and ones(right):
            if alive:
                self.gather(before, first)
            else:
                self.state = before
                content = self.task.watch(self.sweeps, self.state)
            if not content:
                self.finish(right)
        self.task.watch(self.sweeps, self.state)  # as it is verified
        suits = right is not None and are_gradual(self.task.problem.stages)
        return Ended(self.state, self.sweeps, self.updates, suits)

    def settle(self, stage: Stage) -> UInt64 | None:
        """Move the spins of a stage until enough replicas satisfy it; which ones do."""
        good: UInt64 = np.empty(WORDS, dtype=np.uint64)
        looks = Looks(ENOUGH, STALLED, self.task.schedule.sweeps)
        beta = self.task.schedule.high
        heats = heat(beta, 0), heat(beta, 1)
        verdict, course = Verdict.MORE, Course(0, FIRST, -STALLED)
        while verdict == Verdict.MORE:
            if self.task.stopped():
                return None
            before = course.done
            verdict, course = self.settler(
                stage.program,
                stage.satisfied,
                self.state,
                self.rng,
                heats,
                stage.restless,
                looks,
                course,
                good,
            )
            self.count(stage.program, course.done - before)
        return good if verdict == Verdict.ENDED else self.anneal(stage, good, course.length)

    def anneal(self, stage: Stage, good: UInt64, done: int) -> UInt64 | None:
        """Heat and cool the replicas that are stuck, each time twice as long."""
        for _ in range(ATTEMPTS):
            if self.task.stopped():
                return None
            self.reheat(stage.program, good, done)
            good = stage.satisfied.holds(self.state)
            done *= 2
            if ones(good) >= ENOUGH or done >= self.task.schedule.sweeps:
                break
        return good

    def move(self, program: Program, beta: float, sweeps: int) -> None:
        heats = heat(beta, 0), heat(beta, 1)
        self.task.kernel(program, self.state, self.rng, heats, sweeps)
        self.count(program, sweeps)

    def count(self, program: Program, sweeps: int) -> None:
        self.sweeps += sweeps
        self.updates += sweeps * program.updates

    def reheat(self, program: Program, good: UInt64, sweeps: int) -> None:
        """Anneal the spins of a program; replicas that are good already keep what they had."""
        rows = program.target
        kept = self.state[rows]
        for beta in np.linspace(self.task.schedule.low, self.task.schedule.high, STEPS):
            self.move(program, float(beta), -(-sweeps // STEPS))
        self.state[rows] = (kept & good) | (self.state[rows] & ~good)

    def resample(self, stage: Stage, good: UInt64) -> Int32:
        """Make the replicas that violate a stage copies of random ones that do not."""
        origin: Int32 = np.empty(LANES, dtype=np.int32)
        sliced.resample(self.state, stage.copied, good, self.rng, origin)
        return origin

    def gather(self, before: UInt64, first: int) -> None:
        """Give replicas whose inputs were right the state of a descendant that satisfies all.

        From the stage on in which the inputs were complete, all replicas descend from such ones.
        Only those are answers that were found apart from each other; the others become again
        what they were, and so do those that have no descendant any more.

        Args:
            before: The state when that was seen.
            first: The number of that stage.
        """
        root: Int64 = np.arange(LANES)
        for origin in self.origins[first:]:
            root = root if origin is None else root[origin]
        descendant = np.full(LANES, -1)
        descendant[root] = np.arange(LANES)
        lanes = np.flatnonzero(descendant >= 0)
        source = descendant[lanes]
        stages = self.task.problem.stages[: len(self.origins)]
        sliced.copy_lanes(self.state, stages[-1].copied, source, lanes)
        for stage, origin in zip(stages[::-1], self.origins[::-1], strict=True):
            # Spins that were not copied along with a replica are those of the one it was.
            source = source if origin is None else origin[source].astype(np.int64)
            sliced.copy_lanes(self.state, stage.retired, source, lanes)
        mask = words_of((descendant >= 0).astype(np.uint8))
        self.state = (self.state & mask) | (before & ~mask)

    def finish(self, right: UInt64) -> None:
        """Where no replica with right inputs satisfies all, anneal all with the inputs held."""
        for attempt in range(ATTEMPTS):
            settled = self.task.problem.settled.holds(self.state)
            if ones(settled & right) or self.task.stopped():
                break
            self.reheat(self.task.problem.forward, settled, FIRST << attempt)
