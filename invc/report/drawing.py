"""A netlist's layout as SVG: gates, ports and wires, with the bubbles of inverted pins."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from invc.netlist import FALSE, Gate, Netlist
from invc.report.layout import MOST_LETTERS, Box, Pin, Wire, place
from invc.report.markup import Element, add, element
from invc.report.names import describe_gate, net_names, short

BUBBLE = 2.6
WORDS = {"input": "input", "output": "output", "link": "from afar:"}
MOST_PIN_NAMES = 600  # gates; more text than that would slow a phone down
DEEP = (0.0, 0.01, 0.03, 0.1, 0.3)  # where the classes q1 to q5 of violated gates begin


def draw(netlist: Netlist, violated: Sequence[float] | None = None) -> Element:
    """The picture of a netlist, gates in class q0 to q5 by the share in which they are violated."""
    layout = place(netlist)
    names = net_names(netlist)
    svg = element(
        "svg",
        class_="netlist",
        viewBox=f"0 0 {layout.width:.0f} {layout.height:.0f}",
        width=layout.width,
        height=layout.height,
        role="img",
    )
    add(svg, "title", f"netlist of {netlist.name}")
    view = add(svg, "g", id="view")
    wires = add(view, "g", class_="wires")
    for wire in layout.wires:
        _wire(wires, wire, names[wire.net])
    with_pins = len(netlist.gates) <= MOST_PIN_NAMES
    for box in layout.boxes:
        if box.kind == "gate":
            depth = f" q{depth_class(violated[box.index])}" if violated else ""
            group = _gate(view, box, netlist.gates[box.index], names, depth)
        else:
            group = _port(view, box)
        _fill(group, box, with_pins=with_pins)
    return svg


def depth_class(share: float) -> int:
    """0 where a gate never is violated, 5 where it is in more than 30 % of the reads."""
    return sum(share > limit for limit in DEEP)


def standalone(svg: Element) -> Element:
    """The picture with its style inside, as a file of its own."""
    svg.set("xmlns", "http://www.w3.org/2000/svg")
    style = element("style")
    style.text = files("invc.report").joinpath("netlist.css").read_text(encoding="utf-8")
    svg.insert(1, style)
    return svg


def _wire(parent: Element, wire: Wire, name: str) -> None:
    path = add(
        parent, "path", class_="wire", data_net=wire.net, d=" ".join(map(_curve, wire.branches))
    )
    add(path, "title", name)


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """A path that leaves and enters level."""
    (x0, y0), (x1, y1) = points[-2:]
    start = f"M{points[0][0]:.1f} {points[0][1]:.1f}" + (f"H{x0:.1f}" if len(points) > 2 else "")
    middle = (x0 + x1) / 2
    return f"{start}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"


def _gate(parent: Element, box: Box, gate: Gate, names: Sequence[str], depth: str) -> Element:
    """The group of a gate, so far with its tooltip alone."""
    group = add(parent, "g", class_=f"gate{depth}", data_gate=box.index)
    add(group, "title", describe_gate(gate, names))
    return group


def _port(parent: Element, box: Box) -> Element:
    """The group of a bit of a port, or of where a net goes on."""
    net = (*box.inputs, *box.outputs)[0].literal >> 1
    group = add(parent, "g", class_=box.kind, data_net=net)
    add(group, "title", f"{WORDS[box.kind]} {box.label}")
    return group


def _fill(group: Element, box: Box, *, with_pins: bool) -> None:
    """The outline of a box, its label, and its pins."""
    rounding = 5 if box.kind == "gate" else box.height / 2
    rect = add(group, "rect", x=box.x, y=box.y, width=box.width, height=box.height)
    rect.set("rx", f"{rounding:g}")
    x, y = box.x + box.width / 2, box.y + box.height / 2 + 4
    add(group, "text", short(box.label, MOST_LETTERS), class_="label", x=x, y=y)
    for pin in box.inputs:
        _pin(group, pin, -1.0, with_name=with_pins)
    for pin in box.outputs:
        _pin(group, pin, 1.0, with_name=with_pins)


def _pin(group: Element, pin: Pin, side: float, *, with_name: bool) -> None:
    """The pin's name inside, a bubble or a constant outside; side is -1 on the left, +1 right."""
    if pin.name and with_name:
        anchor = "start" if side < 0 else "end"
        x, y = pin.x - 4 * side, pin.y + 2.6
        add(group, "text", pin.name, class_="pin", x=x, y=y, text_anchor=anchor)
    if pin.literal <= 1:
        anchor = "end" if side < 0 else "start"
        text = "0" if pin.literal == FALSE else "1"
        x, y = pin.x + 4 * side, pin.y + 3
        add(group, "text", text, class_="constant", x=x, y=y, text_anchor=anchor)
    elif pin.literal & 1:
        add(group, "circle", class_="bubble", cx=pin.x + BUBBLE * side, cy=pin.y, r=BUBBLE)
