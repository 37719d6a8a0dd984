"""Loops that ABC makes: sums are beyond it, and what it takes in vain may lie behind them."""

from pathlib import Path
from typing import Any

import pytest

from invc.frontend.yosys import Sources, synthesis
from invc.frontend.yosys_json import read_json
from invc.netlist import CombinationalLoop, Netlist
from invc.pipeline import Journal, synth

# Random modules of which dch and amap make a gate that reads a sum in vain which reads that gate.
VAIN = """\
module inner(input [5:0] a, output signed [0:0] y);
  assign y = a;
endmodule
module first(input signed [2:0] i0, input signed [1:0] i1, output [8:0] o0, output [0:0] o1);
  wire [7:0] w2 = {6'sd43, 4'd8, i0};
  wire [7:0] v3 = ((i1[1:1]) ? (i0) : (w2));
  wire [3:0] w3 = v3[w2[1:0] +: 4];
  wire signed [8:0] w5;
  inner uw5(.a(w2), .y(w5));
  reg [8:0] r6;
  always @* begin
    r6 = ((w5[0]) >>> (w3[1:0]));
    if (((w5) >>> (i1[0:0]))) r6 = (-({w3[2], 5'b10010}));
    else if (((w2[5:0]) * (w3[0]))) r6 = r6 + 1;
  end
  assign o0 = (&($signed({2'sd3, 5'sd25})));
  assign o1 = (((({3{w5[7]}}) >>> ($signed(w5)))) - ((~^(((w3[2]) ? (r6) : (w2))))));
endmodule
module second(input [0:0] i0, input [4:0] i1, output [5:0] o0);
  wire [8:0] w2 = (((~|(6'h9))) / (((((i0) >>> ({i0}))) | 1)));
  reg [7:0] r3;
  always @* begin r3 = ((w2) * (i0));
    r3[i1[0:0] +: 1] = ((i0) ? (w2) : (w2)); end
  wire [4:0] w4;
  wire signed [2:0] w5;
  assign {w4, w5} = {4'hf};
  reg [7:0] r6;
  always @* begin r6 = $unsigned(2'd1);
    r6[i1[0:0] +: 2] = {i0, w4[0]}; end
  assign o0 = ((((((w2) / (((r6) | 1)))) <= ((~&(i0))))) >>> (i1[0:0]));
endmodule
module top(input [2:0] a_i0, input [1:0] a_i1, output [8:0] a_o0, output [0:0] a_o1,
           input [0:0] b_i0, input [4:0] b_i1, output [5:0] b_o0);
  first u18(.i0(a_i0), .i1(a_i1), .o0(a_o0), .o1(a_o1));
  second u23(.i0(b_i0), .i1(b_i1), .o0(b_o0));
endmodule
"""
LOOP = """\
module m(input a, output y);
  wire b;
  assign b = a ^ y;
  assign y = b & a;
endmodule
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "m.v"
    path.write_text(VAIN)
    return path


def test_a_loop_that_only_abc_makes_is_none_of_the_users(source: Path) -> None:
    journal = Journal()
    synth(Sources((source,), top="top"), journal=journal)
    assert journal.agreement is not None
    assert journal.agreement.proven


@pytest.mark.parametrize("loop", [VAIN, LOOP], ids=["of ABC", "of the source"])
def test_where_abc_makes_loops_of_whatever_it_is_given_gates_stay_as_they_were(
    loop: str, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that ABC writes has a loop here: its message is heard only where the source has one."""
    tried = []

    def read(path: Path, *others: Any, **named: Any) -> Netlist | None:
        if path.name == "netlist.json":
            tried.append(path)
            raise CombinationalLoop("a loop")
        return read_json(path, *others, **named)

    monkeypatch.setattr(synthesis, "read_json", read)
    source.write_text(loop)
    sources = Sources((source,), top="top" if loop == VAIN else "m")
    if loop == LOOP:
        with pytest.raises(CombinationalLoop, match="a loop"):
            synth(sources)
        assert len(tried) == 1
        return
    journal = Journal()
    synth(sources, journal=journal)
    assert len(tried) == 2
    assert journal.agreement is not None
    assert journal.agreement.proven
