"""Networks and samples for the tests of training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from invc.frontend.yosys import Sources, find_yosys
from invc.training.network import Bits, Layer, Shape, random_code
from invc.training.recognise import Ports, Recognised, recognise

ROOT = Path(__file__).resolve().parents[2]
PERCEPTRON = ROOT / "rtl_examples/perceptron/perceptron.v"
MLP = ROOT / "rtl_examples/mlp/mlp.v"
PORTS = Ports("x", ("w",), "y")


def shape(sizes: list[int], both: list[bool], classes: int, threshold: int = 0) -> Shape:
    layers = tuple(Layer(sizes[k + 1], sizes[k], both[k], threshold) for k in range(len(sizes) - 1))
    if sizes[-1] == 1:
        return Shape(layers, np.array([[-1], [1]], dtype=np.int8))
    return Shape(layers, random_code(classes, sizes[-1], 3))


def wired(given: Shape, seed: int = 0) -> Shape:
    """The same with about half of its wires, in every layer."""
    source = np.random.default_rng(seed)
    layers = []
    for layer in given.layers:
        wires = source.integers(0, 2, (layer.neurons, layer.inputs)).astype(np.uint8)
        wires[:, 0] = 1
        layers.append(replace(layer, wires=wires))
    return replace(given, layers=tuple(layers))


def samples(count: int, width: int, classes: int, seed: int = 0) -> tuple[Bits, np.ndarray]:
    source = np.random.default_rng(seed)
    inputs = (source.random((count, width)) < 0.4).astype(np.uint8)
    return inputs, source.integers(0, classes, count).astype(np.uint8)


def separable(count: int, width: int, seed: int = 0) -> tuple[Bits, np.ndarray]:
    """Samples that some perceptron of the width gets right."""
    source = np.random.default_rng(seed)
    teacher = source.integers(0, 2, width)
    inputs = source.integers(0, 2, (count, width)).astype(np.uint8)
    labels = (2 * (inputs == teacher).sum(axis=1) > width).astype(np.uint8)
    return inputs, labels


def found(
    path: Path, ports: Ports = PORTS, top: str | None = None, **parameters: int
) -> Recognised:
    given = {name: str(value) for name, value in parameters.items()}
    sources = Sources((path,), top, parameters=given)
    return recognise(sources, ports, find_yosys(None))
