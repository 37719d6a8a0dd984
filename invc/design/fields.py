"""Values of the fields and elements of ports, by names such as `req.op` and `m[1]`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from invc.netlist import Port
from invc.netlist.shape import leaves

MOST_COLUMNS = 16  # of a port in a table


class Field(NamedTuple):
    """Some bits of a port that have a value of their own.

    Attributes:
        name: As in the source: "req.op".
        low: The lowest of its bits in the port.
        width: How many they are.
        signed: Whether the value is two's complement.
    """

    name: str
    low: int
    width: int
    signed: bool

    def value(self, of_port: int) -> int:
        """The field's value where the port has one."""
        bits = of_port >> self.low & (1 << self.width) - 1
        return bits - (1 << self.width) if self.signed and bits >> self.width - 1 else bits


def fields_of(port: Port) -> tuple[Field, ...]:
    """The vectors that a port consists of, in the order of the source; of a plain one none."""
    if port.shape is None:
        return ()
    parts = leaves(port.shape)
    return tuple(Field(port.name + p.path, p.low, p.shape.width, p.shape.signed) for p in parts)


def field_values(ports: Iterable[Port], answer: Mapping[str, int]) -> dict[str, int]:
    """The values of all fields in an answer, by name."""
    return {
        field.name: field.value(answer[port.name])
        for port in ports
        if port.name in answer
        for field in fields_of(port)
    }


def columns_of(port: Port) -> tuple[Field, ...]:
    """What a table shows of a port: its fields, or the whole where there are none or many."""
    fields = fields_of(port)
    if 0 < len(fields) <= MOST_COLUMNS:
        return fields
    return (Field(port.name, 0, len(port.bits), port.signed),)
