"""The drawing of a netlist: everything is there, nothing overlaps, wires meet their pins."""

from collections import Counter
from itertools import pairwise
from xml.etree import ElementTree as ET

from hypothesis import given, settings

from designs import AND2, multiplier, netlists
from invc.netlist import Gate, Netlist, Port
from invc.report.columns import levels, port_bits
from invc.report.drawing import depth_class, draw, standalone
from invc.report.layout import Box, place, size_of
from typed import sure

SVG = "{http://www.w3.org/2000/svg}"


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


@settings(max_examples=60)
@given(netlists())
def test_every_gate_and_port_bit_stands_once_and_apart(netlist: Netlist) -> None:
    layout = place(netlist)
    kinds = Counter(box.kind for box in layout.boxes)
    assert kinds["gate"] == len(netlist.gates)
    assert kinds["input"] == len(list(port_bits(netlist, "input")))
    assert kinds["output"] == len(list(port_bits(netlist, "output")))
    for k, box in enumerate(layout.boxes):
        assert box.x >= 0 and box.x + box.width <= layout.width
        assert box.y >= 0 and box.y + box.height <= layout.height
        assert not any(overlap(box, other) for other in layout.boxes[k + 1 :])


@settings(max_examples=60)
@given(netlists())
def test_wires_go_right_from_the_driver_to_every_reader(netlist: Netlist) -> None:
    layout = place(netlist)
    drives = {(p.literal >> 1): (p.x, p.y) for box in layout.boxes for p in box.outputs}
    reads = {(p.literal >> 1, p.x, p.y) for b in layout.boxes for p in b.inputs if p.literal > 1}
    reached = set()
    for wire in layout.wires:
        ends = {drives[wire.net]}
        for branch in sorted(wire.branches):
            assert branch[0] in ends, "a branch begins where the net already is"
            assert all(a[0] <= b[0] for a, b in pairwise(branch))
            ends.add(branch[-1])
        reached |= {(wire.net, *end) for end in ends}
    assert reads <= reached


@settings(max_examples=60)
@given(netlists())
def test_levels_rise_from_drivers_to_readers(netlist: Netlist) -> None:
    level = levels(netlist)
    driver = {pin >> 1: k for k, gate in enumerate(netlist.gates) for pin in gate.outputs}
    for k, gate in enumerate(netlist.gates):
        assert level[k] >= 1
        for pin in gate.inputs:
            if pin >> 1 in driver:
                assert level[driver[pin >> 1]] < level[k]


@settings(max_examples=30)
@given(netlists())
def test_the_picture_is_well_formed_and_complete(netlist: Netlist) -> None:
    text = ET.tostring(standalone(draw(netlist)), encoding="unicode")
    svg = ET.fromstring(text)
    assert len(svg.findall(f".//{SVG}g[@data-gate]")) == len(netlist.gates)
    nets = {pin >> 1 for gate in netlist.gates for pin in gate.inputs}
    nets |= {bit >> 1 for _, bit in port_bits(netlist, "output")}
    drawn = {int(sure(path.get("data-net"))) for path in svg.findall(f".//{SVG}path[@data-net]")}
    assert drawn == nets - {0}


def test_gates_are_coloured_by_how_often_they_are_violated() -> None:
    netlist = multiplier(2)
    shares = [0, 0.005, 0.02, 0.05, 0.2, 0.9]
    assert [depth_class(share) for share in shares] == list(range(6))
    svg = draw(netlist, shares)
    classes = {g.get("data-gate"): g.get("class") for g in svg.iter("g") if g.get("data-gate")}
    assert classes == {str(k): f"gate q{k}" for k in range(6)}


def test_size_is_counted_without_drawing() -> None:
    netlist = multiplier(6)
    layout = place(netlist)
    passing = sum(len(branch) == 3 for wire in layout.wires for branch in wire.branches)
    assert len(layout.boxes) < size_of(netlist) <= len(layout.boxes) + passing


def test_a_deep_netlist_is_folded_into_rows_and_what_goes_on_is_named() -> None:
    gates = [Gate(AND2, (2, 4, 6)), *(Gate(AND2, (2 * k, 4, 2 * k + 2)) for k in range(3, 40))]
    gates.append(Gate(AND2, (80, 7, 82)))  # reads net 3, 38 gates after its driver
    ports = (Port("a", "input", (2, 4)), Port("y", "output", (82, 9)))
    netlist = Netlist("chain", ports, tuple(gates), ("", *(f"n{k}" for k in range(41)))).check()
    assert max(levels(netlist)) == 39
    layout = place(netlist)
    kinds = Counter(box.kind for box in layout.boxes)
    assert kinds == {"gate": 39, "input": 2, "output": 2, "link": 3}
    # Two nets go on in the second row, and net 3 where its last reader is.
    links = {box.index: box for box in layout.boxes if box.kind == "link"}
    assert {net: link.label for net, link in links.items()} == {2: "n1", 3: "n2", 22: "n21"}
    outputs = {box.label: box for box in layout.boxes if box.kind == "output"}
    assert outputs["y[1]"].x < layout.width / 4 < outputs["y[0]"].x
    assert outputs["y[1]"].y < layout.height / 2 < outputs["y[0]"].y
    # Every pin that reads is reached from a box that drives its net, by steps to the right.
    ends = {(p.literal >> 1, p.x, p.y) for box in layout.boxes for p in box.outputs}
    for wire in layout.wires:
        for branch in sorted(wire.branches):
            assert (wire.net, *branch[0]) in ends
            ends.add((wire.net, *branch[-1]))
    assert {(p.literal >> 1, p.x, p.y) for b in layout.boxes for p in b.inputs} <= ends
    for k, box in enumerate(layout.boxes):
        assert not any(overlap(box, other) for other in layout.boxes[k + 1 :])
