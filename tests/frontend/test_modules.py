"""Heads of modules: Pyverilog's answer, the scanner's for SystemVerilog, and that they agree."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.diagnostics import InvcError, Location
from invc.frontend import modules as reader
from invc.frontend.gate_level.preprocessor import preprocess
from invc.frontend.headers import scan_headers
from invc.frontend.modules import ModulePort, Parameter, read_modules, top_of

SIGNED = st.sampled_from(["", "signed "])
RANGES = st.sampled_from(["", "[7:0]", "[W-1:0]", "[0:W * 2]", "[$clog2(W) - 1:0]", "[(W+1)/2:1]"])
DEFAULTS = st.sampled_from(["8", "4'b10_01", "W + 1", "{2{1'b0}}", '"a,b)"', "(1 << 3)"])


@st.composite
def sources(draw: st.DrawFn) -> tuple[str, tuple[Any, ...], tuple[Any, ...]]:
    """One module in Verilog-2001, and what it says of itself."""
    ansi = draw(st.booleans())
    in_head = draw(st.booleans())
    names = ["a", "b", "\\c[0] ", "d", "endmodule_", "modules"]
    ports, lines = [], []
    for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=5)):
        direction = draw(st.sampled_from(["input", "output", "inout"]))
        signed, width = draw(SIGNED), draw(RANGES)
        net = draw(st.sampled_from(["", "wire "])) if ansi or direction != "output" else ""
        ports.append(ModulePort(name.strip("\\ "), direction, width, bool(signed)))
        lines.append(f"{direction} {net}{signed}{width} {name}")
    if ansi and lines and draw(st.booleans()):  # a name alone takes after the port before it
        last = ports[-1]
        ports.append(ModulePort("more", last.direction, last.range, last.signed))
        lines.append("more")
    parameters = [
        Parameter(name, draw(DEFAULTS))
        for name in draw(st.lists(st.sampled_from(["W", "X", "DEPTH"]), unique=True, max_size=3))
    ]
    declared = [f"parameter {p.name} = {p.default}" for p in parameters]
    head = f"#({', '.join(declared)})" if declared and in_head else ""
    names = [(f"\\{p.name} " if "[" in p.name else p.name) for p in ports]
    listed = lines if ansi else names
    body = [] if head else [f"{d};" for d in declared]
    body += [] if ansi else [f"{line};" for line in lines]
    body += ["localparam HIDDEN = 1;", "half h0 (); // module no (input x);"]
    comment = draw(
        st.sampled_from(["", "/* module no;\n */", "(* top *)\n", "`timescale 1ns/1ps\n"])
    )
    text = f"{comment}module \\m.x {head} ({', '.join(listed)});\n" + "\n".join(body)
    return text + "\nendmodule\n", tuple(parameters), tuple(ports)


@given(sources())
def test_pyverilog_and_the_scanner_agree(
    tmp_path_factory: pytest.TempPathFactory,
    source: tuple[str, Sequence[Parameter], Sequence[ModulePort]],
) -> None:
    text, parameters, ports = source
    path = tmp_path_factory.getbasetemp() / "m.v"
    path.write_text(text)
    (module,) = read_modules([path])
    assert (module.name, module.parameters, module.ports) == ("m.x", parameters, ports)
    assert module.uses == {"half"}
    assert scan_headers(preprocess(path)) == (module,)


SYSTEM_VERILOG = r"""package p; typedef logic [3:0] nib_t; endpackage
interface axi_if; endinterface

module alu import p::*; #(
    parameter int unsigned W = 8, localparam int L = $clog2(W), parameter type T = logic [7:0],
    parameter logic [1:0] Q [2] = '{0, 1}
) (
    input logic clk, input logic signed [W-1:0] a, b, input nib_t c, p::nib_t d,
    output logic [3:0][7:0] y, output int z, output byte unsigned q, axi_if.master m,
    input logic u [4], v, output reg [L-1:0] w = '0
);
  always_comb begin y = '0; end
  sub #(.A(1)) s ();
  half h0 (.*);
  function automatic logic f(input logic x); return x; endfunction
endmodule : alu
module half (output logic x); endmodule
"""


def test_system_verilog_heads(tmp_path: Path) -> None:
    path = tmp_path / "m.sv"
    path.write_text(SYSTEM_VERILOG)
    alu, half = read_modules([path])
    assert alu.location == (str(path), 4, 0)
    assert alu.parameters == (
        Parameter("W", "8"),
        Parameter("T", "logic [7:0]"),
        Parameter("Q", "'{0, 1}"),
    )
    assert alu.ports == (
        ModulePort("clk", "input"),
        ModulePort("a", "input", "[W-1:0]", True),
        ModulePort("b", "input", "[W-1:0]", True),
        ModulePort("c", "input", "nib_t"),
        ModulePort("d", "input", "p::nib_t"),
        ModulePort("y", "output", "[3:0][7:0]"),
        ModulePort("z", "output", "[31:0]", True),
        ModulePort("q", "output", "[7:0]"),
        ModulePort("m", "interface", "axi_if.master"),
        ModulePort("u", "input", "[4]"),
        ModulePort("v", "input"),
        ModulePort("w", "output", "[L-1:0]"),
    )
    assert half.ports == (ModulePort("x", "output"),)
    assert top_of((alu, half)) == (alu,)


def test_old_style_ports_in_a_body_that_pyverilog_cannot_parse(tmp_path: Path) -> None:
    path = tmp_path / "m.v"
    path.write_text(
        "module old(a, b);\nparameter W = 3;\ninput signed [W - 1:0] a;\noutput reg b;\n"
        "task t; input q; b = q; endtask\n"
        "always_comb unique case (a) inside default: b = '1; endcase\nendmodule\n"
    )
    (module,) = read_modules([path])
    assert module.parameters == (Parameter("W", "3"),)
    assert module.ports == (
        ModulePort("a", "input", "[W - 1:0]", True),
        ModulePort("b", "output"),
    )


def test_memories_behaviour_and_a_port_made_signed_by_its_reg(tmp_path: Path) -> None:
    path = tmp_path / "m.v"
    path.write_text(
        "module m(input clk, q);\nreg [7:0] mem [0:3]; integer i;\n"
        "always @(posedge clk) for (i = 0; i < 4; i = i + 1) mem[i] <= #1 mem[i] + 1;\nendmodule\n"
        "module n(y); output [3:0] y; reg signed [3:0] y; initial y = -1; endmodule\n"
    )
    m, n = read_modules([path])
    assert m.ports == (ModulePort("clk", "input"), ModulePort("q", "input"))
    assert n.ports == (ModulePort("y", "output", "[3:0]", True),)


CLOSE = {
    "module m(a); input [7:0]a[0 : 3]; endmodule": (["[7:0] [0 : 3]"], {}),
    "module m(input [7\n: 0]a,input b[1:0],output [ 1:0 ]c); endmodule": (
        ["[7 : 0]", "[1:0]", "[ 1:0 ]"],
        {},
    ),
    "module m #(parameter P=1+2,Q = {2'b1,1'b0}, R=P)(input [P-1:0]a,b); parameter S=4; endmodule": (
        ["[P-1:0]", "[P-1:0]"],
        {"P": "1+2", "Q": "{2'b1,1'b0}", "R": "P"},
    ),
    "module m(a,b);parameter P= 3*(2+\n1),Q=P ;parameter R=1;input [P:0]a;output b; endmodule": (
        ["[P:0]", ""],
        {"P": "3*(2+ 1)", "Q": "P", "R": "1"},
    ),
}


@pytest.mark.parametrize("text", CLOSE, ids=range(len(CLOSE)))
def test_texts_end_where_they_end(tmp_path: Path, text: str) -> None:
    """Whatever stands close behind them."""
    path = tmp_path / "m.v"
    path.write_text(text)
    (module,) = read_modules([path])
    assert [port.range for port in module.ports] == CLOSE[text][0]
    assert {one.name: one.default for one in module.parameters} == CLOSE[text][1]


def test_directives(tmp_path: Path) -> None:
    folder = tmp_path / "inc"
    folder.mkdir()
    (folder / "w.vh").write_text(
        "`define RANGE(n) [(n) - 1 : 0] // bits\n`define DEEP `RANGE(`W)\n"
    )
    path = tmp_path / "m.v"
    path.write_text(
        '`include "w.vh"\n`ifdef SMALL\n`define W 2\n`elsif MEDIUM\n`define W 4\n`else\n'
        "`define W 8\n`endif\n`define LONG input a, \\\n  b\n"
        "module m(`LONG, input `DEEP c, output `MISSING d, e, input [`N-1:0] f);\nendmodule\n"
    )

    def ranges(**define: Any) -> list[str]:
        (module,) = read_modules([path], include=[folder], define=define)
        assert module.location.line == 11
        return [p.range for p in module.ports]

    assert ranges() == ["", "", "[(8) - 1 : 0]", "`MISSING", "`MISSING", "[`N-1:0]"]
    assert ranges(SMALL="") == ["", "", "[(2) - 1 : 0]", "`MISSING", "`MISSING", "[`N-1:0]"]
    assert ranges(MEDIUM="", MISSING="[3:0]", N="3") == [
        *("", "", "[(4) - 1 : 0]", "[3:0]", "[3:0]", "[3-1:0]")
    ]


def test_lines_after_an_include_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.vh").write_text("module a;\nendmodule\n\n\n")
    path = tmp_path / "m.v"
    path.write_text('`include "a.vh"\n\nmodule m; endmodule `include "a.vh"\nmodule n; endmodule\n')
    places = [(Path(m.location.file).name, m.location.line) for m in read_modules([path])]
    assert places == [("a.vh", 1), ("m.v", 3), ("a.vh", 1), ("m.v", 4)]


def test_top_of() -> None:
    def module(name: str, *uses: str) -> reader.ModuleInfo:
        return reader.ModuleInfo(name, (), (), Location(""), frozenset(uses))

    a, b, c = module("a", "b", "wire_t"), module("b"), module("c", "c")
    assert top_of((a, b, c)) == (a, c)
    assert top_of((module("a", "b"), module("b", "a"))) == ()


FAULTS = {
    "": "m.v: error: there is no module in it\n  hint: give a Verilog source: module ... endmodule",
    "wire a;": "m.v:1: error: syntax error near 'wire'",
    "module m(input a;\nendmodule": "m.v:1: error: cannot read the head of module 'm': its list "
    "does not end\n  hint: is it complete? 'invc ports' reads heads of modules only",
    "\nmodule m(a);\nendmodule": "m.v:2: error: cannot read the head of module 'm': port 'a' has "
    "no direction\n  hint: is it complete? 'invc ports' reads heads of modules only",
    "module m": "m.v:1: error: cannot read the head of module 'm': the file ends\n"
    "  hint: is it complete? 'invc ports' reads heads of modules only",
    "`include <x>\n": "m.v:1: error: no file 'x' to include\n  hint: give its folder with -I",
    '`include "m.v"\n': "m.v:1: error: 'm.v' includes itself, or is nested more than 64 deep",
    "`define A `B\n`define B `A\n`A": "m.v:3: error: this macro uses itself, or grows beyond measure",
    "`define A(x) x\n`A(1, 2)": "m.v:2: error: macro `A takes 1 arguments",
    "`define A(x) x\n`A(1, 2": "m.v:2: error: the arguments of macro `A are not closed\n"
    "  hint: add )",
    "`endif": "m.v:1: error: `endif without `ifdef",
    "(* never": "m.v:1: error: this attribute is not closed\n  hint: add *)",
}


@pytest.mark.parametrize("text", FAULTS, ids=range(len(FAULTS)))
def test_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.v").write_text(text)
    with pytest.raises(InvcError) as caught:
        read_modules([Path("m.v")])
    assert str(caught.value) == FAULTS[text]


def test_macros_that_grow_are_stopped(tmp_path: Path) -> None:
    path = tmp_path / "m.v"
    doubling = "".join(f"`define A{k + 1} `A{k} `A{k}\n" for k in range(40))
    path.write_text(f"`define A0 wire\n{doubling}`A40\n")
    with pytest.raises(InvcError, match="grows beyond measure"):
        read_modules([path])
