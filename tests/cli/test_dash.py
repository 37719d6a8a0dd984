"""`-` is standard input or standard output, wherever a command takes the name of a file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = "module m(input [3:0] a, b, output [4:0] s);\n  assign s = a + b;\nendmodule\n"
SYSTEM = "module m(input struct packed {logic x; logic [2:0] y;} r, output z);\nassign z = r.x;\nendmodule\n"


def invc(folder: Path, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-P", "-m", "invc", *words]
    return subprocess.run(command, cwd=folder, input=given, capture_output=True, check=False)


def out(folder: Path, *words: str, given: bytes = b"") -> bytes:
    done = invc(folder, *words, given=given)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def design(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return out(tmp_path_factory.mktemp("dash"), "synth", "-", "-o", "-", given=SOURCE.encode())


def test_a_source_and_its_design_through_pipes(tmp_path: Path, design: bytes) -> None:
    (tmp_path / "stdin.v").write_text(SOURCE)
    assert out(tmp_path, "synth", "stdin.v", "-q", "-o", "file.hj") == b""
    assert (tmp_path / "file.hj").read_bytes() == design
    assert b'"stdin.v:2:' in design  # no place of ours
    (tmp_path / "file.hj").unlink()
    (tmp_path / "stdin.v").unlink()
    assert out(tmp_path, "simulate", "-", "-c", "s=30", given=design).split()[4:7] == [
        *(b"15", b"15", b"30")
    ]
    assert out(tmp_path, "prove", "-", "-c", "s=30", given=design).startswith(b"possible")
    assert b"output  s  [4:0]" in out(tmp_path, "ports", "-", given=design)
    assert b"m (stdin.v:1)" in out(tmp_path, "ports", "-", given=SOURCE.encode())
    assert out(tmp_path, "stats", "-", given=design).startswith(b"m: ")
    assert json.loads(out(tmp_path, "stats", "-", "--json", "-", given=design))["spins"] == 16
    assert list(tmp_path.iterdir()) == []


def test_nothing_else_is_on_standard_output(tmp_path: Path, design: bytes) -> None:
    assert design.startswith(b"invc-hj 1\n") and design.endswith(b"end\n")
    coo = out(tmp_path, "export", "-", "--to", "qubo", "-o", "-", given=design)
    assert coo.startswith(b"c ")
    model = out(tmp_path, "import", "-", "-o", "-", given=coo)
    assert model.startswith(b"invc-hj 1\n") and model.endswith(b"end\n")
    assert b"<svg" in out(tmp_path, "show", "-", "-o", "-", given=design)
    assert list(tmp_path.iterdir()) == []


def test_files_without_a_name_are_called_like_the_design(tmp_path: Path, design: bytes) -> None:
    out(tmp_path, "export", "-", "--to", "qubo", given=design)
    assert [path.name for path in tmp_path.iterdir()] == ["m.qubo"]


def test_what_kind_of_source_it_is(tmp_path: Path) -> None:
    pytest.importorskip("pyosys")  # which has slang
    made = out(tmp_path, "synth", "-", "--format", "sv", "-o", "-", given=SYSTEM.encode())
    assert b'type "struct{logic x;logic[2:0] y;}"' in made


def test_faults_name_standard_input(tmp_path: Path, design: bytes) -> None:
    broken = SOURCE.replace("+ b", "+")
    done = invc(tmp_path, "synth", "-", given=broken.encode())
    assert done.returncode == 1
    assert done.stderr.startswith(b"stdin.v:2: error: syntax error")
    assert b"--format sv reads it as SystemVerilog" in done.stderr
    done = invc(tmp_path, "simulate", "-", given=design[:100])
    assert done.stderr.startswith(b"-:") and done.returncode == 1
    both = invc(tmp_path, "simulate", "-", "--questions", "-", given=design)
    assert both.returncode == 2
    assert b"cannot both be standard input" in both.stderr


@pytest.mark.parametrize(
    ("option", "start", "end"),
    [
        ("--html", b"<!DOCTYPE html>", b"</html>"),
        ("--plot", b"<?xml", b"</svg>"),
        ("--vcd", b"$comment", b""),
        ("--json", b"{", b"}"),
    ],
)
def test_a_picture_has_standard_output_alone(
    tmp_path: Path, design: bytes, option: str, start: bytes, end: bytes
) -> None:
    made = out(tmp_path, "simulate", "-", "-c", "s=30", option, "-", given=design)
    assert made.startswith(start) and made.rstrip().endswith(end)
    assert b"distinct answer" not in made[-200:]
    assert list(tmp_path.iterdir()) == []


def test_two_outputs_are_not_both_standard_output(tmp_path: Path, design: bytes) -> None:
    done = invc(tmp_path, "simulate", "-", "-c", "s=30", "--html", "-", "--json", "-", given=design)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"only one output can be standard output" in done.stderr
