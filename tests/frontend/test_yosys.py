"""Verilog through Yosys: its meaning is kept, and its faults are said in our words."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invc.diagnostics import InvcError
from invc.frontend.yosys import EMBEDDED, Sources, find_yosys
from invc.netlist import evaluate_ports
from invc.pipeline import Tool, synth
from truth import values
from typed import sure

WIDTHS = {"a": 3, "b": 2, "c": 1}
SIGNED = "signed"


def expressions() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(
        ["a", "b", "c", "a[1]", "b[0]", "a[2:1]", "2'd2", "3'sd5", "7", "1'b1"]
    )

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        binary = st.sampled_from(
            [
                "+",
                "-",
                "*",
                "&",
                "|",
                "^",
                "~^",
                "&&",
                "||",
                "==",
                "!=",
                "<",
                "<=",
                ">",
                ">=",
                "<<",
                ">>",
                ">>>",
                "/",
                "%",
            ]
        )
        return st.one_of(
            st.tuples(binary, inner, inner).map(_binary),
            st.tuples(st.sampled_from(["~", "-", "!", "&", "|", "^", "~&", "~|", "~^"]), inner).map(
                lambda t: f"({t[0]}({t[1]}))"
            ),
            st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} ? {t[1]} : {t[2]})"),
            # A concatenation takes sized constants only; one that is sized already stays as it is.
            st.tuples(inner, inner).map(
                lambda t: re.sub(r"(?<!')\b7", "4'd7", f"{{{t[0]}, {t[1]}}}")
            ),
            inner.map(lambda e: f"$signed({e})"),
        )

    return st.recursive(leaves, grow, max_leaves=6)


def _binary(parts: tuple[str, str, str]) -> str:
    operator, left, right = parts
    # Division by zero is unknown, which is no value that two tools must agree on.
    return f"({left} {operator} {f'(({right}) | 1)' if operator in '/%' else right})"


def yosys_table(folder: Path, source: str) -> list[str]:
    """The truth table of y by Yosys's own interpreter, before any mapping."""
    (folder / "source.v").write_text(source)
    bits = [f"{n}[{k}]" if w > 1 else n for n, w in WIDTHS.items() for k in range(w)]
    table = ",".join(reversed(bits))
    script = (
        f"read_verilog source.v\nhierarchy -top top\nproc\nflatten\neval -table {table} -show y\n"
    )
    (folder / "eval.ys").write_text(script)
    done = subprocess.run(
        [sys.executable, "-c", EMBEDDED, "eval.ys"],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return re.findall(r"\d+'[01x]+ \|? *(?:\d+'([01x]+))$", done.stdout, re.M)


@given(expression=expressions(), width=st.integers(1, 7), signed=st.booleans())
@settings(max_examples=30)
def test_random_expressions_equal_yosys_own_evaluation(
    tmp_path_factory: pytest.TempPathFactory, expression: str, width: int, signed: bool
) -> None:
    ports = "input [2:0] a, input signed [1:0] b, input c"
    kind = SIGNED if signed else ""
    source = f"module top({ports}, output {kind} [{width - 1}:0] y);\nassign y = {expression};\nendmodule\n"
    folder = tmp_path_factory.mktemp("eval")
    rows = yosys_table(folder, source)
    assert len(rows) == 64, source
    netlist = synth(Sources((folder / "source.v",))).netlist
    for row, (want, got) in enumerate(zip(rows, values(netlist), strict=True)):
        agree = all(w in ("x", g) for w, g in zip(want, f"{got:0{width}b}", strict=True))
        assert agree, (source, row, want, got)


REFUSED = {
    "flip_flop": (
        "module top(input clk, d, output reg q);\n  always @(posedge clk) q <= d;\nendmodule\n",
        "f.v:1:37: error: flip-flop at 'q' has no Hamiltonian\n"
        "  hint: --cycles K unrolls a clocked design over K edges of its clock",
    ),
    "reset_and_enable": (
        "module top(input clk, d, r, e, output o);\n  reg state;\n"
        "  always @(posedge clk or posedge r) if (r) state <= 0; else if (e) state <= ~d;\n"
        "  assign o = state ^ d;\nendmodule\n",
        "f.v:2:7: error: flip-flop at 'state' has no Hamiltonian\n"
        "  hint: --cycles K unrolls a clocked design over K edges of its clock",
    ),
    "latch": (
        "module top(input en, d, output reg q);\n  always @* if (en) q = d;\nendmodule\n",
        "f.v:1:36: error: latch at 'q' has no Hamiltonian\n"
        "  hint: assign it on every path, or give it a default value first",
    ),
    "memory": (
        "module top(input clk, we, input [3:0] a, input [7:0] d, output [7:0] q);\n"
        "  reg [7:0] store [0:15];\n  always @(posedge clk) if (we) store[a] <= d;\n"
        "  assign q = store[a];\nendmodule\n",
        "f.v:1:70: error: memory at 'store' has no Hamiltonian\n"
        "  hint: invc compiles combinational logic; a table that is only read is fine",
    ),
    "tristate": (
        "module top(input en, d, output q);\n  assign q = en ? d : 1'bz;\nendmodule\n",
        "f.v:1:32: error: tristate driver at 'q' has no Hamiltonian\n"
        "  hint: use a multiplexer: there is no high impedance in a Boolean function",
    ),
    "inout": (
        "module top(input en, d, inout q);\n  assign q = en ? d : 1'bz;\nendmodule\n",
        "f.v:1:31: error: port 'q' is an inout\n"
        "  hint: make it an input and an output: clamps choose the direction at run time",
    ),
    "undriven": (
        "module top(input a, output y);\n  wire [3:0] u;\n  assign u[1:0] = {a, a};\n"
        "  assign y = ^u;\nendmodule\n",
        "f.v:2:14: error: net 'u[3]' is read but nothing drives it\n"
        "  hint: assign it, or make it an input",
    ),
    "driven_twice": (
        "module top(input a, b, c, output y);\n  assign y = a & c;\n  assign y = b | c;\nendmodule\n",
        "f.v:3:10: error: net 'y' is driven twice\n"
        "  hint: its other driver is at f.v:2:10; leave it one driver",
    ),
    "compared_with_x": (
        "module top(input [1:0] a, output y);\n  assign y = a === 2'b1x;\nendmodule\n",
        "f.v:2:14: error: compared by === with x or z, which no net of two values is\n"
        "  hint: compare with 0 and 1, or take casez, whose ? is any value",
    ),
    "a_varying_index": (
        "module top(input [1:0] s, input a, output [3:0] y);\n  assign y = {4{a}};\n"
        "  assign y[s] = 0;\nendmodule\n",
        "f.v:3:11: error: what is assigned is an expression, not a net\n"
        "  hint: assign a net, or bits of it by constant indices; others may vary in an always",
    ),
    "an_expression_for_an_output": (
        "module top(input a, b, output y);\n  inverter i(.a(a), .y(a & b));\n"
        "  assign y = a;\nendmodule\n"
        "module inverter(input a, output y); assign y = ~a; endmodule\n",
        "f.v:2:24: error: what is assigned is an expression, not a net\n"
        "  hint: assign a net, or bits of it by constant indices; others may vary in an always",
    ),
    "constants_for_an_output": (
        "module top(input a, output y);\n  inverter i(.a(a), .y(1'b0));\n"
        "  assign y = a;\nendmodule\n"
        "module inverter(input a, output y); assign y = ~a; endmodule\n",
        "f.v:2:12: error: output port top.i.y (inverter) is connected to constants: 1'0\n"
        "  hint: give each of its bits a net, or none; Yosys's log: LOG",
    ),
    "syntax": (
        "module top(input a, output y);\n  assign y = a +;\nendmodule\n",
        "f.v:2: error: syntax error, unexpected ';'\n"
        "  hint: look at this line and the one before; a .sv file is read as SystemVerilog; "
        "Yosys's log: LOG",
    ),
    "unknown_module": (
        "module top(input a, output y);\n  nand_gate u(.a(a), .y(y));\nendmodule\n",
        "f.v:2:13: error: module 'nand_gate' referenced in module 'top' in cell 'u' is not part of"
        " the design\n  hint: name the file that defines it too, or check its name; "
        "Yosys's log: LOG",
    ),
    "missing_include": (
        '`include "missing.vh"\nmodule top(input a, output y); assign y = a; endmodule\n',
        "f.v:1: error: can't open include file 'missing.vh'\n"
        "  hint: name its folder with -I; Yosys's log: LOG",
    ),
    "two_tops": (
        "module one(input a, output y); assign y = a; endmodule\n"
        "module two(input a, output y); assign y = ~a; endmodule\n",
        "f.v: error: 2 modules could be the top\n  hint: choose with --top: one, two",
    ),
    "itself": (
        "module top(input a, output y);\n  top u(.a(a), .y(y));\nendmodule\n",
        "f.v:2:7: error: module 'top' contains itself without end\n"
        "  hint: an instance may not contain itself; Yosys's log: LOG",
    ),
    "empty": ("", "f.v: error: no module in it\n  hint: name a Verilog file with a module"),
    "binary": (
        "\0\1\2",
        "f.v: error: not a text file (byte 0 is 0)\n  hint: give Verilog, as UTF-8 or ASCII",
    ),
    "byte_order_mark": (
        "\ufeffmodule top(input a, output y); assign y = a; endmodule\n",
        "f.v:1: error: it begins with a byte order mark\n  hint: save it as UTF-8 without one",
    ),
    "no_ports": (
        "module top();\nendmodule\n",
        "f.v: error: there is nothing in module 'top'\n"
        "  hint: is its body in another file, or behind an `ifdef?",
    ),
    "no_outputs": (
        "module top(input a, b);\nendmodule\n",
        "f.v: error: there is nothing in module 'top'\n"
        "  hint: is its body in another file, or behind an `ifdef?",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_golden_errors(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, expected = REFUSED[kind]
    monkeypatch.chdir(tmp_path)
    Path("f.v").write_text(source)
    with pytest.raises(InvcError) as caught:
        synth(Sources((Path("f.v"),)))
    text = str(caught.value)
    log = re.search(r"Yosys's log: (\S+)", text)
    if log:
        assert "ERROR" in Path(log[1]).read_text()
        Path(log[1]).unlink()
        text = text.replace(log[1], "LOG")
    assert text == expected


@pytest.mark.skipif(os.name != "posix", reason="a shell script, signals")
@pytest.mark.parametrize(
    ("ending", "problem", "hint"),
    [
        ("kill -SEGV $$", "crashed", "is an expression nested too deeply?"),
        ("kill -KILL $$", "was killed", "is there memory left?"),
        ("exit 7", "ended without a word", "is there memory and disk left?"),
        (
            "echo input buffer overflow, no luck; exit 2",
            "cannot read a word of so many characters",
            "is this Verilog?",
        ),
    ],
)
def test_a_yosys_that_says_nothing(tmp_path: Path, ending: str, problem: str, hint: str) -> None:
    tool, source = tmp_path / "yosys", tmp_path / "f.v"
    parsing = "Parsing Verilog input from 'source0.v' to AST representation."
    tool.write_text(
        f'#!/bin/sh\n[ $1 = -V ] && echo Yosys 0.99 && exit\necho "{parsing}"\n{ending}\n'
    )
    tool.chmod(0o755)
    source.write_text("module top(input a, output y); assign y = a; endmodule\n")
    with pytest.raises(InvcError) as caught:
        synth(Sources((source,)), tool=Tool(str(tool)))
    assert caught.value.hint is not None
    log = Path(sure(re.search(r"Yosys's log: (\S+)", caught.value.hint))[1])
    assert parsing in log.read_text()
    log.unlink()
    assert caught.value.message == f"Yosys 0.99 ({tool}) {problem}"
    assert caught.value.hint == f"{hint} Yosys's log: {log}"
    # Where Yosys says what it reads, that is where it ended.
    assert caught.value.where == str(source)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names")
def test_a_pipe_is_no_source(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.v")
    with pytest.raises(InvcError, match="a pipe or a device, not a file"):
        synth(Sources((tmp_path / "pipe.v",)))


def test_a_loop_is_named(tmp_path: Path) -> None:
    path = tmp_path / "loop.v"
    path.write_text(
        "module top(input a, b, output y);\n  wire u, v;\n  assign u = a & v;\n"
        "  assign v = b ^ u;\n  assign y = v;\nendmodule\n"
    )
    with pytest.raises(InvcError, match="combinational loop through 'u'") as caught:
        synth(Sources((path,)))
    assert caught.value.where is not None
    assert caught.value.where.startswith(f"{path}:")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"top": "tpo"}, "f.v: error: no module is called 'tpo'\n  hint: did you mean 'top'?"),
        (
            {"parameters": {"V": "3"}},
            "error: module 'top' has no parameter 'V'\n  hint: there are: W",
        ),
        (
            {"parameters": {"W": "8; shell"}},
            "error: -G W: '8; shell' is no constant\n  hint: an integer of 32 bits, a constant such"
            " as 8'hff, or a text in double quotes",
        ),
        (
            {"parameters": {"W W": "8"}},
            "error: -G W W: no name for a parameter\n  hint: -G NAME=VALUE",
        ),
        (
            {"defines": {"A": "1; !touch x"}},
            "error: -D A: its value has a blank, a quote or one of ;#\\`\n"
            "  hint: put such a `define into a file and name that file first",
        ),
        (
            {"includes": (Path("nowhere"),)},
            "nowhere: error: no such folder\n  hint: -I names a folder",
        ),
        (
            {"files": (Path("no.v"),)},
            "no.v: error: cannot read it: no such file or directory\n  hint: check its name",
        ),
        ({"files": (Path(),)}, ".: error: a folder, not a file\n  hint: name its .v files"),
    ],
)
def test_golden_errors_of_options(
    changes: Mapping[str, Any], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f.v").write_text(
        "module top #(parameter W = 2)(input [W-1:0] a, output y); assign y = ^a; endmodule\n"
    )
    with pytest.raises(InvcError) as caught:
        synth(Sources(**{"files": (Path("f.v"),), **changes}))
    assert str(caught.value) == expected


def test_names_are_never_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("a b;$(touch hacked)")
    folder.mkdir()
    path = folder / "x; !touch hacked.sv"
    path.write_text(
        "module top(input logic [3:0] a, output logic y);\n always_comb y = ^a;\nendmodule\n"
    )
    netlist = synth(Sources((path,))).netlist
    assert values(netlist) == [bin(row).count("1") & 1 for row in range(16)]
    assert not list(tmp_path.rglob("*hacked"))  # the two files above end otherwise
    assert sorted(p.name for p in tmp_path.iterdir()) == [folder.name]


def test_options_reach_the_source(tmp_path: Path) -> None:
    (tmp_path / "inc").mkdir()
    (tmp_path / "inc" / "k.vh").write_text("`define K 3\n")
    (tmp_path / "beside.vh").write_text("`define L 1\n")
    (tmp_path / "leaf.v").write_text(
        "module leaf #(parameter [3:0] M = 0)(input [3:0] x, output [3:0] y); assign y = x ^ M; endmodule\n"
    )
    (tmp_path / "top.v").write_text(
        '`include "k.vh"\n`include "beside.vh"\n'
        "module top #(parameter [3:0] P = 0)(input [3:0] a, output [3:0] y);\n"
        "`ifdef FLAG\n  wire [3:0] t; leaf #(.M(P)) u(.x(a), .y(t)); assign y = t + `K + `L + `N;\n"
        "`else\n  assign y = 0;\n`endif\nendmodule\n"
    )
    sources = Sources(
        (tmp_path / "top.v", tmp_path / "leaf.v"),
        includes=(tmp_path / "inc",),
        defines={"FLAG": "", "N": "2"},
    )
    for value, number in (("4'b1010", 10), ("4'hC", 12), ("3", 3), ("-2", 14), ("8'd7", 7)):
        netlist = synth(replace(sources, parameters={"P": value})).netlist
        assert values(netlist) == [((a ^ number) + 6) & 15 for a in range(16)], value


def test_odd_ports(tmp_path: Path) -> None:
    path = tmp_path / "odd.v"
    path.write_text(
        "module top(input [127:0] a, b, input \\foo[3] , input [0:2] \\u.v , input unused,\n"
        "  output [127:0] y, output one, zero, inverse, same, output [9:6] part);\n"
        "  assign y = a + b; assign one = 1; assign zero = 0;\n"
        "  assign inverse = ~\\foo[3] ; assign same = \\foo[3] ;\n"
        "  assign part = {\\u.v , \\foo[3] };\nendmodule\n"
    )
    netlist = synth(Sources((path,))).netlist
    ports = {port.name: port for port in netlist.ports}
    assert [*ports] == [
        "a",
        "b",
        "foo[3]",
        "u.v",
        "unused",
        *["y", "one", "zero", "inverse", "same", "part"],
    ]
    (foo,) = ports["foo[3]"].bits
    assert ports["same"].bits == (foo,)
    assert ports["inverse"].bits == (foo ^ 1,)
    assert (ports["zero"].bits, ports["one"].bits) == ((0,), (1,))
    assert ports["u.v"].upto
    assert (ports["part"].offset, ports["part"].range_text) == (6, "[9:6]")
    assert ports["part"].bits == (foo, *ports["u.v"].bits)
    a, b = (1 << 127) - 19, (1 << 127) + 23
    inputs = {
        "a": [a >> k & 1 for k in range(128)],
        "b": [b >> k & 1 for k in range(128)],
        "foo[3]": [1],
        "u.v": [0, 0, 0],
        "unused": [0],
    }
    y = evaluate_ports(netlist, inputs, 1)["y"]
    assert sum(bit << k for k, bit in enumerate(y)) == (a + b) % (1 << 128)


def test_a_table_that_is_only_read_is_logic(tmp_path: Path) -> None:
    path = tmp_path / "rom.v"
    path.write_text(
        "module top(input [2:0] a, output [5:0] q);\n  reg [5:0] rom [0:7];\n  integer i;\n"
        "  initial for (i = 0; i < 8; i = i + 1) rom[i] = i * i;\n  assign q = rom[a];\nendmodule\n"
    )
    assert values(synth(Sources((path,))).netlist) == [a * a for a in range(8)]


def test_gates_know_their_source(tmp_path: Path) -> None:
    path = tmp_path / "src.v"
    path.write_text(
        "module top(input [3:0] a, b, output [3:0] s, output y);\n  assign s = a + b;\n"
        "  wire mine = a[0] & b[1];\n  assign y = mine ^ a[3];\nendmodule\n"
    )
    netlist = synth(Sources((path,))).netlist
    places = {gate.source for gate in netlist.gates}
    assert any(place.startswith(f"{path}:2") for place in places)
    assert all(place == "" or place.startswith(f"{path}:") for place in places)


def test_multipliers_have_at_most_three_spins_a_bit_pair(tmp_path: Path) -> None:
    path = tmp_path / "m.v"
    path.write_text(
        "module m #(parameter W = 4)(input [W-1:0] a, b, output [2*W-1:0] p);\n"
        "  assign p = a * b;\nendmodule\n"
    )
    for n, fused in ((4, 36), (8, 136), (16, 528)):
        sources = Sources((path,), parameters={"W": str(n)})
        assert synth(sources).model.spins <= 3 * n * n
        assert synth(sources, objective="spins").model.spins <= fused


def test_yosys_is_found_where_the_user_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "my yosys"
    fake.write_text(
        f'#!/bin/sh\nif [ "$1" = -V ]; then echo "Yosys 0.99 (mine)"; exit; fi\n'
        f"shift\nexec {sys.executable} -c '{EMBEDDED}' \"$@\"\n"
    )
    fake.chmod(0o755)
    named = find_yosys(str(fake))
    assert (named.version, named.kind) == ("0.99", str(fake))
    monkeypatch.setenv("INVC_YOSYS", str(fake))
    assert find_yosys() == named
    path = tmp_path / "t.v"
    path.write_text("module t(input a, b, output y); assign y = a & b; endmodule\n")
    design = synth(Sources((path,)))
    assert "Yosys 0.99" in design.origin
    monkeypatch.delenv("INVC_YOSYS")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_yosys().kind == "pyosys"
    fake.rename(tmp_path / "yosys")
    assert find_yosys().kind == str(tmp_path / "yosys")
    with pytest.raises(InvcError, match="no Yosys at '/nope'"):
        find_yosys("/nope")
    (tmp_path / "other").write_text("#!/bin/sh\necho hello\n")
    (tmp_path / "other").chmod(0o755)
    with pytest.raises(InvcError, match="is no Yosys"):
        find_yosys(str(tmp_path / "other"))
