"""The rule of `stream` by compiled code: packed weights, a byte an accumulator, threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.training.native import contrast
from invc.training.network import Bits, Layer, Network, Shape, UInt64, packed, unpacked
from invc.training.stream.rule import Int8, Rule

Int32 = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Packed:
    """Samples as the kernels read them.

    Attributes:
        inputs: Shape (samples, words), uint64.
        labels: Shape (samples,), uint8.
    """

    inputs: UInt64
    labels: npt.NDArray[np.uint8]


def pack(inputs: Bits, labels: npt.NDArray[np.generic]) -> Packed:
    """Samples, packed once for all passes."""
    return Packed(packed(inputs), labels.astype(np.uint8))


@dataclass(frozen=True)
class Tally:
    """What a pass did.

    Attributes:
        taught: Samples whose class did not lead by the margin.
        contrasts: Neurons that differed between the two phases, over all samples.
        flips: Weights that changed.
    """

    taught: int
    contrasts: int
    flips: int


class Trainer:
    """The accumulators of a network under way; `train_pass` moves them in place."""

    def __init__(self, shape: Shape, accumulators: Sequence[Int8], *, kernel: str = "") -> None:
        self.shape = shape
        self.kernel = kernel or contrast.kernels()[0]
        self.code = packed((shape.code > 0).astype(np.uint8))
        self.rows = [_padded(a) for a in accumulators]
        self.weights = [packed((row >= 0).astype(np.uint8)) for row in self.rows]
        self.wires = [_wires(layer) for layer in shape.layers]

    @property
    def accumulators(self) -> tuple[Int8, ...]:
        """A copy. For each layer an array of shape (neurons, inputs), int8."""
        layers = self.shape.layers
        return tuple(
            row[:, : layer.inputs].copy() for row, layer in zip(self.rows, layers, strict=True)
        )

    @property
    def network(self) -> Network:
        """The network of the signs of the accumulators."""
        weights = zip(self.weights, self.shape.layers, strict=True)
        return Network(self.shape, tuple(unpacked(w, layer.inputs) for w, layer in weights))

    def train_pass(self, samples: Packed, rule: Rule, number: int, *, threads: int = 1) -> Tally:
        """Run pass `number` of the rule."""
        layers = [
            (row, w, layer.inputs, layer.both, layer.threshold, pull, noise, wires)
            for row, w, layer, pull, noise, wires in zip(
                *(self.rows, self.weights, self.shape.layers, rule.pulls),
                *(rule.noises or (0,) * len(rule.pulls), self.wires),
                strict=True,
            )
        ]
        order = rule.order(number, len(samples.labels))
        settings = (rule.batch, rule.margin, rule.step(number), rule.limit, rule.drop, rule.phases)
        some = min(threads, rule.batch)
        found = contrast.run_pass(
            *(layers, self.code, samples.inputs, samples.labels, order, *settings),
            *(rule.key(number), some, self.kernel),
        )
        return Tally(*found)


def outputs(network: Network, inputs: UInt64, *, threads: int = 1, kernel: str = "") -> Int32:
    """The output of every class, as `network.outputs`, from packed inputs."""
    shape = network.shape
    words = [packed(w) for w in network.weights]
    layers = [
        (
            np.empty((len(w), 64 * w.shape[1]), np.int8),
            w,
            layer.inputs,
            layer.both,
            layer.threshold,
            0,
            0,
            _wires(layer),
        )
        for w, layer in zip(words, shape.layers, strict=True)
    ]
    found = np.empty((len(inputs), shape.classes), dtype=np.int32)
    code = packed((shape.code > 0).astype(np.uint8))
    name = kernel or contrast.kernels()[0]
    contrast.forward(layers, code, inputs, found, min(threads, max(1, len(inputs))), name)
    return found


def _wires(layer: Layer) -> UInt64 | None:
    return None if layer.wires is None else packed(layer.wires)


def _padded(rows: Int8) -> Int8:
    """Accumulators with whole words of columns; what is added is -1 and never moves."""
    neurons, columns = rows.shape
    full = np.full((neurons, -(-columns // 64) * 64), -1, dtype=np.int8)
    full[:, :columns] = rows
    return full
