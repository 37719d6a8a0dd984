"""When replicas were right for the first time: what a circuit's counter of cycles would show."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from invc.design import Design
from invc.engine.result import Progress
from invc.ising.model import Int64
from invc.netlist import Literal, misses
from invc.pbits.heatbath.energy import Meter, compile_meter
from invc.pbits.heatbath.reference import energies
from invc.pbits.lanes import UInt64, bits_of, integers_of

NEVER = -1


@dataclass(frozen=True, eq=False)
class Right:
    """Says which replicas are right: as the checker of a circuit, see `invc.rtl.checker`.

    Attributes:
        design: What is sampled.
        held: The bits that are held, with their values.
    """

    design: Design
    held: tuple[tuple[Literal, int], ...]

    def of(self, rows: UInt64) -> tuple[int, int]:
        """Replicas that are right by their ports, and those with every gate and ancilla in place.

        By their ports: the outputs are what the inputs give, and held bits are as held.

        Args:
            rows: Bit l of word w is replica 64 w + l. Shape (spins, words).

        Returns:
            Each with replica k at bit k.
        """
        netlist, lanes = self.design.netlist, 64 * rows.shape[1]
        mask = (1 << lanes) - 1
        own = [0, *integers_of(np.ascontiguousarray(rows[: netlist.net_count]))]
        wrong, forward = misses(netlist, own, self.held, lanes)
        seen = wrong ^ mask
        for sampled, computed in zip(own, forward, strict=True) if seen else ():
            wrong |= sampled ^ computed
        return seen, self._settled(rows, wrong ^ mask)

    def _settled(self, rows: UInt64, right: int) -> int:
        """Those among the replicas with every net in place whose ancillas are too."""
        if not right or self.design.model.spins == self.design.netlist.net_count:
            return right
        ground = np.packbits(energies(self._meter, rows) == 0, bitorder="little")
        return right & int.from_bytes(ground.tobytes(), "little")

    @cached_property
    def _meter(self) -> Meter:
        return compile_meter(self.design.model, np.zeros(self.design.model.spins, dtype=np.int8))


@dataclass(frozen=True, eq=False)
class FirstTimes:
    """Cycles of reads before their first right states.

    Attributes:
        times: Of each read in order; NEVER where it had none. Shape (reads,).
        length: Cycles of each read. Shape (reads,).
    """

    times: Int64
    length: Int64

    @property
    def hits(self) -> int:
        """Reads that had a right state."""
        return int(np.count_nonzero(self.times != NEVER))

    @property
    def exposure(self) -> int:
        """Cycles of all reads before their first right states, or to their ends."""
        return int(np.where(self.times == NEVER, self.length, self.times).sum())

    @property
    def mean(self) -> float | None:
        """The censored mean, exposure over hits; None without a hit.

        It is the most likely mean where hits come by chance alone, whenever reads end.
        """
        return self.exposure / self.hits if self.hits else None

    @property
    def worst(self) -> int:
        """The longest that a read took, or has waited in vain."""
        waited = np.where(self.times == NEVER, self.length, self.times)
        return int(waited.max(initial=0))


class FirstRight:
    """Looks at every state of a run for the first right one of each read.

    `watch` and `progress` are what `run` calls by these names; it must show every cycle.
    """

    def __init__(self, design: Design, held: Iterable[tuple[Literal, int]]) -> None:
        self._right = Right(design, tuple(held))
        self._running: dict[int, FirstOfBlock] = {}
        self._ended: list[tuple[Int64, Int64, int]] = []
        self._reads = 0
        self._lock = threading.Lock()

    def watch(self, block: int, cycles: int, rows: UInt64) -> None:
        """Note who is right for the first time; called in the threads that run the blocks."""
        with self._lock:
            seen = self._running.setdefault(block, FirstOfBlock(64 * rows.shape[1]))
        seen.look(self._right, cycles, rows)

    def progress(self, progress: Progress) -> None:
        """A block has ended, in the order of their numbers."""
        with self._lock:
            block = self._running.pop(len(self._ended), None)
        if block:
            reads = progress.reads - self._reads
            seen, strict = block.seen[:reads], block.strict[:reads]
            self._ended.append((seen, strict, block.cycles))
        self._reads = progress.reads

    @property
    def times(self) -> tuple[FirstTimes, FirstTimes]:
        """By what the ports show, and with every gate in place."""
        none: Int64 = np.zeros(0, dtype=np.int64)
        length = np.concatenate([none, *(np.full(len(s), n) for s, _, n in self._ended)])
        seen = np.concatenate([none, *(seen for seen, _, _ in self._ended)])
        strict = np.concatenate([none, *(strict for _, strict, _ in self._ended)])
        return FirstTimes(seen, length), FirstTimes(strict, length)


class FirstOfBlock:
    """The first times of a block so far.

    Attributes:
        cycles: The last look.
        seen: First times by what the ports show. Shape (lanes,).
        strict: And with every gate in place. Shape (lanes,).
    """

    def __init__(self, lanes: int) -> None:
        self.cycles = 0
        self.seen: Int64 = np.full(lanes, NEVER, dtype=np.int64)
        self.strict: Int64 = np.full(lanes, NEVER, dtype=np.int64)
        self._unseen = self._unsettled = (1 << lanes) - 1

    @property
    def all_seen(self) -> bool:
        """Whether every replica has had a right state."""
        return not self._unseen

    def look(self, right: Right, cycles: int, rows: UInt64) -> None:
        """Note who is right for the first time now."""
        self.cycles = cycles
        if not self._unsettled:
            return
        seen, strict = right.of(rows)
        self._unseen ^= _note(self.seen, seen & self._unseen, cycles)
        self._unsettled ^= _note(self.strict, strict & self._unsettled, cycles)


def _note(times: Int64, new: int, cycles: int) -> int:
    """Give some replicas, at the bits of an integer, their time; the same replicas."""
    if new:
        words = np.frombuffer(new.to_bytes(len(times) // 8, "little"), dtype="<u8")
        times[bits_of(words.astype(np.uint64)) == 1] = cycles
    return new


class Tracing:
    """Keeps every state of one read.

    `watch` is what `run` calls by this name; it must show every cycle.

    Attributes:
        block: Which block it is in.
        lane: Which replica of the block it is.
        states: Its states, spin by spin, 0 and 1.
    """

    def __init__(self, read: int, lanes: int) -> None:
        self.block, self.lane = divmod(read, lanes)
        self.states: list[Int64] = []

    def watch(self, block: int, cycles: int, rows: UInt64) -> None:
        """Keep a state; called in the threads that run the blocks."""
        if block == self.block:
            assert cycles == len(self.states)
            word, bit = divmod(self.lane, 64)
            self.states.append((rows[:, word] >> np.uint64(bit) & np.uint64(1)).astype(np.int64))

    def lines(self) -> list[str]:
        """A line for each cycle: the state as a number in hex, spin 0 lowest."""
        return [_in_hex(state) for state in self.states]


def _in_hex(state: Int64) -> str:
    packed = np.packbits(state.astype(np.uint8), bitorder="little")
    digits = -(-len(state) // 4)
    return f"{int.from_bytes(packed.tobytes(), 'little'):0{digits}x}\n"
