"""Ideal p-bits under simulated annealing."""

from __future__ import annotations

from invc.engine.dynamics.task import Ended, Task
from invc.pbits.heatbath.heat import heat


def gibbs(task: Task) -> Ended | None:
    """Sequential heat bath, m_i = +1 with probability 1 / (1 + exp(-2 beta I_i)).

    At a fixed beta the states tend to the Boltzmann distribution exp(-beta E) / Z; the
    schedule raises beta in steps.

    Source: Camsari, Faria, Sutton, Datta, https://doi.org/10.1103/PhysRevX.7.031014, eq. (1);
    Geman and Geman, https://doi.org/10.1109/TPAMI.1984.4767596.
    """
    state = task.start()
    done = 0
    for beta, sweeps in task.steps:
        if task.halted():
            return None
        if task.problem.free:
            program, scaled = task.problem.at(beta)
            task.backend.sweep(program, state, heat(scaled, task.rules.uses), sweeps)
        done += sweeps
        if task.watch(done, state):
            break
    return Ended(state, done, done * task.problem.free)
