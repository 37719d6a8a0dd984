"""Arrays of instances, tables of Yosys and cells of a family: each bit where it belongs."""

from itertools import product
from pathlib import Path

import pytest

from designs import CELLS
from invc.diagnostics import InvcError
from invc.frontend.gate_level import connections, read_gates, scope
from invc.frontend.gate_level.aliases import Nets
from invc.frontend.gate_level.instances import MAX_INPUTS
from invc.frontend.gate_level.preprocessor import SourceText
from invc.frontend.gate_level.structure import Module, Signal
from invc.netlist import Netlist
from truth import truth

INNER = "module inner(input [1:0] p, input q, output [1:0] r);\nwire w; buf(w, q); assign r = {~p[1], p[0] ^ w};\nendmodule\n"


def read(folder: Path, text: str) -> Netlist:
    path = folder / "g.v"
    path.write_text(text)
    return read_gates(path, CELLS)


def said(folder: Path, text: str) -> str:
    with pytest.raises(InvcError) as caught:
        read(folder, text)
    return str(caught.value).removeprefix(f"{folder}/")


@pytest.mark.parametrize(("msb", "lsb"), [(1, 0), (0, 1), (4, 2), (2, 4), (3, 3), (-1, 1)])
def test_instances_from_the_lowest_index_take_bits_from_the_lowest(
    tmp_path: Path, msb: int, lsb: int
) -> None:
    """An input as wide as one instance's goes to all of them."""
    size = abs(msb - lsb) + 1
    netlist = read(
        tmp_path,
        f"{INNER}module top(input [{2 * size - 1}:0] a, input [{size - 1}:0] b, input c,\n"
        f"output [{2 * size - 1}:0] y, z);\n"
        f"inner own [{msb}:{lsb}] (.p(a), .q(b), .r(y));\n"
        f"inner \\one.for [{msb}:{lsb}] (.p(a[1:0]), .q(c), .r(z));\nendmodule\n",
    )
    ports = netlist.port_by_name
    a = ports["a"].bits
    assert [ports["y"].bits[k] for k in range(1, 2 * size, 2)] == [
        a[k] ^ 1 for k in range(1, 2 * size, 2)
    ]
    assert set(ports["z"].bits[1::2]) == {a[1] ^ 1}
    words = truth(netlist)
    for k in range(size):
        assert words["y"][2 * k] == words["a"][2 * k] ^ words["b"][k]
        assert words["z"][2 * k] == words["a"][0] ^ words["c"][0]


def test_names_of_instances_have_their_index(tmp_path: Path) -> None:
    body = "module inner(input p, output r); wire w; AND2 g(.A(p), .B(1'b1), .Y(w)); XOR2 h(w, p, r); endmodule\n"
    top = "module top(input [1:0] a, output [1:0] y); inner arr [3:4] (a, y); inner one (a[0], ); endmodule"
    names = set(read(tmp_path, body + top.replace("(a[0], )", "(.p(a[0]))")).names)
    assert {"arr[4].w", "arr[3].w", "one.w", "one.r", "y[0]", "y[1]"} <= names


WIDE = "module t(input [5:0] a, output [5:0] y); wire n;\n"
FAULTS = {
    "inner i [2:0] (.p(a[2:0]), .q(a[0]), .r(y)); endmodule": (
        "g.v:5: error: pin 'p' of 'i' (inner) has 2 bits, and 3 bits are connected\n"
        "  hint: connect a slice or a concatenation"
    ),
    "inner i [2:0] (.p(a), .q(a[1:0]), .r(y)); endmodule": (
        "g.v:5: error: pin 'q' of 'i' (inner) has 1 bit, and 2 bits are connected\n"
        "  hint: connect a slice or a concatenation"
    ),
    "inner i [2:0] (.p(a), .q(n), .r(y[1:0])); endmodule": (
        "g.v:5: error: pin 'r' of 'i' (inner) has 2 bits, and 2 bits are connected\n"
        "  hint: connect a slice or a concatenation"
    ),
    "inner i (a[1:0], n, y[1:0], a); endmodule": (
        "g.v:5: error: 'i' (inner) has 3 pins, and 4 are connected\n  hint: in this order: p, q, r"
    ),
    "inner #(1) i (a[1:0], n, y[1:0]); endmodule": (
        "g.v:5: error: instance 'i' sets parameters\n  hint: --netlist takes gates only; "
        "'invc synth' without it compiles behaviour with Yosys"
    ),
    "inner i (a[1:0], n, y[1:0]);\nand (y[0]); endmodule": (
        "g.v:6: error: primitive 'and' needs an output and at least one input"
    ),
    "not (y[0], ); endmodule": "g.v:5: error: syntax error near ')'",
}


@pytest.mark.parametrize("text", FAULTS, ids=range(len(FAULTS)))
def test_faults(tmp_path: Path, text: str) -> None:
    assert said(tmp_path, INNER + WIDE + text) == FAULTS[text]


@pytest.mark.parametrize(("size", "fits"), [(4, True), (5, False)])
def test_how_many_instances_an_array_has(
    tmp_path: Path, size: int, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MAX_WIDTH", 4)
    text = f"module t(input [4:0] a, output [4:0] y); assign y[4] = a[0];\nbuf g [1:{size}] (y[{size - 1}:0], a[{size - 1}:0]);"
    text += "".join(f" buf (y[{k}], a[0]);" for k in range(size, 4)) + " endmodule"
    if fits:
        assert len(read(tmp_path, text).outputs[0].bits) == 5
        return
    assert said(tmp_path, text) == "g.v:2: error: more than 4 instances"


@pytest.mark.parametrize(("most", "fits"), [(9, True), (8, False)])
def test_how_many_nets_a_file_may_stand_for(
    tmp_path: Path, most: int, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of all instances and the constant, or as many as it has characters."""
    text = "module t(input [6:0] a, output y); assign y = a[0]; endmodule\n"
    monkeypatch.setattr(scope, "MAX_NETS", most)
    assert len(read(tmp_path, text).inputs[0].bits) == 7  # it is long enough
    nets = Nets(SourceText("", (1,), (("g.v", 1),)))
    made = scope.Scope(scope.Circuit(nets, {}), Module("t", 1), "", frozenset())
    made.declare(Signal("a", 6, 0))
    if fits:
        made.declare(Signal("y"))
        assert nets.names == ["", *(f"a[{k}]" for k in range(7)), "y"]
        return
    with pytest.raises(InvcError, match="more than 8 bits of nets"):
        made.declare(Signal("y"))


@pytest.mark.parametrize("inputs", range(1, 5))
def test_tables_of_yosys(tmp_path: Path, inputs: int) -> None:
    """Of all that a few inputs have, as they stand; inputs without effect are left out."""
    rows = 1 << inputs
    tables = range(1 << rows) if inputs < 3 else [(0x9E3779B9 * k) % (1 << rows) for k in range(40)]
    lines = [
        f"\\$lut #(.LUT({rows}'d{table}), .WIDTH({inputs})) l{k} (.A(a), .Y(y[{k}]));"
        for k, table in enumerate(tables)
    ]
    head = f"module t(input [{inputs - 1}:0] a, output [{len(lines) - 1}:0] y);\n"
    netlist = read(tmp_path, head + "\n".join(lines) + "\nendmodule\n")
    assert truth(netlist)["y"] == list(tables)
    for gate in netlist.gates:
        size = len(gate.function.inputs)
        (own,) = gate.function.tables
        for k in range(size):
            assert any((own >> row ^ own >> (row ^ 1 << k)) & 1 for row in range(1 << size))
        assert size > 1


def test_a_table_may_drive_nothing(tmp_path: Path) -> None:
    text = "module t(input [1:0] a, output y); \\$lut #(.LUT(4'd6), .WIDTH(2)) l (.A(a));\n"
    netlist = read(tmp_path, f"{text}\\$lut #(.LUT(4'd8), .WIDTH(2)) m (.A(a), .Y(y)); endmodule")
    assert truth(netlist)["y"] == [0x8]
    assert sorted(gate.function.tables[0] for gate in netlist.gates) == [6, 8]


@pytest.mark.parametrize("width", [0, 1, MAX_INPUTS, MAX_INPUTS + 1])
def test_tables_have_few_inputs(tmp_path: Path, width: int) -> None:
    text = (
        f"module t(input [{max(width, 1) - 1}:0] a, output y);\n"
        f"\\$lut #(.LUT(1), .WIDTH({width})) l (.A(a), .Y(y)); endmodule"
    )
    if 0 < width <= MAX_INPUTS:
        assert truth(read(tmp_path, text))["y"] == [1]
        return
    assert said(tmp_path, text) == (
        f"g.v:2: error: table 'l' has {width} inputs\n  hint: at most {MAX_INPUTS}"
    )


@pytest.mark.parametrize("kind", ["AND", "NAND", "OR", "NOR", "XOR", "XNOR"])
def test_families(tmp_path: Path, kind: str) -> None:
    """By name and by position; an output that nobody wants is none."""
    for width, named in product((2, 5, 9), (False, True)):
        pins = [f"a[{k}]" for k in range(width)]
        if named:
            listed = ", ".join(f".{'ABCDEFGHI'[k]}({pin})" for k, pin in enumerate(pins))
            text = f"{kind}{width} g (.Y(y), {listed});"
        else:
            text = f"{kind}{width} g ({', '.join(pins)}, y);"
        idle = f"{kind}{width} h ({', '.join(pins)});"
        head = f"module t(input [{width - 1}:0] a, output y);\n"
        (word,) = truth(read(tmp_path, f"{head}{text} {idle} endmodule"))["y"]
        inverted = kind.startswith("N") or kind == "XNOR"
        for row in range(1 << width):
            ones = row.bit_count()
            plain = {"A": ones == width, "O": ones > 0, "X": ones % 2 == 1}[kind.lstrip("N")[0]]
            assert word >> row & 1 == (plain != inverted)
