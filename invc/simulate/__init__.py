"""p-bits: dynamics, schedules, kernels, and runs whose answers are verified."""

from invc.simulate.run import Answer, Progress, Result, run

__all__ = ["Answer", "Progress", "Result", "run"]
