"""Which code performs heat-bath sweeps: the compiled kernels by name, or the numpy reference."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from invc.diagnostics import InvcError, nearest
from invc.simulate import reference
from invc.simulate.heat import Heat
from invc.simulate.kernels import sliced
from invc.simulate.program import Program
from invc.simulate.random import UInt64

Kernel: TypeAlias = Callable[[Program, UInt64, UInt64, tuple[Heat, Heat], int], None]


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
        program.target,
        program.parity,
        program.shift,
        program.most,
        program.first_count,
        program.count,
        program.first_ref,
        program.ref,
        program.most_inputs,
        state,
        rng,
        even.thresholds,
        even.certain,
        odd.thresholds,
        odd.certain,
        sweeps,
    )
