"""Heat-bath p-bits as a circuit has them, in software: what a `gibbs` circuit must equal.

In clock t the spins of colour t mod C move: spin i becomes 1 where a random number u of 12 bits is
below 2**12 / (1 + exp(-2 beta F)), rounded to a whole number, F being its field. The spins of a
colour have a lane each, which is shared with the other colours. The generators are those of `sc`
(see docs/dynamics.md), as many as all lanes need bits: lane l has bits 12 l to 12 l + 11 of all of
them in a row. At the start spin s has bit s of the seeds in a row, modulo their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp

import numpy as np

from invc.ising import IsingModel, colour_spins
from invc.ising.model import Int32, Int64
from invc.pbits.accumulator.registers import GROUP, step
from invc.pbits.lanes import UInt64
from invc.rtl.software import Bits, Run
from invc.rtl.words import rows_of

PRECISION = 12  # bits of a random number
ONE = 1 << PRECISION


@dataclass(frozen=True, eq=False)
class Colouring:
    """Which spins move when, and in which lane.

    Attributes:
        model: Whose spins.
    """

    model: IsingModel

    @cached_property
    def colour(self) -> Int32:
        """Colour of each spin, from 0. Shape (n,)."""
        return colour_spins(self.model)

    @property
    def colours(self) -> int:
        """How many colours there are, which is clocks a sweep."""
        return int(self.colour.max(initial=0)) + 1

    @cached_property
    def spins(self) -> tuple[tuple[int, ...], ...]:
        """The spins of each colour by their lanes."""
        return tuple(tuple(np.flatnonzero(self.colour == c).tolist()) for c in range(self.colours))

    @property
    def lanes(self) -> int:
        """Spins of the commonest colour."""
        return max(map(len, self.spins))

    @property
    def generators(self) -> int:
        """Generators of 64 bits that all lanes need."""
        return -(-self.lanes * PRECISION // GROUP)


def likelihoods(beta: float, largest: int) -> list[int]:
    """How likely 1 is at each field from 0 to the largest, of 2**12."""
    return [round(ONE / (1 + exp(-2 * beta * field))) for field in range(largest + 1)]


def heat_trace(
    model: IsingModel, known: Sequence[int], betas: Sequence[float], levels: Int64, run: Run
) -> Bits:
    """The states of one replica from time 0 on.

    Args:
        model: What is sampled.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
        betas: Inverse temperatures.
        levels: Which of them each clock has. Shape (clocks,).
        run: Which replica.

    Returns:
        Shape (clocks + 1, spins), 0 and 1.
    """
    first = run.generator_seeds((0,), Colouring(model).generators)
    baths = HeatBaths(model, known, betas, np.array([first], dtype=np.uint64))
    states: Bits = np.empty((len(levels) + 1, model.spins), dtype=np.uint8)
    states[0] = baths.state[0]
    for time, level in enumerate(levels.tolist()):
        baths.step(level)
        states[time + 1] = baths.state[0]
    return states


class HeatBaths:
    """Replicas side by side.

    Attributes:
        state: Their spins, 0 and 1. Shape (replicas, spins).
    """

    def __init__(
        self, model: IsingModel, known: Sequence[int], betas: Sequence[float], first: UInt64
    ) -> None:
        """Begin where the seeds say.

        Args:
            model: What is sampled.
            known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
            betas: Inverse temperatures.
            first: Seeds of the generators. Shape (replicas, generators).
        """
        held = np.array(known)
        colouring = Colouring(model)
        self._x, self._time, self._bits = first, 0, colouring.lanes * PRECISION
        places = np.arange(model.spins) % (GROUP * first.shape[1])
        self.state: Int64 = rows_of(first)[:, places].astype(np.int64)
        self.state[:, held != 0] = held[held != 0] > 0
        largest = int(np.abs(model.h).max(initial=0)) + int(_reach(model).max(initial=0))
        self._table = np.array([likelihoods(beta, largest) for beta in betas])
        self._moves = [_Move(model, held, spins) for spins in colouring.spins]

    def step(self, level: int) -> None:
        """Move the spins of the next colour, at the inverse temperature of that number."""
        self._x = step(self._x)
        row = rows_of(self._x)[:, : self._bits].astype(np.int64)
        numbers = row.reshape(len(row), -1, PRECISION) @ (1 << np.arange(PRECISION))
        move = self._moves[self._time % len(self._moves)]
        field = move.fields(2 * self.state - 1)
        likely = self._table[level][np.abs(field)]
        self.state[:, move.spins] = numbers[:, move.lanes] < np.where(
            field < 0, ONE - likely, likely
        )
        self._time += 1


class _Move:
    """The free spins of a colour and how their fields are summed up."""

    def __init__(self, model: IsingModel, held: Int64, spins: Sequence[int]) -> None:
        self.lanes = np.array([k for k, s in enumerate(spins) if not held[s]], dtype=np.int64)
        self.spins = np.array(spins, dtype=np.int64)[self.lanes]
        start, neighbour, J = model.neighbours
        self._h = model.h[self.spins].astype(np.int64)
        # Of each free spin a row of its neighbours, and couplings of 0 after the last.
        degree = start[self.spins + 1] - start[self.spins]
        shape = (len(self.spins), int(degree.max(initial=0)))
        self._neighbour, self._J = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for row, (spin, count) in enumerate(zip(self.spins.tolist(), degree.tolist(), strict=True)):
            entries = slice(start[spin], start[spin] + count)
            self._neighbour[row, :count], self._J[row, :count] = neighbour[entries], J[entries]

    def fields(self, m: Int64) -> Int64:
        """H + sum J m of its spins, m having shape (replicas, spins)."""
        total: Int64 = np.repeat(self._h[np.newaxis], len(m), axis=0)
        for k in range(self._J.shape[1]):
            total += self._J[:, k] * m[:, self._neighbour[:, k]]
        return total


def _reach(model: IsingModel) -> Int64:
    reach = np.zeros(model.spins, dtype=np.int64)
    np.add.at(reach, model.edges.ravel(), np.repeat(np.abs(model.J.astype(np.int64)), 2))
    return reach
