"""Replica exchange: replicas are ladders of temperatures that trade their states."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from invc.engine.dynamics.gibbs import gibbs
from invc.engine.dynamics.task import Ended, Task
from invc.ising.model import Int64
from invc.pbits.heatbath.energy import Meter
from invc.pbits.heatbath.kernels import LadderKernel, find_ladder_kernel
from invc.pbits.heatbath.ladder import LEAST_STEP, Betas, compile_ladder
from invc.pbits.heatbath.logic import Condition
from invc.pbits.heatbath.program import Program
from invc.pbits.random import LANES, UInt64, in_lines

RUNGS = 4  # 2 and 8 were no faster on 8- to 12-bit multipliers
BETWEEN = 8  # sweeps between two exchanges: at 4 as many flips are needed, and each takes longer
AT_ONCE = 32  # sweeps between two looks at the states, of a model that is not large
LARGE = 1 << 14
TRIAL_RUNGS = 8
TRIAL_SWEEPS = 32  # in which trades are counted, after as many in which they are not
TRIAL_BETWEEN = 4
TRIAL_SEED = 0


def pt(task: Task) -> Ended | None:
    """Gibbs sampling at several temperatures at once, which exchange states.

    Neighbours on the ladder swap with probability min(1, exp((beta - beta') (E - E'))), pairs
    from even and from odd rungs in turn. The 1024 lanes of a block are 256 ladders of four rungs,
    see `invc.pbits.heatbath.ladder`; at equilibrium a lane has the Boltzmann distribution of its
    rung.
    The rungs are spaced by a short run such that all exchanges are equally likely.

    Source: Hukushima, Nemoto, https://doi.org/10.1143/JPSJ.65.1604; even and odd rungs in turn, and
    the spacing: Syed, Bouchard-Cote, Deligiannidis, Doucet, https://doi.org/10.1111/rssb.12464.
    """
    betas = ladder_of(task)
    if len(betas) == 1:
        return gibbs(task)
    ladders = _ladders(task)
    at_once = AT_ONCE if task.program.updates <= LARGE else BETWEEN
    done = 0
    while done < task.schedule.sweeps:
        if task.stopped():
            return None
        sweeps = min(at_once, task.schedule.sweeps - done)
        done += ladders.sweep(betas, sweeps, seen=task.goal)[0]
        if task.watch(done, ladders.state):
            break
    return Ended(ladders.state, done, done * task.program.updates)


def plan_pt(task: Task) -> str:
    """The ladder that `pt` runs, in words."""
    return "beta " + ", ".join(f"{beta:.3g}" for beta in ladder_of(task))


def ladder_of(task: Task) -> Betas:
    """Inverse temperatures from hot to cold, the same for every block and seed."""
    low, high = task.schedule.low, task.schedule.high
    key = ("ladder", low, high)
    if key not in task.problem.notes:
        trial = replace(task, seed=TRIAL_SEED, block=0, before=None)
        task.problem.notes[key] = space_rungs(_ladders(trial), low, high)
    betas: Betas = task.problem.notes[key]  # type: ignore[assignment]
    return betas


def _ladders(task: Task) -> Ladders:
    """Ladders at the start of a block, or where an earlier one ended."""
    state, rng = task.start()
    state = state if task.before is None else in_lines(task.before)
    return Ladders(task.program, task.problem.meter, find_ladder_kernel(task.code), state, rng)


@dataclass(eq=False)
class Ladders:
    """A block of ladders on their way.

    Attributes:
        program: The sweep.
        meter: Of the energies.
        kernel: What performs sweeps and exchanges.
        state: Shape (spins, 16), the words in the order of `invc.pbits.heatbath.ladder`.
        rng: Generators.
        turn: Exchanges so far.
    """

    program: Program
    meter: Meter
    kernel: LadderKernel
    state: UInt64
    rng: UInt64
    turn: int = 0

    def sweep(
        self,
        betas: Betas,
        sweeps: int,
        between: int = BETWEEN,
        seen: Condition | None = None,
    ) -> tuple[int, Int64]:
        """Move on, with an exchange after every few sweeps, at which states may be looked at.

        Returns:
            The sweeps until one of them was seen, or all, and the trades of each rung.
        """
        ladder = compile_ladder(betas, (1 << self.meter.bits) - 1)
        program, meter, state, rng = self.program, self.meter, self.state, self.rng
        done, traded = self.kernel(
            program, meter, state, rng, ladder, sweeps, between, self.turn, seen
        )
        self.turn += done // between
        return done, traded


def space_rungs(ladders: Ladders, low: float, high: float) -> Betas:
    """Rungs between which exchanges are refused equally often, or one where the range is nothing.

    The refusals between neighbours add up to a length along the ladder, and equal parts of it
    are the steps.

    Args:
        ladders: That may be moved to find out.
        low: The first inverse temperature.
        high: The last one.
    """
    if high - low < TRIAL_RUNGS * LEAST_STEP or not ladders.program.updates:
        return (high,)
    trial = _steps(low, high, TRIAL_RUNGS)
    betas = tuple(trial.tolist())
    ladders.sweep(betas, TRIAL_SWEEPS, TRIAL_BETWEEN)
    traded = ladders.sweep(betas, TRIAL_SWEEPS, TRIAL_BETWEEN)[1][:-1]
    asked = LANES / TRIAL_RUNGS * TRIAL_SWEEPS / TRIAL_BETWEEN / 2
    # A little more, so that the steps rise where everything is accepted.
    length = np.concatenate([[0.0], np.cumsum(1.01 - traded / asked)])
    spaced = np.interp(np.linspace(0, length[-1], RUNGS), length, trial)
    if np.diff(spaced).min() < LEAST_STEP:
        spaced = _steps(low, high, RUNGS)
    return tuple(spaced.tolist())


def _steps(low: float, high: float, rungs: int) -> npt.NDArray[np.float64]:
    """Rungs by ratios, or where those are too close at the hot end by equal steps."""
    steps = np.geomspace(low, high, rungs)
    return steps if np.diff(steps).min() >= LEAST_STEP else np.linspace(low, high, rungs)
