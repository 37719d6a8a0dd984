"""The circuit that trains is the software, accumulator for accumulator."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from invc.diagnostics import InvcError
from invc.training.data.coding import Coding
from invc.training.hardware import cycles, trainer_verilog
from invc.training.hardware.folder import COUNT, described, trainer_files
from invc.training.network import Shape
from invc.training.stream import reference
from invc.training.stream.rule import Rule, Wish, default_rule
from invc.training.trained import Trained
from train.nets import samples, shape

NETS = {
    "classes": ([19, 8], [False], 3, 0),
    "xnor": ([12, 6], [True], 5, 1),
    "perceptron": ([9, 1], [True], 2, 0),
}


def write(folder: Path, net: tuple[list[int], list[bool], int, int]) -> tuple[Shape, Rule]:
    sizes, both, classes, threshold = net
    network = shape(sizes, both, classes, threshold)
    inputs, _ = samples(COUNT, sizes[0], classes)
    rule = default_rule(network, inputs, Wish(passes=3, batch=100, drop=0, seed=3))
    rule = replace(rule, margin=rule.margin + 2, limit=32)
    coding = Coding((), None, None, 0)
    report = json.loads(json.dumps(described(network, rule)))
    weights = np.zeros(network.weights, dtype=np.uint8)
    trained = Trained("net", {}, "x", "y", {}, coding, weights, (), "stream", report)
    for name, text in trainer_files(trained).items():
        (folder / name).write_text(text)
    return network, replace(rule, batch=1)


def accumulators(folder: Path, name: str, inputs: int) -> np.ndarray:
    rows = [
        int(line, 16).to_bytes(inputs, "little") for line in (folder / name).read_text().split()
    ]
    return np.array([np.frombuffer(row, dtype=np.int8) for row in rows])


@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_the_bench_expects_what_the_rule_says(tmp_path: Path, net: Any) -> None:
    network, rule = write(tmp_path, net)
    size = network.inputs
    before, after = (accumulators(tmp_path, f"{n}.hex", size) for n in ("before", "after"))
    words = [int(line, 16) for line in (tmp_path / "samples.hex").read_text().split()]
    inputs = np.array([[word >> i & 1 for i in range(size)] for word in words], dtype=np.uint8)
    labels = np.array(
        [int(line, 16) for line in (tmp_path / "labels.hex").read_text().split()], dtype=np.uint8
    )
    order = np.argsort(rule.order(0, COUNT))  # the bench has them in the order of the pass
    found = reference.train_pass(network, (before,), inputs[order], labels[order], rule, 0)
    assert (found[0] == after).all()
    assert (before != after).any()


def passes(folder: Path, simulator: str, network: Shape) -> bool:
    done = subprocess.run(
        ["make", simulator], cwd=folder, capture_output=True, text=True, check=True
    )
    assert f"at most {cycles(network)} cycles each" in done.stdout
    return "PASS: the accumulators" in done.stdout


@pytest.mark.skipif(not shutil.which("iverilog"), reason="needs Icarus Verilog")
@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_in_icarus(tmp_path: Path, net: Any) -> None:
    network, _ = write(tmp_path, net)
    assert passes(tmp_path, "iverilog", network)
    expected = (tmp_path / "after.hex").read_text()
    flipped = f"{int(expected[0], 16) ^ 1:x}{expected[1:]}"
    (tmp_path / "after.hex").write_text(flipped)
    assert not passes(tmp_path, "iverilog", network)


@pytest.mark.skipif(not shutil.which("verilator"), reason="needs Verilator")
def test_in_verilator(tmp_path: Path) -> None:
    network, _ = write(tmp_path, NETS["classes"])
    assert passes(tmp_path, "verilator", network)


def test_what_the_circuit_has_not() -> None:
    deep = shape([5, 4, 3], [False, True], 3)
    inputs, _ = samples(4, 5, 3)
    rule = default_rule(deep, inputs, Wish(passes=1, batch=1, drop=0, seed=0))
    with pytest.raises(InvcError, match="2 layers of weights"):
        list(trainer_verilog(deep, rule))
    flat = shape([5, 4], [False], 3)
    rule = default_rule(flat, inputs, Wish(passes=1, batch=1, drop=9, seed=0))
    with pytest.raises(InvcError, match="drops no inputs"):
        list(trainer_verilog(flat, rule))
