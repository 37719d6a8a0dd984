"""What the dynamics of stochastic-computing p-bits share: settings, and the cycles of a read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from invc.diagnostics import InvcError, nearest
from invc.engine.dynamics.task import Ended, Task
from invc.engine.problem import Problem
from invc.pbits.accumulator.network import compile_network
from invc.pbits.accumulator.plan import Plan, plan_of
from invc.pbits.accumulator.registers import FULL, planes_of

MOST = 1 << 20  # of I0 and of a noise weight

Reader: TypeAlias = Callable[[str], tuple[int, ...]]


def accumulate(task: Task, plan: Plan) -> Ended | None:
    """The last state of a read, or None where it was told to stop."""
    problem, backend, total = task.problem, task.backend, task.block.sweeps
    network = compile_network(problem.model, problem.known)
    state = backend.accumulators(
        network,
        problem.known,
        planes_of(max(plan.low, plan.high)),
        plan.habits,
        seed=task.rules.seed,
        block=task.block.number,
    )
    cycles, hold = plan.cycles(total), task.schedule.hold
    time = 0
    task.watch(0, state)  # whoever asks for every state means the first one too
    while time < total:
        if task.halted():
            return None
        later = min(time + hold, total)
        backend.accumulate(network, state, cycles.part(time, later), plan.habits)
        time = later
        if task.watch(time, state):
            break
    return Ended(state, time, time * network.pbits)


def make_plan(
    dynamics: str, problem: Problem, settings: Mapping[str, str], readers: Mapping[str, Reader]
) -> Plan:
    """What the user set, and for the rest what the fields of the model suggest.

    Args:
        dynamics: Its name.
        problem: Whose fields.
        settings: What the user set, by name.
        readers: The settings that the dynamics has.

    Raises:
        InvcError: A name or a value of a setting is none.
    """
    values = _read_settings(dynamics, settings, readers)
    network = compile_network(problem.model, problem.known)
    return plan_of(network, values, ramps="ramps" in readers)


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


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "noise": numbers(16, 0, MOST),
        "every": numbers(1, 1, MOST),
        "density": probability(FULL),
        "stall": probability(FULL - 1),
        "average": _average,
    }
)
