"""Sweeps on a device: noise is drawn and then used, part by part."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from invc.ising.model import Int64
from invc.pbits.cuda import moves, noise
from invc.pbits.cuda.draws import Room, Stream, jobs_of, stream_of
from invc.pbits.cuda.driver import Buffer, Device, Grid, argument
from invc.pbits.cuda.kernels import Kernels, Wanted
from invc.pbits.cuda.noise import STREAMS
from invc.pbits.cuda.prepared import Prepared
from invc.pbits.cuda.state import Replicas
from invc.pbits.generated.signature import bits_of_heat
from invc.pbits.heatbath.heat import Heat
from invc.pbits.heatbath.program import Program
from invc.pbits.heatbath.reference import FEW_UPDATES
from invc.pbits.lanes import WORDS

MOST_POOLS = 64  # that a part of a call draws, if it is more than a sweep
MOST_NOISE = 16  # rows behind the last vector that are read where others have more planes
NONE = Stream(np.zeros((1, 0), dtype=np.int32), 0, 0, 0, 0, 0, 0)


@dataclass(eq=False)
class Space:
    """Memory that calls use one after the other.

    Attributes:
        device: Whose.
        places: By name; they grow.
        marks: For each of two places of noise, when it was used for the last time.
        turn: Which of them is next.
        nothing: Zeros.
        kept: What kernels may still read.
    """

    device: Device
    places: dict[str, Buffer] = field(default_factory=dict)
    marks: list[Any] = field(default_factory=lambda: [None, None])
    turn: int = 0
    nothing: Buffer | None = None
    kept: deque[Buffer] = field(default_factory=lambda: deque(maxlen=8))

    def keep(self, buffer: Buffer) -> None:
        """Keep what a kernel reads that was just launched; to give memory back waits for it."""
        self.kept.append(buffer)

    def zeros(self, count: int) -> Buffer:
        """So many numbers of 32 bits, or more, all 0."""
        if self.nothing is None or self.nothing.size < 4 * count:
            self.nothing = self.device.allocate(4 * count)
            self.device.write(self.nothing, np.zeros(count, dtype=np.int32))
        return self.nothing

    def place(self, name: str, size: int) -> Buffer:
        """Memory of at least so many bytes."""
        found = self.places.get(name)
        if found is None or found.size < size:
            self.places.pop(name, None)
            found = self.places[name] = self.device.allocate(size)
        return found


def streams_of(
    program: Program, prepared: Prepared, heat: Heat, sweeps: int
) -> list[Stream] | None:
    """The noise of a call; None where no kernel has it."""
    bits = bits_of_heat(heat)
    each = 1 if program.updates < FEW_UPDATES else heat.uses
    if bits is None or each & (each - 1):
        return None
    found = []
    for r, table in enumerate((heat.even, heat.odd)):
        uses = len(prepared.index[r])
        own = bits[r] if uses else 0
        offset = (1 << own >> 1) - table.certain if own else 0
        found.append(stream_of(table.thresholds, own, offset, uses, uses * sweeps, each))
    return found


def part_of(streams: Sequence[Stream], sweeps: int) -> int:
    """Of so many sweeps, those whose noise is drawn at a time: it shall not take all memory."""
    pools = max(stream.uses >> stream.log_size + stream.log_each for stream in streams)
    return max(1, min(sweeps, MOST_POOLS // max(1, pools)))


@dataclass(eq=False)
class Call:
    """Sweeps of one call.

    Attributes:
        kernels: Of the device.
        space: Memory.
        prepared: The program.
        state: Of which replicas.
        streams: Noise of even and of odd fields, and of trades.
        rungs: Temperatures.
        part: Sweeps between two times that noise is drawn.
        turn: Where its noise is.
        marks: When the noise of each part was used.
    """

    kernels: Kernels
    space: Space
    prepared: Prepared
    state: Replicas
    streams: Sequence[Stream]
    rungs: int
    part: int
    turn: int = 0
    marks: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Noise goes where that of the last call is not: it may still be used."""
        self.space.turn ^= 1
        self.turn = self.space.turn
        self.marks = [self.space.marks[self.turn]] * 2

    def noise(self, first: int, last: int, trades: tuple[int, int] = (0, 0)) -> None:
        """Draw the noise of some sweeps while those before them are done."""
        device = self.space.device
        if self.marks[-2] is not None:
            device.follow(self.marks[-2], side=True)
        self.draw(first, last, trades)
        device.follow(device.mark(side=True), side=False)

    def used(self, *, at_once: bool = False) -> None:
        """What there was noise for is launched; the next is drawn beside it, or only then."""
        mark = self.space.device.mark(side=False)
        self.marks += [mark, mark] if at_once else [mark]
        self.space.marks[self.turn] = mark

    def run(self, first: int, last: int, trades: tuple[int, int] = (0, 0)) -> None:
        """Some sweeps of the call, part by part, and the noise of trades after them."""
        for begin in range(first, last, self.part):
            end = min(last, begin + self.part)
            self.noise(begin, end, trades if end == last else (trades[0], trades[0]))
            self.move(begin, end)
            self.used()

    @property
    def ended(self) -> Buffer:
        """For each block, not 0 if it stays as it is."""
        return self.state.ended

    @cached_property
    def rooms(self) -> tuple[Room, ...]:
        """Where vectors go: there is place for those of a part, and what it begins and ends in."""
        found, row = [], 0
        for r, stream in enumerate(self.streams):
            uses = stream.uses * 2 * (self.part if r < 2 else 1)
            most = (uses >> stream.log_size + stream.log_each) + 2
            found.append(Room(row, 1 << (most - 1).bit_length()))
            row += stream.bits * (found[r].pools << stream.log_size)
        return tuple(found)

    @cached_property
    def pool(self) -> dict[str, int | Buffer]:
        """Where vectors are in memory."""
        last, stream = self.rooms[-1], self.streams[-1]
        rows = last.row + stream.bits * (last.pools << stream.log_size) + MOST_NOISE
        size = rows * noise.ROW
        place = self.space.place(f"pool of {self.turn}", size * self.state.blocks)
        return {"pool": place, "pool_apart": size}

    def draw(self, first: int, last: int, trades: tuple[int, int] = (0, 0)) -> None:
        """The noise of some sweeps, and of trades after them."""
        key, make = self._jobs(first, last, trades)
        jobs = self.prepared.jobs
        if key not in jobs:
            array = make()
            buffer = self.space.device.allocate(array.nbytes)
            self.space.device.write(buffer, array)
            if len(jobs) >= 256:
                jobs.pop(next(iter(jobs)))
            jobs[key] = buffer, len(array)
        buffer, count = jobs[key]
        if not count:
            return
        values: dict[str, int | Buffer] = {
            "ended": self.ended,
            "jobs": buffer,
            "count": count,
            "rng": self.state.rng,
            "rungs": self.rungs,
            **self.pool,
        }
        for r in range(STREAMS):
            values |= self._of_noise[r]
        grid = Grid(self.state.blocks, noise.THREADS, noise.SHARED_BYTES, side=True)
        launch(self.space.device, self._noise, noise.fields(), values, grid)

    def _jobs(self, first: int, last: int, trades: tuple[int, int]) -> tuple[Any, Any]:
        turns = [self._turns(r, first, last) for r in (0, 1)]
        chance = self.streams[2]
        turns.append((_turn_after(trades[0], chance), _turn_after(trades[1], chance)))
        rooms = self.rooms
        updates = len(self.prepared.index[0]) + len(self.prepared.index[1])
        key = (
            tuple(
                (s.bits, s.lowest, s.log_size, s.log_each, *turns[r], rooms[r])
                for r, s in enumerate(self.streams)
            ),
            first,
            last,
        )

        def make() -> Any:  # noqa: ANN401
            positions = [self._positions(r, *turns[r], updates) for r in (0, 1)]
            late = 2 * updates * last + np.arange(turns[2][1] - turns[2][0])
            return jobs_of(self.streams, [*positions, late], turns, rooms)

        return key, make

    def _turns(self, r: int, first: int, last: int) -> tuple[int, int]:
        """The turns that begin in some sweeps."""
        stream = self.streams[r]
        return _turn_after(first * stream.uses, stream), _turn_after(last * stream.uses, stream)

    def _positions(self, r: int, first: int, last: int, updates: int) -> Int64:
        """When turns are due: twice the number of the update in the call."""
        stream = self.streams[r]
        if not stream.uses:
            return np.zeros(0, dtype=np.int64)
        use = np.arange(first, last, dtype=np.int64) << stream.log_size
        sweep, rank = np.divmod(use, stream.uses)
        found: Int64 = 2 * (sweep * updates + self.prepared.index[r][rank])
        return found

    @cached_property
    def _of_noise(self) -> tuple[dict[str, int | Buffer], ...]:
        return tuple(self._of_stream(r) for r in range(STREAMS))

    def _of_stream(self, r: int) -> dict[str, int | Buffer]:
        stream, rounds = self.streams[r], self.rooms[r].pools
        masks = self._masks(r)
        vectors = rounds << stream.log_size
        sizes = {
            "shifts": 4 * vectors,
            "turns": 4 * (rounds << stream.log_each),
        }
        values: dict[str, int | Buffer] = {
            f"masks{r}": masks,
            f"levels{r}": stream.thresholds.shape[1],
            f"lowest{r}": stream.lowest,
            f"offset{r}": stream.offset,
        }
        for name, least in sizes.items():
            size = -(-least // noise.ROW) * noise.ROW
            values[f"{name}{r}"] = self.space.place(
                f"{name}{r} of {self.turn}", size * self.state.blocks
            )
            values[f"{name}_apart{r}"] = size
        return values

    def _masks(self, r: int) -> Buffer:
        stream = self.streams[r]
        key = "masks", stream.thresholds.tobytes(), stream.thresholds.shape
        jobs = self.prepared.jobs
        if key not in jobs:
            array = stream.masks()
            jobs[key] = self.space.device.allocate(array.nbytes)
            self.space.device.write(jobs[key], array)
        found: Buffer = jobs[key]
        return found

    @cached_property
    def common(self) -> dict[str, int | Buffer]:
        """What all kernels need that read noise."""
        words = WORDS // self.rungs
        return {**self.pool, "rungs": self.rungs, "log_words": words.bit_length() - 1}

    def used_noise(self, r: int, first: int) -> dict[str, int | Buffer]:
        """What they need of a stream, from its use of a number on."""
        stream, own = self.streams[r], self._of_noise[r]
        names = ("shifts", "shifts_apart", "turns", "turns_apart")
        values = {
            f"{name}{r}": own[
                f"{name[: -len('_apart')]}_apart{r}" if name.endswith("_apart") else f"{name}{r}"
            ]
            for name in names
        }
        return {
            **values,
            f"row{r}": self.rooms[r].row,
            f"first{r}": first & 0xFFFFFFFF,
            f"uses{r}": stream.uses,
            f"log_size{r}": stream.log_size,
            f"log_each{r}": stream.log_each,
            f"rounds{r}": self.rooms[r].pools - 1,
            f"shift_mask{r}": 64 * (WORDS // self.rungs) - 1 if stream.log_each else 0,
        }

    def move(self, first: int, last: int) -> None:
        """Some sweeps, whose noise is drawn: as many together as can overlap, then the others."""
        for together in sorted(self.prepared.placed, reverse=True):
            count = (last - first) // together
            if count:
                self._move(first, together, count)
                first += count * together

    def _move(self, first: int, together: int, count: int) -> None:
        prepared, placed = self.prepared, self.prepared.placed[together]
        tables, blocks = placed.tables, self.state.blocks
        notes = 0 if prepared.shape.near else 4 * tables.ranks.size
        values: dict[str, int | Buffer] = {
            "ended": self.ended,
            "state": self.state.rows,
            "apart": self.state.block_bytes,
            "slots": len(tables.records) - 1,
            "row_count": len(tables.rows),
            "written_count": len(tables.written),
            "notes": self.space.place("notes", notes * blocks),
            "notes_apart": notes,
            "sweeps": count,
            **self.common,
            **placed.places,
        }
        for r in (0, 1):
            values |= self.used_noise(r, self.streams[r].uses * first)
            values[f"uses{r}"] = self.streams[r].uses * together
        grid = Grid(blocks, prepared.threads, prepared.shape.shared)
        launch(self.space.device, self._moves, moves.fields(), values, grid)

    @property
    def _moves(self) -> Any:  # noqa: ANN401
        prepared, bits = self.prepared, (self.streams[0].bits, self.streams[1].bits)
        if bits not in prepared.kernels:
            rules, shape = prepared.own_rules(bits), prepared.shape

            def text(name: str, *, gpu: bool) -> str:
                return moves.Moves(rules, bits, shape.warps, near=shape.near, gpu=gpu).kernel(name)

            key = "moves", tuple(rules), bits, shape.warps, shape.near
            shared = self.space.device.shared if shape.near else 0
            wanted = Wanted(prepared.threads, shared, prepared.registers)
            prepared.kernels[bits] = self.kernels.get(key, text, wanted)
        return prepared.kernels[bits]

    @property
    def _noise(self) -> Any:  # noqa: ANN401
        bits = tuple(stream.bits for stream in self.streams)

        def text(name: str, *, gpu: bool) -> str:
            return noise.noise_kernel(name, bits, gpu=gpu)

        wanted = Wanted(noise.THREADS, noise.SHARED_BYTES)
        return self.kernels.get(("noise", bits), text, wanted)


def _turn_after(uses: int, stream: Stream) -> int:
    """The first turn that begins after so many uses."""
    return -(-uses // (1 << stream.log_size))


def launch(
    device: Device,
    kernel: Any,  # noqa: ANN401
    fields: Sequence[tuple[str, str]],
    values: dict[str, int | Buffer],
    grid: Grid,
) -> None:
    """A kernel with arguments by name."""
    device.launch(kernel, grid, [argument(kind, values[name]) for name, kind in fields])
