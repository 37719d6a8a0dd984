"""Sources elaborated and no more, and the types of ports without a synthesis."""

from __future__ import annotations

from pathlib import Path

import pytest

from invc.diagnostics import InvcError
from invc.frontend.elaborate import Module, Variant, elaborate, elaborate_variants
from invc.frontend.yosys import Sources, declared_shapes, find_yosys
from invc.netlist.shape import Record, Vector

SOURCE = """(* mark = "yes" *)
module top #(parameter W = 2) (input [W-1:0] a, b, output [W-1:0] y, output z);
  leaf #(.N(W)) u(.i(a), .o(y));
  assign z = a > b;
endmodule
module leaf #(parameter N = 1) (input [N-1:0] i, output [N-1:0] o);
  assign o = i + 1;
endmodule
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "t.v"
    file.write_text(SOURCE)
    return file


def widths(module: Module) -> dict[str, int]:
    return {name: len(bits) for name, bits in {**module.inputs, **module.outputs}.items()}


def test_a_hierarchy_stays_one(path: Path, tmp_path: Path) -> None:
    found = elaborate(Sources((path,), parameters={"W": "3"}), find_yosys(), log=tmp_path / "y.log")
    top = found.modules[found.top]
    assert (top.name, widths(top)) == ("top", {"a": 3, "b": 3, "y": 3, "z": 1})
    assert list(top.inputs) == ["a", "b"]
    assert (top.source, top.attributes["mark"]) == (f"{path}:2:1", "yes")
    assert top.parameters == {"W": f"{3:032b}"}
    cells = {cell.kind: cell for cell in top.cells}
    (instance,) = (cell for kind, cell in cells.items() if kind in found.modules)
    leaf = found.modules[instance.kind]
    assert (leaf.name, widths(leaf), leaf.source) == ("leaf", {"i": 3, "o": 3}, f"{path}:6:1")
    assert instance.pins == {"i": top.inputs["a"], "o": top.outputs["y"]}
    assert instance.source == f"{path}:3:17"
    compare = cells["$gt"]
    assert (compare.outputs, compare.pins["Y"]) == (("Y",), top.outputs["z"])
    assert int(compare.parameters["A_WIDTH"], 2) == 3
    assert [cell.kind for cell in leaf.cells] == ["$add"]
    assert "Executing HIERARCHY pass" in (tmp_path / "y.log").read_text()


def test_modules_with_parameters_of_their_own(path: Path) -> None:
    variants = [Variant("leaf", {"N": 5}), Variant("top", {"W": 1}), Variant("leaf", {"N": 2})]
    found = elaborate_variants(Sources((path,)), find_yosys(), variants)
    tops = [one.modules[one.top] for one in found]
    assert [widths(top) for top in tops] == [
        {"i": 5, "o": 5}, {"a": 1, "b": 1, "y": 1, "z": 1}, {"i": 2, "o": 2}
    ]  # fmt: skip


def test_a_parameter_that_is_none_is_refused(path: Path) -> None:
    with pytest.raises(InvcError) as caught:
        elaborate(Sources((path,), parameters={"V": "1"}), find_yosys())
    assert str(caught.value) == "error: module 'top' has no parameter 'V'\n  hint: there are: W"


def test_types_of_ports_are_told_where_they_can_be(tmp_path: Path, path: Path) -> None:
    pytest.importorskip("pyosys")  # which has slang
    typed = tmp_path / "t.sv"
    typed.write_text(
        "module s(input struct packed {logic [1:0] a; logic b;} r, output logic [3:0] y); endmodule\n"
        "module plain(input logic [1:0] a, output logic y); endmodule\n"
    )
    record = Record((("a", Vector(1, 0)), ("b", Vector())))
    yosys = find_yosys()
    shapes = declared_shapes(Sources((typed,)), "s", yosys)
    assert shapes["r"] == record
    assert declared_shapes(Sources((typed,)), "plain", yosys) == {}
    assert declared_shapes(Sources((tmp_path / "n.json",)), "s", yosys) == {}
    typed.write_text("module s(input nonsense r); endmodule\n")
    assert declared_shapes(Sources((typed,)), "s", yosys) == {}
