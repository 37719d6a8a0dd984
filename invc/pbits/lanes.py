"""Replicas as bits of words: the one place that says how many there are in a block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int64

UInt64 = npt.NDArray[np.uint64]

WORDS = 16  # of 64 replicas each, in the code that moves rows of this machine's memory
LANES = 64 * WORDS
LINE = 8  # words of a cache line
ALL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


class State(Protocol):
    """A block of replicas on its way, as its backend keeps it; nobody else looks into it."""

    @property
    def lanes(self) -> int:
        """How many replicas it has."""
        ...


@dataclass(eq=False)
class Rows:
    """A state in this machine's memory, changed in place.

    Attributes:
        rows: Bit l of word w of a row is replica 64 w + l; 1 is m = +1. Shape (spins, words).
        rng: States of a generator for each word. Shape (4, words).
        turn: Exchanges so far, where words are rungs of ladders.
    """

    rows: UInt64
    rng: UInt64
    turn: int = 0

    @property
    def lanes(self) -> int:
        """How many replicas it has."""
        return 64 * int(self.rows.shape[1])


@dataclass(frozen=True, eq=False)
class KeptRows:
    """Rows as they were.

    Attributes:
        spins: Which rows; all where it is None.
        rows: Shape (spins, words).
    """

    spins: Int64 | None
    rows: UInt64


def held_in_place(rows: UInt64, known: npt.NDArray[np.int8]) -> None:
    """Set the rows of held spins.

    Args:
        rows: Shape (spins, words).
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
    """
    held = known.nonzero()[0]
    rows[held] = np.where(known[held] > 0, ALL, np.uint64(0))[:, None]


def copies_of(spins: npt.NDArray[np.int8]) -> UInt64:
    """Rows in which every replica has one state, given as -1 and +1. Shape (spins, 16)."""
    word = np.where(spins > 0, ALL, np.uint64(0))
    return np.repeat(word[:, None], WORDS, axis=1)


def in_lines(rows: UInt64) -> UInt64:
    """A copy of rows that begins where `empty_rows` does."""
    copy = empty_rows(rows.size // WORDS).reshape(rows.shape)
    copy[...] = rows
    return copy


def empty_rows(count: int) -> UInt64:
    """Rows to be filled that begin at a cache line: each then has two, and not parts of three.

    numpy begins where it likes, and sweeps with vectors of a whole line are slower there.
    Shape (count, 16), uint64.
    """
    space = np.empty(count * WORDS + LINE - 1, dtype=np.uint64)
    first = -(space.ctypes.data // space.itemsize) % LINE
    rows: UInt64 = space[first : first + count * WORDS].reshape(count, WORDS)
    return rows


def bits_of(rows: UInt64) -> npt.NDArray[np.uint8]:
    """Words as one byte a bit: shape (spins, words) to (spins, 64 words), in order of replicas."""
    return np.unpackbits(rows.astype("<u8").view(np.uint8), axis=-1, bitorder="little")


def integers_of(rows: UInt64) -> list[int]:
    """Each row of words, shape (spins, words), as one integer: replica k at bit k."""
    data = np.ascontiguousarray(rows, dtype="<u8").tobytes()
    size = 8 * rows.shape[1]
    return [int.from_bytes(data[k : k + size], "little") for k in range(0, len(data), size)]


def words_of(bits: npt.NDArray[np.uint8]) -> UInt64:
    """Words of 64 lanes from bits, the inverse of `bits_of`."""
    packed = np.packbits(np.ascontiguousarray(bits), axis=-1, bitorder="little")
    return packed.view("<u8").astype(np.uint64)


def ones(row: UInt64) -> int:
    """How many bits of a row are set."""
    return int.from_bytes(row.tobytes(), "little").bit_count()
