"""Clamps that hold two values to a relation: equal, different, smaller; gates are added for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from invc.design.assemble import assemble
from invc.design.clamps import Bits, Clamp, parse_clamps, short, timed_bits
from invc.design.design import Design
from invc.design.frames import AT, moments
from invc.diagnostics import InvcError
from invc.library import Cell, hamlib
from invc.netlist import Gate, Literal, Netlist

OPERATOR = re.compile("!=|<=|>=|==|<|>|=")
WHOLE = re.compile(
    r"([-+]?)(?:(\d[\d_]{0,999})|0([xXbBoO])([0-9a-fA-F_]{1,999}))"
    r"|(\d{1,6})?'(s?)([bodhBODH])([0-9a-fA-F_]{1,999})",
    re.ASCII,
)
BASES = {"b": 2, "o": 8, "d": 10, "x": 16, "h": 16}
SOMETIME = re.compile(r"(.+)@any=(.+)", re.DOTALL)
FALSE, TRUE = 0, 1  # literals
HINT = "relations are a=b, a!=b, a<b, a<=b, a>b, a>=b of ports, slices, bits or whole numbers"


@dataclass(frozen=True)
class Relation:
    """What is held between two values.

    Attributes:
        text: As the user wrote it.
        left: Bits in two's complement, least significant first.
        operator: One of = != < <= > >=.
        right: As many bits.
    """

    text: str
    left: tuple[Literal, ...]
    operator: str
    right: tuple[Literal, ...]


@dataclass(frozen=True)
class Sometime:
    """What is held in one cycle at least, of a design that was unrolled.

    Attributes:
        text: As the user wrote it.
        cycles: The bits that would be held in each cycle.
    """

    text: str
    cycles: tuple[tuple[Clamp, ...], ...]


def split_relations(
    netlist: Netlist, texts: Iterable[str]
) -> tuple[list[str], list[Relation | Sometime]]:
    """Texts of plain clamps, and the relations among them, each in order.

    A text that is a clamp stays one, whatever characters the names of ports have.
    """
    plain: list[str] = []
    relations: list[Relation | Sometime] = []
    for text in texts:
        found: list[Relation | Sometime] = []
        if not _is_plain(netlist, text):
            sometime = _sometime(netlist, text)
            found += [sometime] if sometime else _relations(netlist, text)
        relations += found
        if not found:
            plain.append(text)
    return plain, relations


def relate(
    design: Design, relations: Sequence[Relation | Sometime]
) -> tuple[Design, tuple[Clamp, ...]]:
    """A design with gates that say whether relations hold, and the clamps that make them hold.

    Ports stay what they are; the last gates drive nets that nothing reads. A relation of constants
    clamps a constant: `presolve` says that it cannot be.
    """
    added = _Added(design.netlist)
    clamps = [clamp for relation in relations for clamp in added.held(relation)]
    netlist = added.netlist()
    cells = _cells(design, added.gates)
    related = assemble(netlist, cells, origin=design.origin, level=False)
    return replace(related, scale=design.scale, frames=design.frames), tuple(clamps)


def _sometime(netlist: Netlist, text: str) -> Sometime | None:
    """What NAME@any=VALUE says: in some cycle of the signal it has the value."""
    match = SOMETIME.fullmatch(text)
    if match is None:
        return None
    names = moments(netlist.port_by_name, f"{match[1]}{AT}*")
    cycles = [parse_clamps(netlist, [f"{name}={match[2]}"]) for (name,) in names]
    return Sometime(text, tuple(cycles))


def _is_plain(netlist: Netlist, text: str) -> bool:
    try:
        parse_clamps(netlist, [text])
    except InvcError:
        return False
    return True


def _named(netlist: Netlist, name: str) -> list[Bits]:
    """What a side is that names bits, in each cycle that it names; else nothing."""
    try:
        return timed_bits(netlist, name)
    except InvcError:
        return []


def _relations(netlist: Netlist, text: str) -> list[Relation]:
    """The relation that a text is, in each cycle, split at the first operator with two values.

    A port that equals a number is a clamp, and what is wrong with it is said of that.

    Raises:
        InvcError: The sides are of unequal numbers of cycles.
    """
    for found in OPERATOR.finditer(text):
        sides = text[: found.start()], text[found.end() :]  # names of ports may end in blanks
        named = [_named(netlist, side) for side in sides]
        numbers = [_number(side.strip()) for side in sides]
        values = [
            [_signed(bits) for bits in name] or ([] if number is None else [_constant(number)])
            for name, number in zip(named, numbers, strict=True)
        ]
        if not all(values) or not any(named) or (found[0] == "=" and not all(named)):
            continue
        cycles = max(map(len, values))
        if any(len(value) not in (1, cycles) for value in values):
            counts = " and ".join(str(len(value)) for value in values)
            raise InvcError(
                f"clamp {short(text)}: its sides are of {counts} cycles",
                hint="name as many cycles on both sides, or one on either",
            )
        operator = "=" if found[0] == "==" else found[0]
        left, right = (value * (cycles // len(value)) for value in values)
        return [
            _between(text, one, operator, other) for one, other in zip(left, right, strict=True)
        ]
    _refuse_sides(netlist, text)
    return []


def _refuse_sides(netlist: Netlist, text: str) -> None:
    """Say which side of a relation is neither a name nor a number.

    Raises:
        InvcError: The text is meant as a relation, and no clamp of a port with an odd name.
    """
    found = next((m for m in OPERATOR.finditer(text) if m[0] != "="), None)
    if found is None or _named(netlist, text.rpartition("=")[0]):
        return
    for side in (text[: found.start()], text[found.end() :]):
        if not _named(netlist, side) and _number(side.strip()) is None:
            raise InvcError(
                f"clamp {short(text)}: {short(side.strip())} is neither a port nor a whole number",
                hint=HINT,
            )
    raise InvcError(f"clamp {short(text)}: neither side is a port", hint=HINT)


def _between(
    text: str, one: tuple[Literal, ...], operator: str, other: tuple[Literal, ...]
) -> Relation:
    width = max(len(one), len(other))
    return Relation(text, _extended(one, width), operator, _extended(other, width))


def _signed(bits: Bits) -> tuple[Literal, ...]:
    """A value in two's complement: an unsigned one has a 0 before its highest bit."""
    return bits.literals if bits.signed else (*bits.literals, FALSE)


def _number(text: str) -> int | None:
    """A whole number as users write it, Verilog's constants among them; None for other texts."""
    match = WHOLE.fullmatch(text)
    if match is None:
        return None
    sign, decimal, prefix, tail, size, signed, base, digits = match.groups()
    written = (decimal or tail or digits).replace("_", "")  # Python refuses it at either end
    try:
        value = int(written, 10 if decimal else BASES[(prefix or base).lower()])
    except ValueError:
        return None
    if size and value >= 1 << int(size):
        return None
    if signed and size and value >> int(size) - 1:
        value -= 1 << int(size)
    return -value if sign == "-" else value


def _constant(value: int) -> tuple[Literal, ...]:
    return tuple(TRUE if value >> k & 1 else FALSE for k in range(value.bit_length() + 1))


def _extended(bits: Sequence[Literal], width: int) -> tuple[Literal, ...]:
    return (*bits, *[bits[-1]] * (width - len(bits)))


@dataclass(eq=False)
class _Added:
    """Gates in the making, after those of a netlist; constants need none."""

    before: Netlist
    gates: list[Gate] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    made: dict[tuple[str, tuple[Literal, ...]], Literal] = field(default_factory=dict)

    def held(self, relation: Relation | Sometime) -> Iterator[Clamp]:
        """The clamps under which a relation holds; no gate reads a net that they clamp."""
        self.made.clear()
        if isinstance(relation, Sometime):
            text = relation.text
            cycles = [[bit.literal ^ 1 - bit.value for bit in bits] for bits in relation.cycles]
            yield Clamp(self.some([self.all(bits, text) for bits in cycles], text), 1, text)
            return
        left, right, text = relation.left, relation.right, relation.text
        if relation.operator == "=":
            for k, (a, b) in enumerate(zip(left, right, strict=True)):
                yield Clamp(self.differ(a, b, text), 0, f"{text} (bit {k})")
            return
        if relation.operator == "!=":
            differing = [self.differ(a, b, text) for a, b in zip(left, right, strict=True)]
            yield Clamp(self.some(differing, text), 1, text)
            return
        if relation.operator in ("<", ">="):
            smaller = self.smaller(left, right, text)
        else:
            smaller = self.smaller(right, left, text)
        yield Clamp(smaller, int(relation.operator in "<>"), text)

    def smaller(self, a: Sequence[Literal], b: Sequence[Literal], name: str) -> Literal:
        """Whether a < b: the carry out of not a + b, with the sign bits turned over."""
        a, b = [*a[:-1], a[-1] ^ 1], [*b[:-1], b[-1] ^ 1]
        smaller = FALSE
        for x, y in zip(a, b, strict=True):
            smaller = self.most(x ^ 1, y, smaller, name)
        return smaller

    def some(self, bits: Sequence[Literal], name: str) -> Literal:
        """Whether one of them is 1."""
        found = FALSE
        for bit in bits:
            found = self.both(found ^ 1, bit ^ 1, name) ^ 1
        return found

    def all(self, bits: Sequence[Literal], name: str) -> Literal:
        """Whether all of them are 1."""
        held = TRUE
        for bit in bits:
            held = self.both(held, bit, name)
        return held

    def both(self, a: Literal, b: Literal, name: str) -> Literal:
        """Whether a and b are 1."""
        if FALSE in (a, b) or a == b ^ 1:
            return FALSE
        if b in (a, TRUE):
            return a
        return b if a == TRUE else self.gate("AND2", (a, b), name)

    def differ(self, a: Literal, b: Literal, name: str) -> Literal:
        """Whether a and b are not the same."""
        if a >> 1 == b >> 1:
            return a & 1 ^ b & 1
        if min(a, b) <= TRUE:
            return max(a, b) ^ min(a, b)
        return self.gate("XOR2", (a & ~1, b & ~1), name) ^ (a & 1) ^ (b & 1)

    def most(self, a: Literal, b: Literal, c: Literal, name: str) -> Literal:
        """Whether two of them are 1."""
        for one, other, rest in ((a, b, c), (a, c, b), (b, c, a)):
            if one == other:
                return one
            if one == other ^ 1:
                return rest
        known, one, other = sorted((a, b, c))
        if known == FALSE:
            return self.both(one, other, name)
        if known == TRUE:
            return self.some((one, other), name)
        return self.gate("MAJ3", (a, b, c), name)

    def gate(self, cell: str, inputs: tuple[Literal, ...], name: str) -> Literal:
        """The output of a gate, one for equal inputs."""
        key = cell, tuple(sorted(inputs))
        if key not in self.made:
            self.names.append(f"{name} ({len(self.names) + 1})")
            net = self.before.net_count + len(self.names)
            function = hamlib()[cell].function
            assert function is not None, cell
            self.gates.append(Gate(function, (*inputs, 2 * net)))
            self.made[key] = 2 * net
        return self.made[key]

    def netlist(self) -> Netlist:
        """The netlist with these gates."""
        before = self.before
        gates, names = (*before.gates, *self.gates), (*before.names, *self.names)
        return replace(before, gates=gates, names=names).check()


def _cells(design: Design, gates: Iterable[Gate]) -> Mapping[str, Cell]:
    """The cells of a design, and those of new gates, scaled so that their gap is no smaller."""
    cells = dict(design.cells)
    for gate in gates:
        name = gate.function.name
        if name not in cells:
            cell = hamlib()[name]
            cells[name] = cell.scaled(max(1, -(-design.min_gap // cell.gap)))
    return cells
