"""Gates are switched on a cone at a time, and only what is born with them moves."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from invc.engine.dynamics.stages import Stage, are_gradual, stages_of
from invc.engine.dynamics.task import Ended, Task
from invc.ising.model import Int32, Int64
from invc.pbits.heatbath.heat import Heat, heat
from invc.pbits.heatbath.program import Program
from invc.pbits.heatbath.settling import Course, Looks, Verdict
from invc.pbits.lanes import UInt64, ones, words_of

FIRST = 8  # sweeps before replicas are looked at for the first time
ENOUGH = 0.9  # of the replicas satisfy a stage: the others become copies of these
STALLED = 0.0205  # of the replicas that twice the sweeps have won at least: else the rest is stuck
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
        self.backend, self.problem = task.backend, task.problem
        self.schedule, self.stages = task.schedule, stages_of(task.problem)
        self.state = task.start()
        self.lanes: int = self.state.lanes
        stalled = round(STALLED * self.lanes)
        self.looks = Looks(round(ENOUGH * self.lanes), stalled, self.schedule.sweeps)
        self.begin = Course(0, FIRST, -stalled)
        self.cold = heat(self.schedule.high)
        self.sweeps = self.updates = 0
        self.origins: list[Int32 | None] = []  # for each stage whose copy each replica became

    @cached_property
    def cooling(self) -> list[Heat]:
        """Temperatures of those that are heated, the hottest first."""
        betas = np.linspace(self.schedule.low, self.schedule.high, STEPS)
        return [heat(beta) for beta in betas.tolist()]

    def run(self) -> Ended | None:
        right: UInt64 | None = None
        alive, content = True, False
        for stage in self.stages:
            good = self.settle(stage)
            if good is None:
                return None
            if right is None and stage.complete:
                right = self.backend.holds(self.problem.judge.answers, self.state)
                before, first = self.backend.keep(self.state), len(self.origins)
                good = good & right
            count = ones(good)
            alive = count > 0
            some = 0 < count < self.lanes
            self.origins.append(
                self.backend.resample(self.state, stage.copied, good) if some else None
            )
            content = alive and self.task.watch(self.sweeps, self.state, early=True)
            if content or not alive:
                break
        if right is not None and ones(right):
            if alive:
                self.gather(before, first)
            else:
                self.backend.restore(self.state, before)
                content = self.task.watch(self.sweeps, self.state)
            if not content:
                self.finish(right)
        self.task.watch(self.sweeps, self.state)  # as it is verified
        suits = right is not None and are_gradual(self.stages)
        return Ended(self.state, self.sweeps, self.updates, suits)

    def settle(self, stage: Stage) -> UInt64 | None:
        """Move the spins of a stage until enough replicas satisfy it; which ones do."""
        verdict, course = Verdict.MORE, self.begin
        while verdict == Verdict.MORE:
            if self.task.halted():
                return None
            before = course.done
            verdict, course, good = self.backend.settle(
                stage.settling, self.state, self.cold, self.looks, course
            )
            self.count(stage.program, course.done - before)
        return good if verdict == Verdict.ENDED else self.anneal(stage, good, course.length)

    def anneal(self, stage: Stage, good: UInt64, done: int) -> UInt64 | None:
        """Heat and cool the replicas that are stuck, each time twice as long."""
        for _ in range(ATTEMPTS):
            if self.task.halted():
                return None
            self.reheat(stage.program, good, done)
            good = self.backend.holds(stage.satisfied, self.state)
            done *= 2
            if ones(good) >= self.looks.enough or done >= self.schedule.sweeps:
                break
        return good

    def count(self, program: Program, sweeps: int) -> None:
        """Add sweeps of a program to the effort."""
        self.sweeps += sweeps
        self.updates += sweeps * program.updates

    def reheat(self, program: Program, good: UInt64, sweeps: int) -> None:
        """Anneal the spins of a program; replicas that are good already keep what they had."""
        kept = self.backend.keep(self.state, program.target.astype(np.int64))
        step = -(-sweeps // STEPS)
        self.backend.cool(program, self.state, self.cooling, step)
        self.count(program, STEPS * step)
        self.backend.restore(self.state, kept, good)

    def gather(self, before: object, first: int) -> None:
        """Give replicas whose inputs were right the state of a descendant that satisfies all.

        From the stage on in which the inputs were complete, all replicas descend from such ones.
        Only those are answers that were found apart from each other; the others become again
        what they were, and so do those that have no descendant any more.

        Args:
            before: The state as it was kept when that was seen.
            first: The number of that stage.
        """
        root: Int64 = np.arange(self.lanes)
        for origin in self.origins[first:]:
            root = root if origin is None else root[origin]
        descendant = np.full(self.lanes, -1)
        descendant[root] = np.arange(self.lanes)
        lanes = np.flatnonzero(descendant >= 0)
        source = descendant[lanes]
        stages = self.stages[: len(self.origins)]
        self.backend.copy_lanes(self.state, stages[-1].copied, source, lanes)
        for stage, origin in zip(stages[::-1], self.origins[::-1], strict=True):
            # Spins that were not copied along with a replica are those of the one it was.
            source = source if origin is None else origin[source].astype(np.int64)
            self.backend.copy_lanes(self.state, stage.retired, source, lanes)
        self.backend.restore(self.state, before, words_of((descendant < 0).astype(np.uint8)))

    def finish(self, right: UInt64) -> None:
        """Where no replica with right inputs satisfies all, anneal all with the inputs held."""
        for attempt in range(ATTEMPTS):
            settled = self.backend.holds(self.problem.judge.settled, self.state)
            if ones(settled & right) or self.task.halted():
                break
            self.reheat(self.problem.forward, settled, FIRST << attempt)
