"""The circuit that trains is the software, accumulator for accumulator."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from invc.diagnostics import InvcError
from invc.train.hardware import cycles, row_words, trainer_verilog
from invc.train.network import Shape
from invc.train.stream import kernel, reference
from invc.train.stream.rule import Rule, default_rule, start
from train.nets import samples, shape

NETS = {
    "classes": ([19, 8], [False], 3, 0),
    "xnor": ([12, 6], [True], 5, 1),
    "perceptron": ([9, 1], [True], 2, 0),
}
COUNT = 25

BENCH = """
`timescale 1ns/1ns
module bench;
  reg clk = 0, reset = 1, valid = 0, learn = 1, write = 0;
  wire ready, done;
  reg [{n}-1:0] x; reg [{b}-1:0] label; wire [{b}-1:0] said;
  reg [3:0] shift; reg [15:0] row; reg [8*{n}-1:0] load; wire [8*{n}-1:0] stored;
  reg [8*{n}-1:0] rows [0:{h}-1];
  reg [{n}-1:0] xs [0:{count}-1]; reg [7:0] ys [0:{count}-1]; reg [7:0] steps [0:{count}-1];
  integer k, cycles, most = 0;
  trainer dut(.clk(clk), .reset(reset), .valid(valid), .learn(learn), .write(write), .ready(ready),
    .done(done), .x(x), .label(label), .said(said), .shift(shift), .row(row), .load(load),
    .stored(stored));
  always #5 clk = ~clk;
  initial begin
    $readmemh("rows.hex", rows); $readmemh("xs.hex", xs); $readmemh("ys.hex", ys);
    $readmemh("steps.hex", steps);
    @(negedge clk); @(negedge clk); reset = 0;
    for (k = 0; k < {h}; k = k + 1) begin
      row = k; load = rows[k]; write = 1; @(negedge clk);
    end
    write = 0;
    for (k = 0; k < {count}; k = k + 1) begin
      x = xs[k]; label = ys[k][{b}-1:0]; shift = steps[k][3:0]; valid = 1; @(negedge clk);
      valid = 0; cycles = 1;
      while (!done) begin @(negedge clk); cycles = cycles + 1; end
      if (cycles > most) most = cycles;
      $display("said %0d", said);
    end
    for (k = 0; k < {h}; k = k + 1) begin row = k; #1 $display("row %h", stored); end
    $display("cycles %0d", most);
    $finish;
  end
endmodule
"""


def write(folder: Path, net: tuple[list[int], list[bool], int, int]) -> tuple[Any, ...]:
    sizes, both, classes, threshold = net
    network = shape(sizes, both, classes, threshold)
    inputs, labels = samples(COUNT, sizes[0], classes)
    rule = default_rule(network, inputs, passes=3, batch=1, drop=0, seed=3)
    rule = replace(rule, margin=rule.margin + 2, limit=32)
    begin = start(network, rule)
    order = rule.order(0, COUNT)
    bits = max(1, (classes - 1).bit_length())
    (folder / "trainer.v").write_text("".join(trainer_verilog(network, rule)))
    text = BENCH.format(n=sizes[0], h=sizes[1], b=bits, count=COUNT)
    (folder / "bench.v").write_text(text)
    words = [int("".join(map(str, row[::-1])), 2) for row in inputs[order]]
    for name, values in {
        "rows": row_words(begin[0]),
        "xs": words,
        "ys": labels[order].tolist(),
        "steps": [rule.step(0).bit_length() - 1] * COUNT,
    }.items():
        (folder / f"{name}.hex").write_text("\n".join(f"{v:x}" for v in values) + "\n")
    return network, rule, begin, inputs, labels


def check(
    printed: str,
    network: Shape,
    rule: Rule,
    begin: tuple[npt.NDArray[np.int8]],
    inputs: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
) -> None:
    after = reference.train_pass(network, begin, inputs, labels, rule, 0)
    trainer = kernel.Trainer(network, begin)
    trainer.train_pass(kernel.pack(inputs, labels), rule, 0)
    assert (trainer.accumulators[0] == after[0]).all()
    assert (after[0] != begin[0]).any()
    lines = [line.split() for line in printed.splitlines()]
    rows = [int(line[1], 16) for line in lines if line[:1] == ["row"]]
    assert rows == row_words(after[0])
    assert sum(line[:1] == ["said"] for line in lines) == COUNT
    most = next(int(line[1]) for line in lines if line[:1] == ["cycles"])
    assert most == cycles(network)


@pytest.mark.skipif(not shutil.which("iverilog"), reason="needs Icarus Verilog")
@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_in_icarus(tmp_path: Path, net: tuple[list[int], list[bool], int, int]) -> None:
    given = write(tmp_path, net)
    build = ["iverilog", "-g2005-sv", "-o", "sim", "bench.v", "trainer.v"]
    subprocess.run(build, cwd=tmp_path, check=True, capture_output=True)
    done = subprocess.run(["vvp", "sim"], cwd=tmp_path, check=True, capture_output=True, text=True)
    check(done.stdout, *given)


@pytest.mark.skipif(not shutil.which("verilator"), reason="needs Verilator")
def test_in_verilator(tmp_path: Path) -> None:
    given = write(tmp_path, NETS["classes"])
    build = [
        "verilator",
        "--binary",
        "-Wno-fatal",
        "-Wno-lint",
        "--top-module",
        "bench",
        "-CFLAGS",
        "-O0",
        "bench.v",
        "trainer.v",
    ]
    subprocess.run(build, cwd=tmp_path, check=True, capture_output=True)
    run = [tmp_path / "obj_dir" / "Vbench"]
    done = subprocess.run(run, cwd=tmp_path, check=True, capture_output=True, text=True)
    check(done.stdout, *given)


def test_what_the_circuit_has_not() -> None:
    deep = shape([5, 4, 3], [False, True], 3)
    inputs, _ = samples(4, 5, 3)
    rule = default_rule(deep, inputs, passes=1, batch=1, drop=0, seed=0)
    with pytest.raises(InvcError, match="2 layers of weights"):
        list(trainer_verilog(deep, rule))
    flat = shape([5, 4], [False], 3)
    rule = default_rule(flat, inputs, passes=1, batch=1, drop=9, seed=0)
    with pytest.raises(InvcError, match="drops no inputs"):
        list(trainer_verilog(flat, rule))
