"""What is drawn in which order: jobs for the kernel that draws noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int32, Int64
from invc.pbits.cuda.layout import UInt32
from invc.pbits.cuda.noise import LEVEL
from invc.pbits.heatbath.heat import BITS, FULL

POOL = 64  # vectors of a pool, at most


@dataclass(frozen=True, eq=False)
class Stream:
    """Vectors of noise of one kind, as one call uses them.

    Attributes:
        thresholds: Shape (rungs, levels).
        bits: Of a number.
        offset: What is added to it.
        log_size: Vectors of a pool, as a power of two.
        log_each: Uses of a vector, likewise.
        uses: Numbers that a sweep uses; of trades, that an exchange does.
        total: Numbers that the call uses.
    """

    thresholds: Int32
    bits: int
    offset: int
    log_size: int
    log_each: int
    uses: int
    total: int

    @cached_property
    def lowest(self) -> int:
        """Rows of random numbers below the lowest bit of any threshold, which are not drawn."""
        inside = self.thresholds[(self.thresholds > 0) & (self.thresholds < FULL)].astype(np.int64)
        low = inside & -inside
        return min(BITS - 1, *(int(t).bit_length() - 1 for t in np.unique(low).tolist()), BITS - 1)

    def masks(self) -> UInt32:
        """Each threshold, the largest first, as masks; see `LEVEL`. Shape (levels, rungs, 20)."""
        t = self.thresholds[:, ::-1].T.astype(np.int64)
        found = np.zeros((*t.shape, LEVEL // 4), dtype=np.uint32)
        found[:, :, : BITS + 1] = np.where(t[:, :, None] >> np.arange(BITS + 1) & 1, 0xFFFFFFFF, 0)
        k = np.arange(1, len(t) + 1)
        found[:, :, BITS + 1] = np.array(
            [int(x & -x).bit_length() - 1 for x in k], dtype=np.uint32
        )[:, None]
        return found


def stream_of(
    table: npt.NDArray[np.int32], bits: int, offset: int, uses: int, total: int, each: int
) -> Stream:
    """Vectors of one table, of which so many are used.

    Args:
        table: Thresholds. Shape (rungs, levels).
        bits: Of a number; 0 where nothing is left to chance.
        offset: What is added to it.
        uses: In a sweep.
        total: In all of them.
        each: How often a vector is used, a power of two.
    """
    log_each = each.bit_length() - 1
    log_size = 0
    while 1 << log_size < POOL and 2 << log_size + log_each <= total:
        log_size += 1
    return Stream(table, bits, offset, log_size, log_each, uses, total)


@dataclass(frozen=True)
class Room:
    """Where vectors of a stream go.

    Attributes:
        row: The first one's first row.
        pools: So many, of which the oldest makes room; a power of two.
    """

    row: int
    pools: int


def jobs_of(
    streams: Sequence[Stream],
    positions: Sequence[Int64],
    turns: Sequence[tuple[int, int]],
    rooms: Sequence[Room],
) -> Int32:
    """Jobs in order; see `invc.pbits.cuda.noise`. Shape (jobs, 4).

    Args:
        streams: Of even and odd fields, and of trades.
        positions: When each of the turns is due. Shape (turns,).
        turns: The first and the last turn of each, without it.
        rooms: Where their vectors go.
    """
    parts, keys = [], []
    for r, stream in enumerate(streams):
        first, last = turns[r]
        if not stream.bits or last <= first:
            continue
        for turn, position in zip(range(first, last), positions[r].tolist(), strict=True):
            jobs = _turn(r, stream, turn, rooms[r])
            parts.append(jobs)
            keys.append(position)
    if not parts:
        return np.zeros((0, 4), dtype=np.int32)
    order = np.argsort(np.array(keys), kind="stable").tolist()
    return np.concatenate([parts[k] for k in order]).astype(np.int32)


def _turn(r: int, stream: Stream, turn: int, room: Room) -> Int64:
    """The jobs of one turn: a new pool where the last is used up, and the order of its vectors."""
    each = 1 << stream.log_each
    pool = (turn >> stream.log_each) % room.pools
    jobs = []
    if turn % each == 0:
        vector = (pool << stream.log_size) + np.arange(1 << stream.log_size)
        rows = BITS - stream.lowest + (each > 1)
        kind = np.full(len(vector), 2 * r)
        jobs.append(
            np.stack(
                [kind, np.full(len(vector), rows), room.row + vector * stream.bits, vector], axis=1
            )
        )
    place = pool * each + turn % each
    jobs.append(np.array([[2 * r + 1, 1, place, 0]]))
    return np.concatenate(jobs)
