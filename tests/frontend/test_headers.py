"""Heads of modules that only the scanner reads: each port and parameter, and what is wrong where."""

from collections.abc import Mapping, Sequence

import pytest

from invc.diagnostics import InvcError, Location
from invc.frontend.gate_level.preprocessor import SourceText
from invc.frontend.headers import ModuleInfo, scan_headers

# By a head and body, its ports as "direction range sign name", and the parameters that can be set.
HEADS: Mapping[str, tuple[Sequence[str], Mapping[str, str]]] = {
    "(input a, .b(x[1:0]), .\\c , output [1:0] e, .d({e, f}), g);": (
        ["input a", "input b", "input c", "output [1:0] e", "output d", "output g"],
        {},
    ),
    "#() (a); parameter P = 1; input a;": (["input a"], {}),
    "#(P, parameter [3:0] Q = {2{2'b1}}, R = f(1, 2), localparam S = 3, T, parameter type U = "
    "logic [1:0], V) (a); parameter W = 1; input [P:0] a;": (
        ["input [P:0] a"],
        {"P": "", "Q": "{2{2'b1}}", "R": "f(1, 2)", "U": "logic [1:0]", "V": ""},
    ),
    "; parameter A = 1, B = 2; localparam C = 3; parameter signed [1:0] D = -1  +  2;": (
        [],
        {"A": "1", "B": "2", "D": "-1 + 2"},
    ),
    "import p::*, q::r; import s::t; (input x);": (["input x"], {}),
    "(input int a, input int unsigned b, input time c, input byte d, input signed [3:0] e, "
    "input integer signed f, output shortint [1:0] g, input longint h);": (
        [
            *("input [31:0] signed a", "input [31:0] b", "input [63:0] c", "input [7:0] signed d"),
            *("input [3:0] signed e", "input [31:0] signed f", "output [15:0][1:0] signed g"),
            "input [63:0] signed h",
        ],
        {},
    ),
    "(axi.master m, axi n, interface.x i, input axi_t p, q, axi o, axi.slave s, ref logic z, "
    "const ref int y);": (
        [
            *("interface axi.master m", "interface axi n", "interface interface.x i"),
            *("input axi_t p", "input axi_t q", "input axi o", "interface axi.slave s"),
            *("ref z", "ref [31:0] signed y"),
        ],
        {},
    ),
    "(input logic a [3:0] [1:0], b, input [7:0][1:0] c, output d, input [1:0] e, f [2], [5:0] g, h, "
    "input [2:0] i [1:0], j);": (
        [
            *("input [3:0][1:0] a", "input b", "input [7:0][1:0] c", "output d", "input [1:0] e"),
            *("input [1:0] [2] f", "input [5:0] g", "input [5:0] h", "input [2:0] [1:0] i"),
            "input [2:0] j",
        ],
        {},
    ),
    "(a, b, c, d); input a; output [3:0] b, c; function f; input z; f = z; endfunction "
    "task k; output y; y = 1; endtask inout d;": (
        ["input a", "output [3:0] b", "output [3:0] c", "inout d"],
        {},
    ),
    "(input a = f(1, 2), b = {3, 4}, output [f(1, 2):0] c = 1);": (
        ["input a", "input b", "output [f(1, 2):0] c"],
        {},
    ),
    "(input wire signed a, input var logic b, output reg [1:0] c, supply0 d, tri [2:0] e, wand f, "
    "output uwire g, input pkg::t [1:0] h, i, output pkg::u j);": (
        [
            *("input signed a", "input b", "output [1:0] c", "output d", "output [2:0] e"),
            *("output f", "output g", "input pkg::t [1:0] h", "input pkg::t [1:0] i"),
            "output pkg::u j",
        ],
        {},
    ),
    "(input a); function f; input z;": (["input a"], {}),
    "; input (": ([], {}),
    "(a); input [1:0] a": (["input [1:0] a"], {}),
}
HINT = "\n  hint: is it complete? 'invc ports' reads heads of modules only"
FAULTS = {
    "module m(input a": "m.v:1: error: cannot read the head of module 'm': its list does not end",
    "\n\nmodule \\m #(parameter A = (1, 2); endmodule": (
        "m.v:3: error: cannot read the head of module 'm': its list does not end"
    ),
    "\nmodule m(a, input b, c); input c; endmodule": (
        "m.v:2: error: cannot read the head of module 'm': port 'a' has no direction"
    ),
    "module m #(A) b;": "m.v:1: error: cannot read the head of module 'm': 'b' is not expected",
    "module m #x (a);": "m.v:1: error: cannot read the head of module 'm': '#' is not expected",
    "module m(a)": "m.v:1: error: cannot read the head of module 'm': the file ends",
    "module m import p::*": "m.v:1: error: cannot read the head of module 'm': the file ends",
    "module": "m.v:1: error: cannot read the head of module '': the file ends",
}
USES = r"""
module top(input x); u1 #(3) i (); u2 j (a), k (b); u3 [1:0] l (); \u4 m (); wire n; u5 \o (); endmodule
macromodule automatic second(input a); u6 p (.q(r)); third t (); endmodule
module third(); endmodule
"""


def scanned(text: str) -> tuple[ModuleInfo, ...]:
    return scan_headers(SourceText(text, (1,), (("m.v", 1),)))


@pytest.mark.parametrize("manner", ["module m", "macromodule m", "module automatic \\m "])
@pytest.mark.parametrize("head", HEADS, ids=range(len(HEADS)))
def test_heads(head: str, manner: str) -> None:
    (found,) = scanned(f"\n {manner} {head}")
    assert (found.name, found.location) == ("m", Location("m.v", 2))
    ports, parameters = HEADS[head]
    shown = []
    for port in found.ports:
        sign = "signed" if port.signed else ""
        shown.append(" ".join(filter(None, (port.direction, port.range, sign, port.name))))
    assert shown == list(ports)
    assert {one.name: one.default for one in found.parameters} == parameters


@pytest.mark.parametrize("head", HEADS, ids=range(len(HEADS)))
def test_a_head_is_no_matter_of_its_neighbours(head: str) -> None:
    """Whatever a body holds, the next module is found."""
    text = f"module a(input x); endmodule module m {head} endmodule\nmodule z(output y); endmodule"
    found = scanned(text)
    assert [(one.name, one.location.line) for one in found] == [("a", 1), ("m", 1), ("z", 2)]


@pytest.mark.parametrize("text", FAULTS, ids=range(len(FAULTS)))
def test_faults(text: str) -> None:
    with pytest.raises(InvcError) as caught:
        scanned(text)
    assert str(caught.value) == FAULTS[text] + HINT


def test_a_fault_of_the_tokens_has_its_line() -> None:
    with pytest.raises(InvcError) as caught:
        scanned("module m(input a);\nspecify\n")
    assert str(caught.value) == "m.v:2: error: this specify block is not closed"


def test_modules_use_what_may_be_modules() -> None:
    """A name before another or before a # may be that of a module; keywords are not."""
    found = {one.name: set(one.uses) for one in scanned(USES)}
    assert found == {
        "top": {"u1", "u2", "u4", "u5"},
        "second": {"u6", "third"},
        "third": set(),
    }
