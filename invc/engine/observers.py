"""Look on while a run goes: a recorder that combines with any dynamics, and what it saw."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from invc.design import Clamped, Design
from invc.engine.result import Progress
from invc.engine.verify import right
from invc.netlist import Netlist, evaluate, word_of
from invc.pbits.lanes import UInt64, bits_of, integers_of
from invc.report.trace import QUANTILES, Trace

MOST_LOOKS = 128  # twice as many are taken, then every other one is dropped
RECORD_BYTES = 48 << 20  # of one block; a design too large for that is watched in fewer reads
MOST_EVALUATIONS = 2_000_000  # gates times looks; more looks of a large design are thinned
MOST_PRODUCTS = 1 << 23  # couplings times reads whose energies one look computes


@dataclass(eq=False)
class Recorder:
    """Copies of the states of the block of reads that shows most, taken every few sweeps.

    `watch` and `progress` are what `run` calls by these names. Of the blocks that have ended,
    the one with the most verified reads is kept, the longest of those.

    Attributes:
        design: What is sampled.
        clamped: What an answer must satisfy.
    """

    design: Design
    clamped: Clamped
    words: int = field(init=False)
    running: dict[int, _Record] = field(default_factory=dict)
    best: tuple[int, int, _Record] | None = None  # verified reads, reads, states
    seen: Progress = field(default_factory=lambda: Progress(0, 0, 0))
    ended: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        bytes_a_word = 8 * 2 * MOST_LOOKS * max(1, self.design.model.spins)
        self.words = max(1, RECORD_BYTES // bytes_a_word)

    def watch(self, block: int, sweeps: int, state: UInt64) -> None:
        """Keep a copy of the state; called in the threads that run the blocks."""
        with self.lock:
            record = self.running.setdefault(block, _Record())
        record.look(sweeps, state[:, : self.words])

    def progress(self, progress: Progress) -> None:
        """A block has ended, in the order of their numbers: keep the better of two."""
        verified = progress.verified_reads - self.seen.verified_reads
        reads = progress.reads - self.seen.reads
        with self.lock:
            record = self.running.pop(self.ended, None)
        if record and (self.best is None or (verified, record.sweeps) > self._worth):
            self.best = verified, reads, record
        self.seen = progress
        self.ended += 1

    @property
    def _worth(self) -> tuple[int, int]:
        assert self.best
        verified, _, record = self.best
        return verified, record.sweeps

    def trace(self) -> Trace | None:
        """What was seen; None where nothing was."""
        if self.best:
            _, reads, record = self.best
        elif self.running:  # interrupted in the first block
            record = self.running[min(self.running)]
            reads = record.lanes
        else:
            return None
        return trace(self.design, self.clamped, record.looks(), min(reads, record.lanes))


@dataclass(eq=False)
class _Record:
    """States of one block, few enough whatever its length."""

    stride: int = 1
    calls: int = 0
    kept: list[tuple[int, UInt64]] = field(default_factory=list)
    last: tuple[int, UInt64] | None = None

    def look(self, sweeps: int, state: UInt64) -> None:
        self.last = sweeps, state.copy()
        if self.calls % self.stride == 0:
            self.kept.append(self.last)
        self.calls += 1
        if len(self.kept) == 2 * MOST_LOOKS:
            self.kept = self.kept[::2]
            self.stride *= 2

    @property
    def sweeps(self) -> int:
        """How long the block was."""
        return self.last[0] if self.last else 0

    @property
    def lanes(self) -> int:
        """Reads of which states are kept."""
        return 64 * self.last[1].shape[1] if self.last else 0

    def looks(self) -> list[tuple[int, UInt64]]:
        """Sweeps and states, the last state of the block at the end."""
        kept = [look for look in self.kept if self.last and look[0] < self.last[0]]
        return [*kept, self.last] if self.last else kept


def trace(
    design: Design, clamped: Clamped, looks: list[tuple[int, UInt64]], reads: int
) -> Trace | None:
    """What the states of some reads show, look by look.

    Args:
        design: What was sampled.
        clamped: What an answer must satisfy.
        looks: Sweeps done and the state, shape (spins, words): bit l of word w is read 64 w + l.
        reads: The first so many are looked at.
    """
    if not looks:
        return None
    looks = _thinned(looks, MOST_EVALUATIONS // max(1, len(design.netlist.gates)))
    seen = [_see(design, clamped, state, reads) for _, state in looks]
    chosen, answered = _choose(design, seen[-1], looks[-1][1], reads)
    words = np.stack([state[:, chosen >> 6] for _, state in looks])
    spins = (words >> np.uint64(chosen & 63) & np.uint64(1)).astype(np.uint8)
    return Trace(
        sweeps=np.array([sweeps for sweeps, _ in looks], dtype=np.int64),
        reads=reads,
        energies=np.stack([_quantiles(design, state, reads) for _, state in looks]),
        verified=np.array([look.verified.bit_count() / reads for look in seen]),
        satisfied=np.array([look.satisfied.bit_count() / reads for look in seen]),
        violated=np.stack([look.violated for look in seen]),
        chosen=chosen,
        answered=answered,
        nets=spins[:, : design.netlist.net_count],
        energy=design.model.energies(2 * spins.astype(np.int8) - 1),
    )


def _thinned(looks: list[tuple[int, UInt64]], most: int) -> list[tuple[int, UInt64]]:
    """About so many of the looks, 8 at least, evenly spaced, with the first and the last."""
    wanted = np.linspace(0, len(looks) - 1, max(8, min(MOST_LOOKS, most)))
    return [looks[k] for k in np.unique(np.rint(wanted).astype(int))]


@dataclass(frozen=True, eq=False)
class _Seen:
    """Of one look: the reads that are verified, and those with every gate satisfied, as bits."""

    verified: int
    satisfied: int
    violated: npt.NDArray[np.float32]


def _see(design: Design, clamped: Clamped, state: UInt64, reads: int) -> _Seen:
    mask = (1 << reads) - 1
    netlist = design.netlist
    words = [0, *(word & mask for word in integers_of(state[: netlist.net_count]))]
    inputs = {port.name: [words[bit >> 1] for bit in port.bits] for port in netlist.inputs}
    values = evaluate(netlist, inputs, reads)
    verified = right(clamped, values, mask)
    wrong = _wrong(netlist, words, mask)
    satisfied = verified
    for word in wrong:
        satisfied &= ~word
    count = np.array([word.bit_count() for word in wrong])
    return _Seen(verified, satisfied, (count / max(1, reads)).astype(np.float32))


def _wrong(netlist: Netlist, words: list[int], mask: int) -> list[int]:
    """For each gate the reads in which an output is not what its inputs give."""
    wrong = []
    for function, pins, _ in netlist.gates:
        sampled = [word_of(pin, words, mask) for pin in pins]
        n = len(function.inputs)
        word = 0
        for computed, output in zip(
            function.evaluate(mask, *sampled[:n]), sampled[n:], strict=True
        ):
            word |= (computed ^ output) & mask
        wrong.append(word)
    return wrong


def _choose(design: Design, last: _Seen, state: UInt64, reads: int) -> tuple[int, bool]:
    """The read to show: one with every gate satisfied, else a verified one, else the lowest."""
    for word in (last.satisfied, last.verified):
        if word:
            return (word & -word).bit_length() - 1, True
    few = _few(design, reads)
    return int(np.argmin(_energies(design, state, few))), False


def _few(design: Design, reads: int) -> int:
    """Reads whose energies are affordable."""
    return min(reads, max(32, MOST_PRODUCTS // max(1, len(design.model.J))))


def _quantiles(design: Design, state: UInt64, reads: int) -> npt.NDArray[np.float64]:
    energies = _energies(design, state, _few(design, reads))
    return np.asarray(np.quantile(energies, QUANTILES), dtype=np.float64)


def _energies(design: Design, state: UInt64, reads: int) -> npt.NDArray[np.int64]:
    spins: npt.NDArray[np.int8] = (
        2 * bits_of(np.ascontiguousarray(state)).T[:reads].astype(np.int8) - 1
    )
    return design.model.energies(spins)
