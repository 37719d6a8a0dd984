"""Where the gates of a netlist stand and how its nets run between them: a layered drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from invc.netlist import Literal, Netlist
from invc.report.columns import PIN_PITCH, Fold, Step, Vertex, arrange, columns_of, connect
from invc.report.names import net_names

GATE_WIDTH = 62.0
PORT_WIDTH = 64.0
LETTER = 7.0  # width of a letter of a label
BETWEEN_COLUMNS = 64.0
BETWEEN_ROWS = 40.0
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


def size_of(netlist: Netlist) -> int:
    """How many boxes and passing wires a drawing would have."""
    fold, columns = columns_of(netlist)
    connect(fold, columns, net_names(netlist))
    return sum(len(column) for column in columns)


def place(netlist: Netlist) -> Layout:
    """The drawing of a netlist; time grows with the sum of the lengths of its nets."""
    fold, columns = columns_of(netlist)
    steps = connect(fold, columns, net_names(netlist))
    arrange(columns, keep_ports=fold.rows == 1)
    return _draw(fold, columns, steps)


def _draw(fold: Fold, columns: Sequence[Sequence[Vertex]], steps: Sequence[Step]) -> Layout:
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


def _stack(row: Sequence[Sequence[Vertex]], top: float) -> float:
    """Move a row so that its highest box is at `top`; returns where its lowest ends."""
    highest = min((v.y - v.height / 2 for column in row for v in column), default=0.0)
    for column in row:
        for v in column:
            v.y += top - highest
    return max((v.y + v.height / 2 for column in row for v in column), default=top)


def _strips(columns: Sequence[Sequence[Vertex]]) -> list[tuple[float, float]]:
    """Left edge and width of each column."""
    x, strips = MARGIN, []
    for column in columns:
        width = max((_width(v) for v in column), default=0.0)
        strips.append((x, width))
        x += width + BETWEEN_COLUMNS
    return strips


def _width(v: Vertex) -> float:
    if v.kind == "pass":
        return 0.0
    least = GATE_WIDTH if v.kind == "gate" else PORT_WIDTH
    return max(least, LETTER * min(len(v.label), MOST_LETTERS) + 2 * PADDING[v.kind])


def _box(v: Vertex, strip: tuple[float, float], height_of: Mapping[tuple[int, int], float]) -> Box:
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
    net: int, v: Vertex, boxes: Mapping[int, Box], strips: Sequence[tuple[float, float]]
) -> tuple[Point, ...]:
    """Where a net leaves a column: its driver's pin, or straight through from the left."""
    if v.kind == "pass":
        left, width = strips[v.level]
        return (left, v.y), (left + width, v.y)
    return next((pin.x, pin.y) for pin in boxes[id(v)].outputs if pin.literal >> 1 == net), *()


def _enters(
    net: int, v: Vertex, boxes: Mapping[int, Box], strips: Sequence[tuple[float, float]]
) -> tuple[Point, ...]:
    """Where a net enters a column: all pins that read it, or its left edge."""
    if v.kind == "pass":
        return ((strips[v.level][0], v.y),)
    return tuple((pin.x, pin.y) for pin in boxes[id(v)].inputs if pin.literal >> 1 == net)
