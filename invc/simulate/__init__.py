"""p-bits: dynamics, schedules, kernels, and runs whose answers are verified."""

import sys

from invc.packages import CallablePackage
from invc.simulate.run import Answer, Progress, Result, run

__all__ = ["Answer", "Progress", "Result", "run"]

sys.modules[__name__].__class__ = CallablePackage
