"""How chains run: what the user asks for, and what is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from invc.engine.effort import Effort


@dataclass(frozen=True)
class Setting:
    """How chains run.

    Attributes:
        beta: The inverse temperature of the samples.
        thin: Sweeps between two samples of a chain; its first sample comes after three times as
            many.
        low: Where chains are ladders of temperatures that trade states, the first one; `beta` is
            the last.
    """

    beta: float
    thin: int
    low: float | None = None

    @property
    def dynamics(self) -> str:
        """The name of what moves the chains: gibbs at one beta, pt on a ladder."""
        return "gibbs" if self.low is None else "pt"

    @property
    def text(self) -> str:
        """How they run, in words."""
        to = "" if self.low is None else f"the last of a ladder from {self.low:.3g}, "
        every = "every sweep" if self.thin == 1 else f"a sample every {self.thin} sweeps"
        return f"beta {self.beta:.3g}, {to}{every}"


class Asked(NamedTuple):
    """What the user wants of a `Setting`.

    Attributes:
        dynamics: "gibbs", "pt", or "auto".
        low: The first inverse temperature of ladders.
        beta: The inverse temperature, of ladders the last.
        thin: Sweeps between two samples.
    """

    dynamics: str = "auto"
    low: float | None = None
    beta: float | None = None
    thin: int | None = None

    @staticmethod
    def of(effort: Effort, *, biased: bool) -> Asked:
        """What an effort says, and that biases want gibbs.

        Fields of biases make ladders slow: tables for their hottest fields are large.
        """
        dynamics = "gibbs" if biased and effort.dynamics == "auto" else effort.dynamics
        low, beta = effort.beta or (None, None)
        return Asked(dynamics, None if low == beta else low, beta, effort.sweeps)
