"""The kernel that evaluates Boolean functions of the spins of all replicas at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invc.ising.model import Int32
from invc.pbits.cuda.layout import UInt32, arranged, barriers_of
from invc.pbits.cuda.noise import LANES, ROW
from invc.pbits.cuda.text import Body, Memory, Value, goes_on
from invc.pbits.heatbath.logic import XOR, Logic

WARPS = 8
RECORD = 16  # bytes: flags, where it goes, and two arguments
KIND, FLIP, OTHER_FLIP, COMPUTED, OTHER_COMPUTED, NOTHING = (1 << k for k in range(6))
BARRIER = 1 << 31
FIELDS = (
    ("ended", "ptr"),
    ("state", "ptr"),
    ("apart", "i64"),
    ("records", "ptr"),
    ("slots", "i32"),
    ("scratch", "ptr"),
    ("scratch_apart", "i64"),
    ("wanted", "ptr"),  # flags and rows of literals
    ("wanted_count", "i32"),
    ("found", "ptr"),  # rows of all blocks, one literal after the other
    ("blocks", "i32"),
    ("mark", "i32"),  # what a block is marked with where the first literal holds in it; 0: nothing
)


def logic_kernel(name: str, *, near: bool, gpu: bool) -> str:
    """The kernel; `near` if what is computed has a place in shared memory."""
    body = Body(gpu=gpu, threads=LANES * WARPS)
    state = body.argument("state").at(body.block.wide() * body.number("apart", "i64"))
    far = body.argument("scratch").at(body.block.wide() * body.number("scratch_apart", "i64"))
    scratch = body.shared if near else far
    with body.when(goes_on(body)):
        with body.loop(0, body.number("slots")) as slot:
            with body.each_thread() as thread:
                warp, lane = thread >> 5, (thread & (LANES - 1)) * 4
                place = (slot * WARPS + warp).wide() * RECORD
                flags, target, one, other = body.argument("records").at(place).loads(1)
                with body.when((flags & NOTHING).equals(0)):
                    a = _literal(body, (state, scratch), flags, (FLIP, COMPUTED), one, lane)
                    b = _literal(
                        body, (state, scratch), flags, (OTHER_FLIP, OTHER_COMPUTED), other, lane
                    )
                    result = (flags & KIND).equals(0).chosen(a & b, a ^ b)
                    scratch.at((target + lane).wide()).store(result)
            if gpu:
                with body.when((flags >> 31).equals(1)):
                    body.barrier()
        body.barrier()
        with body.each_thread() as thread:
            _give(body, state, scratch, thread)
    return body.function(name, FIELDS)


def _literal(
    body: Body,
    places: tuple[Memory, Memory],
    flags: Value,
    bits: tuple[int, int],
    row: Value,
    lane: Value,
) -> Value:
    """A row of the state, or one that was computed, or its inverse."""
    found = body.variable(0)
    computed = (flags & bits[1]).differs(0)
    with body.when(computed):
        found.set(places[1].at((row + lane).wide()).load())
    with body.when((flags & bits[1]).equals(0)):
        found.set(places[0].at((row + lane).wide()).load())
    return found.get() ^ (flags & bits[0]).differs(0).mask()


def _give(body: Body, state: Memory, scratch: Memory, thread: Value) -> None:
    """The rows of the literals that are wanted."""
    warp, lane = thread >> 5, (thread & (LANES - 1)) * 4
    with body.loop(warp, body.number("wanted_count"), WARPS) as k:
        home = body.argument("wanted").at((k * 8).wide())
        flags, row = home.load(fixed=True), home.at(4).load(fixed=True)
        value = body.variable(0)
        with body.when((flags & NOTHING).equals(0)):
            value.set(_literal(body, (state, scratch), flags & ~FLIP, (FLIP, COMPUTED), row, lane))
        found = value.get() ^ (flags & FLIP).differs(0).mask()
        place = (k * body.number("blocks") + body.block).wide() * ROW
        body.argument("found").at(place).at(lane.wide()).store(found)
        mark = body.number("mark")
        with body.when(found.differs(0) & mark.differs(0) & k.equals(0)):
            body.argument("ended").at((body.block * 4).wide()).store(mark)


@dataclass(frozen=True, eq=False)
class Steps:
    """A logic as the kernel reads it.

    Attributes:
        records: Shape (slots, warps, 4).
        rows: That are computed.
    """

    records: UInt32
    rows: int


def steps_of(logic: Logic) -> Steps:
    """The operations of a logic side by side."""
    table = logic.operations.astype(np.int64)
    kind, row, one, other = table.T
    record = np.zeros((len(table) + 1, 4), dtype=np.uint32)
    flags = np.where(kind == XOR, KIND, 0)
    for bits, literal, column in (
        ((FLIP, COMPUTED), one, 2),
        ((OTHER_FLIP, OTHER_COMPUTED), other, 3),
    ):
        source = literal >> 1
        computed = source >= logic.spins
        flags = flags | np.where(literal & 1, bits[0], 0) | np.where(computed, bits[1], 0)
        record[:-1, column] = np.where(computed, source - logic.spins, source) * ROW
    record[:-1, 0], record[:-1, 1] = flags, (row - logic.spins) * ROW
    record[-1, 0] = NOTHING
    before = _before(logic)
    slots = arranged(before, WARPS)
    layout = np.full((len(slots), WARPS), -1, dtype=np.int64)
    for line, slot in zip(layout, slots, strict=True):
        line[: len(slot)] = slot
    records = record[layout]
    records[np.flatnonzero(barriers_of(before, slots)), :, 0] |= np.uint32(BARRIER)
    return Steps(np.ascontiguousarray(records), logic.rows)


def _before(logic: Logic) -> list[list[int]]:
    """For each operation those that must be done before it: rows are written again."""
    written: dict[int, int] = {}
    readers: dict[int, list[int]] = {}
    before = []
    for k, (_, row, one, other) in enumerate(logic.operations.tolist()):
        sources = {one >> 1, other >> 1}
        own = [written[source] for source in sources if source in written]
        own += readers.pop(row, ())
        if row in written:
            own.append(written[row])
        before.append(own)
        written[row] = k
        for source in sources:
            if source >= logic.spins:
                readers.setdefault(source, []).append(k)
        readers.pop(row, None)
    return before


def wanted_of(logic: Logic, literals: Int32) -> UInt32:
    """Literals as the kernel reads them. Shape (literals, 2)."""
    found = np.zeros((max(1, len(literals)), 2), dtype=np.uint32)
    for k, literal in enumerate(literals.tolist()):
        flip = FLIP if literal & 1 else 0
        if literal < 0:
            found[k] = NOTHING | flip, 0
            continue
        row = literal >> 1
        computed = row >= logic.spins
        flags = flip | (COMPUTED if computed else 0)
        found[k] = flags, (row - logic.spins if computed else row) * ROW
    return found
