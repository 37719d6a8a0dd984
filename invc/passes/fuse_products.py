"""A product that only an adder reads moves into the adder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from invc.library.cell import Cell
from invc.mapping.mapper import Mapper, always
from invc.netlist import Function, Gate, Literal, Netlist
from invc.netlist.gates import FA, HA

PRODUCT = 0x8  # A & B
Fusions = Mapping[Function, Mapping[bool, Function]]


def fuse_products(netlist: Netlist, mapper: Mapper) -> Netlist:
    """Fuse an AND with the adder or counter that alone reads it.

    The cells a b + c + d = s + 2 co and a b + c = s + 2 co need neither an ancilla nor the net of
    the product: one spin less for each adder; counters likewise. Where negating all inputs negates
    all outputs, as in a full adder, an inverted product is taken with all other pins inverted.
    Leaves the net of the product undriven and unread: sweep afterwards.
    """
    fused = fusions(mapper.library)
    readers = Counter(pin >> 1 for gate in netlist.gates for pin in gate.inputs)
    readers.update(bit >> 1 for port in netlist.outputs for bit in port.bits)
    products = {}
    for k, gate in enumerate(netlist.gates):
        if gate.function.tables == (PRODUCT,) and readers[gate.pins[-1] >> 1] == 1:
            products[gate.pins[-1] >> 1] = k
    gates: list[Gate | None] = list(netlist.gates)
    for k, gate in enumerate(netlist.gates):
        for pin, product in _products(gate, fused, products):
            inverted = bool((pin ^ netlist.gates[product].pins[-1]) & 1)
            function = fused[gate.function].get(inverted)
            if function is not None:
                gates[k] = _fuse(gate, pin, netlist.gates[product], function)
                gates[product] = None
                del products[pin >> 1]
                break
    return netlist.with_gates(tuple(gate for gate in gates if gate is not None))


def _products(
    gate: Gate, fused: Fusions, products: Mapping[int, int]
) -> Iterator[tuple[Literal, int]]:
    """Pins of an adder that read a product, and the gates of the products."""
    if gate.function in fused:
        for pin in gate.inputs:
            if pin >> 1 in products:
                yield pin, products[pin >> 1]


def fusions(library: Mapping[str, Cell]) -> Fusions:
    """For each adder that has one, the cell that has a product for its first input.

    The product is read plainly (False) or inverted (True). A cell counts whose other pins are
    those of the adder in their order, whatever it is called.
    """
    cells = [cell for cell in library.values() if cell.function is not None and not cell.ancillas]
    found = {}
    for adder in {FA, HA, *(cell.function for cell in cells if cell.function)}:
        if len(adder.outputs) < 2 or not _symmetric(adder):
            continue
        taken = {
            inverted: cell.function
            for inverted in (False, True)
            for cell in cells
            if cell.function and cell.function.tables == _with_product(adder, inverted)
        }
        if False in taken and True not in taken and _self_dual(adder):
            taken[True] = taken[False]
        if taken:
            found[adder] = taken
    return found


def _with_product(adder: Function, inverted: bool) -> tuple[int, ...]:
    """The adder's tables once its first input is a product of two."""
    count = len(adder.inputs) + 1
    return tuple(
        sum(
            (table >> ((row >> 2) << 1 | ((row & 3 == 3) ^ inverted)) & 1) << row
            for row in range(1 << count)
        )
        for table in adder.tables
    )


def _symmetric(function: Function) -> bool:
    """Whether any two inputs may be exchanged."""
    rows = range(1 << len(function.inputs))
    return all(
        len({(row.bit_count(), table >> row & 1) for row in rows}) == len(function.inputs) + 1
        for table in function.tables
    )


def _self_dual(function: Function) -> bool:
    """Whether negating all inputs negates all outputs."""
    count = len(function.inputs)
    last = (1 << count) - 1
    return all(
        sum((table >> (last - row) & 1) << row for row in range(last + 1)) ^ table == always(count)
        for table in function.tables
    )


def _fuse(adder: Gate, pin: Literal, product: Gate, function: Function) -> Gate:
    # The AND's own output pin may be inverted: then its net is the NAND.
    inverted = (pin ^ product.pins[-1]) & 1
    flip = inverted if function.tables == _with_product(adder.function, False) else 0
    rest: tuple[Literal, ...] = tuple(p for p in adder.pins if p != pin)
    pins = (*product.inputs, *(p ^ flip for p in rest))
    return Gate(function, pins, adder.source or product.source)
