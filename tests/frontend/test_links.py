"""What Yosys is given to read, and what is read of what it and slang write besides netlists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from invc.diagnostics import InvcError
from invc.frontend.parts import parts_of
from invc.frontend.primitives import check_primitives
from invc.frontend.yosys import clocked, links, unused
from invc.frontend.yosys.liberty_cells import _function
from invc.frontend.yosys.links import link
from invc.frontend.yosys.slang import (
    as_declared,
    check_defaults,
    check_parameters,
    has_plain_ports,
    signed_ports,
)
from invc.frontend.yosys.sources import Sources
from invc.frontend.yosys.types import say_types, shapes_in, with_said, with_shapes
from invc.netlist import Netlist, Port
from invc.netlist.function import MAX_INPUTS
from invc.netlist.shape import Array, Record, Shape, Vector


def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / f"run{len(list(tmp_path.glob('run*')))}"
    folder.mkdir()
    return folder


def test_every_file_has_a_name_of_ours(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    texts = {
        "my file.v": "module a; endmodule", "b.SV": "module b; endmodule", "c.blif": ".model c",
        "4 d.aig": "aig 1 1 0 1 0\n2\n", "e.aag": "aag 1 1 0 1 0\n2\n2\n", "f.v": "module f; invc_neuron u(); endmodule",
    }  # fmt: skip
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    files = tuple(tmp_path / name for name in texts)
    cells = tmp_path / "x.lib"
    cells.write_text("library (x) {}")
    sources = Sources(files, includes=(inner,), defines={"A": "", "B": "2"}, liberty=(cells,))
    folder = run_folder(tmp_path)
    made = link(sources, folder)
    folders = " ".join(f"-Ifolder{k}" for k in range(6))
    options = f"-Iinclude0 {folders} -DA -DB=2"
    assert made.read.splitlines() == [
        f"read_verilog {options} source0.v",
        f"read_verilog -sv {options} source1.sv",
        "read_blif -wideports source2.blif",
        "read_aiger -module_name top source3.aig",
        "read_aiger -module_name e source4.aag",
        f"read_verilog {options} source5.v",
        "read_verilog part0.v",
    ]
    assert made.cells == f"{links.READ_LIBERTY} cells0.lib\n"
    assert (made.slang, made.system, made.elaborated) == (None, True, False)
    assert (folder / "source0.v").resolve() == files[0]
    assert (folder / "folder3").resolve() == tmp_path
    assert made.in_their_words("in source1.sv and include0") == f"in {files[1]} and {inner}"
    assert (folder / "part0.v").resolve() == parts_of(files)[0]


def test_verilog_may_be_read_by_slang_too(tmp_path: Path) -> None:
    path = tmp_path / "a.v"
    path.write_text("module a; endmodule")
    made = link(Sources((path,), includes=(tmp_path,)), run_folder(tmp_path))
    assert (made.slang or "").endswith(" -Iinclude0 -Ifolder0 source0.v")
    assert not made.system


@pytest.mark.parametrize("defined", [False, True])
def test_netlists_are_read_as_they_are_but_for_black_boxes(tmp_path: Path, defined: bool) -> None:
    path = tmp_path / "n.json"
    box = {"attributes": {"blackbox": "1"}}
    path.write_text(json.dumps({"modules": {"b": box, "m": {}}}))
    folder = run_folder(tmp_path)
    made = link(Sources((path,), located=True), folder, defined=defined)
    assert (made.read, made.shown, made.own) == (
        "read_json source0.json", {"source0.json": str(path)}, True
    )  # fmt: skip
    found = json.loads((folder / "source0.json").read_text())["modules"]
    assert list(found) == (["m"] if defined else ["b", "m"])
    assert not link(Sources((path,)), run_folder(tmp_path)).own


PRIMITIVE = "primitive inv(o, i); output o; input i; table 0 : 1; 1 : 0; endtable endprimitive\n"


def test_primitives_are_modules_also_in_what_is_included(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "a.v").write_text('  `include "deep.vh"\n`include "no.vh"\nmodule a; endmodule\n')
    (inner / "deep.vh").write_text('`include "deep.vh"\n`include "cells.vh"\n')
    (inner / "cells.vh").write_text(PRIMITIVE)
    folder = run_folder(tmp_path)
    made = link(Sources((tmp_path / "a.v",), includes=(inner,)), folder)
    text = (folder / "source0.v").read_text()
    names = {theirs: ours for ours, theirs in made.shown.items()}
    deep, cells = names[str(inner / "deep.vh")], names[str(inner / "cells.vh")]
    assert text == f'  `include "{deep}"\n`include "no.vh"\nmodule a; endmodule\n'
    assert (folder / deep).read_text() == f'`include "deep.vh"\n`include "{cells}"\n'
    assert (folder / cells).read_text().startswith("module inv")
    assert made.locate(f"{cells}:1.1") == f"{inner}/cells.vh:1:1"
    assert made.shown["source0.v"] == str(tmp_path / "a.v")


def test_files_that_are_too_large_are_included_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.v").write_text('`include "c.vh"\n')
    (tmp_path / "c.vh").write_text(PRIMITIVE)
    for most, is_changed in ((len(PRIMITIVE), True), (len(PRIMITIVE) - 1, False)):
        monkeypatch.setattr(links, "MOST_INCLUDED", most)
        folder = run_folder(tmp_path)
        made = link(Sources((tmp_path / "a.v",)), folder)
        assert (folder / "source0.v").is_symlink() is not is_changed
        assert len(made.shown) == 2 + is_changed


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["invc_neuron u();"], 1),
        (["module t; endmodule", "invc_classes u();"], 1),
        (["my_invc_neuron u(); invc_neurons v();"], 0),
        (["module invc_neuron; endmodule invc_neuron u();"], 0),
        (["invc_majority u();", "module invc_majority; endmodule"], 0),
        ([None], 0),
    ],
)
def test_which_parts_of_ours_are_needed(
    tmp_path: Path, texts: list[str | None], expected: int
) -> None:
    files = []
    for k, text in enumerate(texts):
        files.append(tmp_path / f"{k}.v")
        if text is not None:
            files[-1].write_text(text)
    assert len(parts_of(files)) == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("and g(.y(a), .b(c));", 1),
        ("\n/* and\n*/ nand #(1, 2) (.y(a));", 3),
        ('// and (.x)\n"and (.x(y))" or (strong0, pull1) #3 g [1:0] ( .y(a));', 2),
        ("and g(a, .b);", 0),
        ("my.and(.y(a)); $and (.y(a)); `and (.y(a)); a_and u(.y(a)); \\and (.y(a));", 0),
        ("and g(y, a); m u(.y(a));", 0),
    ],
)
def test_gates_of_verilog_have_no_names_of_terminals(text: str, line: int) -> None:
    if not line:
        check_primitives(Path("t.v"), text)
        return
    with pytest.raises(InvcError, match="have no names") as caught:
        check_primitives(Path("t.v"), text)
    assert caught.value.where == f"t.v:{line}"


HEADS = """package p; endpackage
module s #(parameter A, parameter B = 2) (
  input signed [3:0] a, input [1:0][3:0] b, output logic [3:0] c); endmodule
module t #(parameter W = 1) (input a, output [W-1:0] y, input [2:0] m [0:1]); endmodule
module u #(parameter W = 1) (input a, output [W-1:0] y, output [3:0] z); endmodule
"""


def heads(tmp_path: Path, **given: Any) -> Sources:
    path = tmp_path / "h.sv"
    path.write_text(HEADS)
    (tmp_path / "none.sv").write_text("package q; endpackage\n")
    return Sources((tmp_path / "none.sv", path), **given)


def test_what_the_heads_of_modules_say_of_ports(tmp_path: Path) -> None:
    sources = heads(tmp_path)
    assert signed_ports(sources, "s") == {"a"}
    assert signed_ports(sources, "t") == signed_ports(sources, "none") == frozenset()
    plain = {name: has_plain_ports(sources, name) for name in ("s", "t", "u", "none")}
    assert plain == {"s": False, "t": False, "u": True, "none": False}
    ports = (Port("c", "output", (2,)), Port("x", "input", (2,)), Port("a", "input", (4,)))
    made = as_declared(Netlist("s", ports, (), ("", "", "")), sources)
    assert [(port.name, port.signed) for port in made.ports] == [
        ("a", True), ("c", False), ("x", False)
    ]  # fmt: skip
    other = Netlist("other", ports, (), ("", "", ""))
    assert as_declared(other, sources) is other


def test_parameters_that_slang_would_ignore_are_refused(tmp_path: Path) -> None:
    check_parameters(heads(tmp_path), "t")
    check_parameters(heads(tmp_path, parameters={"W": "1"}), "t")
    check_parameters(heads(tmp_path, parameters={"V": "1"}), "none")
    with pytest.raises(InvcError) as caught:
        check_parameters(heads(tmp_path, parameters={"B": "1", "WW": "1"}), "t")
    assert str(caught.value) == "error: module 't' has no parameter 'B'\n  hint: there are: W"
    with pytest.raises(InvcError) as caught:
        check_defaults(heads(tmp_path))
    assert caught.value.message == "parameter 'A' of module 's' has no default"
    assert caught.value.where == f"{tmp_path}/h.sv:2"
    check_defaults(heads(tmp_path, parameters={"A": "1"}))


def tree(top: str, *ports: Mapping[str, Any], types: Any = ()) -> str:
    """A syntax tree as slang writes it, among other output."""
    members = [{"kind": "Variable", "name": "v", "type": "bit"}]
    members += [{"kind": "Port", **port} for port in ports]
    body = {"members": members}
    inner = [
        {"kind": "Instance", "name": "other", "body": {"members": [dict(ports[0], kind="Port")]}}
    ]
    inner.append({"kind": "Instance", "name": top, "body": body, "more": [types]})
    inner.append({"kind": "Package", "name": top})
    return (
        "read\n"
        + json.dumps({"name": "$root", "kind": "Root", "members": inner}, indent=2)
        + "\nend {"
    )


def test_shapes_are_found_in_a_syntax_tree() -> None:
    named = [
        {"kind": "TypeAlias", "addr": 1234, "target": "bit[1:0]"},
        {"kind": "EnumType", "addr": 567, "baseType": "logic[2:0]"},
        {"kind": "ClassType", "addr": 999, "target": "bit"},
        {"kind": "TypeAlias", "addr": 998, "target": 5},
    ]
    ports = (
        {"name": "a", "type": "1234 p::t"}, {"name": "b", "type": "567 e$1[0:1]"},
        {"name": "c", "type": "999 x"}, {"name": "d", "type": "998 x"}, {"name": "e"},
        {"name": "f", "type": "real"}, {"name": "g", "type": "bit"},
    )  # fmt: skip
    assert shapes_in(tree("t", *ports, types=named), "t") == {
        "a": Vector(1, 0), "b": Array(0, 1, Vector(2, 0)), "g": Vector()
    }  # fmt: skip
    assert shapes_in(tree("t", *ports), "none") == {}
    assert shapes_in("no tree", "t") == {}
    assert shapes_in('{\n  "name": "$root", broken', "t") == {}
    at_once = tree("t", {"name": "a", "type": "bit"}).removeprefix("read\n")
    assert shapes_in(at_once, "t") == {"a": Vector()}


RECORD = Record((("x", Vector(1, 0)), ("y", Vector())), signed=True)


def test_ports_take_what_is_known_of_their_types() -> None:
    ports = (
        Port("a", "input", (2, 4, 6)), Port("b", "input", (8, 10)), Port("c", "input", (12,), True),
        Port("d", "input", (14, 16)), Port("e", "input", (18, 20)),
    )  # fmt: skip
    netlist = Netlist("t", ports, (), ("",) * 11)
    shapes: dict[str, Shape] = {
        "a": RECORD, "b": Vector(2, 3, True), "c": Vector(), "d": Vector(5, 4), "e": Vector(2, 0)
    }  # fmt: skip
    a, b, c, d, e = with_shapes(netlist, shapes).ports
    assert (a.shape, a.signed, a.offset) == (RECORD, True, 0)
    assert (b.shape, b.signed, b.offset, b.upto) == (None, True, 2, True)
    assert (c.signed, c.offset, c.upto) == (True, 0, False)
    assert (d.signed, d.offset, d.upto) == (False, 4, False)
    assert e == ports[4]  # of another width
    nets = {port.name: {"bits": list(port.bits), "src": "x"} for port in ports}
    said = say_types({"ports": nets, "netnames": nets, "name": "t"}, shapes, {"e", "d"})
    assert said["ports"] == said["netnames"]
    told = {name: (net.get("shape"), net.get("signed")) for name, net in said["ports"].items()}
    assert told == {
        "a": (str(RECORD), 1), "b": (None, 1), "c": (None, None), "d": (None, 1), "e": (None, 1)
    }  # fmt: skip
    again = {port.name: port for port in with_said(netlist, said).ports}
    assert again["a"].shape == RECORD
    assert [name for name, port in again.items() if port.signed] == ["a", "b", "c", "d", "e"]


def cell(inputs: int, *, direction: str = "input", width: int = 1, y: Any = 2) -> dict[str, Any]:
    """A cell of Liberty as Yosys reads it: y is its first input."""
    pins = {f"a{k}": {"direction": "input", "bits": [2 + k]} for k in range(inputs)}
    pins["a0"] = {"direction": direction, "bits": [2] * width}
    return {"ports": {**pins, "y": {"direction": "output", "bits": [y]}}, "cells": {}}


def test_which_cells_of_liberty_are_functions() -> None:
    made = _function("c", cell(2))
    assert made is not None
    assert (made.name, made.inputs, made.outputs, made.tables) == (
        "c",
        ("a0", "a1"),
        ("y",),
        (0b1010,),
    )
    assert _function("c", cell(MAX_INPUTS)) is not None
    assert _function("c", cell(MAX_INPUTS + 1)) is None
    assert _function("c", cell(1, direction="inout")) is None
    assert _function("c", cell(1, width=2)) is None
    assert _function("c", cell(1, y="x")) is None
    stores = cell(1, y=9)
    stores["cells"]["q"] = {"type": "$dff", "connections": {"Q": [9]}}
    assert _function("c", stores) is None
    none = cell(1)
    del none["ports"]["y"]
    found = _function("c", none)
    assert found is not None
    assert found.tables == ()


class Placed:
    """A session that only knows places."""

    class links:  # noqa: N801 - an attribute of sessions
        @staticmethod
        def locate(src: str) -> str:
            return src.replace("source0", "t")


def memory(size: int, ports: int) -> dict[str, Any]:
    text = "".join(f"{ord(letter):08b}" for letter in "\\m")
    numbers = {"SIZE": f"{size:b}", "WIDTH": "100", "WR_PORTS": f"{ports:b}"}
    cell = {
        "type": "$mem_v2",
        "parameters": {**numbers, "MEMID": text},
        "attributes": {"src": "source0.v:3"},
    }
    return {"cells": {"n": {"type": "$not"}, "m": cell}}


def test_memories_that_would_be_too_many_registers() -> None:
    session: Any = Placed()
    most = clocked.MOST_MEMORY // 4
    clocked._check_memories(memory(most, 1), session)
    clocked._check_memories(memory(most + 1, 0), session)  # a table
    with pytest.raises(InvcError, match=f"memory 'm' has {4 * most + 4} bits") as caught:
        clocked._check_memories(memory(most + 1, 2), session)
    assert caught.value.where == "t.v:3"


def test_places_of_a_clocked_module_are_those_of_its_files() -> None:
    session: Any = Placed()
    for src, place in (
        ("source0.v:3", "t.v:3"), ("C:source0.v:3:4", "C:t.v:3.4"), ("source0.v:3:4", "t.v:3.4"), ("", None)
    ):  # fmt: skip
        item: dict[str, Any] = {"attributes": {"src": src}}
        clocked._place(item, session)
        assert item["attributes"].get("src") == place


def test_registers_on_which_nothing_depends_are_told(tmp_path: Path) -> None:
    before = tmp_path / "clocked.txt"
    gone: dict[str, Any] = {"cells": {"n": {"type": "$not"}}}
    clocked._check_left(gone, before, "t.v")
    before.write_text("\n")
    clocked._check_left(gone, before, "t.v")
    before.write_text("$dff\n")
    clocked._check_left({"cells": {"q": {"type": "$adff"}}}, before, "t.v")
    with pytest.raises(InvcError, match="no output depends on any of its registers"):
        clocked._check_left(gone, before, "t.v")


def test_nets_are_taken_apart_by_a_script_that_names_them() -> None:
    script = "read\nproc -noopt -norom\nmore\nproc\nproc -noopt -norom\nproc\nrest\n"
    made = unused._without(script, [("\\t", "\\a[0].b"), ("\\u", "\\i")])
    apart = "cd \\t\ndelete w:a\\[0\\]\\.b\ncd ..\ncd \\u\ndelete w:i\ncd .."
    assert made == (
        f"read\nproc -noopt -norom\n{apart}\nmore\nproc -noopt\n{apart}\nopt_expr -keepdc\n"
        "proc -noopt -norom\nproc\nrest\n"
    )
