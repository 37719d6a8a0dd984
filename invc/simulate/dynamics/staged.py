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
        self.origins: list[Int64 | None] = []  # for each stage whose copy each replica became

    def run(self) -> Ended | None:
        right: Lanes | None = None
        alive = True
        for stage in self.task.problem.stages:
            good = self.settle(stage)
            if good is None:
                return None
            if right is None and stage.complete:
                right = _lanes(self.task.problem.answers.holds(self.state))
                before, first = self.state.copy(), len(self.origins)
                good = good & right
            alive = bool(good.any())
            self.origins.append(self.resample(stage, good) if alive and not good.all() else None)
            if not alive or self.task.watch(self.sweeps, self.state):
                break
        if right is not None and right.any():
            if alive:
                self.gather(before, first)
            else:
                self.state = before
            self.finish(right)
        self.task.watch(self.sweeps, self.state)  # as it is verified
        return Ended(self.state, self.sweeps, self.updates, right is not None)

    def settle(self, stage: Stage) -> Lanes | None:
        """Move the spins of a stage until enough replicas satisfy it; which ones do."""
        good: Lanes = np.zeros(LANES, dtype=bool)
        done, length, attempts, before = 0, FIRST, 0, -1.0
        while not self.task.stopped():
            if attempts:
                self.reheat(stage.program, good, length)
            else:
                self.move(stage.program, self.task.schedule.high, length)
            good = _lanes(stage.satisfied.holds(self.state))
            share = float(good.mean())
            done += length
            if share >= ENOUGH or done >= self.task.schedule.sweeps or attempts == ATTEMPTS:
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
        lanes, source = np.unique(root, return_index=True)
        stages = self.task.problem.stages[: len(self.origins)]
        sliced.copy_lanes(self.state, stages[-1].copied, source, lanes)
        for stage, origin in zip(stages[::-1], self.origins[::-1], strict=True):
            # Spins that were not copied along with a replica are those of the one it was.
            source = source if origin is None else origin[source]
            sliced.copy_lanes(self.state, stage.retired, source, lanes)
        mask = words_of(np.isin(np.arange(LANES), lanes).astype(np.uint8))
        self.state = (self.state & mask) | (before & ~mask)

    def finish(self, right: Lanes) -> None:
        """Where no replica with right inputs satisfies all, anneal all with the inputs held."""
        for attempt in range(ATTEMPTS):
            settled = _lanes(self.task.problem.settled.holds(self.state))
            if settled[right].any() or self.task.stopped():
                break
            self.reheat(self.task.problem.forward, settled, FIRST << attempt)


def _lanes(row: UInt64) -> Lanes:
    return bits_of(row).astype(bool)
