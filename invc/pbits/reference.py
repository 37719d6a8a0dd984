"""The backend that is numpy alone: slow, and what all others must equal bit for bit."""

from __future__ import annotations

from invc.ising.model import Int32, Int64
from invc.pbits.accumulator import reference as accumulator
from invc.pbits.accumulator.network import Network
from invc.pbits.accumulator.plan import Cycles
from invc.pbits.accumulator.registers import Habits, Running
from invc.pbits.heatbath import reference as heatbath
from invc.pbits.heatbath.energy import Meter
from invc.pbits.heatbath.heat import Heat
from invc.pbits.heatbath.ladder import Exchanged, Ladder, Pace
from invc.pbits.heatbath.logic import Condition, Logic
from invc.pbits.heatbath.program import Program
from invc.pbits.heatbath.settling import Course, Looks, Settling, Verdict
from invc.pbits.host import Host
from invc.pbits.lanes import Rows, UInt64
from invc.pbits.random import random_rows


class Reference(Host):
    """Each method is a function of `heatbath.reference` or `accumulator.reference`."""

    name = "reference"

    def _random_rows(self, rng: UInt64, count: int) -> UInt64:
        return random_rows(rng, count)

    def _rows_of(self, logic: Logic, literals: Int32, rows: UInt64) -> UInt64:
        return heatbath.rows_of(logic, literals, rows)

    def sweep(self, program: Program, state: Rows, heat: Heat, sweeps: int) -> None:
        """Update every target in order, `sweeps` times, in place."""
        heatbath.sweep(program, state, heat, sweeps)

    def exchange(
        self,
        program: Program,
        state: Rows,
        ladder: Ladder,
        pace: Pace,
        seen: Condition | None = None,
    ) -> Exchanged:
        """Sweeps of ladders whose neighbours trade states, in place."""
        return heatbath.exchange(program, state, ladder, pace, seen)

    def settle(
        self, stage: Settling, state: Rows, heat: Heat, looks: Looks, course: Course
    ) -> tuple[Verdict, Course, UInt64]:
        """Sweep until enough replicas fulfil a condition, in place."""
        return heatbath.settle(stage, state, heat, looks, course)

    def energies(self, meter: Meter, state: Rows) -> Int64:
        """Energies of all replicas. Shape (lanes,)."""
        return heatbath.energies(meter, state.rows)

    def resample(self, state: Rows, spins: Int64, good: UInt64) -> Int32:
        """Lanes that are not good become copies of random ones that are, in place."""
        return heatbath.resample(state, spins, good)

    def copy_lanes(self, state: Rows, spins: Int64, source: Int64, target: Int64) -> None:
        """In the rows of some spins, lane target[k] becomes what source[k] is, in place."""
        heatbath.copy_lanes(state.rows, spins, source, target)

    def accumulate(self, network: Network, state: Running, cycles: Cycles, habits: Habits) -> None:
        """One cycle of all accumulators after the other, in place."""
        accumulator.run(network, state, cycles, habits)


def backends() -> tuple[Reference, ...]:
    """The one there is, on any machine."""
    return (Reference(),)
