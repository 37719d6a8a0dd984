"""What ends work early: the clock, or the end of the run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(eq=False)
class Halt:
    """Asked by whoever works whether no more is wanted.

    Attributes:
        deadline: By the clock; None where there is none.
        clock: Seconds.
        over: Whether the run has ended.
    """

    deadline: float | None = None
    clock: Callable[[], float] = time.perf_counter
    over: bool = False

    def __call__(self) -> bool:
        """Whether work should end: the run is over, or the clock is beyond the deadline."""
        late = self.deadline is not None and self.clock() > self.deadline
        return late or self.over

    def now(self) -> None:
        """End whatever still works for this run."""
        self.over = True
