"""Write a file whole or not at all, so that nothing already written is ever lost."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from invc.diagnostics import InvcError


def write_whole(path: Path, chunks: Iterable[str] | Iterable[bytes]) -> None:
    """Write text (as UTF-8) or bytes to a temporary file beside `path`, then rename it.

    Raises:
        InvcError: The folder is missing or not writable, or the disk is full; `path` is as it
            was before.
    """
    if path.exists() and not path.is_file():
        # A device or a pipe (/dev/stdout, /dev/null): renaming over it would replace it. Where
        # a link to a pipe leads has no name in the file system.
        _write_special(path, chunks)
        return
    target = path.resolve() if path.is_symlink() else path
    name = ""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:80]}.", dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(chunk.encode() if isinstance(chunk, str) else chunk)
        Path(name).chmod(_mode(target))
        Path(name).replace(target)
    except OSError as error:
        _discard(name)
        raise _cannot_write(path, error) from error
    except BaseException:
        _discard(name)
        raise


def _write_special(path: Path, chunks: Iterable[str] | Iterable[bytes]) -> None:
    try:
        with path.open("wb") as file:
            for chunk in chunks:
                file.write(chunk.encode() if isinstance(chunk, str) else chunk)
    except OSError as error:
        raise _cannot_write(path, error) from error


def _mode(target: Path) -> int:
    """The mode that an ordinary open() would have left on the file."""
    if target.exists():
        return target.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _discard(name: str) -> None:
    if name:
        Path(name).unlink(missing_ok=True)


def _cannot_write(path: Path, error: OSError) -> InvcError:
    reason = (error.strerror or str(error)).lower()
    hint = "choose another place" if path.parent.is_dir() else "make its folder first"
    return InvcError(f"cannot write it: {reason}", where=str(path), hint=hint)


def read_text(path: Path, *, hint: str | None = None) -> str:
    """The text of a UTF-8 file.

    Raises:
        InvcError: It cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvcError(f"cannot read it: {reason}", where=str(path), hint=hint) from error
    except UnicodeDecodeError as error:
        message = f"not a text file (byte {error.start} is not UTF-8)"
        raise InvcError(message, where=str(path), hint=hint) from error
