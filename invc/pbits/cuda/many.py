"""Many blocks of another backend as one: what a GPU's states are, on this processor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from invc.ising.model import Int8, Int32, Int64
from invc.pbits.accumulator.network import Network
from invc.pbits.accumulator.plan import Cycles
from invc.pbits.accumulator.registers import Habits
from invc.pbits.heatbath import reference
from invc.pbits.heatbath.energy import Meter
from invc.pbits.heatbath.heat import Heat
from invc.pbits.heatbath.ladder import Exchanged, Ladder, Pace
from invc.pbits.heatbath.logic import Condition, Logic
from invc.pbits.heatbath.program import Program
from invc.pbits.heatbath.settling import Course, Looks, Settling, Verdict, until_settled
from invc.pbits.lanes import LANES, WORDS, UInt64, bits_of, ones
from invc.pbits.random import draw

if TYPE_CHECKING:
    from invc.pbits.backend import Backend

# Those of the backend in question, as in `invc.pbits.backend`.
State = Any
Kept = Any


@dataclass(eq=False)
class Blocks:
    """A state of many blocks of 1,024 replicas, each as its own backend keeps it.

    Attributes:
        blocks: Those.
    """

    blocks: list[Any]

    @property
    def lanes(self) -> int:
        """How many replicas it has."""
        return LANES * len(self.blocks)


class Many:
    """Block b of one of its blocks n is the block n * count + b of the backend behind it.

    Sweeps and exchanges are those of each block, state for state; what looks at all replicas at
    once (`settle`, `resample`) decides for all of them.

    Attributes:
        name: What users call it.
        lanes: Replicas of a block.
        host: Moves each block.
        blocks: How many of them.
    """

    def __init__(self, name: str, host: Backend, count: int) -> None:
        self.name, self.host, self.blocks = name, host, count
        self.lanes = LANES * count

    def start(self, known: Int8, seed: int, block: int) -> State:
        """Random states, held spins in place, and generators."""
        first = block * self.blocks
        return Blocks([self.host.start(known, seed, first + b) for b in range(self.blocks)])

    def adopt(self, rows: UInt64, source: np.random.Philox) -> State:
        """A state that stands in rows, shape (spins, words), and generators from a source."""
        parts = np.split(rows, rows.shape[1] // WORDS, axis=1)
        return Blocks([self.host.adopt(np.ascontiguousarray(part), source) for part in parts])

    def branch(self, state: State, known: Int8, seed: int, block: int) -> State:
        """Another block that goes on from a state, with the generators that `start` leaves."""
        first = block * self.blocks
        return Blocks(
            [self.host.branch(own, known, seed, first + b) for b, own in enumerate(state.blocks)]
        )

    def sweep(self, program: Program, state: State, heat: Heat, sweeps: int) -> None:
        """Update every target in order, `sweeps` times, in place."""
        for own in state.blocks:
            self.host.sweep(program, own, heat, sweeps)

    def cool(self, program: Program, state: State, heats: Sequence[Heat], sweeps: int) -> None:
        """Sweeps at one temperature after the other, in place."""
        for heat in heats:
            self.sweep(program, state, heat, sweeps)

    def exchange(
        self,
        program: Program,
        state: State,
        ladder: Ladder,
        pace: Pace,
        seen: Condition | None = None,
    ) -> Exchanged:
        """Sweeps of ladders whose neighbours trade states; each block ends by itself."""
        found = [self.host.exchange(program, own, ladder, pace, seen) for own in state.blocks]
        traded = np.sum([one.traded for one in found], axis=0)
        return Exchanged(max(one.sweeps for one in found), traded)

    def settle(
        self,
        stage: Settling,
        state: State,
        heat: Heat,
        looks: Looks,
        course: Course,
    ) -> tuple[Verdict, Course, UInt64]:
        """Sweep until enough of all replicas fulfil a condition, or for a while, in place."""

        def look() -> UInt64:
            return self.holds(stage.satisfied, state)

        def move(sweeps: int) -> None:
            self.settle_once(stage, state, heat, sweeps)

        return until_settled(stage, looks, course, move, look)

    def settle_once(self, stage: Settling, state: State, heat: Heat, sweeps: int) -> None:
        """Sweeps of a stage, whose restless spins flip."""
        for own in state.blocks:
            looks, course = Looks(LANES + 1, 0, sweeps), Course(0, sweeps, 0)
            self.host.settle(stage, own, heat, looks, course)

    def rows_of(self, logic: Logic, literals: Int32, state: State) -> UInt64:
        """The rows of some literals. Shape (literals, words)."""
        return _together(lambda own: self.host.rows_of(logic, literals, own), state)

    def holds(self, condition: Condition, state: State) -> UInt64:
        """Which replicas fulfil a condition. Shape (words,)."""
        row: UInt64 = self.rows_of(condition.logic, condition.literal, state)[0]
        return row

    def count(self, condition: Condition, state: State) -> int:
        """How many replicas fulfil a condition."""
        return ones(self.holds(condition, state))

    def energies(self, meter: Meter, state: State) -> Int64:
        """Energies of all replicas. Shape (lanes,)."""
        return np.concatenate([self.host.energies(meter, own) for own in state.blocks])

    def resample(self, state: State, spins: Int64, good: UInt64) -> Int32:
        """In the rows of some spins, lanes that are not good become copies of random ones that are.

        A block without any first becomes a copy of one that has, which it draws.
        """
        masks = good.reshape(-1, WORDS).copy()
        lanes = np.flatnonzero(bits_of(good[None])[0])
        home = np.arange(len(state.blocks))
        for b in np.flatnonzero(~masks.any(axis=1)).tolist():
            own = state.blocks[b]
            home[b] = lanes[int(draw(own.rng)[0]) % len(lanes)] // LANES
            own.rows[spins] = state.blocks[home[b]].rows[spins]
            masks[b] = masks[home[b]]
        found = []
        for own, mask, b in zip(state.blocks, masks, home.tolist(), strict=True):
            found.append(self.host.resample(own, spins, np.ascontiguousarray(mask)) + b * LANES)
        return np.concatenate(found).astype(np.int32)

    def copy_lanes(self, state: State, spins: Int64, source: Int64, target: Int64) -> None:
        """In the rows of some spins, lane target[k] becomes what source[k] is, in place."""
        rows = self.fetch(state)
        reference.copy_lanes(rows, spins, source, target)
        for own, part in zip(state.blocks, np.split(rows, len(state.blocks), axis=1), strict=True):
            own.rows[...] = part

    def keep(self, state: State, spins: Int64 | None = None) -> Kept:
        """What some spins are now, or all."""
        return [self.host.keep(own, spins) for own in state.blocks]

    def restore(self, state: State, kept: Kept, lanes: UInt64 | None = None) -> None:
        """Make some replicas, shape (words,), or all, what they were when kept, in place."""
        masks = [None] * len(kept) if lanes is None else list(lanes.reshape(-1, WORDS))
        for own, one, mask in zip(state.blocks, kept, masks, strict=True):
            self.host.restore(own, one, mask)

    def fetch(self, state: State) -> UInt64:
        """All spins as rows. Shape (spins, words)."""
        return _together(self.host.fetch, state)

    def accumulators(
        self, network: Network, known: Int8, planes: int, habits: Habits, *, seed: int, block: int
    ) -> State:
        """Stochastic-computing p-bits at time 0, on this processor."""
        numbers = range(block * self.blocks, (block + 1) * self.blocks)
        return Blocks(
            [
                self.host.accumulators(network, known, planes, habits, seed=seed, block=number)
                for number in numbers
            ]
        )

    def accumulate(self, network: Network, state: State, cycles: Cycles, habits: Habits) -> None:
        """One cycle of all accumulators after the other, in place."""
        for own in state.blocks:
            self.host.accumulate(network, own, cycles, habits)


def _together(rows: Callable[[Any], UInt64], state: Blocks) -> UInt64:
    return np.ascontiguousarray(np.concatenate([rows(own) for own in state.blocks], axis=1))
