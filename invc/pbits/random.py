"""Seeds: every block of replicas has its own, whatever thread runs it."""

from __future__ import annotations

import numpy as np

from invc.pbits.lanes import WORDS, UInt64, empty_rows, in_lines


def block_generator(seed: int, block: int) -> np.random.Philox:
    """The source of a block's first state and of its generators' seeds."""
    return np.random.Philox(np.random.SeedSequence([seed, block]))


def first_state(source: np.random.Philox, spins: int) -> UInt64:
    """Uniform random bits. Shape (spins, 16), uint64: bit l of word w is replica 64 w + l."""
    words: UInt64 = np.asarray(source.random_raw(spins * WORDS), dtype=np.uint64)
    return in_lines(words.reshape(spins, WORDS))


def generators(source: np.random.Philox) -> UInt64:
    """States of 16 generators xoshiro256++. Shape (4, 16), uint64."""
    return first_state(source, 4)


def random_rows(rng: UInt64, count: int) -> UInt64:
    """Uniform random bits, as `draw` gives them row by row. Shape (count, 16), uint64."""
    rows = empty_rows(count)
    with np.errstate(over="ignore"):
        for row in rows:
            row[:] = draw(rng)
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
