"""`prove_equal`: equal netlists are proven, wrong ones caught, whatever the names, signs and widths."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources, find_yosys, prove_equal
from invc.frontend.yosys_writer import format_json
from invc.library import hamlib
from invc.netlist import Gate, Netlist, counting_words, evaluate_ports
from invc.netlist.gates import families
from invc.pipeline import Check, synth
from truth import truth

ODD = """\
module \\odd(name) #(parameter W = 5) (
    input signed [W-1:0] \\a.b[0] , input [0:2] up, input [9:4] high, unused,
    output signed [7:0] \\out$ , output [1:0] two
);
    assign \\out$ = \\a.b[0] * $signed(high) - up;
    assign two = {up[0] ^ up[1], high[9] < up[2]};
endmodule
"""
FUNCTIONS = {name: cell.function for name, cell in hamlib().items() if cell.function}


def written(tmp_path: Path, text: str, name: str = "design.v") -> Sources:
    path = tmp_path / name
    path.write_text(text)
    return Sources((path,))


def prove(
    sources: Sources, netlist: Netlist, seconds: float = 60.0, cells: Mapping[Any, Any] = FUNCTIONS
) -> None:
    prove_equal(sources, netlist, cells, find_yosys(), seconds=seconds)


@pytest.mark.parametrize("objective", ["gap", "balanced", "spins"])
def test_odd_names_signs_and_ranges_are_proven(tmp_path: Path, objective: str) -> None:
    sources = written(tmp_path, ODD)
    prove(sources, synth(sources, objective=objective).netlist, cells={})


def test_a_pin_that_is_inverted_is_caught_with_inputs_that_show_it(tmp_path: Path) -> None:
    sources = written(tmp_path, ODD)
    netlist = synth(sources).netlist
    right = truth(netlist)
    caught = 0
    for k in range(0, len(netlist.gates), 7):
        gate = netlist.gates[k]
        wrong = Gate(gate.function, (gate.pins[0] ^ 1, *gate.pins[1:]), gate.source)
        spoilt = netlist.with_gates((*netlist.gates[:k], wrong, *netlist.gates[k + 1 :]))
        assert truth(spoilt) != right
        with pytest.raises(InvcError, match=r"not equal to its source: .*high=\d+") as error:
            prove(sources, spoilt, cells={})
        assert str(sources.files[0]) in str(error.value)
        values = dict(re.findall(r"(\S+)=(-?\d+)", str(error.value)))
        row, shift = 0, 0
        for port in netlist.inputs:
            row |= (int(values[port.name]) % (1 << len(port.bits))) << shift
            shift += len(port.bits)
        assert any(
            (word ^ other) >> row & 1
            for name, words in truth(spoilt).items()
            for word, other in zip(words, right[name], strict=True)
        )
        caught += 1
    assert caught > 3


def test_swapped_ports_and_wrong_widths_are_no_proof(tmp_path: Path) -> None:
    sources = written(tmp_path, "module t(input a, b, output y); assign y = a & ~b; endmodule\n")
    netlist = synth(sources).netlist
    a, b, y = netlist.ports
    with pytest.raises(InvcError, match="not equal to its source: a="):
        prove(sources, replace(netlist, ports=(replace(a, name="b"), replace(b, name="a"), y)))
    with pytest.raises(InvcError):
        prove(sources, replace(netlist, ports=(a, b, replace(y, bits=y.bits * 2))))


def test_wide_ports_and_wide_sums_are_proven(tmp_path: Path) -> None:
    text = (
        "module wide(input [99:0] a, b, c, output [100:0] s, output less, parity);\n"
        "  assign s = a + b - c;\n  assign less = a < b;\n  assign parity = ^a ^ ^c;\nendmodule\n"
    )
    sources = written(tmp_path, text)
    prove(sources, synth(sources).netlist)


def test_an_undefined_bit_is_false_on_both_sides(tmp_path: Path) -> None:
    text = (
        "module t(input [1:0] a, output reg [1:0] y);\n  always @* case (a)\n"
        "    0: y = 2;\n    1: y = 1;\n    default: y = 2'bx;\n  endcase\nendmodule\n"
    )
    netlist = synth(written(tmp_path, text), check=Check(proving=60)).netlist
    values = evaluate_ports(netlist, {"a": counting_words(2)}, 4)["y"]
    assert values == [0b0010, 0b0001]


def test_a_gate_netlist_and_json_are_proven_by_their_cells(tmp_path: Path) -> None:
    text = (
        "module half(input a, b, c, output s, k, n);\n  xor (s, a, b);\n"
        "  AND2 u(.A(a), .B(b), .Y(k));\n  NOR3 v(.A(a), .B(b), .C(c), .Y(n));\nendmodule\n"
    )
    synth(replace(written(tmp_path, text), gate_level=True), check=Check(proving=60))
    script = "read_verilog -lib cells.v\nread_verilog rtl.v\nsynth -top rtl\nwrite_json out.json\n"
    (tmp_path / "cells.v").write_text(
        "module FA(input A, B, CI, output S, CO); endmodule\n"
        "module SUB(input A, output Y); endmodule\n"
    )
    (tmp_path / "rtl.v").write_text(
        "module rtl(input a, b, c, output s, k, y);\n  FA f(.A(a), .B(b), .CI(c), .S(s), .CO(k));\n"
        "  assign y = a ^ k;\nendmodule\n"
    )
    (tmp_path / "s.ys").write_text(script)
    code = "import sys; from pyosys import libyosys as ys; ys.run_pass('script s.ys', ys.Design())"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    synth(Sources((tmp_path / "out.json",)), check=Check(proving=60))


def test_what_takes_too_long_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    text = (
        "module m(input [23:0] a, b, output [47:0] p, q);\n"
        "  assign p = a * b;\n  assign q = (a + b) * (a - b);\nendmodule\n"
    )
    sources = written(tmp_path, text)
    netlist = synth(sources).netlist
    with pytest.raises(InvcError, match=r"not proven equal to its source in 2 s"):
        prove(sources, netlist, seconds=2)


def test_a_netlist_as_json_is_read_back(tmp_path: Path) -> None:
    netlist = synth(written(tmp_path, ODD)).netlist
    data = json.loads(format_json(netlist, "gate"))["modules"]["gate"]
    assert list(data["ports"]) == [port.name for port in netlist.ports]
    assert {cell["type"] for cell in data["cells"].values()} == {"$lut"}
    assert len(data["cells"]) >= len(netlist.gates)


def test_families_are_what_their_names_say() -> None:
    cells = families()
    assert cells["NAND3"].tables == (0x7F,)
    assert cells["OR2"].tables == (0xE,)
    assert cells["XNOR2"].tables == (0x9,)
    assert cells["XOR3"].tables == (0x96,)
    assert len(cells) == 2 + 6 * 8


def test_prove_of_the_command_writes_no_file_it_has_not_proven(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    import invc.pipeline
    from invc.cli.synth import command

    written(tmp_path, "module t(input a, b, output y); assign y = a ^ b; endmodule\n", "t.v")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(command, ["t.v", "--prove"])
    assert done.exit_code == 0, done.output
    assert Path("t.hj").exists()
    Path("t.hj").unlink()
    balanced = invc.pipeline.OBJECTIVES["balanced"]
    find_pass = vars(invc.pipeline)["find_pass"]

    def spoil(netlist: Netlist, _: object) -> Netlist:
        (port,) = netlist.outputs
        ports = (*netlist.inputs, replace(port, bits=tuple(bit ^ 1 for bit in port.bits)))
        return replace(netlist, ports=ports)

    spoiled = replace(balanced, passes=(*balanced.passes, "spoil"))
    monkeypatch.setitem(invc.pipeline.OBJECTIVES, "balanced", spoiled)
    monkeypatch.setattr(
        invc.pipeline, "find_pass", lambda name: spoil if name == "spoil" else find_pass(name)
    )
    done = CliRunner().invoke(command, ["t.v", "--prove"])
    assert isinstance(done.exception, InvcError)
    assert str(done.exception).startswith(
        "t.v: error: the mapped netlist is not equal to its source"
    )
    assert not Path("t.hj").exists()
