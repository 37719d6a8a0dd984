"""The kernels in plain numpy, replica by replica in integers: slow, and what they must equal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from invc.simulate.heat import BITS, Heat
from invc.simulate.program import Program
from invc.simulate.random import LANES, WORDS, UInt64, bits_of, draw, words_of

POOL = 64
USES = 64
FEW_UPDATES = 16


def sweep(
    program: Program, state: UInt64, rng: UInt64, heats: tuple[Heat, Heat], sweeps: int
) -> None:
    """Update every target in order, `sweeps` times, in place: heat bath at one temperature.

    Args:
        program: The updates.
        state: Shape (spins, 16), uint64.
        rng: Shape (4, 16), uint64.
        heats: For even and odd fields.
        sweeps: How many.
    """
    bits = bits_of(state)
    each = 1 if program.updates < FEW_UPDATES else USES
    with np.errstate(over="ignore"):
        noise = [
            _noise(heats[r], rng, sweeps * int(np.count_nonzero(program.parity == r)), each)
            for r in (0, 1)
        ]
        for _ in range(sweeps):
            for u in range(program.updates):
                r = int(program.parity[u])
                above = next(noise[r])  # thresholds above the random number, for each replica
                total = _sum(program, u, bits)
                bits[program.target[u]] = total + above >= heats[r].certain - program.shift[u]
    state[:] = words_of(bits)


def _sum(program: Program, u: int, bits: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """S of one update for every replica."""
    total = np.zeros(LANES, dtype=np.int64)
    ref = program.first_ref[u]
    counts = program.count[program.first_count[u] : program.first_count[u + 1]]
    for k, count in enumerate(counts):  # neighbours with J > 0 and J < 0 in turn
        for neighbour in program.ref[ref : ref + count]:
            total += (bits[neighbour] ^ (k & 1)).astype(np.int64) << (k >> 1)
        ref += count
    return total


def _noise(heat: Heat, rng: UInt64, uses: int, each: int) -> Iterator[npt.NDArray[np.int64]]:
    """Vectors from a pool, each drawn once and used so often, rotated among and within words."""
    size = 1
    while size < POOL and 2 * size * each <= uses:
        size *= 2
    while True:
        pool, shift, step = [], [], []
        for _ in range(size):
            pool.append(_fresh(heat, rng).reshape(WORDS, 64))
            word = draw(rng)
            shift.append(int(word[0]) % LANES)
            step.append(int(word[1]) % LANES | 1)  # odd: all shifts in turn
        for _ in range(each):
            word = draw(rng)
            cursor = int(word[0]) & (size - 1)
            stride = int(word[1]) & (size - 1) | 1
            for _ in range(size):
                cursor = (cursor + stride) & (size - 1)
                shift[cursor] = (shift[cursor] + step[cursor]) % LANES
                rows = np.roll(pool[cursor], -(shift[cursor] % WORDS), axis=0)
                yield np.roll(rows, shift[cursor] // WORDS, axis=1).reshape(LANES)


def _fresh(heat: Heat, rng: UInt64) -> npt.NDArray[np.int64]:
    """For each replica a random number of `BITS` rows of bits, as thresholds above it."""
    rows = np.stack([draw(rng) for _ in range(BITS)])
    u = (bits_of(rows).astype(np.int64) << np.arange(BITS)[:, None]).sum(axis=0)
    not_above = np.searchsorted(heat.thresholds, u, side="right")
    above: npt.NDArray[np.int64] = len(heat.thresholds) - not_above.astype(np.int64)
    return above
