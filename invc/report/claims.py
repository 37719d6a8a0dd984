"""Properties of a clocked design as Verilog over what a simulator saw of its signals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from invc.design.frames import Frames, at
from invc.netlist import Gate, Literal, Netlist, Port

SEEN = ("input", "output", "register")
STATED = ("assume", "assert", "cover")


@dataclass(frozen=True)
class Claims:
    """What properties are, cycle by cycle.

    Attributes:
        wires: Definitions that the texts read, each a line of Verilog.
        texts: The value of a property in a cycle, by the name of its port.
        kept: Ports whose values the texts read, under their own names.
    """

    wires: tuple[str, ...]
    texts: Mapping[str, str]
    kept: Mapping[str, Port]


def claims_of(netlist: Netlist, frames: Frames, answer: Mapping[str, int]) -> Claims:
    """The properties of all cycles, from the last values seen of the signals that they depend on.

    Gates of the design that lie between are in `wires`; bits that nothing sets at first and that
    are not seen are constants, from the answer.
    """
    stated = [signal.name for signal in frames.signals if signal.kind in STATED]
    seen = [signal.name for signal in frames.signals if signal.kind in SEEN]
    ports, cones = netlist.port_by_name, _Cones(netlist, answer)
    texts = {}
    for cycle in range(frames.cycles + 1) if stated else ():
        for name in seen:
            if at(name, cycle) in ports:
                cones.see(ports[at(name, cycle)])
        for name in stated:
            label = at(name, cycle)
            texts[label] = cones.text(ports[label].bits[0])
    return Claims(tuple(cones.wires), texts, cones.kept)


@dataclass(eq=False)
class _Cones:
    """What properties depend on, as far as it was looked at."""

    netlist: Netlist
    answer: Mapping[str, int]
    seen: dict[int, tuple[Port, int]] = field(default_factory=dict)
    kept: dict[str, Port] = field(default_factory=dict)
    wires: list[str] = field(default_factory=list)
    known: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.drivers: dict[int, tuple[Gate, int]] = {
            pin >> 1: (gate, k) for gate in self.netlist.gates for k, pin in enumerate(gate.outputs)
        }
        self.given = {
            bit >> 1: self.answer[port.name] >> k & 1
            for port in self.netlist.inputs
            for k, bit in enumerate(port.bits)
        }

    def see(self, port: Port) -> None:
        """A simulator sees the value of a port from now on."""
        self.seen.update({bit >> 1: (port, k) for k, bit in enumerate(port.bits) if bit > 1})

    def text(self, literal: Literal) -> str:
        """A literal, what it depends on being defined first."""
        waiting = [literal >> 1]
        while waiting:
            net = waiting.pop()
            if net in self.known:
                continue
            missing = [other for other in self._read(net) if other not in self.known]
            if missing:
                waiting += [net, *missing]
            else:
                self.known[net] = self._defined(net)
        return self._literal(literal)

    def _read(self, net: int) -> Iterable[int]:
        """The nets that a net follows from, where it is not seen itself."""
        if net in self.seen or net not in self.drivers:
            return ()
        return (pin >> 1 for pin in self.drivers[net][0].inputs)

    def _defined(self, net: int) -> str:
        """A net that is seen, given or constant, or a new wire."""
        if net in self.seen:
            port, k = self.seen[net]
            self.kept[port.name] = port
            index = f"[{port.index(k)}]" if port.range_text else ""
            inverted = "~" if port.bits[k] & 1 else ""
            return f"{inverted}\\{port.name} {index}"
        if net not in self.drivers:
            return f"1'b{self.given.get(net, 0)}"
        gate, k = self.drivers[net]
        rows, name = 1 << len(gate.inputs), f"invc_{net}"
        pins = ", ".join(self._literal(pin) for pin in reversed(gate.inputs))
        inverted = "~" if gate.outputs[k] & 1 else ""
        table = f"{rows}'h{gate.function.tables[k]:x}"
        self.wires.append(f"wire {name} = {inverted}({table} >> {{{pins}}});")
        return name

    def _literal(self, literal: Literal) -> str:
        text = self.known[literal >> 1] if literal > 1 else "1'b0"
        if not literal & 1:
            return text
        return text[1:] if text.startswith("~") else f"~{text}"
