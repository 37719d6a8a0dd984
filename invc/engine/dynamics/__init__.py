"""How p-bits move: one module for each dynamics, and its line here.

A dynamics takes a `Task` and returns its block of replicas as it ended, or None when it was
told to stop. To add one: write its module, and name it in DYNAMICS.
"""

from __future__ import annotations

from invc.engine.dynamics.gibbs import gibbs
from invc.engine.dynamics.inputs import inputs, plan_inputs
from invc.engine.dynamics.pt import plan_pt, pt
from invc.engine.dynamics.sc import plan_sc, sc
from invc.engine.dynamics.ssa import plan_ssa, ssa
from invc.engine.dynamics.staged import staged
from invc.engine.dynamics.task import Dynamics, Ended, Task

DYNAMICS: dict[str, Dynamics] = {
    "gibbs": Dynamics(gibbs),
    "pt": Dynamics(pt, plan_pt, goes_on=True),
    "staged": Dynamics(staged, by_gates=True),
    "inputs": Dynamics(inputs, plan_inputs, leans=True, by_gates=True),
    "sc": Dynamics(sc, plan_sc),
    "ssa": Dynamics(ssa, plan_ssa),
}

__all__ = ["DYNAMICS", "Dynamics", "Ended", "Task"]
