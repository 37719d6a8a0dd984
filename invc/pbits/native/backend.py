"""The compiled code behind the protocol: only here it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Generic, TypeVar
from weakref import finalize

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int32, Int64
from invc.pbits.accumulator.network import Network
from invc.pbits.accumulator.plan import Cycles
from invc.pbits.accumulator.registers import Habits, Running
from invc.pbits.heatbath.energy import Meter
from invc.pbits.heatbath.heat import Heat
from invc.pbits.heatbath.ladder import Exchanged, Ladder, Pace
from invc.pbits.heatbath.logic import Condition, Logic
from invc.pbits.heatbath.program import Program
from invc.pbits.heatbath.settling import Course, Looks, Settling, Verdict
from invc.pbits.host import Host
from invc.pbits.lanes import LANES, WORDS, Rows, UInt64, empty_rows
from invc.pbits.native import sliced, stochastic

Code = sliced.Code
Key = TypeVar("Key")
Made = TypeVar("Made")


class Checked(Generic[Key, Made]):
    """What the compiled code runs of a value, its arrays checked once, for as long as it lives.

    It is asked for at each of many short calls: a number is found sooner than a weak reference.
    """

    def __init__(self, make: Callable[[Key], Made]) -> None:
        self.make = make
        self.made: dict[int, Made] = {}

    def __call__(self, key: Key) -> Made:
        """The one of a value, made at the first time."""
        found = self.made.get(id(key))
        if found is None:
            found = self.made[id(key)] = self.make(key)
            finalize(key, self.made.pop, id(key), None).atexit = False
        return found


MOST_HEATS = 1 << 10
VERDICTS = tuple(Verdict)
# With the heat itself, which so lives on, and no other one gets its number.
_HEATS: dict[int, tuple[Heat, sliced.Heat]] = {}


def _heat(heat: Heat) -> sliced.Heat:
    """What the compiled code takes of a heat, which it is asked for at each of many short calls."""
    found = _HEATS.get(id(heat))
    if found is None:
        if len(_HEATS) >= MOST_HEATS:
            _HEATS.clear()
        even, odd, uses = heat
        made = sliced.Heat(even.thresholds, even.certain, odd.thresholds, odd.certain, uses)
        found = _HEATS[id(heat)] = heat, made
    return found[1]


_program = Checked[Program, sliced.Program](
    lambda program: sliced.Program(
        program.target,
        program.parity,
        program.shift,
        program.most,
        program.first_count,
        program.count,
        program.first_ref,
        program.ref,
        program.most_inputs,
    )
)
_logic = Checked[Logic, sliced.Logic](
    lambda logic: sliced.Logic(logic.operations, logic.spins, logic.rows)
)
_condition = Checked[Condition, sliced.Condition](
    lambda condition: sliced.Condition(_logic(condition.logic), condition.good)
)
_meter = Checked[Meter, sliced.Meter](lambda meter: sliced.Meter(meter.terms, meter.bits))
_ladder = Checked[Ladder, sliced.Ladder](
    lambda ladder: sliced.Ladder(_heat(ladder.heat), ladder.chances, _meter(ladder.meter))
)
_stage = Checked[Settling, sliced.Stage](
    lambda stage: sliced.Stage(_program(stage.program), _condition(stage.satisfied), stage.restless)
)


def code_of(
    program: Program,
    addresses: UInt64,
    offsets: npt.NDArray[np.uint32],
    bits: tuple[int, int],
    doors: tuple[int, int],
) -> sliced.Code:
    """Code for the updates of a program, as its kernels take it.

    Args:
        program: The updates.
        addresses: Of the code of each, 0 where there is none. Shape (u,).
        offsets: Of the neighbours, in bytes from the first row, in the order of `ref`.
        bits: Of the noise of even and odd fields.
        doors: Addresses of what enters a chain of updates, and of its end.
    """
    return sliced.Code(_program(program), addresses, offsets, bits, doors)


_network = Checked[Network, stochastic.Network](
    lambda network: stochastic.Network(
        network.target, network.base, network.first, network.ref, network.weight
    )
)
_registers = Checked[Running, stochastic.Registers](
    lambda state: stochastic.Registers(
        state.registers.spins, state.registers.magnitude, state.registers.rng
    )
)


class Native(Host):
    """The C++ of `sliced.inc` and `stochastic.inc` as compiled for one instruction set.

    Attributes:
        kernel: Its name there.
    """

    def __init__(self, name: str, kernel: str | None = None) -> None:
        self.name, self.kernel = name, kernel or name

    def _code(self, program: Program, heat: Heat) -> sliced.Code | None:
        """Code made for the updates of a program, by whoever makes some."""
        return None

    def _done(self, program: Program, heats: Sequence[Heat], sweeps: int) -> None:
        """So many sweeps are done at each heat."""

    @cached_property
    def _accumulating(self) -> str:
        """The code for accumulators that goes with the name: of the same name, or the fastest."""
        names = stochastic.kernels()
        return self.kernel if self.kernel in names else names[0]

    def _random_rows(self, rng: UInt64, count: int) -> UInt64:
        rows = empty_rows(count)
        sliced.fill_rows(rng, rows)
        return rows

    def _rows_of(self, logic: Logic, literals: Int32, rows: UInt64) -> UInt64:
        found: UInt64 = np.empty((len(literals), WORDS), dtype=np.uint64)
        sliced.holds(_logic(logic), literals, rows, found)
        return found

    def count(self, condition: Condition, state: Rows) -> int:
        """How many replicas fulfil a condition."""
        row = np.empty((1, WORDS), dtype=np.uint64)
        return sliced.holds(_logic(condition.logic), condition.literal, state.rows, row)

    def sweep(self, program: Program, state: Rows, heat: Heat, sweeps: int) -> None:
        """Update every target in order, `sweeps` times, in place."""
        code = self._code(program, heat)
        args = _program(program), state.rows, state.rng, _heat(heat), sweeps
        sliced.sweep(self.kernel, *args, code)
        self._done(program, (heat,), sweeps)

    def cool(self, program: Program, state: Rows, heats: Sequence[Heat], sweeps: int) -> None:
        """Sweeps at one temperature after the other, in place."""
        codes = [self._code(program, heat) for heat in heats]
        compiled = [_heat(heat) for heat in heats]
        args = _program(program), state.rows, state.rng, compiled, sweeps
        sliced.cool(self.kernel, *args, codes)
        self._done(program, heats, sweeps)

    def exchange(
        self,
        program: Program,
        state: Rows,
        ladder: Ladder,
        pace: Pace,
        seen: Condition | None = None,
    ) -> Exchanged:
        """Sweeps of ladders whose neighbours trade states, in place."""
        traded = np.zeros(ladder.rungs, dtype=np.int64)
        done = sliced.sweep_ladder(
            self.kernel,
            _program(program),
            state.rows,
            state.rng,
            _ladder(ladder),
            (*pace, state.turn),
            _condition(seen) if seen else None,
            traded,
            self._code(program, ladder.heat),
        )
        self._done(program, (ladder.heat,), done)
        state.turn += done // pace.between
        return Exchanged(done, traded)

    def settle(
        self, stage: Settling, state: Rows, heat: Heat, looks: Looks, course: Course
    ) -> tuple[Verdict, Course, UInt64]:
        """Sweep until enough replicas fulfil a condition, in place."""
        row: UInt64 = np.empty(WORDS, dtype=np.uint64)
        verdict, now = sliced.settle(
            self.kernel,
            _stage(stage),
            state.rows,
            state.rng,
            _heat(heat),
            looks,
            course,
            row,
            self._code(stage.program, heat),
        )
        self._done(stage.program, (heat,), now[0] - course.done)
        return VERDICTS[verdict], Course(*now), row

    def energies(self, meter: Meter, state: Rows) -> Int64:
        """Energies of all replicas. Shape (lanes,)."""
        totals = np.empty(LANES, dtype=np.int64)
        sliced.sum_terms(_meter(meter), state.rows, totals)
        return meter.base + 2 * totals

    def resample(self, state: Rows, spins: Int64, good: UInt64) -> Int32:
        """Lanes that are not good become copies of random ones that are, in place."""
        origin: Int32 = np.empty(LANES, dtype=np.int32)
        sliced.resample(state.rows, spins, good, state.rng, origin)
        return origin

    def copy_lanes(self, state: Rows, spins: Int64, source: Int64, target: Int64) -> None:
        """In the rows of some spins, lane target[k] becomes what source[k] is, in place."""
        sliced.copy_lanes(state.rows, spins, source, target)

    def accumulate(self, network: Network, state: Running, cycles: Cycles, habits: Habits) -> None:
        """One cycle of all accumulators after the other, in place."""
        stochastic.run(
            self._accumulating,
            _network(network),
            _registers(state),
            state.time,
            cycles.limit,
            cycles.noise,
            habits.density,
            habits.stall,
        )
        state.time += len(cycles.limit)


def kernels() -> list[str]:
    """Names of the instruction sets that this processor runs, the fastest first."""
    return sliced.kernels()


def backends() -> tuple[Native, ...]:
    """Those that this processor runs, the fastest first."""
    return tuple(Native(name) for name in kernels())
