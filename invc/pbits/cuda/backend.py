"""The backend of a GPU: many blocks of 1,024 replicas as one state, each equal to the CPU's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from invc.ising.model import Int8, Int64
from invc.pbits.cuda import code, moves, noise
from invc.pbits.cuda.driver import Device
from invc.pbits.cuda.prepared import Prepared, prepare
from invc.pbits.cuda.state import GENERATORS, Replicas, apart, rows_of_block, side_by_side
from invc.pbits.cuda.sweeps import MOST_POOLS, NONE, Call, Space, streams_of
from invc.pbits.heatbath.heat import Heat
from invc.pbits.heatbath.program import Program
from invc.pbits.host import Host
from invc.pbits.lanes import LANES, WORDS, Rows, UInt64
from invc.pbits.random import block_generator, generators

NAME = "cuda"
BLOCKS = 256  # of 1,024 replicas, whatever the card: results must not depend on it


class Cuda:
    """States live on a device; what it has no kernel for, the CPU does, block by block.

    Attributes:
        name: What users call it.
        lanes: Replicas of a block of the engine's.
        blocks: Of 1,024 replicas in one of these: number b of block n is block n * blocks + b.
    """

    name = NAME

    def __init__(self, device: Device, host: Host, blocks: int = BLOCKS) -> None:
        self.device, self.host, self.blocks = device, host, blocks
        self.lanes = LANES * blocks
        self._space = Space(device)
        self._prepared: WeakKeyDictionary[Program, Prepared | None] = WeakKeyDictionary()
        self._texts: dict[Any, Any] = {}
        self._lock = RLock()

    def start(self, known: Int8, seed: int, block: int) -> Replicas:
        """Random states, held spins in place, and generators: those of the CPU's blocks."""
        blocks = (self.host.start(known, seed, block * self.blocks + b) for b in range(self.blocks))
        with self._lock:
            return self._uploaded(len(known), blocks)

    def adopt(self, rows: UInt64, source: np.random.Philox) -> Replicas:
        """A state that stands in rows, shape (spins, words)."""
        parts = apart(rows)
        blocks = (Rows(part, generators(source)) for part in parts)
        with self._lock:
            return self._uploaded(rows.shape[0], blocks, len(parts))

    def branch(self, state: Replicas, known: Int8, seed: int, block: int) -> Replicas:
        """Another block that goes on from a state, with the generators that `start` leaves."""
        found = self.start(known, seed, block)
        with self._lock:
            self.device.copy(state.rows, found.rows, state.rows.size)
        return found

    def _uploaded(self, spins: int, blocks: Iterator[Rows], count: int | None = None) -> Replicas:
        count = count or self.blocks
        state = Replicas(
            spins,
            self.device.allocate(count * spins * noise.ROW),
            self.device.allocate(count * GENERATORS),
            self.device.allocate(4 * count),
            np.zeros(count, dtype=np.int64),
        )
        self.device.write(state.ended, np.zeros(count, dtype=np.int32))
        for b, block in enumerate(blocks):
            self._put(state, b, block)
        return state

    def _put(self, state: Replicas, b: int, block: Rows) -> None:
        self.device.write(state.rows, block.rows, b * state.block_bytes)
        self.device.write(state.rng, block.rng, b * GENERATORS)
        state.turns[b] = block.turn

    def _block(self, state: Replicas, b: int) -> Rows:
        rows = np.empty((state.spins, WORDS), dtype=np.uint64)
        rng = np.empty((4, WORDS), dtype=np.uint64)
        self.device.read(state.rows, rows, b * state.block_bytes)
        self.device.read(state.rng, rng, b * GENERATORS)
        return rows_of_block(rows, rng, int(state.turns[b]))

    @contextmanager
    def _each(self, state: Replicas) -> Iterator[Iterator[Rows]]:
        """The blocks of a state on this machine, which go back as they are left."""
        blocks = [self._block(state, b) for b in range(state.blocks)]
        yield iter(blocks)
        for b, block in enumerate(blocks):
            self._put(state, b, block)

    def sweep(self, program: Program, state: Replicas, heat: Heat, sweeps: int) -> None:
        """Update every target in order, `sweeps` times, in place."""
        with self._lock:
            call = self._call(program, state, heat, sweeps)
            if call is None:
                with self._each(state) as blocks:
                    for block in blocks:
                        self.host.sweep(program, block, heat, sweeps)
                return
            for first in range(0, sweeps, call.part):
                last = min(sweeps, first + call.part)
                call.noise(first, last)
                call.move(first, last)
                call.used()

    def _call(self, program: Program, state: Replicas, heat: Heat, sweeps: int) -> Call | None:
        if program not in self._prepared:
            self._prepared[program] = prepare(program, self.device)
        prepared = self._prepared[program]
        if prepared is None:
            return None
        streams = streams_of(program, prepared, heat, sweeps)
        if streams is None:
            return None
        bits = streams[0].bits, streams[1].bits
        kernels = self._moves(prepared, bits), self._noise((*bits, 0))
        uses = max(s.uses >> s.log_size + s.log_each for s in streams)
        part = max(1, min(sweeps, MOST_POOLS // max(1, uses)))
        return Call(self._space, prepared, state, [*streams, NONE], kernels, 1, part)

    def _moves(self, prepared: Prepared, bits: tuple[int, int]) -> Any:  # noqa: ANN401
        if bits not in prepared.kernels:
            name = "invc_moves"
            prepared.kernels[bits] = self._kernel(
                lambda gpu: prepared.functions(name, bits, gpu=gpu),
                name,
                prepared.threads,
                prepared.shape.shared,
            )
        return prepared.kernels[bits]

    def _noise(self, bits: tuple[int, int, int]) -> Any:  # noqa: ANN401
        if bits not in self._texts:
            name = "invc_noise"
            self._texts[bits] = self._kernel(
                lambda gpu: noise.noise_kernel(name, bits, gpu=gpu),
                name,
                noise.THREADS,
                noise.SHARED_BYTES,
            )
        return self._texts[bits]

    def _kernel(self, text: Callable[[bool], str], name: str, threads: int, shared: int) -> Any:  # noqa: ANN401
        target = getattr(self.device, "target", None)
        if target is None:
            return self.device.kernel(code.host_module([text(False)]), name, shared)
        return self.device.kernel(
            code.ptx_of(code.gpu_module([text(True)], threads), target), name, shared
        )

    def fetch(self, state: Replicas) -> UInt64:
        """All spins as rows. Shape (spins, words)."""
        with self._lock:
            found = np.empty((state.blocks, state.spins, WORDS), dtype=np.uint64)
            self.device.read(state.rows, found)
        return side_by_side(found)


_ = Int64, moves
