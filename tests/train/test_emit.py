"""What is emitted says what was predicted: as gates, and in Icarus Verilog where it is there."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from invc.frontend.elaborate import elaborate
from invc.frontend.yosys import Sources, find_yosys
from invc.netlist import evaluate_ports
from invc.pipeline import synth
from invc.train.emit import escaped, verilog
from invc.train.network import Network, classes_of, outputs
from invc.train.trials import evaluate_words
from train.nets import samples, shape

NETS = {
    "perceptron": ([7, 1], [True], 2, 3),
    "a layer": ([9, 6], [False], 5, 1),
    "vote": ([9, 6], [False], 5, 4),
    "two layers": ([8, 5, 7], [False, True], 3, 2),
}


def networks(net: tuple[list[int], list[bool], int, int], seed: int = 0) -> list[Network]:
    sizes, both, classes, count = net
    given = shape(sizes, both, classes)
    source = np.random.default_rng(seed)
    return [
        Network(
            given,
            tuple(
                source.integers(0, 2, (layer.neurons, layer.inputs)).astype(np.uint8)
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
    assert (
        np.sum([b.astype(int) << k for k, b in enumerate(found)], axis=0) == predicted(nets, inputs)
    ).all()


BENCH = """
module bench; reg [{top}:0] x; wire [{last}:0] y; integer file, got;
  net dut(.x(x), .y(y));
  initial begin file = $fopen("x.txt", "r");
    while (!$feof(file)) begin got = $fscanf(file, "%b\\n", x); #1 $display("%0d", y); end
  end
endmodule
"""


@pytest.mark.skipif(not shutil.which("iverilog"), reason="needs Icarus Verilog")
@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_in_icarus(tmp_path: Path, net: tuple[list[int], list[bool], int, int]) -> None:
    nets = networks(net, seed=1)
    inputs, _ = samples(64, net[0][0], 2, seed=3)
    columns = np.append(np.arange(net[0][0] - 1)[::-1], net[0][0] + 1)  # turned round, and a 1
    inputs[:, -1] = 0  # the last bit of the port is not read
    write(tmp_path / "net.v", nets, columns=columns)
    seen = np.concatenate([inputs[:, :-1][:, ::-1], np.ones((64, 1), np.uint8)], axis=1)
    rows = ["".join(map(str, row[::-1])) for row in inputs]
    (tmp_path / "x.txt").write_text("\n".join(rows) + "\n")
    last = (nets[0].shape.classes - 1).bit_length() - 1
    (tmp_path / "bench.v").write_text(BENCH.format(top=net[0][0] - 1, last=last))
    build = ["iverilog", "-g2005", "-o", "sim", "bench.v", "net.v"]
    subprocess.run(build, cwd=tmp_path, check=True, capture_output=True)
    done = subprocess.run(["vvp", "sim"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert [int(line) for line in done.stdout.split()] == predicted(nets, seen).tolist()


def test_any_name_can_be_written(tmp_path: Path) -> None:
    path = write(tmp_path / "net.v", networks(NETS["perceptron"]), name="a+b.c")
    assert escaped("plain_1") == "plain_1"
    design = elaborate(Sources((path,)), find_yosys(None))
    assert design.modules[design.top].name == "a+b.c"
