"""Object code kept on disk between runs: what a user made, for that user alone.

Machine code is run, so it is taken only from a folder and a file that belong to whoever asks and
that nobody else may write; a hash tells what was cut short. Nothing is unpickled.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from invc.frontend.cache import cache_folder

FORMAT = "2"  # of files: another one is another name
MOST_FILES = 1024
MOST_BYTES = 1 << 18  # of a file
SUFFIX = ".o"


class Cache:
    """A folder of objects by the names of what they are; it may fail, and then it is empty.

    Attributes:
        folder: Where they are.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or cache_folder() / "kernels"

    def get(self, name: str) -> bytes | None:
        """The object of a name, or None where there is none that can be trusted."""
        with suppress(OSError), self._opened(create=False) as folder:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(_file(name), flags, dir_fd=folder), "rb") as file:
                if not _is_ours(os.fstat(file.fileno()), stat.S_ISREG):
                    return None
                data = file.read(MOST_BYTES + 1)
            digest, code = data[:32], data[32:]
            if len(data) <= MOST_BYTES and digest == _digest(name, code):
                return code
        return None

    def put(self, name: str, code: bytes) -> None:
        """Keep an object; the oldest ones make room."""
        if len(code) + 32 > MOST_BYTES:
            return
        with suppress(OSError), self._opened(create=True) as folder:
            partial = f"{_file(name)}.{os.getpid()}"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(partial, flags, 0o600, dir_fd=folder), "wb") as file:
                file.write(_digest(name, code) + code)
            os.replace(partial, _file(name), src_dir_fd=folder, dst_dir_fd=folder)
            _make_room(folder)

    @contextmanager
    def _opened(self, *, create: bool) -> Iterator[int]:
        """The folder, if nobody else may write there.

        Raises:
            OSError: It is not there, or not ours, or this system cannot tell.
        """
        if not hasattr(os, "geteuid") or os.open not in os.supports_dir_fd:
            raise OSError("whose a file is cannot be told here")
        if create:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if not _is_ours(os.fstat(folder), stat.S_ISDIR):
                raise PermissionError("a folder that others may write")
            yield folder
        finally:
            os.close(folder)


def _is_ours(status: os.stat_result, kind: object) -> bool:
    """Whether something of a kind is the user's, and nobody else may write it."""
    alone = not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return alone and status.st_uid == os.geteuid() and bool(kind(status.st_mode))  # type: ignore[operator]


def _file(name: str) -> str:
    return sha256(f"{FORMAT} {_generator()} {name}".encode()).hexdigest() + SUFFIX


@cache
def _generator() -> str:
    """Tells generators apart: code of another one, of a fault since mended, is not found again."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def _digest(name: str, code: bytes) -> bytes:
    return sha256(_file(name).encode() + code).digest()


def _make_room(folder: int) -> None:
    """Remove the files that were written first, where there are too many."""
    with os.scandir(folder) as entries:
        files = [(entry.stat(follow_symlinks=False).st_mtime, entry.name) for entry in entries]
    if len(files) > MOST_FILES:
        for _, name in sorted(files)[: len(files) - MOST_FILES * 3 // 4]:
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)
