"""I0 and the noise of each cycle of a read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from invc.ising.model import Int64
from invc.pbits.accumulator.network import Network, field_distribution
from invc.pbits.accumulator.registers import FULL, Habits

DEFAULT_HABITS = MappingProxyType({"density": FULL, "stall": 0, "average": 1})


class Cycles(NamedTuple):
    """Some cycles in a row.

    Attributes:
        limit: I0 of each. Shape (cycles,), int64.
        noise: Weight of the noise of each. Shape (cycles,), int64.
    """

    limit: Int64
    noise: Int64

    def part(self, first: int, last: int) -> Cycles:
        """Those from `first` up to `last`."""
        return Cycles(self.limit[first:last], self.noise[first:last])


@dataclass(frozen=True)
class Plan:
    """The cycles of one read.

    Attributes:
        low: I0 at the beginning of each ramp.
        high: I0 at its end.
        noise: Weights of the noise in equal parts of the read, in order.
        every: Noise comes in each `every`-th cycle.
        ramps: Ramps of I0 in a read.
        habits: Density of the noise, stalls, averages.
    """

    low: int
    high: int
    noise: tuple[int, ...]
    every: int
    ramps: int
    habits: Habits

    def cycles(self, count: int) -> Cycles:
        """I0 and weight of the noise of each cycle of a read that has so many."""
        time = np.arange(count)
        part = np.minimum(time * self.ramps % count / max(count - self.ramps, 1), 1.0)
        limit = np.rint(self.low * (self.high / self.low) ** part).astype(np.int64)
        weight = np.array(self.noise, dtype=np.int64)[time * len(self.noise) // count]
        return Cycles(limit, np.where(time % self.every == 0, weight, 0))

    def __str__(self) -> str:
        I0 = f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"
        words = [f"I0 {I0}" + (f" in {self.ramps} ramps" if self.ramps > 1 else "")]
        words.append("noise " + " then ".join(str(weight) for weight in self.noise))
        if self.every > 1:
            words.append(f"in one cycle of {self.every}")
        if self.habits.density < FULL:
            words.append(f"with probability {self.habits.density / FULL:.3g}")
        if self.habits.stall:
            words.append(f"stalled with probability {self.habits.stall / FULL:.3g}")
        if self.habits.average > 1:
            words.append(f"fields averaged over {self.habits.average} cycles")
        return ", ".join(words)


def plan_of(network: Network, given: Mapping[str, tuple[int, ...]], *, ramps: bool) -> Plan:
    """What is given, and for the rest what the fields of the network suggest.

    I0 goes from 0.01 sigma + |mean| to 2 sigma + |mean|, and the noise is 0.67449 sigma, which
    outweighs the field of a p-bit in half of all random states. An I0 that stays is sigma: of
    those from sigma / 2 to 2 sigma it found most factors of 10- to 16-bit products.

    Source: Onizawa, Kuroki, Shin, Hanyu, https://doi.org/10.1109/OJSP.2023.3329756.

    Args:
        network: The p-bits.
        given: Numbers by name: i0, noise, every, ramps, density, stall, average.
        ramps: Whether I0 rises.
    """
    mean, sigma = field_distribution(network)
    ends = (0.01 * sigma + abs(mean), 2 * sigma + abs(mean)) if ramps else (sigma,)
    I0 = given.get("i0", tuple(max(1, round(end)) for end in ends))
    return Plan(
        low=I0[0],
        high=I0[-1],
        noise=given.get("noise", (max(1, round(0.67449 * sigma)),)),
        every=given.get("every", (1,))[0],
        ramps=given.get("ramps", (1,))[0],
        habits=Habits(*(given.get(name, (some,))[0] for name, some in DEFAULT_HABITS.items())),
    )
