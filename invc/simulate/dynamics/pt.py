"""Replica exchange: every replica is a ladder of temperatures that trade their states."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int64
from invc.simulate.dynamics.task import Ended, Task
from invc.simulate.heat import heat
from invc.simulate.random import LANES, UInt64, words_of

RUNGS = 4  # more were no faster on 8- to 12-bit multipliers
TRIAL_RUNGS = 8
TRIAL_ROUNDS = 24
BETWEEN = 4  # sweeps between two exchanges

Betas = tuple[float, ...]


def pt(task: Task) -> Ended | None:
    """Gibbs sampling at several temperatures at once, which exchange states.

    Neighbours on the ladder swap with probability min(1, exp((beta - beta') (E - E'))), pairs
    from even and from odd rungs in turn. Each of the 1024 lanes is a ladder of its own; what is
    returned is the coldest rung of each, which at equilibrium has the Boltzmann distribution of
    its temperature. The rungs are spaced by a short run such that all exchanges are equally
    likely.

    Source: Hukushima, Nemoto, https://doi.org/10.1143/JPSJ.65.1604; even and odd rungs in turn, and
    the spacing: Syed, Bouchard-Cote, Deligiannidis, Doucet, https://doi.org/10.1111/rssb.12464.
    """
    betas = ladder_of(task)
    rungs = _Rungs(task, betas, 2)
    done = 0
    while done < task.schedule.sweeps:
        if task.stopped():
            return None
        sweeps = min(BETWEEN, task.schedule.sweeps - done)
        rungs.sweep(sweeps)
        rungs.exchange()
        done += sweeps
        if task.watch(done, rungs.states[-1]):
            break
    return Ended(rungs.states[-1], done, done * len(betas) * task.program.updates)


def plan_pt(task: Task) -> str:
    """The ladder that `pt` runs, in words."""
    return "beta " + ", ".join(f"{beta:.3g}" for beta in ladder_of(task))


def ladder_of(task: Task) -> Betas:
    """Inverse temperatures from hot to cold, the same for every block of a run."""
    low, high = task.schedule.low, task.schedule.high
    if low == high or not task.program.updates:
        return (high,)
    key = ("ladder", low, high, task.seed)
    if key not in task.problem.notes:
        task.problem.notes[key] = _spaced(task, low, high)
    betas: Betas = task.problem.notes[key]  # type: ignore[assignment]
    return betas


def _spaced(task: Task, low: float, high: float) -> Betas:
    """Rungs between which exchanges are refused equally often.

    The refusals between neighbours add up to a length along the ladder, and equal parts of it
    are the steps.
    """
    trial = np.geomspace(low, high, TRIAL_RUNGS)
    rungs = _Rungs(task, tuple(trial.tolist()), 3)
    refused = np.zeros(TRIAL_RUNGS - 1)
    for turn in range(TRIAL_ROUNDS):
        rungs.sweep(BETWEEN)
        if turn >= TRIAL_ROUNDS // 2:
            refused += 1 - rungs.chances().mean(axis=1)
        rungs.exchange()
    length = np.concatenate([[0.0], np.cumsum(refused + 1e-3)])
    betas = np.interp(np.linspace(0, length[-1], RUNGS), length, trial)
    return tuple(betas.tolist())


class _Rungs:
    """The states of 1024 ladders, one array for each temperature, the coldest last."""

    def __init__(self, task: Task, betas: Betas, purpose: int) -> None:
        self.task, self.betas = task, betas
        first, self.rng = task.start()
        self.states = [first.copy() for _ in betas]
        seeds = np.random.SeedSequence([task.seed, task.block, purpose])
        self.chance = np.random.Generator(np.random.Philox(seeds))
        self.odd = False

    def sweep(self, sweeps: int) -> None:
        for beta, state in zip(self.betas, self.states, strict=True):
            heats = heat(beta, 0), heat(beta, 1)
            self.task.kernel(self.task.program, state, self.rng, heats, sweeps)

    def chances(self) -> npt.NDArray[np.float64]:
        """How likely neighbours would swap now. Shape (rungs - 1, 1024)."""
        energies = np.stack([self.energies(state) for state in self.states])
        steps = np.diff(self.betas)[:, None] * np.diff(energies, axis=0)
        chances: npt.NDArray[np.float64] = np.exp(np.minimum(steps, 0.0))
        return chances

    def energies(self, state: UInt64) -> Int64:
        return self.task.problem.meter.energies(state)

    def exchange(self) -> None:
        """Swap neighbours, those from even or those from odd rungs."""
        start, self.odd = int(self.odd), not self.odd
        for k in range(start, len(self.betas) - 1, 2):
            hot, cold = self.states[k], self.states[k + 1]
            step = (self.betas[k + 1] - self.betas[k]) * (self.energies(cold) - self.energies(hot))
            swap = self.chance.random(LANES) < np.exp(np.minimum(step, 0.0))
            differ = (hot ^ cold) & words_of(swap.astype(np.uint8))
            hot ^= differ
            cold ^= differ
