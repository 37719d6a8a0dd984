"""Exact answers by SAT, from the gates of a design and its clamps."""

from invc.proof.answers import Count, Proof, count, solve
from invc.proof.formula import Formula, pose
from invc.proof.sat import solver_name

__all__ = [
    "Count",
    "Formula",
    "Proof",
    "count",
    "pose",
    "solve",
    "solver_name",
]
