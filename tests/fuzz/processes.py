"""What only Yosys reads: it compiles, equal to its source, or says in one line why not.

Each input costs a run of Yosys, a third of a second, so there are few of them in a minute.
"""

from __future__ import annotations

import contextlib
import random
import signal
import tempfile
from functools import partial
from pathlib import Path

from fuzz.mutate import spoilt_bytes, spoilt_text
from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.library import hamlib
from invc.netlist import evaluate_ports
from invc.pipeline import Tool, synth

SECONDS = 20.0  # of Yosys for one input: a spoilt width may be a million
LIBRARY = hamlib()
LIBERTY = """library(cells) {
  cell(NAND2X1) {
    area : 1.5;
    pin(A) { direction : input; capacitance : 0.01; }
    pin(B) { direction : input; }
    pin(Y) { direction : output; function : "!(A&B)"; }
  }
  cell(MUX) { pin(A) {direction:input;} pin(B) {direction:input;} pin(S) {direction:input;}
    pin(Z) { direction : output; function : "(A S') + (B S)"; } }
}
"""
STRUCTURE = """module t(input a, b, c, output y);
  wire n; NAND2X1 u0(.A(a), .B(b), .Y(n)); MUX u1(.A(n), .B(b), .S(c), .Z(y));
endmodule
"""
BLIF = """.model t
.inputs a b c
.outputs y z
.names a b n
11 1
.names n c y
1- 1
-1 1
.names c z
0 1
.end
"""
AIGER = "aag 5 2 0 2 2\n2\n4\n8\n11\n8 4 2\n10 9 3\ni0 a\ni1 b\no0 y\no1 z\nc\nmade by hand\n"
VERILOG = """// a comment
`define K 3
module sub #(parameter W = 4) (input signed [W-1:0] a, output [W:0] y);
  assign y = a + `K;
endmodule
module t(input signed [3:0] a, b, input [1:0] s, output reg [4:0] y, output z);
  wire [4:0] n;
  sub #(.W(4)) u(.a(a), .y(n));
  function [1:0] f(input [1:0] x); integer i; begin f = 0;
    for (i = 0; i < 2; i = i + 1) f = f ^ (x >> i); end endfunction
  always @* begin
    casez (s) 2'b1?: y = n; 2'b01: y = a * b; default: y = {1'b0, b}; endcase
    y[f(s)] = ^a;
  end
  assign z = a < $signed(b[3:1]);
endmodule
"""
SYSTEM = """package p; typedef struct packed { logic [1:0] u; logic v; } s_t; endpackage
module t import p::*; (input s_t s, input logic [3:0] a, output logic [3:0] y);
  always_comb begin y = '0; for (int i = 0; i < 4; i++) if (s.v) y[i] = a[3 - i]; end
endmodule
"""
FILES = {"verilog": (VERILOG, "t.v"), "slang": (SYSTEM, "t.sv"), "blif": (BLIF, "t.blif")}
FILES["aiger"] = (AIGER, "t.aag")


def compiled(sources: Sources) -> None:
    """A netlist that evaluates, checked against its source by the synth itself."""
    signal.setitimer(signal.ITIMER_REAL, 3 * SECONDS)
    with contextlib.suppress(InvcError):
        netlist = synth(sources, tool=Tool(seconds=SECONDS)).netlist
        zeros = {port.name: [0] * len(port.bits) for port in netlist.inputs}
        evaluate_ports(netlist, zeros, 1)


def source(kind: str, draw: random.Random) -> None:
    text, name = FILES[kind]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        if draw.random() < 0.1:
            path.write_bytes(spoilt_bytes(text.encode(), draw))
        else:
            path.write_text(spoilt_text(text, draw), errors="surrogatepass")
        compiled(Sources((path,)))


def liberty(draw: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cells, path = Path(folder, "c.lib"), Path(folder, "t.v")
        cells.write_text(spoilt_text(LIBERTY, draw), errors="surrogatepass")
        path.write_text(STRUCTURE)
        compiled(Sources((path,), liberty=(cells,), gate_level=draw.random() < 0.3))


TARGETS = {**{kind: partial(source, kind) for kind in FILES}, "liberty": liberty}
TARGETS["source"] = TARGETS.pop("verilog")  # that name is the random modules'
