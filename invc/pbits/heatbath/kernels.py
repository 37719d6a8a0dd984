"""Which code performs heat-bath sweeps: the compiled kernels by name, or the numpy reference."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from invc.diagnostics import InvcError, nearest
from invc.ising.model import Int8
from invc.pbits.heatbath import reference
from invc.pbits.heatbath.energy import Meter
from invc.pbits.heatbath.heat import Heat
from invc.pbits.heatbath.ladder import Ladder
from invc.pbits.heatbath.logic import Condition
from invc.pbits.heatbath.program import Program
from invc.pbits.heatbath.reference import Course, Looks, Verdict
from invc.pbits.native import sliced
from invc.pbits.random import UInt64

Kernel: TypeAlias = Callable[[Program, UInt64, UInt64, tuple[Heat, Heat], int], None]
Settler: TypeAlias = Callable[
    [Program, Condition, UInt64, UInt64, tuple[Heat, Heat], Int8, Looks, Course, UInt64],
    tuple[Verdict, Course],
]

# Program, meter, state, generators, temperatures, sweeps, sweeps between two exchanges, exchanges
# before, and what to look for, if anything; the result is how many sweeps there were, and how many
# trades each rung made with the next.
LadderKernel: TypeAlias = Callable[
    [Program, Meter, UInt64, UInt64, Ladder, int, int, int, Condition | None],
    tuple[int, npt.NDArray[np.int64]],
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
    """What settles a stage, `invc.pbits.heatbath.reference.settle` being what it must equal.

    Args:
        name: A name of `kernel_names`.
    """
    return reference.settle if name == "reference" else partial(_settle, name)


def find_ladder_kernel(name: str) -> LadderKernel:
    """What sweeps ladders, `invc.pbits.heatbath.reference.sweep_ladder` being what it must equal.

    Args:
        name: A name of `kernel_names`.
    """
    return reference.sweep_ladder if name == "reference" else partial(_sweep_ladder, name)


def _settle(
    name: str,
    program: Program,
    satisfied: Condition,
    state: UInt64,
    rng: UInt64,
    heats: tuple[Heat, Heat],
    restless: Int8,
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
        restless,
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


def _sweep_ladder(
    name: str,
    program: Program,
    meter: Meter,
    state: UInt64,
    rng: UInt64,
    ladder: Ladder,
    sweeps: int,
    between: int,
    turn: int,
    seen: Condition | None,
) -> tuple[int, npt.NDArray[np.int64]]:
    traded = np.zeros(ladder.rungs, dtype=np.int64)
    done = sliced.sweep_ladder(
        name,
        program.compiled,
        state,
        rng,
        ladder.even.thresholds,
        ladder.even.certain,
        ladder.odd.thresholds,
        ladder.odd.certain,
        ladder.chances,
        meter.terms,
        meter.bits,
        sweeps,
        between,
        turn,
        seen.logic.compiled if seen else None,
        seen.good if seen else 0,
        traded,
    )
    return done, traded
