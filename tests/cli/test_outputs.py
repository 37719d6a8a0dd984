"""What is written and printed: checked before the run, written before it is told, shown as it can be."""

import errno
import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier
from invc import cli
from invc.ask import asking
from invc.ask.outputs import check_outputs
from invc.cli import invc as group
from invc.cli.streams import Shown
from invc.design import write_design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.text.files import write_whole

LONG = "n" * 300
HOSTILE = "\x1b[31m\x07b"  # red, and a bell


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outputs")
    netlist = multiplier(2)
    write_design(assemble(netlist, CELLS), path / "d.hj")
    ports = (replace(netlist.ports[0], name=HOSTILE), *netlist.ports[1:])
    write_design(assemble(replace(netlist, ports=ports, name=HOSTILE), CELLS), path / "esc.hj")
    (path / "loop").symlink_to("pool")
    (path / "pool").symlink_to("loop")
    (path / "link.hj").symlink_to("d.hj")
    (path / "folder").mkdir()
    return path


def invc(folder: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "invc", *arguments]
    options = {"stdout": subprocess.PIPE, "text": True, **options}
    value: subprocess.CompletedProcess[str] = subprocess.run(
        command, cwd=folder, stderr=subprocess.PIPE, check=False, timeout=100, **options
    )
    return value


FAULTS = [
    (LONG, "cannot write it: file name too long", "choose another place"),
    ("loop", "cannot write it: too many levels of symbolic links", "choose another place"),
    ("loop/x", "cannot write it: too many levels of symbolic links", "make its folder first"),
    (".", "cannot write it: is a directory", "choose another place"),
    ("folder", "cannot write it: is a directory", "choose another place"),
    ("no/x", "cannot write it: no such file or directory", "make its folder first"),
    ("d.hj/x", "cannot write it: not a directory", "make its folder first"),
    ("d.hj", "this file is read, and would be lost", "choose another place"),
    ("link.hj", "this file is read, and would be lost", "choose another place"),
]


@pytest.mark.parametrize("name", [LONG, "loop", "loop/x", "d.hj", "d.hj/x"])
def test_a_checkpoint_that_cannot_be_made_is_one_line(folder: Path, name: str) -> None:
    done = invc(folder, "simulate", "d.hj", "--reads", "8", "--checkpoint", name)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 2)
    assert done.stderr.startswith(f"{name}: error: cannot make it: ")


@pytest.mark.parametrize("number", [errno.ELOOP, errno.ENAMETOOLONG, errno.EACCES, errno.ENOTDIR])
def test_a_path_that_no_command_foresaw_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    def fail(**_: object) -> int:
        raise OSError(number, os.strerror(number), "x" * 5000)

    monkeypatch.setattr(cli, "invc", SimpleNamespace(main=fail))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    lines = capsys.readouterr().err.splitlines()
    assert ended.value.code == 1
    assert lines[0] == f"{'x' * 100}...{'x' * 20}: error: {os.strerror(number).lower()}"
    assert lines[1] == "  hint: choose another file or folder"


@pytest.mark.parametrize("option", ["--json", "--html", "--vcd"])
@pytest.mark.parametrize(("name", "text", "hint"), FAULTS)
def test_what_cannot_be_written_is_told_before_the_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, option: str, name: str, text: str, hint: str
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(asking, "sample", None)  # so that a run would be a TypeError
    done = CliRunner().invoke(group, ["simulate", "d.hj", option, name])
    assert isinstance(done.exception, InvcError), done.exception
    assert str(done.exception) == f"{name}: error: {text}\n  hint: {hint}"


@pytest.mark.parametrize(("name", "text", "hint"), FAULTS)
def test_so_it_is_before_a_proof(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, hint: str
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr("invc.ask.proofs.prove", None)
    done = CliRunner().invoke(group, ["prove", "d.hj", "--json", name])
    assert str(done.exception) == f"{name}: error: {text}\n  hint: {hint}"


@pytest.mark.parametrize("other", ["x.json", "./x.json", "folder/../x.json"])
def test_two_outputs_are_two_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(group, ["simulate", "d.hj", "--json", "x.json", "--html", other])
    text = "error: two outputs cannot be one file\n  hint: choose another place"
    assert str(done.exception) == f"{other}: {text}"


def test_a_result_that_is_repeated_is_not_written_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    run = CliRunner().invoke
    assert (
        run(group, ["simulate", "d.hj", "-c", "p=6", "--reads", "64", "--json", "r.json"]).exit_code
        == 0
    )
    before = Path("r.json").read_text()
    done = run(group, ["simulate", "d.hj", "--repeat", "r.json", "--json", "r.json"])
    assert "r.json: error: this file is read, and would be lost" in str(done.exception)
    assert Path("r.json").read_text() == before


names = st.text(min_size=1, max_size=300).filter(lambda name: not name.startswith("/"))
names = names.filter(lambda name: ".." not in name) | st.sampled_from(["é" * 130, "a" * 255, "\0"])


@settings(max_examples=300)
@given(names)
def test_whatever_passes_the_check_can_be_written(name: str) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        try:
            check_outputs([name])
        except InvcError as fault:
            assert "\n" not in str(fault).partition("\n  hint: ")[0]
            with pytest.raises(InvcError):
                write_whole(Path(name), ["x"])
            return
        assert not list(Path().iterdir())
        if name != "-":
            write_whole(Path(name), ["x"])
            assert Path(name).read_text() == "x"


@settings(max_examples=300)
@given(st.text(), st.sampled_from(["ascii", "utf-8", "latin-1", "cp1252"]))
def test_any_text_is_printed_and_commands_no_terminal(text: str, encoding: str) -> None:
    plain = io.BytesIO()
    stream = Shown(plain, encoding, "backslashreplace", newline="\n")
    stream.write(text)
    stream.flush()
    printed = plain.getvalue().decode(encoding)
    assert all(line.isprintable() for part in printed.split("\n") for line in part.split("\t"))
    assert printed.count("\n") == text.count("\n")
    if text.isprintable() and text.isascii():
        assert printed == text


@pytest.mark.parametrize("command", ["simulate", "prove", "stats"])
def test_names_are_escaped_wherever_they_are_shown(folder: Path, command: str) -> None:
    done = invc(folder, command, "esc.hj")
    assert done.returncode == 0
    assert all(line.isprintable() for line in done.stdout.split("\n"))
    if command != "stats":
        assert "\\x1b[31m\\x07b  b  p" in done.stdout


def test_names_are_escaped_in_every_kind_of_output(folder: Path, tmp_path: Path) -> None:
    files = [f"--{kind}={tmp_path / f'r.{end}'}" for kind, end in (
        ("json", "json"), ("html", "html"), ("plot", "svg"), ("vcd", "vcd"),
    )]  # fmt: skip
    wanted = ["--explain", "--marginals", "--uniformity"]
    done = invc(folder, "simulate", "esc.hj", "-c", "p=6", "-c", f"{HOSTILE}=2", *files, *wanted)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\x1b[31m\\x07b[1]" in done.stdout
    for text in (done.stdout, *(path.read_text() for path in tmp_path.iterdir())):
        assert not set("\x1b\x07") & set(text)


def test_faults_are_one_line_whatever_the_names(folder: Path) -> None:
    done = invc(folder, "simulate", "esc.hj", "-c", "\x1b[2J\n=1")
    assert done.stderr == (
        "error: no port is called '\\x1b[2J'\n"
        "  hint: there are: \\x1b[31m\\x07b, b, p, inputs, outputs\n"
    )
    done = invc(folder, "simulate", "\x1b[2J\nx.hj")
    assert done.stderr == (
        "\\x1b[2J\\nx.hj: error: cannot read it: no such file or directory\n"
        "  hint: give a .hj file; 'invc synth' makes one\n"
    )


def test_an_ascii_terminal_is_told_what_it_can_show(folder: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = invc(folder, "simulate", "d.hj", "-c", "ä=1", env={**os.environ, **plain})
    assert done.returncode == 1
    assert done.stderr.startswith("error: no port is called '\\")
    done = invc(folder, "simulate", "é.hj", env={**os.environ, **plain})
    assert done.stderr.isascii()
    assert done.stderr.count("\n") == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_behind_the_answers_keeps_the_files(folder: Path, tmp_path: Path) -> None:
    files = ["--json", str(tmp_path / "r.json"), "--html", str(tmp_path / "r.html")]
    with Path("/dev/full").open("w") as full:
        done = invc(folder, "simulate", "d.hj", "-c", "p=6", *files, stdout=full)
    assert done.returncode == 1
    assert done.stderr == (
        "error: no space left on device\n"
        "  hint: make room where the output goes, and in the temporary folder (TMPDIR)\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.html", "r.json"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_picture_that_meets_a_full_disk_costs_neither_answers_nor_result(
    folder: Path, tmp_path: Path
) -> None:
    result = tmp_path / "r.json"
    done = invc(
        folder, *["simulate", "d.hj", "-c", "p=6", "--html", "/dev/full", "--json"], str(result)
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("/dev/full: error: cannot write it: no space left on device\n")
    assert "2  3  6" in done.stdout
    assert result.exists()


@pytest.mark.parametrize("loaded", ["click", "invc.cli.streams", "numpy"])
def test_ctrl_c_while_the_program_loads_is_no_traceback(folder: Path, loaded: str) -> None:
    code = f"""import sys
class Hook:
    def find_spec(self, name, *_):
        if name == {loaded!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Hook())
from invc.__main__ import run
sys.argv = ["invc", "simulate", "d.hj"]
run()"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "interrupted")


def test_names_that_no_text_can_hold_are_read_and_written(tmp_path: Path) -> None:
    """A byte that is no UTF-8, and a line end, in the name of a source and of a design."""
    source = os.fsencode(tmp_path) + b"/a\xff\n.v"
    with open(source, "w") as file:  # noqa: PTH123 - a name of bytes
        file.write("module t(input a, b, output y); assign y = a & b; endmodule\n")
    made = os.fsdecode(os.fsencode(tmp_path) + b"/o\xff\n.hj")
    done = invc(tmp_path, "synth", os.fsdecode(source), "-o", made)
    assert (done.returncode, done.stderr) == (0, "")
    assert "o\\udcff\\n.hj in " in done.stdout.splitlines()[-1]
    assert invc(tmp_path, "simulate", made, "-q").stdout.count("\n") == 5
