"""How p-bits move: one module for each dynamics, one function in each.

A dynamics takes a `Task` and returns its block of 1024 replicas as it ended, or None when it was
told to stop. To add one: write its module, and name it in DYNAMICS; if it has settings of
its own, name what reads them and says what was chosen in PLANS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from invc.engine.dynamics.gibbs import gibbs
from invc.engine.dynamics.pt import plan_pt, pt
from invc.engine.dynamics.sc import plan_sc, sc
from invc.engine.dynamics.ssa import plan_ssa, ssa
from invc.engine.dynamics.staged import staged
from invc.engine.dynamics.task import Ended, Problem, Task, problem_of

DYNAMICS: Mapping[str, Callable[[Task], Ended | None]] = MappingProxyType(
    {"gibbs": gibbs, "pt": pt, "staged": staged, "sc": sc, "ssa": ssa}
)
PLANS: Mapping[str, Callable[[Task], object]] = MappingProxyType(
    {"pt": plan_pt, "sc": plan_sc, "ssa": plan_ssa}
)
# Those that can go on from the state in which a block ended.
GO_ON = frozenset({"pt"})

__all__ = ["DYNAMICS", "GO_ON", "PLANS", "Ended", "Problem", "Task", "problem_of"]
