"""A run: dynamics, schedules, and blocks of reads whose answers are verified."""

from invc.engine.run import Answer, Progress, Result, run

__all__ = ["Answer", "Progress", "Result", "run"]
