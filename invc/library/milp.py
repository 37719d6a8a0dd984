"""PuLP's solvers as the search for cells uses them: silent, interruptible, and with an answer.

HiGHS where it can be imported, else the CBC that comes with PuLP.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

import pulp


def solver_for(seconds: float | None) -> Any:  # noqa: ANN401 - PuLP has no types
    """A solver that gives up after some seconds, or never."""
    if solver_name() == "HiGHS":
        return _HiGHS(msg=False, timeLimit=seconds, gapRel=0, gapAbs=1e-7, threads=1)
    return pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds, gapRel=0, threads=1)


def variable(
    program: Any,  # noqa: ANN401 - PuLP has no types
    name: str,
    low: float,
    high: float,
    category: str = "Continuous",
) -> Any:  # noqa: ANN401
    """A variable of a program: PuLP 3.3 makes them so and warns of the way that 2.9 knows."""
    make = getattr(program, "add_variable", pulp.LpVariable)
    return make(name, low, high, category)


class _HiGHS(pulp.HiGHS):  # type: ignore[misc] # PuLP has no types
    """HiGHS that can be told to stop, as it hears no exception."""

    def createAndConfigureSolver(self, lp: Any) -> None:  # noqa: ANN401
        super().createAndConfigureSolver(lp)
        lp.solverModel.HandleUserInterrupt = True


@contextmanager
def _interruptible(program: Any) -> Iterator[None]:  # noqa: ANN401
    """Ctrl-C tells HiGHS to stop and is raised once it has: it runs no Python to raise it in."""
    heard = False

    def stop(*_: object) -> None:
        nonlocal heard
        heard = True
        if not hasattr(program, "solverModel"):  # CBC, which is a process of its own
            raise KeyboardInterrupt
        program.solverModel.cancelSolve()

    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if heard:
            raise KeyboardInterrupt


@cache
def solver_name() -> str:
    """What solves programs here: "HiGHS" where highspy can be imported, else "CBC"."""
    return "HiGHS" if "HiGHS" in pulp.listSolvers(onlyAvailable=True) else "CBC"


def solve(program: Any, solver: Any) -> bool:  # noqa: ANN401 - PuLP has no types
    """Solve; say whether what came out is proven: the optimum, or that there is nothing.

    Without a solution every variable is None. File descriptor 1 is closed off meanwhile: HiGHS
    prints a banner past every option.
    """
    stopped = False
    sys.stdout.flush()
    kept = os.dup(1)
    with Path(os.devnull).open("w") as nowhere, _interruptible(program):
        os.dup2(nowhere.fileno(), 1)
        try:
            program.solve(solver)
        except IndexError:  # PuLP, when the time ended before any point was found
            stopped = True
        finally:
            os.dup2(kept, 1)
            os.close(kept)
    ended = program.status == pulp.LpStatusInfeasible or (
        program.sol_status == pulp.LpSolutionOptimal
    )
    proven = ended and not stopped
    # At the time limit PuLP may hand out a point that is none.
    if stopped or program.status != pulp.LpStatusOptimal or not (proven or program.valid(1e-6)):
        for variable in program.variables():
            variable.varValue = None
    return proven
