"""`invc lib`, `lib-gen` and `lib-check` as a user sees them: texts, files and exit status."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from invc.cli import main
from invc.library import builtin_folder, faults, hamlib, read_cell, write_cell
from invc.library.cell import Cell
from terminal import runs

HARD = "P0=A&C; P1=A&D^B&C; P2=A&D&B&C^B&D; P3=A&D&B&C&B&D"  # takes minutes with an ancilla


@pytest.fixture
def invc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """Run a command line in an empty folder; returns status, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[Any, str, str]:
        monkeypatch.setattr(sys, "argv", ["invc", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code, *capfd.readouterr())

    return run


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_lib_gen_solves_writes_and_says_what_it_found(
    invc: Callable[..., Any], tmp_path: Path
) -> None:
    status, out, err = invc("lib-gen", "NOR3", "Y = ~(A | B | C)", "-o", "my/cells")
    path = tmp_path / "my" / "cells" / "NOR3.toml"
    assert (status, err) == (0, "")
    cell = read_cell(path)
    assert (
        f"no cell with 0 ancillas; with 1 ancilla: gap 4, ground {cell.ground}, "
        "largest coefficient 2; proven optimal\nwrote my/cells/NOR3.toml\n"
    ) in out
    assert faults(cell) == []
    assert cell.function is not None
    assert cell.function.tables == (1,)
    assert cell.text == "Y = ~(A | B | C)"
    assert cell.source.startswith("invc lib-gen, PuLP ")
    assert names(path.parent) == ["NOR3.toml"]


def test_lib_gen_names_the_cell_of_the_same_class(invc: Callable[..., Any]) -> None:
    status, out, _ = invc("lib-gen", "SUB", "D = A ^ B ^ BI; BO = ~A & B | ~(A ^ B) & BI")
    assert status == 0
    first = out.splitlines()[0]
    assert first.startswith("the library has it already: SUB is FA, as FA(A=")
    assert "already" not in invc("lib-gen", "NEW", "Y = (A ^ B) & C & D")[1]
    assert "already" not in invc("lib-gen", "AND2", "Y = A & B")[1]


def test_lib_gen_takes_a_module(invc: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "aoi.v").write_text(
        "module aoi(input a, input [1:0] b, output y);\n  assign y = ~(a | b[0] & b[1]);\nendmodule\n"
    )
    status, out, _ = invc("lib-gen", "AOI21", "aoi.v", "-o", "my")
    assert status == 0
    assert out.startswith("the library has it already: AOI21 is AO21, as AO21(")
    cell = read_cell(tmp_path / "my" / "AOI21.toml")
    assert cell.function is not None
    assert (cell.text, cell.function.inputs) == ("module of aoi.v", ("a", "b0", "b1"))
    assert [cell.function.tables[0] >> row & 1 for row in range(8)] == [1, 0, 1, 0, 1, 0, 0, 0]
    assert invc("lib-check", "--lib", "my", "-q") == (0, "", "")
    status, _, err = invc("lib-gen", "AOI21", "none.v")
    assert (status, err.splitlines()[0]) == (
        1,
        "none.v: error: cannot read it: no such file or directory",
    )


def test_lib_gen_quiet(invc: Callable[..., Any]) -> None:
    assert invc("lib-gen", "NAND2", "Y = ~(A & B)", "-q") == (0, "", "")


def test_lib_gen_makes_the_same_file_again_and_overwrites_it_whole(
    invc: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "AND2.toml"
    path.write_text("x" * 10_000)
    assert invc("lib-gen", "AND2", "Y = A & B", "-q")[0] == 0
    first = path.read_text()
    assert invc("lib-gen", "AND2", "Y = A & B", "-q")[0] == 0
    assert path.read_text() == first
    assert faults(read_cell(path)) == []


def test_a_failure_leaves_the_old_file(invc: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "AND2.toml"
    path.write_text("old")
    assert invc("lib-gen", "AND2", "Y = A ^ B", "--ancillas", 0)[0] == 1
    assert path.read_text() == "old"
    assert names(tmp_path) == ["AND2.toml"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["2AND", "Y = A"], "error: '2AND' is no name for a cell\n  hint: letters, digits and '_'"),
        (["a/b", "Y = A"], "error: 'a/b' is no name for a cell\n  hint: letters, digits and '_'"),
        (
            ["X", "Y = A &"],
            "X: error: expected a name at column 8 of 'Y = A &'\n"
            "  hint: operators are ~ & | ^ ~^ ?: and, over bits as numbers, + - * = < <= > >=",
        ),
        (
            ["X", "Y = A ^ B", "--ancillas", "0"],
            "X: error: no cell with 0 ancillas\n  hint: loosen --ancillas",
        ),
        (
            ["X", "A + B + C = S + 2*CO", "--ancillas", "0", "--bits", "2"],
            "X: error: with 0 ancillas no integers of 2 bits up to 1 keep the rows apart\n"
            "  hint: loosen --ancillas or --bits",
        ),
        (
            ["X", "Y = A & B", "--graph", "no.json"],
            "no.json: error: cannot read it: no such file or directory\n"
            '  hint: write spin pairs as JSON: [["A", "Y"], ["B", "x0"]]',
        ),
        (
            ["X", "Y = A & B", "-o", "file/below"],
            "file/below: error: cannot make it: not a directory",
        ),
    ],
)
def test_lib_gen_faults(
    invc: Callable[..., Any], tmp_path: Path, arguments: Sequence[str], error: str
) -> None:
    (tmp_path / "file").write_text("")
    status, _, err = invc("lib-gen", *arguments)
    assert (status, err) == (1, error + "\n")
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["X"],
        ["X", "Y = A", "--bits", "1"],
        ["X", "Y = A", "--ancillas", "-1"],
        ["X", "Y = A", "--max-coefficient", "0"],
        ["X", "Y = A", "--time-limit", "0"],
    ],
)
def test_lib_gen_usage(invc: Callable[..., Any], arguments: Sequence[str]) -> None:
    status, out, err = invc("lib-gen", *arguments)
    assert (status, out) == (2, "")
    assert "Error: " in err


@pytest.mark.parametrize(
    "text", ["", "5", "{}x", '[["A"]]', '["A", 3]', "[" * 100_000, '[["A", "Y", "B"]]', "[[[], 1]]"]
)
def test_a_graph_that_is_none(invc: Callable[..., Any], tmp_path: Path, text: str) -> None:
    (tmp_path / "g.json").write_text(text)
    status, _, err = invc("lib-gen", "X", "Y = A & B", "--graph", "g.json")
    assert status == 1
    assert err.startswith("g.json: error: not a list of spin pairs\n  hint: write spin pairs")


def test_options_reach_the_solver(invc: Callable[..., Any], tmp_path: Path) -> None:
    edges = [["A", "x0"], ["B", "x0"], ["Y", "x0"], ["A", "B"]]
    (tmp_path / "g.json").write_text(json.dumps(edges))
    assert invc("lib-gen", "X", "Y = A & B", "--graph", "g.json", "-q")[0] == 0
    cell = read_cell(tmp_path / "X.toml")
    used = {frozenset((cell.spin_names[i], cell.spin_names[j])) for i, j, _ in cell.J}
    assert used <= {frozenset(edge) for edge in edges}
    assert invc("lib-gen", "X", "Y = A & B", "--ancillas", 1, "-q")[0] == 0
    assert len(read_cell(tmp_path / "X.toml").ancillas) == 1
    assert invc("lib-gen", "X", "A + B + C = S + 2*CO", "--bits", 2, "-q")[0] == 0
    assert read_cell(tmp_path / "X.toml").largest == 1
    assert invc("lib-gen", "X", "A + B + C = S + 2*CO", "--max-coefficient", 1, "-q")[0] == 0
    assert read_cell(tmp_path / "X.toml").strongest == 1
    assert invc("lib-gen", "X", "Y = A ^ B", "--ancilla", "n = ~(A | B)", "-q")[0] == 0
    assert read_cell(tmp_path / "X.toml").ancillas == ("n",)
    assert invc("lib-gen", "X", "Y = A ^ B", "--ancilla", "A <= B")[2] == (
        "X: error: 'A <= B' does not say what the ancillas are\n  hint: write each as 'x0 = A & B'\n"
    )
    assert invc("lib-gen", "X", "Y = A & B", "--allow-degenerate", "-q")[0] == 0
    assert read_cell(tmp_path / "X.toml").degenerate


def test_a_degenerate_cell_is_proven_as_one(invc: Callable[..., Any]) -> None:
    invc("lib-gen", "X", "Y = A | B & C", "--ancillas", 2, "--allow-degenerate", "-o", "my")
    assert invc("lib-check", "--lib", "my", "-q") == (0, "", "")


def test_a_time_limit_is_an_error_that_says_so(invc: Callable[..., Any], tmp_path: Path) -> None:
    status, _, err = invc("lib-gen", "X", HARD, "--ancillas", 1, "--time-limit", 0.3)
    assert status == 1
    assert err == (
        "X: error: the time limit ended the search with 1 ancilla\n"
        "  hint: give a longer --time-limit\n"
    )
    assert names(tmp_path) == []


def seconds_of_work(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for_the_solver(run: subprocess.Popen[str]) -> None:
    """Until the process has loaded HiGHS and worked on for a second."""
    loaded = None
    while run.poll() is None and (loaded is None or seconds_of_work(run.pid) < loaded + 1):
        if loaded is None and "highspy" in Path(f"/proc/{run.pid}/maps").read_text():
            loaded = seconds_of_work(run.pid)
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks into processes by /proc")
def test_ctrl_c_ends_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    command = runs("lib-gen", "X", HARD, "--ancillas", "1")
    run = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_for_the_solver(run)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=900)
    assert (run.returncode, out, err.strip()) == (130, "", "interrupted")
    assert names(tmp_path) == []


def test_lib_check_proves_every_cell(invc: Callable[..., Any]) -> None:
    status, out, err = invc("lib-check")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[-1] == f"{len(hamlib())} of {len(hamlib())} cells proven"
    assert [line.split(":")[0] for line in lines[:-1]] == sorted(hamlib())
    assert "AND2: proven, gap 4" in lines
    assert "XOR2: proven, gap 2, 1 ancilla" in lines


def off_by_one(cell: Cell) -> Iterator[tuple[str, Cell]]:
    """The cell with each coefficient, and each stated energy, one too high."""
    for k in range(len(cell.h)):
        yield f"h{k}", replace(cell, h=tuple(h + (i == k) for i, h in enumerate(cell.h)))
    for k in range(len(cell.J)):
        J = tuple((i, j, value + (n == k)) for n, (i, j, value) in enumerate(cell.J))
        yield f"J{k}", replace(cell, J=J)
    yield "ground", replace(cell, ground=cell.ground + 1)
    yield "gap", replace(cell, gap=cell.gap + 1)


def test_lib_check_names_every_cell_with_a_number_off_by_one(
    invc: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    planted = []
    for cell in hamlib().values():
        for what, wrong in off_by_one(cell):
            name = f"{cell.name}_{what}"
            function = wrong.function and replace(wrong.function, name=name)
            write_cell(replace(wrong, name=name, function=function), folder / f"{name}.toml")
            planted.append(f"bad/{name}.toml")
    status, out, err = invc("lib-check", "--lib", "bad", "-q")
    assert (status, out) == (1, "")
    assert {line.split(": error: ")[0] for line in err.splitlines()} == set(planted)


def test_lib_check_goes_on_after_a_file_that_is_no_cell(
    invc: Callable[..., Any], tmp_path: Path
) -> None:
    good = (builtin_folder() / "AND2.toml").read_text()
    for name, text in [
        ("A", "gap ="),
        ("AND2", good),
        ("B", good.replace('"AND2"', '"B"').replace("A & B", "A | B")),
        ("C", good.replace('"AND2"', '"C"').replace("A & B", "A & ")),
    ]:
        (tmp_path / f"{name}.toml").write_text(text)
    status, out, err = invc("lib-check", "--lib", ".")
    assert status == 1
    assert f"{len(hamlib()) + 1} of {len(hamlib()) + 4} cells proven" in out
    first, hint, second, third, *_ = err.splitlines()
    assert first.startswith("A.toml: error: not a cell: ")
    assert hint == "  hint: make it again with 'invc lib-gen'"
    assert second == "B.toml: error: its rows are not those of 'Y = A | B'"
    assert third == "C.toml: error: expected a name at column 8 of 'Y = A &'"


def test_lib_check_of_a_folder_that_is_not_there(invc: Callable[..., Any]) -> None:
    assert invc("lib-check", "--lib", "no") == (
        1,
        "",
        "no: error: no such folder of cells\n  hint: 'invc lib-gen -o' makes one\n",
    )


def test_lib_list_and_a_users_cells(invc: Callable[..., Any]) -> None:
    assert invc("lib-gen", "MINE", "Y = A & ~B", "-o", "my", "-q")[0] == 0
    status, out, err = invc("lib", "list", "--lib", "my")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == len(hamlib()) + 1
    assert "AND2         3+0 spins  gap 4   Y = A & B" in lines
    assert "MINE         3+0 spins  gap 4   Y = A & ~B" in lines
    assert "MINE" not in invc("lib", "list")[1]


def test_lib_markdown_is_the_page_of_the_docs(invc: Callable[..., Any], repository: Path) -> None:
    status, out, err = invc("lib", "markdown")
    assert (status, err) == (0, "")
    assert out == (repository / "docs" / "cells.md").read_text(encoding="utf-8")


def test_lib_show_and_liberty(invc: Callable[..., Any]) -> None:
    status, out, _ = invc("lib", "show", "FA")
    assert status == 0
    assert out.startswith("FA: S = A ^ B ^ CI; CO = A&B | B&CI | A&CI\n")
    assert invc("lib", "show", "FAA") == (
        1,
        "",
        "error: no cell is called 'FAA'\n  hint: did you mean 'FA'?\n",
    )
    status, out, _ = invc("lib", "show", "full subtractor")
    assert out.startswith("it is FA(")
    assert "\n\nFA: S = A ^ B ^ CI; " in out
    status, out, _ = invc("lib", "liberty")
    assert status == 0
    assert out.startswith("library(hamlib) {\n")
    assert "  cell(AND2) {\n    area: 1;\n" in out
