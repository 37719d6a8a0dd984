"""Bytes of files, no more of them than expected: a small file may claim to hold a large one."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from invc.diagnostics import InvcError

CHUNK = 1 << 24


def open_bytes(path: Path) -> BinaryIO:
    """A file of bytes, unpacked on the way where it is gzip.

    Raises:
        InvcError: It cannot be opened.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        return cast(BinaryIO, gzip.open(path)) if packed else path.open("rb")
    except OSError as error:
        raise unreadable(path, error) from error


def take(file: BinaryIO, count: int, path: Path) -> bytes:
    """Up to `count` bytes; fewer where the file ends.

    Raises:
        InvcError: It cannot be read, or is no gzip after all.
    """
    parts = []
    try:
        while count > 0:
            part = file.read(min(count, CHUNK))
            if not part:
                break
            parts.append(part)
            count -= len(part)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        reason = str(error)[:60]
        raise InvcError(f"broken gzip: {reason}", where=str(path), hint="get it again") from None
    except OSError as error:
        raise unreadable(path, error) from error
    return b"".join(parts)


def unreadable(path: Path, error: OSError) -> InvcError:
    """The error for a file that the system will not give."""
    reason = (error.strerror or str(error)).lower()
    return InvcError(f"cannot read it: {reason}", where=str(path), hint="check its name")
