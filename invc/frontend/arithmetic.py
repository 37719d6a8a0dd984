"""Word-level arithmetic as adders and counters, with the fewest spins.

Everything is one sum: an integer coefficient for each bit and each product of two bits, plus a
constant, modulo 2**width. A subtrahend or the sign bit of a two's complement number has a negative
coefficient, and -x = ~x - 1 turns that into an inverted bit, which costs nothing, and a constant
(the Baugh-Wooley multiplier, https://doi.org/10.1109/T-C.1973.223648, comes out of this for
signed operands). A full adder takes three bits of a column and leaves one there and one in the
next, so a sum of b bits needs about b minus the width of its result; the n x n multiplier has
n (n - 2) full adders, n half adders and n n products: 3 n n spins with its inputs. A counter of
seven bits takes away four bits for three spins, where full adders need eight.

The rows of a sum, shifted words, are added in order, some at a time: one row at a time is the
array multiplier, four at a time fill counters of seven bits, all at once wastes the fewest adders
on bits that stand alone. What costs the fewest spins is built, but for a few per cent: adding row
by row leaves the bits of partial sums in the netlist, where a proof of equivalence finds them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import NamedTuple

from invc.library.cell import Cell
from invc.netlist import FALSE, TRUE, Builder, Function, Gate, Literal
from invc.netlist.gates import AND2, FA, HA, XOR2

Row = tuple[int, int]  # which addend it is of, and how far it is shifted


class Word(NamedTuple):
    """An operand: bits, least significant first, and how it is to be read."""

    bits: tuple[Literal, ...]
    signed: bool = False
    negated: bool = False


@dataclass(frozen=True)
class Adders:
    """What sums are built of.

    Attributes:
        counters: Counters besides the full adder, by the number of bits they count.
        fused: Those that will take up a product that they alone read.
    """

    counters: Mapping[int, Function] = field(default_factory=dict)
    fused: Collection[Function] = ()


PLAIN = Adders()


def counters(cells: Iterable[Cell]) -> dict[int, Function]:
    """The cells without ancillas that write the number of their inputs in binary, by that number.

    Full and half adders are none: every sum may use them.
    """
    found = {}
    for cell in cells:
        function = cell.function
        if function is not None and not cell.ancillas and len(function.inputs) > 3:
            count = len(function.inputs)
            digits = tuple(
                sum((row.bit_count() >> k & 1) << row for row in range(1 << count))
                for k in range(count.bit_length())
            )
            if function.tables == digits:
                found[count] = function
    return found


class Term(NamedTuple):
    """A bit or a product of two, times a power of two."""

    literals: tuple[Literal, ...]
    column: int
    negative: bool


class Sum:
    """A sum of products under construction."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.constant = 0
        self.terms: dict[tuple[Literal, ...], int] = {}
        self.addends = 0
        self.rows: dict[tuple[Literal, ...], Row] = {}

    def add(self, word: Word) -> None:
        """Add a word, or subtract it where it is negated."""
        self.addends += 1
        for k, (bit, weight) in enumerate(_weights(word)):
            self._term(bit, TRUE, weight, k)

    def add_product(self, first: Word, second: Word) -> None:
        """Add the product of two words, or subtract it where one is negated."""
        self.addends += 1
        for k, (a, weight_a) in enumerate(_weights(first)):
            for b, weight_b in _weights(second):
                self._term(a, b, weight_a * weight_b, k)

    def _term(self, a: Literal, b: Literal, weight: int, position: int) -> None:
        if FALSE in (a, b) or a == b ^ 1:
            return
        if a == TRUE and b == TRUE:
            self.constant += weight
        elif TRUE in (a, b) or a == b:
            lit = a if b == TRUE else b
            if lit & 1:  # ~x = 1 - x, so that x and ~x meet in one term
                self.constant += weight
                weight = -weight
            self._count((lit & ~1,), weight, position)
        else:
            self._count((min(a, b), max(a, b)), weight, position)

    def _count(self, term: tuple[Literal, ...], weight: int, position: int) -> None:
        self.terms[term] = self.terms.get(term, 0) + weight
        self.rows.setdefault(term, (self.addends, position))

    def build(self, builder: Builder, source: str, adders: Adders = PLAIN) -> tuple[Literal, ...]:
        """The bits of the sum, least significant first, of the gates that add the fewest spins."""
        rows, constant = self._rows()
        trials = [
            _Trial(builder, rows, constant, self.width, plan, source)
            for plan in _plans(adders, len(rows))
        ]
        best = min(trials, key=lambda trial: trial.spins(adders.fused))
        best.commit(builder)
        return best.total

    def _rows(self) -> tuple[list[list[Term]], int]:
        """The terms of each row with the digits of their coefficients, and the constant left."""
        rows: dict[Row, list[Term]] = {}
        constant, modulus = self.constant, 1 << self.width
        for literals, coefficient in self.terms.items():
            addend, position = self.rows[literals]
            for column, sign in _signed_digits(coefficient % modulus, self.width):
                negative = sign == -1
                term = Term(literals, column, negative)
                rows.setdefault((addend, column - position), []).append(term)
                constant -= negative << column
        return [rows[row] for row in sorted(rows)], constant % modulus


class Plan(NamedTuple):
    """How many rows are added at a time, and with which counters."""

    block: int
    counters: Mapping[int, Function]


def _plans(adders: Adders, rows: int) -> list[Plan]:
    """What to try: where several cost the same, the first is built."""
    if rows < 2:
        return [Plan(1, {})]
    plans = [Plan(1, {}), Plan(rows, {})]
    for narrowest in sorted(adders.counters, reverse=True):
        chosen = {bits: c for bits, c in adders.counters.items() if bits >= narrowest}
        # A running sum and two carries leave room for three rows less than a counter's inputs.
        plans += [Plan(block, chosen) for block in (max(adders.counters) - 3, rows)]
    return plans


class _Trial:
    """The gates of a sum, built aside: its own nets are numbered after those of the builder."""

    def __init__(
        self,
        builder: Builder,
        rows: Sequence[Sequence[Term]],
        constant: int,
        width: int,
        plan: Plan,
        source: str,
    ) -> None:
        self.first = self.next = 2 * len(builder.names)
        self.gates: list[Gate] = []
        self.source = source
        self.by_rows = plan.block < len(rows)
        self.counters = {2: HA, 3: FA, **plan.counters}
        self.known: dict[tuple[Literal, ...], Literal] = {}
        sums: list[Literal | None] = [None] * width
        for start in range(0, len(rows), plan.block):
            columns: list[list[Literal]] = [[] for _ in range(width)]
            for term in chain.from_iterable(rows[start : start + plan.block]):
                columns[term.column].append(self.literal(term))
            # The constant joins the last block.
            rest = constant if start + plan.block >= len(rows) else 0
            sums = self.compress(sums, columns, rest)
        if not rows:
            sums = [constant >> k & 1 for k in range(width)]
        self.total = tuple(FALSE if bit is None else bit for bit in sums)

    def spins(self, fused: Collection[Function]) -> float:
        """Spins that the gates add; each adder takes up one product where they are fused.

        A product that several adders read, as in a sum times a constant, is not fused. All rows
        at once count as a sixteenth more: a sum that no partial sum leads to is hard to prove.
        """
        spins = sum(len(gate.function.outputs) for gate in self.gates)
        if fused:
            readers = Counter(pin >> 1 for gate in self.gates for pin in gate.inputs)
            products = {gate.pins[-1] >> 1 for gate in self.gates if gate.function is AND2}
            products = {net for net in products if readers[net] == 1}
            for gate in self.gates:
                taken = [pin >> 1 for pin in gate.inputs if pin >> 1 in products]
                if taken and gate.function in fused:
                    products.remove(taken[0])
                    spins -= 1
        return spins if self.by_rows else spins * 17 / 16

    def gate(self, function: Function, *inputs: Literal) -> tuple[Literal, ...]:
        """A gate that drives new nets, numbered after all others."""
        outputs = tuple(range(self.next, self.next + 2 * len(function.outputs), 2))
        self.next += 2 * len(outputs)
        self.gates.append(Gate(function, inputs + outputs, self.source))
        return outputs

    def literal(self, term: Term) -> Literal:
        """The bit of a term; each product is made once."""
        bits = term.literals
        if bits not in self.known:
            self.known[bits] = bits[0] if len(bits) == 1 else self.gate(AND2, *bits)[0]
        return self.known[bits] ^ term.negative

    def compress(
        self, sums: Sequence[Literal | None], columns: Sequence[Sequence[Literal]], constant: int
    ) -> list[Literal | None]:
        """Add columns to a sum, one bit or none of each; carries out of the last are lost.

        A running sum takes bits of its own column and carries into it in turn, both in the order in
        which they came, so that most adders read one product and can be fused with it. A constant
        one joins the last adder: with two bits left it makes a full adder a half adder of inverted
        bits, with one bit left it costs nothing.
        """
        carries: list[list[Literal]] = [[] for _ in range(len(columns) + 2)]
        out: list[Literal | None] = []
        for k, own in enumerate(columns):
            left = _in_turn(sums[k], own, carries[k])
            one = bool(constant >> k & 1)
            while len(left) > 1 or (left and one):
                count = self.take(len(left))
                digits = self.count(left[:count], one and count < 3)
                one = one and count >= 3
                left = [digits[0], *left[count:]]
                for column, carry in zip(carries[k + 1 :], digits[1:], strict=False):
                    column.append(carry)
            out.append(left[0] if left else TRUE if one else None)
        return out

    def take(self, bits: int) -> int:
        """How many bits the next counter takes of those that are left."""
        return max((size for size in self.counters if size <= bits), default=bits)

    def count(self, bits: Sequence[Literal], plus_one: bool) -> tuple[Literal, ...]:
        """The binary digits of a number of bits."""
        if not plus_one:
            return self.gate(self.counters[len(bits)], *bits)
        if len(bits) == 1:  # a + 1
            return bits[0] ^ 1, bits[0]
        low, high = self.gate(HA, *(bit ^ 1 for bit in bits))  # a + b + 1 = 3 - (~a + ~b)
        return low ^ 1, high ^ 1

    def commit(self, builder: Builder) -> None:
        """Give the nets and gates to the builder, which is as it was."""
        for _ in range(self.first, self.next, 2):
            builder.net()
        builder.gates += self.gates


def _in_turn(
    first: Literal | None, own: Sequence[Literal], carries: Sequence[Literal]
) -> list[Literal]:
    pairs = chain.from_iterable(zip_longest(own, carries))
    return [bit for bit in chain([first], pairs) if bit is not None]


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
