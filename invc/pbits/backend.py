"""The one protocol behind which p-bits move, and the lookup of whoever speaks it.

A new backend is a module with a function `backends`, and a line in FAMILIES.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from invc.diagnostics import InvcError, nearest
from invc.ising.model import Int8, Int32, Int64
from invc.pbits import reference
from invc.pbits.accumulator.network import Network
from invc.pbits.accumulator.plan import Cycles
from invc.pbits.accumulator.registers import Habits
from invc.pbits.generated import backend as generated
from invc.pbits.heatbath.energy import Meter
from invc.pbits.heatbath.heat import Heat
from invc.pbits.heatbath.ladder import Exchanged, Ladder, Pace
from invc.pbits.heatbath.logic import Condition, Logic
from invc.pbits.heatbath.program import Program
from invc.pbits.heatbath.settling import Course, Looks, Settling, Verdict
from invc.pbits.lanes import UInt64
from invc.pbits.native import backend as native

# `invc.pbits.lanes.State`, and what was kept of one: each backend takes those that it has made.
State = Any
Kept = Any


class Backend(Protocol):
    """What moves p-bits. States are its own; nobody else looks into them.

    Rows and looks come back as arrays of this machine: bit l of word w is replica 64 w + l.

    Attributes:
        name: What users call it.
        lanes: Replicas of a block.
    """

    name: str
    lanes: int

    def start(self, known: Int8, seed: int, block: int) -> State:
        """Random states, held spins in place, and generators, both from a seed and a block.

        Args:
            known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
            seed: The user's.
            block: Number of the block; with the seed it fixes every random number.
        """
        ...

    def adopt(self, rows: UInt64, source: np.random.Philox) -> State:
        """A state that stands in rows, shape (spins, words), and generators from a source."""
        ...

    def branch(self, state: State, known: Int8, seed: int, block: int) -> State:
        """Another block that goes on from a state, with the generators that `start` leaves."""
        ...

    def sweep(self, program: Program, state: State, heat: Heat, sweeps: int) -> None:
        """Update every target in order, `sweeps` times, in place."""
        ...

    def cool(self, program: Program, state: State, heats: Sequence[Heat], sweeps: int) -> None:
        """Sweeps at one temperature after the other, `sweeps` at each, in place."""
        ...

    def exchange(
        self,
        program: Program,
        state: State,
        ladder: Ladder,
        pace: Pace,
        seen: Condition | None = None,
    ) -> Exchanged:
        """Sweeps of ladders whose neighbours trade states, in place.

        It ends before its time after an exchange at which a replica fulfils what is looked for.
        """
        ...

    def settle(
        self, stage: Settling, state: State, heat: Heat, looks: Looks, course: Course
    ) -> tuple[Verdict, Course, UInt64]:
        """Sweep until enough replicas fulfil a condition, or for a while, in place.

        Returns:
            What next, how far it is, and which replicas fulfil it. Shape (words,).
        """
        ...

    def rows_of(self, logic: Logic, literals: Int32, state: State) -> UInt64:
        """The rows of some literals. Shape (literals, words)."""
        ...

    def holds(self, condition: Condition, state: State) -> UInt64:
        """Which replicas fulfil a condition. Shape (words,)."""
        ...

    def count(self, condition: Condition, state: State) -> int:
        """How many replicas fulfil a condition."""
        ...

    def energies(self, meter: Meter, state: State) -> Int64:
        """Energies of all replicas. Shape (lanes,)."""
        ...

    def resample(self, state: State, spins: Int64, good: UInt64) -> Int32:
        """In the rows of some spins, lanes that are not good become copies of random ones that are.

        Returns:
            The lane whose copy each lane is now. Shape (lanes,).
        """
        ...

    def copy_lanes(self, state: State, spins: Int64, source: Int64, target: Int64) -> None:
        """In the rows of some spins, lane target[k] becomes what source[k] is, in place."""
        ...

    def keep(self, state: State, spins: Int64 | None = None) -> Kept:
        """What some spins are now, or all."""
        ...

    def restore(self, state: State, kept: Kept, lanes: UInt64 | None = None) -> None:
        """Make some replicas, shape (words,), or all, what they were when kept, in place."""
        ...

    def fetch(self, state: State) -> UInt64:
        """All spins as rows, which whoever asks leaves as they are. Shape (spins, words)."""
        ...

    def accumulators(
        self, network: Network, known: Int8, planes: int, habits: Habits, *, seed: int, block: int
    ) -> State:
        """Stochastic-computing p-bits at time 0, whose Itanh has so many bits."""
        ...

    def accumulate(self, network: Network, state: State, cycles: Cycles, habits: Habits) -> None:
        """One cycle of all accumulators after the other, in place."""
        ...


FAMILIES: tuple[Callable[[], tuple[Backend, ...]], ...] = (
    generated.backends,
    native.backends,
    reference.backends,
)


# Blocks of a GPU have other lanes, so that it is none of those that take each other's place.
CUDA = "cuda"


def _cuda() -> Any:  # noqa: ANN401 - a module
    from invc.pbits.cuda import backend as cuda  # noqa: PLC0415 - few have one

    return cuda


def has_gpu() -> bool:
    """Whether a GPU is there for the backend of that name."""
    return bool(_cuda().present())


def threads_of(backend: Backend) -> int | None:
    """How many blocks it moves at once, at most; None for as many as there are threads."""
    threads: int | None = getattr(backend, "threads", None)
    return threads


def of_one_block(backend: Backend) -> Backend:
    """What moves 1,024 replicas as a backend does that may move many blocks of them at once."""
    alone: Backend = getattr(backend, "host", backend)
    return alone


def _backends() -> dict[str, Backend]:
    return {backend.name: backend for family in FAMILIES for backend in family()}


def backend_names() -> tuple[str, ...]:
    """Backends that this machine runs, the fastest first."""
    return tuple(_backends())


def backend_named(name: str = "auto") -> Backend:
    """A backend by name, or what suits any run: compiled code, and generated where it pays.

    Raises:
        InvcError: There is none.
    """
    if name == "auto":
        return generated.patient() or next(iter(_backends().values()))
    if name == CUDA:
        gpu: Backend = _cuda().backend()
        return gpu
    found = _backends()
    if name not in found:
        hint = generated.HOW if name == generated.NAME else nearest(name, [*found, CUDA])
        raise InvcError(f"no kernel is called {name!r}", hint=hint)
    return found[name]
