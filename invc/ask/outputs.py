"""Files to be written: told before a run what could not be written after it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from invc.diagnostics import InvcError
from invc.text.files import check_writable


def check_outputs(names: Iterable[str], kept: Iterable[Path] = ()) -> None:
    """Refuse names of files that `write_whole` could not write, or of which two are one.

    Args:
        names: Of the files to write; "-", standard output, is none.
        kept: Files that are read, and must not be lost.

    Raises:
        InvcError: One cannot be written.
    """
    taken = {_place(path): "this file is read, and would be lost" for path in kept}
    for name in names:
        if name == "-":
            continue
        if not name:
            raise InvcError("an output needs the name of a file, and '' is none")
        path = Path(name)
        check_writable(path)
        place = _place(path)
        if place in taken and not _is_special(path):
            raise InvcError(taken[place], where=name, hint="choose another place")
        taken[place] = "two outputs cannot be one file"


def _place(path: Path) -> str:
    """Where a path leads, whatever links it goes through."""
    return os.path.realpath(path)


def _is_special(path: Path) -> bool:
    """Whether it is a device or a pipe, which several may write to."""
    return path.exists() and not path.is_file()
