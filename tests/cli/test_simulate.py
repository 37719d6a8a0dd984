"""`invc simulate` as a user sees it: what it prints, writes and returns."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from designs import CELLS, multiplier
from invc.cli import COMMANDS
from invc.cli import invc as group
from invc.design import write_design
from invc.design.assemble import assemble
from terminal import interrupt


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("simulate")
    for n in (4, 8, 16):
        write_design(assemble(multiplier(n), CELLS), path / f"mult{n}.hj")
    return path


def invc(folder: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "invc", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=900, **options
    )


def solutions(
    folder: Path, *arguments: str
) -> tuple[int, dict[str, Any], list[tuple[int, int, int]]]:
    done = invc(folder, "simulate", *arguments, "--json", "-")
    report = json.loads(done.stdout)
    return done.returncode, report, [tuple(s["ports"].values()) for s in report["solutions"]]


def test_backward_finds_both_orders(folder: Path) -> None:
    status, report, found = solutions(folder, "mult8.hj", "--clamp", "p=38243")
    assert status == 0
    assert sorted(found) == [(167, 229, 38243), (229, 167, 38243)]
    assert report["status"] == "found"
    assert report["verified_reads"] <= report["reads"]
    assert report["free_spins"] < report["spins"] == 192
    needed = {"status", "solutions", "reads", "verified_reads", "sweeps", "spins", "free_spins"}
    assert needed | {"flips", "seconds", "seed", "version"} <= set(report)
    assert all(s["reads"] >= 1 for s in report["solutions"])


def test_forward_and_partly_clamped(folder: Path) -> None:
    forward = solutions(folder, "mult8.hj", "-c", "a=167", "-c", "b=229")
    assert (forward[0], forward[2]) == (0, [(167, 229, 38243)])
    partly = solutions(folder, "mult8.hj", "-c", "p=38243", "-c", "a=167")
    assert (partly[0], partly[2]) == (0, [(167, 229, 38243)])


def test_dynamics_and_its_settings(folder: Path) -> None:
    options = ["--dynamics", "ssa", "--set", "noise=4", "--set", "every=2", "--set", "i0=1:12"]
    status, report, found = solutions(folder, "mult4.hj", "--clamp", "p=143", *options)
    assert status == 0
    assert sorted(found) == [(11, 13, 143), (13, 11, 143)]
    assert "I0 1 to 12, noise 4, in one cycle of 2" in report["chosen"]


def test_impossible_is_status_4(folder: Path) -> None:
    done = invc(folder, "simulate", "mult4.hj", "-c", "a=0", "-c", "p=5")
    assert done.returncode == 4
    assert done.stdout.startswith("impossible: ")
    status, report, found = solutions(folder, "mult4.hj", "-c", "a=0", "-c", "p=5")
    assert (status, report["status"], found) == (4, "impossible", [])


def test_none_found_is_status_3_and_claims_nothing(folder: Path) -> None:
    # 64507 = 251 * 257, and 257 needs nine bits.
    done = invc(folder, "simulate", "mult8.hj", "-c", "p=64507", "--reads", "64", "--sweeps", "20")
    assert done.returncode == 3
    assert "no answer found" in done.stdout
    assert "proves nothing" in done.stdout


def test_text_output(folder: Path) -> None:
    done = invc(folder, "simulate", "mult8.hj", "-c", "p=38243", "-c", "a=167", "--radix", "hex")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["a", "b", "p", "reads"]
    assert lines[1].split()[:3] == ["0xa7", "0xe5", "0x9563"]
    assert lines[2] == "1 distinct answer: every spin follows from the clamps"
    quiet = invc(folder, "simulate", "mult8.hj", "-c", "p=38243", "-c", "a=167", "-q")
    assert len(quiet.stdout.splitlines()) == 2
    assert done.stderr == quiet.stderr == ""


def test_same_seed_same_result_whatever_the_threads(folder: Path) -> None:
    def run(*options: str) -> Any:
        _, report, _ = solutions(folder, "mult8.hj", "-c", "p=38243", *options)
        report.pop("seconds")
        return report

    one = run("--seed", "5", "--threads", "1")
    assert one == run("--seed", "5", "--threads", "2")
    assert one == run("--seed", "5", "--threads", "1000000")
    assert one["solutions"] != run("--seed", "6")["solutions"]


def test_target_stops_early_and_show_limits_rows(folder: Path) -> None:
    _, _, found = solutions(folder, "mult4.hj", "--target", "5")
    assert len(found) >= 5
    done = invc(folder, "simulate", "mult4.hj", "--target", "5", "--show", "2")
    assert done.stdout.splitlines()[3].startswith("and ")


def test_json_file_is_written_whole(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    done = invc(folder, "simulate", "mult4.hj", "-c", "p=143", "--json", str(path))
    assert done.returncode == 0
    assert json.loads(path.read_text())["status"] == "found"
    assert "143" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["no.hj"], 1, "no.hj: error: cannot read it: no such file or directory"),
        (["mult4.hj", "-c", "q=1"], 1, "error: no port is called 'q'"),
        (["mult4.hj", "-c", "p=256"], 1, "error: clamp 'p=256': the value does not fit 8 unsigned"),
        (
            ["mult4.hj", "--set", "noise"],
            2,
            "Error: Invalid value for '--set': 'noise' is not NAME=",
        ),
        (
            ["mult4.hj", "--dynamics", "sc", "--set", "noise=x"],
            1,
            "error: setting noise=x: need whole numbers from 0 to 1048576",
        ),
        (["mult4.hj", "--beta", "3:1"], 2, "Error: Invalid value for '--beta': '3:1': need 0 < LO"),
        (
            ["mult4.hj", "--beta", "1e-320"],
            2,
            "Error: beta must be within 1e-100 to 1e+100, not (1e-320, 1e-320)\n",
        ),
        (["mult4.hj", "--time-limit", "nan"], 2, "Error: time_limit must be positive, not nan\n"),
        (["mult4.hj", "--reads", "1" + "0" * 19], 2, "Error: reads must be below 2**63, not 1000"),
        (["mult4.hj", "-c", "p=" + "9" * 5000], 1, "a decimal of 5000 digits, more than 4000\n"),
        (["mult4.hj", "-c", f"p[{'9' * 5000}]=1"], 1, "error: no port is called 'p[99999"),
        (["mult4.hj", "--reads", "0"], 2, "Error: Invalid value for '--reads'"),
        (["mult4.hj", "--dynamics", "gibs"], 1, "error: no dynamics is called 'gibs'"),
        ([], 2, "Error: Missing argument 'FILE'"),
        (["mult4.hj", "--json", "no/folder.json", "-c", "p=143"], 1, "no/folder.json: error:"),
    ],
)
def test_errors(folder: Path, arguments: Sequence[str], status: int, text: str) -> None:
    done = invc(folder, "simulate", *arguments)
    assert done.returncode == status
    assert text in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_interrupt_ends_cleanly_with_what_was_found(folder: Path) -> None:
    ask = ("simulate", "mult16.hj", "-c", "p=4293001441", "--time-limit", "300", "--target", "99")
    slow = ("--dynamics", "gibbs", "--json", "-")
    ended = interrupt(folder, *ask, *slow, when=" reads, ")
    assert "Traceback" not in ended.shown
    report = json.loads(ended.out)
    assert report["interrupted"] is True
    assert report["reads"] > 0
    assert ended.status == (0 if report["solutions"] else 3)


def test_help_answers_without_importing_the_tools(folder: Path) -> None:
    code = "import sys, invc.cli; print(sorted(m for m in sys.modules if m in {'numpy','pulp','rich','pyverilog'}))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    listed = invc(folder, "--help")
    assert listed.returncode == 0
    assert "simulate" in listed.stdout


def test_every_listed_command_exists_and_its_help_agrees() -> None:
    for name in COMMANDS:
        result = CliRunner().invoke(group, [name, "--help"])
        assert result.exit_code == 0, (name, result.output)


def test_a_new_command_is_one_file_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
import click


@click.command()
@click.argument("word")
def command(word):
    \"\"\"Say a word again.\"\"\"
    click.echo(word)
"""
    toy = ModuleType("invc.cli.toy_echo")
    exec(source, toy.__dict__)
    monkeypatch.setitem(sys.modules, "invc.cli.toy_echo", toy)
    monkeypatch.setitem(COMMANDS, "toy-echo", "Say a word again.")
    shown = CliRunner().invoke(group, ["--help"]).output
    assert re.search(r"^  toy-echo +Say a word again\.$", shown, re.MULTILINE)
    assert CliRunner().invoke(group, ["toy-echo", "hello"]).output == "hello\n"


def test_strict_reads_satisfy_every_gate(folder: Path) -> None:
    status, report, found = solutions(folder, "mult8.hj", "--clamp", "p=38243", "--strict")
    assert status == 0
    assert found
    assert all(answer["energy"] == 0 for answer in report["solutions"])
    assert report["verified_reads"] == report["strict_reads"]
