"""The cells that Liberty files have, whether their functions can be read or not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_CELL = re.compile(r"""\bcell\s*\(\s*"?([^"()\s]+)"?\s*\)\s*\{""")
HINT = (
    "cells are read whose outputs are functions of single pins: without memory, high impedance "
    "or buses; give this one as a module of Verilog"
)


def cell_names(files: Iterable[Path]) -> dict[str, Path]:
    """Names of all cells in Liberty files, of whatever kind, and the file of each."""
    return {
        name: path
        for path in files
        for name in _CELL.findall(path.read_text(encoding="utf-8", errors="replace"))
    }


def no_function(name: str) -> str:
    """What is wrong with a cell that is used and of a kind that is not read."""
    return f"cell {name!r} of the Liberty file is no function of its inputs"
