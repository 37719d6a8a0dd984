"""A product that only an adder reads moves into the adder."""

from __future__ import annotations

from collections import Counter

from invc.netlist import Function, Gate, Literal, Netlist
from invc.passes.mapping import Mapper

PRODUCT = 0x8  # A & B
FUSED = {"FA": "MULFA", "HA": "MULHA"}


def fuse_products(netlist: Netlist, mapper: Mapper) -> Netlist:
    """Fuse an AND with the full or half adder that alone reads it.

    The cells a b + c + d = s + 2 co and a b + c = s + 2 co need neither an ancilla nor the net of
    the product: one spin less for each adder. A full adder is self-dual, so it takes an
    inverted product with all its other pins inverted; a half adder does not. Leaves the net
    of the product undriven and unread: sweep afterwards.
    """
    readers = Counter(pin >> 1 for gate in netlist.gates for pin in gate.inputs)
    readers.update(bit >> 1 for port in netlist.outputs for bit in port.bits)
    products = {}
    for k, gate in enumerate(netlist.gates):
        if gate.function.tables == (PRODUCT,) and readers[gate.pins[-1] >> 1] == 1:
            products[gate.pins[-1] >> 1] = k
    gates: list[Gate | None] = list(netlist.gates)
    for k, gate in enumerate(netlist.gates):
        function = _fused(gate.function, mapper)
        pin = _product_pin(gate, products, netlist.gates) if function else None
        if function is not None and pin is not None:
            product = products.pop(gate.pins[pin] >> 1)
            gates[k] = _fuse(gate, pin, netlist.gates[product], function)
            gates[product] = None
    return netlist.with_gates(tuple(gate for gate in gates if gate is not None))


def _fused(function: Function, mapper: Mapper) -> Function | None:
    cell = mapper.library.get(FUSED.get(function.name, ""))
    return cell.function if cell is not None and mapper.holds(function) else None


def _product_pin(gate: Gate, products: dict[int, int], gates: tuple[Gate, ...]) -> int | None:
    """The first input pin that reads a product in a polarity that the cell can take."""
    for k, pin in enumerate(gate.inputs):
        k_product = products.get(pin >> 1)
        if k_product is not None:
            inverted = (pin ^ gates[k_product].pins[-1]) & 1
            if not inverted or gate.function.name == "FA":
                return k
    return None


def _fuse(adder: Gate, pin: int, product: Gate, function: Function) -> Gate:
    # The AND's own output pin may be inverted: then its net is the NAND.
    flip = (adder.pins[pin] ^ product.pins[-1]) & 1
    rest: tuple[Literal, ...] = tuple(p for k, p in enumerate(adder.pins) if k != pin)
    pins = (*product.inputs, *(p ^ flip for p in rest))
    return Gate(function, pins, adder.source or product.source)
