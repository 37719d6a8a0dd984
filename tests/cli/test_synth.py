"""`invc synth` as a user sees it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from invc.design import read_design
from terminal import runs

ADDER = """\
module adder #(parameter W = 4) (input [W-1:0] a, b, output [W:0] sum);
  assign sum = a + b;
endmodule
"""
KEYS = {"gates", "spins", "ancillas", "couplings", "max_h", "max_J", "min_gap", "max_degree"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "adder.v").write_text(ADDER)
    return tmp_path


def invc(folder: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "invc", *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=900, **options
    )


def test_report_and_file(folder: Path) -> None:
    done = invc(folder, "synth", "adder.v", "-G", "W=8")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "adder: 7 FA, 1 HA"
    assert lines[1].startswith("32 spins (0 ancillas), ")
    assert lines[2].startswith("wrote adder.hj in ")
    design = read_design(folder / "adder.hj")
    assert design.model.spins == 32
    assert design.origin.startswith("invc ")


def test_json_report(folder: Path) -> None:
    done = invc(folder, "synth", "adder.v", "--json", "-", "-o", "x.hj")
    report = json.loads(done.stdout)
    assert KEYS | {"seconds", "yosys", "version"} <= set(report)
    assert report["gates"] == {"FA": 3, "HA": 1}
    assert (report["spins"], report["ancillas"], report["min_gap"]) == (16, 0, 2)
    assert {"read", "simplify", "assemble", "write"} <= set(report["seconds"])
    assert {step["name"] for step in report["steps"]} == set(report["seconds"])
    assert report["steps"][-1]["nets"] + report["steps"][-1]["ancillas"] == report["spins"]
    assert sum(report["degrees"].values()) == report["spins"]
    assert "Yosys" in report["yosys"]
    done = invc(folder, "synth", "adder.v", "--json", "r.json", "-q")
    assert done.stdout == ""
    again = json.loads((folder / "r.json").read_text())
    assert {k: again[k] for k in KEYS} == {k: report[k] for k in KEYS}


def test_verbose_shows_the_steps_and_yosys_own_log(folder: Path) -> None:
    done = invc(folder, "synth", "adder.v", "-v")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["after", "gates", "spins", "nets", "ancillas", "time"]
    assert [line[1:5] for line in lines if line[0] == "assemble"] == [["4", "16", "16", "0"]]
    assert {"simplify", "degree", "coefficients"} <= {line[0] for line in lines}
    assert "Executing ABC" in done.stderr or "ABC: " in done.stderr or "alumacc" in done.stderr


def test_equal_designs_are_equal_bytes(folder: Path) -> None:
    with ThreadPoolExecutor() as pool:  # two runs at once, into one file
        codes = list(pool.map(lambda _: invc(folder, "synth", "adder.v").returncode, range(4)))
    assert codes == [0] * 4
    first = (folder / "adder.hj").read_bytes()
    invc(folder, "synth", "adder.v", "-o", "other.hj")
    assert (folder / "other.hj").read_bytes() == first
    assert sorted(p.name for p in folder.iterdir()) == ["adder.hj", "adder.v", "other.hj"]


def test_yosys_json_and_gate_netlist_give_the_same_function(folder: Path) -> None:
    (folder / "gates.v").write_text(
        "module half(input a, b, output s, c);\n  xor (s, a, b);\n  AND2 u(.A(a), .B(b), .Y(c));\nendmodule\n"
    )
    (folder / "gates.json").write_text(
        json.dumps(
            {
                "modules": {
                    "half": {
                        "ports": {
                            "a": {"direction": "input", "bits": [2]},
                            "b": {"direction": "input", "bits": [3]},
                            "s": {"direction": "output", "bits": [4]},
                            "c": {"direction": "output", "bits": [5]},
                        },
                        "cells": {
                            "x": {"type": "$_XOR_", "connections": {"A": [2], "B": [3], "Y": [4]}},
                            "y": {"type": "AND2", "connections": {"A": [2], "B": [3], "Y": [5]}},
                        },
                        "netnames": {},
                    }
                }
            }
        )
    )
    (folder / "rtl.v").write_text(
        "module half(input a, b, output s, c);\n  assign {c, s} = a + b;\nendmodule\n"
    )
    reports = []
    for arguments in (["--netlist", "gates.v"], ["gates.json"], ["rtl.v"]):
        done = invc(folder, "synth", *arguments, "--json", "-")
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        reports.append({key: report[key] for key in KEYS})
    assert reports[0] == reports[1] == reports[2]
    assert reports[0]["gates"] == {"HA": 1}


def test_word_level_json_is_mapped_by_yosys(folder: Path) -> None:
    script = "read_verilog adder.v\nhierarchy -top adder\nproc\nwrite_json word.json\n"
    (folder / "w.ys").write_text(script)
    code = "import sys; from pyosys import libyosys as ys; ys.run_pass('script w.ys', ys.Design())"
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True)
    report = json.loads(invc(folder, "synth", "word.json", "--json", "-").stdout)
    assert report["gates"] == {"FA": 3, "HA": 1}


def test_limits_hold_and_the_smallest_gap_is_said(folder: Path) -> None:
    done = invc(folder, "synth", "adder.v", "--max-degree", "5", "--bits", "3", "-o", "x.hj")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "COPY" in lines[0]
    assert "degree up to 5, |h| up to " in lines[1]
    assert lines[2] == "smallest gap 2, of COPY, FA, HA"
    limits = ("--max-degree", "5", "--prove")
    done = invc(folder, "synth", "adder.v", *limits, "--json", "-", "-o", "x.hj")
    report = json.loads(done.stdout)
    assert report["max_degree"] == 5
    assert report["spins"] == 16 + report["gates"]["COPY"]
    assert report["min_gap"] == 2


def test_a_users_cell_is_used_where_it_saves_spins(folder: Path) -> None:
    (folder / "five.v").write_text(
        "module five(input [4:0] x, output y);\n"
        "  assign y = x[0] + x[1] + x[2] + x[3] + x[4] >= 3;\nendmodule\n"
    )
    before = json.loads(invc(folder, "synth", "five.v", "--json", "-").stdout)
    text = "Y = A&B&C | A&B&D | A&B&E | A&C&D | A&C&E | A&D&E | B&C&D | B&C&E | B&D&E | C&D&E"
    made = invc(folder, "lib-gen", "MAJ5", text, "-o", "cells")
    assert made.returncode == 0, made.stderr
    after = json.loads(invc(folder, "synth", "five.v", "--lib", "cells", "--json", "-").stdout)
    assert after["spins"] <= before["spins"]


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        ([], 2, "Error: Missing argument 'FILES...'"),
        (["no.v"], 1, "no.v: error: cannot read it: no such file or directory\n"),
        (["adder.v", "-o", "no/x.hj"], 1, "no/x.hj: error: cannot write it: no such file"),
        (["adder.v", "-G", "W"], 2, "Error: Invalid value for '-G': 'W' is not NAME=VALUE"),
        (["adder.v", "-G", "W=1", "-G", "W=2"], 2, "Error: Invalid value for '-G': W is given"),
        (["adder.v", "--lib", "no"], 1, "no: error: no such folder of cells"),
        (["adder.v", "--objective", "size"], 2, "Error: Invalid value for '--objective'"),
        (["adder.v", "--yosys", "/nope"], 1, "error: no Yosys at '/nope'"),
        (["a.json", "b.json"], 1, "b.json: error: a Yosys JSON netlist is one file"),
        (["a.json", "-G", "W=2"], 1, "error: -G, -D and -I do not apply to a Yosys JSON netlist"),
        (["adder.v", "--bits", "1"], 2, "Invalid value for '--bits': 1 is not in the range"),
        (["adder.v", "--max-degree", "2"], 2, "2 is not in the range x>=3"),
        (
            ["adder.v", "--max-degree", "3", "--bits", "2"],
            1,
            "error: no cell AND2 or AND2_A1 within",
        ),
        (["not.json"], 1, "not.json:1: error: not JSON\n"),
        (["list.json"], 1, "list.json: error: not a netlist of Yosys\n"),
        (["odd.json"], 1, "odd.json: error: field 'modules.m.cells' is missing\n"),
    ],
)
def test_errors(folder: Path, arguments: Sequence[str], status: int, text: str) -> None:
    (folder / "not.json").write_text("module")
    (folder / "list.json").write_text("[]")
    (folder / "odd.json").write_text('{"modules": {"m": {"ports": {}}}}')
    done = invc(folder, "synth", *arguments)
    assert done.returncode == status, done.stderr
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "adder.hj").exists()


def test_names_that_would_be_commands(folder: Path) -> None:
    name = 'two words; "q" $(touch hacked).v'
    (folder / name).write_text(
        'module \\top"m;rm_-rf (input \\x.y[0] , input [1:0] \\w"s , output \\q"uo );\n'
        '  assign \\q"uo = \\x.y[0] & \\w"s [1];\nendmodule\n'
    )
    done = invc(folder, "synth", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith('top"m;rm_-rf: 1 AND2\n')
    design = read_design(folder / "top_m_rm_-rf.hj")
    assert [port.name for port in design.netlist.ports] == ["x.y[0]", 'w"s', 'q"uo']
    assert not (folder / "hacked").exists()


def test_wires_alone_are_a_design(folder: Path) -> None:
    (folder / "wires.v").write_text(
        "module wires(input [1:0] a, input unread, output [1:0] y, output [3:0] five);\n"
        "  assign y = ~a;\n  assign five = 5;\nendmodule\n"
    )
    done = invc(folder, "synth", "wires.v")
    assert done.stdout.startswith("wires: no gates\n3 spins (0 ancillas), 0 couplings")
    done = invc(folder, "simulate", "wires.hj", "--clamp", "y=1")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["a", "unread", "y", "five", "reads"]
    assert sorted(line[:4] for line in lines[1:3]) == [["2", "0", "1", "5"], ["2", "1", "1", "5"]]
    assert invc(folder, "simulate", "wires.hj", "--clamp", "five=6").returncode == 4


def test_one_huge_line(folder: Path) -> None:
    (folder / "huge.v").write_text("x" * 10_000_000)
    done = invc(folder, "synth", "huge.v")
    assert done.returncode == 1
    assert done.stderr.startswith("huge.v: error: Yosys ")
    assert "cannot read a word of so many characters" in done.stderr
    done = invc(folder, "synth", "--netlist", "huge.v")
    assert done.returncode == 1
    assert done.stderr == f"huge.v:1: error: syntax error near '{'x' * 40}'...\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_a_full_disk_is_said(folder: Path) -> None:
    done = invc(folder, "synth", "adder.v", "-o", "/dev/full")
    assert done.returncode == 1
    assert "/dev/full: error: cannot write it: no space left on device" in done.stderr
    command = [sys.executable, "-P", "-m", "invc", "synth", "adder.v"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr == (
        "error: no space left on device\n"
        "  hint: make room where the output goes, and in the temporary folder (TMPDIR)\n"
    )


def wait_for_yosys(process: subprocess.Popen[str]) -> None:
    """Until the command has started a process of its own, or is over."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and not children.read_text():
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
def test_interrupt_is_quiet_and_writes_nothing(folder: Path) -> None:
    (folder / "slow.v").write_text(
        "module slow(input [63:0] a, b, output [127:0] y);\n  assign y = a ** b;\nendmodule\n"
    )
    with subprocess.Popen(
        runs("synth", "slow.v"),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        wait_for_yosys(process)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=900)
    if process.returncode != 1:  # Yosys may have refused the power already
        assert process.returncode == 130
        assert err.strip() == "interrupted"
    assert "Traceback" not in err
    assert not (folder / "slow.hj").exists()
