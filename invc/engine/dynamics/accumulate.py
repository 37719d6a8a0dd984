"""What the dynamics of stochastic-computing p-bits share: settings, and the cycles of a read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from invc.diagnostics import InvcError, nearest
from invc.engine.dynamics.task import Ended, Task
from invc.ising.model import Int64
from invc.pbits.accumulator.kernels import accumulator
from invc.pbits.accumulator.network import compile_network, field_distribution
from invc.pbits.accumulator.registers import FULL, Habits, first_registers, planes_of

MOST = 1 << 20  # of I0 and of a noise weight

Reader: TypeAlias = Callable[[str], tuple[int, ...]]


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

    def cycles(self, count: int) -> tuple[Int64, Int64]:
        """I0 and weight of the noise of each cycle. Shapes (count,), int64."""
        time = np.arange(count)
        part = np.minimum(time * self.ramps % count / max(count - self.ramps, 1), 1.0)
        limit = np.rint(self.low * (self.high / self.low) ** part).astype(np.int64)
        weight = np.array(self.noise, dtype=np.int64)[time * len(self.noise) // count]
        return limit, np.where(time % self.every == 0, weight, 0)

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


def accumulate(task: Task, plan: Plan) -> Ended | None:
    """The last state of a read, or None where it was told to stop."""
    network = compile_network(task.model, task.known)
    total = task.schedule.sweeps
    limit, noise = plan.cycles(total)
    planes = planes_of(max(plan.low, plan.high))
    registers = first_registers(
        network, task.known, planes, plan.habits, seed=task.seed, block=task.block
    )
    move = accumulator(task.code)
    time = 0
    while time < total:
        if task.stopped():
            return None
        later = min(time + task.schedule.hold, total)
        move(network, registers, time, limit[time:later], noise[time:later], plan.habits)
        time = later
        if task.watch(time, registers.state(time)):
            break
    return Ended(registers.state(time), time, time * network.pbits)


def make_plan(dynamics: str, task: Task, readers: Mapping[str, Reader]) -> Plan:
    """What the user set, and for the rest what the fields of the model suggest.

    I0 goes from 0.01 sigma + |mean| to 2 sigma + |mean|, and the noise is 0.67449 sigma, which
    outweighs the field of a p-bit in half of all random states. An I0 that stays is sigma: of
    those from sigma / 2 to 2 sigma it found most factors of 10- to 16-bit products.

    Source: Onizawa, Kuroki, Shin, Hanyu, https://doi.org/10.1109/OJSP.2023.3329756.

    Args:
        dynamics: Its name.
        task: The model and the settings.
        readers: The settings that the dynamics has.

    Raises:
        InvcError: A name or a value of a setting is none.
    """
    values = _read_settings(dynamics, task.settings, readers)
    mean, sigma = field_distribution(compile_network(task.model, task.known))
    ramp = (0.01 * sigma + abs(mean), 2 * sigma + abs(mean)) if "ramps" in readers else (sigma,)
    I0 = values.get("i0", tuple(max(1, round(end)) for end in ramp))
    habits = Habits(*(values.get(name, (default,))[0] for name, default in HABITS.items()))
    return Plan(
        low=I0[0],
        high=I0[-1],
        noise=values.get("noise", (max(1, round(0.67449 * sigma)),)),
        every=values.get("every", (1,))[0],
        ramps=values.get("ramps", (1,))[0],
        habits=habits,
    )


def _read_settings(
    dynamics: str, settings: Mapping[str, str], readers: Mapping[str, Reader]
) -> dict[str, tuple[int, ...]]:
    values = {}
    for name, text in settings.items():
        if name not in readers:
            raise InvcError(f"{dynamics} has no setting {name!r}", hint=nearest(name, readers))
        try:
            values[name] = readers[name](text)
        except ValueError as reason:
            raise InvcError(f"setting {name}={text}: {reason}") from None
    return values


def numbers(most: int, low: int, high: int) -> Reader:
    """Reads up to `most` whole numbers with colons between them."""

    def read(text: str) -> tuple[int, ...]:
        parts = text.split(":")
        if len(parts) > most:
            raise ValueError("need one number" if most == 1 else f"need at most {most} numbers")
        for part in parts:
            # Nobody's number has more digits, and int() refuses some thousands of them.
            digits = part.isascii() and part.isdigit() and len(part) < 20
            if not digits or not low <= int(part) <= high:
                raise ValueError(f"need whole numbers from {low} to {high}")
        return tuple(map(int, parts))

    return read


def probability(highest: int) -> Reader:
    """Reads a probability as a multiple of 1/256, at most `highest` of them."""

    def read(text: str) -> tuple[int, ...]:
        try:
            value = round(float(text) * FULL)
        except (ValueError, OverflowError):
            value = -1
        if not 0 <= value <= highest:
            raise ValueError(f"need a number from 0 to {highest / FULL:.3g}")
        return (value,)

    return read


def _average(text: str) -> tuple[int, ...]:
    if text not in {"1", "2", "4"}:
        raise ValueError("need 1, 2 or 4")
    return (int(text),)


HABITS = MappingProxyType({"density": FULL, "stall": 0, "average": 1})
READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "noise": numbers(16, 0, MOST),
        "every": numbers(1, 1, MOST),
        "density": probability(FULL),
        "stall": probability(FULL - 1),
        "average": _average,
    }
)
