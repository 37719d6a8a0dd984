"""Stochastic simulated annealing: stochastic-computing p-bits whose saturation rises."""

from __future__ import annotations

from types import MappingProxyType

from invc.engine.block import Rules
from invc.engine.dynamics.accumulate import MOST, READERS, accumulate, make_plan, numbers
from invc.engine.dynamics.task import Ended, Task
from invc.engine.problem import Problem
from invc.pbits.accumulator.plan import Plan
from invc.pbits.backend import Backend

SETTINGS = MappingProxyType({"i0": numbers(2, 1, MOST), "ramps": numbers(1, 1, MOST), **READERS})


def ssa(task: Task) -> Ended | None:
    """As `sc`, I0 rising geometrically from low to high, once or again and again.

    I0 is an inverse temperature: the larger it is, the longer a p-bit remembers its field.

    Source: Onizawa, Kuroki, Shin, Hanyu, https://doi.org/10.1109/OJSP.2023.3329756
    (https://arxiv.org/abs/2304.11839).
    """
    return accumulate(task, plan_ssa(task.problem, task.backend, task.rules))


def plan_ssa(problem: Problem, backend: Backend, rules: Rules) -> Plan:
    """The cycles of `ssa`, by its settings or the fields of the model."""
    return make_plan("ssa", problem, rules.settings, SETTINGS)
