"""Find the binary network in a user's Verilog: once a module, before any gate is made.

A neuron is any module of two inputs of one width, samples and weights, and one output that is on
where a sum of inputs times weights reaches a threshold. Which sum and which threshold is found by
evaluating the module as it was elaborated, on vectors around the threshold; the same module with
few inputs is then proven over all of them. An attribute `invc_train` is not needed for that, nor
believed. Only a module that tells classes apart carries one, since its code is read from its
parameter CODE; that it means this code is checked in the same way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.diagnostics import InvcError, nearest
from invc.frontend.elaborate import Bit, Cell, Elaborated, Module, elaborate
from invc.frontend.yosys import Sources, Yosys
from invc.training import judge
from invc.training.judge import Kind
from invc.training.network import Bits, Layer, Network, Shape, Signs

ATTRIBUTE = "invc_train"
NO_NETWORK = (
    "--method gates takes any combinational design; invc's own neurons are in docs/howto/train.md"
)


@dataclass(frozen=True)
class Ports:
    """Which ports of the top are what.

    Attributes:
        inputs: A sample.
        weights: What is learnt, in this order.
        labels: The class of the sample.
    """

    inputs: str
    weights: tuple[str, ...]
    labels: str


@dataclass(frozen=True)
class Reader:
    """A neuron in the design.

    Attributes:
        module: Which it is an instance of.
        x: Its pin of samples.
        w: Its pin of weights.
        columns: Inputs of the layer, in the order of the pin.
    """

    module: str
    x: str
    w: str
    columns: tuple[int, ...]

    @property
    def kind(self) -> tuple[str, str, str]:
        """What neurons that do the same share."""
        return self.module, self.x, self.w


@dataclass(frozen=True, eq=False)
class Recognised:
    """A network, and where its parts are in the design.

    Attributes:
        shape: The network.
        ports: Which ports are what.
        widths: Bits of each port.
        columns: For each input of the first layer the bit of the port; a constant is one of the
            two numbers after the last bit: 0, then 1. Shape (inputs,).
        places: For each layer the bit of each weight, counted through the weights' ports; -1 where
            there is no wire. Shape (neurons, inputs).
        notes: How the modules were recognised, a line each.
        design: The user's modules.
        neurons: For each layer its neurons.
    """

    shape: Shape
    ports: Ports
    widths: Mapping[str, int]
    columns: npt.NDArray[np.int64]
    places: tuple[npt.NDArray[np.int64], ...]
    notes: tuple[str, ...]
    design: Elaborated
    neurons: tuple[tuple[Reader, ...], ...]

    def arrange(self, samples: Bits) -> Bits:
        """Bits of the port as inputs of the first layer. (samples, width) to (samples, inputs)."""
        ends = np.zeros((len(samples), 2), dtype=np.uint8)
        ends[:, 1] = 1
        if (
            len(self.columns) == samples.shape[1]
            and (self.columns == np.arange(samples.shape[1])).all()
        ):
            return samples
        return np.ascontiguousarray(np.concatenate([samples, ends], axis=1)[:, self.columns])

    def flat(self, network: Network) -> Bits:
        """The weights as bits of the weights' ports; bits that are no weight are 0."""
        bits = np.zeros(sum(self.widths[name] for name in self.ports.weights), dtype=np.uint8)
        for places, weights in zip(self.places, network.weights, strict=True):
            bits[places[places >= 0]] = weights[places >= 0]
        return bits

    def network(self, flat: Bits) -> Network:
        """The network of one row of bits, the inverse of `flat`."""
        rows = (np.where(places < 0, 0, flat[places]).astype(np.uint8) for places in self.places)
        return Network(self.shape, tuple(rows))


def recognise(sources: Sources, ports: Ports, yosys: Yosys) -> Recognised:
    """The network that the sources describe.

    Raises:
        InvcError: A port is not there, or there is no network of neurons in them.
    """
    design = elaborate(sources, yosys)
    module = design.modules[design.top]
    inputs = {name: len(bits) for name, bits in module.inputs.items()}
    outputs = {name: len(bits) for name, bits in module.outputs.items()}
    check_names(module.name, inputs, outputs, ports, module.source or None)
    widths = {**inputs, **outputs}
    found = _Search(design, ports, sources, yosys).run()
    return Recognised(
        found.shape,
        ports,
        widths,
        found.columns,
        tuple(found.places),
        tuple(found.notes),
        design,
        tuple(found.modules),
    )


def check_names(
    module: str,
    inputs: Mapping[str, int],
    outputs: Mapping[str, int],
    ports: Ports,
    where: str | None = None,
) -> None:
    """See that the ports are those of the module.

    Args:
        module: Its name.
        inputs: Bits of its inputs.
        outputs: Bits of its outputs.
        ports: Which of them are what.
        where: Where it is.

    Raises:
        InvcError: One is not there, or the module has another input.
    """
    named = [ports.inputs, *ports.weights]
    for name in named:
        if name not in inputs:
            message = f"module {module!r} has no input {name!r}"
            raise InvcError(message, where=where, hint=nearest(name, inputs))
    if ports.labels not in outputs:
        message = f"module {module!r} has no output {ports.labels!r}"
        raise InvcError(message, where=where, hint=nearest(ports.labels, outputs))
    if len(set(named)) < len(named):
        raise InvcError("a port is named twice in --inputs and --weights")
    other = [name for name in inputs if name not in named]
    if other:
        raise InvcError(
            f"input {other[0]!r} is neither samples nor weights",
            where=where,
            hint="name all weights: --weights may be repeated",
        )


class _Search:
    """The search for layers in one design, with what it has found."""

    def __init__(self, design: Elaborated, ports: Ports, sources: Sources, yosys: Yosys) -> None:
        self.design = design
        self.top = design.modules[design.top]
        self.ports = ports
        self.sources = sources
        self.yosys = yosys
        self.weight: dict[Bit, int] = {}
        for name in ports.weights:
            for bit in self.top.inputs[name]:
                self.weight[bit] = len(self.weight)
        samples = self.top.inputs[ports.inputs]
        self.sample: dict[Bit, int] = {bit: k for k, bit in enumerate(samples)}
        self.sample |= {"0": len(samples), "x": len(samples), "1": len(samples) + 1}
        self.kinds: dict[tuple[str, str, str], Kind] = {}
        self.notes: list[str] = []
        self.places: list[npt.NDArray[np.int64]] = []
        self.layers: list[Layer] = []
        self.modules: list[tuple[Reader, ...]] = []

    def run(self) -> _Search:
        neurons = self._neurons()
        labels = self.top.outputs[self.ports.labels]
        used, self.code = self._code(neurons, labels)
        used_bits: Sequence[Bit] = used
        while True:
            layer = [neurons[bit] for bit in used_bits]
            below = self._layer(layer)
            if all(bit in self.sample for bit in below):
                break
            if any(bit not in neurons for bit in below) or len(set(below)) < len(below):
                raise self._none("a neuron's inputs are neither samples nor neurons")
            if len(self.layers) > len(neurons):
                raise self._none("its neurons are in a circle")
            used_bits = below
        self.columns = np.array([self.sample[bit] for bit in below], dtype=np.int64)
        self.layers.reverse()
        self.places.reverse()
        self.modules.reverse()
        taken = np.concatenate([places[places >= 0] for places in self.places])
        if len(np.unique(taken)) < len(taken):
            raise self._none("a weight belongs to several neurons")
        self.shape = Shape(tuple(self.layers), self.code)
        return self

    def _none(self, why: str) -> InvcError:
        return InvcError(
            f"no network of neurons in module {self.top.name!r}: {why}",
            where=self.top.source or None,
            hint=NO_NETWORK,
        )

    def _neurons(self) -> dict[Bit, tuple[Cell, str, str]]:
        """By their outputs: the instances of two pins of one width, one of them all weights."""
        found = self._neurons_among(self.top.cells) or self._neurons_among([self._itself()])
        if not found:
            raise self._none("no module in it has samples, weights and one output")
        return found

    def _neurons_among(self, cells: Sequence[Cell]) -> dict[Bit, tuple[Cell, str, str]]:
        found: dict[Bit, tuple[Cell, str, str]] = {}
        for cell in cells:
            module = self.design.modules.get(cell.kind)
            if module is None or len(module.inputs) != 2 or len(module.outputs) != 1:
                continue
            one, two = module.inputs
            out = cell.pins.get(next(iter(module.outputs)), ())
            if len(out) != 1 or len(module.inputs[one]) != len(module.inputs[two]):
                continue
            for x, w in ((one, two), (two, one)):
                if all(bit in self.weight for bit in cell.pins.get(w, ("0",))):
                    found[out[0]] = (cell, x, w)
        return found

    def _itself(self) -> Cell:
        """The top as if it were an instance: a network may be one neuron."""
        pins = {**self.top.inputs, **self.top.outputs}
        return Cell(self.design.top, {}, tuple(self.top.outputs), pins, self.top.source)

    def _layer(self, neurons: Sequence[tuple[Cell, str, str]]) -> tuple[Bit, ...]:
        """Take in a layer; what its neurons read."""
        kinds = {self._kind(*neuron) for neuron in neurons}
        if len(kinds) != 1:
            raise self._none("neurons of a layer differ in their thresholds")
        kind = kinds.pop()
        # A bit that a neuron reads twice is two inputs: each has a weight.
        columns: dict[tuple[Bit, int], int] = {}
        readers = []
        for cell, x, w in neurons:
            seen: Counter[Bit] = Counter()
            reads = []
            for bit in cell.pins[x]:
                reads.append(columns.setdefault((bit, seen[bit]), len(columns)))
                seen[bit] += 1
            readers.append(Reader(cell.kind, x, w, tuple(reads)))
        places = np.full((len(neurons), len(columns)), -1, dtype=np.int64)
        for row, reader, (cell, _, w) in zip(places, readers, neurons, strict=True):
            row[list(reader.columns)] = [self.weight[bit] for bit in cell.pins[w]]
        wires = None if (places >= 0).all() else (places >= 0).astype(np.uint8)
        self.layers.append(Layer(*places.shape, kind.both, kind.threshold, wires))
        self.modules.append(tuple(readers))
        self.places.append(places)
        return tuple(bit for bit, _ in columns)

    def _kind(self, cell: Cell, x: str, w: str) -> Kind:
        key = (cell.kind, x, w)
        if key not in self.kinds:
            kind = judge.neuron(self.design, cell.kind, x, w)
            name = self.design.modules[cell.kind].name
            if kind is None:
                raise self._none(f"module {name!r} is no neuron")
            proof = judge.prove_neuron(self.design, cell.kind, x, w, kind, self.sources, self.yosys)
            self.kinds[key] = kind
            self.notes.append(f"{name}: a neuron, {kind}; {proof}")
        return self.kinds[key]

    def _code(
        self, neurons: Mapping[Bit, tuple[Cell, str, str]], labels: Sequence[Bit]
    ) -> tuple[tuple[Bit, ...], Signs]:
        """The neurons of the last layer, and what they say of the classes."""
        if len(labels) == 1 and labels[0] in neurons:
            return (labels[0],), np.array([[-1], [1]], dtype=np.int8)
        own = {id(cell) for cell, _, _ in neurons.values()}
        rest = [cell for cell in self.top.cells if id(cell) not in own]
        for cell in rest:
            module = self.design.modules.get(cell.kind)
            if module is None or module.attributes.get(ATTRIBUTE) != "classes":
                continue
            pin = next(iter(module.outputs))
            if tuple(cell.pins.get(pin, ())) == tuple(labels) and len(module.inputs) == 1:
                return self._classes(cell, module, neurons)
        used = tuple(bit for bit in neurons if self._is_read(bit, rest))
        if len(labels) != 1:
            raise self._none(
                f'its classes are not told by a module with the attribute {ATTRIBUTE} = "classes"'
            )
        inner = Module(self.top.name, {"h": used}, {"y": tuple(labels)}, tuple(rest))
        if not judge.is_majority(self.design, inner):
            raise self._none(f"output {self.ports.labels!r} is no majority of neurons")
        self.notes.append(f"{self.ports.labels}: the majority of {len(used)} neurons")
        code = np.ones((2, len(used)), dtype=np.int8)
        code[0] = -1
        return used, code

    def _is_read(self, bit: Bit, cells: Sequence[Cell]) -> bool:
        return any(
            bit in pins for cell in cells for n, pins in cell.pins.items() if n not in cell.outputs
        )

    def _classes(
        self, cell: Cell, module: Module, neurons: Mapping[Bit, tuple[Cell, str, str]]
    ) -> tuple[tuple[Bit, ...], Signs]:
        pin = next(iter(module.inputs))
        used = tuple(cell.pins[pin])
        if any(bit not in neurons for bit in used) or len(set(used)) < len(used):
            raise self._none(f"module {module.name!r} reads what is no neuron")
        code = judge.code_of(module, len(used))
        if code is None:
            raise self._none(
                f"module {module.name!r} has no parameter CODE of a row for each class"
            )
        if not judge.tells_classes(self.design, cell.kind, code):
            raise self._none(f"module {module.name!r} does not tell the classes of its CODE apart")
        proof = judge.prove_classes(self.design, cell.kind, code, self.sources, self.yosys)
        self.notes.append(f"{module.name}: {len(code)} classes of {len(used)} neurons; {proof}")
        return used, code
