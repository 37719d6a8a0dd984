"""What a dynamics is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple, Protocol

import numpy as np

from invc.design import Biased, Clamped, Design
from invc.engine.dynamics.stages import Stage, plan_stages
from invc.engine.ranked import Sampled, sampled
from invc.engine.schedule import Schedule, default_betas
from invc.ising import IsingModel
from invc.ising.model import Int8
from invc.pbits.heatbath.energy import Meter, compile_meter
from invc.pbits.heatbath.kernels import Kernel
from invc.pbits.heatbath.logic import Condition, answers_seen, gates_satisfied, ones
from invc.pbits.heatbath.program import Program, compile_program
from invc.pbits.random import UInt64, bits_of, block_generator, generators, random_rows

MOST_KEPT = 1 << 14  # spins: what is kept of larger designs would weigh


class Ended(NamedTuple):
    """A block of replicas at its end.

    Attributes:
        state: Shape (spins, 16).
        sweeps: How many there were.
        updates: Attempted updates of each replica: sweeps times free spins where each sweep
            updates them all.
        suits: Whether the dynamics could do with the problem what it is for.
    """

    state: UInt64
    sweeps: int
    updates: int
    suits: bool = True


@dataclass(frozen=True, eq=False)
class Problem:
    """A design with some bits held, and what dynamics compile of it, each once and when asked.

    Attributes:
        design: What is sampled.
        clamped: The bits that are held.
        notes: What dynamics found out about it before the first block, by their own keys.
        biased: The design with biases, where there are any.
    """

    design: Design
    clamped: Clamped
    notes: dict[object, object] = field(default_factory=dict)
    biased: Biased | None = None

    @cached_property
    def sampled(self) -> Sampled:
        """What is sampled of a model without gates."""
        return sampled(self.design.model, self.clamped.values)

    @property
    def model(self) -> IsingModel:
        """What is sampled."""
        if self.biased:
            return self.biased.design.model
        return self.design.model if self.design.is_logic else self.sampled.model

    @property
    def scale(self) -> float:
        """What divides the user's inverse temperatures."""
        if self.biased:
            return self.biased.scale
        return 1.0 if self.design.is_logic else 1 / self.sampled.divisor

    def betas(self, dynamics: str, given: tuple[float, float] | None) -> tuple[float, float]:
        """Inverse temperatures for a dynamics: those given, of the design, or from the model."""
        if given is None and not self.design.is_logic:
            return self.sampled.betas
        low, high = given or default_betas(dynamics, self.design.min_gap)
        return low / self.scale, high / self.scale

    @property
    def is_kept(self) -> bool:
        """Whether it will be asked again: see `problem_of`."""
        return self.design.model.spins <= MOST_KEPT

    @cached_property
    def answers(self) -> Condition:
        """Whether a replica has the inputs of an answer."""
        return answers_seen(self.design, self.clamped)

    @cached_property
    def settled(self) -> Condition:
        """Whether a replica satisfies every gate."""
        return gates_satisfied(self.design, range(len(self.design.netlist.gates)))

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The order in which gates can be switched on."""
        return plan_stages(self.design, self.clamped)

    @cached_property
    def program(self) -> Program:
        """A sweep over all free spins."""
        return compile_program(self.model, self.clamped.values)

    @cached_property
    def forward(self) -> Program:
        """A sweep over the free spins that are no inputs, gates in topological order."""
        free = self.clamped.values == 0
        free[[(bit >> 1) - 1 for port in self.design.netlist.inputs for bit in port.bits]] = False
        return compile_program(self.model, self.clamped.values, np.flatnonzero(free))

    @cached_property
    def meter(self) -> Meter:
        """Energies of replicas."""
        return compile_meter(self.model, self.clamped.values)

    @cached_property
    def faults(self) -> Meter:
        """Energies of the design as it is, whatever is sampled of it; 0 at the ground of gates."""
        if self.model is self.design.model:
            return self.meter
        return compile_meter(self.design.model, self.clamped.values)

    def count_answers(self, state: UInt64, strict: bool) -> int:
        """Replicas that have the inputs of an answer.

        Args:
            state: Shape (spins, 16).
            strict: Count only those at the ground level too, every gate and ancilla in place.
        """
        right = self.answers.holds(state)
        if strict and ones(right):
            right &= self.settled.holds(state)
        count = ones(right)
        if not strict or not count:
            return count
        return int(np.count_nonzero(bits_of(right) & (self.faults.energies(state) == 0)))


def problem_of(design: Design, clamped: Clamped) -> Problem:
    """The problem of a design and its clamps; of small designs the last ones are kept."""
    problem = Problem(design, clamped)
    return _kept(design, clamped) if problem.is_kept else problem


@lru_cache(maxsize=16)
def _kept(design: Design, clamped: Clamped) -> Problem:
    return Problem(design, clamped)


class Watch(Protocol):
    """Who is shown states, see `Task`."""

    def __call__(self, sweeps: int, state: UInt64, early: bool = False) -> bool:
        """Whether the read may end."""
        ...


@dataclass(frozen=True, eq=False)
class Task:
    """One block of replicas.

    Attributes:
        program: The sweep.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
        schedule: Inverse temperatures.
        kernel: What performs sweeps.
        seed: The user's.
        block: Number of the block; with the seed it fixes every random number.
        stopped: Asked between steps; True ends the work.
        watch: Shown the sweeps done and the state, shape (spins, 16), between steps, which it
            must leave as it is; True ends the read there, as a good one. A state is early where
            not all gates are switched on yet, so that it can satisfy all of them by chance only.
        problem: The design and its clamps.
        code: Name of the kernel, for those that have kernels of their own.
        settings: What the user set of the dynamics, by name.
        before: Where an earlier block ended, which this one goes on from.
        goal: What `watch` asks of a state that may end the block, where that may pass between two
            looks: a dynamics that can look more often shows such states.
    """

    program: Program
    known: Int8
    schedule: Schedule
    kernel: Kernel
    seed: int
    block: int
    stopped: Callable[[], bool]
    watch: Watch = lambda sweeps, state, early=False: False
    problem: Problem = field(kw_only=True)
    code: str = field(kw_only=True)
    settings: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    before: UInt64 | None = field(default=None, kw_only=True)
    goal: Condition | None = field(default=None, kw_only=True)

    @property
    def model(self) -> IsingModel:
        """What is sampled."""
        return self.problem.model

    def at(self, beta: float) -> tuple[Program, float]:
        """The sweep at an inverse temperature, and beta in the units of the sweep."""
        if self.problem.design.netlist.gates:
            return self.program, beta
        return self.problem.sampled.at(beta)

    def start(self) -> tuple[UInt64, UInt64]:
        """The first state, held spins in place, and the generators."""
        source = block_generator(self.seed, self.block)
        rng = generators(source)
        state = random_rows(rng, len(self.known))
        state[self.known > 0] = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
        state[self.known < 0] = np.uint64(0)
        return state, rng
