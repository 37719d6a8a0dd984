"""Icarus Verilog as the judge: what modules compute for vectors that it is given."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from fuzz.random_verilog import Ports

IVERILOG = shutil.which("iverilog")


def outputs(
    folder: Path, source: str | Path, modules: Sequence[Ports], vectors: Sequence[Sequence[int]]
) -> list[list[str]]:
    """For each vector and each output of each module its bits, highest first; x where undefined.

    Args:
        folder: Where to work.
        source: The file with the modules and a top that holds them.
        modules: Inputs and outputs of each, with their widths.
        vectors: For each vector the values of all inputs, in order.
    """
    inputs = [(f"m{k}_{n}", w) for k, (ins, _, _) in enumerate(modules) for n, w in ins]
    outs = [(f"m{k}_{n}", w) for k, (_, ins, _) in enumerate(modules) for n, w in ins]
    lines = ["module bench;"]
    lines += [f"  reg [{w - 1}:0] {n};" for n, w in inputs]
    lines += [f"  wire [{w - 1}:0] {n};" for n, w in outs]
    pins = ", ".join(f".{n}({n})" for n, _ in inputs + outs)
    total = sum(w for _, w in inputs)
    packed = ", ".join(n for n, _ in inputs)
    shown = " ".join("%b" for _ in outs)
    names = ", ".join(n for n, _ in outs)
    lines += [
        f"  top dut({pins});",
        f"  reg [{total - 1}:0] vectors [0:{len(vectors) - 1}];",
        "  integer t;",
        "  initial begin",
        '    $readmemb("vectors.txt", vectors);',
        f"    for (t = 0; t < {len(vectors)}; t = t + 1) begin",
        f"      {{{packed}}} = vectors[t]; #1;",
        f'      $display("{shown}", {names});',
        "    end",
        "  end",
        "endmodule",
    ]
    (folder / "bench.v").write_text("\n".join(lines) + "\n")
    rows = (
        "".join(f"{value:0{w}b}" for value, (_, w) in zip(vector, inputs, strict=True))
        for vector in vectors
    )
    (folder / "vectors.txt").write_text("\n".join(rows) + "\n")
    compiled = folder / "bench.vvp"
    for command in (
        ["iverilog", "-g2005", "-o", str(compiled), str(folder / "bench.v"), str(source)],
        ["vvp", "-n", str(compiled)],
    ):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return [line.split() for line in done.stdout.splitlines() if line and line[0] in "01x"]
