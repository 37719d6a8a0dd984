"""Boolean functions of the spins of all replicas at once, compiled to operations on rows.

A row is one bit for each replica. Rows of the state come first, one a spin; what is
computed goes to scratch rows behind them. A literal is 2 * row, plus 1 where it is inverted; the
constants are -2 for false and -1 for true, so that literal - 2 of a netlist is one of a logic.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce

import numpy as np

from invc.design import Clamped, Design
from invc.ising.model import Int32
from invc.netlist import Gate, Literal

AND, XOR = 0, 1
FALSE, TRUE = -2, -1


@dataclass(frozen=True, eq=False)
class Logic:
    """Operations in order, and what they compute.

    Attributes:
        spins: Rows of the state.
        operations: (AND or XOR, row, literal, literal). Shape (n, 4).
        rows: Scratch rows.
    """

    spins: int
    operations: Int32
    rows: int


class Compiler:
    """A logic under construction: equal operations are done once, constants fold."""

    def __init__(self, spins: int) -> None:
        self.spins = spins
        self.operations: list[tuple[int, int, int, int]] = []
        self.known: dict[tuple[int, int, int], int] = {}

    def both(self, a: int, b: int) -> int:
        """The literal of a & b."""
        a, b = min(a, b), max(a, b)
        if a == FALSE or a == b ^ 1:
            return FALSE
        if a in (TRUE, b):
            return b
        return self._operation(AND, a, b)

    def differ(self, a: int, b: int) -> int:
        """The literal of a ^ b."""
        flip, a, b = (a ^ b) & 1, min(a & ~1, b & ~1), max(a & ~1, b & ~1)
        if a == b:
            return FALSE ^ flip
        if a == FALSE:
            return b ^ flip
        return self._operation(XOR, a, b) ^ flip

    def either(self, a: int, b: int) -> int:
        """The literal of a | b."""
        return self.both(a ^ 1, b ^ 1) ^ 1

    def all(self, literals: Iterable[int]) -> int:
        """The literal of whether all hold."""
        return reduce(self.both, literals, TRUE)

    def gate(self, gate: Gate, inputs: Sequence[int]) -> tuple[int, ...]:
        """Literals of what a gate computes from literals."""
        words = [_Word(self, literal) for literal in inputs]
        outputs = gate.function.evaluate(_Word(self, TRUE), *words)
        return tuple(_literal(word) for word in outputs)

    def logic(self, wanted: Sequence[int]) -> tuple[Logic, list[int]]:
        """What some literals need, and what they are called there.

        Rows that are read no more are written again: few stay in the cache where many do not.
        """
        last = self._last_uses(wanted)
        place: dict[int, int] = {}
        free: list[int] = []
        rows = 0

        def moved(literal: int) -> int:
            row = literal >> 1
            return 2 * place.get(row, row) + (literal & 1)

        operations = []
        for k, (kind, row, a, b) in enumerate(self.operations):
            if row in last:
                free += [place[r] for r in {a >> 1, b >> 1} if last.get(r) == k]
                arguments = moved(a), moved(b)
                if not free:
                    free.append(self.spins + rows)
                    rows += 1
                place[row] = free.pop()
                operations.append((kind, place[row], *arguments))
        array = np.array(operations, dtype=np.int32).reshape(-1, 4)
        return Logic(self.spins, array, rows), [moved(literal) for literal in wanted]

    def _last_uses(self, wanted: Iterable[int]) -> dict[int, int]:
        """By what operation each row that is needed is read for the last time."""
        end = len(self.operations)
        last = {literal >> 1: end for literal in wanted if literal >> 1 >= self.spins}
        for k in range(end - 1, -1, -1):
            _, row, a, b = self.operations[k]
            if row in last:
                for argument in (a >> 1, b >> 1):
                    if argument >= self.spins:
                        last.setdefault(argument, k)
        return last

    def _operation(self, kind: int, a: int, b: int) -> int:
        row = self.known.get((kind, a, b))
        if row is None:
            row = self.spins + len(self.operations)
            self.known[kind, a, b] = row
            self.operations.append((kind, row, a, b))
        return 2 * row


class _Word:
    """A literal under the operators with which `Function.evaluate` is written."""

    def __init__(self, compiler: Compiler, literal: int) -> None:
        self.compiler, self.literal = compiler, literal

    def __and__(self, other: object) -> _Word:
        return _Word(self.compiler, self.compiler.both(self.literal, _literal(other)))

    def __or__(self, other: object) -> _Word:
        return _Word(self.compiler, self.compiler.either(self.literal, _literal(other)))

    def __xor__(self, other: object) -> _Word:
        return _Word(self.compiler, self.compiler.differ(self.literal, _literal(other)))

    def __invert__(self) -> _Word:
        return _Word(self.compiler, self.literal ^ 1)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__


def _literal(word: object) -> int:
    if isinstance(word, _Word):
        return word.literal
    assert word == 0, "the only number in an evaluation is false"
    return FALSE


@dataclass(frozen=True, eq=False)
class Condition:
    """A condition on the spins of each replica.

    Attributes:
        logic: The operations.
        good: Literal of whether it holds.
    """

    logic: Logic
    good: int

    @cached_property
    def literal(self) -> Int32:
        """The literal of whether it holds. Shape (1,)."""
        return np.array([self.good], dtype=np.int32)


def condition(compiler: Compiler, good: int) -> Condition:
    """The condition that a literal holds."""
    logic, (literal,) = compiler.logic([good])
    return Condition(logic, literal)


@dataclass(frozen=True, eq=False)
class Forward:
    """All gates evaluated forward from the input ports.

    Attributes:
        logic: The operations.
        nets: Those that ports consist of, ascending.
        literals: What each of them is then; last, whether every net is that already.
    """

    logic: Logic
    nets: tuple[int, ...]
    literals: Int32


@lru_cache(maxsize=1)
def compile_forward(design: Design) -> Forward:
    """The gates of a design as operations; those of the last design are kept for the next run."""
    compiler = Compiler(design.model.spins)
    value = _forward(compiler, design, range(len(design.netlist.gates)))
    nets = range(1, design.netlist.net_count + 1)
    # Nets that nothing reads are there to be clamped: they say whether a relation holds.
    unread = {*nets} - {pin >> 1 for gate in design.netlist.gates for pin in gate.inputs}
    settled = compiler.all(compiler.differ(value[net], 2 * net - 2) ^ 1 for net in nets)
    ends = tuple(sorted({bit >> 1 for port in design.netlist.ports for bit in port.bits} | unread))
    logic, literals = compiler.logic([*(value[net] for net in ends), settled])
    return Forward(logic, ends, np.array(literals, dtype=np.int32))


def _forward(compiler: Compiler, design: Design, gates: Iterable[int]) -> dict[int, int]:
    """Literals of the nets that some gates, in topological order, compute from the inputs."""
    value: dict[int, int] = {0: FALSE}
    for port in design.netlist.inputs:
        value.update((bit >> 1, bit - 2) for bit in port.bits)
    for k in gates:
        gate = design.netlist.gates[k]
        inputs = [value[pin >> 1] ^ (pin & 1) for pin in gate.inputs]
        for pin, literal in zip(gate.outputs, compiler.gate(gate, inputs), strict=True):
            value[pin >> 1] = literal ^ (pin & 1)
    return value


def answers_seen(design: Design, clamped: Clamped) -> Condition:
    """Whether the inputs are those of an answer: evaluated forward, they give the clamped bits.

    And no combination of bits that is forbidden. Inner nets need not have settled; gates that no
    such bit depends on are not looked at.
    """
    combinations = (clamped.wanted, *clamped.forbidden)
    needed = _cone(design, [literal for bits in combinations for literal, _ in bits])
    compiler = Compiler(design.model.spins)
    value = _forward(compiler, design, needed)
    wanted, *forbidden = (
        compiler.all(value[bit >> 1] ^ (bit & 1) ^ (1 - held) for bit, held in bits)
        for bits in combinations
    )
    good = compiler.all([wanted, *(literal ^ 1 for literal in forbidden)])
    return condition(compiler, good)


def _cone(design: Design, literals: Iterable[Literal]) -> list[int]:
    """The gates that some literals depend on, in topological order."""
    live = bytearray(design.netlist.net_count + 1)
    for literal in literals:
        live[literal >> 1] = 1
    cone = []
    for k in range(len(design.netlist.gates) - 1, -1, -1):
        gate = design.netlist.gates[k]
        if any(live[pin >> 1] for pin in gate.outputs):
            for pin in gate.inputs:
                live[pin >> 1] = 1
            cone.append(k)
    return cone[::-1]


def gates_satisfied(design: Design, gates: Iterable[int]) -> Condition:
    """Whether the nets of some gates fit each other, whatever their ancillas."""
    compiler = Compiler(design.model.spins)
    fits = []
    for k in gates:
        gate = design.netlist.gates[k]
        computed = compiler.gate(gate, [pin - 2 for pin in gate.inputs])
        pins = zip(gate.outputs, computed, strict=True)
        fits += [compiler.differ(pin - 2, literal) ^ 1 for pin, literal in pins]
    good = compiler.all(fits)
    return condition(compiler, good)
