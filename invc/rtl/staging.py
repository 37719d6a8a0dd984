"""p-bits in stages, in software: what a `staged` circuit must equal.

The goals of a design are reached stage by stage (see `invc.rtl.goals`). A p-bit belongs to the
first stage of which a gate needs it, and only the gates of that stage make its field. In a cycle

- the gates are evaluated forward from the inputs that the state has; P is the number of stages
  from the first on that miss no goal, and p what P was in the cycle before, 0 at the start;
- where P > p nothing moves. Else the p-bits of stage p move as those of `sc` do (docs/dynamics.md),
  p-bits of earlier stages being seen as the gates make them, which is how they were in the cycle
  before. After so many moves of one stage all p-bits start again instead, from the random bits
  that they would have had as noise, and p is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from invc.design import Design
from invc.design.assemble import sum_gates
from invc.ising.model import Int64
from invc.netlist import evaluate
from invc.pbits.accumulator.registers import step
from invc.pbits.lanes import UInt64
from invc.rtl.circuit import Circuit
from invc.rtl.fields import Field, fields_of
from invc.rtl.goals import Goals
from invc.rtl.software import Bits, Run, Walked
from invc.rtl.words import rows_of, rows_of_words, words_of_rows

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Staging:
    """Which p-bits move in which stage, and by which gates.

    Attributes:
        design: Whose.
        goals: Its goals and stages.
    """

    design: Design
    goals: Goals

    @cached_property
    def gates(self) -> tuple[tuple[int, ...], ...]:
        """The gates of each stage: those that its goals depend on and none before."""
        gates = self.design.netlist.gates
        stage = [len(self.goals.stages) - 1] * len(gates)
        driver = {pin >> 1: k for k, gate in enumerate(gates) for pin in gate.outputs}
        taken: set[int] = set()
        for number, nets in enumerate(self.goals.stages):
            stack = [driver[net] for net in nets]
            while stack:
                k = stack.pop()
                if k not in taken:
                    taken.add(k)
                    stage[k] = number
                    stack += [driver[p >> 1] for p in gates[k].inputs if p >> 1 in driver]
        every = range(len(self.goals.stages))
        return tuple(tuple(k for k, s in enumerate(stage) if s == number) for number in every)

    @cached_property
    def stage_of(self) -> list[int]:
        """The stage of each spin."""
        design, last = self.design, len(self.goals.stages) - 1
        found = [last] * design.model.spins
        for number in range(last, -1, -1):
            for k in self.gates[number]:
                spins = [(pin >> 1) - 1 for pin in design.netlist.gates[k].pins if pin > 1]
                for spin in (*spins, *range(*design.ancilla_starts[k : k + 2].tolist())):
                    found[spin] = number
        return found

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The field of each spin, by the gates of its stage."""
        netlist, cells = self.design.netlist, self.design.cells
        by_stage = [fields_of(sum_gates(netlist, cells, gates)) for gates in self.gates]
        return tuple(by_stage[stage][spin] for spin, stage in enumerate(self.stage_of))

    @cached_property
    def follows(self) -> list[bool]:
        """Whether each spin is a net that a gate drives."""
        driven = {pin >> 1 for gate in self.design.netlist.gates for pin in gate.outputs}
        return [spin + 1 in driven for spin in range(self.design.model.spins)]

    def settled(self, spin: int, other: int) -> bool:
        """Whether a spin sees another one as gates make it: one of an earlier stage."""
        return self.follows[other] and self.stage_of[other] < self.stage_of[spin]


class StagedPbits:
    """Replicas side by side.

    Attributes:
        state: Their spins, 0 and 1. Shape (replicas, spins).
        wrong: Whether each misses a goal. Shape (replicas,).
    """

    def __init__(self, staging: Staging, known: Sequence[int], tries: int, first: UInt64) -> None:
        """Begin where the seeds say.

        Args:
            staging: Stages of the design.
            known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
            tries: Moves of a stage before all begins again.
            first: Seeds of the generators. Shape (replicas, generators).
        """
        spins = staging.design.model.spins
        self._staging, self._known, self._tries = staging, np.array(known), tries
        self._stage = np.array(staging.stage_of)
        self._x = first
        self._itanh: Int64 = rows_of(first)[:, :spins].astype(np.int64) - 1
        self._passed: Int64 = np.zeros(len(first), dtype=np.int64)
        self._idle: Int64 = np.zeros(len(first), dtype=np.int64)
        self._nets: Int64 = np.zeros((len(first), spins), dtype=np.int64)
        self._weights()
        self._look()

    def _weights(self) -> None:
        """The fields as matrices: constants, what states add, and what settled nets add."""
        spins = len(self._stage)
        self._base: Int64 = np.zeros(spins, dtype=np.int64)
        self._by_state = np.zeros((spins, spins))
        self._by_nets = np.zeros((spins, spins))
        for spin, field in enumerate(self._staging.fields):
            self._base[spin] = (field.base << field.shift) + field.rest
            for other, weight in field.terms:
                settled = self._staging.settled(spin, other)
                row = (self._by_nets if settled else self._by_state)[spin]
                row[other] += weight << field.shift

    def _look(self) -> None:
        """The state, the nets that follow from its inputs, and the stages that it passes."""
        netlist, goals = self._staging.design.netlist, self._staging.goals
        state = (self._itanh >= 0).astype(np.int64)
        held = self._known != 0
        state[:, held] = self._known[held] > 0
        self.state = state
        inputs = [net - 1 for net in goals.inputs]
        own = dict(zip(goals.inputs, words_of_rows(state[:, inputs].T), strict=True))
        ports = {p.name: [own[bit >> 1] for bit in p.bits] for p in netlist.inputs}
        words = evaluate(netlist, ports, len(state))
        missed, mask = 0, (1 << len(state)) - 1
        passing = []
        for nets in goals.stages:
            for net in nets:
                known = self._known[net - 1]
                if known:
                    missed |= words[net] ^ (mask if known > 0 else 0)
            passing.append(mask & ~missed)
        self._next = rows_of_words(words[1:], len(state))
        self._passing = rows_of_words(passing, len(state)).sum(axis=1)
        self.wrong: Flags = self._passing < len(passing)

    def step(self, i0: int, noise: int) -> None:
        """One cycle."""
        self._x = step(self._x)
        r = rows_of(self._x)[:, : len(self._stage)].astype(np.int64)
        still = self._passing == self._passed
        stuck = still & self.wrong & (self._idle == self._tries)
        field = self._base + self.state @ self._by_state.T + self._nets @ self._by_nets.T
        moved = np.clip(
            self._itanh + np.rint(field).astype(np.int64) + (2 * r - 1) * noise, -i0, i0 - 1
        )
        moves = (still & ~stuck)[:, np.newaxis] & (self._stage == self._passed[:, np.newaxis])
        self._itanh = np.where(stuck[:, np.newaxis], r - 1, np.where(moves, moved, self._itanh))
        self._idle = np.where(still & ~stuck, self._idle + 1, 0)
        self._passed = np.where(stuck, 0, self._passing)
        nets = self._next.shape[1]
        self._nets[:, :nets] = self._next
        self._look()


def stage_trace(circuit: Circuit, known: Sequence[int], cycles: int, run: Run) -> Walked:
    """The states of one replica from time 0 on.

    Args:
        circuit: Which circuit.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
        cycles: How many.
        run: Which random numbers.
    """
    first = np.array([run.generator_seeds((0,), circuit.groups)], dtype=np.uint64)
    staging = Staging(circuit.design, circuit.goals)
    pbits = StagedPbits(staging, known, circuit.tries, first)
    limits = circuit.schedule.cycles(cycles)
    states: Bits = np.empty((cycles + 1, circuit.spins), dtype=np.uint8)
    right: Bits = np.empty(cycles + 1, dtype=np.uint8)
    for time in range(cycles + 1):
        if time:
            pbits.step(int(limits.limit[time - 1]), int(limits.noise[time - 1]))
        states[time] = pbits.state[0]
        right[time] = not pbits.wrong[0]
    return Walked(states, right)
