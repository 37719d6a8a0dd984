"""Replicas in the memory of a device: many blocks of 1,024 side by side."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from invc.ising.model import Int64
from invc.pbits.cuda.driver import Buffer
from invc.pbits.cuda.noise import ROW
from invc.pbits.lanes import LANES, WORDS, Rows, UInt64, in_lines

GENERATORS = 4 * WORDS * 8  # bytes of a block


@dataclass(eq=False)
class Replicas:
    """A state on a device, changed in place.

    Attributes:
        spins: Of each replica.
        rows: A block after the other: its rows, of 128 bytes.
        rng: Of each block the states of its generators, shape (4, 16) of 64 bits.
        ended: For each block, 0 if kernels shall move it.
        turns: Exchanges so far of each block, where words are rungs of ladders. Shape (blocks,).
    """

    spins: int
    rows: Buffer
    rng: Buffer
    ended: Buffer
    turns: Int64 = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def blocks(self) -> int:
        """How many blocks of 1,024 replicas."""
        return len(self.turns)

    @property
    def lanes(self) -> int:
        """How many replicas it has."""
        return LANES * self.blocks

    @property
    def block_bytes(self) -> int:
        """From a block's rows to those of the next one."""
        return self.spins * ROW


def side_by_side(blocks: UInt64) -> UInt64:
    """Rows of many blocks, shape (blocks, spins, 16), as rows of all, (spins, 16 blocks)."""
    count, spins, words = blocks.shape
    return np.ascontiguousarray(blocks.transpose(1, 0, 2)).reshape(spins, count * words)


def apart(rows: UInt64) -> UInt64:
    """The inverse: a block after the other. Shape (blocks, spins, 16)."""
    spins, words = rows.shape
    return np.ascontiguousarray(rows.reshape(spins, words // WORDS, WORDS).transpose(1, 0, 2))


def rows_of_block(rows: UInt64, rng: UInt64, turn: int) -> Rows:
    """A block as the compiled kernels take it."""
    return Rows(in_lines(rows), rng, turn)
