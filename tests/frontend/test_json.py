"""JSON netlists whose fields are of a wrong kind: a line that names the file and the field."""

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import invc
from invc.diagnostics import InvcError

CELL: dict[str, Any] = {
    "type": "$and",
    "parameters": {"A_WIDTH": "1"},
    "port_directions": {"A": "input", "Y": "output"},
    "connections": {"A": [2], "Y": [3]},
}
MODULE: dict[str, Any] = {
    "attributes": {"top": "1"},
    "ports": {"a": {"direction": "input", "bits": [2]}, "y": {"direction": "output", "bits": [3]}},
    "cells": {"c": CELL},
    "netnames": {"a": {"bits": [2]}, "y": {"bits": [3]}},
}
NO_NET = "no net and none of 0, 1, x, z"


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (["netnames"], [1], "'modules.m.netnames' is a list, not an object"),
        (["netnames", "a"], 5, "'modules.m.netnames.a' is a number, not an object"),
        (["netnames", "a"], {}, "'modules.m.netnames.a.bits' is missing"),
        (["netnames", "a", "bits"], "x", "'modules.m.netnames.a.bits' is a text, not a list"),
        (["netnames", "a", "bits"], [2.5], f"'modules.m.netnames.a.bits[0]' is a number, {NO_NET}"),
        (["netnames", "a", "offset"], "x", "'modules.m.netnames.a.offset' is a text, not a whole"),
        (["netnames", "a", "attributes"], [], "'modules.m.netnames.a.attributes' is a list, not"),
        (["ports"], [], "'modules.m.ports' is a list, not an object"),
        (["ports", "a"], None, "'modules.m.ports.a' is null, not an object"),
        (["ports", "a", "direction"], "in", "'modules.m.ports.a.direction' is 'in', none of input"),
        (["ports", "a", "bits"], [-2], "'modules.m.ports.a.bits[0]' is -2, no number of a net"),
        (["ports", "a", "bits"], [1 << 40], f"is {1 << 40}, no number of a net"),
        (["ports", "a", "bits"], [2, 2], "'modules.m.ports.a.bits' has 2 bits, and the net of its"),
        (["cells", "c", "type"], 7, "'modules.m.cells.c.type' is a number, not a text"),
        (["cells", "c", "type"], "", "'modules.m.cells.c.type' is empty"),
        (["cells", "c", "connections", "A"], 2, "'modules.m.cells.c.connections.A' is a number"),
        (["cells", "c", "connections", "A"], ["q"], f"connections.A[0]' is 'q', {NO_NET}"),
        (["cells", "c", "port_directions", "Y"], 3, "port_directions.Y' is a number, not a text"),
        (["cells", "c", "parameters"], [7], "'modules.m.cells.c.parameters' is a list, not an"),
        (["cells", "c", "attributes"], {"src": []}, "attributes.src' is a list, not a text"),
        (["memories"], 5, "'modules.m.memories' is a number, not an object"),
    ],
)  # fmt: skip
def test_a_field_of_another_kind_is_named(
    tmp_path: Path, place: Sequence[str], value: object, message: str
) -> None:
    module: Any = copy.deepcopy(MODULE)
    inside = module
    for name in place[:-1]:
        inside = inside[name]
    inside[place[-1]] = value
    path = tmp_path / "n.json"
    path.write_text(json.dumps({"modules": {"m": module}}))
    with pytest.raises(InvcError) as caught:
        invc.synth(path)
    assert caught.value.where == str(path)
    assert message in caught.value.message
    assert caught.value.hint == "write it with Yosys's write_json"


@pytest.mark.parametrize("kind", ["$_NOT_", "$not"])
def test_faults_without_a_line_name_the_file(tmp_path: Path, kind: str) -> None:
    """Whether Yosys is asked for the rest or not."""
    module = copy.deepcopy(MODULE)
    module["cells"]["c"]["type"] = kind
    if kind == "$not":
        module["cells"]["c"]["parameters"] = {"A_SIGNED": "0", "A_WIDTH": "1", "Y_WIDTH": "1"}
    module["cells"]["c"]["connections"]["A"] = [9]
    path = tmp_path / "n.json"
    path.write_text(json.dumps({"modules": {"m": module}}))
    with pytest.raises(InvcError) as caught:
        invc.synth(path)
    assert caught.value.where == str(path)
    assert "is read but nothing drives it" in caught.value.message
