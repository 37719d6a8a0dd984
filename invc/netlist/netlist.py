"""IR 1, the first waist: gates whose pins are literals, in topological order.

In five lines: a net is a number from 1; net 0 is constant false. A literal is `2 * net`, plus 1
where it is inverted, so 0 is false and 1 is true. A gate is a function and a literal for each
of its pins, inputs first. An inversion on any pin, outputs too, is free. A port is a name and
a literal for each of its bits, least significant first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal as OneOf
from typing import NamedTuple, TypeAlias

from invc.netlist.function import Function
from invc.netlist.labels import labels_of
from invc.netlist.shape import Shape

Literal: TypeAlias = int
FALSE: Literal = 0
TRUE: Literal = 1


class Gate(NamedTuple):
    """An instance of a cell: the function it computes and a literal for each pin.

    Attributes:
        function: What it computes; its name is the name of the cell.
        pins: Literals in the order of `function.pins`. An output pin drives its net.
        source: "file:line:column" of the net it drives, or "".
    """

    function: Function
    pins: tuple[Literal, ...]
    source: str = ""

    @property
    def inputs(self) -> tuple[Literal, ...]:
        """The literals that it reads, in the order of its function's inputs."""
        return self.pins[: len(self.function.inputs)]

    @property
    def outputs(self) -> tuple[Literal, ...]:
        """The literals that it drives, in the order of its function's outputs."""
        return self.pins[len(self.function.inputs) :]


@dataclass(frozen=True)
class Port:
    """A port of the design.

    Attributes:
        name: As in the source, without the backslash of an escaped name.
        direction: "input" or "output".
        bits: Literals, least significant bit first.
        signed: Whether its value is two's complement.
        offset: Index of the lowest bit in the source's range, as in `[7:4]`.
        upto: Whether the source's range ascends, as in `[0:7]`.
        source: "file:line:column" of its declaration, or "".
        shape: Its fields and elements where the source gives it a type of several parts, as wide
            as its bits; None of a plain vector.
    """

    name: str
    direction: OneOf["input", "output"]
    bits: tuple[Literal, ...]
    signed: bool = False
    offset: int = 0
    upto: bool = False
    source: str = ""
    shape: Shape | None = None

    def __post_init__(self) -> None:
        if len(self.bits) == 1:  # the range of one bit does not ascend
            object.__setattr__(self, "upto", False)

    def position(self, index: int) -> int | None:
        """Position in `bits` of the bit that the source calls `name[index]`, or None."""
        k = index - self.offset
        if not 0 <= k < len(self.bits):
            return None
        return len(self.bits) - 1 - k if self.upto else k

    def index(self, position: int) -> int:
        """The source's index of the bit at a position in `bits`."""
        k = len(self.bits) - 1 - position if self.upto else position
        return self.offset + k

    @property
    def range_text(self) -> str:
        """The range as the source writes it: "" for one bit from 0, else "[7:0]"."""
        if len(self.bits) == 1 and self.offset == 0:
            return ""
        return f"[{self.index(len(self.bits) - 1)}:{self.index(0)}]"


@dataclass(frozen=True)
class Netlist:
    """Gates in topological order between ports.

    Attributes:
        name: Name of the top module.
        ports: In the order of the source. Bits of inputs are plain literals of distinct nets.
        gates: Each reads only inputs and outputs of gates before it.
        names: Name of each net, index 0 (the constant) unused. Length is the number of nets
            plus one.
    """

    name: str
    ports: tuple[Port, ...]
    gates: tuple[Gate, ...]
    names: tuple[str, ...]

    @cached_property
    def port_by_name(self) -> Mapping[str, Port]:
        """Each port by its name."""
        return {port.name: port for port in self.ports}

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """What people call each net: its name, or "a net of NAME" by one that it leads to."""
        return labels_of(self.names, self.gates)

    @property
    def inputs(self) -> tuple[Port, ...]:
        """The input ports, in the order of the source."""
        return tuple(p for p in self.ports if p.direction == "input")

    @property
    def outputs(self) -> tuple[Port, ...]:
        """The output ports, in the order of the source."""
        return tuple(p for p in self.ports if p.direction == "output")

    @property
    def net_count(self) -> int:
        """Number of nets, the constant not counted."""
        return len(self.names) - 1

    def with_gates(self, gates: tuple[Gate, ...]) -> Netlist:
        """The same netlist with other gates."""
        return replace(self, gates=gates)

    def check(self) -> Netlist:
        """Assert the invariants of the class; return the netlist itself.

        Every net that is read or leaves by a port is driven exactly once, by an input port or
        by a gate before its readers.
        """
        driven = bytearray(len(self.names))
        driven[0] = 1
        for port in self.inputs:
            for bit in port.bits:
                assert not bit & 1 and bit > 1, f"input {port.name}: {bit} is no plain net"
                assert not driven[bit >> 1], f"input {port.name}: net {bit >> 1} driven twice"
                driven[bit >> 1] = 1
        for gate in self.gates:
            name = gate.function.name
            assert len(gate.pins) == len(gate.function.pins), f"{name}: wrong number of pins"
            for pin in gate.inputs:
                assert driven[pin >> 1], f"{name}: net {pin >> 1} is read before it is driven"
            for pin in gate.outputs:
                assert pin > 1, f"{name}: drives a constant"
                assert not driven[pin >> 1], f"{name}: net {pin >> 1} driven twice"
                driven[pin >> 1] = 1
        for port in self.outputs:
            for bit in port.bits:
                assert driven[bit >> 1], f"output {port.name}: net {bit >> 1} is not driven"
        return self
