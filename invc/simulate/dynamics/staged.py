"""Gates are switched on a cone at a time, and only what is born with them moves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int64
from invc.simulate.dynamics.task import Ended, Task
from invc.simulate.heat import heat
from invc.simulate.kernels import sliced
from invc.simulate.program import Program
from invc.simulate.random import LANES, UInt64, bits_of, words_of
from invc.simulate.stages import Stage

Lanes = npt.NDArray[np.bool_]  # one for each replica
FIRST = 32  # sweeps before replicas are looked at for the first time
ENOUGH = 0.9  # of the replicas satisfy a stage: the others become copies of these
STALLED = 0.02  # of the replicas that twice the sweeps have won: the rest is stuck
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
        seeds = np.random.SeedSequence([task.seed, task.block, 1])
        self.chance = np.random.Generator(np.random.Philox(seeds))
        self.sweeps = self.updates = 0
        self.wanted: Lanes = np.ones(LANES, dtype=bool)
        self.origins: list[Int64 | None] = []  # for each stage whose copy each replica became

    def run(self) -> Ended | None:
        complete = False
        for stage in self.task.problem.stages:
            good = self.settle(stage, 1 if complete else ENOUGH)
            if stage.complete and not complete and good is not None:
                complete = True
                self.wanted = _lanes(self.task.problem.answers.holds(self.state))
                if self.wanted.any() and not good[self.wanted].all():
                    good = self.settle(stage, 1)
            if good is None:
                return None
            copy = not complete and good.any() and not good.all()
            self.origins.append(self.resample(stage, good) if copy else None)
            if not good.any() or not self.wanted.any():
                break
            if self.task.watch(self.sweeps, self.state):
                break
        self.restore()
        if complete:
            self.finish()
        self.task.watch(self.sweeps, self.state)  # as it is verified
        return Ended(self.state, self.sweeps, self.updates, complete)

    def settle(self, stage: Stage, enough: float) -> Lanes | None:
        """Move the spins of a stage until enough replicas satisfy it; which ones do."""
        good: Lanes = np.zeros(LANES, dtype=bool)
        done, length, attempts, before = 0, FIRST, 0, -1.0
        while not self.task.stopped():
            if attempts:
                self.reheat(stage.program, good, length)
            else:
                self.move(stage.program, self.task.schedule.high, length)
            good = _lanes(stage.satisfied.holds(self.state))
            share = float((good & self.wanted).sum() / max(1, self.wanted.sum()))
            done += length
            if share >= enough or done >= self.task.schedule.sweeps or attempts == ATTEMPTS:
                return good
            attempts += bool(attempts) or share - before < STALLED
            before, length = share, done
        return None

    def move(self, program: Program, beta: float, sweeps: int) -> None:
        heats = heat(beta, 0), heat(beta, 1)
        self.task.kernel(program, self.state, self.rng, heats, sweeps)
        self.sweeps += sweeps
        self.updates += sweeps * program.updates

    def reheat(self, program: Program, good: Lanes, sweeps: int) -> None:
        """Anneal the spins of a program; replicas that are good already keep what they had."""
        rows = program.target
        kept, mask = self.state[rows], words_of(good.astype(np.uint8))
        for beta in np.linspace(self.task.schedule.low, self.task.schedule.high, STEPS):
            self.move(program, float(beta), -(-sweeps // STEPS))
        self.state[rows] = (kept & mask) | (self.state[rows] & ~mask)

    def resample(self, stage: Stage, good: Lanes) -> Int64:
        """Make the replicas that violate a stage copies of random ones that do not."""
        bad = np.flatnonzero(~good)
        donors = self.chance.choice(np.flatnonzero(good), len(bad))
        sliced.copy_lanes(self.state, stage.copied, donors, bad)
        origin = np.arange(LANES)
        origin[bad] = donors
        return origin

    def restore(self) -> None:
        """Give the replicas that are right those spins that were not copied along with them."""
        lanes = np.flatnonzero(self.wanted)
        source = lanes
        stages = self.task.problem.stages[: len(self.origins)]
        for stage, origin in zip(stages[::-1], self.origins[::-1], strict=True):
            source = source if origin is None else origin[source]
            if not np.array_equal(source, lanes):
                sliced.copy_lanes(self.state, stage.retired, source, lanes)

    def finish(self) -> None:
        """Where inputs are right and a gate is not, all gates are annealed with the inputs held."""
        for attempt in range(ATTEMPTS):
            settled = _lanes(self.task.problem.settled.holds(self.state))
            if settled[self.wanted].all() or self.task.stopped():
                break
            self.reheat(self.task.problem.forward, settled, FIRST << attempt)


def _lanes(row: UInt64) -> Lanes:
    return bits_of(row).astype(bool)
