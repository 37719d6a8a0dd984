"""Kernels as text that a driver takes: PTX by llvmlite, kept on disk for the next run."""

from __future__ import annotations

import zlib
from contextlib import suppress
from hashlib import sha256

from invc.pbits.generated.cache import Cache
from invc.pbits.generated.compiler import ptx_text


def ptx_of(text: str, processor: str, cache: Cache | None = None) -> str:
    """A module for a GPU in the language that its driver compiles.

    Raises:
        InvcError: llvmlite is not installed, or makes no code for GPUs.
    """
    cache = cache or Cache()
    name = f"ptx {processor} {sha256(text.encode()).hexdigest()}"
    kept = cache.get(name)
    with suppress(zlib.error, UnicodeDecodeError):
        if kept is not None:
            return zlib.decompress(kept).decode()
    code = ptx_text(text, processor)
    cache.put(name, zlib.compress(code.encode()))
    return code
