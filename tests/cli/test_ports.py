"""`invc ports` as a user sees it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

MULTIPLIER = """`default_nettype none
// n x n bits
module multiplier #(
    parameter W = 8,
    parameter SIGNED = 0
) (
    input wire signed [W-1:0] a,
    input wire [W-1:0] b_in, c,
    output wire [2*W-1:0] p
);
  assign p = a * b_in;
  half h (.a(a[0]));
endmodule
"""
HALF = "module half(a, y);\n  input a;\n  output y;\nendmodule\n"
EXPECTED = """multiplier (mult.v:3)
  parameter W = 8
  parameter SIGNED = 0
  input   a     signed  [W-1:0]
  input   b_in          [W-1:0]
  input   c             [W-1:0]
  output  p             [2*W-1:0]

half (half.v:1)
  input   a
  output  y

top: multiplier
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mult.v").write_text(MULTIPLIER)
    (tmp_path / "half.v").write_text(HALF)
    return tmp_path


def invc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "invc", "ports", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_text(folder: Path) -> None:
    before = sorted(folder.iterdir())
    done = invc(folder, "mult.v", "half.v")
    assert (done.returncode, done.stdout, done.stderr) == (0, EXPECTED, "")
    assert sorted(folder.iterdir()) == before


def test_one_module_needs_no_top(folder: Path) -> None:
    done = invc(folder, "half.v")
    assert done.stdout == "half (half.v:1)\n  input   a\n  output  y\n"


def test_json(folder: Path) -> None:
    done = invc(folder, "mult.v", "half.v", "--json", "-")
    report = json.loads(done.stdout)
    first, second = report["modules"]
    assert (first["name"], first["file"], first["line"], first["top"]) == (
        "multiplier",
        "mult.v",
        3,
        True,
    )
    assert first["parameters"][0] == {"name": "W", "default": "8"}
    assert first["ports"][0] == {
        "name": "a",
        "direction": "input",
        "range": "[W-1:0]",
        "signed": True,
        "fields": [],
    }
    assert second["top"] is False
    assert report["version"]
    done = invc(folder, "half.v", "--json", "out.json")
    assert done.stdout.startswith("half (half.v:1)")
    assert json.loads((folder / "out.json").read_text())["modules"][0]["name"] == "half"


def test_defines_and_includes(folder: Path) -> None:
    (folder / "inc").mkdir()
    (folder / "inc" / "w.vh").write_text("`define W 16\n")
    (folder / "m.v").write_text(
        '`ifdef WIDE\n`include "w.vh"\n`endif\nmodule m(input [`W-1:0] a); endmodule\n'
    )
    wide = invc(folder, "m.v", "-I", "inc", "-D", "WIDE")
    assert wide.stdout.splitlines()[1] == "  input  a  [16-1:0]"
    given = invc(folder, "m.v", "-D", "W=4")
    assert given.stdout.splitlines()[1] == "  input  a  [4-1:0]"


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["no.v"], 1, "no.v: error: cannot read it: no such file or directory\n"),
        ([], 2, "Error: Missing argument 'FILES...'"),
        (["half.v", "-D", "1=2"], 2, "'1=2' is not NAME or NAME=TEXT"),
        (["half.v", "--json", "no/x.json"], 1, "no/x.json: error: cannot write it: no such file"),
    ],
)
def test_errors(folder: Path, arguments: Sequence[str], status: int, text: str) -> None:
    done = invc(folder, *arguments)
    assert done.returncode == status
    assert text in done.stderr
    assert "Traceback" not in done.stderr
