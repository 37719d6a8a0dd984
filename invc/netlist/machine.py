"""A clocked design: a combinational core, and the registers that join its outputs to its inputs.

The core is a netlist like any other, so that every pass works on it. Its ports are those of the
design without the clock, then three of each register: the bits that it holds (`NAME'state`, an
input), what it holds after the next edge (`NAME'next`, an output), and what is seen of it (`NAME`,
an output: with an asynchronous reset that is the reset value while the reset is on).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf

from invc.netlist.netlist import Netlist, Port

STATE, NEXT = "'state", "'next"
Kind = OneOf["assume", "assert", "cover"]


@dataclass(frozen=True)
class Register:
    """Bits that change at one edge of the clock.

    Attributes:
        name: Of its two ports of the core, without their endings.
        initial: What each bit holds at first, least significant first; None where the source does
            not say.
        falling: Whether it changes at the falling edge, in the middle of a cycle.
        variable: What the source calls it, where that is not its name.
    """

    name: str
    initial: tuple[int | None, ...]
    falling: bool = False
    variable: str = ""

    @property
    def state(self) -> str:
        """The input port of the core that is what it holds."""
        return self.name + STATE

    @property
    def next(self) -> str:
        """The output port of the core that is what it holds after its next edge."""
        return self.name + NEXT


@dataclass(frozen=True)
class Property:
    """A statement about every cycle: the output port of this name, of one bit, is 1 where it holds.

    Attributes:
        name: Its label in the source, or its place.
        kind: "assume" is true in every cycle that counts, "assert" should be, "cover" is to become
            true in some cycle.
        source: "file:line:column", or "".
    """

    name: str
    kind: Kind
    source: str = ""


@dataclass(frozen=True)
class Machine:
    """A clocked design of one clock.

    Attributes:
        core: One cycle of it, combinational.
        clock: Name of the clock's port in the source, which is no port of the core.
        registers: What joins a cycle to the next one.
        properties: What the source states; each has an output port in the core.
        shown: Names of registers that are no ports in the source; each has an output port in the
            core.
        formal: Those of them that are there for properties alone.
    """

    core: Netlist
    clock: str
    registers: tuple[Register, ...]
    properties: tuple[Property, ...] = ()
    shown: tuple[str, ...] = ()
    formal: frozenset[str] = frozenset()

    def check(self) -> Machine:
        """Assert that the core has the ports that the registers and properties name."""
        ports = {port.name: port for port in self.core.ports}
        for register in self.registers:
            for name, direction in ((register.state, "input"), (register.next, "output")):
                assert ports[name].direction == direction, f"{name} is no {direction}"
                assert len(ports[name].bits) == len(register.initial), f"{name}: its width"
        for name in (*(p.name for p in self.properties), *self.shown):
            assert ports[name].direction == "output", f"{name} is no output"
        assert self.clock not in ports, "the clock is no port of the core"
        return self

    def port(self, name: str) -> Port:
        """A port of the core."""
        return next(port for port in self.core.ports if port.name == name)

    @property
    def hidden(self) -> frozenset[str]:
        """Names of the ports of the core that no user sees."""
        return frozenset(name for r in self.registers for name in (r.state, r.next))
