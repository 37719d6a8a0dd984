"""Kernels of a kind as text that a device takes: PTX by llvmlite."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from invc.diagnostics import InvcError
from invc.pbits.cuda.text import PTX, module_of
from invc.pbits.generated import compiler

SHARED = "@shared = external addrspace(3) global [0 x i8], align 16"


@lru_cache(maxsize=64)
def ptx_of(text: str, processor: str) -> str:
    """A module for a GPU in the language that its driver compiles.

    Raises:
        InvcError: llvmlite is not installed, or makes no code for GPUs.
    """
    return compiler.ptx_text(text, processor)


def gpu_module(functions: Sequence[str], threads: int) -> str:
    """The text of a module for a GPU."""
    return module_of([SHARED, *functions], gpu=True, threads=threads)


def host_module(functions: Sequence[str]) -> str:
    """The same for this processor."""
    return module_of(functions, gpu=False, threads=0)


__all__ = ["PTX", "InvcError", "gpu_module", "host_module", "ptx_of"]
