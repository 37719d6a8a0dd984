"""The page from Verilog to a bitstream: what `make` does in a circuit's folder, as tools go."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from invc.frontend.yosys import Sources, find_yosys
from invc.pipeline import synth
from invc.rtl.bench import expect
from invc.rtl.circuit import ARCHITECTURES, Circuit
from invc.rtl.folder import write_folder
from invc.rtl.parts import PARTS
from invc.rtl.project import project_files
from invc.rtl.report import build_for
from invc.rtl.settings import Wishes, circuit_of
from invc.rtl.software import Run
from rtl.tools import needs
from typed import sure

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/howto/rtl.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^make -C \w+ (\w+)", PAGE, re.MULTILINE)
TOOL = {
    "iverilog": "iverilog",
    "wave": "iverilog",
    "verilator": "verilator",
    "lint": "verilator",
    "ice40": "nextpnr-ice40",
    "bitstream": "nextpnr-ice40",
    "ecp5": "nextpnr-ecp5",
    "xilinx": "yosys",
}


def files_of(
    width: int, architecture: str = "parallel", **options: Any
) -> tuple[Circuit, dict[str, str]]:
    path = ROOT / "rtl_examples/multiplier/multiplier.v"
    design = synth(Sources((path,), parameters={"W": str(width)}))
    circuit = circuit_of(design, (), Wishes(architecture, cycles=40, **options))
    return circuit, project_files(expect(circuit, (), Run(), 40))


def make(folder: Path, target: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "-C", folder, target, *(f"{k}={v}" for k, v in variables.items())],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "MAKEFLAGS": ""},
    )


def test_the_page_shows_every_target() -> None:
    assert set(COMMANDS) == set(TOOL)
    _, files = files_of(2)
    targets = re.findall(r"^([a-z0-9]+):.*##", files["Makefile"], re.MULTILINE)
    assert set(targets) == {*COMMANDS, "help"}


@pytest.mark.parametrize("target", ["iverilog", "wave", "verilator", "lint"])
@needs("iverilog")
@needs("verilator")
def test_make_compares_the_circuit(tmp_path: Path, target: str) -> None:
    _, files = files_of(2)
    write_folder(tmp_path / "m", files)
    done = make(tmp_path / "m", target)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("PASS: 41 states are as expected" in done.stdout) == (target != "lint")
    assert (tmp_path / "m/run.vcd").exists() == (target == "wave")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@needs("nextpnr-ice40")
def test_every_architecture_is_built_for_an_fpga(architecture: str) -> None:
    """Yosys and nextpnr take each; the smallest part that has room for one lane of memories."""
    circuit, files = files_of(2, architecture, lanes=2)
    built = build_for(files, circuit.name, PARTS["ice40-hx8k"])
    assert built.remark == ""
    assert sure(built.megahertz) > 10
    assert built.tables > 200
    assert built.flip_flops > 100


@needs("nextpnr-ice40")
def test_a_bitstream(tmp_path: Path) -> None:
    """By the folder's own Makefile, with the Yosys that comes with invc."""
    _, files = files_of(2)
    folder = tmp_path / "m"
    write_folder(folder, files)
    command = find_yosys().command
    if command[-1] == "-s":
        yosys = command[0]
    else:  # the embedded one, behind the two options that the Makefile gives
        script = folder / "yosys"
        script.write_text(
            f"#!{sys.executable}\nimport sys\nfrom pyosys import libyosys as ys\n"
            "design = ys.Design()\n"
            "for line in sys.argv[3].split(';'):\n    ys.run_pass(line.strip(), design)\n"
        )
        script.chmod(0o755)
        yosys = "./yosys"
    done = make(folder, "ice40", YOSYS=yosys)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "ice40.asc").stat().st_size > 1000
