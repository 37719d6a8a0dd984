"""In what order the warps of a block update p-bits side by side, and nothing changes by it.

What an update reads, and whoever reads what it writes, keep their order: between them there is a
barrier. All else may be done at the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int32, Int64
from invc.pbits.cuda.moves import AHEAD, BARRIER, FIRST, INLINE, MORE, NO_UPDATE, RECORD
from invc.pbits.heatbath.program import Program

CHUNK = 1 << 15  # updates that are put in order together

UInt32 = npt.NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Layout:
    """A sweep of some warps.

    Attributes:
        slots: The update of each warp at each time, or -1. Shape (slots, warps).
        barrier: Whether all warps meet after it. Shape (slots,).
    """

    slots: Int32
    barrier: npt.NDArray[np.bool_]


def layout_of(program: Program, warps: int) -> Layout:
    """The updates of a program side by side, those first on which most others wait."""
    slots: list[list[int]] = []
    barriers: list[bool] = []
    for first in range(0, program.updates, CHUNK):
        before = _before(program, first, min(first + CHUNK, program.updates))
        part = arranged(before, warps)
        barriers += barriers_of(before, part)
        slots += [[first + u for u in slot] for slot in part]
    table = np.full((len(slots), warps), -1, dtype=np.int32)
    for row, slot in zip(table, slots, strict=True):
        row[: len(slot)] = slot
    return Layout(table, np.array(barriers, dtype=bool))


def _before(program: Program, first: int, last: int) -> list[list[int]]:
    """For each update of a part, from 0 on, those of the part that must be done before it."""
    ends = np.append(program.first_ref, len(program.ref))[: program.updates + 1].tolist()
    refs = program.ref[ends[first] : ends[last]].tolist()
    targets = program.target[first:last].tolist()
    written: dict[int, int] = {}
    readers: dict[int, list[int]] = {}
    before = []
    for u, target in enumerate(targets):
        near = refs[ends[first + u] - ends[first] : ends[first + u + 1] - ends[first]]
        own = [written[spin] for spin in near if spin in written]
        own += readers.pop(target, ())
        if target in written:
            own.append(written[target])
        before.append(own)
        written[target] = u
        for spin in near:
            readers.setdefault(spin, []).append(u)
    return before


def arranged(before: Sequence[Sequence[int]], warps: int) -> list[list[int]]:
    """Updates by time: of those that may be done, the ones on which the longest chains wait."""
    count = len(before)
    after: list[list[int]] = [[] for _ in range(count)]
    open_ = [0] * count
    for u, own in enumerate(before):
        unique = set(own)
        open_[u] = len(unique)
        for v in unique:
            after[v].append(u)
    height = [0] * count
    for u in range(count - 1, -1, -1):
        height[u] = 1 + max((height[v] for v in after[u]), default=0)
    ready = [(-height[u], u) for u in range(count) if not open_[u]]
    heapify(ready)
    slots = []
    while ready:
        slot = [heappop(ready)[1] for _ in range(min(warps, len(ready)))]
        slots.append(slot)
        for u in slot:
            for v in after[u]:
                open_[v] -= 1
                if not open_[v]:
                    heappush(ready, (-height[v], v))
    return slots


def barriers_of(before: Sequence[Sequence[int]], slots: Sequence[Sequence[int]]) -> list[bool]:
    """After which slots warps must meet: before each that needs what came since they met last."""
    slot_of = [0] * len(before)
    for k, slot in enumerate(slots):
        for u in slot:
            slot_of[u] = k
    barriers = [False] * len(slots)
    met = 0  # the first slot since
    for k, slot in enumerate(slots):
        if k and any(slot_of[v] >= met for u in slot for v in before[u]):
            barriers[k - 1] = True
            met = k
    if barriers:
        barriers[-1] = True
    return barriers


@dataclass(frozen=True, eq=False)
class Tables:
    """A layout as the kernel reads it.

    Attributes:
        records: Shape (slots + 1, warps, words of a record).
        more: Neighbours that do not fit into records.
        rows: The rows that are read or written, and where they stand. Shape (rows, 2).
        written: Those that are written.
        ranks: For each update of the records, and some more, twice how many updates of its parity
            come before it, plus the parity. Shape (slots + AHEAD, warps).
    """

    records: UInt32
    more: UInt32
    rows: UInt32
    written: UInt32
    ranks: UInt32


def tables_of(program: Program, layout: Layout, codes: Int64, *, rules: int, near: bool) -> Tables:
    """The tables of a layout.

    Args:
        program: The updates.
        layout: Their order.
        codes: The number of the code of each update. Shape (u,).
        rules: How many there are.
        near: Whether rows are moved to where only those that are needed have a place.
    """
    spins = np.unique(np.concatenate([program.target, program.ref])).astype(np.int64)
    place = np.arange(int(spins.max(initial=0)) + 1)
    if near:
        place[spins] = np.arange(len(spins))
    refs, target = place[program.ref], place[program.target]
    first = np.append(program.first_ref, len(program.ref))[: program.updates + 1]
    count = np.diff(first)
    record = np.zeros((program.updates + 1, RECORD // 4), dtype=np.uint32)
    record[-1, 0] = rules
    record[:-1, 0], record[:-1, 1] = codes, target
    for k in range(INLINE):
        has = np.flatnonzero(count > k)
        record[has, FIRST + k] = refs[first[has] + k]
    more = [np.zeros(0, dtype=np.int64)]
    at = 0
    for u in np.flatnonzero(count > INLINE).tolist():
        beyond = refs[first[u] + INLINE : first[u + 1]]
        beyond = np.append(beyond, np.zeros(-len(beyond) % 4, dtype=np.int64))
        record[u, MORE] = at
        more.append(beyond)
        at += 4 * len(beyond)
    slots = record[layout.slots]
    slots[layout.barrier, :, MORE] |= np.uint32(BARRIER)
    slots = np.concatenate([slots, np.repeat(record[None, -1:], slots.shape[1], axis=1)])
    written = np.unique(program.target).astype(np.int64)
    return Tables(
        np.ascontiguousarray(slots),
        np.concatenate([*more, np.zeros(4, dtype=np.int64)]).astype(np.uint32),
        np.stack([spins, place[spins]], axis=1).astype(np.uint32),
        np.stack([written, place[written]], axis=1).astype(np.uint32),
        _ranks(program, layout),
    )


def _ranks(program: Program, layout: Layout) -> UInt32:
    parity = program.parity.astype(np.int64)
    odd = np.cumsum(parity) - parity
    rank = np.append(np.where(parity, odd, np.arange(program.updates) - odd), 0)
    ranks = (2 * rank + np.append(parity, 0)).astype(np.uint32)
    ranks[-1] = NO_UPDATE
    found = np.full((len(layout.slots) + AHEAD, layout.slots.shape[1]), NO_UPDATE, dtype=np.uint32)
    found[: len(layout.slots)] = ranks[layout.slots]
    return found
