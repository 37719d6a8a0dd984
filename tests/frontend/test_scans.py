"""What is looked for in what Yosys writes before anything is compiled: storage, settings, slices."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from invc.diagnostics import InvcError
from invc.frontend.words.storage import without_storage
from invc.frontend.yosys.overrides import check_slang, check_trees
from invc.frontend.yosys.slices import MOST_LINES, slice_below


def located(src: str) -> str:
    """A place of Yosys's as the user's."""
    return src.replace("source0", "t") if src.startswith("source0") else ""


WAYS = {"A": "input", "D": "input", "CLK": "input", "EN": "input", "Y": "output", "Q": "output"}


def cell(kind: str, src: str = "", **pins: list[int]) -> dict[str, Any]:
    ways = {pin: WAYS[pin] for pin in pins}
    return {
        "type": kind, "connections": pins, "port_directions": ways, "attributes": {"src": src}
    }  # fmt: skip


def module(names: Mapping[str, Any] | None = None, **cells: Any) -> dict[str, Any]:
    ports = {
        "a": {"direction": "input", "bits": [2, 3]},
        "y": {"direction": "output", "bits": [10]},
        "z": {"direction": "inout", "bits": [11]},
    }
    return {"ports": ports, "cells": cells, "netnames": names or {}}


CHAIN = {
    "i": cell("$not", A=[2], Y=[5]),
    "unused": cell("$not", A=[20], Y=[21]),
    "o": cell("$not", A=[5], Y=[10]),
}


def test_registers_on_which_nothing_depends_go() -> None:
    register = cell("$dff", D=[5], CLK=[3], Q=[20])
    assert without_storage(module(**CHAIN), located) == module(
        **CHAIN
    )  # nothing is stored: all stay
    found = without_storage(module(r=register, **CHAIN), located)
    assert list(found["cells"]) == ["i", "o"]
    assert found["ports"] == module()["ports"]


@pytest.mark.parametrize(
    ("kind", "what"),
    [("$dff", "flip-flop"), ("$_DFF_P_", "flip-flop"), ("$dlatch", "latch"), ("$sr", "latch")],
)
def test_what_an_output_depends_on_is_told(kind: str, what: str) -> None:
    hidden = {"bits": [20], "hide_name": 1, "attributes": {"src": "source0.v:1"}}
    shown = {"bits": [19, 20], "attributes": {"src": "source0.v:4.2"}}
    last = cell("$not", A=[20], Y=[11])  # of the inout
    register = cell(kind, "source0.v:9.1", D=[5], Q=[20])
    for names, said, where in (
        ({"h": hidden, "q": shown}, f"{what} at 'q' has no Hamiltonian", "t.v:4.2"),
        ({"h": hidden}, f"{what} in the source", "t.v:9.1"),
        ({"q": {"bits": [20]}}, f"{what} at 'q' has no Hamiltonian", "t.v:9.1"),
    ):
        with pytest.raises(InvcError) as caught:
            without_storage(module(names, r=register, n=last, **CHAIN), located)
        assert (caught.value.message, caught.value.where) == (said, where)


def test_loops_and_pins_without_a_direction_are_followed() -> None:
    loop = {"p": cell("$and", A=[30, 2], Y=[31]), "q": cell("$not", A=[31], Y=[30])}
    last = {"type": "$weird", "connections": {"X": [10], "W": [31]}}
    register = cell("$dff", D=[5], Q=[20])
    found = without_storage(module(r=register, last=last, **loop), located)
    assert list(found["cells"]) == ["last", "p", "q"]


def test_a_second_setting_by_slang_is_told() -> None:
    check_slang("source0.v:4:2: warning: something else [-Wother]\n", located)
    for text, where in (
        ("x\nsource0.v:4:2: warning: twice [-Wduplicate-defparam]\n", "t.v:4"),
        ("source0.v:7: Warning: twice [-Wduplicate-defparam] more\n", "t.v:7"),
        ("elsewhere.v:4:2: warning: twice [-Wduplicate-defparam]\n", "elsewhere.v:4"),
    ):
        with pytest.raises(InvcError, match="a parameter is set by two defparams") as caught:
            check_slang(text, located)
        assert caught.value.where == where


def node(depth: int, kind: str, line: int, name: str = "") -> str:
    said = f" [0x1] str='\\{name}'" if name else ""
    return f"{'  ' * depth}  AST_{kind} <source0.v:{line}.1-{line}.9>{said}\n"


def instance(depth: int, line: int, name: str, *parameters: str) -> str:
    cells = [node(depth, "CELL", line, name), node(depth + 1, "CELLTYPE", line, "leaf")]
    return "".join(cells) + "".join(node(depth + 1, "PARASET", line, p) for p in parameters)


def outside(depth: int, line: int, path: str, value: str = "W") -> str:
    """A defparam; its value is a name, too."""
    return (
        node(depth, "DEFPARAM", line)
        + node(depth + 1, "IDENTIFIER", line, path)
        + node(depth + 1, "IDENTIFIER", line, f"{value}.{value}")
    )


HEAD, BLOCK = node(0, "MODULE", 1, "t"), node(1, "GENBLOCK", 2, "g")


@pytest.mark.parametrize(
    "tree",
    [
        HEAD + instance(1, 3, "u", "W", "W"),
        HEAD + instance(1, 3, "u", "W") + outside(1, 4, "u.V"),
        HEAD + instance(1, 3, "u", "W") + outside(1, 4, "v.W"),
        HEAD + instance(1, 3, "u", "W") + node(0, "MODULE", 5, "s") + outside(1, 6, "u.W"),
        HEAD + outside(1, 4, "u.W") + outside(1, 5, "u.V"),
        HEAD + BLOCK + instance(2, 3, "u", "W") + BLOCK + outside(2, 4, "u.W"),
        "nothing\n" + HEAD + instance(1, 3, "u") + outside(1, 4, "u.W", "u"),
    ],
)
def test_parameters_that_are_set_once_are_fine(tree: str) -> None:
    check_trees(tree, located)


INSTANCE, TWO = "a defparam and by its instance", "two defparams"


@pytest.mark.parametrize(
    ("tree", "said", "line"),
    [
        (HEAD + instance(1, 3, "u", "W") + outside(1, 4, "u.W"), INSTANCE, 4),
        (HEAD + outside(1, 4, "u.W") + instance(1, 5, "u", "V", "W"), INSTANCE, 4),
        (HEAD + instance(1, 3, "u", "") + outside(1, 4, "u.W"), INSTANCE, 4),
        (HEAD + outside(1, 4, "u.W") + outside(1, 6, "u.W"), TWO, 6),
        (HEAD + outside(1, 4, "g.u.W") + BLOCK + outside(2, 6, "u.W"), TWO, 6),
        (HEAD + BLOCK + instance(2, 3, "u", "W") + outside(2, 4, "u.W"), INSTANCE, 4),
        (HEAD + BLOCK + instance(2, 3, "u", "W") + outside(1, 9, "g.u.W"), INSTANCE, 9),
    ],
)
def test_parameters_that_are_set_twice_are_told(tree: str, said: str, line: int) -> None:
    with pytest.raises(InvcError) as caught:
        check_trees(tree, located)
    assert caught.value.message == f"parameter 'W' of 'u' is set by {said}"
    assert caught.value.where == f"t.v:{line}.1-{line}.9"
    assert ("the last one" in (caught.value.hint or "")) is (said == TWO)


def written(folder: Path, *positions: str) -> Path:
    """RTLIL with the positions of slices that are written."""
    path = folder / "modules.il"
    lines = [f"  wire width 32 $bitselwrite$pos${place}$7\n" for place in positions]
    path.write_text("module \\t\n" + "".join(lines) + "  wire \\a\nend\n")
    return path


FAR = "\n" * MOST_LINES


@pytest.mark.parametrize(
    ("text", "goes_down"),
    [
        ("y[i -: 3] = a;", True), ("y[i - : 3] <= a;", True), ("y[i +: 3] = a[i -: 3];", False),
        ("y[i +: 3] = a; z = b[i -: 3];", False), ("if (a[i -: 3] == b) y[i] = 1;", False),
        ("y[i -: 3]" + "\n" * (MOST_LINES - 1) + "= a;", True),
        ("y[i -: 3]" + FAR + "= a;", False),
        ("`SET(3)" + FAR + "`define SET(n) y[i -: n] = a", True),
        ("`SET(3)" + FAR + "`define SET(n) y[i +: n] = a", False),
        ("y[i] = 1;" + FAR + "`define SET(n) y[i -: n] = a", False),
    ],
)  # fmt: skip
def test_slices_that_may_reach_below_a_net_are_told(
    tmp_path: Path, text: str, goes_down: bool
) -> None:
    (tmp_path / "source0.v").write_text(f"module t;\ny[i -: 2] = a;\n\n\n\n\n\n\n\n{text}\n")
    assert slice_below(written(tmp_path), located) is None
    assert slice_below(written(tmp_path, "other.v:2", "source0.v:1"), located) is not None
    told = slice_below(written(tmp_path, "source0.v:10", "other.v:2"), located)
    assert (told is not None) is goes_down
    if told is not None:
        assert told.where == "t.v:10"
