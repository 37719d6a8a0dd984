"""Where the gates of a netlist stand and how its nets run between them: a layered drawing.

Columns are topological levels, inputs on the left and outputs on the right. A deep netlist is
folded into rows, as text is: ports stand beside their gates, and a net that goes on in another row,
or would run far, is cut and named where it goes on. Within a column the
order comes from barycentres (Sugiyama, Tagawa, Toda, https://doi.org/10.1109/TSMC.1981.4308636,
section V) and the places from isotonic regression: as near as the order and the space between
boxes allow to the mean of what they connect to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal as OneOf
from typing import NamedTuple, TypeAlias

from invc.design import bit_names
from invc.netlist import Literal, Netlist
from invc.report.names import net_names, shown

ROUNDS = 10  # of ordering from left to right and back
GATE_WIDTH = 62.0
PORT_WIDTH = 64.0
LETTER = 7.0  # width of a letter of a label
PIN_PITCH = 13.0
BETWEEN_BOXES = 12.0
BETWEEN_WIRES = 7.0
BETWEEN_COLUMNS = 64.0
BETWEEN_ROWS = 40.0
ROW_LEVELS = 24  # of one row; a netlist of more levels is folded
LONGEST = 12  # columns that a net passes in a folded netlist before it is cut
MARGIN = 24.0
MOST_LETTERS = 22
PADDING = {"gate": 17.0, "input": 9.0, "output": 9.0, "link": 9.0}

Point: TypeAlias = tuple[float, float]
Branch: TypeAlias = tuple[Point, ...]


@dataclass(frozen=True)
class Pin:
    """Where a wire meets a box; its name is "" on ports."""

    name: str
    literal: Literal
    x: float
    y: float


@dataclass(frozen=True)
class Box:
    """A gate, one bit of a port, or where a net that was cut goes on; x, y: upper left corner.

    Attributes:
        kind: What it is.
        index: Number of the gate in the netlist, of the bit among those of its direction, or of
            the net.
        label: Name of the cell, the bit, or the net.
    """

    kind: OneOf["gate", "input", "output", "link"]
    index: int
    label: str
    x: float
    y: float
    width: float
    height: float
    inputs: tuple[Pin, ...]
    outputs: tuple[Pin, ...]


@dataclass(frozen=True)
class Wire:
    """The branches of one net; of three points the first two are joined by a straight line."""

    net: int
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Layout:
    """A drawing, in units of about a pixel."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]


@dataclass(eq=False)
class _Vertex:
    """A box, or a place where a net passes a column."""

    kind: OneOf["gate", "input", "output", "link", "pass"]
    index: int
    level: int
    label: str
    height: float
    inputs: tuple[tuple[str, Literal], ...] = ()
    outputs: tuple[tuple[str, Literal], ...] = ()
    y: float = 0.0  # of its middle
    before: list[_Vertex] = field(default_factory=list)
    after: list[_Vertex] = field(default_factory=list)


_Step: TypeAlias = tuple[int, _Vertex, _Vertex]  # a net, its left and its right end


def port_bits(netlist: Netlist, direction: str) -> Iterator[tuple[str, Literal]]:
    """Name and literal of each bit of the inputs or the outputs, in the order of the ports."""
    for port in netlist.ports:
        if port.direction == direction:
            yield from zip(map(shown, bit_names(port)), port.bits, strict=True)


class _Fold(NamedTuple):
    """How levels become columns in rows: each row has one more column on either side for ports.

    Attributes:
        rows: Number of rows.
        levels: Levels in each row.
    """

    rows: int
    levels: int

    @property
    def width(self) -> int:
        """Columns of a row."""
        return self.levels + 2

    def column(self, level: int) -> int:
        """The column of a gate, counted through all rows."""
        return level + 2 * ((level - 1) // self.levels)

    def start(self, column: int) -> int:
        """The first column of the row that a column lies in."""
        return column // self.width * self.width


def _fold(depth: int) -> _Fold:
    rows = max(1, -(-depth // ROW_LEVELS))
    return _Fold(rows, max(1, -(-depth // rows)))


def size_of(netlist: Netlist) -> int:
    """How many boxes and passing wires a drawing would have."""
    fold, columns = _columns(netlist)
    _connect(fold, columns, net_names(netlist))
    return sum(len(column) for column in columns)


def place(netlist: Netlist) -> Layout:
    """The drawing of a netlist; time grows with the sum of the lengths of its nets."""
    fold, columns = _columns(netlist)
    steps = _connect(fold, columns, net_names(netlist))
    _arrange(columns, keep_ports=fold.rows == 1)
    return _draw(fold, columns, steps)


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


def _columns(netlist: Netlist) -> tuple[_Fold, list[list[_Vertex]]]:
    """The boxes by column, in the order of the netlist."""
    level = levels(netlist)
    fold = _fold(max(level, default=0))
    at_gate = [fold.column(k) for k in level]
    first, last = _port_columns(netlist, at_gate) if fold.rows > 1 else ({}, {})
    columns: list[list[_Vertex]] = [[] for _ in range(fold.rows * fold.width)]
    for k, (label, bit) in enumerate(port_bits(netlist, "input")):
        at = first.get(bit >> 1, 0)
        columns[at].append(_Vertex("input", k, at, label, PIN_PITCH + 4, (), (("", bit),)))
    for k, gate in enumerate(netlist.gates):
        function = gate.function
        inputs = tuple(zip(function.inputs, gate.inputs, strict=True))
        outputs = tuple(zip(function.outputs, gate.outputs, strict=True))
        height = PIN_PITCH * max(len(inputs), len(outputs), 2) + 4
        box = _Vertex("gate", k, at_gate[k], shown(function.name), height, inputs, outputs)
        columns[at_gate[k]].append(box)
    for k, (label, bit) in enumerate(port_bits(netlist, "output")):
        at = last.get(bit >> 1, len(columns) - 1)
        columns[at].append(_Vertex("output", k, at, label, PIN_PITCH + 4, (("", bit),), ()))
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


def _connect(fold: _Fold, columns: list[list[_Vertex]], names: Sequence[str]) -> list[_Step]:
    """Join neighbours in adjacent columns; a long net passes each column between once.

    Returns:
        The net, the left and the right end of each step.
    """
    longest = LONGEST if fold.rows > 1 else len(columns)
    reached: dict[int, _Vertex] = {}  # the last place of each net so far
    steps: list[_Step] = []
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
                    end = _Vertex("pass", net, reached[net].level + 1, "", 0.0)
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


def _link(columns: list[list[_Vertex]], net: int, column: int, name: str) -> _Vertex:
    link = _Vertex("link", net, column, name, PIN_PITCH + 4, (), (("", 2 * net),))
    columns[column].append(link)
    return link


def _arrange(columns: Sequence[list[_Vertex]], *, keep_ports: bool) -> None:
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


def _pull(column: list[_Vertex], *, back: bool, sort: bool) -> None:
    wanted = {id(v): _mean(v.before if back else v.after, v.y) for v in column}
    if sort:
        column.sort(key=lambda v: wanted[id(v)])
    _settle(column, [wanted[id(v)] for v in column])


def _mean(near: Sequence[_Vertex], otherwise: float) -> float:
    return sum(v.y for v in near) / len(near) if near else otherwise


def _settle(column: Sequence[_Vertex], wanted: Sequence[float]) -> None:
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


def _space(upper: _Vertex, lower: _Vertex) -> float:
    between = BETWEEN_WIRES if "pass" in (upper.kind, lower.kind) else BETWEEN_BOXES
    return (upper.height + lower.height) / 2 + between


def _draw(fold: _Fold, columns: Sequence[Sequence[_Vertex]], steps: Sequence[_Step]) -> Layout:
    """Places to coordinates: columns from left to right, rows one under the other."""
    strips: list[tuple[float, float]] = []
    bottom = MARGIN
    for first in range(0, len(columns), fold.width):
        row = columns[first : first + fold.width]
        strips += _strips(row)
        bottom = _stack(row, bottom + (BETWEEN_ROWS if first else 0.0))
    height_of = {(id(right), net): left.y for net, left, right in steps}
    boxes = {
        id(v): _box(v, strip, height_of)
        for column, strip in zip(columns, strips, strict=True)
        for v in column
        if v.kind != "pass"
    }
    wires: dict[int, list[Branch]] = {}
    for net, left, right in steps:
        for end in _enters(net, right, boxes, strips):
            wires.setdefault(net, []).append((*_leaves(net, left, boxes, strips), end))
    return Layout(
        max(left + width for left, width in strips) + MARGIN,
        bottom + MARGIN,
        tuple(boxes.values()),
        tuple(Wire(net, tuple(branches)) for net, branches in wires.items()),
    )


def _stack(row: Sequence[Sequence[_Vertex]], top: float) -> float:
    """Move a row so that its highest box is at `top`; returns where its lowest ends."""
    highest = min((v.y - v.height / 2 for column in row for v in column), default=0.0)
    for column in row:
        for v in column:
            v.y += top - highest
    return max((v.y + v.height / 2 for column in row for v in column), default=top)


def _strips(columns: Sequence[Sequence[_Vertex]]) -> list[tuple[float, float]]:
    """Left edge and width of each column."""
    x, strips = MARGIN, []
    for column in columns:
        width = max((_width(v) for v in column), default=0.0)
        strips.append((x, width))
        x += width + BETWEEN_COLUMNS
    return strips


def _width(v: _Vertex) -> float:
    if v.kind == "pass":
        return 0.0
    least = GATE_WIDTH if v.kind == "gate" else PORT_WIDTH
    return max(least, LETTER * min(len(v.label), MOST_LETTERS) + 2 * PADDING[v.kind])


def _box(v: _Vertex, strip: tuple[float, float], height_of: Mapping[tuple[int, int], float]) -> Box:
    """A box in the middle of its column, its input pins in the order of what comes in."""
    left, width = strip
    own = _width(v)
    x = left + width - own if v.kind == "input" else left if v.kind == "output" else 0.0
    x = x or left + (width - own) / 2
    inputs = sorted(v.inputs, key=lambda pin: height_of.get((id(v), pin[1] >> 1), v.y))
    return Box(
        v.kind,  # type: ignore[arg-type]
        v.index,
        v.label,
        x,
        v.y - v.height / 2,
        own,
        v.height,
        _pins(inputs, x, v.y),
        _pins(v.outputs, x + own, v.y),
    )


def _pins(pins: Sequence[tuple[str, Literal]], x: float, middle: float) -> tuple[Pin, ...]:
    top = middle - PIN_PITCH * (len(pins) - 1) / 2
    return tuple(Pin(name, bit, x, top + PIN_PITCH * k) for k, (name, bit) in enumerate(pins))


def _leaves(
    net: int, v: _Vertex, boxes: Mapping[int, Box], strips: Sequence[tuple[float, float]]
) -> tuple[Point, ...]:
    """Where a net leaves a column: its driver's pin, or straight through from the left."""
    if v.kind == "pass":
        left, width = strips[v.level]
        return (left, v.y), (left + width, v.y)
    return next((pin.x, pin.y) for pin in boxes[id(v)].outputs if pin.literal >> 1 == net), *()


def _enters(
    net: int, v: _Vertex, boxes: Mapping[int, Box], strips: Sequence[tuple[float, float]]
) -> tuple[Point, ...]:
    """Where a net enters a column: all pins that read it, or its left edge."""
    if v.kind == "pass":
        return ((strips[v.level][0], v.y),)
    return tuple((pin.x, pin.y) for pin in boxes[id(v)].inputs if pin.literal >> 1 == net)
