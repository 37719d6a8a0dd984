"""The columns of a netlist's drawing: which box stands in which, in what order, and how high.

Columns are topological levels, inputs on the left and outputs on the right. A deep netlist is
folded into rows, as text is: ports stand beside their gates, and a net that goes on in another
row, or would run far, is cut and named where it goes on. Within a column the order comes from
barycentres (Sugiyama, Tagawa, Toda, https://doi.org/10.1109/TSMC.1981.4308636, section V) and the
places from isotonic regression: as near as the order and the space between boxes allow to the mean
of what they connect to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal as OneOf
from typing import NamedTuple, TypeAlias

from invc.design import bit_names
from invc.diagnostics import printable
from invc.netlist import Literal, Netlist

ROUNDS = 10  # of ordering from left to right and back
PIN_PITCH = 13.0
BETWEEN_BOXES = 12.0
BETWEEN_WIRES = 7.0
ROW_LEVELS = 24  # of one row; a netlist of more levels is folded
LONGEST = 12  # columns that a net passes in a folded netlist before it is cut


@dataclass(eq=False)
class Vertex:
    """A box, or a place where a net passes a column.

    Attributes:
        kind: What it is; a link is where a net that was cut goes on.
        index: Number of the gate, of the bit among those of its direction, or of the net.
        level: Its column, counted through all rows.
        label: What stands in it.
        height: Of the box.
        inputs: Names and literals of the pins on its left.
        outputs: Names and literals of the pins on its right.
        y: Height of its middle.
        before: What it is joined to in the column on its left.
        after: What it is joined to in the column on its right.
    """

    kind: OneOf["gate", "input", "output", "link", "pass"]
    index: int
    level: int
    label: str
    height: float
    inputs: tuple[tuple[str, Literal], ...] = ()
    outputs: tuple[tuple[str, Literal], ...] = ()
    y: float = 0.0
    before: list[Vertex] = field(default_factory=list)
    after: list[Vertex] = field(default_factory=list)


Step: TypeAlias = tuple[int, Vertex, Vertex]  # a net, its left and its right end


def port_bits(netlist: Netlist, direction: str) -> Iterator[tuple[str, Literal]]:
    """Name and literal of each bit of the inputs or the outputs, in the order of the ports."""
    for port in netlist.ports:
        if port.direction == direction:
            yield from zip(map(printable, bit_names(port)), port.bits, strict=True)


class Fold(NamedTuple):
    """How levels become columns in rows: each row has one more column on either side for ports.

    Attributes:
        rows: Number of rows.
        levels: Levels in each row.
    """

    rows: int
    levels: int

    @property
    def width(self) -> int:
        """Columns of a row: its levels, and one on either side for ports."""
        return self.levels + 2

    def column(self, level: int) -> int:
        """The column of a gate, counted through all rows."""
        return level + 2 * ((level - 1) // self.levels)

    def start(self, column: int) -> int:
        """The first column of the row that a column lies in."""
        return column // self.width * self.width


def _fold(depth: int) -> Fold:
    rows = max(1, -(-depth // ROW_LEVELS))
    return Fold(rows, max(1, -(-depth // rows)))


def levels(netlist: Netlist) -> list[int]:
    """The level of each gate, from 1: just after its inputs.

    A gate that reads nothing but ports stands just before its first reader instead: what it
    reads runs along anyway, what it drives then does not.
    """
    driver = [0] * len(netlist.names)
    level = []
    for gate in netlist.gates:
        level.append(1 + max((driver[pin >> 1] for pin in gate.inputs), default=0))
        for pin in gate.outputs:
            driver[pin >> 1] = level[-1]
    latest: dict[int, int] = {}
    for k in reversed(range(len(level))):
        gate = netlist.gates[k]
        if level[k] == 1:
            level[k] = max(1, min(latest.get(pin >> 1, 2) for pin in gate.outputs) - 1)
        for pin in gate.inputs:
            latest[pin >> 1] = min(latest.get(pin >> 1, level[k]), level[k])
    return level


def columns_of(netlist: Netlist) -> tuple[Fold, list[list[Vertex]]]:
    """How the netlist is folded, and its boxes by column, in its own order."""
    level = levels(netlist)
    fold = _fold(max(level, default=0))
    at_gate = [fold.column(k) for k in level]
    first, last = _port_columns(netlist, at_gate) if fold.rows > 1 else ({}, {})
    columns: list[list[Vertex]] = [[] for _ in range(fold.rows * fold.width)]
    for k, (label, bit) in enumerate(port_bits(netlist, "input")):
        at = first.get(bit >> 1, 0)
        columns[at].append(Vertex("input", k, at, label, PIN_PITCH + 4, (), (("", bit),)))
    for k, gate in enumerate(netlist.gates):
        function = gate.function
        inputs = tuple(zip(function.inputs, gate.inputs, strict=True))
        outputs = tuple(zip(function.outputs, gate.outputs, strict=True))
        height = PIN_PITCH * max(len(inputs), len(outputs), 2) + 4
        box = Vertex("gate", k, at_gate[k], printable(function.name), height, inputs, outputs)
        columns[at_gate[k]].append(box)
    for k, (label, bit) in enumerate(port_bits(netlist, "output")):
        at = last.get(bit >> 1, len(columns) - 1)
        columns[at].append(Vertex("output", k, at, label, PIN_PITCH + 4, (("", bit),), ()))
    return fold, columns


def _port_columns(
    netlist: Netlist, at_gate: Sequence[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Columns beside their gates: of inputs before the first reader, of outputs after the driver.

    Args:
        netlist: What is drawn.
        at_gate: The column of each gate.

    Returns:
        Both by nets.
    """
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for gate, column in zip(netlist.gates, at_gate, strict=True):
        for pin in gate.inputs:
            first[pin >> 1] = min(first.get(pin >> 1, column - 1), column - 1)
        last |= {pin >> 1: column + 1 for pin in gate.outputs}
    for _, bit in port_bits(netlist, "input"):
        last[bit >> 1] = first.get(bit >> 1, 0) + 1
    return first, last


def connect(fold: Fold, columns: list[list[Vertex]], names: Sequence[str]) -> list[Step]:
    """Join neighbours in adjacent columns; a long net passes each column between once.

    Returns:
        The net, the left and the right end of each step.
    """
    longest = LONGEST if fold.rows > 1 else len(columns)
    reached: dict[int, Vertex] = {}  # the last place of each net so far
    steps: list[Step] = []
    for level in range(len(columns)):
        boxes = list(columns[level])  # what passes is added while this runs
        start = fold.start(level)
        for box in boxes:
            for net in dict.fromkeys(pin >> 1 for _, pin in box.inputs if pin > 1):
                if level - 1 - max(start, reached[net].level) > longest:
                    reached[net] = _link(columns, net, level - 1, names[net])
                elif reached[net].level < start:
                    reached[net] = _link(columns, net, start, names[net])
                while reached[net].level < level - 1:
                    end = Vertex("pass", net, reached[net].level + 1, "", 0.0)
                    columns[end.level].append(end)
                    steps.append((net, reached[net], end))
                    reached[net] = end
                steps.append((net, reached[net], box))
        for box in boxes:
            reached |= {pin >> 1: box for _, pin in box.outputs}
    for _, left, right in steps:
        left.after.append(right)
        right.before.append(left)
    return steps


def _link(columns: list[list[Vertex]], net: int, column: int, name: str) -> Vertex:
    link = Vertex("link", net, column, name, PIN_PITCH + 4, (), (("", 2 * net),))
    columns[column].append(link)
    return link


def arrange(columns: Sequence[list[Vertex]], *, keep_ports: bool) -> None:
    """Choose the order in each column and the places, in rounds; ports may keep their order."""
    for column in columns:
        _settle(column, [0.0] * len(column))
    for _ in range(ROUNDS):
        for column in columns[1:]:
            _pull(column, back=True, sort=not keep_ports or column is not columns[-1])
        for column in reversed(columns[:-1]):
            _pull(column, back=False, sort=not keep_ports or column is not columns[0])
    for column in columns:
        _settle(column, [_mean([*v.before, *v.after], v.y) for v in column])


def _pull(column: list[Vertex], *, back: bool, sort: bool) -> None:
    wanted = {id(v): _mean(v.before if back else v.after, v.y) for v in column}
    if sort:
        column.sort(key=lambda v: wanted[id(v)])
    _settle(column, [wanted[id(v)] for v in column])


def _mean(near: Sequence[Vertex], otherwise: float) -> float:
    return sum(v.y for v in near) / len(near) if near else otherwise


def _settle(column: Sequence[Vertex], wanted: Sequence[float]) -> None:
    """Place a column in its order, as near to what is wanted as the space between allows.

    Least squares under y[k + 1] - y[k] >= space is isotonic regression: pool adjacent
    violators.
    """
    shift, total, shifts = 0.0, [], []
    for k, v in enumerate(column):
        if k:
            shift += _space(column[k - 1], v)
        shifts.append(shift)
        total.append((wanted[k] - shift, 1))
        while len(total) > 1 and total[-2][0] * total[-1][1] >= total[-1][0] * total[-2][1]:
            (s, n), (t, m) = total.pop(), total.pop()
            total.append((s + t, n + m))
    places = [s / n for s, n in total for _ in range(n)]
    for v, y, offset in zip(column, places, shifts, strict=True):
        v.y = y + offset


def _space(upper: Vertex, lower: Vertex) -> float:
    between = BETWEEN_WIRES if "pass" in (upper.kind, lower.kind) else BETWEEN_BOXES
    return (upper.height + lower.height) / 2 + between
