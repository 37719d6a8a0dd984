"""Clocked designs of others beside Icarus Verilog: `machines.py FOLDER... [--cycles 8]`.

Every .v and .sv file in the folders is compiled over some cycles. Then traces of random inputs and
first states are written as test benches (`invc simulate --replay` writes the same), and Icarus
Verilog compares every output and every named register in every cycle. What it calls x is unknown.

ISCAS-89 and ITC'99 as Verilog are on GitHub: TrustworthyComputing/hdl-benchmarks (designs/s*.v) and
ccsl-uaegean/ITC99-RTL-Verilog.
"""

import argparse
import re
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from clocked import random_answer, replayed
from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.pipeline import Journal
from invc.sequential.compile import Time, synth_clocked

SAID = re.compile(r"(?:all )?(\d+)(?: of \d+)? values are (as claimed|wrong)(?:, (\d+))?")


def main() -> int:
    """Print a row for each file; the number of those that are not equal, or cannot be compared."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--cycles", type=int, default=8)
    parser.add_argument("--traces", type=int, default=4)
    options = parser.parse_args()
    files = [f for folder in options.folders for f in sorted(folder.rglob("*.*v"))]
    print("| machine | registers | spins a cycle | synth, s | traces | values equal | unknown |")
    print("|---|---|---|---|---|---|---|")
    return sum(not _row(file, options.cycles, options.traces) for file in files)


def _row(file: Path, cycles: int, traces: int) -> bool:
    began = time.process_time()
    try:
        design = synth_clocked(Sources((file,)), Time(cycles, "free"), journal=Journal())
    except InvcError as error:
        print(f"| {file.stem} | refused: {error} | | | | | |", flush=True)
        return False
    seconds = time.process_time() - began
    equal = unknown = 0
    for seed in range(traces):
        with tempfile.TemporaryDirectory() as folder:
            text = replayed(design, random_answer(design, seed), Path(folder), file)
        match = SAID.search(text)
        if match is None or match[2] == "wrong":
            print(f"| {file.stem} | differs, trace {seed}: {text[:300]!r} | | | | | |", flush=True)
            return False
        equal += int(match[1])
        unknown += int(match[3] or 0)
    assert design.frames is not None
    bits = sum(
        len(design.netlist.port_by_name[f"{n}@init"].bits) for n in design.frames.names("initial")
    )
    spins = (design.model.spins - bits) / (cycles + 1)
    print(
        f"| {file.stem} | {bits} | {spins:.0f} | {seconds:.1f} | {traces} | {equal} | {unknown} |",
        flush=True,
    )
    return True


if __name__ == "__main__":
    sys.exit(main())
