"""File lists as simulators take them: names, +incdir+, +define+, -f of another list, comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from invc.diagnostics import InvcError
from invc.text.files import read_text

MOST_NESTED = 16
MOST_LISTS = 4096  # each as often as it is named
_COMMENT = re.compile(r"//[^\n]*|(?<!\S)#[^\n]*|/\*")


@dataclass
class Listed:
    """What file lists and words of a command name, in order.

    Attributes:
        files: Sources.
        includes: Folders of included files.
        defines: Macros with their values, "" for none.
        lists: How many lists were read.
    """

    files: list[Path] = field(default_factory=list)
    includes: list[Path] = field(default_factory=list)
    defines: dict[str, str] = field(default_factory=dict)
    lists: int = field(default=0, compare=False)


def read_lists(lists: Iterable[Path], words: Sequence[str] = ()) -> Listed:
    """What some file lists name, and then some words of a command.

    Names in a list are relative to the working folder, as -f of simulators has it.

    Raises:
        InvcError: A list cannot be read, holds itself, or holds an option that nobody knows.
    """
    listed = Listed()
    for path in lists:
        _take(listed, _words(path), str(path), 0)
    _take(listed, iter(words), None, 0)
    return listed


def _words(path: Path) -> Iterator[str]:
    text = read_text(path, hint="a list of source files, as simulators take with -f")
    return iter(_without_comments(text, path).split())


def _without_comments(text: str, path: Path) -> str:
    """The text with a space for each comment; in one pass, whatever is open at its end."""
    kept, start = [], 0
    while found := _COMMENT.search(text, start):
        kept.append(text[start : found.start()])
        start = found.end()
        if found[0] == "/*":
            start = text.find("*/", start) + 2
            if start < 2:
                line = text.count("\n", 0, found.start()) + 1
                hint = "close it with */"
                raise InvcError("this comment is not closed", where=f"{path}:{line}", hint=hint)
    return " ".join((*kept, text[start:]))


def _take(listed: Listed, words: Iterator[str], where: str | None, depth: int) -> None:
    if depth > MOST_NESTED:
        raise InvcError("this list holds itself", where=where, hint="take its own -f out")
    listed.lists += 1
    if listed.lists > MOST_LISTS:
        hint = "name each list once"
        raise InvcError(f"more than {MOST_LISTS} lists are read", where=where, hint=hint)
    for word in words:
        if word.startswith("+incdir+"):
            listed.includes += [Path(name) for name in word.split("+")[2:] if name]
        elif word.startswith("+define+"):
            for macro in word.split("+")[2:]:
                name, _, value = macro.partition("=")
                listed.defines[name] = value
        elif word in ("-f", "-F") or word.startswith(("-I", "-D")):
            rest = word[2:] or next(words, "")
            if word[:2] in ("-f", "-F"):
                _take(listed, _words(Path(rest)), rest, depth + 1)
            elif word[:2] == "-I":
                listed.includes.append(Path(rest))
            else:
                name, _, value = rest.partition("=")
                listed.defines[name] = value
        elif where is not None and word[0] in "-+":
            hint = "names, +incdir+FOLDER, +define+NAME=VALUE, -f FILE, -I FOLDER, -D NAME=VALUE"
            raise InvcError(f"{word[:40]!r} is no option of a list", where=where, hint=hint)
        else:
            listed.files.append(Path(word))
