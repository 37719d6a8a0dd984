"""The driver of a GPU by ctypes: the one place that knows libcuda. No toolkit is needed."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import byref, c_char_p, c_int, c_size_t, c_uint32, c_uint64, c_void_p
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any, Protocol
from weakref import finalize

import numpy as np
import numpy.typing as npt

from invc.diagnostics import InvcError

LIBRARY = "libcuda.so.1"
Array = npt.NDArray[Any]
# Of cuDeviceGetAttribute, cuFuncSetAttribute, cuFuncGetAttribute and cuModuleLoadDataEx.
PROCESSORS, MOST_SHARED, MAJOR, MINOR = 16, 97, 75, 76
SHARED_SIZE, CARVEOUT, LOCAL_SIZE, REGISTERS = 8, 9, 3, 4
ERROR_LOG, ERROR_LOG_BYTES = 5, 6
LOG_BYTES = 1 << 14
BESIDE, NO_TIMING = 1, 2  # of cuStreamCreate and cuEventCreate
LEAST = (7, 0)  # compute capability: warps whose lanes may part are nothing that kernels need


class Buffer:
    """Memory of a device, for as long as it lives.

    Attributes:
        address: Where it is.
        size: Bytes.
    """

    def __init__(self, address: int, size: int) -> None:
        self.address, self.size = address, size


@dataclass(frozen=True)
class Grid:
    """How a kernel runs.

    Attributes:
        blocks: So many.
        threads: Of a block.
        shared: Bytes of shared memory of a block.
        side: Whether beside what is not launched so.
    """

    blocks: int
    threads: int
    shared: int
    side: bool = False


class Device(Protocol):
    """What kernels run on: a GPU, or in tests this processor."""

    name: str
    processors: int
    shared: int

    @property
    def target(self) -> str | None:
        """LLVM's name of its processor; None where kernels are those of this processor."""
        ...

    def copy(self, source: Buffer, target: Buffer, size: int) -> None:
        """Copy so many bytes on the device."""
        ...

    def allocate(self, size: int) -> Buffer:
        """Memory of so many bytes, whatever is in it."""
        ...

    def write(self, buffer: Buffer, array: Array, offset: int = 0) -> None:
        """Copy an array to the device."""
        ...

    def read(self, buffer: Buffer, array: Array, offset: int = 0) -> None:
        """Copy what is there into an array, once all that was launched is done."""
        ...

    def kernel(self, text: str, name: str, shared: int) -> Any:  # noqa: ANN401 - the device's own
        """A kernel of a module that `code_for` made; so many bytes of shared memory are its own."""
        ...

    def launch(self, kernel: Any, grid: Grid, arguments: Sequence[Any]) -> None:  # noqa: ANN401
        """Run blocks after what was launched before on the same side; it goes on meanwhile."""
        ...

    def mark(self, *, side: bool) -> Any:  # noqa: ANN401
        """What has been launched so far, on the side or not."""
        ...

    def follow(self, mark: Any, *, side: bool) -> None:  # noqa: ANN401
        """What is launched from now on, on the side or not, waits for that."""
        ...


class Cuda:
    """The first device that the driver shows."""

    def __init__(self, library: Any) -> None:  # noqa: ANN401 - ctypes
        self._cuda = library
        self._check(library.cuInit(0), "cuInit")
        device, count = c_int(), c_int()
        self._check(library.cuDeviceGetCount(byref(count)), "cuDeviceGetCount")
        if not count.value:
            raise InvcError("the CUDA driver shows no GPU", hint="leave out --kernel cuda")
        self._check(library.cuDeviceGet(byref(device), 0), "cuDeviceGet")
        self._device = device
        text = ctypes.create_string_buffer(128)
        self._check(library.cuDeviceGetName(text, 128, device), "cuDeviceGetName")
        self.name = text.value.decode()
        self.processors = self._attribute(PROCESSORS)
        self.shared = self._attribute(MOST_SHARED)
        self.capability = self._attribute(MAJOR), self._attribute(MINOR)
        if self.capability < LEAST:
            raise InvcError(f"{self.name} is too old a GPU", hint="leave out --kernel cuda")
        self._context = c_void_p()
        self._check(
            library.cuDevicePrimaryCtxRetain(byref(self._context), device),
            "cuDevicePrimaryCtxRetain",
        )
        self._enter()
        self._streams = c_void_p(), c_void_p()
        for stream in self._streams:
            self._check(library.cuStreamCreate(byref(stream), BESIDE), "cuStreamCreate")
        self._modules: dict[int, Any] = {}
        self._lock = Lock()

    @property
    def target(self) -> str:
        """LLVM's name of the processor, of those that every LLVM with PTX 7.8 knows."""
        major, minor = min(self.capability, (9, 0))
        return f"sm_{major}{minor}"

    def _attribute(self, which: int) -> int:
        value = c_int()
        found = self._cuda.cuDeviceGetAttribute(byref(value), which, self._device)
        self._check(found, "cuDeviceGetAttribute")
        return value.value

    def _check(self, code: int, what: str) -> None:
        if code:
            text = c_char_p()
            self._cuda.cuGetErrorString(code, byref(text))
            reason = (text.value or b"unknown").decode()
            raise InvcError(f"the GPU failed: {what}: {reason}", hint="run without --kernel cuda")

    def _enter(self) -> None:
        self._check(self._cuda.cuCtxSetCurrent(self._context), "cuCtxSetCurrent")

    def allocate(self, size: int) -> Buffer:
        """Memory of so many bytes."""
        self._enter()
        address = c_uint64()
        code = self._cuda.cuMemAlloc_v2(byref(address), c_size_t(max(size, 16)))
        if code == 2:
            gigabytes = size / 1e9
            raise InvcError(
                f"the GPU has no {gigabytes:.3g} GB left for this model",
                hint="run without --kernel cuda",
            )
        self._check(code, "cuMemAlloc")
        buffer = Buffer(address.value, size)
        finalize(buffer, self._free, address.value)
        return buffer

    def _free(self, address: int) -> None:
        self._cuda.cuCtxSetCurrent(self._context)
        self._cuda.cuMemFree_v2(c_uint64(address))

    def write(self, buffer: Buffer, array: Array, offset: int = 0) -> None:
        """Copy an array to the device."""
        self._enter()
        data = np.ascontiguousarray(array)
        assert offset + data.nbytes <= max(buffer.size, 16), "it fits"
        self.wait()
        where, size = c_uint64(buffer.address + offset), c_size_t(data.nbytes)
        self._check(
            self._cuda.cuMemcpyHtoD_v2(where, c_void_p(data.ctypes.data), size), "copying there"
        )

    def read(self, buffer: Buffer, array: Array, offset: int = 0) -> None:
        """Copy what is there into an array."""
        self._enter()
        assert array.flags.c_contiguous and offset + array.nbytes <= buffer.size, "it fits"
        self.wait()
        where, size = c_uint64(buffer.address + offset), c_size_t(array.nbytes)
        self._check(
            self._cuda.cuMemcpyDtoH_v2(c_void_p(array.ctypes.data), where, size), "copying back"
        )

    def copy(self, source: Buffer, target: Buffer, size: int) -> None:
        """Copy bytes within the device."""
        self._enter()
        self.wait()
        where = c_uint64(target.address), c_uint64(source.address), c_size_t(size)
        self._check(self._cuda.cuMemcpyDtoD_v2(*where), "copying")
        self.wait()

    def kernel(self, text: str, name: str, shared: int) -> Any:  # noqa: ANN401
        """A kernel of a module."""
        self._enter()
        with self._lock:
            key = hash(text)
            if key not in self._modules:
                self._modules[key] = self._module(text)
        function = c_void_p()
        found = self._cuda.cuModuleGetFunction(byref(function), self._modules[key], name.encode())
        self._check(found, "cuModuleGetFunction")
        self._check(
            self._cuda.cuFuncSetAttribute(function, SHARED_SIZE, shared),
            "shared memory of a kernel",
        )
        if shared:  # else a processor would empty itself to divide its memory anew
            self._cuda.cuFuncSetAttribute(function, CARVEOUT, 100)
        return function

    def _module(self, text: str) -> Any:  # noqa: ANN401
        log = ctypes.create_string_buffer(LOG_BYTES)
        options = (c_int * 2)(ERROR_LOG, ERROR_LOG_BYTES)
        values = (c_void_p * 2)(ctypes.cast(log, c_void_p), c_void_p(LOG_BYTES))
        module = c_void_p()
        code = self._cuda.cuModuleLoadDataEx(byref(module), text.encode(), 2, options, values)
        if code:
            lines = log.value.decode(errors="replace").strip().splitlines() or ["no reason given"]
            raise InvcError(
                f"the GPU's driver refuses a kernel: {lines[0]}", hint="a newer driver may take it"
            )
        return module

    def facts(self, kernel: Any) -> dict[str, int]:  # noqa: ANN401
        """Registers of a thread, and bytes that did not fit into them."""
        found = {}
        for name, which in (("registers", REGISTERS), ("spilled", LOCAL_SIZE)):
            value = c_int()
            self._check(
                self._cuda.cuFuncGetAttribute(byref(value), which, kernel), "cuFuncGetAttribute"
            )
            found[name] = value.value
        return found

    def launch(self, kernel: Any, grid: Grid, arguments: Sequence[Any]) -> None:  # noqa: ANN401
        """Run blocks; it goes on meanwhile."""
        self._enter()
        places = (c_void_p * len(arguments))(*(ctypes.addressof(a) for a in arguments))
        shape = (grid.blocks, 1, 1, grid.threads, 1, 1, grid.shared)
        stream = self._streams[grid.side]
        self._check(
            self._cuda.cuLaunchKernel(kernel, *shape, stream, places, None), "cuLaunchKernel"
        )

    def mark(self, *, side: bool) -> Any:  # noqa: ANN401
        """What has been launched so far."""
        self._enter()
        event = c_void_p()
        self._check(self._cuda.cuEventCreate(byref(event), NO_TIMING), "cuEventCreate")
        self._check(self._cuda.cuEventRecord(event, self._streams[side]), "cuEventRecord")
        finalize(event, self._cuda.cuEventDestroy_v2, c_void_p(event.value))
        return event

    def follow(self, mark: Any, *, side: bool) -> None:  # noqa: ANN401
        """What is launched from now on waits for that."""
        self._enter()
        self._check(self._cuda.cuStreamWaitEvent(self._streams[side], mark, 0), "cuStreamWaitEvent")

    def wait(self) -> None:
        """Until all that was launched is done."""
        self._enter()
        self._check(self._cuda.cuCtxSynchronize(), "a kernel")


def argument(kind: str, value: int | Buffer) -> Any:  # noqa: ANN401 - ctypes
    """An argument of a kernel as it is passed."""
    if isinstance(value, Buffer):
        return c_uint64(value.address)
    return (c_uint32 if kind == "i32" else c_uint64)(
        value & (0xFFFFFFFF if kind == "i32" else -1 & (1 << 64) - 1)
    )


@lru_cache(maxsize=1)
def device() -> Cuda:
    """The device of this process.

    Raises:
        InvcError: There is no driver, or no GPU.
    """
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError as error:
        raise InvcError(
            f"no CUDA driver is installed ({LIBRARY})",
            hint="it comes with NVIDIA's driver; leave out --kernel cuda",
        ) from error
    return Cuda(library)
