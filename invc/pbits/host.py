"""What backends share whose states are rows in this machine's memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from invc.ising.model import Int8, Int32, Int64
from invc.pbits.accumulator.network import Network
from invc.pbits.accumulator.registers import Habits, Running, first_registers
from invc.pbits.heatbath.heat import Heat
from invc.pbits.heatbath.logic import Condition, Logic
from invc.pbits.heatbath.program import Program
from invc.pbits.lanes import (
    LANES,
    KeptRows,
    Rows,
    UInt64,
    held_in_place,
    in_lines,
    ones,
)
from invc.pbits.random import block_generator, generators


class Host(ABC):
    """States are `Rows`, or `Running` registers whose spins are rows too.

    Attributes:
        name: What users call it.
        lanes: Replicas of a block.
    """

    name: str
    lanes = LANES

    @abstractmethod
    def _random_rows(self, rng: UInt64, count: int) -> UInt64:
        """Uniform random bits, as `invc.pbits.random.draw` gives them row by row."""

    @abstractmethod
    def _rows_of(self, logic: Logic, literals: Int32, rows: UInt64) -> UInt64:
        """The rows of some literals. Shape (literals, words)."""

    def start(self, known: Int8, seed: int, block: int) -> Rows:
        """Random states of the free spins, and generators: both from a seed and a block."""
        rng = generators(block_generator(seed, block))
        rows = self._random_rows(rng, len(known))
        held_in_place(rows, known)
        return Rows(rows, rng)

    def adopt(self, rows: UInt64, source: np.random.Philox) -> Rows:
        """A state that stands in rows already. Shape (spins, words)."""
        return Rows(in_lines(rows), generators(source))

    def branch(self, state: Rows, known: Int8, seed: int, block: int) -> Rows:
        """Another block that goes on from a state, with the generators that `start` leaves."""
        branch = self.start(known, seed, block)
        branch.rows[...] = state.rows
        return branch

    @abstractmethod
    def sweep(self, program: Program, state: Rows, heat: Heat, sweeps: int) -> None:
        """Update every target in order, `sweeps` times, in place."""

    def cool(self, program: Program, state: Rows, heats: Sequence[Heat], sweeps: int) -> None:
        """Sweeps at one temperature after the other, in place."""
        for heat in heats:
            self.sweep(program, state, heat, sweeps)

    def rows_of(self, logic: Logic, literals: Int32, state: Rows) -> UInt64:
        """The rows of some literals. Shape (literals, words)."""
        return self._rows_of(logic, literals, state.rows)

    def holds(self, condition: Condition, state: Rows) -> UInt64:
        """Which replicas fulfil a condition. Shape (words,)."""
        row: UInt64 = self._rows_of(condition.logic, condition.literal, state.rows)[0]
        return row

    def count(self, condition: Condition, state: Rows) -> int:
        """How many replicas fulfil a condition."""
        return ones(self.holds(condition, state))

    def keep(self, state: Rows, spins: Int64 | None = None) -> KeptRows:
        """What some spins are now, or all."""
        return KeptRows(spins, state.rows.copy() if spins is None else state.rows[spins])

    def restore(self, state: Rows, kept: KeptRows, lanes: UInt64 | None = None) -> None:
        """Make some replicas, or all, what they were, in place.

        Args:
            state: Of which replicas.
            kept: What some of its spins were.
            lanes: Which replicas. Shape (words,).
        """
        spins = slice(None) if kept.spins is None else kept.spins
        mask = np.uint64(0xFFFF_FFFF_FFFF_FFFF) if lanes is None else lanes
        state.rows[spins] = (kept.rows & mask) | (state.rows[spins] & ~mask)

    def fetch(self, state: Rows) -> UInt64:
        """All spins as rows, which whoever asks leaves as they are. Shape (spins, words)."""
        return state.rows

    def accumulators(
        self, network: Network, known: Int8, planes: int, habits: Habits, *, seed: int, block: int
    ) -> Running:
        """Registers of stochastic-computing p-bits at time 0; see `first_registers`."""
        return Running(first_registers(network, known, planes, habits, seed=seed, block=block))
