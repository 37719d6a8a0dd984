"""A machine copied once for each cycle: one combinational netlist of a stretch of time.

What a register holds in a cycle is the literal of what it was given in the cycle before, so that
a register costs no gate and no spin; only bits that nothing sets at the start are nets of their
own. Constants that the initial state brings are left to `simplify`.

A cycle begins at a rising edge. Registers of falling edges change in its middle, and every other
value is what stands at its end, right before the next rising edge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal as OneOf

from invc.design.frames import INITIAL, Frames, Kind, Signal, at
from invc.netlist import Builder, Gate, Literal, Netlist, Port
from invc.netlist.machine import Machine, Register

Init = OneOf["source", "zero", "free"]
Bits = tuple[Literal, ...]


def unroll(machine: Machine, cycles: int, init: Init = "source") -> tuple[Netlist, Frames]:
    """The netlist of a machine over some edges of its clock, and what its ports are in time.

    Inputs of the cycle after the last edge are ports only where an output of that cycle depends on
    them: nothing else does.

    Args:
        machine: What is copied.
        cycles: Number of edges, at least 1.
        init: What registers hold at first: what the source says, and free bits where it says
            nothing ("source"); 0 where it says nothing ("zero"); or all bits free ("free").
    """
    assert cycles >= 1, "a stretch of time has an edge"
    copies = _Copies(machine, init)
    for cycle in range(cycles + 1):
        copies.add(cycle, last=cycle == cycles)
    netlist = copies.builder.netlist(machine.core.name, copies.ports)
    signals = tuple(_signals(machine, copies.initial, init))
    signals += tuple(_zeros(copies.zeros))
    return netlist, Frames(machine.clock, cycles, signals, free=init == "free")


def _signals(machine: Machine, initial: Iterable[Register], init: Init) -> Iterable[Signal]:
    kinds: dict[str, Kind] = {p.name: p.kind for p in machine.properties}
    kinds.update(dict.fromkeys(machine.shown, "register"))
    kinds.update(dict.fromkeys(machine.formal, "formal"))
    for port in machine.core.ports:
        if port.name not in machine.hidden:
            yield Signal(port.name, kinds.get(port.name, port.direction))
    for register in initial:
        start = "".join("x" if v is None else str(v) for v in reversed(register.initial))
        known = init == "free" and start.strip("x")
        yield Signal(register.name, "initial", register.variable, start if known else "")


def _zeros(registers: Iterable[Register]) -> Iterable[Signal]:
    for register in registers:
        bits = "".join("0" if v is None else "x" for v in reversed(register.initial))
        yield Signal(register.name, "zero", register.variable, bits)


@dataclass(frozen=True)
class _Cone:
    """The gates that some ports of the core depend on, and the inputs among what they read."""

    gates: tuple[Gate, ...]
    nets: frozenset[int]


def _cone(core: Netlist, names: Iterable[str]) -> _Cone:
    wanted = set(names)
    live = {bit >> 1 for port in core.ports if port.name in wanted for bit in port.bits}
    gates = []
    for gate in reversed(core.gates):
        if any(pin >> 1 in live for pin in gate.outputs):
            live.update(pin >> 1 for pin in gate.inputs)
            gates.append(gate)
    return _Cone(tuple(reversed(gates)), frozenset(live))


class _Copies:
    """The copies of the core made so far, a cycle each."""

    def __init__(self, machine: Machine, init: Init) -> None:
        core = machine.core
        self.machine = machine
        self.builder = Builder()
        self.ports: list[Port] = []
        self.initial: list[Register] = []
        self.zeros: list[Register] = []
        falling = [r.next for r in machine.registers if r.falling]
        seen = [p.name for p in core.outputs if p.name not in machine.hidden]
        rising = [r.next for r in machine.registers if not r.falling]
        self.middle = _cone(core, falling)
        self.whole = _cone(core, [*seen, *rising])
        self.end = _cone(core, seen)
        self.state: dict[str, Bits] = {r.name: self._start(r, init) for r in machine.registers}

    def _start(self, register: Register, init: Init) -> Bits:
        """What a register holds at first; bits that are free become an input port."""
        if init == "zero" and None in register.initial:
            self.zeros.append(register)
        port = self.machine.port(register.state)
        bits: list[Literal] = []
        free: list[Literal] = []
        name = register.name + INITIAL
        for k, value in enumerate(register.initial):
            known = None if init == "free" else 0 if value is None and init == "zero" else value
            if known is None:
                index = f"[{port.index(k)}]" if port.range_text else ""
                free.append(self.builder.net(name + index, port.source))
            bits.append(free[-1] if known is None else known)
        if free:
            shape = replace(port, name=name, bits=tuple(free))
            whole = len(free) == len(bits)
            self.ports.append(shape if whole else replace(shape, offset=0, upto=False))
            self.initial.append(register)
        return tuple(bits)

    def add(self, cycle: int, *, last: bool) -> None:
        """One more cycle; after the last edge nothing that is only given to registers."""
        core, whole = self.machine.core, self.end if last else self.whole
        needed = whole.nets | self.middle.nets
        image: dict[int, Literal] = {0: 0}
        for port in core.inputs:
            if port.name not in self.machine.hidden:
                self._input(port, cycle, image, needed if last else None)
        falling = [r for r in self.machine.registers if r.falling]
        if falling:
            early = dict(image)
            self._hold(early)
            self._copy(self.middle.gates, early, cycle)
            self._step(falling, early)
        self._hold(image)
        self._copy(whole.gates, image, cycle)
        for port in core.outputs:
            if port.name not in self.machine.hidden:
                bits = tuple(_moved(port.bits, image))
                self.ports.append(replace(port, name=at(port.name, cycle), bits=bits))
        if not last:
            self._step([r for r in self.machine.registers if not r.falling], image)

    def _input(
        self, port: Port, cycle: int, image: dict[int, Literal], needed: frozenset[int] | None
    ) -> None:
        if needed is not None and not any(bit >> 1 in needed for bit in port.bits):
            return
        names = self.machine.core.names
        for bit in port.bits:
            image[bit >> 1] = self.builder.net(at(names[bit >> 1], cycle), port.source)
        bits = tuple(_moved(port.bits, image))
        self.ports.append(replace(port, name=at(port.name, cycle), bits=bits))

    def _hold(self, image: dict[int, Literal]) -> None:
        """The registers' bits stand for what they hold now."""
        for register in self.machine.registers:
            for bit, held in zip(
                self.machine.port(register.state).bits, self.state[register.name], strict=True
            ):
                image[bit >> 1] = held

    def _step(self, registers: Sequence[Register], image: Mapping[int, Literal]) -> None:
        """Registers take what they are given, all at once."""
        for register in registers:
            given = self.machine.port(register.next).bits
            self.state[register.name] = tuple(_moved(given, image))

    def _copy(self, gates: Sequence[Gate], image: dict[int, Literal], cycle: int) -> None:
        names = self.machine.core.names
        for gate in gates:
            pins = [*_moved(gate.inputs, image)]
            for pin in gate.outputs:
                name = names[pin >> 1]
                new = self.builder.net(at(name, cycle) if name else "")
                image[pin >> 1] = new
                pins.append(new ^ (pin & 1))
            self.builder.gates.append(Gate(gate.function, tuple(pins), gate.source))


def _moved(bits: Iterable[Literal], image: Mapping[int, Literal]) -> list[Literal]:
    return [image[bit >> 1] ^ (bit & 1) for bit in bits]
