"""Yosys's cells as we know them: gates by their tables, arithmetic by its operands.

From the chapter on the internal cell library of Yosys's manual.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from invc.frontend.arithmetic import Word
from invc.netlist import FALSE, Function, Literal
from invc.netlist.gates import BUF, INV

Json = Mapping[str, Any]

WORDS = re.compile(r"\$[a-z]\w*")  # names of cells of words, and of some others
SEQUENTIAL_HINT = "--cycles K unrolls a clocked design over K edges of its clock"
LATCH_HINT = "assign it on every path, or give it a default value first"
MEMORY_HINT = "invc compiles combinational logic; a table that is only read is fine"
TRISTATE_HINT = "use a multiplexer: there is no high impedance in a Boolean function"
# Cell types without a Hamiltonian: pattern, what messages call it, the hint.
REFUSED = (
    (re.compile(r"\$(_DLATCH|dlatch|adlatch|_SR_|sr$|dlatchsr)"), "latch", LATCH_HINT),
    (
        re.compile(r"\$(_S?DFFC?E?|_ALDFF|_FF_|_DFFSR|(al|a|s|sr)?dff|dffsr|ff$|anyinit)"),
        "flip-flop",
        SEQUENTIAL_HINT,
    ),
    (re.compile(r"\$mem"), "memory", MEMORY_HINT),
    (re.compile(r"\$(tribuf|_TBUF_)"), "tristate driver", TRISTATE_HINT),
)
# Cells that state something about a design and compute nothing.
IGNORED = re.compile(
    r"\$(assert|assume|cover|live|fair|check|print|scopeinfo|specify|specrule|connection|meta)"
)


def _table(inputs: str, minterm: Callable[..., int]) -> tuple[int]:
    rows = range(1 << len(inputs))
    return (sum(minterm(*(r >> i & 1 for i in range(len(inputs)))) << r for r in rows),)


def _gate(kind: str, inputs: str, minterm: Callable[..., int]) -> tuple[str, Function]:
    return kind, Function(kind, tuple(inputs), ("Y",), _table(inputs, minterm))


# Yosys's gate-level cells, from the manual's chapter on its internal cell library, and the two
# cells of the Liberty view that need no spin.
GATES = dict(
    (
        ("INV", INV),
        ("BUF", BUF),
        ("$_NOT_", INV),
        ("$_BUF_", BUF),
        _gate("$_AND_", "AB", lambda a, b: a & b),
        _gate("$_NAND_", "AB", lambda a, b: 1 ^ (a & b)),
        _gate("$_OR_", "AB", lambda a, b: a | b),
        _gate("$_NOR_", "AB", lambda a, b: 1 ^ (a | b)),
        _gate("$_XOR_", "AB", lambda a, b: a ^ b),
        _gate("$_XNOR_", "AB", lambda a, b: 1 ^ (a ^ b)),
        _gate("$_ANDNOT_", "AB", lambda a, b: a & (b ^ 1)),
        _gate("$_ORNOT_", "AB", lambda a, b: a | (b ^ 1)),
        _gate("$_MUX_", "ABS", lambda a, b, s: b if s else a),
        _gate("$_NMUX_", "ABS", lambda a, b, s: 1 ^ (b if s else a)),
        _gate("$_AOI3_", "ABC", lambda a, b, c: 1 ^ (a & b | c)),
        _gate("$_OAI3_", "ABC", lambda a, b, c: 1 ^ ((a | b) & c)),
        _gate("$_AOI4_", "ABCD", lambda a, b, c, d: 1 ^ (a & b | c & d)),
        _gate("$_OAI4_", "ABCD", lambda a, b, c, d: 1 ^ ((a | b) & (c | d))),
        _gate("$_MUX4_", "ABCDST", lambda a, b, c, d, s, t: (a, b, c, d)[s + 2 * t]),
    )
)
ARITHMETIC = ("$alu", "$macc", "$macc_v2", "$fa", "$mul", "$add", "$sub", "$neg", "$pos")


def extended(bits: Sequence[Literal], width: int, signed: bool) -> tuple[Literal, ...]:
    """A word cut or extended to a width, by its sign or by zeros."""
    fill = bits[-1] if signed and bits else FALSE
    return tuple(bits[:width]) + (fill,) * (width - len(bits))


def _digits(parameter: object, width: int | None = None) -> str:
    """A parameter's bits, highest first; Yosys writes small ones as numbers in old versions."""
    if isinstance(parameter, int):
        return f"{parameter:0{width or 32}b}"
    return str(parameter).replace("x", "0").strip() or "0"


def number(parameter: object) -> int:
    """A parameter as a number, undefined bits being 0."""
    return int(_digits(parameter), 2)


def flag(parameters: Json, name: str) -> bool:
    """A parameter that is true or false; false where it is missing."""
    return bool(number(parameters.get(name, "0")))


def text_of(parameter: object) -> str:
    """A text parameter; Yosys may write it as bits, eight a letter."""
    text = str(parameter)
    if text and set(text) <= {"0", "1"} and len(text) % 8 == 0:
        data = int(text, 2).to_bytes(len(text) // 8, "big")
        return data.decode("latin-1").strip("\0")
    return text


def operator(
    kind: str, parameters: Json, word: Mapping[str, tuple[Literal, ...]]
) -> list[tuple[Word, ...]]:
    """The terms of $pos, $neg, $add, $sub or $mul."""
    a = Word(word["A"], flag(parameters, "A_SIGNED"), kind == "$neg")
    if kind in {"$neg", "$pos"}:
        return [(a,)]
    b = Word(word["B"], flag(parameters, "B_SIGNED"), kind == "$sub")
    return [(a, b)] if kind == "$mul" else [(a,), (b,)]


def macc(parameters: Json, word: Mapping[str, tuple[Literal, ...]]) -> list[tuple[Word, ...]]:
    """The terms of Yosys's $macc, whose CONFIG packs four bits of size and an entry a term."""
    config = _digits(parameters["CONFIG"])[::-1]
    size = int(config[:4][::-1], 2)
    position, start = 4, 0
    terms: list[tuple[Word, ...]] = []
    while position < int(number(parameters["CONFIG_WIDTH"])):
        entry = config[position : position + 2 + 2 * size]
        signed, negated = entry[0] == "1", entry[1] == "1"
        length_a = int(entry[2 : 2 + size][::-1], 2)
        length_b = int(entry[2 + size :][::-1], 2)
        a = Word(word["A"][start : start + length_a], signed, negated)
        b = Word(word["A"][start + length_a : start + length_a + length_b], signed)
        terms.append((a, b) if length_b else (a,))
        start += length_a + length_b
        position += 2 + 2 * size
    terms += [(Word((bit,)),) for bit in word.get("B", ())]
    return terms


def macc_v2(parameters: Json, word: Mapping[str, tuple[Literal, ...]]) -> list[tuple[Word, ...]]:
    """The terms of Yosys's $macc_v2: products of A and B, then addends C, packed low first."""
    products = number(parameters["NPRODUCTS"])
    addends = number(parameters["NADDENDS"])
    a = _packed(word["A"], parameters, "A", products)
    b = _packed(word["B"], parameters, "B", products)
    c = _packed(word["C"], parameters, "C", addends)
    negated_product = _digits(parameters["PRODUCT_NEGATED"])[::-1]
    negated_addend = _digits(parameters["ADDEND_NEGATED"])[::-1]
    terms: list[tuple[Word, ...]] = [
        (first._replace(negated=negated_product[k] == "1"), second)
        for k, (first, second) in enumerate(zip(a, b, strict=True))
    ]
    terms += [(one._replace(negated=negated_addend[k] == "1"),) for k, one in enumerate(c)]
    return terms


def _packed(bits: tuple[Literal, ...], parameters: Json, port: str, count: int) -> list[Word]:
    """Operands packed into one port: 16 bits of width and one of sign for each."""
    widths = _digits(parameters[f"{port}_WIDTHS"])[::-1]
    signs = _digits(parameters[f"{port}_SIGNED"])[::-1]
    words, start = [], 0
    for k in range(count):
        width = int(widths[16 * k : 16 * k + 16][::-1], 2)
        words.append(Word(bits[start : start + width], signs[k] == "1"))
        start += width
    return words


def words_of_yosys(names: Iterable[str]) -> bool:
    """Whether some of the names are cells of words, such as `$mul`."""
    return any(WORDS.fullmatch(name) and name != "$lut" for name in names)
