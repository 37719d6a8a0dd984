"""Gates of Verilog have terminals by position alone; Yosys reads over names and mixes them up."""

from pathlib import Path

import pytest

import invc
from invc.diagnostics import InvcError
from truth import every_answer

GATE = """\
// and g(.a(x), .b(a));
module m(input a, b, output x);
  {0}
endmodule
"""


@pytest.mark.parametrize("by_netlist", [False, True], ids=["yosys", "netlist"])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("buf g(.a(x), .O(b));", "buf"),
        ("and g(.y(x), .a(a), .b(b));", "and"),
        ("xnor (.y(x), .a(a), .b(b));", "xnor"),
        ("nor \\g.1 ( . y (x), .a(a), .b(b));", "nor"),
    ],
)
def test_names_of_terminals_are_refused(
    tmp_path: Path, text: str, kind: str, *, by_netlist: bool
) -> None:
    path = tmp_path / "m.v"
    path.write_text(GATE.format(text))
    with pytest.raises(InvcError) as caught:
        invc.synth(path, gate_level=by_netlist)
    assert caught.value.where == f"{path}:3"
    assert caught.value.message.startswith(f"the terminals of '{kind}' have no names")


@pytest.mark.parametrize(
    "text", ["or #(1,2) g1 [0:0] (x, a, b);", "or (strong0, pull1) (x, a, b);"]
)
def test_more_forms_with_names(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.v"
    path.write_text(GATE.format(text.replace("(x, a, b)", "(.y(x), .a(a), .b(b))")))
    with pytest.raises(InvcError, match="the terminals of 'or' have no names"):
        invc.synth(path)


def test_what_only_looks_like_it(tmp_path: Path) -> None:
    path = tmp_path / "m.v"
    path.write_text(
        GATE.format('/* or g(\n.a(b)) */ initial $display("buf g(.a(b))"); \\and g(.and_(a), .b(b), .y(x));')
        + "module \\and (input and_, b, output y); and g(y, and_, b); endmodule\n"
    )  # fmt: skip
    design = invc.synth(path)
    assert all(row["x"] == row["a"] & row["b"] for row in every_answer(design.netlist))
