"""Nets and gates in any order, put into topological order at the end: what readers build with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from invc.diagnostics import InvcError
from invc.netlist.function import Function
from invc.netlist.labels import nearest_names
from invc.netlist.netlist import Gate, Literal, Netlist, Port


class CombinationalLoop(InvcError):
    """A net depends on itself."""


class Builder:
    """A netlist under construction, whose gates may come in any order."""

    def __init__(self) -> None:
        self.names = [""]
        self.sources = [""]
        self.gates: list[Gate] = []

    def net(self, name: str = "", source: str = "") -> Literal:
        """A new net, as its plain literal."""
        self.names.append(name)
        self.sources.append(source)
        return 2 * len(self.names) - 2

    def gate(self, function: Function, *inputs: Literal, source: str = "") -> tuple[Literal, ...]:
        """A gate that drives new nets."""
        outputs = tuple(self.net() for _ in function.outputs)
        self.gates.append(Gate(function, inputs + outputs, source))
        return outputs

    def netlist(self, name: str, ports: Iterable[Port]) -> Netlist:
        """The netlist, its gates sorted so that each reads only what stands before it.

        Raises:
            InvcError: A net that is read or leaves by a port has no driver, or two, or lies on
                a combinational loop.
        """
        ports = tuple(ports)
        self._name_outputs(ports)
        driver = self._drivers(ports)
        order = self._sorted(driver, [b for p in ports if p.direction == "output" for b in p.bits])
        return Netlist(name, ports, tuple(self.gates[k] for k in order), tuple(self.names)).check()

    def _name_outputs(self, ports: Sequence[Port]) -> None:
        for port in ports:
            for k, bit in enumerate(port.bits):
                if bit > 1 and not self.names[bit >> 1]:
                    suffix = f"[{port.index(k)}]" if port.range_text else ""
                    self.names[bit >> 1] = port.name + suffix

    def _drivers(self, ports: Sequence[Port]) -> list[int]:
        """For each net its gate, -1 for an input port or the constant, -2 for nothing."""
        driver = [-2] * len(self.names)
        driver[0] = -1
        for port in ports:
            if port.direction == "input":
                for bit in port.bits:
                    driver[bit >> 1] = -1
        for k, (function, pins, source) in enumerate(self.gates):
            for pin in pins[len(function.inputs) :]:
                if driver[pin >> 1] != -2:
                    other = driver[pin >> 1]
                    first = self.gates[other].source if other >= 0 else "an input port"
                    raise InvcError(
                        f"net {self.label(pin >> 1)} is driven twice",
                        where=source or self.sources[pin >> 1],
                        hint=f"the other driver is {first or 'another gate'}; remove one",
                    )
                driver[pin >> 1] = k
        return driver

    def _sorted(self, driver: Sequence[int], leaving: Iterable[Literal]) -> list[int]:
        """Kahn's algorithm over the gates, in an order that keeps neighbours near."""
        for lit in leaving:
            self._need_driver(driver, lit >> 1, "")
        waiting = [0] * len(self.gates)
        readers: list[list[int]] = [[] for _ in self.gates]
        for k, (function, pins, source) in enumerate(self.gates):
            for pin in pins[: len(function.inputs)]:
                source_gate = driver[pin >> 1]
                if source_gate >= 0:
                    waiting[k] += 1
                    readers[source_gate].append(k)
                elif source_gate == -2:
                    self._need_driver(driver, pin >> 1, source)
        order = [k for k, count in enumerate(waiting) if count == 0]
        for k in order:  # grows while it runs
            for reader in readers[k]:
                waiting[reader] -= 1
                if waiting[reader] == 0:
                    order.append(reader)
        if len(order) < len(self.gates):
            self._report_loop(driver, waiting)
        return order

    def _need_driver(self, driver: Sequence[int], net: int, source: str) -> None:
        if driver[net] == -2:
            raise InvcError(
                f"net {self.label(net)} is read but nothing drives it",
                where=self.sources[net] or source,
                hint="assign it, or make it an input",
            )

    def _report_loop(self, driver: Sequence[int], waiting: Sequence[int]) -> None:
        """Walk backwards from any gate that never became ready until a gate repeats."""
        gate = next(k for k, count in enumerate(waiting) if count)
        seen: dict[int, int] = {}
        nets: list[int] = []
        while gate not in seen:
            seen[gate] = len(nets)
            function, pins, _ = self.gates[gate]
            net = next(
                pin >> 1
                for pin in pins[: len(function.inputs)]
                if driver[pin >> 1] >= 0 and waiting[driver[pin >> 1]]
            )
            nets.append(net)
            gate = driver[net]
        loop = nets[seen[gate] :]
        named = [net for net in loop if self.names[net]] or loop[:1]
        places = [self.sources[n] for n in named] + [self.gates[driver[n]].source for n in loop]
        shown = ", ".join(self.label(net) for net in named[:4] if self.names[net])
        raise CombinationalLoop(
            f"combinational loop through {shown or 'nets without a name'}",
            where=next((place for place in places if place), None),
            hint="break the loop: a Boolean function has no feedback",
        )

    def label(self, net: int) -> str:
        """A net as messages name it."""
        if self.names[net]:
            return repr(self.names[net])
        near = nearest_names(self.names, self.gates)[net]
        return f"of {near!r}, which has no name," if near else "without a name"
