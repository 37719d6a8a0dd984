"""Exact answers by SAT, from the gates of a design and its clamps."""

from invc.proof.answers import Count, Proof, count, solve
from invc.proof.problem import Problem, pose
from invc.proof.sat import solver_name

__all__ = [
    "Count",
    "Problem",
    "Proof",
    "count",
    "pose",
    "solve",
    "solver_name",
]
