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
        """Bits of the sum."""
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
    lines = [
        " + ".join(parts[k : k + TERMS_A_LINE]) for k in range(0, len(parts), TERMS_A_LINE)
    ]
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


class _Part(NamedTuple):
    """A signal of the tree of sums, with its range."""

    text: str
    low: int
    high: int


def staged_sum(field: Field, name: str, stages: int) -> tuple[list[str], list[str], str]:
    """The sum as a tree of additions with registers between them.

    Returns:
        Declarations, assignments for every clock, and the name of the last register.
    """
    parts = [_Part("", field.base, field.base)]
    parts += [_Part(f"m{t.spin}", min(t.weight, 0), max(t.weight, 0)) for t in field.terms]
    weights = {f"m{t.spin}": t.weight for t in field.terms}
    levels = (len(parts) - 1).bit_length()
    declared: list[str] = []
    clocked: list[str] = []
    level = 0
    for stage in range(stages):
        upto = levels * (stage + 1) // stages
        while level < upto:
            parts = _halved(parts, weights, f"{name}_l{level + 1}_", declared)
            level += 1
        parts = _registered(parts, weights, f"{name}_s{stage + 1}_", declared, clocked)
    (last,) = parts
    return declared, clocked, last.text


def _halved(
    parts: list[_Part], weights: dict[str, int], prefix: str, declared: list[str]
) -> list[_Part]:
    found = []
    for k in range(0, len(parts), 2):
        pair = parts[k : k + 2]
        if len(pair) == 1:
            found.append(pair[0])
            continue
        low, high = (sum(p.low for p in pair), sum(p.high for p in pair))
        bits = signed_bits(low, high)
        text = " + ".join(_operand(p, weights, bits) for p in pair)
        declared.append(f"    wire signed [{bits - 1}:0] {prefix}{k // 2} = {text};")
        found.append(_Part(f"{prefix}{k // 2}", low, high))
    return found


def _operand(part: _Part, weights: dict[str, int], bits: int) -> str:
    """A part as a number of so many bits."""
    if not part.text:
        return signed(wrapped(part.low, bits), bits)
    if part.text in weights:
        return f"({part.text} ? {signed(wrapped(weights[part.text], bits), bits)} : {bits}'sd0)"
    own = signed_bits(part.low, part.high)
    if own == bits:
        return part.text
    return f"$signed({{{{{bits - own}{{{part.text}[{own - 1}]}}}}, {part.text}}})"


def _registered(
    parts: list[_Part],
    weights: dict[str, int],
    prefix: str,
    declared: list[str],
    clocked: list[str],
) -> list[_Part]:
    found = []
    for k, part in enumerate(parts):
        if not part.text and len(parts) > 1:
            found.append(part)
            continue
        name = f"{prefix}{k}"
        if part.text in weights and len(parts) > 1:
            weights[name] = weights[part.text]
            declared.append(f"    reg {name};")
            clocked.append(f"{name} <= {part.text};")
        else:
            bits = signed_bits(part.low, part.high)
            declared.append(f"    reg signed [{bits - 1}:0] {name};")
            clocked.append(f"{name} <= {_operand(part, weights, bits)};")
        found.append(part._replace(text=name))
    return found
