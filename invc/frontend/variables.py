"""Which of a register's names is the variable that a simulator can set: its source is looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from invc.frontend.yosys_cells import Json

DECLARING = re.compile(
    r"\b(?:(?P<variable>reg|logic|bit|int|integer|byte|shortint|longint)"
    r"|(?P<net>wire|tri|input|output|inout|parameter|localparam|assign))\b"
)
PLACE = re.compile(r"(.+):(\d+)(?:\.(\d+))?(?:-.*)?")


def variable_of(module: Json, name: str) -> str:
    """Another name of the same bits that is a variable; "" where the name itself is, or none is.

    Args:
        module: Flat; the src attributes of its nets name files and lines.
        name: Of a register.
    """
    nets = module["netnames"]
    if name not in nets:
        return ""
    others = [other for other, net in nets.items() if _is_alias(net, nets[name])]
    others.sort(key=lambda n: (n != name, n.count("."), len(n), n))
    texts: dict[str, Sequence[str]] = {}
    found = next((n for n in others if _is_variable(nets[n], n, texts)), name)
    return "" if found == name else found


def _is_alias(net: Any, other: Any) -> bool:  # noqa: ANN401 - Yosys's JSON
    return not net.get("hide_name") and bool(net["bits"] == other["bits"])


def _is_variable(net: Any, name: str, texts: dict[str, Sequence[str]]) -> bool:  # noqa: ANN401
    """Whether the declaration is one of a variable: what its last word before the name says."""
    match = PLACE.fullmatch(str(net.get("attributes", {}).get("src", "")))
    if match is None:
        return False
    if match[1] not in texts:
        try:
            texts[match[1]] = Path(match[1]).read_text("utf-8", errors="replace").splitlines()
        except OSError:
            texts[match[1]] = ()
    lines, last = texts[match[1]], int(match[2])
    head = "\n".join([*lines[max(0, last - 20) : last - 1], _until(lines, last, match[3], name)])
    words = list(DECLARING.finditer(head.rpartition(";")[2]))
    return bool(words) and words[-1].lastgroup == "variable"


def _until(lines: Sequence[str], line: int, column: str | None, name: str) -> str:
    """The line up to the name."""
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    if column is not None:
        return text[: int(column) - 1]
    return text.partition(name.rpartition(".")[2])[0]
