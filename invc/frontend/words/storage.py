"""Registers and latches of a source that is to be combinational: none may matter to an output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from invc.diagnostics import InvcError
from invc.frontend.yosys_cells import REFUSED

Json = Mapping[str, Any]

KINDS = REFUSED[:2]  # latches and flip-flops


def without_storage(module: Json, locate: Callable[[str], str]) -> Json:
    """A flat module without the cells that no output depends on, where it has registers.

    Yosys sweeps those from what is compiled, so they go from what that is compared with.

    Args:
        module: As Yosys wrote it, before any pass.
        locate: Makes a place of the user's of one of Yosys's.

    Raises:
        InvcError: An output depends on a register or a latch.
    """
    if not any(pattern.match(c["type"]) for c in module["cells"].values() for pattern, *_ in KINDS):
        return module
    kept = _needed(module)
    for name in kept:
        cell = module["cells"][name]
        for pattern, what, hint in KINDS:
            if pattern.match(cell["type"]):
                label, src = _net(module, cell)
                raise InvcError(
                    f"{what} at {label!r} has no Hamiltonian" if label else f"{what} in the source",
                    where=locate(src) or locate(str(cell.get("attributes", {}).get("src", ""))),
                    hint=hint,
                )
    return {**module, "cells": {name: module["cells"][name] for name in kept}}


def _needed(module: Json) -> list[str]:
    """The cells on which an output depends, in the order of the module."""
    drivers: dict[Any, list[str]] = {}
    for name, cell in module["cells"].items():
        for pin, bits in cell["connections"].items():
            if cell.get("port_directions", {}).get(pin) != "input":
                for bit in bits:
                    drivers.setdefault(bit, []).append(name)
    ports = module["ports"].values()
    left = [bit for port in ports if port["direction"] != "input" for bit in port["bits"]]
    seen, kept = set(left), set()
    while left:
        for name in drivers.get(left.pop(), ()):
            if name in kept:
                continue
            kept.add(name)
            bits = {b for pins in module["cells"][name]["connections"].values() for b in pins}
            left += bits - seen
            seen |= bits
    return [name for name in module["cells"] if name in kept]


def _net(module: Json, cell: Json) -> tuple[str, str]:
    """The name of a net that a register drives, and its src attribute."""
    driven = set(cell["connections"].get("Q", ()))
    for name, net in module["netnames"].items():
        if not net.get("hide_name") and driven.intersection(net["bits"]):
            return name, str(net.get("attributes", {}).get("src", ""))
    return "", ""
