"""A run, whoever executes it: problems, blocks of reads, dynamics, verified answers."""

from invc.engine.effort import Effort
from invc.engine.problem import Problem, problem_of
from invc.engine.result import Answer, Progress, Result
from invc.engine.run import run

__all__ = ["Answer", "Effort", "Problem", "Progress", "Result", "problem_of", "run"]
