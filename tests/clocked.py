"""Clocked modules of many kinds, and what Icarus Verilog says of them, cycle by cycle."""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from invc.design import Design, decode
from invc.netlist import evaluate_ports
from invc.report.replay import write_replay

RESET = re.compile("reset|rst", re.IGNORECASE)
EDGES = ("posedge clk", "negedge clk")


def random_machine(seed: int, *, mixed: bool = False, shared: bool = False) -> str:
    """A module of a few registers: enables, resets of both kinds, initial values, a memory.

    Args:
        seed: Equal seeds give equal modules.
        mixed: Whether registers of the falling edge stand beside those of the rising one.
        shared: Whether each block computes its value in a variable that is that of all blocks.
    """
    draw = random.Random(seed)
    known = ["a", "b[3:0]", "b[5:2]", "{a, b[1:0]}", "b"]
    lines = ["module machine(input clk, input rst, input a, input [5:0] b, output [7:0] y);"]
    names = []
    if shared:
        lines.append("integer temporary;")
    for k in range(draw.randint(1, 4)):
        name, width = f"r{k}", draw.randint(1, 5)
        edge = draw.choice(EDGES) if mixed else EDGES[0]
        value = draw.getrandbits(width)
        kind = draw.choice(["plain", "sync", "async", "low", "enable", "both"])
        start = f" = {draw.getrandbits(width)}" if kind in ("plain", "enable") else ""
        signed = draw.choice(["", "signed "])
        lines.append(f"(* keep *) reg {signed}[{width - 1}:0] {name}{start};")
        names.append(name)
        known.append(name)
        take = f"{name} <= {_expression(draw, [*known, *names])};"
        if shared:
            change = f"if (temporary[0]) temporary = temporary ^ ({_expression(draw, known)});"
            value_of = f"temporary = {_expression(draw, [*known, *names])};"
            take = f"begin {value_of} {change} {name} <= temporary; end"
        if kind in ("enable", "both"):
            take = f"if ({_expression(draw, known)}) {take}"
        reset = f"{name} <= {value};"
        if kind == "sync":
            lines.append(f"always @({edge}) if (rst) {reset} else {take}")
        elif kind in ("async", "both"):
            lines.append(f"always @({edge} or posedge rst) if (rst) {reset} else {take}")
        elif kind == "low":
            lines.append(f"wire rn{k} = ~rst;")
            lines.append(f"always @({edge} or negedge rn{k}) if (!rn{k}) {reset} else {take}")
        else:
            lines.append(f"always @({edge}) {take}")
    if draw.random() < 0.3:
        lines.append("reg [2:0] mem [0:3]; integer i;")
        lines.append("initial for (i = 0; i < 4; i = i + 1) mem[i] = i;")
        lines.append(f"always @(posedge clk) if (a) mem[b[1:0]] <= {_expression(draw, known)};")
        known.append("mem[b[3:2]]")
    lines.append(f"assign y = {_expression(draw, known)} ^ {_expression(draw, names)};")
    return "\n".join([*lines, "endmodule", ""])


def _expression(draw: random.Random, known: Sequence[str]) -> str:
    a, b, c = (draw.choice(known) for _ in range(3))
    return draw.choice(
        [
            *(f"{a} + {b}", f"{a} - {b}", f"{a} ^ {b}", f"({a} & {b}) | {c}"),
            *(f"{a} ? {b} : {c}", f"{a} < {b}", f"{a} == {b}", f"{{{a}, {b}}}"),
            *(f"({a} << 1) ^ {b}", f"^{a}"),
        ]
    )


def random_answer(design: Design, seed: int) -> dict[str, int]:
    """Values of all ports for random inputs and first states; resets are on at first, then rarely."""
    draw = random.Random(seed)
    words = {}
    for port in design.netlist.inputs:
        name, _, cycle = port.name.rpartition("@")
        bits = [draw.getrandbits(1) for _ in port.bits]
        if RESET.search(name):
            bits = [int(cycle == "0" or draw.random() < 0.1) ^ ("n" in name.lower()[-2:])]
        words[port.name] = bits
    values = evaluate_ports(design.netlist, words, 1)
    return {port.name: decode(values[port.name], port.signed) for port in design.netlist.ports}


def replayed(design: Design, answer: Mapping[str, int], folder: Path, *sources: Path) -> str:
    """What Icarus Verilog says of an answer's own test bench."""
    file = folder / "replay.v"
    write_replay(design, answer, file)
    assert design.frames is not None
    macros = [f"-D{name}={value}" for name, value in design.frames.defines]
    command = ["iverilog", "-g2012", *macros, "-s", "invc_replay", "-o", str(folder / "replay.vvp")]
    done = _run([*command, str(file), *map(str, sources)])
    if done.returncode:
        return f"iverilog: {done.stderr}"
    command = ["vvp", "-n", str(folder / "replay.vvp")]
    return _run(command).stdout


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True)


def bench(
    module: str, inputs: Sequence[tuple[str, int]], outputs: Sequence[str], clock: str = "clk"
) -> str:
    """A test bench that reads inputs from a file, a line a cycle, and prints outputs in binary.

    Inputs change right after a rising edge; outputs are read right before the next one.
    """
    total = sum(width for _, width in inputs)
    ports = ", ".join(f".{name}({name})" for name in (clock, *(n for n, _ in inputs)))
    wires = "\n".join(f"reg [{width - 1}:0] {name};" for name, width in inputs)
    joined = ", ".join(name for name, _ in inputs)
    shown = ", ".join(outputs)
    form = " ".join(["%b"] * len(outputs))
    return f"""`timescale 1ns/1ns
module bench;
reg {clock} = 1; {wires}
reg [{total - 1}:0] lines [0:4095]; integer t, n;
{module} dut({ports});
initial begin
  $readmemb("stimulus", lines);
  if (!$value$plusargs("n=%d", n)) n = 1;
  for (t = 0; t < n; t = t + 1) begin
    {clock} = 1;
    #1 {{{joined}}} = lines[t];
    #4 {clock} = 0;
    #4 $display("{form}", {shown});
  end
  $finish;
end
endmodule
"""


def icarus(folder: Path, source: str, test: str, stimulus: Sequence[str]) -> list[list[str]]:
    """What a bench prints: for each cycle the bits of each output, most significant first."""
    (folder / "dut.v").write_text(source)
    (folder / "bench.v").write_text(test)
    (folder / "stimulus").write_text("\n".join(stimulus) + "\n")
    subprocess.run(
        ["iverilog", "-g2012", "-o", "bench.vvp", "bench.v", "dut.v"], cwd=folder, check=True
    )
    done = subprocess.run(
        ["vvp", "-n", "bench.vvp", f"+n={len(stimulus)}"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return [line.split() for line in done.stdout.splitlines() if line and line[0] in "01xz"]
