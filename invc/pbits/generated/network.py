"""The sum of an update as a network of full adders: an expression graph, equal parts shared.

A literal is 2 * node, plus 1 where it is inverted. The first nodes are inputs: neighbours in the
order of their counts, then bits of the noise, the lowest first.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum

from invc.pbits.generated.signature import Signature

Literal = int


class Kind(Enum):
    """What a node computes. The first argument alone may be inverted, of AND and MAJ."""

    XOR = "xor"
    AND = "and"
    OR = "or"
    SUM = "sum"
    MAJ = "maj"


@dataclass(frozen=True)
class Node:
    """One operation.

    Attributes:
        kind: Of which kind.
        arguments: Two literals, or three of SUM and MAJ.
    """

    kind: Kind
    arguments: tuple[Literal, ...]


@dataclass(frozen=True)
class Network:
    """What an update computes.

    Attributes:
        inputs: How many rows go in.
        nodes: Operations in order; the first has the number `inputs`.
        result: The literal that the spin becomes; None where `always` says it.
        always: What it becomes where nothing that goes in matters.
    """

    inputs: int
    nodes: tuple[Node, ...]
    result: Literal | None
    always: bool = False


class Builder:
    """A network under construction: equal operations are done once."""

    def __init__(self, inputs: int) -> None:
        self.inputs = inputs
        self.nodes: list[Node] = []
        self.known: dict[Node, int] = {}

    def xor(self, *literals: Literal) -> Literal:
        """The sum of two or three bits; what is inverted is so in the result."""
        flip = sum(literal & 1 for literal in literals) & 1
        positive = tuple(sorted(literal & ~1 for literal in literals))
        return self._node(Kind.XOR if len(positive) == 2 else Kind.SUM, positive) ^ flip

    def both(self, a: Literal, b: Literal) -> Literal:
        """The literal of a & b."""
        if a & b & 1:
            return self._node(Kind.OR, (min(a, b) ^ 1, max(a, b) ^ 1)) ^ 1
        return self._node(Kind.AND, (b, a) if b & 1 else (a, b))

    def either(self, a: Literal, b: Literal) -> Literal:
        """The literal of a | b."""
        return self.both(a ^ 1, b ^ 1) ^ 1

    def majority(self, *literals: Literal) -> Literal:
        """The carry of three bits."""
        inverted = [literal for literal in literals if literal & 1]
        flip = len(inverted) > 1
        ordered = sorted((literal ^ flip for literal in literals), key=lambda x: (~x & 1, x))
        return self._node(Kind.MAJ, tuple(ordered)) ^ flip

    def _node(self, kind: Kind, arguments: tuple[Literal, ...]) -> Literal:
        node = Node(kind, arguments)
        number = self.known.get(node)
        if number is None:
            number = self.known[node] = self.inputs + len(self.nodes)
            self.nodes.append(node)
        return 2 * number


def network_of(signature: Signature) -> Network:
    """The carry out of S + noise + constant: what the spin becomes."""
    if signature.needed <= 0 or signature.needed > signature.most:
        return Network(0, (), None, signature.needed <= 0)
    width = max(signature.most, signature.needed).bit_length()
    builder = Builder(signature.inputs + signature.bits)
    columns: list[deque[Literal]] = [deque() for _ in range(width + 1)]
    row = 0
    for k, count in enumerate(signature.counts):
        columns[k >> 1].extend(2 * (row + i) | k & 1 for i in range(count))
        row += count
    for p in range(signature.bits):
        columns[p].append(2 * (row + p))
    constant = (1 << width) - signature.needed
    for p in range(width):
        columns[p + 1].extend(_carries(builder, columns[p], bool(constant >> p & 1)))
    result = columns[width].popleft()
    for literal in columns[width]:  # at most one of them is set
        result = builder.either(result, literal)
    return Network(builder.inputs, tuple(builder.nodes), result)


def _carries(builder: Builder, column: deque[Literal], one: bool) -> list[Literal]:
    """Carries of a column of bits, and of a constant; of its sum nothing else matters."""
    carries = []
    if one and column:
        a = column.popleft()
        if column:
            b = column.popleft()
            carries.append(builder.either(a, b))
            column.append(builder.xor(a, b) ^ 1)
        else:
            carries.append(a)
    while len(column) > 2:
        a, b, c = (column.popleft() for _ in range(3))
        carries.append(builder.majority(a, b, c))
        if column:
            column.append(builder.xor(a, b, c))
    if len(column) == 2:
        carries.append(builder.both(*column))
    return carries
