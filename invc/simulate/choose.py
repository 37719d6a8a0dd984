"""Which dynamics a run uses, where the user leaves it open."""

from __future__ import annotations

from dataclasses import dataclass

from invc.diagnostics import InvcError, nearest
from invc.simulate.dynamics import DYNAMICS, Problem

OTHERS = 4  # one block in so many is annealed, should the stages be the wrong way to go


@dataclass(frozen=True)
class Mix:
    """The dynamics of each block.

    Attributes:
        first: That of the first block and, where there is a second, of most others.
        second: That of one block in OTHERS.
    """

    first: str
    second: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Its dynamics."""
        return (self.first, self.second) if self.second else (self.first,)

    def dynamics(self, block: int) -> str:
        """The dynamics of a block."""
        return self.second if self.second and block % OTHERS == OTHERS - 1 else self.first


def choose(problem: Problem, dynamics: str) -> Mix:
    """The dynamics that the user named, or what suits the problem.

    Held nets that gates drive give `staged` an order to go by; without one everything moves
    at once.

    Raises:
        InvcError: No dynamics has the name, or it needs gates and there are none.
    """
    if dynamics == "auto":
        return Mix("staged", "gibbs") if len(problem.stages) > 1 else Mix("gibbs")
    if dynamics not in DYNAMICS:
        names = [*DYNAMICS, "auto"]
        raise InvcError(f"no dynamics is called {dynamics!r}", hint=nearest(dynamics, names))
    if dynamics == "staged" and not problem.design.netlist.gates:
        raise InvcError(
            "staged switches on gates, and this model has none", hint="--dynamics gibbs"
        )
    return Mix(dynamics)
