"""The backend of a GPU: many blocks of 1,024 replicas as one state, each equal to the CPU's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from invc.diagnostics import InvcError
from invc.ising.model import Int8, Int32, Int64
from invc.pbits.cuda import first, noise
from invc.pbits.cuda.driver import Buffer, Device, Grid, device
from invc.pbits.cuda.exchanges import Exchanges
from invc.pbits.cuda.kernels import Kernels, Wanted
from invc.pbits.cuda.looks import Looker
from invc.pbits.cuda.many import Blocks, Kept, Many
from invc.pbits.cuda.prepared import Prepared, prepare
from invc.pbits.cuda.state import GENERATORS, Replicas, apart, rows_of_block, side_by_side
from invc.pbits.cuda.sweeps import NONE, Call, Space, launch, part_of, streams_of
from invc.pbits.generated.compiler import has_llvmlite
from invc.pbits.heatbath.energy import Meter
from invc.pbits.heatbath.heat import Heat
from invc.pbits.heatbath.ladder import Exchanged, Ladder, Pace
from invc.pbits.heatbath.logic import Condition, Logic
from invc.pbits.heatbath.program import Program
from invc.pbits.heatbath.settling import Settling
from invc.pbits.lanes import ALL, WORDS, Rows, UInt64
from invc.pbits.native import backend as native
from invc.pbits.random import block_generator, generators

if TYPE_CHECKING:
    from invc.pbits.backend import Backend

NAME = "cuda"
BLOCKS = 256  # of 1,024 replicas, whatever the card: results must not depend on it


class Cuda(Many):
    """States live on a device; what it has no kernel for, the CPU does, block by block.

    Attributes:
        device: Which one.
        kernels: That are made.
        space: Its memory between calls.
        threads: One that looks at a block while another keeps the device busy.
    """

    threads = 2

    def __init__(self, device: Device, host: Backend, blocks: int = BLOCKS) -> None:
        super().__init__(NAME, host, blocks)
        self.device = device
        self.kernels = Kernels(device)
        self.space = Space(device)
        self._prepared: WeakKeyDictionary[Program, Prepared | None] = WeakKeyDictionary()
        self._looker = Looker(self.kernels, self.space)
        self._exchanges = Exchanges(self.kernels, self.space, self._looker)
        self._lock = RLock()

    def start(self, known: Int8, seed: int, block: int) -> Replicas:
        """Random states, held spins in place, and generators: those of the CPU's blocks."""
        numbers = range(block * self.blocks, (block + 1) * self.blocks)
        rng = np.stack([generators(block_generator(seed, number)) for number in numbers])
        masks = np.zeros((len(known), 2), dtype=np.uint64)
        masks[:, 0] = np.where(known == 0, ALL, 0)
        masks[:, 1] = np.where(known > 0, ALL, 0)
        with self._lock:
            state = self._empty(len(known), self.blocks)
            self.device.write(state.rng, rng)
            place = self.device.allocate(masks.nbytes)
            self.device.write(place, masks)
            kernel = self.kernels.get("first", first.first_kernel, Wanted(noise.LANES))
            values: dict[str, int | Buffer] = {
                "rng": state.rng,
                "state": state.rows,
                "apart": state.block_bytes,
                "spins": state.spins,
                "masks": place,
            }
            grid = Grid(self.blocks, noise.LANES, 0)
            launch(self.device, kernel, first.FIELDS, values, grid)
            # Noise is drawn beside the sweeps, and has to wait for these generators.
            self.device.follow(self.device.mark(side=False), side=True)
            self.space.keep(place)
            return state

    def adopt(self, rows: UInt64, source: np.random.Philox) -> Replicas:
        """A state that stands in rows, shape (spins, words)."""
        parts = apart(rows)
        blocks = (Rows(part, generators(source)) for part in parts)
        return self._uploaded(rows.shape[0], blocks, len(parts))

    def branch(self, state: Replicas, known: Int8, seed: int, block: int) -> Replicas:
        """Another block that goes on from a state, with the generators that `start` leaves."""
        found = self.start(known, seed, block)
        with self._lock:
            self.device.copy(state.rows, found.rows, state.blocks * state.block_bytes)
        return found

    def _empty(self, spins: int, count: int) -> Replicas:
        state = Replicas(
            spins,
            self.device.allocate(count * spins * noise.ROW),
            self.device.allocate(count * GENERATORS),
            self.device.allocate(4 * count),
            np.zeros(count, dtype=np.int64),
        )
        self.device.write(state.ended, np.zeros(count, dtype=np.int32))
        return state

    def _uploaded(self, spins: int, blocks: Iterable[Rows], count: int) -> Replicas:
        with self._lock:
            state = self._empty(spins, count)
            for b, block in enumerate(blocks):
                self._put(state, b, block)
            return state

    def _put(self, state: Replicas, b: int, block: Rows) -> None:
        self.device.write(state.rows, block.rows, b * state.block_bytes)
        self.device.write(state.rng, block.rng, b * GENERATORS)
        state.turns[b] = block.turn

    def block(self, state: Replicas, b: int) -> Rows:
        """A block of 1,024 replicas as the CPU has it."""
        rows = np.empty((state.spins, WORDS), dtype=np.uint64)
        rng = np.empty((4, WORDS), dtype=np.uint64)
        self.device.read(state.rows, rows, b * state.block_bytes)
        self.device.read(state.rng, rng, b * GENERATORS)
        return rows_of_block(rows, rng, int(state.turns[b]))

    @contextmanager
    def _here(self, state: Replicas | Blocks, *, changes: bool = True) -> Iterator[Blocks]:
        """The blocks of a state on this machine, which go back as they are left."""
        if isinstance(state, Blocks):
            yield state
            return
        with self._lock:
            blocks = Blocks([self.block(state, b) for b in range(state.blocks)])
            yield blocks
            if changes:
                for b, block in enumerate(blocks.blocks):
                    self._put(state, b, block)

    def __reduce__(self) -> tuple[Callable[[], Cuda], tuple[()]]:
        """It is sent as its name: elsewhere another device is found."""
        return backend, ()

    def sweep(self, program: Program, state: Replicas, heat: Heat, sweeps: int) -> None:
        """Update every target in order, `sweeps` times, in place."""
        with self._lock:
            call = self._call(program, state, heat, sweeps)
            if call is not None:
                call.run(0, sweeps)
                return
        with self._here(state) as blocks:
            super().sweep(program, blocks, heat, sweeps)

    def _call(self, program: Program, state: Replicas, heat: Heat, sweeps: int) -> Call | None:
        prepared = self._program(program)
        streams = prepared and streams_of(program, prepared, heat, sweeps)
        if not prepared or not streams:
            return None
        part = part_of(streams, sweeps)
        return Call(self.kernels, self.space, prepared, state, [*streams, NONE], 1, part)

    def _program(self, program: Program) -> Prepared | None:
        if program not in self._prepared:
            self._prepared[program] = prepare(program, self.device)
        return self._prepared[program]

    def exchange(
        self,
        program: Program,
        state: Replicas,
        ladder: Ladder,
        pace: Pace,
        seen: Condition | None = None,
    ) -> Exchanged:
        """Sweeps of ladders whose neighbours trade states; each block ends by itself."""
        with self._lock:
            prepared = self._program(program)
            done = prepared and self._exchanges.run(program, prepared, state, ladder, pace, seen)
            if done:
                return done
        with self._here(state) as blocks:
            return super().exchange(program, blocks, ladder, pace, seen)

    def settle_once(self, stage: Settling, state: Replicas, heat: Heat, sweeps: int) -> None:
        """Sweeps of a stage, whose restless spins flip."""
        if not (heat.is_cold and np.any(stage.restless)):
            self.sweep(stage.program, state, heat, sweeps)
            return
        with self._here(state) as blocks:
            super().settle_once(stage, blocks, heat, sweeps)

    def rows_of(self, logic: Logic, literals: Int32, state: Replicas | Blocks) -> UInt64:
        """The rows of some literals. Shape (literals, words)."""
        if isinstance(state, Blocks):
            return super().rows_of(logic, literals, state)
        with self._lock:
            return self._looker.rows_of(logic, literals, state)

    def energies(self, meter: Meter, state: Replicas | Blocks) -> Int64:
        """Energies of all replicas. Shape (lanes,)."""
        with self._here(state, changes=False) as blocks:
            return super().energies(meter, blocks)

    def resample(self, state: Replicas | Blocks, spins: Int64, good: UInt64) -> Int32:
        """In the rows of some spins, lanes that are not good become copies of random good ones."""
        with self._here(state) as blocks:
            return super().resample(blocks, spins, good)

    def copy_lanes(
        self, state: Replicas | Blocks, spins: Int64, source: Int64, target: Int64
    ) -> None:
        """In the rows of some spins, lane target[k] becomes what source[k] is, in place."""
        with self._here(state) as blocks:
            super().copy_lanes(blocks, spins, source, target)

    def keep(self, state: Replicas | Blocks, spins: Int64 | None = None) -> Kept:
        """What some spins are now, or all."""
        with self._here(state, changes=False) as blocks:
            return super().keep(blocks, spins)

    def restore(self, state: Replicas | Blocks, kept: Kept, lanes: UInt64 | None = None) -> None:
        """Make some replicas, shape (words,), or all, what they were when kept, in place."""
        with self._here(state) as blocks:
            super().restore(blocks, kept, lanes)

    def fetch(self, state: Replicas | Blocks) -> UInt64:
        """All spins as rows. Shape (spins, words)."""
        if isinstance(state, Blocks):
            return super().fetch(state)
        with self._lock:
            found = np.empty((state.blocks, state.spins, WORDS), dtype=np.uint64)
            self.device.read(state.rows, found)
        return side_by_side(found)


def present() -> bool:
    """Whether there is a GPU that can be used; nothing is said where there is none."""
    try:
        backend()
    except InvcError:
        return False
    return True


@lru_cache(maxsize=1)
def backend() -> Cuda:
    """The backend of this process, on the first GPU.

    Raises:
        InvcError: There is no driver, no GPU, or no llvmlite.
    """
    if not has_llvmlite():
        raise InvcError(
            "the kernel cuda needs llvmlite", hint="pip install '.[cuda]' in a checkout of invc"
        )
    return Cuda(device(), native.Native(native.kernels()[0]))
