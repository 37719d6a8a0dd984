"""Read files with faults of one line; write them whole or not at all, so that nothing is lost."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

from invc.diagnostics import InvcError

STREAM = "-"  # the name of a file that stands for standard input or output
PIECE = 1 << 22
MOST_BYTES = 1 << 30  # of a file that is read; what is larger is no input but a mistake


def write_whole(path: Path, chunks: Iterable[str] | Iterable[bytes]) -> None:
    """Write text (as UTF-8) or bytes to a temporary file beside `path`, then rename it.

    "-" is standard output.

    Raises:
        InvcError: The folder is missing or not writable, or the disk is full; `path` is as it
            was before.
    """
    if str(path) == STREAM:  # a broken pipe is no fault of ours: whoever calls ends quietly
        for chunk in chunks:
            sys.stdout.buffer.write(_bytes(chunk))
        sys.stdout.flush()
        return
    name = ""
    try:
        if path.exists() and not path.is_file():
            # A device or a pipe (/dev/stdout, /dev/null): renaming over it would replace it.
            # Where a link to a pipe leads has no name in the file system.
            with path.open("wb") as file:
                for chunk in chunks:
                    file.write(_bytes(chunk))
            return
        target = _target(path)
        descriptor, name = _temporary(target)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(_bytes(chunk))
        Path(name).chmod(_mode(target))
        Path(name).replace(target)
    except OSError as error:
        _discard(name)
        raise _cannot_write(path, error) from error
    except BaseException:
        _discard(name)
        raise


def check_writable(path: Path) -> None:
    """Find out whether `write_whole` could write here, before work of which nothing may be lost.

    A file beside `path` is made and taken away again; nothing else changes.

    Raises:
        InvcError: As `write_whole`.
    """
    if str(path) == STREAM:
        return
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.exists() and not path.is_file():
            return
        target = _target(path)
        os.fsencode(target)  # a name that no file system can hold
        descriptor, name = _temporary(target)
        os.close(descriptor)
        _discard(name)
        os.lstat(target)  # the name itself may be too long
    except FileNotFoundError as error:
        if not path.parent.is_dir():
            raise _cannot_write(path, error) from error
    except (OSError, ValueError) as error:
        raise _cannot_write(path, error) from error


def _bytes(chunk: str | bytes) -> bytes:
    return chunk.encode() if isinstance(chunk, str) else chunk


def _target(path: Path) -> Path:
    """The file itself, where `path` is a link to it."""
    try:
        return path.resolve() if path.is_symlink() else path
    except RuntimeError:  # pathlib's word for links in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None


def _temporary(target: Path) -> tuple[int, str]:
    try:
        return tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    except ValueError:  # a null byte, or a character that no name of a file can have
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from None


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


def _reason(error: Exception) -> str:
    """What the system says, in a few words."""
    return ((error.strerror if isinstance(error, OSError) else None) or str(error)).lower()


def _cannot_write(path: Path, error: Exception) -> InvcError:
    try:
        hint = "choose another place" if path.parent.is_dir() else "make its folder first"
    except OSError:
        hint = "choose another place"
    return InvcError(f"cannot write it: {_reason(error)}", where=str(path), hint=hint)


def read_bytes(path: Path, *, hint: str | None = None) -> bytes:
    """The bytes of a file; those of standard input where it is called "-".

    Raises:
        InvcError: It cannot be read, or is larger than `MOST_BYTES`.
    """
    try:
        with nullcontext(sys.stdin.buffer) if str(path) == STREAM else path.open("rb") as file:
            data = b"".join(_bounded(file))
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        message = f"cannot read it: {_reason(error)}"
        raise InvcError(message, where=str(path), hint=hint) from error
    if len(data) > MOST_BYTES:
        raise InvcError(f"larger than {MOST_BYTES} bytes", where=str(path), hint=hint)
    return data


def _bounded(file: BinaryIO) -> Iterator[bytes]:
    """A file in pieces, up to the first beyond `MOST_BYTES`: a device may have no end."""
    size = 0
    while size <= MOST_BYTES and (piece := file.read(PIECE)):
        size += len(piece)
        yield piece


def read_text(path: Path, *, hint: str | None = None) -> str:
    """The text of a UTF-8 file, ends of lines as in `decoded`.

    Raises:
        InvcError: It cannot be read, or is not UTF-8.
    """
    return decoded(read_bytes(path, hint=hint), str(path), hint=hint)


def decoded(data: bytes, where: str, *, hint: str | None = None) -> str:
    r"""Bytes as UTF-8 text, where `\r\n` and `\r` become the `\n` that ends a line.

    Raises:
        InvcError: They are none.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        message = f"not a text file (byte {error.start} is not UTF-8)"
        raise InvcError(message, where=where, hint=hint) from error
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
