"""What a port's bits are in its source: fields of structs, elements of arrays.

A shape is written as SystemVerilog writes types, without names of types: `logic signed[3:0]`,
`struct{logic[1:0] op;logic[3:0] a;}`, `logic[1:0][7:0]`. The first field or element holds the
highest bits; members of a union share theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

MOST_DEPTH = 64  # of types within types
MOST_NAMES = 16  # in a line
MOST_BITS = 1 << 24
INTEGERS = {
    "byte": (8, True), "shortint": (16, True), "int": (32, True), "integer": (32, True),
    "longint": (64, True), "time": (64, False),
}  # fmt: skip
TOKEN = re.compile(r"\s*(\d{3,} [\w:.]+(?:\$\d+)?|\$?\[-?\d+:-?\d+\]|\w+|[{};])", re.ASCII)
RANGE = re.compile(r"\$?\[(-?\d{1,10}):(-?\d{1,10})\]", re.ASCII)
NAMED = re.compile(r"(?<=\})[A-Za-z_][\w:.]*\$\d+", re.ASCII)  # what slang calls a struct
STEP = re.compile(r"\.([A-Za-z_][\w$]*)|\[(-?\d{1,9})(?::(-?\d{1,9}))?\]", re.ASCII)


@dataclass(frozen=True)
class Vector:
    """Bits in a row, or one where there is no range."""

    left: int | None = None
    right: int = 0
    signed: bool = False

    @property
    def width(self) -> int:
        """How many bits it has."""
        return 1 if self.left is None else abs(self.left - self.right) + 1

    def __str__(self) -> str:
        span = "" if self.left is None else f"[{self.left}:{self.right}]"
        return f"logic{' signed' if self.signed else ''}{span}"


@dataclass(frozen=True)
class Array:
    """Elements of one shape, the left one highest."""

    left: int
    right: int
    element: Shape
    signed = False

    @property
    def width(self) -> int:
        """How many bits it has."""
        return (abs(self.left - self.right) + 1) * self.element.width

    def place(self, index: int) -> int | None:
        """The lowest bit of an element; None where there is no such one."""
        low, high = sorted((self.left, self.right))
        if not low <= index <= high:
            return None
        return abs(index - self.right) * self.element.width

    def __str__(self) -> str:
        base, inner, own = str(self.element), "", f"[{self.left}:{self.right}]"
        found = re.fullmatch(r"(.*?)((?:\[[^\]]*\])*)", base, re.DOTALL)
        if found:
            base, inner = found[1], found[2]
        return f"{base}{own}{inner}"


@dataclass(frozen=True)
class Record:
    """A struct, the first member highest, or a union, whose members share their bits."""

    members: tuple[tuple[str, Shape], ...]
    union: bool = False
    signed: bool = False

    @property
    def width(self) -> int:
        """How many bits it has."""
        widths = [shape.width for _, shape in self.members]
        return max(widths) if self.union else sum(widths)

    def places(self) -> Iterator[tuple[str, int, Shape]]:
        """Each member with its lowest bit, in the order of the source."""
        above = self.width
        for name, shape in self.members:
            above -= 0 if self.union else shape.width
            yield name, 0 if self.union else above, shape

    def __str__(self) -> str:
        members = "".join(f"{shape} {name};" for name, shape in self.members)
        kind = "union" if self.union else "struct"
        return f"{kind}{' signed' if self.signed else ''}{{{members}}}"


Shape: TypeAlias = Vector | Array | Record


class Part(NamedTuple):
    """A field or an element: what its name adds to the port's, its lowest bit, and its shape."""

    path: str
    low: int
    shape: Shape


def parse_shape(text: str, types: Mapping[str, str] | None = None) -> Shape:
    """The shape that a text says.

    Args:
        text: As `str` of a shape gives it, or as slang writes types.
        types: Texts of types that slang's name by a number; None where a shape wrote the text.
            The sign of an array of bits is that of the whole to slang, and not of its elements.

    Raises:
        ValueError: It says none, or one of which values cannot be told.
    """
    parser = _Parser(text, types, 0)
    shape = parser.shape()
    if parser.word:
        raise ValueError(f"{parser.word!r} after the end of a type")
    if not 0 < shape.width <= MOST_BITS:
        raise ValueError(f"a type of {shape.width} bits")
    return shape


class _Parser:
    """A text and a word of it."""

    def __init__(self, text: str, types: Mapping[str, str] | None, depth: int) -> None:
        self.text, self.at, self.word = NAMED.sub("", text).strip(), 0, ""
        self.types, self.depth = types, depth
        self.next()

    def next(self) -> str:
        """Take the word, and go to the next one."""
        word = self.word
        match = TOKEN.match(self.text, self.at)
        if match is None and self.at < len(self.text):
            raise ValueError(f"cannot read {self.text[self.at : self.at + 20]!r}")
        self.word, self.at = (match[1], match.end()) if match else ("", self.at)
        return word

    def shape(self) -> Shape:
        """A type and its dimensions; those of memory stand last, and outside."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise ValueError("types within types without end")
        word = self.next()
        signs = {"packed": None, "signed": True, "unsigned": False}
        given: list[bool] = []
        while self.word in signs:
            sign = signs[self.next()]
            given += [] if sign is None else [sign]
        shape = self.base(word, given[-1] if given else None)
        spans: list[tuple[bool, int, int]] = []
        while match := RANGE.fullmatch(self.word):
            # slang writes the dollar once, before all dimensions of memory
            outside = self.word[0] == "$" or bool(spans and spans[-1][0])
            spans.append((outside, int(match[1]), int(match[2])))
            self.next()
        if len(spans) > MOST_DEPTH:
            raise ValueError("dimensions without end")
        spans.sort(key=lambda span: not span[0])
        plain = isinstance(shape, Vector) and shape.left is None
        if spans and plain:  # single bits, in memory or not
            _, left, right = spans.pop()
            inmost = all(outside for outside, _, _ in spans)  # of words, not of a larger one
            shape = Vector(left, right, shape.signed and (inmost or self.types is None))
        for _, left, right in reversed(spans):
            shape = Array(left, right, shape)
        self.depth -= 1
        return shape

    def base(self, word: str, signed: bool | None) -> Shape:
        """What a type is without its dimensions."""
        number, _, name = word.partition(" ")
        if name:
            return self.named(number)
        if word in INTEGERS:
            width, own = INTEGERS[word]
            return Vector(width - 1, 0, own if signed is None else signed)
        if word in ("logic", "bit", "reg"):
            return Vector(signed=bool(signed))
        if word in ("struct", "union") and self.next() == "{":
            members = []
            while self.word != "}":
                shape = self.shape()
                members.append((self.next(), shape))
                if self.next() != ";":
                    raise ValueError("a member without an end")
            self.next()
            if not members:
                raise ValueError("a type without members")
            return Record(tuple(members), word == "union", bool(signed))
        raise ValueError(f"{word!r} is no type of bits")

    def named(self, number: str) -> Shape:
        if self.types is None or number not in self.types:
            raise ValueError("a type that is not known")
        inner = _Parser(self.types[number], self.types, self.depth)
        shape = inner.shape()
        if inner.word:
            raise ValueError(f"{inner.word!r} after the end of a type")
        return shape


def follow(shape: Shape, path: str) -> Part:
    """The field, element or slice that a path such as `.req.a[3:0]` leads to.

    Raises:
        LookupError: It leads nowhere: why, and what could stand there, for people.
    """
    low, at = 0, 0
    while at < len(path):
        step = STEP.match(path, at)
        if step is None:
            raise LookupError(f"{path[at:]!r} is no field", _what_is(shape))
        before = path[:at]
        at = step.end()
        low, shape = _step(shape, step, low, before)
    return Part(path, low, shape)


def _step(shape: Shape, step: re.Match[str], low: int, before: str) -> tuple[int, Shape]:
    if step[1] is not None:
        found = {n: (k, s) for n, k, s in shape.places()} if isinstance(shape, Record) else {}
        if step[1] not in found:
            raise LookupError(f"no field is called {step[1]!r}", _what_is(shape))
        place, inner = found[step[1]]
        return low + place, inner
    left = int(step[2])
    right = left if step[3] is None else int(step[3])
    if isinstance(shape, Array) and step[3] is None:
        at = shape.place(left)
        if at is not None:
            return low + at, shape.element
    elif isinstance(shape, Array):
        ends = shape.place(left), shape.place(right)
        if None not in ends and ends[0] >= ends[1]:  # type: ignore[operator]
            return low + ends[1], Array(left, right, shape.element)  # type: ignore[operator]
    else:
        own = shape if isinstance(shape, Vector) else Vector(shape.width - 1, 0)
        bits = Array(own.left or 0, own.right, Vector())
        high, low_bit = bits.place(left), bits.place(right)
        if high is not None and low_bit is not None and high >= low_bit:
            return low + low_bit, Vector(left, right) if step[3] else Vector()
    raise LookupError(f"{step[0]} is outside", _what_is(shape))


def _what_is(shape: Shape) -> str:
    if isinstance(shape, Record):
        names = ", ".join(name for name, _ in shape.members[:MOST_NAMES])
        return f"its fields are {names}{', ...' if len(shape.members) > MOST_NAMES else ''}"
    if isinstance(shape, Vector) and shape.left is None:
        return "it is a single bit"
    return f"it is [{shape.left}:{shape.right}]"


@cache
def leaves(shape: Shape) -> tuple[Part, ...]:
    """Vectors that a shape consists of, in the order of the source; a union's first member's."""
    return tuple(_leaves(shape, "", 0))


def _leaves(shape: Shape, path: str, low: int) -> Iterator[Part]:
    if isinstance(shape, Vector):
        yield Part(path, low, shape)
    elif isinstance(shape, Array):
        step = 1 if shape.right > shape.left else -1
        for index in range(shape.left, shape.right + step, step):
            at = shape.place(index)
            assert at is not None
            yield from _leaves(shape.element, f"{path}[{index}]", low + at)
    else:
        for name, at, member in list(shape.places())[: 1 if shape.union else None]:
            yield from _leaves(member, f"{path}.{name}", low + at)


@cache
def bit_paths(shape: Shape) -> tuple[str, ...]:
    """What the name of each bit adds to the port's, least significant first."""
    names = [""] * shape.width
    for path, low, leaf in reversed(leaves(shape)):
        assert isinstance(leaf, Vector)
        step = 1 if leaf.left is not None and leaf.left < leaf.right else -1
        for k in range(leaf.width):
            own = "" if leaf.left is None else f"[{leaf.right - step * k}]"
            names[low + k] = path + own
    return tuple(names)
