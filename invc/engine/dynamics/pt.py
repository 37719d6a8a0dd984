"""Replica exchange: replicas are ladders of temperatures that trade their states."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from invc.engine.block import Rules
from invc.engine.dynamics.gibbs import gibbs
from invc.engine.dynamics.task import Ended, Task
from invc.engine.problem import Problem
from invc.pbits.backend import Backend, State, of_one_block
from invc.pbits.heatbath.ladder import LEAST_STEP, Betas, Pace, compile_ladder

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
    from even and from odd rungs in turn. The lanes of a block are ladders of four rungs,
    see `invc.pbits.heatbath.ladder`; at equilibrium a lane has the Boltzmann distribution of its
    rung.
    The rungs are spaced by a short run such that all exchanges are equally likely.

    Source: Hukushima, Nemoto, https://doi.org/10.1143/JPSJ.65.1604; even and odd rungs in turn, and
    the spacing: Syed, Bouchard-Cote, Deligiannidis, Doucet, https://doi.org/10.1111/rssb.12464.
    """
    problem, total = task.problem, task.block.sweeps
    betas = task.rules.rungs or ladder_of(problem, task.backend, task.rules)
    if len(betas) == 1:
        return gibbs(task)
    state, ladder = task.start(), compile_ladder(betas, problem.meter, task.rules.uses)
    at_once = task.rules.hold or (AT_ONCE if problem.free <= LARGE else BETWEEN)
    done = 0
    while done < total:
        if task.halted():
            return None
        sweeps = min(at_once, total - done)
        # Ladders that are given may be sampled after a few sweeps already, and trade before.
        pace = Pace(sweeps, min(BETWEEN, sweeps) if task.rules.rungs else BETWEEN)
        done += task.backend.exchange(problem.program, state, ladder, pace, task.goal).sweeps
        if task.watch(done, state):
            break
    return Ended(state, done, done * problem.free)


def plan_pt(problem: Problem, backend: Backend, rules: Rules) -> str:
    """The ladder that `pt` runs, in words."""
    return "beta " + ", ".join(f"{beta:.3g}" for beta in ladder_of(problem, backend, rules))


def ladder_of(problem: Problem, backend: Backend, rules: Rules) -> Betas:
    """Inverse temperatures from hot to cold, the same for every block and seed."""
    low, high = problem.betas("pt", rules.beta)
    key = ("ladder", low, high)
    if key not in problem.notes:
        backend = of_one_block(backend)
        state = backend.start(problem.known, TRIAL_SEED, 0)
        problem.notes[key] = space_rungs(problem, backend, state, low, high)
    betas: Betas = problem.notes[key]  # type: ignore[assignment]
    return betas


def space_rungs(problem: Problem, backend: Backend, state: State, low: float, high: float) -> Betas:
    """Rungs between which exchanges are refused equally often, or one where the range is nothing.

    The refusals between neighbours add up to a length along the ladder, and equal parts of it
    are the steps.

    Args:
        problem: What is sampled.
        backend: Whose state is given.
        state: Replicas that may be moved to find out.
        low: The first inverse temperature.
        high: The last one.
    """
    if high - low < TRIAL_RUNGS * LEAST_STEP or not problem.free:
        return (high,)
    trial = _steps(low, high, TRIAL_RUNGS)
    ladder = compile_ladder(tuple(trial.tolist()), problem.meter)
    pace = Pace(TRIAL_SWEEPS, TRIAL_BETWEEN)
    backend.exchange(problem.program, state, ladder, pace)
    traded = backend.exchange(problem.program, state, ladder, pace).traded[:-1]
    asked = state.lanes / TRIAL_RUNGS * TRIAL_SWEEPS / TRIAL_BETWEEN / 2
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
