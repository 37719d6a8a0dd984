"""Verilog's own gates, whose terminals have places and no names."""

from __future__ import annotations

import re
from pathlib import Path

from invc.diagnostics import InvcError
from invc.frontend.user_primitives import SKIPPED

PRIMITIVES = frozenset({"and", "nand", "or", "nor", "xor", "xnor", "buf", "not"})
HINT = "by position: the output first, then its inputs; of buf and not the input last"
_SKIPPED = re.compile(SKIPPED, re.DOTALL)
_NAMED = re.compile(
    rf"(?<![\\\w$.`])({'|'.join(sorted(PRIMITIVES))})\b\s*"
    r"(?:\(\s*\w+\s*,\s*\w+\s*\)\s*)?(?:#\s*(?:\([^()]*\)|[\w.]+)\s*)?"  # strengths and delays
    r"(?:[A-Za-z_][\w$]*|\\\S+\s)?\s*(?:\[[^]]*\]\s*)?\(\s*\.\s*[\\A-Za-z_]"
)


def names_of_terminals(kind: str) -> str:
    """What is wrong with a gate whose terminals are given by names."""
    return f"the terminals of {kind!r} have no names: it is a gate of Verilog, not a module"


def check_primitives(path: Path, text: str) -> None:
    """Refuse what Yosys reads as if the names were not there, and mistakes inputs for outputs.

    Raises:
        InvcError: A gate of Verilog has terminals with names.
    """
    plain = _SKIPPED.sub(lambda m: "\n" * m[0].count("\n") or " ", text)
    found = _NAMED.search(plain)
    if found:
        line = plain.count("\n", 0, found.start()) + 1
        raise InvcError(names_of_terminals(found[1]), where=f"{path}:{line}", hint=HINT)
