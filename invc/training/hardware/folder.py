"""The circuit that trains, in a folder with a bench that compares it with the software."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from invc.diagnostics import InvcError
from invc.training.hardware import cycles, row_words, trainer_verilog
from invc.training.network import Layer, Shape
from invc.training.stream.kernel import Trainer, pack
from invc.training.stream.rule import MOST_LIMIT, Rule, start
from invc.training.trained import Trained

BENCH = Path(__file__).parent / "bench.v"
NAME = "trainer"
COUNT = 25  # samples of the bench
SHARE = 0.4  # of their bits that are on
MAKEFILE = """# Compare the circuit with the software: make iverilog, or make verilator.
iverilog:
\tiverilog -g2005 -o bench.vvp bench.v trainer.v
\tvvp -n bench.vvp

verilator:
\tverilator --binary -Wno-fatal -Wno-lint --top-module bench -CFLAGS -O1 bench.v trainer.v
\t./obj_dir/Vbench

.PHONY: iverilog verilator
"""
README = """# A circuit that trains a network {shape}

`trainer.v` does what `invc train --method stream --batch 1` does: it holds {weights} accumulators
of a byte, takes a sample and its label at a time, lets its neurons settle in the two phases, and
steps the accumulators. A sample that teaches takes {most} cycles, one that does not {least}.

| port | what it is |
|---|---|
| `valid`, `ready` | a sample is taken in a cycle in which both are 1 |
| `x`, `label` | the sample and its class |
| `learn` | 0 to say the class and teach nothing |
| `shift` | the step is 1 << shift: 2, 1, 0 for a third of all samples each |
| `done`, `said` | 1 for the cycle after its last one; the class before it taught |
| `row`, `write`, `load`, `stored` | accumulators of a neuron, written and read while `ready` is 1 |

`make iverilog` or `make verilator` streams {count} samples through it and compares every
accumulator with the software's.
"""


def described(shape: Shape, rule: Rule) -> dict[str, Any]:
    """Network and rule for the report of a file of weights."""
    layers = [[a.neurons, a.inputs, int(a.both), a.threshold] for a in shape.layers]
    rows = ["".join("01"[bit] for bit in row) for row in (shape.code > 0).astype(int)]
    wired = any(layer.wires is not None for layer in shape.layers)
    return {"rule": asdict(rule), "layers": layers, "code": rows, "wired": wired}


def trainer_files(trained: Trained) -> Mapping[str, str]:
    """The files of the folder, for the network and the rule of a run of `stream`.

    Raises:
        InvcError: The weights are of another method, or the circuit does not train this network.
    """
    shape, rule = _read(trained)
    source = np.random.Generator(np.random.Philox(np.random.SeedSequence([rule.seed, 4])))
    layer = shape.layers[0]
    inputs = (source.random((COUNT, layer.inputs)) < SHARE).astype(np.uint8)
    labels = source.integers(0, shape.classes, COUNT).astype(np.uint8)
    text = "".join(trainer_verilog(shape, rule, NAME))
    before = start(shape, rule)
    trainer = Trainer(shape, before)
    trainer.train_pass(pack(inputs, labels), rule, 0)
    order = rule.order(0, COUNT)
    words = [int("".join(map(str, row[::-1])), 2) for row in inputs[order]]
    bits = max(1, (shape.classes - 1).bit_length())
    values = {"n": layer.inputs, "h": layer.neurons, "b": bits, "count": COUNT, "name": NAME}
    bench = BENCH.read_text(encoding="utf-8")
    for name, value in values.items():
        bench = bench.replace(f"{{{name}}}", str(value))
    most = cycles(shape)
    return {
        "trainer.v": text,
        "bench.v": bench,
        "before.hex": _hex(row_words(before[0])),
        "after.hex": _hex(row_words(trainer.accumulators[0])),
        "samples.hex": _hex(words),
        "labels.hex": _hex(labels[order].tolist()),
        "steps.hex": _hex([rule.step(0).bit_length() - 1] * COUNT),
        "Makefile": MAKEFILE,
        "README.md": README.format(
            shape=shape, weights=shape.weights, most=most, least=most - layer.neurons, count=COUNT
        ),
    }


def _hex(values: list[int]) -> str:
    return "".join(f"{value:x}\n" for value in values)


def _read(trained: Trained) -> tuple[Shape, Rule]:
    """Network and rule of a run, as `described`."""
    found = trained.report
    if trained.method != "stream" or "layers" not in found:
        raise InvcError(
            f"no circuit trains like method {trained.method!r}", hint="invc train --method stream"
        )
    try:
        if found["wired"]:
            raise InvcError(
                "its neurons read different inputs",
                hint="the circuit trains neurons that read all of them",
            )
        layers = tuple(Layer(int(h), int(n), bool(b), int(t)) for h, n, b, t in found["layers"])
        code = np.array([[2 * int(bit) - 1 for bit in row] for row in found["code"]], dtype=np.int8)
        given = dict(found["rule"])
        rule = Rule(**{**given, "pulls": tuple(given["pulls"]), "noises": tuple(given["noises"])})
        shape = Shape(layers, code)
        _check(shape, rule, len(trained.weights))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InvcError(f"broken file of weights: {str(error)[:60]}") from None
    return shape, replace(rule, batch=1)


def _check(shape: Shape, rule: Rule, weights: int) -> None:
    """Refuse what no run can have left."""
    sizes = [size for layer in shape.layers for size in (layer.neurons, layer.inputs)]
    if not sizes or min(sizes) < 1 or shape.weights > weights:
        raise ValueError("layers")
    classes, neurons = shape.code.shape
    if classes < 2 or neurons != shape.layers[-1].neurons or not (abs(shape.code) == 1).all():
        raise ValueError("code")
    small = (rule.limit, rule.first_step, rule.drop, rule.phases, rule.batch)
    large = (rule.passes, rule.margin, rule.seed, *rule.pulls, *rule.noises)
    if len(rule.pulls) != len(shape.layers) or not all(type(n) is int for n in (*small, *large)):
        raise ValueError("rule")
    least, most = min(rule.passes, rule.limit, rule.first_step), max(small)
    if least < 1 or most >= 1 << 15 or rule.limit > MOST_LIMIT or min(small + large) < 0:
        raise ValueError("rule")
    if max(map(abs, (rule.margin, *rule.pulls, *(a.threshold for a in shape.layers)))) >= 1 << 31:
        raise ValueError("rule")
