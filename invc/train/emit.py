"""Trained networks as Verilog with constant weights: nothing in it is left to find."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from invc import __version__
from invc.frontend.parts import NEURONS
from invc.train.network import Bits, Layer, Network

if TYPE_CHECKING:
    from invc.train.run import Outcome

HEX = 4
MODULE = re.compile(r"^(?://.*\n)*\(\*.*\*\)\nmodule (\w+)(?:.|\n)*?^endmodule\n", re.M)


def verilog(
    name: str,
    networks: Sequence[Network],
    *,
    inputs: tuple[str, int],
    columns: npt.NDArray[np.int64],
    labels: str,
) -> Iterator[str]:
    """One network, or the vote of several as one with the neurons of all of them.

    Args:
        name: Of the module.
        networks: Of one shape; their outputs are added up.
        inputs: The port of samples and its width.
        columns: As in `invc.train.recognise.Recognised`.
        labels: The port of classes.
    """
    port, width = inputs
    classes = networks[0].shape.classes
    bits = (classes - 1).bit_length()
    layers = networks[0].shape.layers
    count = f"the vote of {len(networks)} networks" if len(networks) > 1 else "a network"
    yield f"// {count} with constant weights, by invc {__version__}\n"
    yield f"module {escaped(name)} (\n    input  [{width - 1}:0] {escaped(port)},\n"
    yield f"    output {f'[{bits - 1}:0] ' if bits > 1 else ''}{escaped(labels)}\n);\n"
    yield from _arranged(escaped(port), width, columns)
    last = layers[-1].neurons
    yield f"    wire [{len(networks) * last - 1}:0] out;\n"
    for k, network in enumerate(networks):
        yield from _network(network, k)
    rows = [
        _literal(np.concatenate([n.shape.code[c] > 0 for n in networks])) for c in range(classes)
    ]
    code = ",\n        ".join(reversed(rows))
    total = len(networks) * last
    yield f"    invc_classes #(.H({total}), .C({classes}), .CODE({{\n        {code}\n"
    yield f"    }})) say (.h(out), .y({escaped(labels)}));\nendmodule\n\n"
    yield from _parts()


def _arranged(port: str, width: int, columns: npt.NDArray[np.int64]) -> Iterator[str]:
    """The inputs of the first layer, from the bits of the port and constants."""
    if len(columns) == width and (columns == np.arange(width)).all():
        yield f"    wire [{width - 1}:0] arranged = {port};\n"
        return
    texts = [
        f"{port}[{k}]" if width > 1 and k < width else port if k < width else f"1'b{k - width}"
        for k in reversed(columns.tolist())
    ]
    yield f"    wire [{len(texts) - 1}:0] arranged = {{{', '.join(texts)}}};\n"


def _network(network: Network, number: int) -> Iterator[str]:
    below = "arranged"
    shape = network.shape
    for k, (layer, weights) in enumerate(zip(shape.layers, network.weights, strict=True)):
        here = f"h{number}_{k}"
        yield f"    wire [{layer.neurons - 1}:0] {here};\n"
        yield from _layer(layer, weights, below, here)
        below = here
    first = number * shape.layers[-1].neurons
    yield f"    assign out[{first + shape.layers[-1].neurons - 1}:{first}] = {below};\n"


def _layer(layer: Layer, weights: Bits, below: str, here: str) -> Iterator[str]:
    options = f".N({layer.inputs}), .BOTH({int(layer.both)}), .THRESHOLD({layer.threshold})"
    for j, row in enumerate(weights):
        yield f"    invc_neuron #({options}) n{here}_{j} (\n        .x({below}),\n"
        yield f"        .w({_literal(row)}),\n        .y({here}[{j}])\n    );\n"


def _literal(bits: npt.NDArray[np.generic]) -> str:
    data = np.packbits(np.asarray(bits, dtype=np.uint8), bitorder="little").tobytes()
    value = int.from_bytes(data, "little")
    return f"{len(bits)}'h{value:0{-(-len(bits) // HEX)}x}"


def _parts() -> Iterator[str]:
    """The modules that it is built of, from our own file."""
    text = NEURONS.read_text(encoding="utf-8")
    for match in MODULE.finditer(text):
        if match[1] != "invc_majority":
            yield match[0] + "\n"


def escaped(name: str) -> str:
    """A name as Verilog takes it, whatever is in it."""
    return name if re.fullmatch(r"[A-Za-z_][\w$]*", name, re.ASCII) else f"\\{name} "


def wrapper(
    name: str,
    module: str,
    parameters: Sequence[tuple[str, str]],
    ports: Sequence[tuple[str, str, int]],
    weights: Sequence[tuple[str, Bits]],
) -> Iterator[str]:
    """Any design with constant weights: an instance of the user's own module.

    Args:
        name: Of the new module.
        module: The user's.
        parameters: Its parameters, as the user gave them.
        ports: Direction, name and width of each port but those of weights.
        weights: Value of each of those.
    """
    yield f"// {module} with constant weights, by invc {__version__}; give its sources too\n"
    heads = [f"    {d} [{w - 1}:0] {escaped(n)}" for d, n, w in ports]
    yield f"module {escaped(name)} (\n" + ",\n".join(heads) + "\n);\n"
    chosen = ", ".join(f".{n}({value})" for n, value in parameters)
    pins = [f".{escaped(n)}({escaped(n)})" for _, n, _ in ports]
    pins += [f".{escaped(n)}({_literal(bits)})" for n, bits in weights]
    joined = ",\n        ".join(pins)
    given = f"#({chosen}) " if chosen else ""
    yield f"    {escaped(module)} {given}net (\n        {joined}\n    );\n"
    yield "endmodule\n"


def trained_verilog(outcome: Outcome, weights: Sequence[Bits]) -> Iterator[str]:
    """What a training run found, as Verilog: one network, or the vote of several."""
    trained, network = outcome.trained, outcome.network
    widths = outcome.subject.widths
    name = f"{trained.module}_trained"
    samples = (trained.inputs, widths[trained.inputs])
    if network is not None:
        networks = [network.network(flat) for flat in weights]
        yield from verilog(
            name, networks, inputs=samples, columns=network.columns, labels=trained.labels
        )
        return
    said = ("output", trained.labels, widths[trained.labels])
    parts, first = [], 0
    for port, width in trained.widths.items():
        parts.append((port, weights[0][first : first + width]))
        first += width
    yield from wrapper(
        name, trained.module, list(trained.parameters.items()), [("input", *samples), said], parts
    )
