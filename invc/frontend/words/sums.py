"""Yosys's cells of arithmetic: sums, products, quotients, powers, comparisons, carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from invc.frontend.arithmetic import Word as Operand
from invc.frontend.words import arithmetic
from invc.frontend.words.algebra import Bit, Logic, Plain, Word, extended, plain
from invc.frontend.yosys_cells import flag, number

Parameters = Mapping[str, Any]
Pins = Mapping[str, Word]
Cell = Callable[[Logic, Parameters, Pins], Mapping[str, Word]]


def width_of(parameters: Parameters, pins: Pins) -> int:
    """Bits of the cell's output Y."""
    del pins
    return number(parameters["Y_WIDTH"])


def operands(p: Parameters, pins: Pins, width: int) -> tuple[list[Bit], list[Bit], bool]:
    """A and B extended to a width, and whether they are signed: both, or neither."""
    signed = flag(p, "A_SIGNED") and flag(p, "B_SIGNED")
    return extended(pins["A"], width, signed), extended(pins["B"], width, signed), signed


def out(bits: Sequence[Bit], width: int | None = None) -> Mapping[str, Word]:
    """A result on Y, cut or extended by zeros to a width."""
    return {"Y": bits if width is None else extended(bits, width, False)}


def negate(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    """$neg: Y = -A, A extended to the width of Y first."""
    a = extended(pins["A"], width_of(p, pins), flag(p, "A_SIGNED"))
    return out(logic.tainted(arithmetic.negate(logic.algebra, plain(a)), logic.taint(a)))


def add_or_subtract(subtracting: bool) -> Cell:
    """$add or $sub, modulo the width of Y."""

    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        a, b, _ = operands(p, pins, width_of(p, pins))
        g = logic.algebra
        if subtracting:
            total = arithmetic.subtract(g, plain(a), plain(b))[0]
        else:
            total = arithmetic.add(g, plain(a), plain(b))[0]
        return out(logic.tainted(total, logic.taint(pins["A"], pins["B"])))

    return cell


def multiply(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    """$mul, modulo the width of Y."""
    a, b, _ = operands(p, pins, width_of(p, pins))
    total = arithmetic.multiply(logic.algebra, plain(a), plain(b))
    return out(logic.tainted(total, logic.taint(pins["A"], pins["B"])))


def divide(kind: str) -> Cell:
    """$div and $mod truncate towards zero, $divfloor and $modfloor downwards."""

    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        g = logic.algebra
        width = max(len(pins["A"]), len(pins["B"]), width_of(p, pins)) + 1
        a, b, signed = operands(p, pins, width)
        x, y = plain(a), plain(b)
        nought = g.lnot(_any(logic, y))
        if signed:
            above, below = arithmetic.magnitude(g, x), arithmetic.magnitude(g, y)
        else:
            above, below = x, y
        quotient, rest = arithmetic.divide(g, above, below)
        if signed:
            apart = g.xor(x[-1], y[-1])
            quotient = arithmetic.select(g, apart, arithmetic.negate(g, quotient), quotient)
            rest = arithmetic.select(g, x[-1], arithmetic.negate(g, rest), rest)
            if "floor" in kind:
                down = g.land(apart, _any(logic, rest))
                less = arithmetic.subtract(g, quotient, [g.one, *[0] * (width - 1)])[0]
                quotient = arithmetic.select(g, down, less, quotient)
                rest = arithmetic.select(g, down, arithmetic.add(g, rest, y)[0], rest)
        value = quotient if "div" in kind else rest
        taint = g.lor(logic.taint(pins["A"], pins["B"]), nought)
        return out(logic.tainted(value[: width_of(p, pins)], taint))

    return cell


def _any(logic: Logic, bits: Plain) -> int:
    total = 0
    for bit in bits:
        total = logic.algebra.lor(total, bit)
    return total


def power(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    """$pow; a negative power is 0, 1 or -1, and of 0 undefined."""
    g, width = logic.algebra, width_of(p, pins)
    signed = flag(p, "A_SIGNED")
    a = plain(extended(pins["A"], width, signed))
    b = plain(pins["B"])
    taint = logic.taint(pins["A"], pins["B"])
    total = arithmetic.power(g, a, b)
    if flag(p, "B_SIGNED") and b:  # 1 / a**n is 0, but for 1, -1 and 0
        wide = plain(extended(pins["A"], max(width, len(pins["A"])) + 1, signed))
        minus = b[-1]
        one = g.land(wide[0], g.lnot(_any(logic, wide[1:])))
        minus_one = g.one
        for bit in wide:
            minus_one = g.land(minus_one, bit)
        sign = g.land(minus_one, b[0])
        inverse = [g.lor(one, minus_one), *[sign] * (width - 1)][:width]
        total = arithmetic.select(g, minus, inverse, total)
        taint = g.lor(taint, g.land(minus, g.lnot(_any(logic, wide))))
    return out(logic.tainted(total, taint))


def compare(kind: str) -> Cell:
    """$lt, $le, $ge or $gt."""

    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        a, b, signed = operands(p, pins, max(len(pins["A"]), len(pins["B"])))
        g = logic.algebra
        first, second = (a, b) if kind in ("$lt", "$ge") else (b, a)
        value = arithmetic.less(g, plain(first), plain(second), signed)
        if kind in ("$ge", "$le"):
            value = g.lnot(value)
        return out(logic.tainted([value], logic.taint(a, b)), width_of(p, pins))

    return cell


def alu(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    """$alu: A + (B ^ BI) + CI, with A ^ B ^ BI and the carries."""
    g, width = logic.algebra, width_of(p, pins)
    a = extended(pins["A"], width, flag(p, "A_SIGNED"))
    b = extended(pins["B"], width, flag(p, "B_SIGNED"))
    (invert,), (carry,) = pins["BI"], pins["CI"]
    operand = [g.xor(bit.value, invert.value) for bit in b]
    total, carries = arithmetic.add(g, plain(a), operand, carry.value)
    different = [g.xor(x.value, y) for x, y in zip(a, operand, strict=True)]
    taint = logic.taint(a, b, pins["BI"], pins["CI"])
    return {
        "Y": logic.tainted(total, taint),
        "X": logic.tainted(different, taint),
        "CO": logic.tainted(carries, taint),
    }


def full_adders(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    """$fa: a full adder for each bit."""
    del p
    g = logic.algebra
    taint = logic.taint(pins["A"], pins["B"], pins["C"])
    low, high = [], []
    for a, b, c in zip(*(plain(pins[name]) for name in "ABC"), strict=True):
        half = g.xor(a, b)
        low.append(g.xor(half, c))
        high.append(g.lor(g.land(a, b), g.land(half, c)))
    return {"Y": logic.tainted(low, taint), "X": logic.tainted(high, taint)}


def lookahead(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    """$lcu: the carries of P and G."""
    del p
    g = logic.algebra
    (carry,) = plain(pins["CI"])
    carries = []
    for propagate, generate in zip(plain(pins["P"]), plain(pins["G"]), strict=True):
        carry = g.lor(generate, g.land(propagate, carry))
        carries.append(carry)
    return {"CO": logic.tainted(carries, logic.taint(pins["P"], pins["G"], pins["CI"]))}


def accumulate(terms: Callable[[Parameters, Any], list[tuple[Operand, ...]]]) -> Cell:
    """$macc: a sum of words and of products of two."""

    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        g, width = logic.algebra, width_of(p, pins)
        total = [0] * width
        values: Any = {name: tuple(plain(word)) for name, word in pins.items()}
        for term in terms(p, values):
            parts = [
                [*part.bits[:width], *[_fill(part)] * (width - len(part.bits))] for part in term
            ]
            value = parts[0] if len(parts) == 1 else arithmetic.multiply(g, *parts)
            if term[0].negated:
                value = arithmetic.negate(g, value)
            total = arithmetic.add(g, total, value)[0]
        return out(logic.tainted(total, logic.taint(*pins.values())))

    return cell


def _fill(part: Operand) -> int:
    return part.bits[-1] if part.signed and part.bits else 0
