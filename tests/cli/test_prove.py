"""`invc prove` as a user sees it: what it prints, writes and returns."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from designs import CELLS, multiplier
from invc.design import write_design
from invc.design.assemble import assemble
from terminal import interrupt


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("prove")
    for n in (4, 8, 24):
        write_design(assemble(multiplier(n), CELLS), path / f"mult{n}.hj")
    return path


def prove(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "invc", "prove", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=900
    )


def test_possible_with_an_example(folder: Path) -> None:
    done = prove(folder, "mult8.hj", "-c", "p=38243", "-c", "a=167", "--radix", "hex")
    assert done.returncode == 0
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["possible,", "for", "example:"],
        ["a", "b", "p"],
        ["0xa7", "0xe5", "0x9563"],
    ]
    quiet = prove(folder, "mult8.hj", "-c", "p=38243", "-c", "a=167", "--radix", "hex", "-q")
    assert quiet.stdout.splitlines() == done.stdout.splitlines()[1:]


def test_impossible_is_status_4(folder: Path) -> None:
    done = prove(folder, "mult8.hj", "-c", "p=64507")
    assert (done.returncode, done.stdout) == (4, "impossible: no inputs give these clamps\n")
    at_once = prove(folder, "mult8.hj", "-c", "a=0", "-c", "p=5")
    assert at_once.returncode == 4
    assert at_once.stdout.startswith("impossible: the ")
    left = prove(folder, "mult4.hj", "-c", "p=143", "--forbid", "a=11", "--forbid", "a=13,b=11")
    assert left.returncode == 4
    assert left.stdout == "impossible: no inputs but those forbidden give these clamps\n"


def test_a_count_of_none_says_impossible(folder: Path) -> None:
    for clamp in ("p=211", "p=251"):  # primes, the second larger than 15 * 15
        none = prove(folder, "mult4.hj", "-c", clamp, "--count")
        assert none.returncode == 4
        assert none.stdout.startswith("impossible: 0 distinct answers; ")


def test_count_and_report(folder: Path) -> None:
    done = prove(folder, "mult4.hj", "-c", "p=12", "--count", "--show", "2", "--json", "out.json")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("6 distinct answers; ")  # 1 * 12, 2 * 6, 3 * 4 and both ways round
    assert [line.split() for line in lines[1:4]] == [
        ["a", "b", "p"],
        ["1", "12", "12"],
        ["2", "6", "12"],
    ]
    assert lines[4] == "and 4 more (--show N, or --json FILE for all)"
    report = json.loads((folder / "out.json").read_text())
    assert (report["status"], report["count"], report["complete"]) == ("possible", 6, True)
    assert len(report["solutions"]) == 6
    assert report["clamps"] == ["p=12"]
    assert report["model"].startswith("sha256:")
    some = prove(folder, "mult4.hj", "-c", "p=12", "--count", "--limit", "3", "--show", "0")
    assert some.stdout.startswith("6 distinct answers; ")  # a diagram counts beyond what is listed
    none = prove(folder, "mult4.hj", "-c", "p=17", "--count", "--json", "-")
    assert none.returncode == 4
    assert json.loads(none.stdout)["status"] == "impossible"


def test_undecided_is_status_3(folder: Path) -> None:
    hard = f"p={17000003 * 8000009}"
    done = prove(folder, "mult24.hj", "-c", hard, "--time-limit", "0.2")
    assert done.returncode == 3
    assert done.stdout.startswith("undecided after ")
    assert prove(folder, "mult24.hj", "-c", hard, "--time-limit", "0.2", "--count").returncode == 3


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_interrupt_ends_cleanly(folder: Path) -> None:
    ended = interrupt(folder, "prove", "mult24.hj", "-c", f"p={17000003 * 8000009}", when="proving")
    assert (ended.status, ended.out) == (130, "")
    assert ended.shown.rstrip().endswith("interrupted")
    assert "Traceback" not in ended.shown


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["no.hj"], 1, "no.hj: error: cannot read it: no such file or directory"),
        (["mult4.hj", "-c", "q=1"], 1, "error: no port is called 'q'"),
        (["mult4.hj", "--forbid", "a"], 1, "error: clamp 'a' is not NAME=VALUE"),
        (["mult4.hj", "--limit", "0"], 2, "Error: Invalid value for '--limit'"),
        (["mult4.hj", "--json", "no/out.json"], 1, "no/out.json: error: cannot write it"),
    ],
)
def test_errors(folder: Path, arguments: Sequence[str], status: int, text: str) -> None:
    done = prove(folder, *arguments)
    assert done.returncode == status
    assert text in done.stderr
    assert "Traceback" not in done.stderr
