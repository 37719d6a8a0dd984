"""Reading foreign text line by line, with faults that name the line; and invc's own comments."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from invc.diagnostics import InvcError

MOST_VARIABLES = 1 << 24
INTEGER = re.compile(r"\d{1,12}", re.ASCII)
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,4})?", re.ASCII)
NOTE = re.compile(r'(?:name (\d+)|(clamp)) (".*?")(?: ([01]))?\s*')
VALUE = re.compile(r"(offset|constant|scale)(?: :)? (\S+)\s*")


@dataclass
class Lines:
    """The lines of a file, and what its comments say.

    Attributes:
        text: The file.
        file: Its name in messages.
        number: The line being read, from 1.
    """

    text: str
    file: str
    number: int = 0
    names: dict[int, str] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    clamps: list[tuple[str, int]] = field(default_factory=list)

    def words(self, comment: str) -> Iterator[list[str]]:
        """The words of each line that is not blank; comments are heard by `note`."""
        for number, line in enumerate(self.text.split("\n"), 1):
            self.number = number
            words = line.split()
            if not words:
                continue
            if words[0] == comment or (comment == "#" and words[0].startswith("#")):
                self.note(line.strip()[1:].strip())
                continue
            yield words

    def note(self, text: str) -> None:
        """Hear a comment that `invc export` may have written; others mean nothing."""
        match = NOTE.fullmatch(text)
        if match:
            try:
                name = json.loads(match[3])
            except ValueError:
                return
            if match[2] and match[4]:
                self.clamps.append((name, int(match[4])))
            elif match[1] and not match[4]:
                self.names[self.index(match[1])] = name
            return
        match = VALUE.fullmatch(text)
        if match and NUMBER.fullmatch(match[2]):
            self.values[match[1]] = float(match[2])

    def fail(self, message: str, hint: str | None = None) -> NoReturn:
        """Raise for the current line."""
        raise InvcError(message, where=f"{self.file}:{self.number}", hint=hint)

    def index(self, word: str, *, first: int = 0, last: int | None = None) -> int:
        """The number of a variable."""
        if not INTEGER.fullmatch(word):
            digits = f": it has {len(word)} digits" if word.isdigit() and len(word) > 40 else ""
            self.fail(f"{word[:40]!r} is no number of a variable{digits}")
        value = int(word)
        if value < first or (last is not None and value > last):
            bounds = f"from {first}" if last is None else f"from {first} to {last}"
            self.fail(f"variable {value} does not exist", f"they are numbered {bounds}")
        return value

    def number_of(self, word: str) -> float:
        """A coefficient, which is finite."""
        value = float(word) if NUMBER.fullmatch(word) else math.nan
        if not math.isfinite(value):
            self.fail(f"{word[:40]!r} is no coefficient")
        return value

    def count(self, word: str) -> int:
        """A number of variables or lines."""
        if not INTEGER.fullmatch(word) or int(word) > MOST_VARIABLES:
            self.fail(f"{word[:40]!r} is no count of at most {MOST_VARIABLES}")
        return int(word)

    def named(self, variables: Iterable[int]) -> tuple[str, ...]:
        """Names of variables: those of the comments if each has its own, else s[0], s[1], ..."""
        numbers = list(variables)
        names = [self.names.get(k, "") for k in numbers]
        if all(names) and len(set(names)) == len(names):
            return tuple(names)
        return tuple(f"s[{k}]" for k in numbers)
