"""`stream` as a circuit: accumulators, the two phases, samples streaming in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from invc import __version__
from invc.diagnostics import InvcError
from invc.training.network import Shape
from invc.training.stream.rule import Int8, Rule

TRAINER = Path(__file__).parent / "trainer.v"
MOST_ROWS = 1 << 16
PINS = "clk reset valid ready x label learn shift done said write row load stored"


def trainer_verilog(shape: Shape, rule: Rule, name: str = "trainer") -> Iterator[str]:
    """The circuit that trains a network by a rule, one sample at a time, as Verilog.

    The rule's batch is one sample here, whatever it says; its steps come with the samples.

    Raises:
        InvcError: The network has several layers, or the rule drops inputs.
    """
    if len(shape.layers) != 1:
        raise InvcError(
            f"network {shape} has {len(shape.layers)} layers of weights",
            hint="the circuit trains one layer and an output code",
        )
    if shape.layers[0].neurons > MOST_ROWS:
        raise InvcError(f"the circuit has at most {MOST_ROWS} neurons")
    if shape.layers[0].wires is not None:
        raise InvcError(
            f"neurons of network {shape} read different inputs",
            hint="the circuit trains neurons that read all of them",
        )
    if rule.drop:
        raise InvcError("the circuit drops no inputs", hint="drop them in the stream of samples")
    if rule.noises or rule.phases != 2:
        raise InvcError("the circuit has no noise and two phases", hint="train without either")
    layer = shape.layers[0]
    rows = [_literal(row > 0) for row in shape.code]
    code = ",\n        ".join(reversed(rows))
    values = {
        "N": layer.inputs,
        "H": layer.neurons,
        "C": shape.classes,
        "BOTH": int(layer.both),
        "THRESHOLD": layer.threshold,
        "PULL": rule.pulls[0],
        "MARGIN": rule.margin,
        "LIMIT": rule.limit,
    }
    chosen = ", ".join(f".{key}({value})" for key, value in values.items())
    label = (shape.classes - 1).bit_length() - 1
    yield f"// Trains a network {shape}, by invc {__version__}: {cycles(shape)} cycles a sample\n"
    yield f"module {name} (\n    input clk, reset, valid, learn, write,\n    output ready, done,\n"
    yield f"    input [{layer.inputs - 1}:0] x,\n    input [{label}:0] label,\n"
    yield f"    output [{label}:0] said,\n    input [3:0] shift,\n    input [15:0] row,\n"
    yield f"    input [{8 * layer.inputs - 1}:0] load,\n"
    yield f"    output [{8 * layer.inputs - 1}:0] stored\n);\n"
    yield f"    invc_trainer #(\n        {chosen}, .CODE({{\n        {code}\n    }})) core (\n"
    pins = PINS.split()
    yield "        " + ", ".join(f".{pin}({pin})" for pin in pins) + "\n    );\nendmodule\n\n"
    yield TRAINER.read_text(encoding="utf-8")


def cycles(shape: Shape) -> int:
    """Most cycles of a sample: take it, settle each neuron, decide, teach each neuron."""
    return 2 * shape.layers[0].neurons + 2


def row_words(accumulators: Int8) -> list[int]:
    """The rows of accumulators as the circuit loads and stores them: byte i is input i."""
    data = np.ascontiguousarray(accumulators)
    return [int.from_bytes(row.tobytes(), "little") for row in data]


def _literal(bits: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    value = int.from_bytes(np.packbits(bits, bitorder="little").tobytes(), "little")
    return f"{len(bits)}'h{value:x}"
