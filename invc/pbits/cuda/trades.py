"""The kernel by which neighbouring rungs of ladders trade states, see `heatbath.ladder`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from invc.pbits.cuda import planes
from invc.pbits.cuda.layout import UInt32
from invc.pbits.cuda.noise import LANES, ROW
from invc.pbits.cuda.text import Body, Memory, Value, Variable, goes_on
from invc.pbits.heatbath.energy import Meter

WARPS = 8
EIGHT = 8  # terms that are added at a time
TERM = 16  # bytes: two rows, a mask for the second, and one that inverts
CHANCE = 2  # the stream of noise


def fields() -> list[tuple[str, str]]:
    """Arguments of the kernel, in order: names and kinds."""
    own = (
        ("ended", "ptr"),
        ("state", "ptr"),
        ("apart", "i64"),
        ("terms", "ptr"),
        ("ends", "ptr"),  # how many eights there are up to those of each bit
        ("turn", "ptr"),  # exchanges before this call, of each block
        ("exchange", "i32"),  # which one of the call
        ("traded", "ptr"),  # by block and lane
        ("targets", "ptr"),
        ("target_count", "i32"),
    )
    return [*own, *planes.COMMON, *((f"{name}{CHANCE}", kind) for name, kind in planes.FIELDS)]


def shared_bytes(bits: int) -> int:
    """Of a block: sums of the warps, and rows on their way."""
    return (WARPS * bits + bits + 1 + WARPS + 1) * ROW


class Trades:
    """The kernel under construction.

    Attributes:
        bits: Of energies.
        planes: Bits of the weights of terms.
        noise: Bits of numbers of chances.
    """

    def __init__(self, bits: int, weights: int, noise: int, *, gpu: bool) -> None:
        self.bits, self.weights, self.noise = bits, weights, noise
        self.body = Body(gpu=gpu, threads=LANES * WARPS)
        body = self.body
        self.rows = body.argument("state").at(body.block.wide() * body.number("apart", "i64"))
        self.sums = body.shared
        self.total = body.shared.at(WARPS * bits * ROW)
        self.choice = self.total.at(bits * ROW)
        self.moving = self.choice.at(ROW)

    def kernel(self, name: str) -> str:
        """The text of the whole kernel."""
        body = self.body
        with body.when(goes_on(body)):
            with body.each_thread() as thread:
                self.measure(thread >> 5, thread & (LANES - 1))
            body.barrier()
            with body.each_thread() as thread, body.when(thread.below(LANES)):
                self.add_up(thread)
            body.barrier()
            with body.each_thread() as thread, body.when(thread.below(LANES)):
                self.choose(thread)
            body.barrier()
            self.trade()
        return body.function(name, fields())

    def measure(self, warp: Value, lane: Value) -> None:
        """The sum of a warp's part of the terms, in planes of bits."""
        body = self.body
        sums = [body.variable(0) for _ in range(self.bits)]
        ends = body.argument("ends")
        for p in range(self.weights):
            first = ends.at(4 * p).load(fixed=True)
            with body.loop(first + warp, ends.at(4 * p + 4).load(fixed=True), WARPS) as eight:
                home = body.argument("terms").at(eight.wide() * (EIGHT * TERM))
                values = [self.term(home.at(TERM * k), lane) for k in range(EIGHT)]
                _add_eight(sums, p, values)
        for p, variable in enumerate(sums):
            self.sums.at((warp * self.bits + p) * ROW + lane * 4).store(variable.get())

    def term(self, home: Memory, lane: Value) -> Value:
        """x_i ^ x_j ^ flip of a lane."""
        one, other, has, flip = home.loads(1)
        x = self.rows.at((one + lane * 4).wide()).load()
        y = self.rows.at((other + lane * 4).wide()).load()
        return x ^ (y & has) ^ flip

    def add_up(self, lane: Value) -> None:
        """The sums of all warps."""
        body = self.body
        sums = [body.variable(0) for _ in range(self.bits)]
        with body.loop(0, body.constant(WARPS)) as warp:
            carry = body.constant(0)
            for p, variable in enumerate(sums):
                now = variable.get()
                other = self.sums.at((warp * self.bits + p) * ROW + lane * 4).load()
                variable.set(now ^ other ^ carry)
                carry = _majority(now, other, carry)
        for p, variable in enumerate(sums):
            self.total.at(lane * 4 + p * ROW).store(variable.get())

    def choose(self, lane: Value) -> None:
        """Where E' + 2 n >= E, of the rungs whose turn it is; both are 2 times the sum."""
        body = self.body
        use = body.number("exchange")
        note = planes.note_of(body, CHANCE, self.noise, use)
        halves = planes.drawn(body, self.noise, note, lane)
        chance = planes.Noise(halves, note).turned(self.noise)
        zero, ones = body.constant(0), body.constant(-1)
        inside = (lane + 2).below(LANES)
        next_ = inside.chosen(lane + 2, zero) * 4
        low, high = zero, ones
        for p in range(max(self.bits, self.noise)):
            hot = self.total.at(lane * 4 + p * ROW).load() if p < self.bits else zero
            cold = self.total.at(next_ + p * ROW).load() & inside.mask() if p < self.bits else zero
            n = chance[p] if p < self.noise else zero
            total = cold ^ n ^ low
            low = _majority(cold, n, low)
            high = _majority(total, ~hot, high)
        turn = body.argument("turn").at((body.block * 4).wide()).load() + use
        rung = (lane >> 1) & (body.number("rungs") - 1)
        own = (rung & 1).equals(turn & 1) & (rung + 1).below(body.number("rungs"))
        trades = (low | high) & own.mask()
        self.choice.at(lane * 4).store(trades)
        place = body.argument("traded").at(((body.block * LANES + lane) * 4).wide())
        ones_ = body.assign("i32", f"call i32 @llvm.ctpop.i32(i32 {trades.name})")
        place.store(place.load() + ones_)

    def trade(self) -> None:
        """Rows that are updated: lanes of one rung become those of the next, and these theirs."""
        body = self.body
        count = body.number("target_count")
        with body.loop(0, count, WARPS) as first:
            with body.each_thread() as thread:
                warp, lane = thread >> 5, (thread & (LANES - 1)) * 4
                with body.when((first + warp).below(count)):
                    self.moving.at(warp * ROW + lane).store(self.target(first + warp, lane).load())
            body.barrier()
            with body.each_thread() as thread:
                warp, lane = thread >> 5, thread & (LANES - 1)
                with body.when((first + warp).below(count)):
                    self.target(first + warp, lane * 4).store(self.traded(warp, lane))
            body.barrier()

    def target(self, number: Value, lane: Value) -> Memory:
        """A row that is updated."""
        row = self.body.argument("targets").at((number * 4).wide()).load(fixed=True)
        return self.rows.at((row + lane).wide())

    def traded(self, warp: Value, lane: Value) -> Value:
        """What a lane of a row becomes."""
        body, row = self.body, self.moving.at(warp * ROW)
        zero = body.constant(0)
        now = row.at(lane * 4).load()
        upper, lower = (lane + 2).below(LANES), ~lane.below(2)
        next_, last = upper.chosen(lane + 2, zero) * 4, lower.chosen(lane - 2, zero) * 4
        down = self.choice.at(lane * 4).load() & upper.mask()
        up = self.choice.at(last).load() & lower.mask()
        return now ^ ((now ^ row.at(next_).load()) & down) ^ ((now ^ row.at(last).load()) & up)


def _majority(a: Value, b: Value, c: Value) -> Value:
    return (a & b) | ((a | b) & c)


def _add_eight(sums: Sequence[Variable], p: int, values: Sequence[Value]) -> None:
    """Eight bits of the weight 2**p added to planes of sums."""
    level, column = p, list(values)
    while level < len(sums) and column:
        now, carries = sums[level].get(), []
        while len(column) > 1:
            a, b = column.pop(), column.pop()
            carries.append(_majority(now, a, b))
            now = now ^ a ^ b
        if column:
            a = column.pop()
            carries.append(now & a)
            now = now ^ a
        sums[level].set(now)
        column, level = carries, level + 1


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms of an energy as the kernel reads them.

    Attributes:
        terms: Eight of one weight at a time. Shape (terms, 4).
        ends: Shape (weights + 1,).
    """

    terms: UInt32
    ends: UInt32


def terms_of(meter: Meter) -> Terms:
    """The terms of a meter, as many more of each weight as make eights, which add nothing."""
    weights = int(meter.terms[:, 3].max(initial=0)) + 1
    parts, ends = [], [0]
    for p in range(weights):
        own = meter.terms[meter.terms[:, 3] == p].astype(np.int64)
        i, j, flip, _ = own.T
        has = j >= 0
        part = np.stack([i * ROW, np.where(has, j, i) * ROW, -has.astype(np.int64), -flip], axis=1)
        pad = np.zeros((-len(part) % EIGHT, 4), dtype=np.int64)
        pad[:, 2] = -1
        parts.append(np.concatenate([part, pad]))
        ends.append(ends[-1] + len(parts[-1]) // EIGHT)
    terms = (np.concatenate(parts) & 0xFFFFFFFF).astype(np.uint32)
    return Terms(terms, np.array(ends, dtype=np.uint32))
