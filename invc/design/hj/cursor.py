"""The lines of a .hj file one after the other, and faults that name the line."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import NoReturn

from invc.diagnostics import InvcError

MAKE = "make it again with 'invc synth'"
FLOAT = re.compile(r"\d+(\.\d+)?(e[-+]?\d+)?", re.ASCII)
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
INTEGER = re.compile(r"-?\d{1,19}", re.ASCII)
LARGEST = 2**62


class Cursor:
    """A place in a file that moves from line to line.

    Attributes:
        lines: Of the file.
        file: Its name in messages.
        next: Index of the line to read.
    """

    def __init__(self, text: str, file: str) -> None:
        self.lines = text.split("\n")
        if self.lines and not self.lines[-1]:
            self.lines.pop()
        self.file = file
        self.next = 1  # the first line says what file it is

    def fail(self, message: str, line: int | None = None, hint: str = MAKE) -> NoReturn:
        """Raise for the line with index `line`, or for the last one read."""
        at = self.next - 1 if line is None else line
        raise InvcError(message, where=f"{self.file}:{at + 1}", hint=hint)

    def peek(self) -> str:
        """The next line that is no comment and not blank, or "" at the end."""
        at = self.next
        while at < len(self.lines) and self._is_blank(at):
            at += 1
        return self.lines[at].strip() if at < len(self.lines) else ""

    def _is_blank(self, at: int) -> bool:
        line = self.lines[at].strip()
        return not line or line.startswith("#")

    def field(self, keyword: str) -> str:
        """What stands behind a keyword, on the next line that is no comment and not blank."""
        while self.next < len(self.lines) and self._is_blank(self.next):
            self.next += 1
        self.next += 1
        if self.next > len(self.lines):
            self.fail(f"the file ends where '{keyword}' should stand; it was cut off")
        line = self.lines[self.next - 1].strip()
        head, _, rest = line.partition(" ")
        if head != keyword:
            self.fail(f"expected '{keyword}', found {line[:40]!r}")
        return rest.strip()

    def integer(self, text: str, low: int = -LARGEST, high: int = LARGEST) -> int:
        """A whole number within bounds."""
        if not INTEGER.fullmatch(text):
            self.fail(f"{text[:40]!r} is no integer")
        value = int(text)
        if not low <= value <= high:
            self.fail(f"{value} is out of range ({low} to {high})")
        return value

    def scale(self) -> float:
        """What stands behind "scale", which only files that need it have."""
        if not self.peek().startswith("scale "):
            return 1.0
        text = self.field("scale")
        value = float(text) if FLOAT.fullmatch(text) else 0.0
        if not 0 < value < math.inf:
            self.fail(f"{text[:40]!r} is no scale")
        return value

    def string(self, text: str) -> str:
        """A quoted text, of characters that UTF-8 can hold."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, str):
            self.fail(f"{text[:40]!r} is no quoted text")
        if not _is_writable(value):
            self.fail(f"{text[:40]!a} has a surrogate by itself, which is no character")
        return value

    def texts(self, text: str, least: int, most: int) -> list[str]:
        """So many quoted texts, a blank between two."""
        found = QUOTED.findall(text)
        if " ".join(found) != text or not least <= len(found) <= most:
            self.fail(f"{text[:40]!r} is not {least} to {most} quoted texts")
        return [self.string(part) for part in found]

    def block(self, keyword: str) -> list[str]:
        """The lines of a section, as many as it announces."""
        count = self.integer(self.field(keyword), 0)
        left = len(self.lines) - self.next
        if count > left:
            self.fail(f"{count} lines of {keyword!r} announced, but only {left} follow")
        lines = self.lines[self.next : self.next + count]
        self.next += count
        return lines

    def each(self, lines: Sequence[str]) -> Iterator[str]:
        """The lines of a block just read, with `fail` pointing at the current one."""
        start = self.next - len(lines)
        for k, line in enumerate(lines):
            self.next = start + k + 1
            yield line

    def strings(self, keyword: str) -> list[str]:
        """The quoted texts of a section: all at once, and one by one only to find a fault."""
        lines = self.block(keyword)
        try:
            values: list[str] = json.loads(f"[{','.join(lines)}]")
        except (ValueError, RecursionError):
            values = []
        if (
            len(values) != len(lines)
            or not all(isinstance(value, str) for value in values)
            or not _is_writable("".join(values))
        ):
            for line in self.each(lines):
                self.string(line)
            self.fail(f"the lines of {keyword!r} are no quoted texts")
        return values


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
