"""Which code moves stochastic-computing p-bits: compiled kernels by name, or the reference."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from invc.ising.model import Int64
from invc.pbits.accumulator import reference
from invc.pbits.accumulator.network import Network
from invc.pbits.accumulator.registers import Habits, Registers
from invc.pbits.native import stochastic

Accumulate: TypeAlias = Callable[[Network, Registers, int, Int64, Int64, Habits], None]


def accumulator(name: str) -> Accumulate:
    """The code that goes with a kernel of `kernel_names`: of the same name, or the fastest."""
    if name == "reference":
        return reference.run
    names = stochastic.kernels()
    return partial(_compiled, name if name in names else names[0])


def _compiled(
    name: str,
    network: Network,
    registers: Registers,
    time: int,
    limit: Int64,
    noise: Int64,
    habits: Habits,
) -> None:
    stochastic.run(
        name,
        network.target,
        network.base,
        network.first,
        network.ref,
        network.weight,
        registers.spins,
        registers.magnitude,
        registers.rng,
        time,
        limit,
        noise,
        habits.density,
        habits.stall,
    )
