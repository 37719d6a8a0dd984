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
    colouring = Colouring(model)
    held = np.array(known)
    x = np.array(run.generator_seeds((0,), colouring.generators), dtype=np.uint64)
    row = _bits(x)
    state = np.resize(row, model.spins).astype(np.int64)
    state[held != 0] = held[held != 0] > 0
    largest = int(np.abs(model.h).max(initial=0)) + int(_reach(model).max(initial=0))
    table = np.array([likelihoods(beta, largest) for beta in betas])
    moves = [_Move(model, held, spins) for spins in colouring.spins]
    states: Bits = np.empty((len(levels) + 1, model.spins), dtype=np.uint8)
    states[0] = state
    weights = 1 << np.arange(PRECISION)
    for time, level in enumerate(levels.tolist()):
        x = step(x)
        numbers = _bits(x)[: colouring.lanes * PRECISION].reshape(-1, PRECISION) @ weights
        move = moves[time % len(moves)]
        field = move.fields(2 * state - 1)
        likely = table[level][np.abs(field)]
        up = numbers[move.lanes] < np.where(field < 0, ONE - likely, likely)
        state[move.spins] = up
        states[time + 1] = state
    return states


class _Move:
    """The free spins of a colour and how their fields are summed up."""

    def __init__(self, model: IsingModel, held: Int64, spins: Sequence[int]) -> None:
        self.lanes = np.array([k for k, s in enumerate(spins) if not held[s]], dtype=np.int64)
        self.spins = np.array(spins, dtype=np.int64)[self.lanes]
        start, neighbour, J = model.neighbours
        self._h = model.h[self.spins].astype(np.int64)
        parts = [np.arange(start[s], start[s + 1]) for s in self.spins.tolist()]
        entries = np.concatenate([*parts, np.empty(0, dtype=np.int64)])
        self._row = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        self._neighbour, self._J = neighbour[entries], J[entries].astype(np.int64)

    def fields(self, m: Int64) -> Int64:
        """H + sum J m of its spins."""
        total = np.bincount(
            self._row, weights=self._J * m[self._neighbour], minlength=len(self.spins)
        )
        return self._h + np.rint(total).astype(np.int64)


def _reach(model: IsingModel) -> Int64:
    reach = np.zeros(model.spins, dtype=np.int64)
    np.add.at(reach, model.edges.ravel(), np.repeat(np.abs(model.J.astype(np.int64)), 2))
    return reach


def _bits(words: UInt64) -> Int64:
    """All bits of words of 64, the lowest of the first word first."""
    found = np.unpackbits(words.astype("<u8").view(np.uint8), bitorder="little")
    return found.astype(np.int64)
