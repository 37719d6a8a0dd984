"""Exact answers by SAT, from the gates of a design and its clamps."""

from invc.proof.answers import Count, Proof, count, solve, solve_in_time
from invc.proof.bounded import Asked
from invc.proof.formula import Formula, pose
from invc.proof.sat import solver_name

__all__ = [
    "Asked",
    "Count",
    "Formula",
    "Proof",
    "count",
    "pose",
    "solve",
    "solve_in_time",
    "solver_name",
]
