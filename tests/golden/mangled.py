"""What readers make of valid texts with one slip in each: a result, or a message and its place.

That nothing breaks is asked elsewhere. Here it is kept what is said, so that neither a place, a bound
nor a reading of what is rarely written changes unnoticed. Of each outcome a few letters of a hash are
kept; a test that fails prints the outcome itself.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parent
TEXTS = FOLDER / "texts"
MANGLED = FOLDER / "mangled.json"
LETTERS = 4
TOKEN = re.compile(r"\w+|[^\S\n]+|\n|[^\w\s]")
WORD = re.compile(r"\w+")
OTHERS = ("0", "1", "2", "7", "-1", "99999", "x", "1'b1", "é", "", '"', ")", "(", ";", "\n")
VALUES: tuple[Any, ...] = (None, True, 0, 1, -1, 2, 1.5, 99999, "", "a", "x", [], {}, [1], "0101")
Reader = Callable[[str], Any]


def slip(text: str, draw: random.Random) -> str:
    """A text with one token left out, doubled, moved, counted up, or another of its kind."""
    tokens = TOKEN.findall(text)
    kinds = [_kind(token) for token in tokens]
    k = draw.choice([k for k, kind in enumerate(kinds) if kind != "space"] or [0])
    other = draw.choice([i for i, kind in enumerate(kinds) if kind == kinds[k]])
    match draw.randrange(8):
        case 0:
            tokens[k] = ""
        case 1:
            tokens[k] *= 2
        case 2:
            tokens[k], tokens[other] = tokens[other], tokens[k]
        case 3 | 4:
            tokens[k] = tokens[other]
        case 5:
            tokens[k] = draw.choice(OTHERS)
        case 6:
            k = draw.choice([i for i, kind in enumerate(kinds) if kind == "number"] or [k])
            tokens[k] = str(int(tokens[k]) + 1) if tokens[k].isdecimal() else ""
        case _:
            lines = text.split("\n")
            at, to = draw.randrange(len(lines)), draw.randrange(len(lines))
            lines[at : at + 1] = draw.choice(([], [lines[at]] * 2, [lines[to]]))
            return "\n".join(lines)
    return "".join(tokens)


def _kind(token: str) -> str:
    if token.isspace():
        return "space"
    return "number" if token.isdecimal() else "word" if WORD.fullmatch(token) else "mark"


def slip_in_json(text: str, draw: random.Random) -> str:
    """A JSON text with one value replaced, left out or doubled."""
    return json.dumps(_changed(json.loads(text), draw))


def _changed(tree: Any, draw: random.Random) -> Any:
    if not isinstance(tree, dict | list) or not tree or draw.random() < 0.05:
        return tree + 1 if type(tree) is int and draw.random() < 0.5 else draw.choice(VALUES)
    keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
    key = draw.choice(keys)
    chance = draw.random()
    if chance < 0.1:
        del tree[key]
    elif chance < 0.2:
        other = draw.choice(keys)
        tree[key], tree[other] = tree[other], tree[key]
    elif chance < 0.25 and isinstance(tree, list):
        tree.insert(key, tree[draw.choice(keys)])
    else:
        tree[key] = _changed(tree[key], draw)
    return tree


def said(reader: Reader, text: str) -> str:
    """What a reader makes of a text: its result, or its message with place and hint."""
    from invc.diagnostics import InvcError

    try:
        return json.dumps(plain(reader(text)))
    except InvcError as error:
        return f"error: {error}"


def trusting(reader: Reader) -> Reader:
    """A reader of what our own tools write: a slip may break it, and how it does is kept."""

    def read(text: str) -> Any:
        try:
            return reader(text)
        except (ValueError, TypeError, LookupError, AttributeError, StopIteration) as error:
            return type(error).__name__

    return read


def plain(value: Any) -> Any:
    """Any result as plain data, the same on every machine."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [f.name for f in dataclasses.fields(value) if f.compare]
        return [type(value).__name__, *(plain(getattr(value, name)) for name in fields)]
    if isinstance(value, Mapping):
        return [[plain(k), plain(v)] for k, v in value.items()]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple | Iterator):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return f"{value:.12g}"
    return value if isinstance(value, str | int | None) else str(value)


def letters(outcome: str) -> str:
    """A few letters of its hash."""
    return hashlib.sha256(outcome.encode(errors="surrogatepass")).hexdigest()[:LETTERS]


@dataclasses.dataclass(frozen=True)
class Mangled:
    """Texts for one reader.

    Attributes:
        read: Reads a text, in the current folder if it wants a file.
        texts: Valid ones.
        number: How many slips are tried.
        tree: Whether slips are made in values of JSON.
    """

    read: Reader
    texts: tuple[str, ...]
    number: int = 200
    tree: bool = False

    def inputs(self) -> Iterator[str]:
        """The valid texts, then those with slips."""
        yield from self.texts
        for seed in range(self.number):
            draw = random.Random(seed)
            yield (slip_in_json if self.tree else slip)(draw.choice(self.texts), draw)

    def record(self) -> str:
        """Letters of every outcome."""
        return " ".join(letters(said(self.read, text)) for text in self.inputs())


def _file(name: str, text: str) -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def _text(name: str) -> str:
    return (TEXTS / name).read_text(encoding="utf-8")


@cache
def mangled() -> Mapping[str, Mangled]:
    """All of them, by the reader's name."""
    from golden.mangled_readers import readers

    return readers(_text, _file)


def measure() -> dict[str, str]:
    """Outcomes of all readers, by name; files are written into the current folder."""
    return {name: one.record() for name, one in mangled().items()}
