"""Parameters that are set twice: which value then holds, no reader of sources agrees on.

By the standard a `defparam` wins over what an instance sets, and the last of several over the
others. Yosys's own reader (0.70) lets the instance win and the first one; slang takes the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from invc.diagnostics import InvcError

WORD = re.compile(r"\bdefparam\b")
# What slang says of the second of two; where the message ends differs from version to version.
_SECOND = re.compile(r"^(.+?:\d+)(?::\d+)?: [Ww]arning: .*\[-Wduplicate-defparam\]", re.M)
_NODE = re.compile(
    r"^( +)AST_([A-Z_]+)"
    r" <([^>]*)>(?:.*? str='\\?([^']*)')?"
)


class _Set(NamedTuple):
    """A parameter that is set: in which blocks, of what instance, which one, and where."""

    blocks: tuple[int, ...]
    instance: str
    parameter: str
    place: str
    outside: bool


def check_slang(output: str, locate: Callable[[str], str]) -> None:
    """See that slang met no second `defparam` of one parameter, which it ignores.

    Args:
        output: What slang said.
        locate: Makes a place of the user's of one of Yosys's.

    Raises:
        InvcError: It met one.
    """
    match = _SECOND.search(output)
    if match is not None:
        raise InvcError(
            "a parameter is set by two defparams",
            where=locate(match[1]) or match[1],
            hint="leave it the last one, which is the one that holds",
        )


def check_trees(dump: str, locate: Callable[[str], str]) -> None:
    """See that no parameter is set twice in sources that Yosys's own reader reads.

    Args:
        dump: Yosys's syntax trees, as `read_verilog -dump_ast1` writes them.
        locate: Makes a place of the user's of one of Yosys's.

    Raises:
        InvcError: One is, by a `defparam` and by its instance or another `defparam`.
    """
    known: dict[str, list[_Set]] = {}
    for found in _settings(dump.splitlines()):
        if not found.instance:
            known.clear()  # another module begins
            continue
        others = known.setdefault(found.instance, [])
        for other in others:
            if _clash(found, other):
                raise _error(found, other, locate)
        others.append(found)


def _clash(one: _Set, other: _Set) -> bool:
    """Whether two settings may be of one parameter: in one block, or one block in the other."""
    if not (one.outside or other.outside):
        return False
    # Parameters by their order have no name, and may be any.
    if one.parameter and other.parameter and one.parameter != other.parameter:
        return False
    shared = min(len(one.blocks), len(other.blocks))
    return one.blocks[:shared] == other.blocks[:shared]


def _error(one: _Set, other: _Set, locate: Callable[[str], str]) -> InvcError:
    last = one if one.outside else other
    if one.outside and other.outside:
        said, hint = "two defparams", "leave it the last one, which is the one that holds"
    else:
        said = "a defparam and by its instance"
        hint = (
            "leave it one of the two, or use the Yosys of pip install pyosys: it has slang, which "
            "lets the defparam win, as is right"
        )
    return InvcError(
        f"parameter {last.parameter!r} of {last.instance!r} is set by {said}",
        where=locate(last.place) or None,
        hint=hint,
    )


def _settings(lines: Iterable[str]) -> Iterator[_Set]:
    """What is set in the order of the trees, and one without an instance as a module begins."""
    above: list[tuple[int, str, int, str]] = []  # indentation, kind, number and name
    for number, line in enumerate(lines):
        match = _NODE.match(line)
        if match is None:
            continue
        indentation, kind, place, name = len(match[1]), match[2], match[3], match[4] or ""
        while above and above[-1][0] >= indentation:
            above.pop()
        blocks = tuple(n for _, k, n, _ in above if k == "GENBLOCK")
        parent = above[-1] if above else (0, "", 0, "")
        if kind == "MODULE":
            yield _Set((), "", "", place, outside=False)
        elif kind == "PARASET":
            yield _Set(blocks, parent[3], name, place, outside=False)
        elif kind == "IDENTIFIER" and parent[1] == "DEFPARAM":
            path, _, parameter = name.rpartition(".")
            instance = path.rpartition(".")[2]
            yield _Set(blocks, instance, parameter, place, outside=True)
            above[-1] = (parent[0], "", parent[2], "")  # what follows is the value
        above.append((indentation, kind, number, name))
