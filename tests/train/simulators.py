"""Emitted networks in other people's simulators: what they say of samples."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from invc.training.network import Bits

ICARUS = """
module bench; reg [{top}:0] x; wire [{last}:0] y; integer file, got;
  net dut(.x(x), .y(y));
  initial begin file = $fopen("x.txt", "r");
    while (!$feof(file)) begin got = $fscanf(file, "%b\\n", x); #1 $display("%0d", y); end
  end
endmodule
"""
VERILATOR = """
#include "Vnet.h"
#include "verilated.h"
#include <fstream>
#include <iostream>
#include <string>
template <std::size_t N> void put(VlWide<N>& x, std::size_t bit, bool on) {
  x[bit / 32] = (x[bit / 32] & ~(1u << bit % 32)) | EData(on) << bit % 32;
}
template <class T> void put(T& x, std::size_t bit, bool on) {
  x = T((x & ~(QData(1) << bit)) | QData(on) << bit);
}
int main() {
  VerilatedContext context;
  Vnet net{&context};
  std::ifstream file("x.txt");
  for (std::string line; std::getline(file, line);) {
    for (std::size_t k = 0; k < line.size(); ++k) put(net.x, line.size() - 1 - k, line[k] == '1');
    net.eval();
    std::cout << int(net.y) << "\\n";
  }
}
"""


def write_samples(folder: Path, inputs: Bits) -> None:
    """A line of bits for each sample, the last input first."""
    rows = (np.ascontiguousarray(inputs[:, ::-1]) + ord("0")).astype(np.uint8)
    (folder / "x.txt").write_text("".join(f"{row.tobytes().decode()}\n" for row in rows))


def in_icarus(folder: Path, inputs: Bits, classes: int) -> list[int]:
    """What module `net` in net.v of the folder says, by Icarus Verilog."""
    write_samples(folder, inputs)
    last = (classes - 1).bit_length() - 1
    (folder / "bench.v").write_text(ICARUS.format(top=inputs.shape[1] - 1, last=last))
    _run(folder, "iverilog", "-g2005", "-o", "sim", "bench.v", "net.v")
    return _said(_run(folder, "vvp", "sim"))


def in_verilator(folder: Path, inputs: Bits) -> list[int]:
    """The same by Verilator. Its C++ is barely optimised: most of the time is the compiler's."""
    write_samples(folder, inputs)
    (folder / "main.cpp").write_text(VERILATOR)
    lint = ("-Wno-WIDTH", "-Wno-UNUSED")
    _run(folder, "verilator", "--cc", "--exe", *lint, "--Mdir", "obj", "net.v", "main.cpp")
    _run(folder, "make", "-C", "obj", "-f", "Vnet.mk", "OPT_FAST=-O1", "OPT_SLOW=-O0", "Vnet")
    return _said(_run(folder, "./obj/Vnet"))


def _run(folder: Path, *command: str) -> str:
    # A make above us has set variables that are not for this one.
    given = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=given)  # noqa: PLW1510
    assert done.returncode == 0, done.stderr
    return done.stdout


def _said(text: str) -> list[int]:
    words: Sequence[str] = text.split()
    return [int(word) for word in words]
