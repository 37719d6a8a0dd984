"""The SAT solver, run in slices so that the clock and Ctrl-C get their turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from threading import Event, Thread
from typing import Any, TypeVar

from pysat.solvers import Solver as Backend

SOLVER = "cadical195"
SLICE_SECONDS = 0.1
FIRST_CONFLICTS = 200
GRACE_SECONDS = 10.0
Result = TypeVar("Result")


def solver_name() -> str:
    """The solver and where it comes from, with its version."""
    return f"{SOLVER}, python-sat {version('python-sat')}"


@dataclass(eq=False)
class Clock:
    """Says when to stop: at a deadline, or when told.

    Attributes:
        limit: Seconds from now, or None.
    """

    limit: float | None = None
    told: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.deadline = None if self.limit is None else time.perf_counter() + self.limit

    def stopped(self) -> bool:
        """Whether the deadline has passed, or somebody told it to stop."""
        late = self.deadline is not None and time.perf_counter() > self.deadline
        return late or self.told.is_set()


class Solver:
    """CaDiCaL with some clauses; more may follow after each answer."""

    def __init__(self, clauses: Iterable[Sequence[int]]) -> None:
        self.backend: Any = Backend(name=SOLVER)
        self.conflicts = FIRST_CONFLICTS
        self.contradiction = False
        self.clauses = 0
        for clause in clauses:
            self.add(clause)

    def add(self, clause: Sequence[int]) -> None:
        """Add a clause; the empty one cannot be satisfied."""
        self.clauses += 1
        if clause:
            self.backend.add_clause(list(clause))
        else:
            self.contradiction = True

    def model(self, clock: Clock, assumed: Sequence[int] = ()) -> set[int] | None:
        """The literals that are true in some model, or None where there is none.

        Args:
            clock: Says when to stop.
            assumed: Literals that are to be true this time.

        Raises:
            TimeoutError: The clock stopped it before it knew.
        """
        while not self.contradiction and not clock.stopped():
            self.backend.conf_budget(self.conflicts)
            began = time.perf_counter()
            satisfiable = self.backend.solve_limited(assumptions=list(assumed))
            if satisfiable is not None:
                return set(self.backend.get_model()) if satisfiable else None
            # The solver holds the interpreter while it works: no slice should take long.
            ratio = SLICE_SECONDS / max(time.perf_counter() - began, 1e-4)
            self.conflicts = max(1, int(self.conflicts * min(2.0, ratio)))
        if self.contradiction:
            return None
        raise TimeoutError


@contextmanager
def solver(clauses: Iterable[Sequence[int]]) -> Iterator[Solver]:
    """A solver whose memory is given back at the end."""
    made = Solver(clauses)
    try:
        yield made
    finally:
        made.backend.delete()


def interruptible(work: Callable[[], Result], clock: Clock) -> Result:
    """Do work in a thread of its own, while this one waits for Ctrl-C.

    python-sat catches the signal itself when it is called in the main thread, by a jump out of
    the solver; in any other thread it leaves signals alone.

    Raises:
        KeyboardInterrupt: The user did; the work was told, and has ended.
    """
    results: list[Result] = []
    faults: list[BaseException] = []
    done = Event()

    def guarded() -> None:
        try:
            results.append(work())
        except BaseException as fault:
            faults.append(fault)
        finally:
            done.set()

    thread = Thread(target=guarded, daemon=True)
    try:
        thread.start()
        while not done.wait(0.1):
            pass
    except KeyboardInterrupt:
        clock.told.set()
        done.wait(GRACE_SECONDS)
        raise
    finally:
        if thread.is_alive():
            thread.join(GRACE_SECONDS)
    if faults:
        raise faults[0]
    return results[0]
