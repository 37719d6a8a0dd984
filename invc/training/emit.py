"""Trained networks as Verilog with constant weights: nothing in it is left to find.

A layer is a module of its own: a row of weights by its number, and one loop over its neurons.
Simulators keep the loop as a loop, so that a network of MNIST's size compiles in seconds, and
synthesis unrolls it to sums of constants. Ones are counted by eights, so that an interpreter has
an eighth of the steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from invc import __version__
from invc.training.network import Bits, Layer, Network

if TYPE_CHECKING:
    from invc.training.run import Outcome

HEX = 4
LUMP = 8  # bits that are counted at once
Rows = npt.NDArray[np.generic]


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
        columns: As in `invc.training.recognise.Recognised`.
        labels: The port of classes.
    """
    port, width = inputs
    bits = (networks[0].shape.classes - 1).bit_length()
    last = networks[0].shape.layers[-1].neurons
    count = f"the vote of {len(networks)} networks" if len(networks) > 1 else "a network"
    yield f"// {count} with constant weights, by invc {__version__}\n"
    yield f"module {escaped(name)} (\n    input  [{width - 1}:0] {escaped(port)},\n"
    yield f"    output {_range(bits)}{escaped(labels)}\n);\n"
    yield from _arranged(escaped(port), width, columns)
    yield f"    wire [{len(networks) * last - 1}:0] out;\n"
    for k, network in enumerate(networks):
        yield from _instances(name, network, k)
    say = escaped(f"{name}_classes")
    yield f"    {say} say (.h(out), .y({escaped(labels)}));\nendmodule\n"
    for k, network in enumerate(networks):
        for number, (layer, weights) in enumerate(
            zip(network.shape.layers, network.weights, strict=True)
        ):
            yield from _layer(_part(name, k, number), layer, weights)
    code = np.concatenate([network.shape.code > 0 for network in networks], axis=1)
    yield from _classes(f"{name}_classes", code)


def _part(name: str, network: int, layer: int) -> str:
    return f"{name}_{network}_{layer}"


def _range(bits: int) -> str:
    return f"[{bits - 1}:0] " if bits > 1 else ""


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


def _instances(name: str, network: Network, number: int) -> Iterator[str]:
    below = "arranged"
    for k, layer in enumerate(network.shape.layers):
        here = f"h{number}_{k}"
        module = escaped(_part(name, number, k))
        yield f"    wire [{layer.neurons - 1}:0] {here};\n"
        yield f"    {module} layer{number}_{k} (.x({below}), .h({here}));\n"
        below = here
    first = number * layer.neurons
    yield f"    assign out[{first + layer.neurons - 1}:{first}] = {below};\n"


def _layer(name: str, layer: Layer, weights: Bits) -> Iterator[str]:
    """A module whose neuron j is on where its sum reaches the threshold."""
    size, least = layer.inputs, layer.threshold
    yield f"\nmodule {escaped(name)} (\n    input      [{size - 1}:0] x,\n"
    yield f"    output reg [{layer.neurons - 1}:0] h\n);\n"
    yield from _rows("weights", weights)
    yield from _ones(size)
    # Both sides are counts: a sum of -1 and +1 is twice the inputs that agree, less all inputs.
    agree, all_of = ("x ~^ weights(j)", str(size)) if layer.both else ("x & weights(j)", "ones(x)")
    if layer.wires is not None:
        yield from _rows("wires", layer.wires)
        agree = f"({agree}) & wires(j)"
        all_of = "ones(wires(j))" if layer.both else "ones(x & wires(j))"
    up, down = max(0, -least), max(0, least)
    yield "    integer j;\n    always @*\n"
    yield f"        for (j = 0; j < {layer.neurons}; j = j + 1)\n"
    yield f"            h[j] = 2 * ones({agree}) + {up} >= {all_of} + {down};\nendmodule\n"


def _classes(name: str, code: Rows) -> Iterator[str]:
    """A module that says the class whose row of the code agrees most, the lowest of equals."""
    classes, neurons = code.shape
    bits = (classes - 1).bit_length()
    yield f"\nmodule {escaped(name)} (\n    input      [{neurons - 1}:0] h,\n"
    yield f"    output reg {_range(bits)}y\n);\n"
    yield from _rows("code", code)
    yield from _ones(neurons)
    yield "    integer c, count, most;\n    always @* begin\n        most = -1;\n        y = 0;\n"
    yield f"        for (c = 0; c < {classes}; c = c + 1) begin\n"
    yield "            count = ones(h ~^ code(c));\n"
    yield "            if (count > most) begin\n                most = count;\n"
    yield f"                y = c[{bits - 1}:0];\n"
    yield "            end\n        end\n    end\nendmodule\n"


def _rows(name: str, rows: Rows) -> Iterator[str]:
    """A function: constant row j."""
    yield f"    function [{rows.shape[1] - 1}:0] {name}(input integer j);\n        case (j)\n"
    for j, row in enumerate(rows):
        yield f"            {j}: {name} = {_literal(row)};\n"
    yield f"            default: {name} = 0;\n        endcase\n    endfunction\n"


def _ones(size: int) -> Iterator[str]:
    """A function: how many bits of so many are on."""
    lumps = -(-size // LUMP)
    summed = " + ".join(f"padded[{LUMP}*k+{b}]" for b in range(LUMP))
    yield f"    function integer ones(input [{size - 1}:0] bits);\n"
    yield f"        reg [{LUMP * lumps - 1}:0] padded;\n        integer k;\n        begin\n"
    yield "            padded = bits;\n            ones = 0;\n"
    yield f"            for (k = 0; k < {lumps}; k = k + 1)\n"
    yield f"                ones = ones + {summed};\n        end\n    endfunction\n"


def _literal(bits: Rows) -> str:
    data = np.packbits(np.asarray(bits, dtype=np.uint8), bitorder="little").tobytes()
    value = int.from_bytes(data, "little")
    return f"{len(bits)}'h{value:0{-(-len(bits) // HEX)}x}"


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
