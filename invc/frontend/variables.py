"""What the source says of registers: which names can be set, which serve properties."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from invc.frontend.yosys_cells import Json

DECLARING = re.compile(
    r"\b(?:(?P<variable>reg|logic|bit|int|integer|byte|shortint|longint)"
    r"|(?P<net>wire|tri|input|output|inout|parameter|localparam|assign))\b"
)
CONDITION = re.compile(r"`(ifdef|ifndef|elsif|else|endif)\b\s*(\w*)")
LABEL = re.compile(r"([A-Za-z_]\w*)\s*:(?!:)", re.ASCII)
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
    found = next((n for n in others if _is_variable(nets[n], n)), name)
    return "" if found == name else found


def is_formal(module: Json, name: str) -> bool:
    """Whether a net is declared for properties alone, where FORMAL is defined."""
    src = str(module["netnames"].get(name, {}).get("attributes", {}).get("src", ""))
    match = PLACE.fullmatch(src)
    if match is None:
        return False
    inside: list[bool] = []
    for line in _lines(match[1])[: int(match[2]) - 1]:
        for word, macro in CONDITION.findall(line):
            if word in ("ifdef", "ifndef"):
                inside.append(word == "ifdef" and macro == "FORMAL")
            elif inside and word == "endif":
                inside.pop()
            elif inside:  # elsif, else
                inside[-1] = word == "elsif" and macro == "FORMAL"
    return any(inside)


def label_at(src: str) -> str:
    """The label of the statement that stands at a place, "" without one: slang forgets some."""
    match = PLACE.fullmatch(src)
    lines = _lines(match[1]) if match else ()
    if match is None or not match[3] or not 0 < int(match[2]) <= len(lines):
        return ""
    label = LABEL.match(lines[int(match[2]) - 1], int(match[3]) - 1)
    return label[1] if label else ""


@lru_cache(maxsize=16)
def _lines(file: str) -> Sequence[str]:
    try:
        return Path(file).read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return ()


def _is_alias(net: Any, other: Any) -> bool:  # noqa: ANN401 - Yosys's JSON
    return not net.get("hide_name") and bool(net["bits"] == other["bits"])


def _is_variable(net: Any, name: str) -> bool:  # noqa: ANN401 - Yosys's JSON
    """Whether the declaration is one of a variable: what its last word before the name says."""
    match = PLACE.fullmatch(str(net.get("attributes", {}).get("src", "")))
    if match is None:
        return False
    lines, last = _lines(match[1]), int(match[2])
    head = "\n".join([*lines[max(0, last - 20) : last - 1], _until(lines, last, match[3], name)])
    words = list(DECLARING.finditer(head.rpartition(";")[2]))
    return bool(words) and words[-1].lastgroup == "variable"


def _until(lines: Sequence[str], line: int, column: str | None, name: str) -> str:
    """The line up to the name, or to its first letter."""
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    if column is not None:
        return text[: int(column)]
    return text.partition(name.rpartition(".")[2])[0]
