"""Seeds: every block of replicas has its own, whatever thread runs it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from invc.pbits.native import sliced

UInt64 = npt.NDArray[np.uint64]

WORDS = 16  # of 64 replicas each
LANES = 64 * WORDS
LINE = 8  # words of a cache line


def block_generator(seed: int, block: int) -> np.random.Philox:
    """The source of a block's first state and of its generators' seeds."""
    return np.random.Philox(np.random.SeedSequence([seed, block]))


def first_state(source: np.random.Philox, spins: int) -> UInt64:
    """Uniform random bits. Shape (spins, 16), uint64: bit l of word w is replica 64 w + l."""
    words: UInt64 = np.asarray(source.random_raw(spins * WORDS), dtype=np.uint64)
    return in_lines(words.reshape(spins, WORDS))


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


def generators(source: np.random.Philox) -> UInt64:
    """States of 16 generators xoshiro256++. Shape (4, 16), uint64."""
    return first_state(source, 4)


def random_rows(rng: UInt64, count: int) -> UInt64:
    """Uniform random bits, as `draw` gives them row by row. Shape (count, 16), uint64."""
    rows = empty_rows(count)
    sliced.fill_rows(rng, rows)
    return rows


def draw(rng: UInt64) -> UInt64:
    """One number from each of the 16 generators, which step. Shape (16,), uint64.

    Source: Blackman, Vigna, https://doi.org/10.1145/3460772, xoshiro256++.
    """
    s0, s1, s2, s3 = rng
    out: UInt64 = _rotated(s0 + s3, 23) + s0
    t = s1 << np.uint64(17)
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    rng[3] = _rotated(s3, 45)
    return out


def _rotated(x: UInt64, k: int) -> UInt64:
    return x << np.uint64(k) | x >> np.uint64(64 - k)


def bits_of(state: UInt64) -> npt.NDArray[np.uint8]:
    """State words as one byte a bit: shape (spins, 16) to (spins, 1024), in order of replicas."""
    return np.unpackbits(state.astype("<u8").view(np.uint8), axis=-1, bitorder="little")


def integers_of(state: UInt64) -> list[int]:
    """Each row of words, shape (spins, words), as one integer: replica k at bit k."""
    data = np.ascontiguousarray(state, dtype="<u8").tobytes()
    size = 8 * state.shape[1]
    return [int.from_bytes(data[k : k + size], "little") for k in range(0, len(data), size)]


def words_of(bits: npt.NDArray[np.uint8]) -> UInt64:
    """The inverse of `bits_of`."""
    packed = np.packbits(np.ascontiguousarray(bits), axis=-1, bitorder="little")
    return packed.view("<u8").astype(np.uint64)
