"""Structural Verilog read by Pyverilog: meaning kept, faults named, nothing left behind."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, cell, netlists
from invc.diagnostics import InvcError
from invc.frontend.gate_level import read_gates
from invc.library import hamlib
from invc.library.cell import Cell
from invc.netlist import Function, Netlist, Port
from invc.netlist.gates import BUF, INV
from truth import truth

LIBRARY = {
    **CELLS,
    "INV": cell(INV, (), (0, 0), ((0, 1, -1),), -1, 2),
    "BUF": cell(BUF, (), (0, 0), ((0, 1, 1),), -1, 2),
    "EITHER": Cell("EITHER", ("A", "B"), 0b0110, (), (0, 0), ((0, 1, -1),), -1, 2),
}


def read(folder: Path, text: str, **options: Any) -> Netlist:
    path = folder / "g.v"
    path.write_text(text)
    return read_gates(path, LIBRARY, **options)


def table(netlist: Netlist) -> dict[str, list[int]]:
    """Values of the outputs, bit by bit, over all values of the inputs."""
    values = truth(netlist)
    return {p.name: values[p.name] for p in netlist.outputs}


def shape(netlist: Netlist) -> list[tuple[int | str, ...]]:
    return [(p.name, p.direction, p.range_text, p.signed, len(p.bits)) for p in netlist.ports]


class Writer:
    """A netlist as structural Verilog, in one of many manners that hypothesis draws."""

    def __init__(self, netlist: Netlist, draw: Callable[..., Any]) -> None:
        self.netlist = netlist
        self.draw = draw
        self.items: list[Any] = []
        escaped = draw(st.booleans())
        self.net_names = [
            f"\\n{k}[{k % 3}].q " if escaped and k % 2 else f"n{k}"
            for k in range(len(netlist.names))
        ]

    def choice(self, *options: str) -> str:
        value: str = self.draw(st.sampled_from(options))
        return value

    def read(self, lit: int) -> str:
        if lit < 2:
            return self.choice(f"1'b{lit}", f"1'h{lit}", f"1 'd {lit}")
        name = self.net_names[lit >> 1]
        if not lit & 1:
            return self.choice(name, name, f"({name})")
        manner = self.choice("~", "!", "not", "INV", "xnor")
        if manner in "~!":
            return f"{manner}{name}"
        made = f"i{len(self.items)}"
        self.items.append(
            {
                "not": f"not ({made}, {name});",
                "INV": f"INV u{made} (.Y({made}), .A({name}));",
                "xnor": f"wire {made} = {name} ~^ 1'b1 ^ 1'b1 ^ 1'b0; // \\x `y (* z",
            }[manner]
        )
        if manner == "xnor":
            self.items[-1] = f"wire {made} = {name} ~^ 1'b0;"
        return made

    def driven(self, lit: int) -> str:
        name = self.net_names[lit >> 1]
        if not lit & 1:
            return name
        made = f"o{len(self.items)}"
        self.items.append(f"wire {made}; assign {name} = ~{made};")
        return made

    def gate(self, k: int, function: Function, pins: Sequence[int]) -> None:
        n = len(function.inputs)
        names = [self.read(p) for p in pins[:n]] + [self.driven(p) for p in pins[n:]]
        kind = {"AND2": "and", "XOR2": "xor"}.get(function.name)
        if kind and self.draw(st.booleans()):
            self.items.append(f"{kind} #(2) ({names[2]}, {names[0]}, {names[1]});")
        elif self.draw(st.booleans()):
            self.items.append(f"{function.name} g{k} ({', '.join(names)});")
        else:
            pairs = [f".{p}({x})" for p, x in zip(function.pins, names, strict=True)]
            order = self.draw(st.permutations(pairs))
            self.items.append(f'(* src = "a*)b" *) {function.name} g{k} ({", ".join(order)});')

    def port_name(self, port: Port) -> str:
        return f"\\{port.name} " if port.name == "b.c[0]" else port.name

    def text(self) -> str:
        ports = self.netlist.ports
        heads = []
        for port in ports:
            ends = f"[{port.index(len(port.bits) - 1)}:{port.index(0)}]"
            width = ends if port.range_text else self.choice("", "[0:0]")
            sign = "signed " if port.signed else ""
            heads.append(f"{port.direction} {sign}{width} {self.port_name(port)}")
            for k, bit in enumerate(port.bits):
                own = self.port_name(port) + (f"[{port.index(k)}]" if width else "")
                if port.direction == "input":
                    self.items.append(f"assign {self.net_names[bit >> 1]} = {own};")
                else:
                    self.items.append(f"buf ({own}, {self.read(bit)});")
        for k, gate in enumerate(self.netlist.gates):
            self.gate(k, gate.function, gate.pins)
        items = self.draw(st.permutations(self.items))
        wires = [f"wire {', '.join(self.net_names[1:])};"] if len(self.net_names) > 1 else []
        if self.draw(st.booleans()):
            head = f"module top ({', '.join(heads)});"
            lines = [head, *wires, *items]
        else:
            head = f"module top ({', '.join(map(self.port_name, ports))});"
            lines = [head, *(f"{h};" for h in heads), *wires, *items]
        return "`timescale 1ns/1ps\n" + "\n".join(lines) + "\nendmodule\n"


@given(netlists(), st.data())
@settings(max_examples=150)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, netlist: Netlist, data: st.DataObject
) -> None:
    ports = tuple(
        type(p)(p.name.replace("b[0] ", "b.c[0]"), p.direction, p.bits, p.signed, p.offset, p.upto)
        for p in netlist.ports
    )
    netlist = type(netlist)(netlist.name, ports, netlist.gates, netlist.names)
    text = Writer(netlist, data.draw).text()
    back = read(tmp_path_factory.getbasetemp(), text).check()
    assert table(back) == table(netlist)
    assert [s[:2] + s[3:] for s in shape(back)] == [s[:2] + s[3:] for s in shape(netlist)]
    assert [(p.offset, p.upto) for p in back.ports] == [(p.offset, p.upto) for p in ports]
    # Inverters and buffers are polarities, and inputs come first.
    assert not {g.function.name for g in back.gates} & {"INV", "BUF"}
    count = sum(len(p.bits) for p in back.inputs)
    assert [b for p in back.inputs for b in p.bits] == list(range(2, 2 * count + 2, 2))
    assert all(g.source.startswith(str(tmp_path_factory.getbasetemp())) for g in back.gates)


@pytest.mark.parametrize("kind", ["and", "nand", "or", "nor", "xor", "xnor"])
@pytest.mark.parametrize("width", [1, 2, 3, 5, 8])
def test_primitives_of_any_width(tmp_path: Path, kind: str, width: int) -> None:
    names = [f"a[{k}]" for k in range(width)]
    text = f"module m(input [{width - 1}:0] a, output y); {kind} (y, {', '.join(names)}); endmodule"
    netlist = read(tmp_path, text)
    whole = (1 << width) - 1
    plain: dict[str, Callable[[int], bool]] = {
        "and": lambda r: r == whole,
        "or": lambda r: r != 0,
        "xor": lambda r: r.bit_count() % 2 == 1,
    }
    rule = plain[{"nand": "and", "nor": "or", "xnor": "xor"}.get(kind, kind)]
    inverted = kind in ("nand", "nor", "xnor")
    expected = sum((rule(r) != inverted) << r for r in range(1 << width))
    assert table(netlist) == {"y": [expected]}
    assert len(netlist.gates) == width - 1
    assert depth(netlist) == (width - 1).bit_length()


@pytest.mark.parametrize("name", ["NAND2", "OR3", "NOR4", "XNOR2", "XOR5", "AND9"])
def test_cells_that_differ_by_polarity_need_none_of_their_own(tmp_path: Path, name: str) -> None:
    kind, width = name[:-1].lower(), int(name[-1])
    pins = ", ".join(f".{p}(a[{k}])" for k, p in enumerate("ABCDEFGHI"[:width]))
    head = f"module m(input [{width - 1}:0] a, output y);"
    cells = read(tmp_path, f"{head} {name} g ({pins}, .Y(y)); endmodule")
    names = ", ".join(f"a[{k}]" for k in range(width))
    primitives = read(tmp_path, f"{head} {kind} (y, {names}); endmodule")
    assert (cells.gates, cells.ports) == (primitives.gates, primitives.ports)


def test_inverters_and_buffers_need_no_library(tmp_path: Path) -> None:
    path = tmp_path / "g.v"
    path.write_text("module m(input a, output y, z); INV i(a, y); BUF b(.Y(z), .A(y)); endmodule")
    netlist = read_gates(path, {})
    assert [p.bits for p in netlist.ports] == [(2,), (3,), (3,)]


def depth(netlist: Netlist) -> int:
    level: dict[Any, Any] = {}
    for gate in netlist.gates:
        deepest = max(level.get(pin >> 1, 0) for pin in gate.inputs)
        for pin in gate.outputs:
            level[pin >> 1] = deepest + 1
    return max(level.values(), default=0)


EXPRESSIONS: dict[str, Callable[[int, int], int]] = {
    "~a": lambda a, b: ~a,
    "a & b": lambda a, b: a & b,
    "a | b & a": lambda a, b: a | b & a,
    "a ^ b": lambda a, b: a ^ b,
    "a ~^ b": lambda a, b: ~(a ^ b),
    "a ^~ b": lambda a, b: ~(a ^ b),
    "{a[1:0], b[2]}": lambda a, b: (a & 3) << 1 | b >> 2,
    "{3{b[1]}}": lambda a, b: 7 * (b >> 1 & 1),
    "{2'b10, &a}": lambda a, b: 4 | (a == 7),
    "{~|a, ^b, ~&b}": lambda a, b: (a == 0) << 2 | (b.bit_count() % 2) << 1 | (b != 7),
    "a[0] ? a : b": lambda a, b: a if a & 1 else b,
    "b ? 3'd5 : a": lambda a, b: 5 if b else a,
    "(a == b) ? 3'o7 : {2'h0, a != 3'b101}": lambda a, b: 7 if a == b else a != 5,
    "{!a, a && b, a || b}": lambda a, b: (a == 0) << 2 | (a > 0 < b) << 1 | (a > 0 or b > 0),
    "{a[W-1], a[0 +: 2]}": lambda a, b: a & 4 | a & 3,
    "a & 6": lambda a, b: a & 6,
    "{{2{a[0]}}, {1{b[1]}}}": lambda a, b: 6 * (a & 1) | b >> 1 & 1,
    "b[2 -: 3]": lambda a, b: b,
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions(tmp_path: Path, text: str) -> None:
    netlist = read(
        tmp_path,
        f"module m #(parameter W = 3) (input [W-1:0] a, b, output [2:0] y);\n"
        f"assign y = {text};\nendmodule",
    )
    words = table(netlist)["y"]
    for a in range(8):
        for b in range(8):
            row = a | b << 3
            assert (
                sum((w >> row & 1) << k for k, w in enumerate(words)) == EXPRESSIONS[text](a, b) & 7
            ), (a, b)


HIERARCHY = r"""
`define PAIR(x, y) x, y
`ifdef NEVER
  `include "nowhere.vh"
  this is not Verilog "
`else
`include "half.vh"
`endif
module full (input a, b, c, output s, co);
  wire t, c1, c2;
  half h0 (`PAIR(a, b), .s(t), .c(c1));  /* two
  lines */ half h1 (.a(t), .b(c), .s(s), .c(c2));
  or (co, c1, c2);
endmodule
module adder (input [1:0] x, y, output [2:0] z);
  wire [2:0] c;
  supply0 gnd;
  assign c[0] = gnd;
  full \f[1:0] [1:0] (.a(x), .b(y), .c(c[1:0]), .s(z[1:0]), .co(c[2:1]));
  assign z[2] = c[2];
endmodule
"""
HALF = "module half (a, b, s, c);\n input a, b; output s, c;\n HA g (a, b, s, c);\nendmodule\n"


def test_hierarchy_includes_macros_and_arrays(tmp_path: Path) -> None:
    (tmp_path / "half.vh").write_text(HALF)
    text = HIERARCHY.replace("`PAIR(a, b)", ".a(a), .b(b)")
    netlist = read(tmp_path, text)
    assert netlist.name == "adder"
    words = table(netlist)["z"]
    for row in range(16):
        assert sum((w >> row & 1) << k for k, w in enumerate(words)) == (row & 3) + (row >> 2)
    assert netlist.gates[0].source == f"{tmp_path / 'half.vh'}:3"
    assert {"z[0]", "z[1]", "f[1:0][0].t", "f[1:0][1].c1"} <= {*netlist.names}
    assert not any(".h" in name for name in netlist.names)


def test_a_stub_of_a_cell_is_the_cell_and_a_body_is_a_module(tmp_path: Path) -> None:
    head = "module AND2(input A, B, output Y); {} endmodule\n"
    use = "module m(input a, b, output y); AND2 g(.A(a), .B(b), .Y(y)); endmodule\n"
    stub = read(tmp_path, head.format("") + use)
    assert [g.function.name for g in stub.gates] == ["AND2"]
    body = read(tmp_path, head.format("XOR2 g(A, B, Y);") + use)
    assert [g.function.name for g in body.gates] == ["XOR2"]


def test_hamlib_cells_and_the_order_of_their_pins(tmp_path: Path) -> None:
    path = tmp_path / "g.v"
    path.write_text(
        "module m(input a, b, s, output [1:0] y);\n"
        "MUX2 g(.A(a), .B(b), .S(s), .Y(y[0])); assign y[1] = s ? b : a;\nendmodule"
    )
    netlist = read_gates(path, hamlib())
    first, second = table(netlist)["y"]
    assert first == second
    assert all(gate.function == hamlib()["MUX2"].function for gate in netlist.gates)


def test_wide_ports_constants_aliases_and_tie_cells(tmp_path: Path) -> None:
    netlist = read(
        tmp_path,
        "module m(input [127:0] a, input [0:0] e, output [127:0] y, output n, z, o, output [7:4] h);"
        "assign y = a; assign n = ~e; assign z = 1'b0; INV i(.A(z), .Y(o)); assign h = 4'hA;"
        "endmodule",
    )
    ports = {p.name: p for p in netlist.ports}
    assert ports["y"].bits == ports["a"].bits
    assert ports["n"].bits == (ports["e"].bits[0] ^ 1,)
    assert (ports["z"].bits, ports["o"].bits, ports["h"].bits) == ((0,), (1,), (0, 1, 0, 1))
    assert ports["h"].range_text == "[7:4]"
    assert netlist.gates == ()


def test_undefined_bits_that_nobody_reads(tmp_path: Path) -> None:
    netlist = read(
        tmp_path,
        "module m(input a, output [5:0] y); wire [3:0] u; wire v; wire [2:0] w;\n"
        "assign u = 4'bz01x; assign v = 1'hx; assign w = 3'dx; assign y = {5'h1, u[1]};\nendmodule",
    )
    assert netlist.outputs[0].bits == (1, 1, 0, 0, 0, 0)


def test_not_and_buf_may_drive_several_nets(tmp_path: Path) -> None:
    netlist = read(
        tmp_path,
        "module m(input a, output [4:0] y); wire n; not (n, a);\n"
        "not (y[0], y[1], a); buf (y[2], y[3], n); not (y[4], n);\nendmodule",
    )
    (a,) = netlist.inputs[0].bits
    assert netlist.outputs[0].bits == (a ^ 1, a ^ 1, a ^ 1, a ^ 1, a)


def test_choosing_the_top(tmp_path: Path) -> None:
    two = "module p(input a, output y); buf(y, a); endmodule\nmodule q(input a, output y); not(y, a); endmodule"
    assert read(tmp_path, two, top="q").name == "q"
    with pytest.raises(InvcError, match="2 modules may be the top: p, q"):
        read(tmp_path, two)


M = "module m(input a, b, output y);\n"
FAULTS = {
    "": "g.v: error: there is no module in it\n  hint: give a netlist: module ... endmodule",
    "// only\n`define X\n": "g.v: error: there is no module in it\n"
    "  hint: give a netlist: module ... endmodule",
    M + "AND g(a, b, y);\nendmodule": "g.v:2: error: no cell or module is called 'AND'\n"
    "  hint: did you mean 'AND2'?",
    M + "AND2 g(.A(a), .C(b), .Y(y));\nendmodule": "g.v:2: error: 'g' (AND2) has no pin 'C'\n"
    "  hint: there are: A, B, Y",
    M + "AND2 g(.A(a), .A(b), .Y(y));\nendmodule": "g.v:2: error: pin 'A' of 'g' (AND2) is "
    "connected twice",
    M + "AND2 g(.A(a), .Y(y));\nendmodule": "g.v:2: error: input pin 'B' of 'g' (AND2) is not "
    "connected\n  hint: tie it to 1'b0 or 1'b1, or connect a net",
    M + "AND2 g(a, b, y, a);\nendmodule": "g.v:2: error: 'g' (AND2) has 3 pins, and 4 are "
    "connected\n  hint: in this order: A, B, Y",
    M + "EITHER g(a, y);\nendmodule": "g.v:2: error: cell 'EITHER' is a relation and not a "
    "function\n  hint: a netlist is made of functions",
    M + "and (y, a, b);\n\nor (y, a, b);\nendmodule": "g.v:4: error: net 'y' is driven twice\n"
    "  hint: its other driver is at g.v:2",
    M + "not (a, b); buf (y, a);\nendmodule": "g.v:2: error: net 'a' is driven twice\n"
    "  hint: its other driver is at g.v:1",
    M + "wire n;\nand (y, a, n);\nendmodule": "g.v:3: error: net 'n' is read but nothing drives "
    "it\n  hint: connect a driver, or make it an input",
    M + "endmodule": "g.v:1: error: net 'y' is read but nothing drives it\n"
    "  hint: connect a driver, or make it an input",
    M + "wire n;\nand (n, y, a);\nxor (y, n, b);\nendmodule": "g.v:4: error: combinational loop "
    "through 'y', 'n'\n  hint: break the loop: a Boolean function has no feedback",
    M + "wire n, o; assign y = a;\nassign n = o;\nassign o = ~n;\nendmodule": "g.v:3: error: "
    "combinational loop through 'n', 'o'\n  hint: break the loop: a Boolean function has no feedback",
    M + "wire [3:0] n;\nAND2 g(.A(n), .B(b), .Y(y));\nendmodule": "g.v:3: error: pin 'A' of 'g' "
    "(AND2) has 1 bit, and 4 bits are connected\n  hint: connect a slice or a concatenation",
    M + "assign y = {a, b};\nendmodule": "g.v:2: error: 2 bits cannot drive 1 bit\n"
    "  hint: connect a slice or a concatenation of equal width",
    M + "assign y = a & 2'b10;\nendmodule": "g.v:2: error: the operands have 1 bit and 2\n"
    "  hint: give both the same width",
    M + "assign y = a + b;\nendmodule": "g.v:2: error: operator + is no gate\n"
    "  hint: --netlist takes gates only; 'invc synth' without it compiles behaviour with Yosys",
    M + "assign y = 1'bx;\nendmodule": "g.v:2: error: constant 1'bx has undefined bits\n"
    "  hint: invertible logic has 0 and 1 only: give each bit a value",
    M + "wire [4:0] u;\nassign u = 5'hx0;\nassign y = u[4];\nendmodule": "g.v:3: error: constant "
    "5'hx0 has undefined bits\n  hint: invertible logic has 0 and 1 only: give each bit a value",
    M + "assign y = 1'dx7;\nendmodule": 'g.v:2: error: "1\'dx7" is no number',
    M + "assign y = 1'd7;\nendmodule": "g.v:2: error: constant 1'd7 does not fit 1 bits\n"
    "  hint: it needs 3 bits",
    M + "assign y = a[1];\nendmodule": "g.v:2: error: 'a' has no bit 1\n  hint: its range is [0:0]",
    M
    + "assign y = aa;\nendmodule": "g.v:2: error: 'aa' is not declared\n  hint: did you mean 'a'?",
    M + "assign 1'b0 = a;\nendmodule": 'g.v:2: error: syntax error near "1\'b0"',
    M + "DFFX1 r(.D(a), .CK(b), .Q(y));\nendmodule": "g.v:2: error: 'DFFX1' is no cell of the "
    "library, and looks like a flip-flop or a latch\n"
    "  hint: --netlist takes gates only; 'invc synth' without it compiles behaviour with Yosys",
    M + "bufif1 (y, a, b);\nendmodule": "g.v:2: error: primitive 'bufif1' can leave its output "
    "undriven\n  hint: use gates that always drive, such as MUX2",
    M + "reg r;\nalways @(*) r = a;\nassign y = r; endmodule": "g.v:2: error: a reg is no gate\n"
    "  hint: --netlist takes gates only; 'invc synth' without it compiles behaviour with Yosys",
    M + "\n(* x *)\nalways @(a) y = a;\nendmodule": "g.v:4: error: an always block is no gate\n"
    "  hint: --netlist takes gates only; 'invc synth' without it compiles behaviour with Yosys",
    "module m(inout a, output y);\nassign y = a; endmodule": "g.v:1: error: an inout port is no "
    "gate\n  hint: --netlist takes gates only; 'invc synth' without it compiles behaviour with Yosys",
    "module m(a, y);\ninput a;\nendmodule": "g.v:1: error: port 'y' has no direction\n"
    "  hint: declare it: input y; or output",
    M
    + "wire w;\nwire w;\nendmodule": "g.v:3: error: 'w' is declared twice\n  hint: first at g.v:2",
    M + "m g(a, b, y);\nendmodule": "g.v: error: every module lies in another one\n"
    "  hint: give --top",
    M + "/* never\nclosed": "g.v:2: error: this comment is not closed\n  hint: add */",
    M + "and (y, a b);\nendmodule": "g.v:2: error: syntax error near 'b'",
    M + "and (y, a, b);\n": "g.v:2: error: the file ends inside a module",
    M + "and (y, a, `B);\nendmodule": "g.v:2: error: macro `B is not defined\n"
    "  hint: define it with -D B=VALUE",
    M + '`include "x.vh"\nendmodule': "g.v:2: error: no file 'x.vh' to include\n"
    "  hint: give its folder with -I",
    "`ifdef A\n" + M: "g.v:1: error: this condition is not closed\n  hint: add `endif",
    M + "assign y = a;\u00a7\nendmodule": "g.v:2: error: illegal character '§'",
    M + "assign y = a;\nendmodule\n" + M + "endmodule": "g.v:4: error: module 'm' is defined "
    "twice\n  hint: first at g.v:1",
}


@pytest.mark.parametrize("text", FAULTS, ids=range(len(FAULTS)))
def test_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvcError) as caught:
        read(Path(), text)
    assert str(caught.value) == FAULTS[text]


def test_a_module_that_contains_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = M + "m g(a, b, y);\nendmodule"
    with pytest.raises(InvcError) as caught:
        read(Path(), text, top="m")
    assert str(caught.value) == (
        "g.v:2: error: module 'm' contains itself\n  hint: a netlist has no recursion"
    )


def test_missing_and_binary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvcError, match=r"^no\.v: error: cannot read it: no such file"):
        read_gates(Path("no.v"), LIBRARY)
    Path("b.v").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvcError, match=r"^b\.v: error: not a text file"):
        read_gates(Path("b.v"), LIBRARY)


def test_large_and_deep_netlists(tmp_path: Path) -> None:
    count = 20_000
    gates = "".join(
        f"wire n{k + 1}; XOR2 g{k} (.A(n{k}), .B(a[{k % 8}]), .Y(n{k + 1}));\n"
        for k in range(count)
    )
    names = ", ".join(f"w{k}" for k in range(count))
    deep = " ^ ".join(["a[0]"] * count)
    netlist = read(
        tmp_path,
        f"module m(input [7:0] a, output [1:0] y);\nwire {names};\nwire n0;\nassign n0 = a[7];\n"
        f"{gates}assign y = {{n{count}, {deep}}};\nendmodule\n",
    )
    assert len(netlist.gates) == 2 * count - 1
    assert netlist.net_count == 8 + 2 * count - 1
    words = table(netlist)["y"]
    assert words[0] == 0


@pytest.mark.parametrize("cache", ["cache", "broken", "none"])
def test_nothing_is_printed_or_left_in_the_working_directory(tmp_path: Path, cache: str) -> None:
    work, kept = tmp_path / "work", tmp_path / "cache"
    work.mkdir()
    environment = {**os.environ, "XDG_CACHE_HOME": str(kept)}
    if cache == "none":
        kept.write_text("a file where the folder should be")
    source = tmp_path / "g.v"
    source.write_text(M + "assign y = a & b; endmodule")
    code = (
        "import sys; from pathlib import Path; from invc.frontend.gate_level import read_gates;"
        f"n = read_gates(Path({str(source)!r}), {{}}); assert len(n.gates) == 1"
    )
    for attempt in range(2):
        done = subprocess.run(
            [sys.executable, "-P", "-W", "error", "-c", code],
            cwd=work,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert list(work.iterdir()) == []
        if cache == "none":
            return
        (tables,) = (kept / "invc").iterdir()
        if cache == "broken" and attempt == 0:
            tables.write_bytes(tables.read_bytes()[:1000])
    assert tables.stat().st_size > 100_000
