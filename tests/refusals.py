"""Sources that are no machine of one clock, with the whole text of their refusal."""

from typing import NamedTuple


class Refused(NamedTuple):
    """A module in m.v, and what `invc synth m.v --cycles 3` says of it."""

    source: str
    text: str


ONE_CLOCK = "cycles are counted by one clock: clock all registers by it, with enables"
ENABLE = "clock it by an input, and let an enable decide: if (enable) q <= d"
AT_EDGES = "in a cycle the clock has no one value: use it at edges alone"
LOOP = "break the loop: a Boolean function has no feedback"

REFUSED = {
    "two clocks": Refused(
        "module m(input c, d, output reg q, r);\n"
        "always @(posedge c) q <= d;\nalways @(posedge d) r <= q;\nendmodule\n",
        f"m.v:2:1: error: 'q' has another clock: 'c', not 'd'\n  hint: {ONE_CLOCK}",
    ),
    "two clocks of a memory": Refused(
        "module m(input c, k, input [1:0] a, input d, output reg q);\nreg mem [0:3];\n"
        "always @(posedge c) mem[a] <= d;\nalways @(posedge k) q <= mem[a];\nendmodule\n",
        f"m.v:4:1: error: 'q' has another clock: 'k', not 'c'\n  hint: {ONE_CLOCK}",
    ),
    "gated clock": Refused(
        "module m(input c, e, d, output reg q);\nwire g = c & e;\n"
        "always @(posedge g) q <= d;\nendmodule\n",
        f"m.v:3:1: error: the clock of 'q' is 'g', which is no input of one bit\n  hint: {ENABLE}",
    ),
    "derived clock": Refused(
        "module m(input c, d, output reg q);\nreg half = 0;\n"
        "always @(posedge c) half <= ~half;\nalways @(posedge half) q <= d;\nendmodule\n",
        "m.v:4:1: error: the clock of 'q' is 'half', which is no input of one bit\n"
        f"  hint: {ENABLE}",
    ),
    "a bit of a bus": Refused(
        "module m(input [2:1] c, input d, output reg q);\n"
        "always @(posedge c[1]) q <= d;\nendmodule\n",
        "m.v:2:1: error: the clock of 'q' is 'c[1]', which is no input of one bit\n"
        f"  hint: {ENABLE}",
    ),
    "a constant clock": Refused(
        "module m(input c, d, output reg q);\nwire z = 0;\n"
        "always @(posedge z) q <= d;\nendmodule\n",
        "m.v:3:1: error: the clock of 'q' is a constant, which is no input of one bit\n"
        f"  hint: {ENABLE}",
    ),
    "latch": Refused(
        "module m(input c, e, d, output reg q, r);\nalways @* if (e) q = d;\n"
        "always @(posedge c) r <= q;\nendmodule\n",
        "m.v:2:1: error: latch at 'q' has no clock\n"
        "  hint: assign it on every path, or at an edge of the clock",
    ),
    "clock as data": Refused(
        "module m(input c, d, output reg q, output y);\nalways @(posedge c) q <= d;\n"
        "assign y = c ^ q;\nendmodule\n",
        f"m.v:3:12: error: clock 'c' is read as data\n  hint: {AT_EDGES}",
    ),
    "clock as output": Refused(
        "module m(input c, d, output reg q, output y);\nalways @(posedge c) q <= d;\n"
        "assign y = c;\nendmodule\n",
        f"m.v:1:43: error: clock 'c' is read as data\n  hint: {AT_EDGES}",
    ),
    "nothing clocked": Refused(
        "module m(input c, d, output y);\nassign y = c & d;\nendmodule\n",
        "m.v: error: nothing in it is clocked\n"
        "  hint: leave --cycles out: a combinational design needs no time",
    ),
    "registers that nothing needs": Refused(
        "module m(input c, d, output y);\nreg q;\nalways @(posedge c) q <= d;\n"
        "assign y = d;\nendmodule\n",
        "m.v: error: no output depends on any of its registers\n"
        "  hint: make one an output, or declare it as (* keep *) reg",
    ),
    "large memory": Refused(
        "module m(input c, w, input [9:0] a, input [7:0] d, output reg [7:0] q);\n"
        "reg [7:0] mem [0:1023];\n"
        "always @(posedge c) begin if (w) mem[a] <= d; q <= mem[a]; end\nendmodule\n",
        "m.v:2:11: error: memory 'mem' has 8192 bits\n"
        "  hint: each bit is a register in every cycle, and 4096 are the most: make the memory "
        "smaller with -G",
    ),
    "combinational loop": Refused(
        "module m(input c, d, output reg q);\nwire a, b;\nassign a = b ^ d;\nassign b = ~a;\n"
        "always @(posedge c) q <= a;\nendmodule\n",
        f"m.v:2:9: error: combinational loop through 'b', 'a'\n  hint: {LOOP}",
    ),
    "two drivers": Refused(
        "module m(input c, d, output reg q);\nalways @(posedge c) q <= d;\n"
        "always @(posedge c) q <= ~d;\nendmodule\n",
        "m.v:3:1: error: net 'q' is driven twice\n"
        "  hint: its other driver is at m.v:2:1; leave it one driver",
    ),
    "no driver": Refused(
        "module m(input c, output reg q);\nwire u;\nalways @(posedge c) q <= u;\nendmodule\n",
        "m.v:2:6: error: net 'u' is read but nothing drives it\n"
        "  hint: assign it, or make it an input",
    ),
}
