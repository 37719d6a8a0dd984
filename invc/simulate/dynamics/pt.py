"""Replica exchange: replicas are ladders of temperatures that trade their states."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from invc.simulate.dynamics.gibbs import gibbs
from invc.simulate.dynamics.task import Ended, Task
from invc.simulate.kernels.heatbath import find_ladder_kernel
from invc.simulate.ladder import LEAST_STEP, Betas, Ladder, compile_ladder
from invc.simulate.random import UInt64

RUNGS = 4
TRIAL_RUNGS = 8
TRIAL_ROUNDS = 24
BETWEEN = 8  # sweeps between two exchanges
AT_ONCE = 32  # sweeps between two looks at the states


def pt(task: Task) -> Ended | None:
    """Gibbs sampling at several temperatures at once, which exchange states.

    Neighbours on the ladder swap with probability min(1, exp((beta - beta') (E - E'))), pairs
    from even and from odd rungs in turn. A block of 1024 lanes is 256 ladders of four rungs; at
    equilibrium each lane has the Boltzmann distribution of its rung, the lanes of the last words
    that of the last beta. The rungs are spaced by a short run such that all exchanges are
    equally likely.

    Source: Hukushima, Nemoto, https://doi.org/10.1143/JPSJ.65.1604; even and odd rungs in turn, and
    the spacing: Syed, Bouchard-Cote, Deligiannidis, Doucet, https://doi.org/10.1111/rssb.12464.
    """
    betas = ladder_of(task)
    if len(betas) == 1:
        return gibbs(task)
    climb = _Climb(task)
    done, total = 0, task.schedule.sweeps
    while done < total:
        if task.stopped():
            return None
        sweeps = min(AT_ONCE, total - done)
        climb.sweep(betas, sweeps)
        done += sweeps
        if task.watch(done, climb.state):
            break
    return Ended(climb.state, done, done * task.program.updates)


def plan_pt(task: Task) -> str:
    """The ladder that `pt` runs, in words."""
    return "beta " + ", ".join(f"{beta:.3g}" for beta in ladder_of(task))


def ladder_of(task: Task) -> Betas:
    """Inverse temperatures from hot to cold, the same for every block of a run."""
    low, high = task.schedule.low, task.schedule.high
    if high - low < TRIAL_RUNGS * LEAST_STEP or not task.program.updates:
        return (high,)
    if task.settings.get("betas"):
        return tuple(float(x) / 4 for x in task.settings["betas"].split(","))
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
    climb = _Climb(task)
    betas = tuple(trial.tolist())
    climb.sweep(betas, TRIAL_ROUNDS // 2 * BETWEEN)
    refused = 1 - climb.sweep(betas, TRIAL_ROUNDS // 2 * BETWEEN)[:-1] / (TRIAL_ROUNDS * 32)
    length = np.concatenate([[0.0], np.cumsum(refused + 1e-3)])
    spaced = np.interp(np.linspace(0, length[-1], RUNGS), length, trial)
    return tuple(spaced.tolist())


class _Climb:
    """A block of ladders."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.state, self.rng = task.start()
        if task.before is not None:
            self.state = task.before.copy()
        self.kernel = find_ladder_kernel(task.code)
        self.turn = 0

    def sweep(self, betas: Betas, sweeps: int) -> npt.NDArray[np.int64]:
        """Move on; the trades of each rung."""
        meter = self.task.problem.meter
        ladder = compile_ladder(betas, (1 << meter.bits) - 1)
        between = int(self.task.settings.get("between", BETWEEN))
        traded = self.kernel(
            self.task.program, meter, self.state, self.rng, ladder, sweeps, between, self.turn
        )
        self.turn += sweeps // between
        return traded
