"""Verilog's user-defined primitives: tables of combinational cells, written as modules.

Neither Yosys nor Pyverilog reads a `primitive`, which models of vendors' cells are full of. One
with a row for all values of its inputs becomes a module with an assign; one with a state, or with
values for which it says nothing or two things, an empty module, which is refused by its name where
it is used.

Source: IEEE Std 1364-2005, clause 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# What is not closed reaches to its end, or the search would begin anew at each that follows.
SKIPPED = r'//[^\n]*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"?'
_TOKEN = re.compile(rf"{SKIPPED}|\\\S+|\b(?:end)?primitive\b", re.DOTALL)
_COMMENT = re.compile(SKIPPED, re.DOTALL)
_HEAD = re.compile(r"\s*(\\\S+|[A-Za-z_][\w$]*)\s*\(([^()]*)\)\s*;(.*)", re.DOTALL)
_NAME = re.compile(r"\\\S+|[A-Za-z_][\w$]*")
_TABLE = re.compile(r"\btable\b(.*)\bendtable\b", re.DOTALL)
_WORDS = frozenset({"input", "output", "reg", "wire", "logic"})
MOST_INPUTS = 16  # of a table; the standard asks of tools that they take ten


def as_modules(text: str) -> str:
    """A source with every primitive as a module, on as many lines."""
    if "primitive" not in text:
        return text
    parts, done = [], 0
    for first, last in _primitives(text):
        whole = text[first:last]
        inside = whole[len("primitive") : -len("endprimitive")]
        module = _module(_COMMENT.sub(" ", inside))
        if module is not None:
            parts += [text[done:first], module, "\n" * whole.count("\n")]
            done = last
    return "".join([*parts, text[done:]])


def _primitives(text: str) -> Iterator[tuple[int, int]]:
    """From where to where each of them reaches."""
    first = None
    for token in _TOKEN.finditer(text):
        if token[0] == "primitive":
            first = token.start()
        elif token[0] == "endprimitive" and first is not None:
            yield first, token.end()
            first = None


def _module(inside: str) -> str | None:
    """The module for what stands between the two words; None where that is no primitive."""
    head = _HEAD.fullmatch(inside)
    if head is None:
        return None
    name, ports, body = head.groups()
    names = [word for word in _NAME.findall(ports) if word not in _WORDS]
    table = _TABLE.search(body)
    if len(names) < 2 or table is None:
        return None
    output, *inputs = (f"{n} " if n[0] == "\\" else n for n in names)
    value = _value(table[1], inputs)
    assign = f" assign {output} = {value};" if value else ""
    declared = f"output {output}; input {', '.join(inputs)};"
    return f"module {name} ({output}, {', '.join(inputs)}); {declared}{assign} endmodule"


def _value(table: str, inputs: list[str]) -> str | None:
    """The output as an expression; None where the table is not that of a function."""
    rows: dict[str, list[str]] = {"0": [], "1": []}
    for row in table.split(";"):
        symbols, colon, value = "".join(row.split()).lower().partition(":")
        if not symbols and not colon:
            continue
        if len(symbols) != len(inputs) or set(symbols) - set("01xb?") or value not in {*"01x"}:
            return None  # edges, or a state
        if value != "x" and "x" not in symbols:
            rows[value].append(symbols.replace("b", "?"))
    if len(inputs) > MOST_INPUTS:
        return None
    zeros, ones = (_covered(rows[value], len(inputs)) for value in "01")
    if zeros & ones or zeros | ones != (1 << (1 << len(inputs))) - 1:
        return None
    if len(rows["1"]) <= len(rows["0"]):
        return _sum(rows["1"], inputs)
    return f"~({_sum(rows['0'], inputs)})"


def _covered(rows: list[str], count: int) -> int:
    """Bit k is set where a row holds for the values of the inputs that are the digits of k."""
    whole = (1 << (1 << count)) - 1
    covered = 0
    for row in rows:
        held = whole
        for k, symbol in enumerate(row):
            # Where input k is 1, as a word of all values: 2^k zeros, 2^k ones, and so on.
            ones = whole // ((1 << (1 << k)) + 1) << (1 << k)
            if symbol != "?":
                held &= ones if symbol == "1" else ~ones
        covered |= held
    return covered


def _sum(rows: list[str], inputs: list[str]) -> str:
    """A sum of products, 0 where there is none."""
    return " | ".join(_product(row, inputs) for row in rows) or "1'b0"


def _product(row: str, inputs: list[str]) -> str:
    literals = [
        name if symbol == "1" else f"~{name}"
        for name, symbol in zip(inputs, row, strict=True)
        if symbol != "?"
    ]
    return f"({' & '.join(literals)})" if literals else "1'b1"
