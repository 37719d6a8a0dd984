"""Which dynamics a run uses, where the user leaves it open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from invc.diagnostics import InvcError, nearest
from invc.engine.block import Outcome
from invc.engine.dynamics import DYNAMICS
from invc.engine.dynamics.stages import stages_of
from invc.engine.problem import Problem

SHARE = 4  # the dynamics that is not the main one gets about one in so many of all updates
FEWEST = 16  # sweeps of a block
MOST_TRADED = 1 << 14  # spins of a model whose replicas trade states where the user leaves it open


class Choice(NamedTuple):
    """How p-bits move in a block.

    Attributes:
        dynamics: What moves them.
        sweeps: Of a read.
        turn: Blocks of the same dynamics before it, where several take turns.
    """

    dynamics: str
    sweeps: int
    turn: int = 0


class Chosen(Protocol):
    """The dynamics of the blocks of a run."""

    @property
    def first(self) -> str:
        """That of the first block."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Those that it is known to use before any block has."""
        ...

    @property
    def goes_on(self) -> bool:
        """Whether blocks can go on where others ended."""
        ...

    def choice(self, number: int, sweeps: int, tried: Sequence[Outcome], updates: int) -> Choice:
        """The dynamics of a block.

        Args:
            number: Its number.
            sweeps: What a block of this number has by its place.
            tried: How the blocks ended that were run alone.
            updates: Those of one sweep over all spins.
        """
        ...

    def alone(self, tried: Sequence[Outcome]) -> bool:
        """Whether the next block is to be run alone, since others depend on how it ends."""
        ...

    def why(self, tried: Sequence[Outcome]) -> str:
        """Why it was chosen, in words, or nothing."""
        ...


@dataclass(frozen=True)
class Mix:
    """The dynamics of each block.

    Attributes:
        first: That of the first block.
        second: The other one, if there is one. Whichever does not suit the problem has every
            block whose number is a power of SHARE.
    """

    first: str
    second: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The dynamics of its blocks, that of the first one first."""
        return (self.first, self.second) if self.second else (self.first,)

    @property
    def goes_on(self) -> bool:
        """Whether blocks can go on where others ended."""
        return DYNAMICS[self.first].goes_on

    def choice(self, number: int, sweeps: int, tried: Sequence[Outcome], updates: int) -> Choice:
        """The dynamics of a block, see `block`."""
        name, length = self.block(number, sweeps, tried[0] if tried else None, updates)
        return Choice(name, length, number)

    def alone(self, tried: Sequence[Outcome]) -> bool:
        """Whether the next block is to be run alone."""
        return self.second is not None and not tried

    def why(self, tried: Sequence[Outcome]) -> str:
        """Nothing: it was chosen by what is known before any block."""
        return ""

    def block(
        self, block: int, sweeps: int, first: Outcome | None, updates: int
    ) -> tuple[str, int]:
        """The dynamics of a block and its sweeps.

        Where stages suit, other blocks of the first dynamics cost as much as it did, and the second
        dynamics gets a SHARE of that. Where they do not, the second one is the main one, whose
        blocks become longer, and so do those of the first, though less.

        Args:
            block: Its number.
            sweeps: What a block of this number has by its place.
            first: How the first block ended, for all others.
            updates: Those of one sweep over all spins.
        """
        if self.second is None or first is None:
            return self.first, sweeps
        power = block
        while power % SHARE == 0:
            power //= SHARE
        if not first.suits:
            return (self.first, max(1, sweeps // SHARE)) if power == 1 else (self.second, sweeps)
        if power > 1:
            return self.first, sweeps
        spent = block * first.updates // SHARE
        return self.second, max(FEWEST, spent // max(1, updates))


def choose(problem: Problem, dynamics: str, *, bounded: bool = False) -> Mix:
    """The dynamics of the network that the user named, or that suits the problem.

    Where it is about answers, however many reads they take, everything moves by replica
    exchange: it needs fewer flips than annealing where they are many, and not many more where they
    are few. Where the user bounds the reads, each is to be as good as another, and of a large
    model a look at the energies takes long: it is annealed.

    Held nets that gates drive give `staged` an order to go by; without one everything moves
    at once. Biases are fields of no gate, which a stage would leave out.

    Raises:
        InvcError: No dynamics has the name, or it needs gates and there are none, or it knows no
            biases and there are some.
    """
    if problem.biases and dynamics in ("auto", "gibbs"):
        return Mix("gibbs")
    if problem.biases and dynamics == "staged":
        raise InvcError("staged knows no biases", hint="use --dynamics gibbs, or --equilibrium")
    if dynamics == "auto":
        trade = problem.judge.has_wrong and problem.free <= MOST_TRADED
        everything = "pt" if trade and not bounded else "gibbs"
        gradual = problem.free > 0 and len(stages_of(problem)) > 1
        return Mix("staged", everything) if gradual else Mix(everything)
    if dynamics not in DYNAMICS:
        names = [*DYNAMICS, "auto"]
        raise InvcError(f"no dynamics is called {dynamics!r}", hint=nearest(dynamics, names))
    if dynamics == "staged" and not problem.judge.switches:
        raise InvcError(
            "staged switches on gates, and this model has none", hint="--dynamics gibbs"
        )
    return Mix(dynamics)
