"""`invc import` as a user sees it, and `invc simulate` of what it wrote."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

MODEL = (
    '# vartype=SPIN\n# name 0 "a[0]"\n# name 1 "a[1]"\n# name 2 "b"\n0 0 0.5\n0 1 -1\n1 2 0.25\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "m.coo").write_text(MODEL)
    return tmp_path


def invc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "invc", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=900
    )


def test_the_listed_formats_are_those_that_exist() -> None:
    from invc.formats import readable
    from invc.formats.files import load

    assert all(load(name).read for name in readable())


def test_import_then_simulate_shows_energies_in_the_units_of_the_file(folder: Path) -> None:
    done = invc(folder, "import", "m.coo")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "3 spins, 2 couplings; coefficients times 4, exactly\nwrote m.hj\n"
    done = invc(folder, "simulate", "m.hj", "--reads", "256")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["a", "b", "energy", "reads"]
    assert lines[1].split()[:3] == ["0", "1", "-1.75"]
    assert lines[-1].startswith("lowest energy -1.75 in ")
    assert "1 state; 3 free of 3 spins" in lines[-1]
    done = invc(folder, "simulate", "m.hj", "--clamp", "a=3", "--json", "-")
    report = json.loads(done.stdout)
    assert report["solutions"][0]["ports"] == {"a": 3, "b": 0}
    assert report["solutions"][0]["energy"] == -0.75


def test_real_coefficients_show_their_error(folder: Path) -> None:
    (folder / "r.txt").write_text("0 0 3.14159265358979\n0 1 1\n")
    done = invc(folder, "import", "r.txt", "--vartype", "binary", "-o", "r.hj")
    assert done.returncode == 0
    assert "coefficients times 1.17942e+09, each" in done.stdout
    assert "energies by up to " in done.stdout


def test_small_coefficients_beside_large_ones_are_warned_of(folder: Path) -> None:
    (folder / "p.coo").write_text("# vartype=SPIN\n0 0 3.14159265358979\n0 1 1e9\n1 2 -2e10\n")
    done = invc(folder, "import", "p.coo", "-q")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "warning: coefficients are wrong by up to 3.1, the smallest of them is 3.14\n"
        "  hint: lower the penalties that make the largest so large\n"
    )


def test_clamps_of_the_file_are_named(folder: Path) -> None:
    (folder / "c.coo").write_text(MODEL + '# clamp "a[1]" 1\n')
    done = invc(folder, "import", "c.coo", "-q")
    assert done.stdout == ""
    assert done.stderr == (
        "warning: a .hj file holds no clamps; give 'invc simulate' --clamp a[1]=1\n"
    )


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["no.coo"], 1, "no.coo: error: cannot read it: no such file"),
        (["m.coo", "--from", "xml"], 2, "Error: Invalid value for '--from'"),
        (["m.coo", "--from", "qubo"], 1, "m.coo:1: error: no line 'p qubo ...' before"),
        (["m.coo", "-o", "no/m.hj"], 1, "no/m.hj: error: cannot write it"),
        (["m.coo", "-o", "m.coo"], 1, "m.coo: error: this file is read, and would be lost"),
        ([], 2, "Error: Missing argument 'FILE'"),
    ],
)
def test_errors(folder: Path, arguments: Sequence[str], status: int, text: str) -> None:
    done = invc(folder, "import", *arguments)
    assert done.returncode == status
    assert text in done.stderr
    assert "Traceback" not in done.stderr
