"""A netlist as Yosys's JSON, each gate a table ($lut), for proofs and sources that need cells."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from invc.netlist import Function, Gate, Literal, Netlist, Port

Json = Mapping[str, Any]


def format_json(netlist: Netlist, name: str) -> str:
    """A netlist as one module of a Yosys JSON file, its gates as tables ($lut)."""
    writer = _Writer(netlist)
    ports = {
        port.name: {"direction": port.direction, "bits": [writer.bit(b) for b in port.bits]}
        for port in netlist.ports
    }
    for function, pins, _ in netlist.gates:
        inputs = [writer.bit(pin) for pin in pins[: len(function.inputs)]]
        for pin, table in zip(pins[len(function.inputs) :], function.tables, strict=True):
            writer.table(inputs, table, pin)
    module = {"ports": ports, "cells": writer.cells, "netnames": {}}
    return json.dumps({"modules": {name: module}})


def format_cells(library: Mapping[str, Function]) -> str:
    """Cells as modules of a Yosys JSON file, for sources that instantiate them."""
    modules = {}
    for name, function in library.items():
        count = len(function.pins)
        pins = tuple(range(2, 2 * count + 2, 2))
        ports = tuple(
            Port(pin, "input" if pin in function.inputs else "output", (lit,))
            for pin, lit in zip(function.pins, pins, strict=True)
        )
        netlist = Netlist(name, ports, (Gate(function, pins),), ("", *function.pins))
        modules.update(json.loads(format_json(netlist, name))["modules"])
    return json.dumps({"modules": modules})


class _Writer:
    """Cells of a module; bit k of its nets is net k, from 2 on, then those of inverters."""

    def __init__(self, netlist: Netlist) -> None:
        self.cells: dict[str, Json] = {}
        self.inverted: dict[int, int] = {}
        self.next = len(netlist.names) + 1

    def bit(self, lit: Literal) -> int | str:
        """The bit of a literal, behind an inverter where it is inverted."""
        if lit < 2:
            return str(lit)
        if not lit & 1:
            return (lit >> 1) + 1
        if lit not in self.inverted:
            self.inverted[lit] = self.next
            self.table([(lit >> 1) + 1], 0b01, 2 * (self.next - 1))
            self.next += 1
        return self.inverted[lit]

    def table(self, inputs: Sequence[int | str], table: int, out: Literal) -> None:
        """A cell that drives the net of a literal."""
        width = len(inputs)
        if out & 1:
            table ^= (1 << (1 << width)) - 1
        # No port of a user's is called so: a name of the source never begins with a dollar sign.
        self.cells[f"$invc$g{len(self.cells)}"] = {
            "type": "$lut",
            "parameters": {"WIDTH": f"{width:032b}", "LUT": f"{table:0{1 << width}b}"},
            "port_directions": {"A": "input", "Y": "output"},
            "connections": {"A": list(inputs), "Y": [(out >> 1) + 1]},
        }
