"""A device that is this processor: kernels as a GPU gets them, compiled for where tests run."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from invc.pbits.backend import backend_named
from invc.pbits.cuda.backend import Cuda
from invc.pbits.cuda.driver import Array, Buffer, Grid
from invc.pbits.generated import compiler

SHARED = 232448  # bytes, as an H100 has
LINE = 64


class Place(Buffer):
    """Memory of this process, full of what nobody wrote."""

    def __init__(self, size: int) -> None:
        self.array = np.full(max(size, 16) + LINE, 0xA5, dtype=np.uint8)
        super().__init__(self.array.ctypes.data + -self.array.ctypes.data % LINE, size)


class StandIn:
    """Runs the blocks of a kernel one after the other, each thread a turn of a loop.

    Attributes:
        shared: Bytes that it says to have, so that rows of models have a place there or not.
    """

    name = "stand-in"
    processors = 1
    target = None

    def __init__(self, shared: int = SHARED) -> None:
        self.shared = shared
        self.launched: list[str] = []
        self._loaded: list[compiler.Loaded] = []
        self._names: dict[int, str] = {}

    def allocate(self, size: int) -> Buffer:
        return Place(size)

    def write(self, buffer: Buffer, array: Array, offset: int = 0) -> None:
        data = np.ascontiguousarray(array)
        assert offset + data.nbytes <= max(16, buffer.size)
        ctypes.memmove(buffer.address + offset, data.ctypes.data, data.nbytes)

    def read(self, buffer: Buffer, array: Array, offset: int = 0) -> None:
        assert array.flags.c_contiguous
        assert offset + array.nbytes <= max(16, buffer.size)
        ctypes.memmove(array.ctypes.data, buffer.address + offset, array.nbytes)

    def copy(self, source: Buffer, target: Buffer, size: int) -> None:
        ctypes.memmove(target.address, source.address, size)

    def kernel(self, text: str, name: str, shared: int) -> int:
        assert shared <= SHARED
        target = compiler.target_of("baseline")
        loaded = compiler.Loaded(target)
        own = f"{name}_{len(self._loaded)}"
        code = compiler.plain_object(text.replace(f"@{name}(", f"@{own}("), target)
        self._loaded.append(loaded)
        return loaded.add({own: code})[own]

    def launch(self, kernel: int, grid: Grid, arguments: Sequence[Any]) -> None:
        assert grid.shared <= SHARED
        shared = Place(grid.shared)
        kinds: list[Any] = [*(type(a) for a in arguments), ctypes.c_uint64, ctypes.c_uint32]
        function = ctypes.CFUNCTYPE(None, *kinds)(kernel)
        for block in range(grid.blocks):
            shared.array[:] = 0x5A
            function(*arguments, ctypes.c_uint64(shared.address), ctypes.c_uint32(block))

    def mark(self, *, side: bool) -> None:
        """Everything is done when it is launched."""

    def follow(self, mark: object, *, side: bool) -> None:
        """There is nothing to wait for."""


def stand_in(blocks: int = 2, shared: int = SHARED, host: str = "baseline") -> Cuda:
    """The backend of a GPU on this processor, with fewer blocks."""
    return Cuda(StandIn(shared), backend_named(host), blocks)
