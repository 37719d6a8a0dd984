"""What the software does in a circuit's place: every state of a run, nothing folded.

This is the one module that knows the engine's registers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt

from invc.design import Clamp, Design
from invc.engine.dynamics.accumulate import make_plan
from invc.engine.dynamics.sc import SETTINGS as SC_SETTINGS
from invc.engine.dynamics.ssa import SETTINGS as SSA_SETTINGS
from invc.engine.first import FirstOfBlock, FirstTimes, Right
from invc.engine.judge import kind_of_judge
from invc.engine.problem import Problem
from invc.ising import IsingModel
from invc.ising.model import Int8
from invc.netlist import misses
from invc.pbits.accumulator.network import Network, compile_network
from invc.pbits.accumulator.plan import Cycles, Plan
from invc.pbits.accumulator.registers import Habits, planes_of, seeds
from invc.pbits.backend import Backend, State, backend_named
from invc.pbits.lanes import LANES, UInt64, integers_of

Bits = npt.NDArray[np.uint8]


READERS = {"sc": SC_SETTINGS, "ssa": SSA_SETTINGS}


@dataclass(frozen=True, eq=False)
class _Whole:
    """As much of a `Problem` as its plan follows from, nothing being folded."""

    model: IsingModel
    known: Int8


def plan_of(
    design: Design, known: Sequence[int], dynamics: str, settings: Mapping[str, str]
) -> Plan:
    """What `simulate` would run of the whole model.

    Args:
        design: What is sampled.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
        dynamics: "sc" or "ssa".
        settings: What the user set.

    Raises:
        InvcError: A name or a value of a setting is none.
    """
    whole = _Whole(design.model, np.array(known, dtype=np.int8))
    return make_plan(dynamics, cast(Problem, whole), settings, READERS[dynamics])


@dataclass(frozen=True)
class Run:
    """Which random numbers a run has.

    Attributes:
        seed: The user's.
        block: Number of the block of 1024 reads.
        replica: Number of the read in its block.
    """

    seed: int = 0
    block: int = 0
    replica: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.replica < LANES:
            raise ValueError(f"a block has replicas 0 to {LANES - 1}")

    def generator_seeds(self, streams: Sequence[int], groups: int) -> list[int]:
        """First states of the generators, of each stream those of all groups."""
        found = seeds(self.seed, self.block, max(streams) + 1, groups)
        word, bit = divmod(self.replica, 64)
        return [
            int(found[stream, group, bit, word]) for stream in streams for group in range(groups)
        ]


def trace(design: Design, known: Sequence[int], cycles: Cycles, habits: Habits, run: Run) -> Bits:
    """The states of one replica of `sc` from time 0 on, held spins held and nothing else known.

    Args:
        design: What is sampled.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
        cycles: I0 and weight of the noise of each cycle.
        habits: Density of the noise, stalls.
        run: Which replica.

    Returns:
        Shape (cycles + 1, spins), 0 and 1.
    """
    network, backend, state = _begin(design, known, cycles, habits, run.seed, run.block)
    word, bit = divmod(run.replica, 64)
    count = len(cycles.limit)
    words = np.empty((count + 1, design.model.spins), dtype=np.uint64)
    words[0] = backend.fetch(state)[:, word]
    for time in range(count):
        backend.accumulate(network, state, cycles.part(time, time + 1), habits)
        words[time + 1] = backend.fetch(state)[:, word]
    return np.asarray(words >> np.uint64(bit) & np.uint64(1), dtype=np.uint8)


def _begin(
    design: Design, known: Sequence[int], cycles: Cycles, habits: Habits, seed: int, block: int
) -> tuple[Network, Backend, State]:
    """The p-bits of the whole model at time 0, and what moves them."""
    held: Int8 = np.array(known, dtype=np.int8)
    network, backend = compile_network(design.model, held), backend_named()
    planes = planes_of(int(cycles.limit.max(initial=1)))
    state = backend.accumulators(network, held, planes, habits, seed=seed, block=block)
    return network, backend, state


@dataclass(frozen=True, eq=False)
class Verdicts:
    """Which states of a trace are right.

    Attributes:
        design: The design.
        states: Shape (times, spins), 0 and 1.
        held: The bits that are held, as literals and values.
    """

    design: Design
    states: Bits
    held: tuple[tuple[int, int], ...] = ()

    @cached_property
    def _words(self) -> list[int]:
        """Each spin over all times: time t at bit t."""
        return columns(self.states)

    @cached_property
    def right(self) -> Bits:
        """Whether the outputs are what the inputs give, and held bits as held. Shape (times,)."""
        if not kind_of_judge(self.design).has_wrong:
            return np.zeros(len(self.states), dtype=np.uint8)
        times, netlist = len(self.states), self.design.netlist
        mask = (1 << times) - 1
        own = [0, *self._words[: netlist.net_count]]
        wrong, _ = misses(netlist, own, self.held, times)
        return _as_bits(wrong ^ mask, times)

    @cached_property
    def strict(self) -> Bits:
        """Whether all gates and ancillas are in place too. Shape (times,)."""
        if not kind_of_judge(self.design).has_wrong:
            return np.zeros(len(self.states), dtype=np.uint8)
        energies = self.design.model.energies(2 * self.states.astype(np.int8) - 1)
        strict: Bits = ((energies == 0) & (self.right == 1)).astype(np.uint8)
        return strict


@dataclass(frozen=True)
class Walked:
    """The states of one run in which nets follow from inputs.

    Attributes:
        states: Those of its p-bits. Shape (times, p-bits), 0 and 1.
        right: Whether held bits are as held. Shape (times,).
    """

    states: Bits
    right: Bits

    @property
    def strict(self) -> Bits:
        """Every gate is always in place: all nets follow from the inputs."""
        return self.right


def first(verdicts: Bits) -> int | None:
    """Time of the first right state, or None."""
    times = np.flatnonzero(verdicts)
    return int(times[0]) if len(times) else None


def columns(states: Bits) -> list[int]:
    """Each spin over all times as one integer: time t at bit t."""
    packed = np.packbits(states.T, axis=1, bitorder="little")
    padded = np.zeros((len(packed), -(-packed.shape[1] // 8) * 8), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    return integers_of(padded.view("<u8"))


def _as_bits(word: int, count: int) -> Bits:
    data = np.frombuffer(word.to_bytes(-(-count // 8), "little"), dtype=np.uint8)
    return np.unpackbits(data, bitorder="little")[:count]


def replicas(
    design: Design, known: Sequence[int], cycles: Cycles, habits: Habits, *, seed: int
) -> Iterator[UInt64]:
    """The spins of a block of replicas, from time 0 on. Shape (spins, words) each.

    Args:
        design: What is sampled.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
        cycles: I0 and weight of the noise of each cycle.
        habits: Density of the noise, stalls.
        seed: The user's.
    """
    network, backend, state = _begin(design, known, cycles, habits, seed, 0)
    yield backend.fetch(state)
    for time in range(len(cycles.limit)):
        backend.accumulate(network, state, cycles.part(time, time + 1), habits)
        yield backend.fetch(state)


class Timed(NamedTuple):
    """First right states of a block of replicas, and what it took here.

    Attributes:
        times: By what the ports show.
        seconds: What an update of one replica took here.
    """

    times: FirstTimes
    seconds: float

    @property
    def here(self) -> float:
        """Seconds that one replica takes here to its first right state, its block being full."""
        return (self.times.mean or 0.0) * self.seconds


def first_times(
    design: Design,
    known: Sequence[int],
    held: Sequence[Clamp],
    cycles: Cycles,
    habits: Habits,
    *,
    seed: int,
) -> Timed:
    """Run the replicas of a block until all have had a right state, or for all cycles.

    Args:
        design: What is sampled.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
        held: What is to be right.
        cycles: I0 and weight of the noise of each cycle.
        habits: Density of the noise, stalls.
        seed: The user's.
    """
    network, backend, state = _begin(design, known, cycles, habits, seed, 0)
    right = Right(design, tuple((clamp.literal, clamp.value) for clamp in held))
    block, spent, last = FirstOfBlock(LANES), 0.0, len(cycles.limit)
    for time in range(last + 1):
        block.look(right, time, backend.fetch(state))
        if block.all_seen or time == last:
            break
        began = perf_counter()
        backend.accumulate(network, state, cycles.part(time, time + 1), habits)
        spent += perf_counter() - began
    length = np.full(LANES, block.cycles)
    return Timed(FirstTimes(block.seen, length), spent / max(block.cycles, 1) / LANES)
