"""How Verilog is written here: names, numbers, widths, Boolean expressions, templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files

LEGAL = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
MARK = re.compile("@([A-Z_]+)@")  # in a template: what a design puts there
LONGEST_NAME = 64
LONG = 48  # characters after which an expression that is used again gets a wire of its own


@cache
def keywords() -> frozenset[str]:
    """Words of Verilog-2005 and SystemVerilog, and what VHDL would not have as a name."""
    text = (files("invc.rtl") / "keywords.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def template(name: str, design: str, **values: object) -> str:
    """A file of `invc.rtl.templates` under a design's name.

    Args:
        name: Of the file, without ".v".
        design: What stands for DESIGN in it.
        values: What stands for each @NAME@ in it.

    Raises:
        KeyError: A value is missing.
    """
    text = (files("invc.rtl.templates") / f"{name}.v").read_text(encoding="utf-8")
    text = text.replace("DESIGN", design)
    return MARK.sub(lambda mark: str(values[mark[1]]), text)


def identifier(text: str, taken: Iterable[str], fallback: str) -> str:
    """A plain name as near to a text as can be, that is no keyword and not taken."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")[:LONGEST_NAME]
    if not LEGAL.fullmatch(plain):
        plain = f"{fallback}_{plain}" if plain else fallback
    if plain.lower() in keywords():
        plain = f"{plain}_{fallback}"
    used, name, k = {*taken}, plain, 2
    while name in used:
        name, k = f"{plain}_{k}", k + 1
    return name


def signed_bits(low: int, high: int) -> int:
    """Bits of a two's complement number from low to high."""
    return max(low if low >= 0 else ~low, high if high >= 0 else ~high).bit_length() + 1


def unsigned_bits(high: int) -> int:
    """Bits of a number from 0 to high, at least 1."""
    return max(high.bit_length(), 1)


def signed(value: int, width: int) -> str:
    """A signed constant; the least of its width has no positive one and is written in hex."""
    assert -(1 << width - 1) <= value < 1 << width - 1, (value, width)
    if value == -(1 << width - 1):
        return f"{width}'sh{1 << width - 1:x}"
    return f"-{width}'sd{-value}" if value < 0 else f"{width}'sd{value}"


def unsigned(value: int, width: int) -> str:
    """An unsigned constant: decimal where it is short."""
    assert 0 <= value < 1 << width, (value, width)
    return f"{width}'d{value}" if width <= 32 else f"{width}'h{value:x}"


def concatenation(bits: Sequence[str]) -> str:
    """Bits, lowest first, as one vector, in lines that fit a screen."""
    rows = [", ".join(bits[k : k + 8][::-1]) for k in range(0, len(bits), 8)]
    return "{" + (",\n        ".join(reversed(rows))) + "}"


def bit(value: int) -> str:
    """A constant bit as Verilog writes it."""
    return f"1'b{value}"


class Logic:
    """Expressions of truth tables over named signals, shared parts getting wires of their own.

    Attributes:
        wires: The declarations of these wires so far.
    """

    def __init__(self, prefix: str) -> None:
        self.wires: list[str] = []
        self._prefix = prefix
        self._count = 0

    def expression(self, table: int, inputs: Sequence[str]) -> str:
        """What computes a table: bit r is the value where input i is bit i of r."""
        used = [k for k in range(len(inputs)) if depends(table, k, len(inputs))]
        table = restricted(table, used, len(inputs))
        known: dict[tuple[int, int], str] = {}
        return self._expand(table, [inputs[k] for k in used], known)

    def _expand(self, table: int, inputs: Sequence[str], known: dict[tuple[int, int], str]) -> str:
        size = 1 << len(inputs)
        full = (1 << size) - 1
        if table in {0, full}:
            return bit(table & 1)
        key = (table, len(inputs))
        if key not in known:
            known[key] = self._named(self._split(table, inputs, known))
        return known[key]

    def _split(self, table: int, inputs: Sequence[str], known: dict[tuple[int, int], str]) -> str:
        """Shannon's expansion by the last input, and its simple cases."""
        half = 1 << len(inputs) - 1
        ones = (1 << half) - 1
        low, high = table & ones, table >> half
        x, rest = inputs[-1], inputs[:-1]

        def part(table: int) -> str:
            return self._expand(table, rest, known)

        if low == high:
            return part(low)
        if low ^ high == ones:
            if low in {0, ones}:
                return inverted(x) if low else x
            return f"({part(low)} ^ {x})"
        simple: dict[tuple[bool, int], Callable[[], str]] = {
            (False, 0): lambda: f"({part(high)} & {x})",
            (False, ones): lambda: f"({part(high)} | {inverted(x)})",
            (True, 0): lambda: f"({part(low)} & {inverted(x)})",
            (True, ones): lambda: f"({part(low)} | {x})",
        }
        for (is_high, value), write in simple.items():
            if (high if is_high else low) == value:
                return write()
        return f"({x} ? {part(high)} : {part(low)})"

    def _named(self, text: str) -> str:
        if len(text) <= LONG:
            return text
        name = f"{self._prefix}{self._count}"
        self._count += 1
        self.wires.append(f"    wire {name} = {bare(text)};")
        return name


def depends(table: int, k: int, inputs: int) -> bool:
    """Whether a table depends on input k of so many."""
    step = 1 << k
    return any(
        (table >> row & 1) != (table >> (row | step) & 1)
        for row in range(1 << inputs)
        if not row & step
    )


def restricted(table: int, used: Sequence[int], inputs: int) -> int:
    """The table over some of its inputs, the others being 0."""
    assert all(k < inputs for k in used)
    found = 0
    for row in range(1 << len(used)):
        whole = sum((row >> j & 1) << k for j, k in enumerate(used))
        found |= (table >> whole & 1) << row
    return found


def inverted(text: str) -> str:
    """The inverse of a signal."""
    return text[1:] if text.startswith("~") else f"~{text}"


def bare(text: str) -> str:
    """An expression without the brackets around all of it."""
    if not text.startswith("("):
        return text
    depth = 0
    for k, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return text[1:-1] if k == len(text) - 1 else text
    return text
