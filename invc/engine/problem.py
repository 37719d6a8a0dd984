"""What is sampled: a model with some spins known, and who judges the states."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np

from invc.design import Bias, Clamped, Design, bias_design
from invc.engine.judge import Judge, judge_of
from invc.engine.ranked import Sampled, sampled
from invc.engine.schedule import default_betas
from invc.ising import IsingModel
from invc.ising.model import Int8, Int64
from invc.netlist import Port
from invc.pbits.backend import Backend, State
from invc.pbits.heatbath.energy import Meter, compile_meter
from invc.pbits.heatbath.program import Program, compile_program
from invc.pbits.random import block_generator


@dataclass(frozen=True, eq=False)
class Problem:
    """A model with some spins known, and what dynamics compile of it, each once and when asked.

    Attributes:
        model: What is sampled.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
        ports: Spins as literals, by the names that users know.
        judge: Says which states are answers.
        biases: Bits that lean once a beta is chosen, see `leaning`.
        coarse: Where the model stands in for one with large coefficients, what it is made from.
        scale: What divides the user's inverse temperatures.
        probabilities: What each bias came to in whole units of the fields.
        left: Spins that are in the design but not in the model, see `Split`.
        notes: What dynamics found out about it before the first block, by their own keys.
    """

    model: IsingModel
    known: Int8
    ports: tuple[Port, ...]
    judge: Judge
    biases: tuple[Bias, ...] = ()
    coarse: Sampled | None = None
    scale: float = 1.0
    probabilities: tuple[float, ...] = ()
    left: Int64 | None = None
    notes: dict[object, object] = field(default_factory=dict, repr=False)

    def leaning(self, beta: float) -> Problem:
        """The problem with the fields that its biases have at an inverse temperature."""
        if not self.biases:
            return self
        biased = bias_design(self.judge.design, self.biases, beta)
        return Problem(
            biased.design.model,
            self.judge.clamped.values,
            self.ports,
            self.judge,
            scale=biased.scale,
            probabilities=biased.probabilities,
        )

    def betas(self, dynamics: str, given: tuple[float, float] | None) -> tuple[float, float]:
        """Inverse temperatures for a dynamics: those given, of the design, or from the model."""
        if given is None and self.coarse:
            return self.coarse.betas
        low, high = given or default_betas(dynamics, self.judge.design.min_gap)
        return low / self.scale, high / self.scale

    def at(self, beta: float) -> tuple[Program, float]:
        """The sweep at an inverse temperature of the model, and beta in the units of the sweep."""
        return self.coarse.at(beta) if self.coarse else (self.program, beta)

    @cached_property
    def free(self) -> int:
        """How many spins are left to sample, which is what a sweep updates."""
        return int(np.count_nonzero(self.known == 0))

    @cached_property
    def inputs(self) -> Int64:
        """Spins of input bits, held or free, in the order of the ports."""
        ports = [port for port in self.ports if port.direction == "input"]
        spins = [(bit >> 1) - 1 for port in ports for bit in port.bits]
        return np.array(spins, dtype=np.int64)

    @cached_property
    def program(self) -> Program:
        """A sweep over all free spins."""
        return compile_program(self.model, self.known)

    @cached_property
    def forward(self) -> Program:
        """A sweep over the free spins that are no inputs, gates in topological order."""
        free = self.known == 0
        free[self.inputs] = False
        return compile_program(self.model, self.known, np.flatnonzero(free))

    @cached_property
    def by_gates(self) -> Problem:
        """The same problem with the Hamiltonian of every gate in its model."""
        if self.left is None:
            return self
        judge = self.judge
        return replace(self, model=judge.design.model, known=judge.clamped.values, left=None)

    def whole(self, backend: Backend, state: State) -> State:
        """A state in which spins that left the model are what the pins of their gates make of them.

        The state itself stays what it is.
        """
        if self.left is None:
            return state
        from invc.engine.inputs.circuit import settled_ancillas  # noqa: PLC0415 - few need it

        rows = backend.fetch(state).copy()
        rows[self.left] = settled_ancillas(self.judge.design, rows)[self.left]
        return backend.adopt(rows, block_generator(0, 0))

    @cached_property
    def meter(self) -> Meter:
        """Reads the energies of replicas under the model that is sampled."""
        if self.model is self.judge.design.model:
            return self.judge.faults
        return compile_meter(self.model, self.known)


def problem_of(design: Design, clamped: Clamped, biases: tuple[Bias, ...] = ()) -> Problem:
    """The problem of a design and its clamps; of small designs the last ones are kept."""
    judge = judge_of(design, clamped)
    return (_kept if judge.is_small else _made)(design, clamped, tuple(biases))


def _made(design: Design, clamped: Clamped, biases: tuple[Bias, ...]) -> Problem:
    judge, ports = judge_of(design, clamped), design.netlist.ports
    split = clamped.split
    if judge.has_wrong and split is not None and not biases:
        known = clamped.values.copy()
        known[split.left] = -1  # whatever they are, nothing in the model is coupled to them
        return Problem(split.model, known, ports, judge, left=split.left)
    if judge.has_wrong:
        return Problem(design.model, clamped.values, ports, judge, biases)
    coarse = sampled(design.model, clamped.values)
    scale = 1 / coarse.divisor
    return Problem(coarse.model, clamped.values, ports, judge, biases, coarse, scale)


_kept = lru_cache(maxsize=16)(_made)
