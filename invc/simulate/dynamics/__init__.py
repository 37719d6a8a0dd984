"""How p-bits move: one module for each dynamics, one function in each.

A dynamics takes a `Task` and returns the last state of its block of 1024 replicas, or None when
it was told to stop. To add one: write its module, and name it in DYNAMICS; if it has settings of
its own, name what reads them and says what was chosen in PLANS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from invc.simulate.dynamics.gibbs import gibbs
from invc.simulate.dynamics.sc import plan_sc, sc
from invc.simulate.dynamics.ssa import plan_ssa, ssa
from invc.simulate.dynamics.task import Task
from invc.simulate.random import UInt64

DYNAMICS: Mapping[str, Callable[[Task], UInt64 | None]] = MappingProxyType(
    {"gibbs": gibbs, "sc": sc, "ssa": ssa}
)
PLANS: Mapping[str, Callable[[Task], object]] = MappingProxyType({"sc": plan_sc, "ssa": plan_ssa})

__all__ = ["DYNAMICS", "PLANS", "Task", "gibbs"]
