"""Slices that reach below the end of a net: Yosys's own reader (0.70) writes them wrongly.

`y[i -: 3]` with i = 1 sets y[1] and y[0]. Where i has no sign, Yosys takes i - 2 for a large number
and sets nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from invc.diagnostics import InvcError

# The position of a slice that is written at an index that varies, as the reader names it.
_POSITION = re.compile(r"^ +wire .*\\?\$bitselwrite\$pos\$(.+):(\d+)\$\d+$")
_ASSIGNED = re.compile(r"-\s*:[^;=]*?<?=(?!=)")
MOST_LINES = 8  # of what is assigned to


def slice_below(modules: Path, locate: Callable[[str], str]) -> InvcError | None:
    """The error for a slice that Yosys's own reader may have written wrongly, None without one.

    Args:
        modules: What it wrote of the sources, as RTLIL, beside the sources.
        locate: Makes a place of the user's of one of Yosys's.
    """
    texts: dict[str, list[str]] = {}
    with modules.open(encoding="utf-8", errors="replace") as file:
        places = [match.groups() for match in map(_POSITION.match, file) if match is not None]
    for name, line in dict.fromkeys(places):
        if name not in texts:
            path = modules.parent / name
            text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
            texts[name] = text.splitlines()
        if _goes_down(texts[name], int(line)):
            return InvcError(
                "Yosys's own reader sets wrong bits where [INDEX -: WIDTH] reaches below bit 0",
                where=locate(f"{name}:{line}"),
                hint="write [INDEX - WIDTH + 1 +: WIDTH] with a signed INDEX, or use the Yosys of "
                "pip install pyosys, which has slang",
            )
    return None


def _goes_down(lines: list[str], line: int) -> bool:
    """Whether the statement at a line assigns to a [INDEX -: WIDTH], or may by a macro."""
    statement = " ".join(lines[line - 1 : line - 1 + MOST_LINES])
    if _ASSIGNED.search(statement):
        return True
    at = "".join(lines[line - 1 : line])  # by a directive of lines it may be in no file
    return "`" in at and any("`define" in text and "-:" in text for text in lines)
