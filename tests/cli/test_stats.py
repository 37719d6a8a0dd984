"""`invc stats` as a user sees it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from designs import CELLS, multiplier
from invc.design import write_design
from invc.design.assemble import assemble
from invc.netlist import Netlist, Port


def invc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "invc", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=900
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_design(assemble(multiplier(2), CELLS), tmp_path / "m.hj")
    wire = Netlist("wire", (Port("a", "input", (2,)), Port("y", "output", (3,))), (), ("", "a"))
    write_design(assemble(wire, CELLS), tmp_path / "wire.hj")
    return tmp_path


def test_report(folder: Path) -> None:
    done = invc(folder, "stats", "m.hj")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["multiplier:", "4", "AND2,", "2", "HA"]
    assert ["AND2", "4", "0", "4", "2"] in lines
    assert ["HA", "2", "0", "4", "4"] in lines
    assert "smallest gap 4, of AND2, HA\n" in done.stdout
    assert lines[-1][:2] == ["coefficients", "fit"]


def test_json(folder: Path) -> None:
    report = json.loads(invc(folder, "stats", "m.hj", "--json", "-").stdout)
    assert report["gates"] == {"AND2": 4, "HA": 2}
    assert sum(report["degrees"].values()) == report["spins"] == 12
    assert max(map(int, report["degrees"])) == report["max_degree"]
    assert report["cells"]["HA"] == {"ancillas": 0, "gap": 4, "largest": 4}
    done = invc(folder, "stats", "m.hj", "--json", "r.json")
    assert "12 spins" in done.stdout
    assert json.loads((folder / "r.json").read_text()) == report


def test_a_design_without_gates(folder: Path) -> None:
    done = invc(folder, "stats", "wire.hj")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("wire: no gates\n1 spin (0 ancillas), 0 couplings")
    assert done.stdout.endswith(
        "coefficients fit 1 signed bit; 1 colour: spins of one can be updated at once\n"
    )


def test_no_file(folder: Path) -> None:
    done = invc(folder, "stats", "nope.hj")
    assert done.returncode == 1
    assert done.stderr.startswith("nope.hj: error: cannot read it: no such file")
