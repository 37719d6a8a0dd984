"""What stochastic-computing p-bits remember, and their random bits (see docs/dynamics.md)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int8, Int64
from invc.pbits.accumulator.network import Network
from invc.pbits.lanes import LANES, WORDS, UInt64, bits_of, held_in_place, in_lines, words_of

FULL = 256  # of which densities and stalls are fractions
PROBABILITY_BITS = 8
FIRST_STALL = 1 + PROBABILITY_BITS  # its first stream
GROUP = 64  # p-bits that share a generator
ZERO_SEED = 0x9E37_79B9_7F4A_7C15  # for the one seed at which xorshift would stay


@dataclass(frozen=True)
class Habits:
    """What a network of p-bits does in each cycle besides adding its field.

    Attributes:
        density: How often a p-bit's noise is not 0, of 256.
        stall: How often a p-bit keeps its state, of 256, below 256.
        average: Cycles over which fields are averaged: 1, 2 or 4.
    """

    density: int = FULL
    stall: int = 0
    average: int = 1

    @property
    def streams(self) -> int:
        """Generators of each group and replica."""
        if self.stall:
            return FIRST_STALL + PROBABILITY_BITS
        return FIRST_STALL if 0 < self.density < FULL else 1


@dataclass(frozen=True, eq=False)
class Registers:
    """The state of 1024 replicas, changed in place.

    Attributes:
        spins: m at time t is in slot t % slots, bit l of word w being replica 64 w + l; the
            average and one more slots. Shape (slots, spins, 16), uint64.
        magnitude: Bits of Itanh, lowest first, inverted where Itanh is negative, that is where m
            is -1. Shape (u, planes, 16), uint64.
        rng: Generators by stream, group of 64 spins, l and w. Shape (streams, groups, 64, 16).
    """

    spins: UInt64
    magnitude: UInt64
    rng: UInt64

    def state(self, time: int) -> UInt64:
        """The spins at the time, which must be the newest. Shape (spins, 16)."""
        now: UInt64 = self.spins[time % len(self.spins)]
        return now


@dataclass(eq=False)
class Running:
    """Registers on their way: the state of a block of accumulators.

    Attributes:
        registers: Changed in place.
        time: Cycles since the start.
    """

    registers: Registers
    time: int = 0

    @property
    def rows(self) -> UInt64:
        """The spins now. Shape (spins, 16)."""
        return self.registers.state(self.time)

    @property
    def lanes(self) -> int:
        """How many replicas it has."""
        return 64 * int(self.rows.shape[1])


def planes_of(highest: int) -> int:
    """Bits of magnitude that Itanh between -highest and highest - 1 needs."""
    return (highest - 1).bit_length()


def first_registers(
    network: Network, known: Int8, planes: int, habits: Habits, *, seed: int, block: int
) -> Registers:
    """Registers at time 0: m is the first bit of each p-bit's stream, Itanh is 0 or -1."""
    groups = -(-network.spins // GROUP)
    rng = seeds(seed, block, habits.streams, groups)
    state = first_spins(rng, network.spins)
    held_in_place(state, known)
    spins = np.repeat(state[np.newaxis], habits.average + 1, axis=0)
    magnitude: UInt64 = np.zeros((network.pbits, planes, WORDS), dtype=np.uint64)
    return Registers(in_lines(spins), in_lines(magnitude), rng)


def seeds(seed: int, block: int, streams: int, groups: int) -> UInt64:
    """First states of the generators, by splitmix64. Shape (streams, groups, 64, 16).

    Source: Steele, Lea, Flood, https://doi.org/10.1145/2660193.2660195, with the constants of
    Vigna's splitmix64.
    """
    lane = np.arange(GROUP)[:, np.newaxis] + GROUP * np.arange(WORDS)
    numbers = (
        np.full((1, 1, 1, 1), seed & (2**64 - 1), dtype=np.uint64),
        np.full((1, 1, 1, 1), block, dtype=np.uint64),
        lane.astype(np.uint64)[np.newaxis, np.newaxis],
        np.arange(groups, dtype=np.uint64)[np.newaxis, :, np.newaxis, np.newaxis],
        np.arange(streams, dtype=np.uint64)[:, np.newaxis, np.newaxis, np.newaxis],
    )
    x: UInt64 = np.zeros((1, 1, 1, 1), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for number in numbers:
            x = splitmix(x + number)
    x[x == 0] = np.uint64(ZERO_SEED)
    return x


def splitmix(x: UInt64) -> UInt64:
    """The output of splitmix64 at state x."""
    z = x + np.uint64(0x9E37_79B9_7F4A_7C15)
    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58_476D_1CE4_E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D0_49BB_1331_11EB)
    return z ^ z >> np.uint64(31)


def step(x: UInt64) -> UInt64:
    """The next states of generators xorshift64.

    Source: Marsaglia, https://doi.org/10.18637/jss.v008.i14, with shifts 13, 7, 17.
    """
    x = x ^ x << np.uint64(13)
    x = x ^ x >> np.uint64(7)
    return x ^ x << np.uint64(17)


def random_bits(words: UInt64, spins: int) -> npt.NDArray[np.uint8]:
    """Bit b of the word of group g is that of spin 64 g + b.

    Args:
        words: States of one stream. Shape (groups, 64, 16).
        spins: All spins.

    Returns:
        Shape (spins, 1024).
    """
    by_lane = words.transpose(0, 2, 1).reshape(len(words), LANES)
    bits = np.unpackbits(
        np.ascontiguousarray(by_lane).astype("<u8").view(np.uint8), axis=1, bitorder="little"
    )
    return bits.reshape(len(words), LANES, GROUP).transpose(0, 2, 1).reshape(-1, LANES)[:spins]


def first_spins(rng: UInt64, spins: int) -> UInt64:
    """The spins at time 0: the bits of the seeds of stream 0. Shape (spins, 16)."""
    some = 256  # groups at once: their bits as bytes take 16 MB
    return np.concatenate(
        [
            words_of(np.ascontiguousarray(random_bits(rng[0, k : k + some], spins - GROUP * k)))
            for k in range(0, max(rng.shape[1], 1), some)
        ]
    )


def read_itanh(network: Network, registers: Registers, time: int) -> Int64:
    """Itanh of every p-bit and replica. Shape (u, 1024)."""
    magnitude: Int64 = np.zeros((network.pbits, LANES), dtype=np.int64)
    for p in range(registers.magnitude.shape[1]):
        magnitude |= bits_of(registers.magnitude[:, p]).astype(np.int64) << p
    up = bits_of(registers.state(time)[network.target])
    return np.where(up == 1, magnitude, ~magnitude)


def write_itanh(network: Network, registers: Registers, time: int, itanh: Int64) -> None:
    """The inverse of `read_itanh`: sets the newest m of the free spins and the magnitudes."""
    magnitude = np.where(itanh >= 0, itanh, ~itanh)
    for p in range(registers.magnitude.shape[1]):
        registers.magnitude[:, p] = words_of((magnitude >> p & 1).astype(np.uint8))
    registers.state(time)[network.target] = words_of((itanh >= 0).astype(np.uint8))
