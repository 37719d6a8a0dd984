"""Instances of cells, of cells that need none of their own, and of Verilog's primitives."""

from __future__ import annotations

from invc.frontend.gate_level.connections import cell_pins, connections, pins_of, shares
from invc.frontend.gate_level.parser import Tree
from invc.frontend.gate_level.scope import Scope
from invc.frontend.gate_level.structure import Signal, plain
from invc.netlist import FALSE, TRUE, Function


def add_cells(scope: Scope, entry: Tree, function: Function) -> None:
    """An instance of a library cell, or an array of them."""
    ports = pins_of(function.inputs, function.outputs)
    connected = cell_pins(scope, entry, ports)
    inputs = len(function.inputs)
    line = entry.lineno
    for _, pins in shares(scope, entry, ports, connected):
        read = tuple(bits[0] for bits in pins[:inputs] if bits is not None)
        driven = tuple(
            2 * scope.nets.new("", line) if bits is None else bits[0] for bits in pins[inputs:]
        )
        if inputs == 0 or (inputs == len(driven) == 1 and function.tables[0] in (1, 2)):
            # A tie cell, an inverter or a buffer: no gate, no spin.
            values = [
                (TRUE if table else FALSE) if inputs == 0 else read[0] ^ (table == 1)
                for table in function.tables
            ]
            scope.nets.drive(driven, values, line)
            continue
        for bit in driven:
            scope.nets.claim(bit, line)
        scope.circuit.gates.append((function, read + driven, line))


def add_family(scope: Scope, entry: Tree) -> None:
    """A cell such as NAND3 that needs none of its own, since polarity is free."""
    kind, width = plain(entry.module).lower()[:-1], int(entry.module[-1])
    ports = pins_of("ABCDEFGHI"[:width], "Y")
    connected = cell_pins(scope, entry, ports)
    for _, (*read, driven) in shares(scope, entry, ports, connected):
        value = scope.circuit.reduce(
            kind, [bits[0] for bits in read if bits is not None], entry.lineno
        )
        if driven is not None:
            scope.nets.drive(driven, (value,), entry.lineno)


def add_primitive(scope: Scope, entry: Tree) -> None:
    """One of Verilog's own gates: the first terminal is driven, or all but the last."""
    kind = entry.module
    many_outputs = kind in ("buf", "not")
    terminals = len(entry.portlist)
    if terminals < 2 or any(c.portname for c in entry.portlist):
        message = f"primitive {kind!r} needs an output and at least one input, by position"
        raise scope.nets.fault(message, entry.lineno)
    outputs = terminals - 1 if many_outputs else 1
    ports = [
        Signal(str(k + 1), direction="output" if k < outputs else "input") for k in range(terminals)
    ]
    connected = connections(scope, entry, ports)
    for _, pins in shares(scope, entry, ports, connected):
        bits = [pin[0] for pin in pins if pin is not None]
        if len(bits) < terminals:
            raise scope.nets.fault(f"a terminal of {kind!r} is not connected", entry.lineno)
        if many_outputs:
            value = bits[-1] ^ (kind == "not")
        else:
            value = scope.circuit.reduce(kind, bits[1:], entry.lineno)
        scope.nets.drive(bits[:outputs], [value] * outputs, entry.lineno)
