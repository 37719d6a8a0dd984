"""A module under way: its structure, its place in the hierarchy, and the circuit it adds to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from invc.frontend.gate_level.aliases import ROOT, Bits, Nets
from invc.frontend.gate_level.structure import Module, Signal
from invc.library.cell import Cell
from invc.netlist import FALSE, TRUE, Function, Literal
from invc.netlist.gates import AND2, XOR2

MAX_NETS = 1 << 19  # that a short file may stand for, by modules in modules; more, if it is longer


@dataclass(frozen=True)
class Circuit:
    """What all modules of a netlist add to.

    Attributes:
        nets: Its raw nets.
        library: Cells by name.
        others: Functions of cells that are in no library of ours, by name; None where a cell
            has none.
        gates: Each gate's function, literals and line, in the order in which they were found.
    """

    nets: Nets
    library: Mapping[str, Cell]
    others: Mapping[str, Function | None] = field(default_factory=dict)
    gates: list[tuple[Function, Bits, int]] = field(default_factory=list)

    def gate(self, usual: Function, inputs: Sequence[Literal], line: int) -> Literal:
        """A gate of one output on a new raw net, by the library's own order of its pins."""
        cell = self.library.get(usual.name)
        function = cell.function if cell and cell.function else usual
        value = dict(zip(usual.inputs, inputs, strict=True))
        if set(function.inputs) != set(usual.inputs):
            function = usual
        output = 2 * self.nets.new("", line)
        self.nets.alias[output >> 1] = ROOT
        self.gates.append((function, (*(value[pin] for pin in function.inputs), output), line))
        return output

    def reduce(self, kind: str, bits: Sequence[Literal], line: int) -> Literal:
        """One gate kind ("and" ... "xnor") over many bits, as a balanced tree."""
        inverted = kind in ("nand", "nor", "xnor")
        dual = kind in ("or", "nor")  # a | b = ~(~a & ~b)
        function = XOR2 if kind in ("xor", "xnor") else AND2
        level = [bit ^ dual for bit in bits]
        while len(level) > 1:
            pairs = [
                self.gate(function, (level[k], level[k + 1]), line)
                for k in range(0, len(level) - 1, 2)
            ]
            level = pairs + level[len(level) & ~1 :]
        return level[0] ^ inverted ^ dual


@dataclass(frozen=True)
class Scope:
    """An instance of a module.

    Attributes:
        circuit: What it adds to.
        module: What it is an instance of.
        prefix: Put before the names of its nets.
        above: Names of the modules that it lies in, its own too.
        first: The raw net of the lowest bit of each signal.
        signals: Its signals, implicit ones too.
    """

    circuit: Circuit
    module: Module
    prefix: str
    above: frozenset[str]
    first: dict[str, int] = field(default_factory=dict)
    signals: dict[str, Signal] = field(default_factory=dict)

    @property
    def nets(self) -> Nets:
        """The raw nets of the whole circuit."""
        return self.circuit.nets

    def declare(self, signal: Signal) -> None:
        """Give a signal a raw net for each of its bits.

        Raises:
            InvcError: There are too many bits in the whole netlist.
        """
        most = max(MAX_NETS, len(self.nets.source.text))
        if len(self.nets.names) + signal.width > most:
            raise self.nets.fault(f"more than {most} bits of nets", signal.line)
        self.signals[signal.name] = signal
        self.first[signal.name] = len(self.nets.names)
        for position in range(signal.width):
            self.nets.new(self.prefix + signal.bit_name(position), signal.line)

    def bits(self, signal: Signal) -> Bits:
        """The raw nets of a signal, least significant first."""
        first = self.first[signal.name]
        return tuple(range(2 * first, 2 * (first + signal.width), 2))


def open_scope(circuit: Circuit, module: Module, prefix: str, above: frozenset[str]) -> Scope:
    """An instance with a raw net for every bit that its module declares, supplies tied."""
    made = Scope(circuit, module, prefix, above | {module.name})
    for signal in module.signals.values():
        made.declare(signal)
    for name, value in module.supplies.items():
        signal = module.signals[name]
        circuit.nets.drive(made.bits(signal), (TRUE if value else FALSE,) * signal.width, 0)
    return made
