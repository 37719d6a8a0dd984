"""How much work a run at equilibrium is good for, whatever else the machine does meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

# Updates of a spin of every chain of a block, a second: of code that is neither the fastest nor
# the slowest, on a core that has nothing else to do.
NOMINAL = 5e6
USUAL_SECONDS = 60.0


@dataclass(eq=False)
class Budget:
    """Updates of a chain that may still be spent; what is chosen by it repeats under any load.

    Attributes:
        left: Updates.
    """

    left: float

    def spend(self, updates: float) -> bool:
        """Whether there is as much left; then it is spent."""
        if updates > self.left:
            return False
        self.left -= updates
        return True


def work_of(seconds: float | None) -> float:
    """Updates of a chain in a time; where there is no limit, in the usual one."""
    return NOMINAL * (USUAL_SECONDS if seconds is None else seconds)
