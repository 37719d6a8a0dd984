"""Time of `invc synth` from Yosys JSON to .hj by size: goal, the same time per gate at every size."""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

KINDS = {
    "$_AND_": "AB",
    "$_NAND_": "AB",
    "$_OR_": "AB",
    "$_NOR_": "AB",
    "$_XOR_": "AB",
    "$_XNOR_": "AB",
    "$_ANDNOT_": "AB",
    "$_MUX_": "ABS",
    "$_NOT_": "A",
    "$_AOI3_": "ABC",
}
INPUTS = 64


def random_netlist(gates: int, seed: int = 0) -> dict[str, Any]:
    """A netlist as Yosys's `write_json` writes it; each gate reads nets not long before it."""
    chance = random.Random(seed)
    cells: dict[str, Any] = {}
    names: dict[str, Any] = {}
    first = 2 + INPUTS
    for k in range(gates):
        kind = chance.choice(list(KINDS))
        # Without replacement, so that few gates fold away.
        low = max(2, first + k - 2000)
        reads = chance.sample(range(low, first + k), len(KINDS[kind]))
        connections = {pin: [bit] for pin, bit in zip(KINDS[kind], reads, strict=True)}
        cells[f"g{k}"] = {"type": kind, "connections": {**connections, "Y": [first + k]}}
        source = {"src": f"design.v:{k + 1}.3-{k + 1}.20"}
        names[f"n{k}"] = {"hide_name": k % 2, "bits": [first + k], "attributes": source}
    read = {
        bit
        for cell in cells.values()
        for p, b in cell["connections"].items()
        if p != "Y"
        for bit in b
    }
    outputs = [first + k for k in range(gates) if first + k not in read]
    ports = {
        "a": {"direction": "input", "bits": list(range(2, first))},
        "y": {"direction": "output", "bits": outputs},
    }
    return {
        "modules": {
            "top": {"attributes": {"top": "1"}, "ports": ports, "cells": cells, "netnames": names}
        }
    }


def measure(gates: int) -> tuple[int, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "design.json").write_text(json.dumps(random_netlist(gates)))
        command = [
            sys.executable,
            "-P",
            "-m",
            "invc",
            "synth",
            "design.json",
            "-o",
            "design.hj",
            "--json",
            "-",
        ]
        started = time.perf_counter()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        report = json.loads(done.stdout)
        report["whole"] = time.perf_counter() - started
        return gates, report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[5_000, 50_000, 500_000])
    sizes = parser.parse_args().sizes
    print(
        f"{'gates in':>9} {'gates out':>9} {'spins':>9} {'couplings':>9} {'seconds':>8} {'us/gate':>8}  stages"
    )
    for size in sizes:
        gates, report = measure(size)
        stages = ", ".join(f"{name} {seconds:.2f}" for name, seconds in report["seconds"].items())
        print(
            f"{gates:9} {sum(report['gates'].values()):9} {report['spins']:9} {report['couplings']:9} "
            f"{report['whole']:8.2f} {report['whole'] / gates * 1e6:8.1f}  {stages}"
        )


if __name__ == "__main__":
    main()
