"""Where this user's programs keep what can be made again, and the last logs of what failed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

MOST_LOGS = 8


def cache_folder() -> Path:
    """The folder for what can be made again; it may not exist yet."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "invc"


def keep_log(chunks: Iterable[str]) -> str:
    """Leave a log where the user can read it, beside the last few; return its name.

    It goes to the cache, or to the folder of temporary files where that cannot be written; "" where
    neither can.
    """
    text = "".join(chunks)
    for folder in (cache_folder() / "logs", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(prefix="yosys-", suffix=".log", dir=folder)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)
            _forget(folder)
        except OSError:
            continue
        return name
    return ""


def _forget(folder: Path) -> None:
    """Remove all logs but the last few of ours."""

    def age(path: Path) -> float:
        try:
            return path.stat().st_mtime
        except OSError:
            return 0.0

    for path in sorted(folder.glob("yosys-*.log"), key=age)[:-MOST_LOGS]:
        path.unlink(missing_ok=True)
