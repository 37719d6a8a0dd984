"""Where the gates of a netlist stand and how its nets run between them: a layered drawing.

Columns are topological levels, inputs on the left and outputs on the right. Within a column the
order comes from barycentres (Sugiyama, Tagawa, Toda, https://doi.org/10.1109/TSMC.1981.4308636,
section V) and the places from isotonic regression: as near as the order and the space between
boxes allow to the mean of what they connect to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal as OneOf
from typing import TypeAlias

from invc.design import bit_names
from invc.netlist import Literal, Netlist
from invc.report.names import shown

ROUNDS = 10  # of ordering from left to right and back
GATE_WIDTH = 62.0
PORT_WIDTH = 64.0
LETTER = 7.0  # width of a letter of a label
PIN_PITCH = 13.0
BETWEEN_BOXES = 12.0
BETWEEN_WIRES = 7.0
BETWEEN_COLUMNS = 64.0
MANY_COLUMNS, BETWEEN_MANY = 24, 38.0
MARGIN = 24.0
MOST_LETTERS = 22
PADDING = {"gate": 17.0, "input": 9.0, "output": 9.0}

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
    """A gate or one bit of a port; x and y are its upper left corner.

    Attributes:
        kind: What it is.
        index: Number of the gate in the netlist, or of the bit among those of its direction.
        label: Name of the cell, or of the bit.
    """

    kind: OneOf["gate", "input", "output"]
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

    kind: OneOf["gate", "input", "output", "pass"]
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


def size_of(netlist: Netlist) -> int:
    """How many boxes and passing wires a drawing would have."""
    columns = _columns(netlist)
    return sum(len(column) for column in columns) + sum(
        last - first - 1 for first, last in _spans(columns).values()
    )


def place(netlist: Netlist) -> Layout:
    """The drawing of a netlist; time grows with the sum of the lengths of its nets."""
    columns = _columns(netlist)
    steps = _connect(columns)
    _arrange(columns)
    return _draw(columns, steps)


def levels(netlist: Netlist) -> list[int]:
    """The column of each gate, from 1: just after its inputs.

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


def _columns(netlist: Netlist) -> list[list[_Vertex]]:
    """The boxes by level, in the order of the netlist."""
    level = levels(netlist)
    depth = max(level, default=0)
    columns: list[list[_Vertex]] = [[] for _ in range(depth + 2)]
    for k, (label, bit) in enumerate(port_bits(netlist, "input")):
        columns[0].append(_Vertex("input", k, 0, label, PIN_PITCH + 4, (), (("", bit),)))
    for k, gate in enumerate(netlist.gates):
        function = gate.function
        inputs = tuple(zip(function.inputs, gate.inputs, strict=True))
        outputs = tuple(zip(function.outputs, gate.outputs, strict=True))
        height = PIN_PITCH * max(len(inputs), len(outputs), 2) + 4
        box = _Vertex("gate", k, level[k], shown(function.name), height, inputs, outputs)
        columns[level[k]].append(box)
    for k, (label, bit) in enumerate(port_bits(netlist, "output")):
        box = _Vertex("output", k, depth + 1, label, PIN_PITCH + 4, (("", bit),), ())
        columns[-1].append(box)
    return columns


def _spans(columns: Sequence[Sequence[_Vertex]]) -> dict[int, tuple[int, int]]:
    """For each net that is read, the level of its driver and of its last reader."""
    first = {pin >> 1: box.level for column in columns for box in column for _, pin in box.outputs}
    last = {pin >> 1: box.level for column in columns for box in column for _, pin in box.inputs}
    return {net: (first[net], level) for net, level in last.items() if net}


def _connect(columns: list[list[_Vertex]]) -> list[_Step]:
    """Join neighbours in adjacent columns; a long net passes each column between once.

    Returns:
        The net, the left and the right end of each step.
    """
    spans = _spans(columns)
    at: dict[tuple[int, int], _Vertex] = {}  # net and level: where to come from
    boxes = [box for column in columns for box in column]
    for box in boxes:
        for _, pin in box.outputs:
            at[pin >> 1, box.level] = box
    steps = []
    for net, (first, last) in spans.items():
        for level in range(first + 1, last):
            at[net, level] = _Vertex("pass", net, level, "", 0.0)
            columns[level].append(at[net, level])
            steps.append((net, at[net, level - 1], at[net, level]))
    for box in boxes:
        for net in dict.fromkeys(pin >> 1 for _, pin in box.inputs):
            if net:
                steps.append((net, at[net, box.level - 1], box))
    for _, left, right in steps:
        left.after.append(right)
        right.before.append(left)
    return steps


def _arrange(columns: Sequence[list[_Vertex]]) -> None:
    """Choose the order in each column and the places, in rounds; ports keep their order."""
    for column in columns:
        _settle(column, [0.0] * len(column))
    for _ in range(ROUNDS):
        for column in columns[1:]:
            _pull(column, back=True, sort=column is not columns[-1])
        for column in reversed(columns[:-1]):
            _pull(column, back=False, sort=column is not columns[0])
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


def _draw(columns: Sequence[Sequence[_Vertex]], steps: Sequence[_Step]) -> Layout:
    """Places to coordinates: columns from left to right, the drawing from (0, 0)."""
    top = min((v.y - v.height / 2 for column in columns for v in column), default=0.0)
    bottom = max((v.y + v.height / 2 for column in columns for v in column), default=0.0)
    strips = _strips(columns)
    for column in columns:
        for v in column:
            v.y += MARGIN - top
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
        sum(strips[-1]) + MARGIN,
        bottom - top + 2 * MARGIN,
        tuple(boxes.values()),
        tuple(Wire(net, tuple(branches)) for net, branches in wires.items()),
    )


def _strips(columns: Sequence[Sequence[_Vertex]]) -> list[tuple[float, float]]:
    """Left edge and width of each column."""
    x, strips = MARGIN, []
    for column in columns:
        width = max((_width(v) for v in column), default=0.0)
        strips.append((x, width))
        x += width + (BETWEEN_COLUMNS if len(columns) <= MANY_COLUMNS else BETWEEN_MANY)
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
