"""Cones: small groups of gates, what they compute together, and the class of that function.

A cone is a set of gates with few inputs and few outputs: the nets that it drives and that
something outside reads. Its other nets are nobody else's, so that one gate with the function
of the cone can take the place of all of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from invc.library.npn import Literal as ClassLiteral
from invc.library.npn import canonical
from invc.mapping.mapper import Mapper, always, depends, restrict
from invc.netlist import Function, Netlist, counting_words

SLACK = 2  # inputs and outputs that a set may have too many while it grows
MAX_READERS = 16  # of a net along which sets grow: what has more is no inner net
MAX_GATES = 8


class Shape(NamedTuple):
    """Bounds of what is looked for.

    Attributes:
        inputs: Most inputs of a cone.
        outputs: Most outputs.
        sets: Most sets of gates that are looked at for each last gate.
    """

    inputs: int
    outputs: int
    sets: int = 100


class Cone(NamedTuple):
    """A group of gates that one gate may replace.

    Attributes:
        gates: Indices of its gates in the netlist, ascending.
        inputs: The nets it depends on, ascending.
        outputs: The nets it drives that something outside reads, ascending.
        tables: Each output's net as a function of the inputs.
        spins: What its gates add: outputs and ancillas.
    """

    gates: tuple[int, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    tables: tuple[int, ...]
    spins: int


class Kind(NamedTuple):
    """A class of functions: equal up to negated and permuted inputs and outputs.

    Attributes:
        inputs: Number of inputs.
        outputs: Number of outputs.
        rows: The valid rows of the representative, outputs first.
    """

    inputs: int
    outputs: int
    rows: int


@cache
def kind_of(inputs: int, tables: tuple[int, ...]) -> tuple[Kind, tuple[ClassLiteral, ...]] | None:
    """The class of a function and, for each pin of the representative, its own pin.

    None where the function is too regular for its class to be found.
    """
    function = Function("", *_names(inputs, len(tables)), tables)
    found = canonical(inputs + len(tables), function.relation, outputs=len(tables))
    return found and (Kind(inputs, len(tables), found.rows), found.order)


def _names(inputs: int, outputs: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(f"a{k}" for k in range(inputs)), tuple(f"y{k}" for k in range(outputs))


def signature(inputs: int, tables: Iterable[int]) -> tuple[int, ...]:
    """What functions of one class have in common and is quickly counted."""
    size = 1 << inputs
    return inputs, *sorted(min(table.bit_count(), size - table.bit_count()) for table in tables)


class Graph:
    """A netlist with its drivers and readers at hand."""

    def __init__(self, netlist: Netlist, mapper: Mapper) -> None:
        nets = len(netlist.names)
        self.netlist = netlist
        self.spins = [mapper.spins(gate.function) for gate in netlist.gates]
        self.reads = [tuple({pin >> 1 for pin in gate.inputs} - {0}) for gate in netlist.gates]
        self.drives = [tuple(pin >> 1 for pin in gate.outputs) for gate in netlist.gates]
        self.driver = [-1] * nets
        self.readers: list[list[int]] = [[] for _ in range(nets)]
        for k, (reads, drives) in enumerate(zip(self.reads, self.drives, strict=True)):
            for net in drives:
                self.driver[net] = k
            for net in reads:
                self.readers[net].append(k)
        self.leaves = bytearray(nets)
        for port in netlist.outputs:
            for bit in port.bits:
                self.leaves[bit >> 1] = 1

    def edges(self, gates: frozenset[int]) -> tuple[list[int], list[int], set[int]]:
        """Nets that a set of gates reads from outside, that outside reads, and all it drives."""
        driven = {net for k in gates for net in self.drives[k]}
        inputs = sorted({net for k in gates for net in self.reads[k]} - driven)
        outputs = [
            net
            for net in sorted(driven)
            if self.leaves[net] or not gates.issuperset(self.readers[net])
        ]
        return inputs, outputs, driven

    def next_to(
        self, gates: frozenset[int], inputs: Sequence[int], driven: set[int]
    ) -> Iterator[int]:
        """Gates to grow by: drivers of the inputs, and readers that bring no input of their own."""
        last = max(gates)
        for net in inputs:
            if self.driver[net] >= 0:
                yield self.driver[net]
        inside = driven.union(inputs)
        for net in inside:
            if len(self.readers[net]) <= MAX_READERS:
                for k in self.readers[net]:
                    if k < last and k not in gates and inside.issuperset(self.reads[k]):
                        yield k

    def tables(
        self, gates: Sequence[int], inputs: Sequence[int], outputs: Sequence[int]
    ) -> list[int]:
        """The truth tables of the output nets over the input nets."""
        mask = always(len(inputs))
        words = dict(zip(inputs, counting_words(len(inputs)), strict=True))
        words[0] = 0
        for k in gates:
            function, pins, _ = self.netlist.gates[k]
            n = len(function.inputs)
            read = [words[p >> 1] ^ mask if p & 1 else words[p >> 1] for p in pins[:n]]
            for pin, word in zip(pins[n:], function.evaluate(mask, *read), strict=True):
                words[pin >> 1] = (word ^ mask if pin & 1 else word) & mask
        return [words[net] for net in outputs]


def cones(graph: Graph, shape: Shape) -> Iterator[Cone]:
    """The cones of two gates and more, those with the same last gate one after the other.

    Sets of gates grow from their last gate, the one with the fewest inputs and outputs first,
    by drivers of what they read and by gates that read nothing else; no set is seen twice.
    """
    for root in range(len(graph.netlist.gates)):
        yield from _cones_of(graph, root, shape)


def _cones_of(graph: Graph, root: int, shape: Shape) -> Iterator[Cone]:
    start = frozenset((root,))
    heap: list[tuple[int, int, frozenset[int]]] = [(0, 0, start)]
    seen = {start}
    for _ in range(shape.sets):
        if not heap:
            return
        gates = heapq.heappop(heap)[2]
        inputs, outputs, driven = graph.edges(gates)
        if len(gates) > 1 and len(outputs) <= shape.outputs:
            cone = _cone(graph, sorted(gates), inputs, outputs)
            if cone is not None and len(cone.inputs) <= shape.inputs:
                yield cone
        if len(gates) == MAX_GATES:
            continue
        for k in graph.next_to(gates, inputs, driven):
            larger = gates | {k}
            if larger not in seen:
                seen.add(larger)
                reads, driven_too, _ = graph.edges(larger)
                over = max(len(reads) - shape.inputs, len(driven_too) - shape.outputs)
                if over <= SLACK:
                    heapq.heappush(heap, (len(reads) + len(driven_too), len(seen), larger))


def _cone(graph: Graph, gates: list[int], inputs: list[int], outputs: list[int]) -> Cone | None:
    """The cone of a set of gates, over the inputs that matter; None where no gate could be it."""
    count = len(inputs)
    tables = graph.tables(gates, inputs, outputs)
    plain = {min(table, table ^ always(count)) for table in tables}
    supports = [[k for k in range(count) if depends(table, count, k)] for table in tables]
    if len(plain) < len(tables) or any(len(support) < 2 for support in supports):
        return None  # an output is constant, or one of the inputs, or another output
    support = sorted({k for own in supports for k in own})
    return Cone(
        tuple(gates),
        tuple(inputs[k] for k in support),
        tuple(outputs),
        tuple(restrict(table, support) for table in tables),
        sum(graph.spins[k] for k in gates),
    )
