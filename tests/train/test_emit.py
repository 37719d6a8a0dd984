"""What is emitted says what was predicted: as gates, in Icarus Verilog, and in Verilator."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from invc.frontend.elaborate import elaborate
from invc.frontend.yosys import Sources, find_yosys
from invc.netlist import evaluate_ports
from invc.pipeline import synth
from invc.training.emit import escaped, verilog
from invc.training.network import Bits, Network, classes_of, outputs
from invc.training.trials import evaluate_words
from train.nets import samples, shape, wired
from train.simulators import in_icarus, in_verilator

NETS = {
    "perceptron": ([7, 1], [True], 2, 3),
    "a layer": ([9, 6], [False], 5, 1),
    "vote": ([9, 6], [False], 5, 4),
    "two layers": ([8, 5, 7], [False, True], 3, 2),
    "some wires": ([12, 9, 5], [True, False], 3, 2),
}


def networks(net: tuple[list[int], list[bool], int, int], seed: int = 0) -> list[Network]:
    sizes, both, classes, count = net
    given = shape(sizes, both, classes)
    if net is NETS["some wires"]:
        given = wired(given)
    source = np.random.default_rng(seed)
    return [
        Network(
            given,
            tuple(
                source.integers(0, 2, (layer.neurons, layer.inputs)).astype(np.uint8)
                * (np.uint8(1) if layer.wires is None else layer.wires)
                for layer in given.layers
            ),
        )
        for _ in range(count)
    ]


def write(
    path: Path,
    nets: Sequence[Network],
    name: str = "net",
    columns: npt.NDArray[np.int64] | None = None,
) -> Path:
    width = nets[0].shape.inputs
    columns = np.arange(width) if columns is None else columns
    text = verilog(name, nets, inputs=("x", width), columns=columns, labels="y")
    path.write_text("".join(text))
    return path


def predicted(nets: Sequence[Network], inputs: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    return classes_of(np.sum([outputs(net, inputs) for net in nets], axis=0))


@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_as_gates_and_as_words(tmp_path: Path, net: tuple[list[int], list[bool], int, int]) -> None:
    nets = networks(net)
    path = write(tmp_path / "net.v", nets)
    inputs, _ = samples(100, net[0][0], 2)
    netlist = synth(Sources((path,))).netlist
    words = [int("".join(map(str, column[::-1])), 2) for column in inputs.T]
    bits = evaluate_ports(netlist, {"x": words}, len(inputs))["y"]
    said = [sum((bit >> t & 1) << k for k, bit in enumerate(bits)) for t in range(len(inputs))]
    assert said == predicted(nets, inputs).tolist()
    design = elaborate(Sources((path,), "net"), find_yosys(None))
    found = evaluate_words(design, {"x": list(inputs.astype(bool).T)})["y"]
    bits_of_class = np.array([bit.astype(np.int64) << k for k, bit in enumerate(found)])
    assert (bits_of_class.sum(axis=0) == predicted(nets, inputs)).all()


def turned(folder: Path, net: tuple[list[int], list[bool], int, int]) -> tuple[Bits, list[int]]:
    """A network whose inputs are the port's turned round and a 1; samples, and what it says."""
    nets = networks(net, seed=1)
    inputs, _ = samples(64, net[0][0], 2, seed=3)
    columns = np.append(np.arange(net[0][0] - 1)[::-1], net[0][0] + 1)
    inputs[:, -1] = 0  # the last bit of the port is not read
    write(folder / "net.v", nets, columns=columns)
    seen = np.concatenate([inputs[:, :-1][:, ::-1], np.ones((64, 1), np.uint8)], axis=1)
    return inputs, predicted(nets, seen).tolist()


@pytest.mark.skipif(not shutil.which("iverilog"), reason="needs Icarus Verilog")
@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_in_icarus(tmp_path: Path, net: tuple[list[int], list[bool], int, int]) -> None:
    inputs, wanted = turned(tmp_path, net)
    assert in_icarus(tmp_path, inputs, net[2]) == wanted


@pytest.mark.skipif(not shutil.which("verilator"), reason="needs Verilator")
@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_in_verilator(tmp_path: Path, net: tuple[list[int], list[bool], int, int]) -> None:
    inputs, wanted = turned(tmp_path, net)
    assert in_verilator(tmp_path, inputs) == wanted


def test_any_name_can_be_written(tmp_path: Path) -> None:
    path = write(tmp_path / "net.v", networks(NETS["perceptron"]), name="a+b.c")
    assert escaped("plain_1") == "plain_1"
    design = elaborate(Sources((path,)), find_yosys(None))
    assert design.modules[design.top].name == "a+b.c"
