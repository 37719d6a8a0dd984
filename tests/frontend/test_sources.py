"""Sources that people have: what they compile to, or how they are refused."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from invc.diagnostics import InvcError
from invc.frontend.cache import MOST_LOGS, keep_log
from invc.frontend.filelist import read_lists
from invc.frontend.words import Agreement
from invc.frontend.yosys import Sources, find_yosys
from invc.frontend.yosys.process import run
from invc.frontend.yosys.session import Session
from invc.netlist import Netlist, evaluate_ports
from invc.pipeline import Check, Journal, Tool, synth
from own_yosys import yosys_without_slang
from truth import every_answer


def compiled(folder: Path, text: str, name: str = "t.v", **options: Any) -> tuple[Netlist, Journal]:
    path = folder / name
    path.write_text(text)
    journal = Journal()
    top = options.pop("top", None)
    gate_level = options.pop("gate_level", False)
    design = synth(Sources((path,), top, gate_level=gate_level), journal=journal, **options)
    return design.netlist, journal


def refused(
    folder: Path, text: str, name: str = "t.v", **options: Check | bool | str | Tool
) -> str:
    with pytest.raises(InvcError) as caught:
        compiled(folder, text, name, **options)
    return str(caught.value).replace(f"{folder}/", "")


NARROW = [
    (inner, outer, width, sign)
    for inner in ("-a", "a - b", "-a + b", "-(a * b)")
    for outer in ("-n", "n - c", "c - n")
    for width in (3, 4)
    for sign in ("signed", "")
]


@pytest.mark.parametrize("chosen", range(4))
def test_sums_of_narrow_nets_wrap_before_they_are_extended(tmp_path: Path, chosen: int) -> None:
    shapes = NARROW[chosen::4]
    ports, body = ["input signed [3:0] a", "input signed [2:0] b", "input signed c"], []
    for k, (inner, outer, width, sign) in enumerate(shapes):
        ports.append(f"output signed [7:0] y{k}")
        body.append(f"  wire {sign} [{width - 1}:0] n{k} = {inner};")
        body.append(f"  assign y{k} = {outer.replace('n', f'n{k}')};")
    text = f"module t({', '.join(ports)});\n" + "\n".join(body) + "\nendmodule\n"
    netlist, journal = compiled(tmp_path, text)
    assert journal.agreement == Agreement(True, 256)
    for answer in every_answer(netlist):
        a, b, c = (answer[name] for name in "abc")
        for k, (inner, outer, width, sign) in enumerate(shapes):
            n = eval(inner, {"a": a, "b": b}) & (1 << width) - 1
            mixed = not sign  # an unsigned operand makes the whole sum unsigned
            if sign and n >> (width - 1):
                n -= 1 << width
            value = eval(outer, {"n": n, "c": c & 1 if mixed else c})
            assert answer[f"y{k}"] & 0xFF == value & 0xFF, (inner, outer, width, sign)


def test_the_wrap_that_alumacc_loses(tmp_path: Path) -> None:
    text = "module t(input signed [3:0] a, output signed [7:0] y); wire signed [3:0] n;"
    netlist, _ = compiled(tmp_path, f"{text} assign n = -a; assign y = -n; endmodule\n")
    values = {answer["a"]: answer["y"] for answer in every_answer(netlist)}
    assert values == {a: 8 if a == -8 else a for a in range(-8, 8)}


DRIVERS = {
    "a constant": (
        "module t(input a, b, output y);\n assign y = 1'b0;\n assign y = a & b;\nendmodule\n",
        ("y", "3:9", "2:9"),
    ),
    "a constant and an input": (
        "module t(input a, output y);\n assign y = 1'b1;\n assign y = a;\nendmodule\n",
        ("y", "3:9", "2:9"),
    ),
    "some bits": (
        "module t(input [1:0] a, output [3:0] y);\n assign y = 4'b1010;\n assign y[1:0] = a;\n"
        "endmodule\n",
        ("y[0]", "3:9", "2:9"),
    ),
    "two always blocks": (
        "module t(input [1:0] a, input s, output [1:0] y);\n reg [1:0] m;\n always @* m = a;\n"
        " always @* if (s) m = ~a;\n assign y = m;\nendmodule\n",
        ("m", "4:19", "3:12"),
    ),
    "a bit of a word": (
        "module t(input a, b, output [1:0] y);\n assign y = {a, b};\n assign y[0] = a ^ b;\n"
        "endmodule\n",
        ("y[0]", "3:9", "2:9"),
    ),
    "an input": (
        "module t(input a, b, output y);\n assign a = b;\n assign y = a;\nendmodule\n",
        ("a", "2:9", "1:16"),
    ),
    "two instances": (
        "module leaf(input a, output y); assign y = ~a; endmodule\n"
        "module t(input a, b, output y);\n leaf u(.a(a), .y(y));\n leaf v(.a(b), .y(y));\n"
        "endmodule\n",
        ("y", "4:7", "3:7"),
    ),
    "two always blocks, one of which reads what the other left": (
        "module t(input clk, input [1:0] a, output reg [1:0] y, z);\n reg [1:0] m;\n"
        " always @(posedge clk) begin\n  m = a;\n  y <= m;\n end\n"
        " always @(posedge clk) begin z <= m;\n  m = ~a;\n end\nendmodule\n",
        ("m", "7:2", "3:2"),
    ),
    "a constant and a gate": (
        "module t(input a, b, output y);\n wire w;\n assign w = 1'b1;\n and (w, a, b);\n"
        " assign y = w;\nendmodule\n",
        ("w", "4:7", "3:9"),
    ),
    "a gate and an expression": (
        "module t(input a, b, output y);\n or g(y, a, b);\n assign y = a & b;\nendmodule\n",
        ("y", "3:9", "2:7"),
    ),
    "a generate block": (
        "module t(input [3:0] a, output [3:0] y);\n genvar i;\n"
        " generate for (i = 0; i < 4; i = i + 1) begin : g\n  wire w;\n  assign w = a[i];\n"
        "  assign w = ~a[i];\n  assign y[i] = w;\n end endgenerate\nendmodule\n",
        ("g[0].w", "6:10", "5:10"),
    ),
}


@pytest.mark.parametrize("kind", DRIVERS)
def test_two_drivers_are_named_with_their_lines(tmp_path: Path, kind: str) -> None:
    text, (net, second, first) = DRIVERS[kind]
    assert refused(tmp_path, text) == (
        f"t.v:{second}: error: net '{net}' is driven twice\n"
        f"  hint: its other driver is at t.v:{first}; leave it one driver"
    )


SHARED = """module t #(parameter W = 4) (input [3:0] a, b, output reg [3:0] x, y, output [3:0] z);
  integer temporary, i;
  wire nowhere;
  always @* begin
    temporary = a + b;
    if (temporary[0]) temporary = temporary ^ a;
    x = temporary;
    for (i = 0; i < 4; i = i + 1) y[i] = a[3 - i];
  end
  always @* begin : second
    temporary = a - b;
    for (i = 0; i < 4; i = i + 1) if (temporary[i]) temporary = temporary + b;
  end
  genvar g;
  generate for (g = 0; g < W; g = g + 1) begin : one
    reg shown, value;
    always @* begin value = a[g]; shown = ~value; end
    always @* value = b[g];
    assign z[g] = shown;
  end endgenerate
  child u(.i(a[0]), .o(nowhere)), v(.i(b[0]), .o(nowhere));
endmodule
module child(input i, output o); assign o = ~i; endmodule
"""


@pytest.mark.parametrize("name", ["t.v", "t.sv"])
def test_a_variable_that_each_block_assigns_before_it_reads_it_is_one_of_each(
    tmp_path: Path, name: str
) -> None:
    """Here `temporary`, `i`, `one[0].value`; and what only leads nowhere may have two drivers."""
    netlist, _ = compiled(tmp_path, SHARED, name)
    for answer in every_answer(netlist):
        a, b = answer["a"], answer["b"]
        temporary = a + b
        assert answer["x"] == (temporary ^ a if temporary & 1 else temporary) & 15
        assert answer["y"] == int(f"{a:04b}"[::-1], 2)
        assert answer["z"] == a ^ 15


def test_wired_logic_and_bits_driven_apart_are_one_driver_each(tmp_path: Path) -> None:
    text = (
        "module t(input [3:0] a, output [3:0] y, output wor w);\n"
        " assign y[1:0] = a[1:0]; assign y[3:2] = a[3:2];\n"
        " assign w = a[0]; assign w = a[1];\nendmodule\n"
    )
    netlist, _ = compiled(tmp_path, text)
    answers = every_answer(netlist)
    assert all(answer["w"] == (answer["a"] & 3 > 0) for answer in answers)
    assert all(answer["y"] == answer["a"] for answer in answers)


@pytest.mark.parametrize("proving", [None, 60])
def test_a_net_without_a_driver_is_refused_with_and_without_a_proof(
    tmp_path: Path, proving: int | None
) -> None:
    text = "module t(input en, a, output y);\n assign y = enn & a;\nendmodule\n"
    assert refused(tmp_path, text, check=Check(proving=proving)) == (
        "t.v:2:13: error: net 'enn' is read but nothing drives it\n"
        "  hint: assign it, or make it an input"
    )


def test_ports_called_like_cells_are_proven(tmp_path: Path) -> None:
    text = "module t(input g0, g1, output y); assign y = g0 & g1; endmodule\n"
    _, journal = compiled(tmp_path, text, check=Check(proving=60))
    assert journal.agreement == Agreement(True)


STUB = (
    "module NAND2X4 (a1, a2, y); input a1; input a2; output y; endmodule\n"
    "module top (a, b, q); input a, b; output q;\n  NAND2X4 u1 (.a1(a), .a2(b), .y(q));\nendmodule\n"
)
BODY_HINT = "name the file with its body, or make it a cell: 'invc lib-gen', then --lib"


def test_modules_without_a_body(tmp_path: Path) -> None:
    assert refused(tmp_path, STUB) == (
        f"t.v:3:11: error: module 'NAND2X4' has no body: give its function\n  hint: {BODY_HINT}"
    )
    assert refused(tmp_path, STUB, gate_level=True, top="top") == (
        f"t.v:3: error: module 'NAND2X4' has no body: give its function\n  hint: {BODY_HINT}"
    )
    marked = (
        "(* blackbox *) module leaf(input i, output o); endmodule\n"
        "module bb(input a, output y); leaf u(.i(a), .o(y)); endmodule\n"
    )
    assert refused(tmp_path, marked) == (
        "t.v:2:36: error: 'leaf' is a black box and has no gates\n"
        "  hint: name the file with its body"
    )


def test_powers(tmp_path: Path) -> None:
    text = (
        "module t(input [2:0] a, input [1:0] b, output [7:0] y);\n assign y = a ** b;\nendmodule\n"
    )
    netlist, _ = compiled(tmp_path, text)
    for answer in every_answer(netlist):
        assert answer["y"] == answer["a"] ** answer["b"] & 0xFF
    wide = "module t(input [31:0] a, b, output [31:0] y);\n assign y = a ** b;\nendmodule\n"
    assert refused(tmp_path, wide) == (
        "t.v:2:13: error: this power is too large\n"
        "  hint: give it an exponent of few bits or a constant, or a table"
    )


POWERS: dict[
    str, Callable[[int, int, int], int | None]
] = {  # of a (3 bits), s and t (3 bits, signed)
    "a ** 3": lambda a, s, t: a**3,
    "a ** 200": lambda a, s, t: a**200,
    "a ** s": lambda a, s, t: power(a, s),
    "s ** t": lambda a, s, t: power(s, t),
    "s ** (-1)": lambda a, s, t: power(s, -1),
    "3 ** a": lambda a, s, t: 3**a,
}


def power(base: int, exponent: int) -> int | None:
    """As Verilog has it: None is no value."""
    if exponent >= 0:
        return int(base**exponent)
    return {0: None, 1: 1, -1: -1 if exponent & 1 else 1}.get(base, 0)


def test_powers_of_constants_and_of_signed_numbers(tmp_path: Path) -> None:
    ports = "input [2:0] a, input signed [2:0] s, t"
    outputs = ", ".join(f"output [9:0] y{k}" for k in range(len(POWERS)))
    body = "".join(f"  assign y{k} = {text};\n" for k, text in enumerate(POWERS))
    netlist, journal = compiled(tmp_path, f"module t({ports}, {outputs});\n{body}endmodule\n")
    assert journal.agreement is not None
    assert journal.agreement.proven
    for answer in every_answer(netlist):
        for k, model in enumerate(POWERS.values()):
            want = model(*(answer[name] for name in "ast"))
            assert want is None or answer[f"y{k}"] == want % 1024


def test_a_module_that_holds_itself_under_generate_is_the_top(tmp_path: Path) -> None:
    text = """module tree #(parameter W = 4) (input [W-1:0] a, output y);
  generate if (W == 1) begin : g1 assign y = a; end
  else begin : g2
    wire l, r;
    tree #(.W(W/2)) u0 (.a(a[W/2-1:0]), .y(l));
    tree #(.W(W-W/2)) u1 (.a(a[W-1:W/2]), .y(r));
    assign y = l & r;
  end endgenerate
endmodule
"""
    netlist, _ = compiled(tmp_path, text)
    assert all(answer["y"] == (answer["a"] == 15) for answer in every_answer(netlist))
    endless = (
        "module r #(parameter W = 4)(input a, output y);\n r #(.W(W+1)) u(.a(a), .y(y));\n"
        "endmodule\n"
    )
    message = refused(tmp_path, endless, tool=Tool(seconds=2))
    assert message.startswith("t.v:2:15: error: module 'r' still contains itself after 2 s\n")


OPEN = "module np #(parameter int W)(input [W-1:0] a, output y);\nassign y = ^a; endmodule\n"


def test_a_parameter_without_a_default(tmp_path: Path) -> None:
    pytest.importorskip("pyosys")  # which has slang
    path = tmp_path / "np.sv"
    path.write_text(OPEN)
    with pytest.raises(InvcError) as caught:
        synth(Sources((path,)))
    assert caught.value.message == "parameter 'W' of module 'np' has no default"
    assert (caught.value.where, caught.value.hint) == (f"{path}:1", "give it a value: -G W=...")
    with pytest.raises(InvcError, match="has no default value") as caught:
        synth(Sources((path,), top="np"))
    assert (caught.value.hint or "").startswith("-G NAME=VALUE gives parameters")
    assert len(synth(Sources((path,), parameters={"W": "3"})).netlist.inputs[0].bits) == 3


def test_slang_has_no_more_time_than_it_is_given(tmp_path: Path) -> None:
    pytest.importorskip("pyosys")  # which has slang
    path = tmp_path / "slow.sv"
    path.write_text(
        "module slow(input logic [7:0] a, output logic [7:0] y); logic [7:0] t; assign y = t;\n"
        "always_comb begin t = a; for (int i = 0; i < 90000000; i++) t = t + a; end endmodule\n"
    )
    with pytest.raises(InvcError, match="is not done in 2 s") as caught:
        synth(Sources((path,)), tool=Tool(seconds=2))
    assert "--yosys-limit" in (caught.value.hint or "")


@pytest.mark.parametrize("gate_level", [False, True])
def test_cells_of_yosys_in_a_source(tmp_path: Path, gate_level: bool) -> None:
    text = (
        "module t(input a, b, c, output y);\n wire n;\n"
        " \\$_NAND_ u (.A(a), .B(b), .Y(n));\n \\$_MUX_ v (.A(n), .B(c), .S(a), .Y(y));\nendmodule\n"
    )
    netlist, _ = compiled(tmp_path, text, gate_level=gate_level)
    for answer in every_answer(netlist):
        a, b, c = (answer[name] for name in "abc")
        assert answer["y"] == (c if a else 1 - (a & b))


LUTS = (
    "module t(input a, b, c, output y, z, output one);\n"
    " \\$lut #(.WIDTH(32'd3), .LUT(8'h96)) u (.A({c, b, a}), .Y(y));\n"
    " \\$lut #(.LUT(4'hc), .WIDTH(2)) v (.A({a, b}), .Y(z));\n"
    " \\$lut #(.LUT(4'hf), .WIDTH(2)) w (.A({a, b}), .Y(one));\nendmodule\n"
)


@pytest.mark.parametrize("gate_level", [False, True])
def test_tables_of_yosys_in_a_source(tmp_path: Path, gate_level: bool) -> None:
    netlist, journal = compiled(tmp_path, LUTS, gate_level=gate_level, check=Check(proving=60))
    assert journal.agreement == Agreement(True)
    for answer in every_answer(netlist):
        a, b, c = (answer[name] for name in "abc")
        assert (answer["y"], answer["z"], answer["one"]) == (a ^ b ^ c, a, 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (".WIDTH(2)", ".SIZE(2)", "table 'v' has not the parameters WIDTH and LUT"),
        (".WIDTH(2)", ".WIDTH(40)", "table 'v' has 40 inputs"),
        ("{a, b}), .Y(z)", "a), .Y(z)", "pin 'A' of 'v' ($lut) has 2 bits, and 1 bit are"),
    ],
)
def test_tables_that_are_none(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = refused(tmp_path, LUTS.replace(old, new), gate_level=True)
    assert text.startswith(f"t.v:3: error: {message}")


WORDS = """module t(input [3:0] a, b, output [3:0] y, output z);
  wire [3:0] w;
  \\$mul #(.A_SIGNED(0), .B_SIGNED(0), .A_WIDTH(4), .B_WIDTH(4), .Y_WIDTH(4)) u(.A(a), .B(b), .Y(w));
  \\$reduce_xor #(.A_SIGNED(0), .A_WIDTH(4), .Y_WIDTH(1)) v(.A(w), .Y(z));
  \\$not #(.A_SIGNED(0), .A_WIDTH(4), .Y_WIDTH(4)) n(.A(w), .Y(y));
endmodule
"""


def test_cells_of_words_of_yosys_in_a_source(tmp_path: Path) -> None:
    netlist, _ = compiled(tmp_path, WORDS, check=Check(proving=60))
    for answer in every_answer(netlist):
        product = answer["a"] * answer["b"] % 16
        assert (answer["y"], answer["z"]) == (15 - product, product.bit_count() % 2)
    assert refused(tmp_path, WORDS, gate_level=True) == (
        "t.v:3: error: '$mul' is a cell of words of Yosys, and no gate\n"
        "  hint: leave --netlist out: 'invc synth' takes such cells apart"
    )


def test_a_module_that_is_marked_as_the_top_is_it(tmp_path: Path) -> None:
    text = (
        "(* top *) module t(input a, output y); assign y = ~a; endmodule\n"
        "module unused(input a, output y); assign y = a; endmodule\n"
        "(* blackbox *) module box(input a, output y); endmodule\n"
    )
    netlist, _ = compiled(tmp_path, text)
    assert [answer["y"] for answer in every_answer(netlist)] == [1, 0]
    netlist, _ = compiled(tmp_path, text.replace("(* top *)", ""), top="unused")
    assert [answer["y"] for answer in every_answer(netlist)] == [0, 1]


def test_json_without_names_of_nets(tmp_path: Path) -> None:
    module = {
        "ports": {
            "a": {"direction": "input", "bits": [2]},
            "y": {"direction": "output", "bits": [3]},
        },
        "cells": {"u": {"type": "$_NOT_", "connections": {"A": [2], "Y": [3]}}},
    }
    netlist, _ = compiled(tmp_path, json.dumps({"modules": {"t": module}}), "t.json")
    assert [answer["y"] for answer in every_answer(netlist)] == [1, 0]


@pytest.mark.parametrize(
    ("bits", "message"),
    [
        (([2], [2]), "inputs 'a' and 'b' are one net"),
        (([2, 2], [3]), "two bits of input 'a' are one net"),
        ((["1"], [2]), "input 'a' is tied to 1"),
    ],
)
def test_json_inputs_that_are_no_nets_of_their_own(
    tmp_path: Path, bits: tuple[Sequence[str | int], Sequence[int]], message: str
) -> None:
    ports = {
        name: {"direction": "input", "bits": own} for name, own in zip("ab", bits, strict=True)
    }
    ports["y"] = {"direction": "output", "bits": [2]}
    module = {"ports": ports, "cells": {}, "netnames": {}}
    text = refused(tmp_path, json.dumps({"modules": {"t": module}}), "t.json")
    assert text.startswith(f"t.json: error: {message}\n")


SYSTEM_VERILOG = {
    "inside": (
        "module t(input [7:0] v, output p); assign p = v inside {[8'd3:8'd9], 8'd200}; endmodule\n",
        lambda answer: answer["p"] == (3 <= answer["v"] <= 9 or answer["v"] == 200),
    ),
    "patterns": (
        "module t (input a, output [1:0] y);\n typedef struct packed { logic p; logic q; } s_t;\n"
        " localparam s_t K = '{p: 1'b1, q: 1'b0};\n assign y = K ^ {2{a}};\nendmodule\n",
        lambda answer: answer["y"] == (1 if answer["a"] else 2),
    ),
    "return": (
        "module t (input [3:0] a, output [3:0] y);\n"
        " function automatic logic [3:0] f (input logic [3:0] v);\n"
        "  return (v == 4'd1) ? 4'd1 : ~v;\n endfunction\n assign y = f(a);\nendmodule\n",
        lambda answer: answer["y"] == (1 if answer["a"] == 1 else 15 - answer["a"]),
    ),
    "packages and signed ports": (
        "package p; function automatic byte twice(byte x); return 2 * x; endfunction endpackage\n"
        "module t import p::*; (input byte a, output byte y); assign y = twice(a); endmodule\n",
        lambda answer: answer["y"] == (2 * answer["a"] + 128) % 256 - 128,
    ),
}


@pytest.mark.parametrize("kind", SYSTEM_VERILOG)
def test_system_verilog_by_slang(tmp_path: Path, kind: str) -> None:
    text, is_right = SYSTEM_VERILOG[kind]
    netlist, journal = compiled(tmp_path, text, "t.sv")
    assert journal.reader == "slang"
    assert all(map(is_right, every_answer(netlist)))


def test_ports_keep_the_order_of_the_source(tmp_path: Path) -> None:
    text = (
        "package p; typedef struct packed { logic [1:0] u; logic v; } s_t; endpackage\n"
        "module t(input p::s_t s, input logic signed [1:0] a, output p::s_t y, output logic z);\n"
        " assign y = s; assign z = a < 0;\nendmodule\n"
    )
    netlist, _ = compiled(tmp_path, text, "t.sv")
    assert [(port.name, port.signed) for port in netlist.ports] == [
        ("s", False), ("a", True), ("y", False), ("z", False),
    ]  # fmt: skip


PINS: dict[str, Callable[[Mapping[str, int]], int]] = {
    "$signed(x)": lambda answer: (answer["x"] - 8 * (answer["x"] > 3)) % 32,
    "$unsigned(z)": lambda answer: answer["z"] % 8,
    "{z}": lambda answer: answer["z"] % 8,
    "1'b1 ? z : x": lambda answer: answer["z"] % 8,
}


@pytest.mark.parametrize("pin", PINS)
def test_what_the_own_reader_of_yosys_fails_on_is_read_by_slang(tmp_path: Path, pin: str) -> None:
    text = f"""module sub(input [4:0] a, output [4:0] y); assign y = a; endmodule
module top #(parameter W = 2)(input [2:0] x, input signed [2:0] z, output [W-1:0] y);
  wire [4:0] w;
  sub u(.a({pin}), .y(w));
  assign y = w;
endmodule
"""
    path = tmp_path / "t.v"
    path.write_text(text)
    journal = Journal()
    netlist = synth(Sources((path,), parameters={"W": "5"}), journal=journal).netlist
    assert journal.reader.startswith("slang, as ")
    assert all(answer["y"] == PINS[pin](answer) for answer in every_answer(netlist))
    with pytest.raises(InvcError, match="no parameter 'Q'"):
        synth(Sources((path,), parameters={"Q": "5"}))


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("t.sv", "module t(input a, b, output y);\n tri1 n;\n assign n = a; assign y = n & b;\nendmodule\n",
         "is a net a tri0, tri1 or trireg?"),
        ("t.v", "module t(input a, output y);\n reg [1:0] m [0:1];\n initial $readmemh(\"m.hex\", m);\n"
         " assign y = m[a][0];\nendmodule\n", "name it by its whole path"),
    ],
)  # fmt: skip
def test_what_yosys_alone_would_not_explain(
    tmp_path: Path, name: str, text: str, hint: str
) -> None:
    pytest.importorskip("pyosys")  # which has slang
    assert f"\n  hint: {hint}" in refused(tmp_path, text, name)


def test_errors_of_slang_name_the_place(tmp_path: Path) -> None:
    text = "module t(input a, output y);\n assign y = a +;\nendmodule\n"
    message = refused(tmp_path, text, "t.sv")
    assert message.startswith("t.sv:2: error: expected expression\n")
    assert ".sv file" not in message
    assert "a .sv file is read as SystemVerilog" in refused(tmp_path, text)


VALID = {
    "an array of gates": (
        "module t(input [3:0] a, output [3:0] y);\n not n[3:0] (y, a);\nendmodule\n",
        5,
    ),
    "a loop": (
        "module t(input [3:0] a, output reg [3:0] y);\n integer i;\n always @* begin\n"
        "  i = 0;\n  while (i < 4) begin y[i] = ~a[i]; i = i + 1; end\n end\nendmodule\n",
        5,
    ),
    "a package": (
        "package p; localparam logic [3:0] MASK = '1; endpackage\n"
        "module t import p::*; (input logic [3:0] a, output logic [3:0] y);\n"
        " always_comb y = a ^ MASK;\nendmodule\n",
        5,
    ),
    "a parameter that is set from outside, and by its instance": (
        "module t(input [3:0] a, output [3:0] y);\n defparam u.N = 15;\n"
        " sub #(.N(2)) u(.a(a), .y(y));\nendmodule\n"
        "module sub #(parameter N = 1) (input [3:0] a, output [3:0] y);\n"
        " assign y = a ^ N;\nendmodule\n",
        5,
    ),
}


@pytest.mark.parametrize("kind", VALID)
def test_what_yosys_cannot_read_in_a_file_of_verilog_slang_reads(tmp_path: Path, kind: str) -> None:
    text, y = VALID[kind]
    path = tmp_path / "t.v"
    path.write_text(text)
    netlist = synth(Sources((path,))).netlist
    assert {"a": 10, "y": y} in every_answer(netlist)


SUB = "module sub #(parameter N = 1, M = 0)(input [3:0] a, output [3:0] y);\n assign y = a ^ N;\nendmodule\n"
HEAD = "module t(input [3:0] a, output [3:0] y);\n"
TWICE = {
    "by name": (" defparam u.N = 15;\n sub #(.N(2)) u(a, y);\n", 5, 2),
    "by order": (" sub #(2) u(a, y);\n defparam u.N = 15;\n", 5, 3),
    "in a block": (
        " generate if (1) begin: g\n sub #(.N(2)) u(a, y);\n defparam u.N = 15;\n end endgenerate\n", 5, 4
    ),
    "by a macro": (" `define D(x) defparam u.N = x;\n `D(15)\n sub #(.N(2)) u(a, y);\n", 5, 3),
    "twice from outside": (" defparam u.N = 2;\n defparam u.N = 15;\n sub u(a, y);\n", None, 3),
    "of another": (" sub #(.M(2)) u(a, y);\n defparam u.N = 15;\n", 5, None),
    "in blocks of which one is": (
        " generate if (0) begin: g sub u(a, y); defparam u.N = 2; end\n"
        " else begin: h sub u(a, y); defparam u.N = 15; end endgenerate\n", 5, None
    ),
    "of two modules": (" sub #(.M(2)) u(a, y);\n defparam u.N = 15;\nendmodule\n"
                       "module other(input a, output y);\n sub #(.N(1)) u(a, y);\n", 5, None),
}  # fmt: skip


@pytest.mark.parametrize("included", [False, True])
@pytest.mark.parametrize("kind", TWICE)
def test_a_parameter_that_is_set_twice(tmp_path: Path, kind: str, included: bool) -> None:
    body, y, line = TWICE[kind]
    (tmp_path / "body.vh").write_text(f"\n{body}")
    path = tmp_path / "t.v"
    path.write_text(HEAD + ('`include "body.vh"\n' if included else body) + "endmodule\n" + SUB)
    sources = Sources((path,), "t")
    file = tmp_path / "body.vh" if included else path
    for tool, wanted in (
        (Tool(), y),
        (Tool(str(yosys_without_slang(tmp_path))), y if line is None else None),
    ):
        if wanted is not None:
            assert {"a": 10, "y": wanted} in every_answer(synth(sources, tool=tool).netlist)
            continue
        with pytest.raises(
            InvcError, match=r"set by (two defparams|a defparam and by its)"
        ) as caught:
            synth(sources, tool=tool)
        assert (caught.value.where or "").startswith(f"{file}:{line}")


def test_a_yosys_named_from_here_runs_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = Tool(str(yosys_without_slang(tmp_path)))
    monkeypatch.chdir(tmp_path)
    found = find_yosys("./yosys")
    assert found.command[0] == tool.path
    assert run([*found.command, "script.ys"], tmp_path / "..")[0] != 0  # it was started


def test_where_neither_reads_it_the_one_that_came_further_is_heard(tmp_path: Path) -> None:
    text = "module t(input logic a, output logic y);\n always_comb y = ~a;\n"
    message = refused(tmp_path, text + " assign z = a +;\nendmodule\n")
    assert message.startswith("t.v:3: error: expected expression\n")


def test_a_parameter_that_the_top_does_not_have(tmp_path: Path) -> None:
    path = tmp_path / "t.sv"
    path.write_text(
        "module t #(parameter int W = 2)(input [W-1:0] a, output y); assign y = ^a; endmodule\n"
    )
    sources = Sources((path,), parameters={"W": "3"})
    assert len(synth(sources).netlist.inputs[0].bits) == 3
    with pytest.raises(InvcError, match="module 't' has no parameter 'V'"):
        synth(replace(sources, parameters={"V": "3"}))


def test_blif(tmp_path: Path) -> None:
    text = ".model t\n.inputs a b\n.outputs y\n.names a b y\n01 1\n10 1\n.end\n"
    netlist, journal = compiled(tmp_path, text, "t.blif")
    assert [answer["y"] for answer in every_answer(netlist)] == [0, 1, 1, 0]
    assert journal.agreement == Agreement(True, 4)


def test_aiger(tmp_path: Path) -> None:
    text = "aag 3 2 0 1 1\n2\n4\n6\n6 2 4\ni0 a\ni1 b\no0 y\n"
    netlist, _ = compiled(tmp_path, text, "t.aag")
    assert [answer["y"] for answer in every_answer(netlist)] == [0, 0, 0, 1]


def test_where_one_mapper_of_abc_fails_the_other_maps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """amap asserts on paths of more than 4,094 gates, as a divider of 64 bits has."""
    attempt = Session.attempt
    scripts: list[str] = []

    def deep(self: Session, script: str, seconds: float | None = None) -> tuple[int, str]:
        scripts.append(script)
        if "amap,-m" not in script:
            return attempt(self, script, seconds)
        fault = "ABC: yosys-abc: amapGraph.c:149: Amap_ManCreateAnd: Assertion failed.\n"
        said = f'{fault}ERROR: ABC: execution of script "abc.script" failed: return code 134\n'
        self.output.append(said)
        return 1, said

    monkeypatch.setattr(Session, "attempt", deep)
    netlist, journal = compiled(
        tmp_path, "module t(input a, b, output y); assign y = a ^ b; endmodule"
    )
    assert [answer["y"] for answer in every_answer(netlist)] == [0, 1, 1, 0]
    assert journal.agreement == Agreement(True, 4)
    assert sum("amap,-m" in script for script in scripts) == 1
    assert sum("map,-a" in script for script in scripts) == 1


EDIF = """
module part(input [7:4] a, input [0:3] b, output y, output [1:0] z);
  assign y = &a ^ |b; assign z = {1'b1, a[5]};
endmodule
module t(input [3:0] p, q, output r, output [1:0] s, output u);
  part g(p, q, r, s); part h(q, 4'b0101, u, );
endmodule
"""
FLOWS = {"plain": "abc", "tables": "abc -lut 4", "ties": "abc; hilomap -hicell VCC P -locell GND G"}


@pytest.mark.parametrize("vectors", ["", "-pvector bra", "-pvector par", "-pvector ang"])
@pytest.mark.parametrize("flow", FLOWS)
def test_edif(tmp_path: Path, vectors: str, flow: str) -> None:
    source, _ = compiled(tmp_path, EDIF, top="t")
    script = (
        f"read_verilog t.v\nhierarchy -top t\nproc\ntechmap\n"
        f"{FLOWS[flow]}\nopt_clean\nwrite_edif {vectors} t.edif\n"
    )
    (tmp_path / "s.ys").write_text(script)
    status, output = run([*find_yosys().command, "s.ys"], tmp_path)
    assert status == 0, output
    path = tmp_path / "t.edif"
    journal = Journal()
    netlist = synth(Sources((path,)), check=Check(proving=60), journal=journal).netlist
    assert journal.agreement == Agreement(True)
    assert {port.name: len(port.bits) for port in netlist.ports} == {
        port.name: len(port.bits) for port in source.ports
    }
    found, wanted = (
        sorted(sorted(answer.items()) for answer in every_answer(each))
        for each in (netlist, source)
    )
    assert found == wanted
    assert netlist.gates[0].source.startswith(f"{path}:")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(edif t (library D (edifLevel 0)", "t.edif:1: error: its parentheses do not match"),
        ("module t; endmodule", "t.edif:1: error: its parentheses do not match"),
        ("(design t)", "t.edif:1: error: no EDIF: it does not begin with (edif"),
        ("(edif t\n (library D))", "t.edif:1: error: no cell in it has contents"),
        ("(edif t (library D\n (cell t (view v))))", "t.edif:2: error: cell 't' has no interface"),
        (
            "(edif t (library D (cell t (view v (interface (port y (direction OUTPUT)))\n"
            "(contents (instance u (viewRef v (cellRef AND2))))))))",
            "t.edif:2: error: no cell is called 'AND2'",
        ),
        (
            "(edif t (library D (cell t (view v (interface (port y (direction OUTPUT)))\n"
            "(contents (net n\n(joined (portRef y) (portRef A (instanceRef u)))))))))",
            "t.edif:3: error: a net is joined to 'A', which is not there",
        ),
        (
            "(edif t (library D (cell t (view v (interface\n"
            "(port (array y 9999999999) (direction OUTPUT))) (contents)))))",
            "t.edif:2: error: port 'y' has no width",
        ),
        ("(" * 2000, "t.edif:1: error: too many parentheses in each other"),
    ],
)
def test_edif_that_is_none(tmp_path: Path, text: str, message: str) -> None:
    assert refused(tmp_path, text, "t.edif").splitlines()[0] == message


def test_messages_do_not_quote_a_whole_file(tmp_path: Path) -> None:
    name = "n" * 20_000
    assert (
        len(refused(tmp_path, f"module t(input a, output y); {name} u(.a(a)); endmodule\n")) < 900
    )
    source = f"module t(input a, output y); assign y = {name}; endmodule\n"
    assert len(refused(tmp_path, source, gate_level=True)) < 900


def test_a_range_in_a_gate_netlist_is_bounded(tmp_path: Path) -> None:
    text = "module t(input [1:1000000] a, output y); assign y = a[1]; endmodule\n"
    assert "'a' has more than 65536 bits" in refused(tmp_path, text, gate_level=True)


def test_the_last_few_logs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    names = [keep_log(["line\n"]) for _ in range(MOST_LOGS + 5)]
    kept = list((tmp_path / "invc" / "logs").iterdir())
    assert len(kept) == MOST_LOGS
    assert Path(names[-1]).read_text() == "line\n"


def test_a_netlist_that_is_not_its_source_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import invc.pipeline

    balanced = invc.pipeline.OBJECTIVES["balanced"]
    found = vars(invc.pipeline)["find_pass"]

    def spoil(netlist: Netlist, _: object) -> Netlist:
        (port,) = netlist.outputs
        ports = (*netlist.inputs, replace(port, bits=tuple(bit ^ 1 for bit in port.bits)))
        return replace(netlist, ports=ports)

    spoilt = replace(balanced, passes=(*balanced.passes, "spoil"))
    monkeypatch.setitem(invc.pipeline.OBJECTIVES, "balanced", spoilt)
    monkeypatch.setattr(
        invc.pipeline, "find_pass", lambda name: spoil if name == "spoil" else found(name)
    )
    text = "module t(input signed [1:0] a, b, output y); assign y = a < b; endmodule\n"
    assert refused(tmp_path, text) == (
        "t.v: error: the mapped netlist is not equal to its source: y is 1, not 0, at a=0 b=0\n"
        "  hint: please report it with the source"
    )
    netlist, journal = compiled(tmp_path, text, check=Check(wanted=False))
    assert journal.agreement is None
    assert evaluate_ports(netlist, {"a": [0, 0], "b": [0, 0]}, 1)["y"] == [1]


LIBERTY = """library(demo) {
  cell(NR2X1) { area: 1; pin(A) { direction: input; } pin(B) { direction: input; }
    pin(ZN) { direction: output; function: "!(A+B)"; } }
  cell(FAX1) { area: 4; pin(A) { direction: input; } pin(B) { direction: input; }
    pin(CI) { direction: input; } pin(S) { direction: output; function: "A^B^CI"; }
    pin(CO) { direction: output; function: "(A*B)+(A*CI)+(B*CI)"; } }
  cell(DFFX1) { area: 6; ff(IQ, IQN) { clocked_on: "CK"; next_state: "D"; }
    pin(CK) { direction: input; } pin(D) { direction: input; }
    pin(Q) { direction: output; function: "IQ"; } }
}
"""
MAPPED = (
    "module t(input a, b, c, output s, co, n);\n FAX1 u(.A(a), .B(b), .CI(c), .S(s), .CO(co));\n"
    " NR2X1 v(.A(a), .B(b), .ZN(n));\nendmodule\n"
)


@pytest.mark.parametrize("gate_level", [False, True])
@pytest.mark.parametrize("proving", [None, 60])
def test_cells_of_a_liberty_file(tmp_path: Path, gate_level: bool, proving: int | None) -> None:
    (tmp_path / "c.lib").write_text(LIBERTY)
    (tmp_path / "t.v").write_text(MAPPED)
    path, cells = tmp_path / "t.v", (tmp_path / "c.lib",)
    journal = Journal()
    sources = Sources((path,), gate_level=gate_level, liberty=cells)
    netlist = synth(sources, check=Check(proving=proving), journal=journal).netlist
    assert journal.agreement is not None
    assert journal.agreement.proven
    for answer in every_answer(netlist):
        a, b, c = (answer[name] for name in "abc")
        assert answer["s"] + 2 * answer["co"] == a + b + c
        assert answer["n"] == 1 - (a | b)


def test_a_flip_flop_of_a_liberty_file_is_refused_where_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "c.lib").write_text(LIBERTY)
    text = "module t(input c, d, output q);\n DFFX1 u(.CK(c), .D(d), .Q(q));\nendmodule\n"
    (tmp_path / "t.v").write_text(text)
    sources = Sources((tmp_path / "t.v",), liberty=(tmp_path / "c.lib",))
    with pytest.raises(InvcError, match="flip-flop at 'q' has no Hamiltonian"):
        synth(sources)
    with pytest.raises(InvcError, match="looks like a flip-flop"):
        synth(replace(sources, gate_level=True))


def test_file_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("inc").mkdir()
    Path("inner.f").write_text("b.v // the second\n")
    Path("l.f").write_text(
        "# a list\n+incdir+inc+other\n+define+W=4+FAST\n/* a.v\n*/ a.v -f inner.f\n"
    )
    listed = read_lists([Path("l.f")], ["+define+W=5", "c.v"])
    assert listed.files == [Path("a.v"), Path("b.v"), Path("c.v")]
    assert listed.includes == [Path("inc"), Path("other")]
    assert listed.defines == {"W": "5", "FAST": ""}
    Path("loop.f").write_text("-f loop.f\n")
    with pytest.raises(InvcError, match=r"loop\.f: error: this list holds itself"):
        read_lists([Path("loop.f")])
    Path("odd.f").write_text("+nonsense\n")
    with pytest.raises(InvcError, match="is no option of a list"):
        read_lists([Path("odd.f")])


def test_a_comment_of_a_list_that_is_open_is_refused(tmp_path: Path) -> None:
    (tmp_path / "l.f").write_text("a.v // one /* more\n/* two */ b.v\n/* three\n" + "/* " * 9)
    with pytest.raises(InvcError, match=r"l\.f:3: error: this comment is not closed"):
        read_lists([tmp_path / "l.f"])


def test_modules_in_modules_stand_for_no_more_nets_than_a_bound(tmp_path: Path) -> None:
    """A file of two kilobytes could ask for millions of gates."""
    text = "".join(
        f"module m{k}(input [15:0] a, output [15:0] y); wire [15:0] b;"
        f" m{k + 1} u(.a(a), .y(b)); m{k + 1} v(.a(b), .y(y)); endmodule\n"
        for k in range(18)
    )
    text += "module m18(input [15:0] a, output [15:0] y); assign y = ~a; endmodule\n"
    assert "error: more than 524288 bits of nets" in refused(tmp_path, text, gate_level=True)


@pytest.mark.parametrize(("bits", "what"), [([2, 3, 2], "two bits of input 'a'"), ([2, 9, 3], "b")])
def test_inputs_that_share_a_net_are_refused(tmp_path: Path, bits: list[int], what: str) -> None:
    ports = {"a": {"direction": "input", "bits": bits}, "b": {"direction": "input", "bits": [9]}}
    ports["y"] = {"direction": "output", "bits": [2]}
    text = json.dumps({"modules": {"t": {"ports": ports, "cells": {}}}})
    said = refused(tmp_path, text, "t.json")
    assert "are one net" in said
    assert what in said


def test_products_and_sums_in_one_cell_of_an_older_yosys(tmp_path: Path) -> None:
    """$macc: a * b - c + d, c being signed; CONFIG as kernel/macc.h packs it, its first bit last."""
    terms = "00" + "11" + "11"  # unsigned, added, 3 bits by 3 bits
    terms += "11" + "01" + "00"  # signed, subtracted, 2 bits alone, lengths lowest bit first
    config = ("0100" + terms)[::-1]
    ports = {"a": [2, 3, 4], "b": [5, 6, 7], "c": [8, 9], "d": [10], "y": list(range(20, 27))}
    cell = {
        "type": "$macc",
        "parameters": {"CONFIG": config, "CONFIG_WIDTH": f"{len(config):032b}",
                       "A_WIDTH": f"{8:032b}", "B_WIDTH": f"{1:032b}", "Y_WIDTH": f"{7:032b}"},
        "connections": {
            "A": ports["a"] + ports["b"] + ports["c"], "B": ports["d"], "Y": ports["y"],
        },
    }  # fmt: skip
    module = {
        "ports": {
            name: {"direction": "output" if name == "y" else "input", "bits": bits}
            for name, bits in ports.items()
        },
        "cells": {"u": cell},
    }
    netlist, journal = compiled(tmp_path, json.dumps({"modules": {"t": module}}), "t.json")
    assert journal.agreement == Agreement(True, 512)
    for answer in every_answer(netlist):
        c = answer["c"] - 4 * (answer["c"] > 1)
        assert answer["y"] == (answer["a"] * answer["b"] - c + answer["d"]) % 128
