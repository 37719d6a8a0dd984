"""JSON that others wrote, read with faults of one line and looked into by kind."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from invc.diagnostics import InvcError

MOST_DIGITS = 1000
KINDS = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "a truth value",
    type(None): "null",
}


class TooLong(Exception):
    """A number has so many digits that turning them into one would take long."""


def parse_json(text: str, where: str) -> object:
    """The tree of a JSON text.

    Raises:
        InvcError: It is none, is nested too deeply, or has a number of too many digits.
    """
    try:
        tree: object = json.loads(text, parse_int=_whole)
    except RecursionError:
        raise InvcError("not JSON that can be read: nested too deeply", where=where) from None
    except TooLong as error:
        raise InvcError(f"it has a number of {error} digits", where=where) from None
    except ValueError as error:
        raise InvcError(f"not JSON: {str(error)[:60]}", where=where) from None
    return tree


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise TooLong(str(len(digits)))
    return int(digits)


def kind_of(value: object) -> str:
    """What kind of JSON value it is, for messages."""
    return KINDS.get(type(value), "a number")


@dataclass(frozen=True)
class Fields:
    """An object of a JSON file, asked for fields of a kind.

    Attributes:
        fields: The object itself.
        file: The file, for messages.
        path: Where in the file the object stands: "linear_terms[3]", or "" for the file itself.
    """

    fields: Mapping[str, object]
    file: str
    path: str = ""

    def fail(self, name: str, message: str) -> NoReturn:
        """Raise for a field, named with all that it lies in."""
        inside = f"{self.path}.{name}" if self.path and name else self.path or name
        raise InvcError(f"field {inside!r} {message}", where=self.file)

    def value(self, name: str) -> object:
        """A field of any kind, which must be there."""
        if name not in self.fields:
            self.fail(name, "is missing")
        return self.fields[name]

    def text(self, name: str) -> str:
        """A field that is a text."""
        value = self.value(name)
        if not isinstance(value, str):
            self.fail(name, f"is {kind_of(value)}, not a text")
        return value

    def number(self, name: str) -> float:
        """A field that is a finite number."""
        return self.as_number(name, self.value(name))

    def whole(self, name: str) -> int:
        """A field that is a whole number of at most 18 digits."""
        return self.as_whole(name, self.value(name))

    def inside(self, name: str) -> Fields:
        """A field that is an object, or an empty one where there is none."""
        value = self.fields.get(name, {})
        if not isinstance(value, dict):
            self.fail(name, f"is {kind_of(value)}, not an object")
        return Fields(value, self.file, f"{self.path}.{name}" if self.path else name)

    def items(self, name: str) -> Sequence[object]:
        """A field that is a list."""
        value = self.value(name)
        if not isinstance(value, list):
            self.fail(name, f"is {kind_of(value)}, not a list")
        return value

    def member(self, name: str, k: int, value: object) -> Fields:
        """Member k of a list, which must be an object."""
        if not isinstance(value, dict):
            self.fail(f"{name}[{k}]", f"is {kind_of(value)}, not an object")
        return Fields(value, self.file, f"{name}[{k}]")

    def as_number(self, name: str, value: object) -> float:
        """A value of the field or of its members, as a finite number."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.fail(name, f"is {kind_of(value)}, not a number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.fail(name, "is too large, or no number")
        return number

    def as_whole(self, name: str, value: object) -> int:
        """A value of the field or of its members, as a whole number of at most 18 digits."""
        if not isinstance(value, int) or isinstance(value, bool):
            self.fail(name, f"is {kind_of(value)}, not a whole number")
        if abs(value) >= 10**18:
            self.fail(name, "is a whole number of more than 18 digits")
        return value
