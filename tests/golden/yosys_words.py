"""Netlists as Yosys writes them: every cell of words and gates that is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from invc.frontend.yosys_cells import GATES

GROUPS = 6  # texts that gates are spread over


def bits(value: int, width: int = 32) -> str:
    return f"{value:0{width}b}"


def _sizes(**widths: int) -> dict[str, str]:
    return {f"{name}_WIDTH": bits(width) for name, width in widths.items()}


def _signs(a: int, b: int) -> dict[str, str]:
    return {"A_SIGNED": bits(a), "B_SIGNED": bits(b)}


def _arithmetic() -> dict[str, tuple[str, Mapping[str, Any], Mapping[str, int], int]]:
    """By name: kind, parameters, widths of inputs, width of Y."""
    found: dict[str, tuple[str, Mapping[str, Any], Mapping[str, int], int]] = {}
    for a, b in ((0, 0), (1, 1)):
        for kind in ("$add", "$sub", "$mul"):
            found[f"{kind}{a}"] = (
                kind,
                {**_signs(a, b), **_sizes(A=3, B=2, Y=4)},
                {"A": 3, "B": 2},
                4,
            )
        for kind in ("$neg", "$pos"):
            found[f"{kind}{a}"] = (kind, {"A_SIGNED": bits(a), **_sizes(A=2, Y=4)}, {"A": 2}, 4)
    # Products and addends, one of each taken away: sizes of two bits, then sign, minus, widths.
    terms = "".join(t[::-1] for t in ("100110", "011010", "001100")[::-1])
    config = "".join(("001100", "101011", "100101")) + "0010"
    assert len(terms) == len(config) - 4
    found["$macc"] = (
        "$macc",
        {"CONFIG": config, "CONFIG_WIDTH": bits(len(config)), **_sizes(A=10, B=1, Y=5)},
        {"A": 10, "B": 1},
        5,
    )
    found["$macc_v2"] = (
        "$macc_v2",
        {
            "NPRODUCTS": bits(2), "NADDENDS": bits(2),
            "PRODUCT_NEGATED": "10", "ADDEND_NEGATED": "01",
            "A_WIDTHS": bits(1, 16) + bits(2, 16), "B_WIDTHS": bits(2, 16) + bits(1, 16),
            "C_WIDTHS": bits(3, 16) + bits(1, 16),
            "A_SIGNED": "01", "B_SIGNED": "01", "C_SIGNED": "10", "Y_WIDTH": bits(5),
        },
        {"A": 3, "B": 3, "C": 4},
        5,
    )  # fmt: skip
    found["$lut"] = ("$lut", {"LUT": "10010110", "WIDTH": bits(3)}, {"A": 3}, 1)
    return found


def _text(cells: Mapping[str, tuple[str, Mapping[str, Any], Mapping[str, int], int]]) -> str:
    fresh = iter(range(2, 1000))
    module: dict[str, Any] = {
        "attributes": {"top": bits(1)},
        "ports": {},
        "cells": {},
        "netnames": {},
    }
    for k, (name, (kind, parameters, widths, width)) in enumerate(cells.items()):
        pins = {pin: [next(fresh) for _ in range(size)] for pin, size in widths.items()}
        made = [next(fresh) for _ in range(width)]
        for pin, nets in pins.items():
            module["ports"][f"i{k}{pin}"] = {"direction": "input", "bits": nets}
        module["ports"][f"o{k}"] = {"direction": "output", "bits": made, "signed": k % 2}
        ways = {**dict.fromkeys(pins, "input"), "Y": "output"}
        module["cells"][name] = {
            "hide_name": k % 2, "type": kind, "parameters": dict(parameters),
            "attributes": {"src": f"m.v:{k + 1}.2-{k + 2}.9"}, "port_directions": ways,
            "connections": {**pins, "Y": made},
        }  # fmt: skip
        module["netnames"][f"n{k}"] = {"hide_name": 0, "bits": made, "attributes": {}, "offset": k}
    return json.dumps({"creator": "Yosys", "modules": {"m": module}})


def texts() -> tuple[str, ...]:
    """A netlist of each arithmetic cell, and gates of all kinds, a few a netlist."""
    words = [_text({name: cell}) for name, cell in _arithmetic().items()]
    kinds = sorted(GATES)
    gates = [
        _text({k: (k, {}, dict.fromkeys(GATES[k].inputs, 1), 1) for k in kinds[group::GROUPS]})
        for group in range(GROUPS)
    ]
    return (*words, *gates)
