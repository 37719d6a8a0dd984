"""Netlists in JSON: nets have numbers there, so that no order of names, ports or cells matters."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.pipeline import synth
from truth import every_answer

AND = {
    "type": "$and",
    "parameters": {f"{pin}_WIDTH": "10" for pin in "ABY"} | {"A_SIGNED": "0", "B_SIGNED": "0"},
    "port_directions": {"A": "input", "B": "input", "Y": "output"},
}
ADD = {**AND, "type": "$add"}
# Outputs that are inputs, that are doubled, that are constants; names of several nets at once.
PORTS: dict[str, tuple[str, list[int | str]]] = {
    "y": ("output", [2, 2, 4, 4]),
    "z": ("output", [7, 7]),
    "a": ("input", [2, 3]),
    "s": ("output", [8, 9]),
    "b": ("input", [4, 5]),
    "w": ("output", ["1", 7, "0"]),
}
CELLS = {
    "u": {**AND, "connections": {"A": [2, 3], "B": [4, 5], "Y": [7, 6]}},
    "v": {**ADD, "connections": {"A": [6, 7], "B": [2, 2], "Y": [8, 9]}},
}
NAMES: dict[str, list[int | str]] = {"m": [7, 2, 7, 4], "n": [6, 8, "1"], "o": [2, 2]}


def shuffled(entries: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """The same entries in another order."""
    items = list(entries.items())
    draw.shuffle(items)
    return dict(items)


def written(folder: Path, cells: dict[str, Any], seed: int) -> Path:
    """A file with everything in some order, as Yosys or with names of ports alone, or without."""
    draw = random.Random(seed)
    ports = {name: {"direction": way, "bits": bits} for name, (way, bits) in PORTS.items()}
    named = {name: bits for name, (_, bits) in PORTS.items()} if seed % 3 else {}
    named |= NAMES if seed % 3 == 1 else {}
    module = {
        "attributes": {"top": "1"},
        "ports": shuffled(ports, draw),
        "cells": shuffled(cells, draw),
        "netnames": shuffled(
            {n: {"hide_name": 0, "bits": bits} for n, bits in named.items()}, draw
        ),
    }
    path = folder / "t.json"
    path.write_text(json.dumps({"modules": {"t": module}}))
    return path


@pytest.mark.parametrize("seed", range(12))
def test_the_order_in_the_file_changes_nothing(tmp_path: Path, seed: int) -> None:
    netlist = synth(Sources((written(tmp_path, CELLS, seed),))).netlist
    for answer in every_answer(netlist):
        a, b = answer["a"], answer["b"]
        both = a & b
        first, second = both & 1, both >> 1
        assert answer["y"] == 3 * (a & 1) + 12 * (b & 1)
        assert answer["z"] == 3 * first
        assert answer["w"] == 1 + 2 * first
        assert answer["s"] == (second + 2 * first + 3 * (a & 1)) % 4


@pytest.mark.parametrize("seed", range(4))
def test_two_cells_that_drive_one_number_are_refused_in_any_order(
    tmp_path: Path, seed: int
) -> None:
    twice = {**CELLS, "x": {**AND, "connections": {"A": [2, 3], "B": [4, 5], "Y": [8, 10]}}}
    with pytest.raises(InvcError, match=r"net '(s|n|s\[0\]|n\[1\])' is driven twice"):
        synth(Sources((written(tmp_path, twice, seed),)))


def module(folder: Path, cells: dict[str, Any], ports: dict[str, Any]) -> Sources:
    """A file of one module."""
    path = folder / "t.json"
    made = {"attributes": {"top": "1"}, "ports": ports, "cells": cells, "netnames": {}}
    path.write_text(json.dumps({"modules": {"t": made}}))
    return Sources((path,))


@pytest.mark.parametrize(
    ("src", "place"),
    [
        ("t.v:4.3-5.6", "t.v:4:3: "),
        ("t.v:4.0-5.6", "t.v:4: "),
        ("t.v:4-5", "t.v:4: "),
        ("t.v:4.3-5.6|u.v:9.1-9.2", "t.v:4:3: "),
        ("", "t.json: "),
    ],
)
def test_a_place_is_the_first_of_the_attribute(
    tmp_path: Path, src: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    latch = {
        "type": "$_DLATCH_P_",
        "port_directions": {"D": "input", "E": "input", "Q": "output"},
        "connections": {"D": [2], "E": [3], "Q": [4]},
        "attributes": {"src": src},
    }
    ports = {
        "d": {"direction": "input", "bits": [2, 3]},
        "q": {"direction": "output", "bits": [4]},
    }
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvcError) as caught:
        synth(module(Path(), {"u": latch}, ports))
    assert str(caught.value).startswith(f"{place}error: latch at 'u' has no Hamiltonian")


def test_the_first_net_of_a_module_without_inputs_may_be_driven(tmp_path: Path) -> None:
    cell = {"type": "$_NOT_", "port_directions": {}, "connections": {"A": ["0"], "Y": [2]}}
    ports = {"y": {"direction": "output", "bits": [2]}}
    assert every_answer(synth(module(tmp_path, {"u": cell}, ports)).netlist) == [{"y": 1}]
    for constant in "01":
        cell["connections"] = {"A": ["0"], "Y": [constant]}
        with pytest.raises(InvcError, match="drives a constant"):
            synth(module(tmp_path, {"u": cell}, ports))
