"""Runs as tests ask for them: a design, its clamps, and what they may cost, by keywords."""

from collections.abc import Callable, Sequence
from typing import Any

from invc.design import Bias, Clamped, Design
from invc.engine import Effort, Progress, Result, problem_of
from invc.engine import run as run_problem
from invc.engine.equilibrium import DEFAULT_ENOUGH, Equilibrium
from invc.engine.equilibrium import equilibrium as sample_problem
from invc.engine.verify import View
from invc.pbits.backend import backend_named
from invc.pbits.lanes import UInt64
from invc.pbits.random import block_generator


def run(
    design: Design,
    clamped: Clamped,
    *,
    biases: Sequence[Bias] = (),
    near: bool = False,
    progress: Callable[[Progress], None] | None = None,
    watch: Callable[..., object] | None = None,
    **effort: Any,
) -> Result:
    """A run; what is not named here belongs to its `Effort`."""
    problem = problem_of(design, clamped, tuple(biases))
    return run_problem(problem, Effort(**effort), near=near, progress=progress, watch=watch)


def equilibrium(
    design: Design,
    clamped: Clamped,
    *,
    biases: Sequence[Bias] = (),
    enough: int = DEFAULT_ENOUGH,
    low: float | None = None,
    beta: float | None = None,
    thin: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    **effort: Any,
) -> Equilibrium:
    """Samples at equilibrium, of chains at one beta or of ladders from `low` to `beta`."""
    betas = None if beta is None else (beta if low is None else low, beta)
    return sample_problem(
        problem_of(design, clamped, tuple(biases)),
        Effort(beta=betas, sweeps=thin, **effort),
        enough=enough,
        progress=progress,
    )


def view_of(rows: UInt64) -> View:
    """Rows as replicas that are looked at. Shape (spins, 16)."""
    backend = backend_named()
    return View(backend, backend.adopt(rows, block_generator(0, 0)))
