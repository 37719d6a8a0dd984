"""A folder of files, written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from invc.diagnostics import InvcError


def check_new(folder: Path) -> None:
    """Make sure that a folder can be made.

    Raises:
        InvcError: It is there already and not empty, or its parent is not.
    """
    if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        raise InvcError(
            "the folder exists" if folder.is_dir() else "there is a file of that name",
            where=str(folder),
            hint="name another with -o, or remove it first",
        )
    if not folder.absolute().parent.is_dir():
        raise InvcError(
            "cannot write it: no such folder", where=str(folder), hint="make its parent first"
        )


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write files beside the folder first, then give them its name.

    Raises:
        InvcError: As `check_new`, or it cannot be written; nothing is left then.
    """
    check_new(folder)
    name = ""
    try:
        name = tempfile.mkdtemp(prefix=f".{folder.name[:80]}.", dir=folder.absolute().parent)
        for file, text in files.items():
            (Path(name) / file).write_text(text, encoding="utf-8")
        Path(name).chmod(0o755)
        Path(name).replace(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvcError(f"cannot write it: {reason}", where=str(folder)) from error
    finally:
        if name:
            shutil.rmtree(name, ignore_errors=True)
