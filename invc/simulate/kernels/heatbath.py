"""Which code performs heat-bath sweeps: the compiled kernels by name, or the numpy reference."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from invc.diagnostics import InvcError, nearest
from invc.simulate import reference
from invc.simulate.heat import Heat
from invc.simulate.kernels import sliced
from invc.simulate.logic import Condition
from invc.simulate.program import Program
from invc.simulate.random import UInt64
from invc.simulate.reference import Course, Looks, Verdict

Kernel: TypeAlias = Callable[[Program, UInt64, UInt64, tuple[Heat, Heat], int], None]
Settler: TypeAlias = Callable[
    [Program, Condition, UInt64, UInt64, tuple[Heat, Heat], Looks, Course, UInt64],
    tuple[Verdict, Course],
]


def kernel_names() -> tuple[str, ...]:
    """Kernels that this processor runs, fastest first."""
    return (*sliced.kernels(), "reference")


def find_kernel(name: str) -> Kernel:
    """A kernel by name.

    Raises:
        InvcError: There is none.
    """
    if name == "reference":
        return reference.sweep
    if name not in kernel_names():
        raise InvcError(f"no kernel is called {name!r}", hint=nearest(name, kernel_names()))
    return partial(_compiled, name)


def find_settler(name: str) -> Settler:
    """What settles a stage, `invc.simulate.reference.settle` being what it must equal.

    Args:
        name: A name of `kernel_names`.
    """
    return reference.settle if name == "reference" else partial(_settle, name)


def _settle(
    name: str,
    program: Program,
    satisfied: Condition,
    state: UInt64,
    rng: UInt64,
    heats: tuple[Heat, Heat],
    looks: Looks,
    course: Course,
    row: UInt64,
) -> tuple[Verdict, Course]:
    even, odd = heats
    verdict, *course_now = sliced.settle(
        name,
        program.compiled,
        satisfied.logic.compiled,
        satisfied.good,
        state,
        rng,
        even.thresholds,
        even.certain,
        odd.thresholds,
        odd.certain,
        *looks,
        *course,
        row,
    )
    return Verdict(verdict), Course(*course_now)


def _compiled(
    name: str,
    program: Program,
    state: UInt64,
    rng: UInt64,
    heats: tuple[Heat, Heat],
    sweeps: int,
) -> None:
    even, odd = heats
    sliced.sweep(
        name,
        program.compiled,
        state,
        rng,
        even.thresholds,
        even.certain,
        odd.thresholds,
        odd.certain,
        sweeps,
    )
