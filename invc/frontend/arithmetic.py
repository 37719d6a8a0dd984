"""Word-level arithmetic as half and full adders, with the fewest of them.

Everything is one sum: an integer coefficient for each bit and each product of two bits, plus a
constant, modulo 2**width. A subtrahend or the sign bit of a two's complement number has a negative
coefficient, and -x = ~x - 1 turns that into an inverted bit, which costs nothing, and a constant
(the Baugh-Wooley multiplier, https://doi.org/10.1109/T-C.1973.223648, comes out of this for
signed operands). A full adder takes three bits of a column and leaves one there and one in the
next, so a sum of b bits needs about b minus the width of its result; the n x n multiplier has
n (n - 2) full adders, n half adders and n n products: 3 n n spins with its inputs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from invc.netlist import FALSE, TRUE, Builder, Literal
from invc.netlist.gates import AND2, FA, HA, XOR2


class Word(NamedTuple):
    """An operand: bits, least significant first, and how it is to be read."""

    bits: tuple[Literal, ...]
    signed: bool = False
    negated: bool = False


class Sum:
    """A sum of products under construction."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.constant = 0
        self.terms: dict[tuple[Literal, ...], int] = {}

    def add(self, word: Word) -> None:
        """Add a word, or subtract it where it is negated."""
        for bit, weight in _weights(word):
            self._term(bit, TRUE, weight)

    def add_product(self, first: Word, second: Word) -> None:
        """Add the product of two words, or subtract it where one is negated."""
        for a, weight_a in _weights(first):
            for b, weight_b in _weights(second):
                self._term(a, b, weight_a * weight_b)

    def _term(self, a: Literal, b: Literal, weight: int) -> None:
        if FALSE in (a, b) or a == b ^ 1:
            return
        if a == TRUE and b == TRUE:
            self.constant += weight
        elif TRUE in (a, b) or a == b:
            lit = a if b == TRUE else b
            if lit & 1:  # ~x = 1 - x, so that x and ~x meet in one term
                self.constant += weight
                weight = -weight
            self._count((lit & ~1,), weight)
        else:
            self._count((min(a, b), max(a, b)), weight)

    def _count(self, term: tuple[Literal, ...], weight: int) -> None:
        self.terms[term] = self.terms.get(term, 0) + weight

    def build(self, builder: Builder, source: str) -> tuple[Literal, ...]:
        """The bits of the sum, least significant first."""
        columns: list[deque[Literal]] = [deque() for _ in range(self.width)]
        constant = self.constant
        modulus = 1 << self.width
        for term, coefficient in self.terms.items():
            digits = _signed_digits(coefficient % modulus, self.width)
            if not digits:
                continue
            bit = term[0] if len(term) == 1 else builder.gate(AND2, *term, source=source)[0]
            for position, sign in digits:
                columns[position].append(bit if sign > 0 else bit ^ 1)
                if sign < 0:
                    constant -= 1 << position
        constant %= modulus
        out = []
        for k, column in enumerate(columns):
            carries = columns[k + 1] if k + 1 < self.width else None
            out.append(_compress(builder, column, constant >> k & 1, carries, source))
        return tuple(out)


def _weights(word: Word) -> Iterable[tuple[Literal, int]]:
    top = len(word.bits) - 1
    for k, bit in enumerate(word.bits):
        negative = word.negated != (word.signed and k == top)
        yield bit, -(1 << k) if negative else 1 << k


def _signed_digits(value: int, width: int) -> list[tuple[int, int]]:
    """Non-adjacent form modulo 2**width: the fewest digits (position, +1 or -1)."""
    digits = []
    position = 0
    while value and position < width:
        if value & 1:
            digit = 2 - (value & 3)
            # Two ones are as few as their two digits, unless the upper one falls off the top.
            if position == width - 1 or (value == 3 and position + 2 < width):
                digit = 1
            digits.append((position, digit))
            value -= digit
        value >>= 1
        position += 1
    return digits


def _compress(
    builder: Builder,
    column: deque[Literal],
    constant: int,
    carries: deque[Literal] | None,
    source: str,
) -> Literal:
    """Add a column up to one bit; carries go to the next column, or nowhere from the last.

    A running sum takes one bit from either end at a time: the column's own bits stand in front,
    the carries into it behind, so that most adders read one product and can be fused with it.
    A constant one joins the last adder: with two bits left it makes a full adder a half adder of
    inverted bits, with one bit left it costs nothing.
    """
    running = column.pop() if column else None
    while running is not None and (column or constant):
        taken = [running]
        if column:
            taken.append(column.popleft())
        if column:
            taken.append(column.pop())
        if len(taken) == 3:
            running, carry = builder.gate(FA, *taken, source=source)
        elif not constant:
            running, carry = builder.gate(HA, *taken, source=source)
        elif len(taken) == 2:  # a + b + 1 = 3 - (~a + ~b)
            constant = 0
            low, high = builder.gate(HA, *(bit ^ 1 for bit in taken), source=source)
            running, carry = low ^ 1, high ^ 1
        else:
            constant = 0
            running, carry = running ^ 1, running
        if carries is not None:
            carries.append(carry)
    return running if running is not None else constant


def ripple(
    builder: Builder,
    a: Sequence[Literal],
    b: Sequence[Literal],
    invert: Literal,
    carry: Literal,
    source: str,
) -> tuple[list[Literal], list[Literal], list[Literal]]:
    """A + (B ^ invert) + carry as Yosys's $alu: the sum, A ^ B ^ invert, and the carries."""
    total, propagate, carries = [], [], []
    for bit_a, bit_b in zip(a, b, strict=True):
        if invert in (FALSE, TRUE):
            operand = bit_b ^ invert
        else:
            (operand,) = builder.gate(XOR2, bit_b, invert, source=source)
        low, carry = builder.gate(FA, bit_a, operand, carry, source=source)
        # After the adder, so that where both compute one function the adder's own output stays.
        (different,) = builder.gate(XOR2, bit_a, operand, source=source)
        total.append(low)
        propagate.append(different)
        carries.append(carry)
    return total, propagate, carries
