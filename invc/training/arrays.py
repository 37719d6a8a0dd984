"""Arrays in one .npz file: written so that equal arrays give equal bytes, read without trust."""

from __future__ import annotations

import io
import math
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from invc.diagnostics import InvcError

Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]
MOST_BYTES = 1 << 32  # of any array that a file claims to hold
HEAD = 1 << 12
# What zipfile and numpy raise over bytes that are no archive, or no arrays.
BROKEN = (
    *(OSError, ValueError, TypeError, KeyError, IndexError, EOFError, SyntaxError, OverflowError),
    *(RuntimeError, MemoryError, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error),
)


def format_arrays(arrays: Mapping[str, Array]) -> bytes:
    """The file; equal arrays give equal bytes, whatever the clock says."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    return out.getvalue()


class ArrayFile:
    """The arrays of a file, each read when it is asked for.

    Raises:
        InvcError: It cannot be read, or is no .npz file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with zipfile.ZipFile(path) as archive:
                self.entries = {n.removesuffix(".npy"): n for n in archive.namelist()}
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InvcError(
                f"cannot read it: {reason}", where=str(path), hint="check its name"
            ) from error
        except BROKEN as error:
            raise self._broken(error) from None

    def get(self, name: str) -> Array | None:
        """One array, or None where there is none of this name."""
        if name not in self.entries:
            return None
        try:
            # Of a file that Python 2 wrote, or of odd text in a head, numpy warns in many words.
            with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(self.path) as archive:
                return _array(archive, self.entries[name], self.path)
        except BROKEN as error:
            raise self._broken(error) from None

    def _broken(self, error: Exception) -> InvcError:
        return InvcError(f"no .npz file: {str(error)[:60]}", where=str(self.path))


def _array(archive: zipfile.ZipFile, name: str, path: Path) -> Array:
    """One array, whose head is believed only as far as memory goes."""
    with archive.open(name) as file:
        start = io.BytesIO(file.read(HEAD))
    version = np.lib.format.read_magic(start)
    read_head = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    shape, _, kind = read_head(start)
    if kind.hasobject or math.prod(shape) * kind.itemsize > MOST_BYTES:
        what = "objects" if kind.hasobject else f"an array of shape {shape}"
        raise InvcError(
            f"{name} holds {what}", where=str(path), hint="save plain arrays of numbers"
        )
    with archive.open(name) as file:
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))
