"""What `auto` does: it tries the free inputs and the network of all spins, and keeps to the better.

Nothing here looks at a clock: costs are counted updates, so that equal seeds give equal results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from invc.engine.block import Outcome, Rules
from invc.engine.choose import Choice, Chosen, Mix, choose
from invc.engine.dynamics.inputs import search_of
from invc.engine.effort import Effort
from invc.engine.problem import Problem
from invc.engine.schedule import FIRST_SWEEPS
from invc.pbits.backend import Backend
from invc.text.words import counted

INPUTS = "inputs"
# Seconds that an update of 1,024 replicas takes about, of a row of `inputs` and of a p-bit else.
ROW, UPDATE = 6e-9, 35e-9
LATE = 10.0  # times what a first block of the network costs: `inputs` is then not the first,
SHORT = 0.2  # unless it takes no more seconds
MOST_TURNS = 8  # of one in a row
MOST_FREE = 1 << 18  # spins of what is prepared for `inputs` unasked


@dataclass(frozen=True, eq=False)
class Auto:
    """The free inputs, and the dynamics of the network of all spins.

    Where the first block of `inputs` brings answers and more are wanted, those of the network are
    tried for a block each, and whoever brings most a second goes on. Where it brings none, both
    take turns that cost about the same.

    Attributes:
        problem: What is sampled.
        backend: What moves p-bits.
    """

    problem: Problem
    backend: Backend

    @cached_property
    def network(self) -> Mix:
        """What suits the network of all spins."""
        return choose(self.problem, "auto")

    @cached_property
    def seconds(self) -> float:
        """What a first block of `inputs` takes at most, about."""
        return search_of(self.problem, self.backend).first_cost * ROW

    @cached_property
    def ratio(self) -> float:
        """That by what a first block of the network takes."""
        return self.seconds / (FIRST_SWEEPS * 2 * max(1, self.problem.free) * UPDATE)

    @property
    def first(self) -> str:
        """That of the first block."""
        soon = self.ratio <= LATE or self.seconds <= SHORT
        return INPUTS if soon or self.problem.biases else self.network.first

    @property
    def names(self) -> tuple[str, ...]:
        """What is known to move p-bits before any block has."""
        return ()

    @property
    def goes_on(self) -> bool:
        """Never: another dynamics may come next, so that each block starts anew."""
        return False

    def trials(self, tried: Sequence[Outcome]) -> tuple[str, ...]:
        """The dynamics that are tried alone, as far as that is known."""
        if self.first != INPUTS or self.problem.biases:
            return (self.first,)
        if tried and tried[0].verified.found and tried[0].total is None:
            return (INPUTS, *self.network.names)
        return (INPUTS,)

    def alone(self, tried: Sequence[Outcome]) -> bool:
        """Whether the next block is to be run alone, since others depend on how it ends."""
        return len(tried) < len(self.trials(tried))

    def choice(self, number: int, sweeps: int, tried: Sequence[Outcome], updates: int) -> Choice:
        """The dynamics of a block."""
        trials = self.trials(tried)
        if number < len(trials):
            return Choice(trials[number], 2 * FIRST_SWEEPS if number else sweeps, 0)
        best = self.best(tried)
        if best is not None:
            return Choice(best, sweeps, number - len(trials) + 1)
        return self.in_turn(number - len(trials))

    def best(self, tried: Sequence[Outcome]) -> str | None:
        """Who brought most distinct answers for its cost; None where nobody brought any."""
        rates = {outcome.block.dynamics: rate_of(outcome) for outcome in tried}
        name = max(rates, key=lambda name: rates[name], default=None)
        if self.problem.biases:
            return INPUTS
        return name if name is not None and rates[name] > 0 else None

    def in_turn(self, after: int) -> Choice:
        """The dynamics of a block so many after the trials, where these were in vain."""
        mine = max(1, min(MOST_TURNS, ceil(1 / self.ratio))) if self.ratio < 1 else 1
        others = max(1, min(MOST_TURNS, ceil(self.ratio))) if self.ratio > 1 else 1
        begun = 1 if self.first == INPUTS else 0
        cycle, place = divmod(after, mine + others)
        if place < mine:
            return Choice(INPUTS, FIRST_SWEEPS, begun + cycle * mine + place)
        turn = cycle * others + place - mine
        names = self.network.names
        longer = (turn // len(names)).bit_length()
        return Choice(names[turn % len(names)], FIRST_SWEEPS << 1 + longer, turn)

    def why(self, tried: Sequence[Outcome]) -> str:
        """What was tried and what came of it."""
        if not tried:
            return ""
        best = self.best(tried)
        if best is None:
            return f"a block of {tried[0].block.dynamics} brought no answer: all take turns"
        brought = [
            f"{outcome.block.dynamics} brought {counted(len(outcome.verified.found), 'answer')}"
            for outcome in tried
        ]
        if len(tried) == 1:
            return f"{brought[0]} in its first block"
        costs = [
            f"{text} in {cost_of(o) * 1e3:.2g} ms" for text, o in zip(brought, tried, strict=True)
        ]
        return f"{', '.join(costs)}: {best} goes on"


def cost_of(outcome: Outcome) -> float:
    """About the seconds that a block took, by its updates."""
    return outcome.updates * (ROW if outcome.block.dynamics == INPUTS else UPDATE)


def rate_of(outcome: Outcome) -> float:
    """Distinct answers a second, about."""
    return len(outcome.verified.found) / max(cost_of(outcome), 1e-9)


def chosen_for(
    problem: Problem, effort: Effort, rules: Rules, backend: Backend, watched: bool
) -> Chosen:
    """The dynamics that the user named, or `Auto` where that is about answers alone.

    Who bounds reads or sweeps, gives temperatures or looks at the states on their way asks about
    the network of all spins: its dynamics answer then.

    Args:
        problem: What is sampled.
        effort: What was asked for.
        rules: Those of the run.
        backend: What moves p-bits.
        watched: Whether somebody is shown the states on their way.

    Raises:
        InvcError: As `choose`.
    """
    plain = not (rules.bounded or watched or effort.beta or effort.settings)
    if effort.dynamics == "auto" and plain and _suits(problem, backend):
        return Auto(problem, backend)
    bounded = effort.reads is not None and not effort.open
    return choose(problem, effort.dynamics, bounded=bounded)


def _suits(problem: Problem, backend: Backend) -> bool:
    """Whether the inputs of a problem can be moved alone."""
    if not (problem.judge.switches and problem.judge.has_wrong and 0 < problem.free <= MOST_FREE):
        return False
    return not search_of(problem, backend).marginal.is_too_large
