"""The kernels of a device, each printed and compiled once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from invc.pbits.cuda.code import ptx_of
from invc.pbits.cuda.driver import Device
from invc.pbits.cuda.text import module_of


@dataclass(frozen=True)
class Wanted:
    """How a kernel is to run.

    Attributes:
        threads: Of a block.
        shared: Bytes of shared memory of a block, at most.
        registers: Of a thread, at most; 0 for as many as it takes.
    """

    threads: int
    shared: int = 0
    registers: int = 0


class Printer(Protocol):
    """Prints a kernel under a name."""

    def __call__(self, name: str, *, gpu: bool) -> str:
        """Its text, for a GPU or for this processor."""
        ...


class Kernels:
    """The kernels of a device by what they are."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.made: dict[Any, Any] = {}

    def get(self, key: Any, text: Printer, wanted: Wanted) -> Any:  # noqa: ANN401 - the device's
        """A kernel, made where there is none of its key."""
        if key not in self.made:
            name, target = "invc_kernel", self.device.target
            if target is None:
                module = module_of(text(name, gpu=False), gpu=False)
            else:
                function = text(name, gpu=True)
                module = ptx_of(
                    module_of(
                        function, gpu=True, threads=wanted.threads, registers=wanted.registers
                    ),
                    target,
                )
            self.made[key] = self.device.kernel(module, name, wanted.shared)
        return self.made[key]
