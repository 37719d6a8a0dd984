"""What a sweep does, compiled from a model and the spins that are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.ising import IsingModel
from invc.ising.model import Int8, Int32, Int64


@dataclass(frozen=True, eq=False)
class Program:
    """The updates of one sweep, in order.

    The field of a spin is I = 2 (S + shift) + parity with S = sum |J| x over its free neighbours,
    x being the neighbour's bit, inverted where J < 0; known neighbours are part of the shift.

    Attributes:
        target: The spin of each update. Shape (u,).
        parity: I mod 2. Shape (u,).
        shift: Shape (u,).
        most: The largest S, sum |J|. Shape (u,).
        first_count: Where the counts of each update begin in `count`; an update whose weights
            have k bits has 2 k of them. Shape (u + 1,).
        count: For each bit of the weights, the lowest first, how many neighbours with J > 0 and
            then how many with J < 0 have it.
        first_ref: Where the neighbours of each update begin in `ref`. Shape (u + 1,).
        ref: The neighbours in the order of the counts; one whose weight has several bits stands
            in it as often.
        most_inputs: At least as many words as any bit of any update has to add.
    """

    target: Int32
    parity: Int8
    shift: Int64
    most: Int64
    first_count: Int64
    count: Int32
    first_ref: Int64
    ref: Int32
    most_inputs: int

    @property
    def updates(self) -> int:
        """Updates of a sweep, u."""
        return len(self.target)


@dataclass(frozen=True, eq=False)
class Structure:
    """Who feels whom, in the order of the updates: all of a sweep but its weights.

    Attributes:
        target: The spin of each update, in order. Shape (u,).
        update: The update of each coupling. Shape (k,).
        other: The spin at its other end. Shape (k,).
        edge: Which coupling of the model it is. Shape (k,).
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
    """

    target: Int64
    update: Int64
    other: Int64
    edge: Int64
    known: Int8

    def weighed(self, model: IsingModel) -> Program:
        """The sweep with the weights of a model whose couplings join the same pairs of spins.

        What changes weights again and again, such as training, compiles the structure once.
        """
        h, J = model.h.astype(np.int64)[self.target], model.J.astype(np.int64)[self.edge]
        return compile_rows(self.target, h, self.update, self.other, J, self.known)


def structure_of(model: IsingModel, known: Int8, order: Int64 | None = None) -> Structure:
    """Who feels whom in a model.

    Args:
        model: Its edges count, not its weights.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
        order: The spins to update, in order, all free; by default every free one in the order
            of their numbers.
    """
    i, j = model.edges[:, 0], model.edges[:, 1]
    number = np.arange(len(model.edges))
    edges = np.concatenate([number, number])[
        np.lexsort((np.concatenate([j, i]), np.concatenate([i, j])))
    ]
    target, update, entry = _entries(model, known, order)
    _, neighbour, _ = model.neighbours
    return Structure(target, update, neighbour[entry].astype(np.int64), edges[entry], known)


def compile_program(model: IsingModel, known: Int8, order: Int64 | None = None) -> Program:
    """The sweep over the free spins of a model; arguments as those of `structure_of`."""
    target, update, entry = _entries(model, known, order)
    _, neighbour, coupling = model.neighbours
    other, J = neighbour[entry].astype(np.int64), coupling[entry].astype(np.int64)
    return compile_rows(target, model.h.astype(np.int64)[target], update, other, J, known)


def _entries(model: IsingModel, known: Int8, order: Int64 | None) -> tuple[Int64, Int64, Int64]:
    """Targets, and for each row of the coupling matrix that one has, its update and entry."""
    start, _, _ = model.neighbours
    target = np.flatnonzero(known == 0) if order is None else order
    degree = np.diff(start)[target]
    # The rows of the coupling matrix that belong to the targets, one after the other.
    update = np.repeat(np.arange(len(target)), degree)
    entry = np.arange(len(update)) - np.repeat(np.cumsum(degree) - degree, degree)
    entry += np.repeat(start[target], degree)
    return target, update, entry


def compile_rows(
    target: Int64, h: Int64, update: Int64, other: Int64, J: Int64, known: Int8
) -> Program:
    """The updates of some spins by the couplings that each of them feels.

    Args:
        target: The spin of each update, in order. Shape (u,).
        h: Its bias. Shape (u,).
        update: The update of each coupling. Shape (k,).
        other: The spin at its other end. Shape (k,).
        J: Its value; couplings of one pair may come apart. Shape (k,).
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
    """
    h = h.copy()
    held = known[other].astype(np.int64)
    np.add.at(h, update, J * held)
    free = held == 0
    update, other, J = update[free], other[free], J[free]
    weight = np.abs(J)
    most: Int64 = np.zeros(len(target), dtype=np.int64)
    np.add.at(most, update, weight)
    base = h - most
    parity = base & 1
    first_count, count, first_ref, ref = _planes(update, weight, J < 0, other, len(target))
    degree = np.bincount(update, minlength=1)
    return Program(
        target.astype(np.int32),
        parity.astype(np.int8),
        (base - parity) // 2,
        most,
        first_count,
        count,
        first_ref,
        ref,
        # Each plane adds its neighbours, a bit of noise, a constant and the carries from below,
        # which are at most half as many as it had inputs.
        2 * int(degree.max()) + 8,
    )


def part_of(program: Program, first: int, last: int) -> Program:
    """The updates from `first` up to `last` as a program of their own."""
    counts = slice(program.first_count[first], program.first_count[last])
    refs = slice(program.first_ref[first], program.first_ref[last])
    return Program(
        program.target[first:last],
        program.parity[first:last],
        program.shift[first:last],
        program.most[first:last],
        program.first_count[first : last + 1] - counts.start,
        program.count[counts],
        program.first_ref[first : last + 1] - refs.start,
        program.ref[refs],
        program.most_inputs,
    )


def _planes(
    update: Int64, weight: Int64, negative: npt.NDArray[np.bool_], other: Int64, updates: int
) -> tuple[Int64, Int32, Int64, Int32]:
    """Neighbours by update, bit of the weight and sign: (first_count, count, first_ref, ref)."""
    width: Int64 = np.zeros(updates, dtype=np.int64)
    bits = np.zeros(len(weight), dtype=np.int64)
    for k in range(int(weight.max(initial=0)).bit_length()):
        bits[weight >> k > 0] = k + 1
    np.maximum.at(width, update, bits)
    first_count = np.concatenate([[0], np.cumsum(2 * width)]).astype(np.int64)
    slots, chosen = [], []
    for k in range(int(width.max(initial=0))):
        has = weight >> k & 1 == 1
        slots.append(first_count[update[has]] + 2 * k + negative[has])
        chosen.append(other[has])
    slot = np.concatenate([*slots, np.zeros(0, dtype=np.int64)])
    flat = np.concatenate([*chosen, np.zeros(0, dtype=np.int64)])
    order = np.argsort(slot, kind="stable")
    count = np.bincount(slot, minlength=first_count[-1])
    first_ref = np.concatenate([[0], np.cumsum(count)])[first_count]
    return first_count, count.astype(np.int32), first_ref, flat[order].astype(np.int32)
