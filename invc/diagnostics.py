"""What went wrong, where, and what to do next: the one class for the user's faults.

Anything else that escapes is a defect of invc.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple, TypeVar

Entry = TypeVar("Entry")


class Location(NamedTuple):
    """A place in a source file; line and column count from 1, 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.file]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


class InvcError(Exception):
    """A fault in what the user gave.

    Attributes:
        message: What is wrong, in one line, without a full stop.
        where: A Location, or text such as "alu.v:27:5"; None where no place applies.
        hint: What to do next, in one line.
        status: The exit status of the command line.
    """

    def __init__(
        self,
        message: str,
        *,
        where: Location | str | None = None,
        hint: str | None = None,
        status: int = 1,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = str(where) if where else None
        self.hint = hint
        self.status = status

    def __str__(self) -> str:
        head = f"{self.where}: error: {self.message}" if self.where else f"error: {self.message}"
        lines = [head, f"  hint: {self.hint}"] if self.hint else [head]
        return "\n".join(map(printable, lines))


@contextmanager
def within(file: Path | str) -> Iterator[None]:
    """Faults that name no place of their own are those of a file."""
    try:
        yield
    except InvcError as fault:
        fault.where = fault.where or str(file)
        raise


def printable(text: str) -> str:
    r"""The text with every character that does not print, or hides what follows, as `\x1b`.

    Names come from files that anybody may have written; none may command a terminal.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def entry(table: Mapping[str, Entry], name: str, what: str) -> Entry:
    """What a table has under a name that a user gave.

    Raises:
        InvcError: It has nothing there; the message calls what the table is of as `what` says.
    """
    found = table.get(name) if isinstance(name, str) else None
    if found is None:
        raise InvcError(f"no {what} is called {name!r}", hint=nearest(str(name), table))
    return found


def nearest(word: str, candidates: Iterable[str]) -> str:
    """The hint that names the candidate closest to a mistyped word, or all of a few of them."""
    names = list(candidates)
    close = get_close_matches(word, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return "there are none"
    shown = ", ".join(names[:8])
    return f"there are: {shown}" + (", ..." if len(names) > 8 else "")
