"""Arithmetic of words without undefined bits, by definition: ripple, shift and add, restore."""

from __future__ import annotations

from collections.abc import Sequence

from invc.frontend.words.algebra import Algebra, Plain


def add(g: Algebra, a: Sequence[int], b: Sequence[int], carry: int = 0) -> tuple[Plain, Plain]:
    """A + b + carry of equal widths: the sum, and the carry out of each bit."""
    total, carries = [], []
    for x, y in zip(a, b, strict=True):
        half = g.xor(x, y)
        total.append(g.xor(half, carry))
        carry = g.lor(g.land(x, y), g.land(half, carry))
        carries.append(carry)
    return total, carries


def negate(g: Algebra, a: Sequence[int]) -> Plain:
    """-a modulo 2 to its width, in two's complement."""
    return add(g, [g.lnot(x) for x in a], [0] * len(a), g.one)[0]


def subtract(g: Algebra, a: Sequence[int], b: Sequence[int]) -> tuple[Plain, int]:
    """A - b of equal widths, and whether a >= b as unsigned numbers."""
    total, carries = add(g, a, [g.lnot(x) for x in b], g.one)
    return total, carries[-1] if carries else g.one


def select(g: Algebra, s: int, a: Sequence[int], b: Sequence[int]) -> Plain:
    """S ? a : b."""
    if not s:
        return list(b)
    no = g.lnot(s)
    return [g.lor(g.land(s, x), g.land(no, y)) for x, y in zip(a, b, strict=True)]


def multiply(g: Algebra, a: Sequence[int], b: Sequence[int]) -> Plain:
    """A b, modulo their common width."""
    width = len(a)
    total = [0] * width
    for k, bit in enumerate(b):
        if bit:
            row = [g.land(x, bit) for x in a[: width - k]]
            total[k:] = add(g, total[k:], row)[0]
    return total


def divide(g: Algebra, a: Sequence[int], b: Sequence[int]) -> tuple[Plain, Plain]:
    """Quotient and remainder of unsigned numbers of equal widths; b is not 0."""
    width = len(a)
    rest = [0] * (width + 1)
    divisor = [*b, 0]
    quotient = [0] * width
    for k in reversed(range(width)):
        rest = [a[k], *rest[:-1]]
        less, fits = subtract(g, rest, divisor)
        rest = select(g, fits, less, rest)
        quotient[k] = fits
    return quotient, rest[:width]


def magnitude(g: Algebra, a: Sequence[int]) -> Plain:
    """The absolute value of a signed number, as an unsigned one."""
    return select(g, a[-1], negate(g, a), a)


def less(g: Algebra, a: Sequence[int], b: Sequence[int], signed: bool) -> int:
    """Whether a < b, of equal widths."""
    if not a:
        return 0
    if signed:  # a - 2**(w-1) on both sides
        a, b = [*a[:-1], g.lnot(a[-1])], [*b[:-1], g.lnot(b[-1])]
    return g.lnot(subtract(g, a, b)[1])


def power(g: Algebra, a: Sequence[int], exponent: Sequence[int]) -> Plain:
    """A to an unsigned exponent, modulo the width of a."""
    width = len(a)
    total = [g.one, *[0] * (width - 1)][:width]
    square = list(a)
    for k, bit in enumerate(exponent):
        if k:
            square = multiply(g, square, square)
        if bit:
            total = select(g, bit, multiply(g, total, square), total)
    return total
