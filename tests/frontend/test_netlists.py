"""Netlists as Yosys writes them, read and written cell by cell; what the user gives besides."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from invc.diagnostics import InvcError
from invc.frontend.filelist import MOST_NESTED, read_lists
from invc.frontend.yosys.sources import (
    MOST_BITS,
    MOST_QUOTED,
    SNIFFED,
    Sources,
    check_sources,
    parameter_text,
    shortened,
)
from invc.frontend.yosys_cells import GATES, text_of, words_of_yosys
from invc.frontend.yosys_json import read_json, read_module, unmapped, without_black_boxes
from invc.frontend.yosys_writer import format_cells, format_json
from invc.netlist import Function, Netlist
from invc.netlist.gates import FA, HA, families
from truth import truth

TABLES = {
    "INV": 0b01, "BUF": 0b10, "$_NOT_": 0b01, "$_BUF_": 0b10, "$_AND_": 0x8, "$_NAND_": 0x7,
    "$_OR_": 0xE, "$_NOR_": 0x1, "$_XOR_": 0x6, "$_XNOR_": 0x9, "$_ANDNOT_": 0x2, "$_ORNOT_": 0xB,
    "$_MUX_": 0xCA, "$_NMUX_": 0x35, "$_AOI3_": 0x07, "$_OAI3_": 0x1F, "$_AOI4_": 0x0777,
    "$_OAI4_": 0x111F,
}  # fmt: skip


def test_gates_of_yosys_have_the_tables_of_its_manual() -> None:
    assert {kind: gate.tables[0] for kind, gate in GATES.items() if kind in TABLES} == TABLES
    (four,) = {*GATES} - {*TABLES}
    (table,) = GATES[four].tables
    for a, b, c, d, s, t in product((0, 1), repeat=6):
        row = a | b << 1 | c << 2 | d << 3 | s << 4 | t << 5
        assert table >> row & 1 == ((d if s else c) if t else (b if s else a))


def module(**cells: Any) -> dict[str, Any]:
    return {
        "attributes": {"top": "1"},
        "ports": {
            "a": {"direction": "input", "bits": [2, 3]},
            "y": {"direction": "output", "bits": [4, 5]},
        },
        "cells": {name: {"parameters": {}, **cell} for name, cell in cells.items()},
        "netnames": {
            "a": {"bits": [2, 3], "attributes": {"src": "t.v:1.2"}},
            "y": {"bits": [4, 5], "attributes": {"src": "t.v:1.9"}},
        },
    }


def gate(kind: str, src: str = "", **pins: list[Any]) -> dict[str, Any]:
    return {"type": kind, "connections": pins, "attributes": {"src": src} if src else {}}


def read(folder: Path, found: Mapping[str, Any], **given: Any) -> Netlist | None:
    path = folder / "n.json"
    path.write_text(json.dumps({"modules": found}))
    return read_json(path, {"HA": HA, "FA": FA}, **given)


def refused(folder: Path, found: Mapping[str, Any], **given: Any) -> str:
    with pytest.raises(InvcError) as caught:
        read(folder, found, **given)
    return str(caught.value).replace(f"{folder}/", "")


def test_an_output_pin_may_lead_nowhere_and_an_input_may_not(tmp_path: Path) -> None:
    half = gate("HA", A=[2], B=[3], S=[4])
    found = read(tmp_path, {"m": module(h=half, i=gate("$_NOT_", A=[2], Y=[5]))})
    assert found is not None
    assert truth(found)["y"] == [0b0110, 0b0101]
    for pins, pin, bits in (
        ({"A": [2], "S": [4]}, "B", 0), ({"A": [2], "B": [2, 3], "S": [4]}, "B", 2),
        ({"A": [2], "B": [3], "S": [4, 5]}, "S", 2), ({"A": [], "B": [3], "S": [4]}, "A", 0),
    ):  # fmt: skip
        assert refused(tmp_path, {"m": module(h=gate("HA", "t.v:7.3-7.9", **pins))}) == (
            f"t.v:7:3: error: pin {pin} of cell 'h' (HA) has {bits} bits, not 1\n  hint: connect it"
        )


@pytest.mark.parametrize("constant", ["0", "1", "x"])
def test_a_constant_is_driven_by_nobody(tmp_path: Path, constant: str) -> None:
    found = {"m": module(n=gate("$_NOT_", "t.v:3.1", A=[2], Y=[constant]))}
    assert refused(tmp_path, found) == "t.v:3:1: error: cell 'n' ($_NOT_) drives a constant"


@pytest.mark.parametrize(
    ("names", "top", "expected"),
    [
        ((), "x", "n.json: error: no module is called 'x'\n  hint: there are none"),
        (("t", "u"), "x", "n.json: error: no module is called 'x'\n  hint: there are: t, u"),
        ((), None, "n.json: error: no module in it\n  hint: name another source"),
        (("t", "u"), None, "n.json: error: 2 modules could be the top\n  hint: --top: t, u"),
        (
            tuple("abcdefghi"), None,
            "n.json: error: 9 modules could be the top\n  hint: --top: a, b, c, d, e, f, g, h",
        ),
    ],
)  # fmt: skip
def test_a_top_that_cannot_be_told(
    tmp_path: Path, names: Sequence[str], top: str | None, expected: str
) -> None:
    unmarked = {**module(), "attributes": {}}
    assert refused(tmp_path, dict.fromkeys(names, unmarked), top=top) == expected


def test_which_module_is_read(tmp_path: Path) -> None:
    plain, marked = {**module(), "attributes": {}}, module()
    box = {**module(), "attributes": {"blackbox": "1"}}
    one = {**module(), "ports": {}, "netnames": {}}
    assert refused(tmp_path, {"b": box}).startswith("n.json: error: there is nothing in module 'b'")
    for found, top, name in (
        ({"b": box, "m": one}, None, "m"), ({"p": plain, "m": one}, None, "m"),
        ({"p": marked, "m": {**one, "attributes": {}}}, "m", "m"),
        ({"m": {**one, "attributes": {"top": "1", "hdlname": "\\h"}}}, None, "h"),
    ):  # fmt: skip
        made = read(tmp_path, found, top=top)
        assert made is not None
        assert made.name == name
    path = tmp_path / "n.json"
    path.write_text(json.dumps({"modules": {"b": box, "m": one}, "creator": "Y"}))
    assert json.loads(without_black_boxes(path)) == {"modules": {"m": one}, "creator": "Y"}
    assert read_module(path) == one


def test_cells_that_are_not_known_are_listed(tmp_path: Path) -> None:
    cells = {
        "a": gate("$pow", "t.v:1"), "b": gate("$add"), "c": gate("$_AND_"), "d": gate("leaf"),
        "e": gate("$assert"), "f": gate("HA"), "g": gate("$dff", "t.v:3"),
    }  # fmt: skip
    path = tmp_path / "n.json"
    path.write_text(json.dumps({"modules": {"m": module(**cells)}}))
    assert unmapped(path, {"HA": HA}) == [("$pow", "t.v:1"), ("leaf", ""), ("$dff", "t.v:3")]


@pytest.mark.parametrize(
    ("kind", "pins", "said"),
    [
        ("$dlatch", {"Q": [4, 5]}, "t.v:1:9: error: latch at 'y[0]' has no Hamiltonian"),
        ("$_DLATCH_P_", {"Q": [4]}, "t.v:1:9: error: latch at 'y[0]' has no Hamiltonian"),
        ("$sr", {"Q": [9]}, "t.v:8:1: error: latch at 'c' has no Hamiltonian"),
        ("$dff", {"Q": [9, 5]}, "t.v:1:9: error: flip-flop at 'y[1]' has no Hamiltonian"),
        ("$_SDFFCE_PP0P_", {"Q": [5]}, "t.v:1:9: error: flip-flop at 'y[1]' has no Hamiltonian"),
        ("$ff", {}, "t.v:8:1: error: flip-flop at 'c' has no Hamiltonian"),
        ("$anyinit", {}, "t.v:8:1: error: flip-flop at 'c' has no Hamiltonian"),
        ("$tribuf", {"Y": [4]}, "t.v:1:9: error: tristate driver at 'y[0]' has no Hamiltonian"),
        ("$mem_v2", {"RD_DATA": [9]}, "t.v:8:1: error: memory at 'c' has no Hamiltonian"),
        ("$mem_v2 m", {"RD_DATA": [4]}, "t.v:1:9: error: memory at 'm' has no Hamiltonian"),
    ],
)
def test_what_has_no_hamiltonian_is_named(
    tmp_path: Path, kind: str, pins: dict[str, list[Any]], said: str
) -> None:
    kind, _, name = kind.partition(" ")
    cell = {**gate(kind, "t.v:8.1", **pins), "parameters": {"MEMID": f"\\{name}"} if name else {}}
    assert refused(tmp_path, {"m": module(c=cell)}).startswith(f"{said}\n  hint: ")
    if not pins:
        told = refused(tmp_path, {"m": module(**{"$c": cell})})
        assert told.startswith("t.v:8:1: error: flip-flop has no Hamiltonian\n")


def test_an_inout_is_refused(tmp_path: Path) -> None:
    found = module()
    found["ports"]["a"]["direction"] = "inout"
    assert refused(tmp_path, {"m": found}).startswith("t.v:1:2: error: port 'a' is an inout\n")


def test_what_is_no_netlist_is_told(tmp_path: Path) -> None:
    path = tmp_path / "n.json"
    for text, said in (
        ("{\n{", "n.json:2: error: not JSON"), ("[]", "n.json: error: not a netlist of Yosys"),
        ("[" * 100_000, "n.json: error: not JSON"), ("{}", "n.json: error: not a netlist of Yosys"),
        ('{"a": ' + "9" * 500_000 + "}", "n.json: error: a number with too many digits"),
    ):  # fmt: skip
        path.write_text(text)
        with pytest.raises(InvcError) as caught:
            read_json(path, {})
        told = f"{said}\n  hint: write it with Yosys's write_json"
        assert str(caught.value).replace(f"{tmp_path}/", "") == told


def test_gates_have_the_place_of_the_nearest_net_that_follows(tmp_path: Path) -> None:
    found = module(
        p=gate("$_NOT_", A=[2], Y=[7]), q=gate("$_AND_", A=[7], B=[3], Y=[8]),
        r=gate("$_NOT_", A=[8], Y=[4]), s=gate("$_NOT_", "t.v:6.6", A=[7], Y=[5]),
    )  # fmt: skip
    found["netnames"]["w"] = {"bits": [8], "attributes": {"src": "t.v:5.5"}}
    made = read(tmp_path, {"m": found})
    assert made is not None
    places = {made.names[g.outputs[0] >> 1]: g.source for g in made.gates}
    assert places == {"": "t.v:6:6", "w": "t.v:5:5", "y[0]": "t.v:1:9", "y[1]": "t.v:6:6"}


def test_names_of_nets_are_the_best_there_are(tmp_path: Path) -> None:
    found = module(n=gate("$_NOT_", A=[2], Y=[4]), o=gate("$_NOT_", A=[3], Y=[5]),
                   p=gate("$_NOT_", A=[2], Y=[9]), q=gate("$_NOT_", A=[2], Y=[10]))  # fmt: skip
    names = found["netnames"]
    names |= {n: {"bits": [9]} for n in ("u.x", "longer", "b", "c", "a'state")}
    names |= {
        "h": {"bits": [10], "hide_name": 1},
        "u.v.w": {"bits": [10]},
        "q'next": {"bits": [10]},
    }
    names["y"] |= {"offset": 4, "upto": 1}
    names["v"] = {"bits": [3, 2]}  # ports come first
    made = read(tmp_path, {"m": found})
    assert made is not None
    assert sorted(made.names) == sorted(["", "a[0]", "a[1]", "y[5]", "y[4]", "b", "u.v.w"])
    for left in (["b"], ["b", "c", "longer"], ["b", "c", "longer", "u.x"]):
        kept = {n: net for n, net in names.items() if n not in left}
        made = read(tmp_path, {"m": {**found, "netnames": kept}})
        assert made is not None
        assert ({1: "c", 3: "u.x", 4: "a'state"})[len(left)] in made.names


@pytest.mark.parametrize("name", ["FA", "HA", "AND3", "XNOR2", "INV"])
def test_cells_written_as_modules_are_read_as_themselves(tmp_path: Path, name: str) -> None:
    function: Function = {**families(), "FA": FA, "HA": HA}[name]
    path = tmp_path / "cells.json"
    path.write_text(format_cells({"other": HA, name: function}))
    ports = json.loads(path.read_text())["modules"][name]["ports"]
    ways = {pin: port["direction"] for pin, port in ports.items()}
    outputs = dict.fromkeys(function.outputs, "output")
    assert ways == {**dict.fromkeys(function.inputs, "input"), **outputs}
    cells = json.loads(path.read_text())["modules"][name]["cells"].values()
    rows = 1 << len(function.inputs)
    tables = {cell["connections"]["Y"][0]: int(cell["parameters"]["LUT"], 2) for cell in cells}
    assert all(len(cell["parameters"]["LUT"]) == rows for cell in cells)
    assert tuple(tables[ports[pin]["bits"][0]] for pin in function.outputs) == function.tables
    reads = [ports[pin]["bits"][0] for pin in function.inputs]
    assert all(cell["connections"]["A"] == reads for cell in cells)
    assert {int(cell["parameters"]["WIDTH"], 2) for cell in cells} == {len(function.inputs)}


def test_inverted_pins_are_behind_inverters() -> None:
    from invc.netlist import Gate, Port

    ports = (Port("a", "input", (2, 4)), Port("y", "output", (7, 1, 3, 2)))
    netlist = Netlist("t", ports, (Gate(HA, (3, 4, 6, 9)),), ("", "a", "b", "s", "c"))
    written = json.loads(format_json(netlist, "gate"))["modules"]["gate"]
    assert list(written["cells"]) == [f"$invc$g{k}" for k in range(len(written["cells"]))]
    bits: dict[Any, int] = {"0": 0b0000, "1": 0b1111, 2: 0b1010, 3: 0b1100}
    left = list(written["cells"].values())
    while left:
        cell = left.pop(0)
        reads = cell["connections"]["A"]
        if not all(net in bits for net in reads):
            left.append(cell)
            continue
        (drives,) = cell["connections"]["Y"]
        assert drives not in bits
        rows = [sum((bits[net] >> t & 1) << k for k, net in enumerate(reads)) for t in range(4)]
        bits[drives] = sum(
            (int(cell["parameters"]["LUT"], 2) >> row & 1) << t for t, row in enumerate(rows)
        )
        assert cell["port_directions"] == {"A": "input", "Y": "output"}
    want = [0b0110, 0b1111, 0b0101, 0b1010]  # the sum's inverse is read: ~(~a ^ b) = a ^ b
    assert [bits[net] for net in written["ports"]["y"]["bits"]] == want


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        ("\\m", "\\m"), ("", ""), ("01101101", "m"), ("0110110101101110", "mn"), ("0110110", "0110110"),
        ("0000000001101101", "m"), ("01101102", "01101102"), ("11101001", "\u00e9"), (5, "5"),
    ],
)  # fmt: skip
def test_texts_may_be_written_as_bits(parameter: object, text: str) -> None:
    assert text_of(parameter) == text


def test_cells_of_words_are_known_by_their_names() -> None:
    for names, expected in (
        ([], False), (["$mul"], True), (["x", "$lut"], False), (["$_AND_"], False),
        (["$lut", "$not"], True), (["$Mul", "mul"], False),
    ):  # fmt: skip
        assert words_of_yosys(names) is expected


INTEGERS = {
    "0": "0", "7": "7", str((1 << 31) - 1): str((1 << 31) - 1), "-1": "32'sb" + "1" * 32,
    str(-(1 << 31)): "32'sb1" + "0" * 31, str(1 << 31): None, str(-(1 << 31) - 1): None,
    "8'hff": "8'b11111111", "8'sd255": "8'b11111111", "8'd256": None, "4'b1_0": "4'b0010",
    "3'o7": "3'b111", "0'd0": None, f"{MOST_BITS}'d1": f"{MOST_BITS}'b" + "1".zfill(MOST_BITS),
    f"{MOST_BITS + 1}'d1": None, "4'b1x": None, '"a b"': '"a b"', '"a`b"': None, "": None, "1'b": None,
    "2'b" + "0" * (2 * MOST_BITS - 3): "2'b00", "2'b" + "0" * (2 * MOST_BITS - 2): None,
    "4'hG": None, "4'HF": "4'b1111",
}  # fmt: skip


@pytest.mark.parametrize("place", range(len(INTEGERS)))
def test_constants_as_yosys_reads_them(place: int) -> None:
    value, expected = list(INTEGERS.items())[place]
    if expected is not None:
        assert parameter_text("W", value) == expected
        return
    with pytest.raises(InvcError) as caught:
        parameter_text("W", value)
    shown = value if len(value) <= MOST_QUOTED else value[:MOST_QUOTED] + "..."
    assert caught.value.message == f"-G W: {shown!r} is no constant"
    assert shortened(value) == shown


def test_options_that_a_source_does_not_take(tmp_path: Path) -> None:
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    assert Sources((a,)).only == a
    for given in ({"parameters": {"W": "1"}}, {"defines": {"W": ""}}, {"includes": (tmp_path,)}):
        with pytest.raises(InvcError, match="-G, -D and -I do not apply to a Yosys JSON netlist"):
            _ = Sources((a,), **given).only
    with pytest.raises(InvcError, match="a Yosys JSON netlist is one file") as caught:
        _ = Sources((a, b)).only
    assert caught.value.where == str(b)
    assert Sources((a, b), gate_level=True).netlists == (a, b)
    with pytest.raises(InvcError, match="-G does not apply to --netlist"):
        _ = Sources((a,), gate_level=True, parameters={"W": "1"}).netlists


def test_what_shows_that_a_file_is_no_text_is_at_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "t.v"
    for before, fine in ((SNIFFED - 1, False), (SNIFFED, True)):
        path.write_bytes(b" " * before + b"\0")
        if fine:
            check_sources(Sources((path,)))
        else:
            with pytest.raises(InvcError, match=f"byte {before} is 0"):
                check_sources(Sources((path,)))
    aig = tmp_path / "t.aig"
    aig.write_bytes(b"aig\0")
    check_sources(Sources((aig,)))
    path.write_text("module t; endmodule\n")
    with pytest.raises(InvcError, match="byte 3 is 0"):
        check_sources(Sources((path,), liberty=(aig,)))
    for device in ("/dev/null", "/proc/self/status"):
        with pytest.raises(InvcError, match="a pipe or a device, not a file"):
            check_sources(Sources((Path(device),)))


def test_words_of_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("l.f").write_text("-I one -Itwo -DA=1=2 -D B -F m.f\n+incdir++x+ +define+C=3\n")
    Path("m.f").write_text("in_m.v\n")
    listed = read_lists([Path("l.f")], ["-Ithree", "-odd.v"])
    assert listed.includes == [Path(name) for name in ("one", "two", "x", "three")]
    assert listed.defines == {"A": "1=2", "B": "", "C": "3"}
    assert listed.files == [Path("in_m.v"), Path("-odd.v")]
    Path("odd.f").write_text("x.v\n-" + "o" * 60)
    with pytest.raises(InvcError) as caught:
        read_lists([Path("odd.f")])
    assert (caught.value.where, caught.value.message) == (
        "odd.f", f"'-{'o' * 39}' is no option of a list"
    )  # fmt: skip
    for k in range(MOST_NESTED + 1):
        Path(f"n{k}.f").write_text(f"-f n{k + 1}.f")
    Path(f"n{MOST_NESTED + 1}.f").write_text("deep.v")
    assert read_lists([Path("n1.f")]).files == [Path("deep.v")]
    with pytest.raises(InvcError, match="this list holds itself"):
        read_lists([Path("n0.f")])
