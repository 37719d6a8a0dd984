"""`invc export` as a user sees it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from dimod.serialization import coo
from pysat.formula import CNF

from designs import CELLS, multiplier
from invc.design import write_design
from invc.design.assemble import assemble


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export")
    write_design(assemble(multiplier(4), CELLS), path / "mult4.hj")
    return path


def invc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "invc", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=900
    )


def test_the_listed_formats_are_those_that_exist() -> None:
    from invc.formats import writable
    from invc.formats.files import load

    assert all(load(name).write for name in writable())


def test_coo_and_what_it_cannot_hold(folder: Path) -> None:
    done = invc(folder, "export", "mult4.hj", "--to", "dimod", "-o", "m.coo", "-c", "p=143")
    assert done.returncode == 0
    assert done.stdout == "wrote m.coo: 35 spins, 13 folded, 96 couplings, offset 111\n"
    assert done.stderr == (
        "warning: dimod has no place for the names of spins, the offset 111; its comments tell\n"
    )
    with (folder / "m.coo").open() as file:
        assert coo.load(file).num_variables == 35


def test_dimod_is_json_where_the_file_is_called_so(folder: Path) -> None:
    done = invc(folder, "export", "mult4.hj", "--to", "dimod", "-o", "m.json", "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads((folder / "m.json").read_text())["type"] == "BinaryQuadraticModel"


def test_kept_clamps_and_the_default_name(folder: Path) -> None:
    done = invc(folder, "export", "mult4.hj", "--to", "qmasm", "--keep", "-c", "p[0]=1")
    assert done.stdout == "wrote mult4.qmasm: 48 spins, 152 couplings, offset 144\n"
    assert ":= true\n" in (folder / "mult4.qmasm").read_text()
    done = invc(folder, "export", "mult4.hj", "--to", "gset", "--keep", "-c", "p[0]=1")
    assert done.stderr == (
        "warning: gset has no place for the names of spins, the offset 144, clamps\n"
    )


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev/stdout")
def test_a_pipe_can_be_written_to(folder: Path) -> None:
    done = invc(folder, "export", "mult4.hj", "--to", "dimod", "-o", "/dev/stdout", "-q")
    assert done.returncode == 0
    assert coo.loads(done.stdout).num_variables == 48


def test_dimacs_is_of_the_gates(folder: Path) -> None:
    done = invc(folder, "export", "mult4.hj", "--to", "dimacs", "-c", "p=143")
    assert done.stdout == "wrote mult4.cnf: 48 variables\n"
    assert CNF(from_file=str(folder / "mult4.cnf")).nv == 48


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["no.hj", "--to", "npz"], 1, "no.hj: error: cannot read it: no such file"),
        (["mult4.hj", "--to", "npy"], 2, "Error: Invalid value for '--to': 'npy' is not one of"),
        (["mult4.hj"], 2, "Error: Missing option '--to'"),
        (["mult4.hj", "--to", "npz", "-c", "q=1"], 1, "error: no port is called 'q'"),
        (["mult4.hj", "--to", "npz", "-o", "no/x.npz"], 1, "no/x.npz: error: cannot write it"),
        (["mult4.hj", "--to", "npz", "-o", "mult4.hj"], 1, "mult4.hj: error: this file is read"),
        (
            ["mult4.hj", "--to", "npz", "-c", "a=0", "-c", "p=1"],
            4,
            "error: impossible: the ",
        ),
    ],
)
def test_errors(folder: Path, arguments: Sequence[str], status: int, text: str) -> None:
    done = invc(folder, "export", *arguments)
    assert done.returncode == status
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "mult4.npz").exists()
