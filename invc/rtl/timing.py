"""How many cycles a circuit takes to its first right state, as its software tells."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

import numpy as np

from invc.design import Clamp
from invc.engine.first import NEVER, FirstOfBlock, FirstTimes, Right
from invc.pbits.accumulator.registers import seeds
from invc.pbits.lanes import LANES, UInt64, words_of
from invc.rtl.circuit import Circuit, held_values
from invc.rtl.heatbath import HeatBaths
from invc.rtl.software import Timed, first_times, replicas
from invc.rtl.staging import StagedPbits, Staging
from invc.rtl.walk import walk_times


def time_first_right(
    circuit: Circuit, clamps: Sequence[Clamp], cycles: int, *, seed: int
) -> Timed | None:
    """Run a block of replicas until each has had a right state, or for all cycles.

    Args:
        circuit: Which circuit.
        clamps: What is held.
        cycles: At most.
        seed: The user's.

    Returns:
        The times; None where nothing says what is right.
    """
    if not circuit.has_wrong:
        return None
    known = held_values(circuit, clamps)
    if circuit.architecture == "inputs":
        return walk_times(circuit, known, cycles, seed=seed)
    if circuit.architecture == "gibbs":
        return _heat_times(circuit, known, clamps, cycles, seed=seed)
    if circuit.architecture == "staged":
        return _stage_times(circuit, known, cycles, seed=seed)
    limits = circuit.schedule.cycles(cycles)
    return first_times(circuit.design, known, clamps, limits, circuit.habits, seed=seed)


def shares_right(
    circuit: Circuit, clamps: Sequence[Clamp], cycles: int, *, seed: int
) -> list[float]:
    """Of each cycle the share of replicas of a parallel or sparse circuit that are right.

    Arguments as those of `time_first_right`.
    """
    known, limits = held_values(circuit, clamps), circuit.schedule.cycles(cycles)
    right = Right(circuit.design, tuple((clamp.literal, clamp.value) for clamp in clamps))
    states = replicas(circuit.design, known, limits, circuit.habits, seed=seed)
    return [right.of(rows)[0].bit_count() / LANES for rows in states]


def _heat_times(
    circuit: Circuit, known: Sequence[int], held: Sequence[Clamp], cycles: int, *, seed: int
) -> Timed:
    first = _first(circuit, seed)
    baths = HeatBaths(circuit.design.model, known, circuit.betas, first)
    levels = circuit.schedule.cycles(cycles).limit.tolist()
    right = Right(circuit.design, tuple((clamp.literal, clamp.value) for clamp in held))
    block, spent = FirstOfBlock(LANES), 0.0
    for time in range(cycles + 1):
        block.look(right, time, words_of(baths.state.T.astype(np.uint8)))
        if block.all_seen or time == cycles:
            break
        began = perf_counter()
        baths.step(levels[time])
        spent += perf_counter() - began
    length = np.full(LANES, block.cycles)
    return Timed(FirstTimes(block.seen, length), spent / max(block.cycles, 1) / LANES)


def _stage_times(circuit: Circuit, known: Sequence[int], cycles: int, *, seed: int) -> Timed:
    staging = Staging(circuit.design, circuit.goals)
    pbits = StagedPbits(staging, known, circuit.tries, _first(circuit, seed))
    limits = circuit.schedule.cycles(cycles)
    times, began = np.full(LANES, NEVER, dtype=np.int64), perf_counter()
    for time in range(cycles + 1):
        times[(times == NEVER) & ~pbits.wrong] = time
        if (times != NEVER).all() or time == cycles:
            break
        pbits.step(int(limits.limit[time]), int(limits.noise[time]))
    spent = (perf_counter() - began) / max(time, 1) / LANES
    return Timed(FirstTimes(times, np.full(LANES, time)), spent)


def _first(circuit: Circuit, seed: int) -> UInt64:
    """The seeds of the replicas of the first block. Shape (replicas, groups)."""
    rows = seeds(seed, 0, 1, circuit.groups)[0]
    first: UInt64 = rows.transpose(2, 1, 0).reshape(LANES, circuit.groups)
    return first
