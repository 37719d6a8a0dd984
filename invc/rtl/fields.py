"""Fields of p-bits as sums of constants that bits choose, without a multiplier."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import NamedTuple

from invc.ising import IsingModel
from invc.rtl.verilog import signed, signed_bits, unsigned

TERMS_A_LINE = 4


class Term(NamedTuple):
    """What a bit adds where it is 1.

    Attributes:
        spin: Whose bit.
        weight: What it adds.
    """

    spin: int
    weight: int


@dataclass(frozen=True)
class Field:
    """The field of one p-bit: 2**shift (base + sum of the weights of bits that are 1) + rest.

    As h - sum J + sum 2 J b, with what all weights have in common taken out.

    Attributes:
        base: Where all bits are 0.
        terms: What the neighbours add.
        shift: Low bits that never change.
        rest: Their value.
    """

    base: int
    terms: tuple[Term, ...]
    shift: int
    rest: int

    @property
    def reach(self) -> tuple[int, int]:
        """The least and the largest sum."""
        low = self.base + sum(min(term.weight, 0) for term in self.terms)
        high = self.base + sum(max(term.weight, 0) for term in self.terms)
        return low, high

    @property
    def range(self) -> tuple[int, int]:
        """The least and the largest field."""
        low, high = self.reach
        return (low << self.shift) + self.rest, (high << self.shift) + self.rest

    @property
    def bits(self) -> int:
        """Bits of the sum, exactly as many as its reach needs."""
        return signed_bits(*self.reach)

    def whole(self, total: str) -> str:
        """The field, given the name of the sum."""
        if not self.shift:
            return total
        return f"{{{total}, {unsigned(self.rest, self.shift)}}}"


def fields_of(model: IsingModel) -> tuple[Field, ...]:
    """The field of each spin."""
    start, neighbour, coupling = model.neighbours
    found = []
    for spin, h in enumerate(model.h.tolist()):
        row = slice(start[spin], start[spin + 1])
        found.append(_field(h, neighbour[row].tolist(), coupling[row].tolist()))
    return tuple(found)


def _field(h: int, spins: list[int], couplings: list[int]) -> Field:
    base = h - sum(couplings)
    common = 2 * gcd(*couplings)
    shift = (common & -common).bit_length() - 1 if common else 0
    terms = tuple(Term(s, 2 * J >> shift) for s, J in zip(spins, couplings, strict=True))
    return Field(base >> shift, terms, shift, base & ((1 << shift) - 1))


def one_sum(field: Field, name: str) -> list[str]:
    """The sum in one expression, under a name."""
    bits = field.bits
    parts = [signed(wrapped(field.base, bits), bits), *(_chosen(t, bits) for t in field.terms)]
    lines = [" + ".join(parts[k : k + TERMS_A_LINE]) for k in range(0, len(parts), TERMS_A_LINE)]
    low, high = field.range
    text = "\n        + ".join(lines)
    return [f"    // from {low} to {high}", f"    wire signed [{bits - 1}:0] {name} = {text};"]


def _chosen(term: Term, bits: int) -> str:
    weight = signed(wrapped(term.weight, bits), bits)
    return f"(m{term.spin} ? {weight} : {bits}'sd0)"


def wrapped(value: int, bits: int) -> int:
    """The number of so many bits that equals a value modulo 2**bits, which is all a sum needs."""
    half = 1 << bits - 1
    return (value + half & ((1 << bits) - 1)) - half


class Total(NamedTuple):
    """A signal of the tree of sums.

    Attributes:
        text: Its name; "" is a constant.
        low: Its least value.
        high: Its largest.
        bits: Its width.
        weight: What it stands for where it is a bit, else 0.
    """

    text: str
    low: int
    high: int
    bits: int
    weight: int = 0


class Staged(NamedTuple):
    """A sum as a tree of additions with registers between them.

    Attributes:
        declared: The wires and registers.
        clocked: What the registers take.
        total: The last of them.
    """

    declared: list[str]
    clocked: list[str]
    total: Total


def staged_sum(field: Field, name: str, stages: int) -> Staged:
    """The sum, so many clocks after its bits."""
    parts = [Total("", field.base, field.base, signed_bits(field.base, field.base))]
    for spin, weight in field.terms:
        low, high = min(weight, 0), max(weight, 0)
        parts.append(Total(f"m{spin}", low, high, signed_bits(low, high), weight))
    levels = (len(parts) - 1).bit_length()
    declared: list[str] = []
    clocked: list[str] = []
    level = 0
    for stage in range(stages):
        while level < levels * (stage + 1) // stages:
            level += 1
            parts = _halved(parts, f"{name}_l{level}_", declared)
        parts = _registered(parts, f"{name}_s{stage + 1}_", declared, clocked)
    (last,) = parts
    return Staged(declared, clocked, last)


def _halved(parts: list[Total], prefix: str, declared: list[str]) -> list[Total]:
    """Half as many totals: the sums of neighbouring ones."""
    found = []
    for k in range(0, len(parts), 2):
        pair = parts[k : k + 2]
        if len(pair) == 1:
            found.append(pair[0])
            continue
        low, high = sum(p.low for p in pair), sum(p.high for p in pair)
        bits = max(signed_bits(low, high), *(p.bits for p in pair))
        text = " + ".join(_operand(p, bits) for p in pair)
        declared.append(f"    wire signed [{bits - 1}:0] {prefix}{k // 2} = {text};")
        found.append(Total(f"{prefix}{k // 2}", low, high, bits))
    return found


def _operand(part: Total, bits: int) -> str:
    """A part as a number of so many bits."""
    if not part.text:
        return signed(part.low, bits)
    if part.weight:
        return f"({part.text} ? {signed(part.weight, bits)} : {bits}'sd0)"
    if part.bits == bits:
        return part.text
    return f"$signed({{{{{bits - part.bits}{{{part.text}[{part.bits - 1}]}}}}, {part.text}}})"


def _registered(
    parts: list[Total], prefix: str, declared: list[str], clocked: list[str]
) -> list[Total]:
    """The same parts a clock later; bits stay bits as long as there is something to add."""
    found = []
    for k, part in enumerate(parts):
        if not part.text and len(parts) > 1:
            found.append(part)
            continue
        name = f"{prefix}{k}"
        if part.weight and len(parts) > 1:
            declared.append(f"    reg  {name};")
            clocked.append(f"{name} <= {part.text};")
            found.append(part._replace(text=name))
        else:
            declared.append(f"    reg  signed [{part.bits - 1}:0] {name};")
            clocked.append(f"{name} <= {_operand(part, part.bits)};")
            found.append(part._replace(text=name, weight=0))
    return found
