"""Many runs of one circuit: each ends as its own read of the software does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from invc.design import parse_clamps
from invc.frontend.yosys import Sources
from invc.pipeline import synth
from invc.rtl.bench import expect
from invc.rtl.campaign import Trial, campaign
from invc.rtl.parallel import parallel_files
from invc.rtl.project import FILES_OF
from invc.rtl.settings import Wishes, circuit_of
from invc.rtl.software import Run
from rtl.tools import needs
from typed import sure

ROOT = Path(__file__).resolve().parents[2]


@needs("iverilog")
def test_runs_end_as_in_software_and_start_again_where_they_were_never_right() -> None:
    path = ROOT / "rtl_examples/multiplier/multiplier.v"
    design = synth(Sources((path,), parameters={"W": "3"}))
    held = {p: parse_clamps(design.netlist, [f"p={p}"]) for p in (15, 49, 11)}
    circuit = circuit_of(design, held[15], Wishes(settings={"i0": "3", "noise": "9"}, cycles=20))
    limit, starts = 20, 5
    trials = [
        Trial(held[p], tuple(Run(4, p, chip + 3 * k) for k in range(starts)))
        for p in held
        for chip in range(3)
    ]
    ended = campaign(circuit, parallel_files(circuit), trials, limit=limit, simulator="iverilog")
    for trial, end in zip(trials, ended, strict=True):
        cycles = 0
        for k, run in enumerate(trial.runs):
            first = expect(circuit, trial.clamps, run, limit).first
            cycles += limit if first is None else first[0]
            if first is not None or k == starts - 1:
                break
        assert (end.found, end.cycles, end.starts) == (first is not None, cycles, k + 1)
        if end.found:
            assert end.ports["a"] * end.ports["b"] == end.ports["p"]
    assert {end.starts for end in ended} > {1}  # 11 is a prime of four bits: never right
    assert not any(end.found for end in ended[-3:])


@needs("iverilog")
@pytest.mark.parametrize("architecture", ["inputs", "staged"])
def test_runs_of_circuits_in_stages_end_as_in_software(architecture: str) -> None:
    path = ROOT / "rtl_examples/multiplier/multiplier.v"
    design = synth(Sources((path,), parameters={"W": "3"}))
    held = {p: parse_clamps(design.netlist, [f"p={p}"]) for p in (15, 49, 11)}
    circuit = circuit_of(design, held[15], Wishes(architecture, cycles=300))
    trials = [Trial(held[p], (Run(4, p, chip),)) for p in held for chip in range(5)]
    ended = campaign(
        circuit, FILES_OF[architecture](circuit), trials, limit=300, simulator="iverilog"
    )
    for trial, end in zip(trials, ended, strict=True):
        first = expect(circuit, trial.clamps, trial.runs[0], 300).first
        assert (end.found, end.cycles) == (first is not None, first[0] if first else 300)
        if end.found:
            assert end.ports["a"] * end.ports["b"] == end.ports["p"]
    assert any(end.found for end in ended)
    assert not any(end.found for end in ended[-5:])


def test_the_share_of_right_cycles_forward() -> None:
    """Constant noise hardly ever shows the product, noise in one cycle of eight does."""
    script = ROOT / "tests/benchmarks/hardware.py"
    shares = []
    for settings in (["i0=3", "noise=9"], ["i0=6", "noise=9", "every=8"]):
        given = [text for setting in settings for text in ("--set", setting)]
        done = subprocess.run(
            [
                sys.executable,
                "-P",
                script,
                "--widths",
                "4",
                "--forward",
                "600",
                "--pairs",
                "3",
                *given,
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        found = sure(re.search(r"right in (\d+) % of 600 cycles", done.stdout))
        shares.append(int(found[1]))
    assert shares[0] < shares[1]


@needs("verilator")
def test_published_results_can_be_run_again() -> None:
    """The script of `make reproduce`, in small."""
    script = ROOT / "tests/benchmarks/hardware.py"
    done = subprocess.run(
        [sys.executable, "-P", script, "--widths", "2", "--chips", "2", "--restart", "64"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1].startswith("2 x 2, 12 p-bits, 7 products all: mean ")
    assert lines[1].endswith("a random pair each cycle 10, a counter 5")
    assert lines[3].startswith("14 runs on 2 chips, 0 unsolved, worst of each chip ")
