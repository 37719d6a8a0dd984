"""Binary networks as values: layers of neurons of weights -1 and +1, and an output code.

A neuron sums its inputs, each times its weight, and is on where the sum is at least a threshold.
Inputs of a layer count either as 0 and 1 ("and": an input that is off adds nothing) or as -1 and
+1 ("xnor"). The output of class c is `sum_j v_cj h_j` over the neurons h_j = -1, +1 of the last
layer; v is the code, fixed. The network says the class of the largest output, the lowest of equals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint8]
Signs = npt.NDArray[np.int8]
Int = npt.NDArray[np.int64]
UInt64 = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Layer:
    """The shape of a layer.

    Attributes:
        neurons: How many.
        inputs: Inputs, all of the layer below.
        both: Whether inputs count as -1 and +1, not as 0 and 1.
        threshold: A neuron is on where its sum is at least this.
        wires: 1 where a neuron reads an input; None where each reads all of them. What is not
            read has weight bit 0, and no part in any sum. Shape (neurons, inputs), uint8.
    """

    neurons: int
    inputs: int
    both: bool = False
    threshold: int = 0
    wires: Bits | None = field(default=None, compare=False)

    @property
    def weights(self) -> int:
        """How many weights it has."""
        return self.neurons * self.inputs if self.wires is None else int(self.wires.sum())

    @property
    def reach(self) -> float:
        """Inputs that a neuron reads, on average."""
        return self.weights / self.neurons

    def __str__(self) -> str:
        return f"{self.neurons}" if self.wires is None else f"{self.neurons}({self.reach:.0f})"


@dataclass(frozen=True, eq=False)
class Shape:
    """A network without its weights.

    Attributes:
        layers: From the inputs up; at least one.
        code: -1 and +1. Shape (classes, neurons of the last layer), int8.
    """

    layers: tuple[Layer, ...]
    code: Signs

    @property
    def inputs(self) -> int:
        """Inputs of the first layer."""
        return self.layers[0].inputs

    @property
    def classes(self) -> int:
        """How many classes it tells apart."""
        return len(self.code)

    @property
    def weights(self) -> int:
        """How many weights it has."""
        return sum(layer.weights for layer in self.layers)

    def __repr__(self) -> str:
        return f"Shape {self}"

    def __str__(self) -> str:
        sizes = [self.inputs, *self.layers]
        last = [] if self.layers[-1].neurons == 1 else [1 if self.is_majority else self.classes]
        return "-".join(map(str, [*sizes, *last]))

    @property
    def is_majority(self) -> bool:
        """Whether every neuron of the last layer votes for class 1 alone."""
        return self.classes == 2 and bool((self.code[1] == 1).all() and (self.code[0] == -1).all())


@dataclass(frozen=True, eq=False)
class Network:
    """A network with weights.

    Attributes:
        shape: Its layers and code.
        weights: 1 for +1, 0 for -1. For each layer an array of shape (neurons, inputs), uint8.
    """

    shape: Shape
    weights: tuple[Bits, ...]


def outputs(network: Network, inputs: Bits) -> Int:
    """The output of every class, by matrix products: the slow twin of the kernels.

    Args:
        network: What to evaluate.
        inputs: 0 and 1. Shape (samples, inputs).

    Returns:
        Shape (samples, classes).
    """
    now = inputs
    for layer, weights in zip(network.shape.layers, network.weights, strict=True):
        now = (sums(layer, weights, now) >= layer.threshold).astype(np.uint8)
    found: Int = _product(signs(now), network.shape.code)
    return found


def sums(layer: Layer, weights: Bits, inputs: Bits) -> Int:
    """What the neurons of a layer sum to. Shape (samples, neurons)."""
    return _product(signs(inputs) if layer.both else inputs, signed(layer, weights))


def signed(layer: Layer, weights: Bits) -> Signs:
    """Weights as -1 and +1, and 0 where there is no wire."""
    return signs(weights) if layer.wires is None else signs(weights) * layer.wires.astype(np.int8)


def _product(left: npt.NDArray[np.generic], right: npt.NDArray[np.generic]) -> Int:
    """`left @ right.T`, exactly: float32 holds whole numbers up to 2^24, and has a fast product."""
    product = left.astype(np.float32) @ right.astype(np.float32).T
    return np.asarray(np.rint(product), dtype=np.int64)


def signs(bits: Bits) -> Signs:
    """0 and 1 as -1 and +1."""
    return (2 * bits.astype(np.int8) - 1).astype(np.int8)


def classes_of(found: Int) -> Int:
    """The class of the largest output, the lowest of equals. Shape (samples,)."""
    return np.asarray(found.argmax(axis=1), dtype=np.int64)


def random_code(classes: int, neurons: int, seed: int) -> Signs:
    """A code in which each neuron is +1 for half of the classes (the larger half), at random."""
    source = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 1])))
    row = np.repeat(np.array([1, -1], dtype=np.int8), [(classes + 1) // 2, classes // 2])
    return np.ascontiguousarray(np.stack([source.permutation(row) for _ in range(neurons)], 1))


def joined(networks: Sequence[Network]) -> Network:
    """The vote of networks of one hidden layer as one network with all of their neurons.

    Its outputs are the sums of theirs.
    """
    shapes = [network.shape for network in networks]
    first = shapes[0].layers[0]
    assert all(shape.layers == (first,) for shape in shapes)
    wires = None if first.wires is None else np.tile(first.wires, (len(networks), 1))
    wide = Layer(first.neurons * len(networks), first.inputs, first.both, first.threshold, wires)
    code = np.ascontiguousarray(np.concatenate([shape.code for shape in shapes], axis=1))
    weights = np.concatenate([network.weights[0] for network in networks])
    return Network(Shape((wide,), code), (weights,))


def packed(bits: Bits) -> UInt64:
    """Rows of bits in words of 64, least significant first, the last one filled up with zeros.

    Shape (rows, columns) to (rows, words).
    """
    rows, columns = bits.shape
    full = np.zeros((rows, -(-columns // 64) * 64), dtype=np.uint8)
    full[:, :columns] = bits
    return np.packbits(full, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def unpacked(words: UInt64, columns: int) -> Bits:
    """Bits of packed rows, the inverse of `packed`."""
    data = np.ascontiguousarray(words, dtype="<u8").view(np.uint8)
    return np.unpackbits(data, axis=1, bitorder="little")[:, :columns]
