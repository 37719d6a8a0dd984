"""What a dynamics is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from invc.diagnostics import InvcError
from invc.engine.block import Block, Rules
from invc.engine.problem import Problem
from invc.engine.schedule import Given, Schedule, hold_of
from invc.pbits.backend import Backend, State
from invc.pbits.heatbath.logic import Condition


class Ended(NamedTuple):
    """A block of replicas at its end.

    Attributes:
        state: The replicas.
        sweeps: How many there were.
        updates: Attempted updates of each replica: sweeps times free spins where each sweep
            updates them all.
        suits: Whether the dynamics could do with the problem what it is for.
        good: Replicas that it takes for answers, where it looks at them; 0 need not be verified.
        total: Answers that there are, where it knows.
        impossible: Whether it has ruled out every answer.
    """

    state: State
    sweeps: int
    updates: int
    suits: bool = True
    good: int | None = None
    total: int | None = None
    impossible: bool = False


class Watch(Protocol):
    """Who is shown states, see `Task`."""

    def __call__(self, sweeps: int, state: State, early: bool = False) -> bool:
        """Whether the read may end."""
        ...


def _no_watch(sweeps: int, state: State, early: bool = False) -> bool:
    return False


@dataclass(frozen=True, eq=False)
class Task:
    """One block of replicas.

    Attributes:
        problem: What is sampled.
        block: How much.
        backend: What moves p-bits.
        rules: Those of the run.
        halted: Asked between steps; True ends the work.
        given: The state to go on from, where there is one.
        watch: Shown the sweeps done and the state between steps, which it must leave as it is;
            True ends the read there, as a good one. A state is early where not all gates are
            switched on yet, so that it can satisfy all of them by chance only.
    """

    problem: Problem
    block: Block
    backend: Backend
    rules: Rules = field(default_factory=Rules)
    halted: Callable[[], bool] = lambda: False
    given: State | None = None
    watch: Watch = _no_watch

    @property
    def settings(self) -> Mapping[str, str]:
        """What the user set of the dynamics, by name."""
        return self.rules.settings

    @property
    def schedule(self) -> Schedule:
        """Inverse temperatures of the model, and in what steps reads go through them."""
        betas = self.problem.betas(self.block.dynamics, self.rules.beta)
        hold = self.rules.hold or hold_of(self.problem.free)
        return Schedule(*betas, self.block.sweeps, hold)

    @property
    def steps(self) -> Iterator[tuple[float, int]]:
        """Inverse temperatures of the model with the sweeps at each, in order."""
        if self.rules.schedule is None:
            return self.schedule.steps()
        betas = tuple(beta / self.problem.scale for beta in self.rules.schedule)
        return Given(betas, self.rules.hold or hold_of(self.problem.free)).steps()

    @property
    def goal(self) -> Condition | None:
        """What `watch` asks of a state that may end the block.

        That may pass between two looks: a dynamics that can look more often shows such states.
        Where every gate is satisfied, that lasts; right inputs alone may not.
        """
        wanted = self.rules.target is not None and not self.rules.strict
        return self.problem.judge.answers if wanted else None

    def start(self) -> State:
        """The first state: random, or that of the block before.

        It is shown as sweep 0, unless states are counted one by one.
        """
        state = self._first()
        if self.rules.hold is None:
            self.watch(0, state)
        return state

    def _first(self) -> State:
        known, seed, block = self.problem.known, self.rules.seed, self.block
        if self.given is None:
            return self.backend.start(known, seed, block.number)
        if block.draws:
            return self.backend.branch(self.given, known, seed, block.number)
        return self.given


class Words(Protocol):
    """Says what a dynamics will run with."""

    def __call__(self, problem: Problem, backend: Backend, rules: Rules) -> object:
        """In words; or an `InvcError`, where a setting is none."""
        ...


@dataclass(frozen=True)
class Dynamics:
    """One way in which p-bits move.

    Attributes:
        move: Moves a block, and returns it as it ended; None where it was halted.
        plan: What it will run with, where it has settings of its own or chooses something.
        goes_on: Whether it can go on from the state in which a block ended.
        leans: Whether it knows biases by itself, and needs no fields for them.
        by_gates: Whether it goes by the gates of the design, so that none may become clauses.
    """

    move: Callable[[Task], Ended | None]
    plan: Words | None = None
    goes_on: bool = False
    leans: bool = False
    by_gates: bool = False

    def described(self, name: str, problem: Problem, backend: Backend, rules: Rules) -> str:
        """What it runs with, in words.

        Raises:
            InvcError: It has no such setting.
        """
        if self.plan:
            return f"{name}, {self.plan(problem, backend, rules)}"
        if rules.settings:
            raise InvcError(f"{name} has no setting {next(iter(rules.settings))!r}")
        if rules.schedule:
            return f"{name} with the beta of each sweep given"
        low, high = problem.betas(name, rules.beta)
        return f"{name} with beta {low * problem.scale:.3g} to {high * problem.scale:.3g}"
