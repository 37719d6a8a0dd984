"""Instances of cells, of cells that need none of their own, and of Verilog's primitives."""

from __future__ import annotations

from invc.frontend.gate_level.connections import cell_pins, connections, pins_of, shares
from invc.frontend.gate_level.parser import Tree
from invc.frontend.gate_level.scope import Scope
from invc.frontend.gate_level.structure import Signal, constant, plain
from invc.frontend.primitives import HINT, names_of_terminals
from invc.mapping.mapper import depends, restrict
from invc.netlist import FALSE, TRUE, Function

MAX_INPUTS = 10  # of a table


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
        if not driven:
            continue  # it fills a gap, or protects a wire
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


def add_table(scope: Scope, entry: Tree) -> None:
    """Yosys's `$lut`: a cell whose function is its parameter LUT, of WIDTH inputs."""
    given = {plain(p.paramname or ""): p.argname for p in entry.parameterlist}
    if set(given) != {"WIDTH", "LUT"}:
        raise scope.nets.fault(
            f"table {plain(entry.name)!r} has not the parameters WIDTH and LUT", entry.lineno
        )
    width = constant(given["WIDTH"], scope.module.constants, scope.nets.source)
    if not 0 < width <= MAX_INPUTS:
        message = f"table {plain(entry.name)!r} has {width} inputs"
        raise scope.nets.fault(message, entry.lineno, f"at most {MAX_INPUTS}")
    table = constant(given["LUT"], scope.module.constants, scope.nets.source)
    table &= (1 << (1 << width)) - 1
    kept = [k for k in range(width) if depends(table, width, k)]
    table = restrict(table, kept)
    function = Function("$lut", tuple(f"A{k}" for k in kept), ("Y",), (table,))
    ports = [Signal("A", width - 1, 0, direction="input"), Signal("Y", direction="output")]
    connected = cell_pins(scope, entry, ports, parameters=True)
    for _, (read, driven) in shares(scope, entry, ports, connected):
        assert read is not None
        bits = tuple(read[k] for k in kept)
        target = (2 * scope.nets.new("", entry.lineno),) if driven is None else driven
        if len(bits) < 2:
            value = bits[0] ^ (table == 1) if bits else TRUE if table else FALSE
            scope.nets.drive(target, (value,), entry.lineno)
            continue
        scope.nets.claim(target[0], entry.lineno)
        scope.circuit.gates.append((function, bits + target, entry.lineno))


def add_primitive(scope: Scope, entry: Tree) -> None:
    """One of Verilog's own gates: the first terminal is driven, or all but the last."""
    kind = entry.module
    many_outputs = kind in ("buf", "not")
    terminals = len(entry.portlist)
    if any(c.portname for c in entry.portlist):
        raise scope.nets.fault(names_of_terminals(kind), entry.lineno, HINT)
    if terminals < 2:
        message = f"primitive {kind!r} needs an output and at least one input"
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
