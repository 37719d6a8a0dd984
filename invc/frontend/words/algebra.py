"""What a bit is while words are evaluated: many trials at once, or a node of a graph.

Every bit has two planes: its value, and whether it is undefined (x or z in the source), in which
case its value is 0. An undefined bit may become anything, so nothing is asked of what follows
from it; where the other operand decides alone, as in `0 & x`, the result is defined.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol


class Algebra(Protocol):
    """Two-valued logic on integers: false is 0."""

    one: int

    def land(self, a: int, b: int) -> int:
        """Conjunction: 1 where both are."""
        ...

    def lor(self, a: int, b: int) -> int:
        """Disjunction: 1 where one or both are."""
        ...

    def xor(self, a: int, b: int) -> int:
        """Exclusive disjunction: 1 where just one is."""
        ...

    def lnot(self, a: int) -> int:
        """Negation: 1 where the operand is 0."""
        ...


class Trials:
    """Bit t of every integer is the value in trial t."""

    def __init__(self, trials: int) -> None:
        self.one = (1 << trials) - 1

    def land(self, a: int, b: int) -> int:
        """Conjunction of all vectors in one operation."""
        return a & b

    def lor(self, a: int, b: int) -> int:
        """Disjunction of all vectors in one operation."""
        return a | b

    def xor(self, a: int, b: int) -> int:
        """Exclusive disjunction of all vectors in one operation."""
        return a ^ b

    def lnot(self, a: int) -> int:
        """Negation of all vectors in one operation."""
        return a ^ self.one


class Bit(NamedTuple):
    """A value, and whether it is undefined; where it is, the value is 0."""

    value: int
    undefined: int = 0


Word = Sequence[Bit]  # least significant first
LOW = Bit(0)
Plain = list[int]  # a word without undefined bits


class Logic:
    """Three-valued logic over an algebra."""

    def __init__(self, algebra: Algebra) -> None:
        self.algebra = algebra
        self.high = Bit(algebra.one)
        self.unknown = Bit(0, algebra.one)

    def invert(self, a: Bit) -> Bit:
        """~a, which is x where a is."""
        g = self.algebra
        if not a.undefined:
            return Bit(g.lnot(a.value))
        return Bit(g.lnot(g.lor(a.value, a.undefined)), a.undefined)

    def both(self, a: Bit, b: Bit) -> Bit:
        """A & b: 0 where one of them is 0, whatever the other."""
        g = self.algebra
        value = g.land(a.value, b.value)
        if not (a.undefined or b.undefined):
            return Bit(value)
        left = g.land(a.undefined, g.lor(b.value, b.undefined))
        right = g.land(b.undefined, g.lor(a.value, a.undefined))
        return Bit(value, g.lor(left, right))

    def either(self, a: Bit, b: Bit) -> Bit:
        """Or of two bits with x as Verilog has it: 1 where one operand is 1."""
        if not (a.undefined or b.undefined):
            return Bit(self.algebra.lor(a.value, b.value))
        return self.invert(self.both(self.invert(a), self.invert(b)))

    def differ(self, a: Bit, b: Bit) -> Bit:
        """Exclusive or of two bits, which is x where an operand is."""
        g = self.algebra
        value = g.xor(a.value, b.value)
        if not (a.undefined or b.undefined):
            return Bit(value)
        undefined = g.lor(a.undefined, b.undefined)
        return Bit(g.land(value, g.lnot(undefined)), undefined)

    def choose(self, s: Bit, a: Bit, b: Bit) -> Bit:
        """S ? a : b; where s is undefined, what a and b agree on."""
        g = self.algebra
        no = self.invert(s)
        value = g.lor(g.land(s.value, a.value), g.land(no.value, b.value))
        if not (s.undefined or a.undefined or b.undefined):
            return Bit(value)
        undefined = g.lor(g.land(s.value, a.undefined), g.land(no.value, b.undefined))
        if s.undefined:
            ones = g.land(a.value, b.value)
            zeros = g.land(self.invert(a).value, self.invert(b).value)
            value = g.lor(value, g.land(s.undefined, ones))
            apart = g.land(s.undefined, g.lnot(g.lor(ones, zeros)))
            undefined = g.lor(undefined, apart)
        return Bit(value, undefined)

    def any_of(self, bits: Iterable[Bit]) -> Bit:
        """The bitwise or of all."""
        total = LOW
        for bit in bits:
            total = self.either(total, bit)
        return total

    def taint(self, *words: Word) -> int:
        """Where any bit of some words is undefined."""
        total = 0
        for word in words:
            for bit in word:
                if bit.undefined:
                    total = self.algebra.lor(total, bit.undefined)
        return total

    def tainted(self, values: Sequence[int], taint: int) -> list[Bit]:
        """Values that are all undefined where something that they follow from is."""
        if not taint:
            return [Bit(value) for value in values]
        known = self.algebra.lnot(taint)
        return [Bit(self.algebra.land(value, known), taint) for value in values]


def plain(word: Word) -> Plain:
    """The values of a word, undefined bits as 0."""
    return [bit.value for bit in word]


def extended(word: Word, width: int, signed: bool) -> list[Bit]:
    """A word cut or extended to a width, by its sign or by zeros."""
    fill = word[-1] if signed and word else LOW
    return [*word[:width], *[fill] * (width - len(word))]
