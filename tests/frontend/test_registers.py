"""Registers that are cut out of a module: what they are given, and what is seen of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from invc.diagnostics import InvcError
from invc.frontend.registers import cut_registers
from invc.frontend.variables import is_formal, label_at, variable_of
from invc.frontend.words.algebra import Bit, Logic, Trials
from invc.frontend.words.evaluate import evaluate_module

WIDTH = 2
CLK, D, Q, AD, S, R = 2, [3, 4], [5, 6], [7, 8], [9, 10], [11, 12]
PINS: Mapping[str, Mapping[str, list[Any]]] = {
    "$dff": {},
    "$adff": {"ARST": S[:1]},
    "$aldff": {"ALOAD": S[:1], "AD": AD},
    "$dffsr": {"SET": S, "CLR": R},
}
POLARITIES = {
    "$dff": (), "$adff": ("ARST",), "$aldff": ("ALOAD",), "$dffsr": ("SET", "CLR")
}  # fmt: skip


def clocked(kind: str, active: tuple[int, ...], **nets: Any) -> dict[str, Any]:
    """A module that is one register of two bits, q, of everything that may come in."""
    sides = {"clk": [CLK], "d": D, "ad": AD, "s": S, "r": R}
    ports = {name: {"direction": "input", "bits": bits} for name, bits in sides.items()}
    ports["q"] = {"direction": "output", "bits": Q}
    parameters = {f"{p}_POLARITY": str(a) for p, a in zip(POLARITIES[kind], active, strict=True)}
    cell = {
        "type": kind,
        "parameters": {"CLK_POLARITY": "1", "ARST_VALUE": "1x", "WIDTH": "10", **parameters},
        "attributes": {"src": "m.v:7.3"},
        "connections": {"CLK": [CLK], "D": D, "Q": Q, **PINS[kind]},
    }
    names = {name: {"bits": port["bits"], "attributes": {}} for name, port in ports.items()}
    names |= nets
    return {"name": "m", "ports": ports, "cells": {"u": cell}, "netnames": names}


def forced(kind: str, bits: list[int], given: Mapping[str, list[int]]) -> list[int]:
    """Bits as a register's asynchronous inputs, all of them active at 1, let them through."""
    if kind == "$adff" and given["s"][0]:
        return [0, 1]
    if kind == "$aldff" and given["s"][0]:
        return given["ad"]
    if kind == "$dffsr":
        return [(s or q) and not r for q, s, r in zip(bits, given["s"], given["r"], strict=True)]
    return bits


@pytest.mark.parametrize(
    ("kind", "active"),
    [
        (kind, active)
        for kind, of in POLARITIES.items()
        for active in product((0, 1), repeat=len(of))
    ],
)
def test_what_a_register_is_given_and_what_is_seen_of_it(
    kind: str, active: tuple[int, ...]
) -> None:
    cut = cut_registers(clocked(kind, active), "m.v")
    assert cut.clock == "clk"
    assert [(r.name, r.initial, r.falling) for r in cut.registers] == [("q", (None, None), False)]
    for values in product((0, 1), repeat=5 * WIDTH):
        names = ("d", "ad", "s", "r", "q'state")
        given = {name: list(values[WIDTH * k :][:WIDTH]) for k, name in enumerate(names)}
        inputs = {name: [Bit(bit) for bit in bits] for name, bits in given.items()}
        made = evaluate_module(cut.module, {}, Logic(Trials(1)), inputs)
        high = {name: list(bits) for name, bits in given.items()}
        for pin, is_high in zip("sr", active, strict=False):
            high[pin] = [bit ^ 1 ^ is_high for bit in high[pin]]
        for port, bits in (("q'next", high["d"]), ("q", high["q'state"])):
            assert [bit.value for bit in made[port]] == forced(kind, bits, high), (port, given)


def refused(module: dict[str, Any]) -> InvcError:
    with pytest.raises(InvcError) as caught:
        cut_registers(module, "m.v")
    return caught.value


def test_names_of_ports_that_the_source_has_are_left_to_it() -> None:
    module = clocked("$dff", ())
    module["ports"]["q'state"] = {"direction": "input", "bits": [20]}
    module["ports"]["q''next"] = {"direction": "output", "bits": [20]}
    cut = cut_registers(module, "m.v")
    assert [r.name for r in cut.registers] == ["q''"]
    assert cut.module["ports"]["q'''state"]["bits"] == Q


def named(**nets: dict[str, Any]) -> Any:
    """What is cut of a module whose register has these names besides."""
    module = clocked("$dff", ())
    del module["ports"]["q"], module["netnames"]["q"]
    module["netnames"] |= {name: {"attributes": {}, **net} for name, net in nets.items()}
    return cut_registers(module, "m.v")


def test_a_register_has_the_best_of_its_names() -> None:
    """A port's, then the least deep, the shortest, the first; none that is hidden."""
    names: dict[str, dict[str, Any]] = {n: {"bits": Q} for n in ("u.r", "later", "b", "c")}
    names["a"] = {"bits": Q, "hide_name": 1}
    names["e"] = {"bits": [*Q, 3]}
    for best in ("b", "c", "later", "u.r"):
        cut = named(**names)
        assert [register.name for register in cut.registers] == [best]
        assert cut.shown == (best,)
        assert cut.module["ports"][best] == {"direction": "output", "bits": Q}
        del names[best]
    cut = named(**names)  # some of e
    assert [(r.name, len(r.initial)) for r in cut.registers] == [("e", 2)]
    assert cut.shown == ("e",)
    assert cut.module["ports"]["e"]["bits"] == [*Q, 3]
    cut = named(a=names["a"])
    assert ([register.name for register in cut.registers], cut.shown) == (["u"], ())
    cut = cut_registers(clocked("$dff", ()), "m.v")  # a port shows itself
    assert cut.shown == ()
    assert cut.module["attributes"]["top"] == 1
    assert not any(net.get("hide_name") for net in cut.module["netnames"].values())


def test_ports_name_registers_before_shorter_names() -> None:
    module = clocked(
        "$dff", (), a={"bits": Q, "attributes": {}}, z={"bits": [3, 6], "attributes": {}}
    )
    assert [register.name for register in cut_registers(module, "m.v").registers] == ["q"]
    module["cells"]["u"]["connections"] |= {"D": [3], "Q": [6]}
    assert [register.name for register in cut_registers(module, "m.v").registers] == ["q"]
    assert refused({**module, "ports": {n: p for n, p in module["ports"].items() if n != "clk"}})


@pytest.mark.parametrize("kind", ["$adff", "$dffsr"])
def test_nets_that_are_made_are_numbered_after_all_others(kind: str) -> None:
    module = clocked(kind, (1,) * len(POLARITIES[kind]), far={"bits": [77], "attributes": {}})
    cells = cut_registers(module, "m.v").module["cells"].values()
    used = {bit for c in cells for bits in c["connections"].values() for bit in bits}
    made = sorted(bit for bit in used if isinstance(bit, int) and bit not in {*range(30), 77})
    assert made == list(range(min(made), min(made) + len(made)))
    assert min(made) >= 78
    state = cut_registers(module, "m.v").module["ports"]["q'state"]["bits"]
    assert state == [78, 79]


def test_one_edge_alone_needs_no_other_name() -> None:
    module = clocked("$dff", ())
    module["cells"]["u"]["parameters"]["CLK_POLARITY"] = "0"
    cut = cut_registers(module, "m.v")
    assert [(r.name, r.falling) for r in cut.registers] == [("q", True)]


def test_bits_that_change_at_both_edges_are_two_registers() -> None:
    module = clocked("$dff", (), q={"bits": Q, "attributes": {"init": "1x"}, "offset": 4})
    up, down = dict(module["cells"]["u"]), dict(module["cells"]["u"])
    up["connections"] = {"CLK": [CLK], "D": [3], "Q": [5]}
    down["connections"] = {"CLK": [CLK], "D": [4], "Q": [6]}
    down["parameters"] = {**up["parameters"], "CLK_POLARITY": "0"}
    module["cells"] = {"v": down, "u": up}
    cut = cut_registers(module, "m.v")
    told = [(r.name, r.initial, r.falling) for r in cut.registers]
    assert told == [("q", (None,), False), ("q'falling", (1,), True)]
    assert "offset" not in cut.module["ports"]["q'state"]  # which is not all of q
    whole = clocked(
        "$dff", (), q={"bits": Q, "attributes": {}, "offset": 4, "upto": 1, "signed": 1}
    )
    ports = cut_registers(whole, "m.v").module["ports"]
    shape = {"offset": 4, "upto": 1, "signed": 1}
    assert {key: ports["q'next"][key] for key in shape} == shape


def test_a_clock_has_to_be_an_input_of_one_bit() -> None:
    module = clocked("$dff", ())
    module["cells"]["u"]["connections"]["CLK"] = ["1"]
    assert refused(module).message.startswith("the clock of 'q' is a constant, which")
    for bit, label in ((3, "d[0]"), (12, "r[1]")):
        module["cells"]["u"]["connections"]["CLK"] = [bit]
        fault = refused(module)
        assert fault.message.startswith(f"the clock of 'q' is '{label}', which")
        assert fault.where == "m.v:7:3"
    module["netnames"]["r"] |= {"offset": 3, "upto": 1}
    assert "'r[3]'" in refused(module).message
    module["cells"]["u"]["connections"]["CLK"] = [99]
    assert "is '$unnamed', which" in refused(module).message
    module["netnames"]["inner"] = {"bits": [99], "attributes": {}}
    assert "is 'inner', which" in refused(module).message


def test_a_clock_is_no_data() -> None:
    module = clocked("$dff", ())
    module["cells"]["n"] = {
        "type": "$not", "parameters": {}, "attributes": {"src": "m.v:9.1"},
        "connections": {"A": [CLK], "Y": [30]},
    }  # fmt: skip
    fault = refused(module)
    assert (fault.message, fault.where) == ("clock 'clk' is read as data", "m.v:9:1")
    module["cells"]["n"]["connections"] = {"A": [3], "Y": [30]}
    module["ports"]["y"] = {"direction": "output", "bits": [CLK]}
    module["netnames"]["y"] = {"bits": [CLK], "attributes": {"src": "m.v:1.2"}}
    assert refused(module).where == "m.v:1:2"
    module["ports"]["y"]["bits"] = [3]
    assert cut_registers(module, "m.v").clock == "clk"


def test_two_clocks_are_one_too_many() -> None:
    module = clocked("$dff", ())
    for name, clock in (("c2", 21), ("c3", 24)):
        module["ports"][name] = {"direction": "input", "bits": [clock]}
        other = dict(module["cells"]["u"])
        other["connections"] = {"CLK": [clock], "D": D, "Q": [clock + 1, clock + 2]}
        module["cells"][name] = other
    module["netnames"]["t"] = {"bits": [22, 23], "attributes": {}}
    assert refused(module).message == "'t' has another clock: 'c2', not 'clk'"


def test_latches_are_named() -> None:
    module = clocked("$dff", ())
    module["cells"]["u"]["type"] = "$dlatch"
    assert refused(module).message == "latch at 'q' has no clock"
    module["netnames"] = {}
    assert refused(module).message == "latch at '$unnamed' has no clock"


@pytest.mark.parametrize("kind", ["assume", "assert", "cover"])
@pytest.mark.parametrize("checked", [False, True])
def test_properties_hold_where_they_are_not_asked(kind: str, checked: bool) -> None:
    module = clocked("$dff", ())
    places = (("$a", "m.v:3.2"), ("$b", "m.v:3.9"), ("$d", "m.v:3"), ("p", ""), ("$c", ""))
    for name, place in places:
        module["cells"][name] = {
            "type": "$check" if checked else f"${kind}",
            "parameters": {"FLAVOR": kind},
            "attributes": {"src": place},
            "connections": {"A": [3], "EN": [4]},
        }
    cut = cut_registers(module, "m.v")
    told = [(p.name, p.kind, p.source) for p in cut.properties]
    names = [
        (f"{kind}_3", "m.v:3:2"),
        (f"{kind}_3_2", "m.v:3:9"),
        (f"{kind}_3_3", "m.v:3"),
        ("p", ""),
        (kind, ""),
    ]
    assert told == [(name, kind, place) for name, place in names]
    assert not any(cut.module["netnames"][name]["hide_name"] for name, _ in names)
    for a, enabled in product((0, 1), repeat=2):
        inputs = {name: [Bit(0)] * WIDTH for name in ("ad", "s", "r", "q'state")}
        inputs["d"] = [Bit(a), Bit(enabled)]
        made = evaluate_module(cut.module, {}, Logic(Trials(1)), inputs)
        for name, _ in names:
            assert made[name][0].value == (a if enabled else kind != "cover")


SOURCE = """module m(input clk, input [1:0] d);
  wire seen; reg a; logic [3:0] b, c;
  reg  [2:0] \\odd ;
  wire w = a; reg later;
`ifdef FORMAL
  reg f1;
  `ifdef OTHER
  reg f2;
  `else
  reg f3;
  `endif
`else
  reg n1;
`endif
`ifndef FORMAL
  reg n2;
`elsif FORMAL
  reg f4;
`elsif OTHER
  reg n3;
`endif
`endif
  reg n4;
  always @(posedge clk) begin : block
    checked: assert (d == 1); a::b;
    9x: assert (d);
  end
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "m.v"
    path.write_text(SOURCE)
    return path


def place(source: Path, name: str, column: bool) -> str:
    """Where a name is declared, with its column as slang says it, or without."""
    for number, line in enumerate(SOURCE.splitlines(), start=1):
        at = line.find(f" {name}") + 2
        if at > 1 and "reg" in line:
            return f"{source}:{number}.{at}-{number}.{at + 1}" if column else f"{source}:{number}"
    raise AssertionError(name)


@pytest.mark.parametrize("column", [False, True])
def test_what_is_declared_for_properties_alone(source: Path, column: bool) -> None:
    for name in ("f1", "f2", "f3", "f4", "n1", "n2", "n3", "n4", "later"):
        src = place(source, name, column)
        module = {"netnames": {"x": {"attributes": {"src": src}}}}
        assert is_formal(module, "x") is name.startswith("f"), name
    assert not is_formal({"netnames": {"x": {"attributes": {}}}}, "x")
    assert not is_formal({"netnames": {}}, "x")


def net(bits: list[int], src: str, **more: Any) -> dict[str, Any]:
    return {"bits": bits, "attributes": {"src": src}, **more}


def test_a_register_is_called_by_its_variable(source: Path) -> None:
    """What a wire shows of a variable, as an output of a module does, is another name of it."""
    nets = {
        "seen": net([5], f"{source}:2.8-2.12"),
        "a": net([5], f"{source}:2.18-2.19"),
        "b": net([6], f"{source}:2.33"),
        "c": net([6], f"{source}:2.36"),
        "w": net([7], f"{source}:4.8"),
        "deep.later": net([7], f"{source}:4"),
        "hidden": net([8], f"{source}:2.18", hide_name=1),
        "clk": net([8], f"{source}:1.16"),
        "d": net([9], "elsewhere.v:1.16"),
        "none": {"bits": [9]},
        "beyond": net([9], f"{source}:99.3"),
        "nought": net([9], f"{source}:0.3"),
        "argument": net([9], f"{source}:1.32"),
    }
    module = {"netnames": nets}
    found = {name: variable_of(module, name) for name in (*nets, "unknown")}
    others = {"seen": "a", "w": "deep.later"}
    assert found == {**dict.fromkeys([*nets, "unknown"], ""), **others}


def test_what_is_declared_on_the_last_line(tmp_path: Path) -> None:
    path = tmp_path / "last.v"
    path.write_text("wire w;\nreg q")
    for line, found in (("2.5", "q"), ("2", "q"), ("0.5", ""), ("0", "")):
        nets = {"q": net([5], f"{path}:{line}"), "w": net([5], f"{path}:1.6")}
        assert variable_of({"netnames": nets}, "w") == found, line


def test_names_that_say_less_are_taken_last(source: Path) -> None:
    """Of several variables the least deep, then the shortest, then the first of the alphabet."""
    a = f"{source}:2.18"
    nets = {name: net([5], a) for name in ("u.x", "long", "b", "c")} | {
        "w": net([5], f"{source}:4.8")
    }
    for left in ("b", "c", "long", "u.x"):
        assert variable_of({"netnames": nets}, "w") == left
        del nets[left]
    assert variable_of({"netnames": nets}, "w") == ""


def test_a_declaration_may_begin_lines_before(tmp_path: Path) -> None:
    for lines in (0, 18, 19):
        path = tmp_path / f"far{lines}.v"
        path.write_text("wire n; reg\n" + "\n" * lines + "  q;\n")
        nets = {"q": net([5], f"{path}:{lines + 2}.3"), "w": net([5], f"{path}:1.6")}
        assert variable_of({"netnames": nets}, "w") == ("q" if lines < 19 else "")


def test_a_statement_has_its_label(source: Path) -> None:
    line = 1 + next(k for k, text in enumerate(SOURCE.splitlines()) if "checked" in text)
    assert label_at(f"{source}:{line}.5-{line}.30") == "checked"
    assert label_at(f"{source}:{line}.31") == ""  # a::b is a name in a package
    assert label_at(f"{source}:{line + 1}.5") == ""
    for other in (f"{source}:{line}", f"{source}:0.1", f"{source}:99.1", "no place", "no.v:1.1"):
        assert label_at(other) == ""
    last = len(SOURCE.splitlines())
    assert label_at(f"{source}:{last}.3") == ""
    source.with_name("one.v").write_text("here: assert (1);")
    assert label_at(f"{source.with_name('one.v')}:1.1") == "here"
    assert label_at(f"{source.with_name('one.v')}:0.1") == ""
