"""What Yosys's reader of BLIF (0.70) takes without a word, or refuses without a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from invc.diagnostics import InvcError
from invc.text.files import read_text

ENDS = frozenset({".end", ".exdc"})


@dataclass
class _Model:
    """What a model has said so far: where each net is driven, and what the open table is."""

    drivers: dict[str, int] = field(default_factory=dict)
    inputs: int = -1  # of the open table, -1 without one
    value: str = ""  # which its rows give


def check_blif(path: Path) -> None:
    """See that tables are tables, and that no net has two of them.

    Raises:
        InvcError: They are not, with the line.
    """
    model = _Model()
    done = False
    for number, words in _lines(read_text(path)):
        where = f"{path}:{number}"
        head = words[0]
        if head == ".model":
            model, done = _Model(), False
        if done:
            continue
        if not head.startswith("."):
            if model.inputs >= 0:
                _check_row(model, words, where)
            continue
        model.inputs = -1
        done = head in ENDS
        if head == ".names":
            model.inputs, model.value = len(words) - 2, ""
            if model.inputs < 0:
                raise InvcError(".names without a net", where=where, hint="name the net it drives")
            _drive(model, words[-1], number, path)
        elif head in (".inputs", ".input"):
            for name in words[1:]:
                _drive(model, name, number, path)
        elif head == ".latch" and len(words) > 2:
            _drive(model, words[2], number, path)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The words of each line that has any, with the number of its first line."""
    first, words = 0, list[str]()
    for number, line in enumerate(text.split("\n"), start=1):
        content = line.partition("#")[0].rstrip()
        first = first or number
        words += content.removesuffix("\\").split()
        if content.endswith("\\"):
            continue
        if words:
            yield first, words
        first, words = 0, []
    if words:
        yield first, words


def _drive(model: _Model, name: str, number: int, path: Path) -> None:
    other = model.drivers.get(name)
    model.drivers[name] = number
    if other is not None:
        raise InvcError(
            f"net {name!r} is driven twice",
            where=f"{path}:{number}",
            hint=f"its other driver is at {path}:{other}; leave it one driver",
        )


def _check_row(model: _Model, words: list[str], where: str) -> None:
    """See that a row of a table has a sign for each input, and the value that the others have."""
    plane, value = ("", words[0]) if len(words) == 1 else (words[0], words[1])
    if len(words) > 2 or len(plane) != model.inputs or plane.strip("01-") or value not in "01":
        raise InvcError(
            f"a row of this table has {model.inputs} of 0, 1 and -, then 0 or 1",
            where=where,
            hint="a table has a row for each product: its inputs in order, then the output",
        )
    if model.value not in ("", value):
        raise InvcError(
            "a table gives both 0 and 1",
            where=where,
            hint="give the rows of one value only: all others give the other",
        )
    model.value = value
