"""Stochastic-computing p-bits in plain numpy: slow, and what the compiled kernels must equal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int64
from invc.pbits.accumulator.network import Network
from invc.pbits.accumulator.plan import Cycles
from invc.pbits.accumulator.registers import (
    FIRST_STALL,
    FULL,
    PROBABILITY_BITS,
    Habits,
    Registers,
    Running,
    random_bits,
    read_itanh,
    step,
    write_itanh,
)
from invc.pbits.lanes import LANES, UInt64, bits_of


def run(network: Network, state: Running, cycles: Cycles, habits: Habits) -> None:
    """One cycle after the other, in place.

    Itanh(t+1) = clip(Itanh(t) + G(t) + n(t) r(t), -I0(t), I0(t) - 1), m = +1 where Itanh >= 0,
    G(t) being the mean of the last fields, rounded down, and r -1 or +1, or 0 where noise is
    absent; a stalled p-bit keeps Itanh and m.

    Args:
        network: The p-bits.
        state: What they remember.
        cycles: I0 and n of each cycle.
        habits: Density of the noise, stalls, averages.
    """
    registers, time = state.registers, state.time
    itanh = read_itanh(network, registers, time)
    for I0, n in zip(cycles.limit.tolist(), cycles.noise.tolist(), strict=True):
        registers.rng[:] = step(registers.rng)
        up = _random(network, registers.rng, 0)
        present = _below(network, registers.rng, habits.density, 1)
        stalled = _below(network, registers.rng, habits.stall, FIRST_STALL)
        field = _mean_field(network, registers, time, habits.average)
        value = itanh + field + n * present * (2 * up - 1)
        itanh = np.where(stalled == 1, itanh, np.clip(value, -I0, I0 - 1))
        time += 1
        registers.state(time)[:] = registers.state(time - 1)
        write_itanh(network, registers, time, itanh)
    state.time = time


def _random(network: Network, rng: UInt64, stream: int) -> Int64:
    """A bit of one stream for every p-bit and replica. Shape (u, 1024)."""
    return random_bits(rng[stream], network.spins)[network.target].astype(np.int64)


def _below(network: Network, rng: UInt64, numerator: int, first: int) -> Int64:
    """1 with probability numerator / 256: where eight streams, as a number, are below it."""
    if numerator in {0, FULL}:
        return np.full((network.pbits, LANES), int(numerator == FULL), dtype=np.int64)
    number: Int64 = np.zeros((network.pbits, LANES), dtype=np.int64)
    for k in range(PROBABILITY_BITS):
        number = 2 * number + _random(network, rng, first + k)
    return (number < numerator).astype(np.int64)


def _mean_field(network: Network, registers: Registers, time: int, average: int) -> Int64:
    """The mean of the fields at the last times, rounded down. Shape (u, 1024)."""
    slots = len(registers.spins)
    total = sum(_fields(network, registers.spins[(time - k) % slots]) for k in range(average))
    return np.asarray(total, dtype=np.int64) // average


def _fields(network: Network, state: UInt64) -> Int64:
    bits: npt.NDArray[np.int64] = bits_of(state).astype(np.int64)
    field = np.repeat(network.base[:, np.newaxis], LANES, axis=1)
    row = np.repeat(np.arange(network.pbits), np.diff(network.first))
    for u, ref, weight in zip(row, network.ref, network.weight, strict=True):
        field[u] += 2 * weight * (bits[ref >> 1] ^ (ref & 1))
    return field
