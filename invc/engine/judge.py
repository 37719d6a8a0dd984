"""Who says what an answer is: the gates of a design, or the energies of a model without any."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from invc.design import Clamped, Design
from invc.engine.tally import Ranked, Tally
from invc.engine.verify import Verified, View, verify
from invc.pbits.backend import Backend, State
from invc.pbits.heatbath.energy import Meter, compile_meter
from invc.pbits.heatbath.logic import Condition, answers_seen, gates_satisfied
from invc.pbits.lanes import bits_of, ones

MOST_KEPT = 1 << 14  # spins: what is kept of larger designs would weigh
FEW_READS = 4  # whose energies are computed without compiling anything


@dataclass(frozen=True, eq=False)
class Judge(ABC):
    """What is right, compiled once and when asked.

    Attributes:
        design: What the answers are about.
        clamped: The bits that are held, and what is forbidden.
        has_wrong: Whether states can be wrong, so that the first right one is worth stopping for
            and replicas may trade what they have; else all that counts is how low one is.
    """

    design: Design
    clamped: Clamped
    has_wrong: ClassVar[bool]

    @property
    def is_small(self) -> bool:
        """Whether what is compiled of it may be kept for the next question."""
        return self.design.model.spins <= MOST_KEPT

    @property
    def switches(self) -> bool:
        """Whether there are gates that can be switched on one after the other."""
        return bool(self.design.netlist.gates)

    @cached_property
    def answers(self) -> Condition:
        """Whether a replica has the inputs of an answer."""
        return answers_seen(self.design, self.clamped)

    @cached_property
    def settled(self) -> Condition:
        """Whether a replica satisfies every gate."""
        return gates_satisfied(self.design, range(len(self.design.netlist.gates)))

    @cached_property
    def faults(self) -> Meter:
        """Energies of the design as it is, whatever is sampled of it; 0 at the ground of gates."""
        return compile_meter(self.design.model, self.clamped.values)

    def count(self, backend: Backend, state: State, *, strict: bool) -> int:
        """Replicas that have the inputs of an answer.

        Args:
            backend: Whose state it is.
            state: The replicas.
            strict: Count only those at the ground level too, every gate and ancilla in place.
        """
        if not strict:
            return backend.count(self.answers, state)
        right = backend.holds(self.answers, state)
        if ones(right):
            right &= backend.holds(self.settled, state)
        if not ones(right):
            return 0
        return int(np.count_nonzero(bits_of(right) & (backend.energies(self.faults, state) == 0)))

    def verify(
        self, view: View, reads: int, *, ground: bool = False, near: bool = False
    ) -> Verified:
        """What the first so many replicas are worth; see `invc.engine.verify.verify`."""
        meter = self.faults if self.is_small and reads > FEW_READS else None
        return verify(self.design, self.clamped, view, reads, ground=ground, near=near, meter=meter)

    @abstractmethod
    def tally(self, reads: int | None, target: int | None) -> Tally:
        """An empty count of what a run finds, which knows when it is enough."""


@dataclass(frozen=True, eq=False)
class LogicJudge(Judge):
    """Gates say what is right: an answer's inputs give the clamped bits."""

    has_wrong = True

    def tally(self, reads: int | None, target: int | None) -> Tally:
        """Answers, all as good as each other."""
        return Tally(self.design.netlist.ports, reads, target)


@dataclass(frozen=True, eq=False)
class EnergyJudge(Judge):
    """Energies say what is better: every state that is not forbidden is an answer of a kind."""

    has_wrong = False

    def tally(self, reads: int | None, target: int | None) -> Tally:
        """States by their energies, which ends when the lowest one was seen often."""
        return Ranked(self.design.netlist.ports, reads, target)


def kind_of_judge(design: Design) -> type[LogicJudge | EnergyJudge]:
    """Who judges a design: the one place that asks whether there are gates.

    Whoever needs to know asks the judge, or what was chosen beside it.
    """
    return LogicJudge if design.is_logic else EnergyJudge


def judge_of(design: Design, clamped: Clamped) -> Judge:
    """The judge of a design and of what is held."""
    return kind_of_judge(design)(design, clamped)
