"""Cells of Liberty files in the manner of several vendors: functions, and what has none."""

from collections.abc import Callable
from pathlib import Path

import pytest

import invc
from invc.diagnostics import InvcError
from truth import every_answer

LIBRARY = """
/* a comment with cell (X) { */
library (x) {
  type (bus4) { base_type : array; data_type : bit; bit_width : 4; bit_from : 3; bit_to : 0; }
  cell ("NOTP") { pin ("A") {direction : "input";} pin ("Y") {direction : "output"; function : "A'";} }
  cell (XORC) { pin(A){direction:input;} pin(B){direction:input;} pin(C){direction:input;}
    pin(Y){direction:output; function : "(A^B)^C'";} }
  cell (PREC) { pin(A){direction:input;} pin(B){direction:input;} pin(C){direction:input;}
    pin(Y){direction:output; function : "A + B ^ C";} pin(Z){direction:output; function : "!A (B) + C'";} }
  cell (INTN) { pin(A){direction:input;} pin(B){direction:input;} pin(N){direction:internal; function:"A B";}
    pin(Y){direction:output; function : "(A B)'";} }
  cell (TIEH) { pin(Y){direction:output; function : "1";} }
  cell (TRI) { pin(A){direction:input;} pin(E){direction:input;}
    pin(Y){direction:output; function : "A"; three_state : "E'";} }
  cell (STF) { pin(A){direction:input;} pin(Y){direction:output; state_function : "A";} }
  cell (BUSC) { bus(D) { bus_type : bus4; direction : input; } pin(Y){direction:output; function : "D[0]^D[3]";} }
  cell (FILL) { area : 1; }
  cell (ANT) { pin(A){direction:input;} }
}
"""
BOTH = pytest.mark.parametrize("by_netlist", [False, True], ids=["yosys", "netlist"])


def compiled(folder: Path, text: str, *, by_netlist: bool) -> invc.design.Design:
    (folder / "c.lib").write_text(LIBRARY)
    (folder / "m.v").write_text(f"module m(input a, b, c, output y);\n  {text}\nendmodule\n")
    return invc.synth(folder / "m.v", liberty=[folder / "c.lib"], gate_level=by_netlist)


@BOTH
@pytest.mark.parametrize(
    ("text", "y"),
    [
        ("NOTP g(.A(a), .Y(y));", lambda a, _, __: 1 - a),
        ("XORC g(.A(a), .B(b), .C(c), .Y(y));", lambda a, b, c: a ^ b ^ 1 - c),
        ("PREC g(.A(a), .B(b), .C(c), .Y(y));", lambda a, b, c: a | b ^ c),
        ("PREC g(.A(a), .B(b), .C(c), .Z(y));", lambda a, b, c: (1 - a) & b | 1 - c),
        ("INTN g(.A(a), .B(b), .Y(y));", lambda a, b, _: 1 - (a & b)),
        ("wire t; TIEH g(.Y(t)); XORC h(a, b, t, y);", lambda a, b, _: a ^ b),
        ("FILL f(); ANT t(.A(a)); NOTP g(.A(a), .Y(y));", lambda a, _, __: 1 - a),
    ],
)
def test_functions(
    tmp_path: Path, text: str, y: Callable[[int, int, int], int], *, by_netlist: bool
) -> None:
    """A cell with a bus costs no other cell its function; those that drive nothing are no fault."""
    design = compiled(tmp_path, text, by_netlist=by_netlist)
    assert all(row["y"] == y(row["a"], row["b"], row["c"]) for row in every_answer(design.netlist))


@BOTH
@pytest.mark.parametrize(
    ("name", "text"), [("STF", "STF g(.A(a), .Y(y));"), ("BUSC", "BUSC g(.D({a,b,c,a}), .Y(y));")]
)
def test_cells_without_a_function_are_refused_where_they_are_used(
    tmp_path: Path, name: str, text: str, *, by_netlist: bool
) -> None:
    with pytest.raises(InvcError) as caught:
        compiled(tmp_path, text, by_netlist=by_netlist)
    assert caught.value.message == f"cell '{name}' of the Liberty file is no function of its inputs"
    assert (caught.value.where or "").startswith(f"{tmp_path / 'm.v'}:2")


def test_high_impedance_is_refused(tmp_path: Path) -> None:
    text = "TRI g(.A(a), .E(b), .Y(y));"
    with pytest.raises(InvcError, match="tristate driver at 'y'"):
        compiled(tmp_path, text, by_netlist=False)
    with pytest.raises(InvcError, match="cell 'TRI' of the Liberty file is no function"):
        compiled(tmp_path, text, by_netlist=True)


def test_lists_of_sources_from_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.v").write_text("module m(input a, output y); assign y = `F a; endmodule\n")
    Path("l.f").write_text("+define+F=~\nm.v\n")
    design = invc.synth(filelists=["l.f"])
    assert invc.simulate(design, a=1)[0]["y"] == 0
