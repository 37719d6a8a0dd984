"""What a sweep does, compiled from a model and the spins that are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.ising import IsingModel

Int64 = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Int8 = npt.NDArray[np.int8]


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
        first_plane: Where the planes of each update begin in `plane`; an update whose weights
            have k bits has k + 1 entries there. Shape (u + 1,).
        plane: Where each plane begins in `ref`.
        ref: 2 * spin + (J < 0) for every set bit of every weight, lowest bits first.
        most_inputs: At least as many words as any plane of any update has to add.
    """

    target: Int32
    parity: Int8
    shift: Int64
    most: Int64
    first_plane: Int64
    plane: Int64
    ref: Int64
    most_inputs: int

    @property
    def updates(self) -> int:
        """Updates of a sweep, u."""
        return len(self.target)


def compile_program(model: IsingModel, known: Int8) -> Program:
    """The sweep over the free spins of a model, in the order of their numbers.

    Args:
        model: What to sample.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
    """
    start, neighbour, coupling = model.neighbours
    row = np.repeat(np.arange(model.spins), np.diff(start))
    J = coupling.astype(np.int64)
    held = known[neighbour].astype(np.int64)
    h = model.h.astype(np.int64)
    np.add.at(h, row, J * held)
    free = (known[row] == 0) & (held == 0)
    row, neighbour, J = row[free], neighbour[free].astype(np.int64), J[free]
    weight = np.abs(J)
    most: Int64 = np.zeros(model.spins, dtype=np.int64)
    np.add.at(most, row, weight)
    target = np.flatnonzero(known == 0)
    base = (h - most)[target]
    parity = base & 1
    place = np.full(model.spins, -1, dtype=np.int64)
    place[target] = np.arange(len(target))
    planes, first_plane, refs = _planes(place[row], weight, 2 * neighbour + (J < 0), len(target))
    degree = np.bincount(place[row], minlength=len(target)) if len(row) else np.zeros(1)
    return Program(
        target.astype(np.int32),
        parity.astype(np.int8),
        (base - parity) // 2,
        most[target],
        first_plane,
        planes,
        refs,
        # Each plane adds its neighbours, a bit of noise, a constant and the carries from below,
        # which are at most half as many as it had inputs.
        2 * int(degree.max(initial=0)) + 8,
    )


def _planes(update: Int64, weight: Int64, ref: Int64, updates: int) -> tuple[Int64, Int64, Int64]:
    """Lists of refs by update and bit of the weight: (plane, first_plane, ref)."""
    width: Int64 = np.zeros(updates, dtype=np.int64)
    bits = np.zeros(len(weight), dtype=np.int64)
    for k in range(int(weight.max(initial=0)).bit_length()):
        bits[weight >> k > 0] = k + 1
    np.maximum.at(width, update, bits)
    first_plane = np.concatenate([[0], np.cumsum(width + 1)])
    slots, chosen = [], []
    for k in range(int(width.max(initial=0))):
        has = weight >> k & 1 == 1
        slots.append(first_plane[update[has]] + k)
        chosen.append(ref[has])
    slot = np.concatenate([*slots, np.zeros(0, dtype=np.int64)])
    flat = np.concatenate([*chosen, np.zeros(0, dtype=np.int64)])
    order = np.argsort(slot, kind="stable")
    plane = np.searchsorted(slot[order], np.arange(first_plane[-1])).astype(np.int64)
    return plane, first_plane.astype(np.int64), flat[order]
