"""Exact answers by SAT, from the gates of a design and its clamps."""

import sys

from invc.packages import CallablePackage
from invc.prove.answers import Count, Proof, count, solve
from invc.prove.problem import Problem, pose
from invc.prove.sat import solver_name

__all__ = [
    "Count",
    "Problem",
    "Proof",
    "count",
    "pose",
    "solve",
    "solver_name",
]

sys.modules[__name__].__class__ = CallablePackage
