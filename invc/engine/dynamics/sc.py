"""Stochastic-computing p-bits, all at once, at one saturation."""

from __future__ import annotations

from types import MappingProxyType

from invc.engine.block import Rules
from invc.engine.dynamics.accumulate import MOST, READERS, accumulate, make_plan, numbers
from invc.engine.dynamics.task import Ended, Task
from invc.engine.problem import Problem
from invc.pbits.accumulator.plan import Plan
from invc.pbits.backend import Backend

SETTINGS = MappingProxyType({"i0": numbers(1, 1, MOST), **READERS})


def sc(task: Task) -> Ended | None:
    """Itanh_i(t+1) = clip(Itanh_i(t) + I_i(t) + n_rnd r_i(t), -I0, I0 - 1), m_i its sign.

    I_i = h_i + sum_j J_ij m_j(t), r_i is -1 or +1 with equal probability, and m_i = +1 where
    Itanh_i is not negative. All p-bits move in each cycle, which is a sweep. A saturating
    accumulator with noise is tanh in stochastic computing; the states do not tend to a Boltzmann
    distribution.

    Source: Smithson, Onizawa, Meyer, Gross, Hanyu, https://doi.org/10.1109/TCSI.2018.2889732;
    sparse noise: Onizawa et al., Sparse Random Signals for Fast Convergence on Invertible Logic,
    IEEE Access 9, 2021; stalls and averages: Onizawa, Hanyu, https://arxiv.org/abs/2601.15561.
    """
    return accumulate(task, plan_sc(task.problem, task.backend, task.rules))


def plan_sc(problem: Problem, backend: Backend, rules: Rules) -> Plan:
    """The cycles of `sc`, by its settings or the fields of the model."""
    return make_plan("sc", problem, rules.settings, SETTINGS)
