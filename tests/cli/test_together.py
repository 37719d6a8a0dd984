"""Several commands at the same time, on the same files and the same cache: all is whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from invc.design import read_design
from invc.frontend.cache import MOST_LOGS

TWICE = "module t(input a, b, output y); assign y = a & ; endmodule\n"
NETLIST = """module t (input [3:0] a, b, output [3:0] y);
  and (y[0], a[0], b[0]); or (y[1], a[1], b[1]); xor (y[2], a[2], b[2]); nand (y[3], a[3], b[3]);
endmodule
"""


def at_once(folder: Path, commands: Sequence[str]) -> list[tuple[int, str]]:
    """Exit status and standard error of commands that run side by side with a cache of their own."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    started = [
        subprocess.Popen(
            [sys.executable, "-P", "-m", "invc", *command.split()],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    ended = [(process.communicate()[1], process.returncode) for process in started]
    return [(status, text) for text, status in ended]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("together")
    (made / "t.v").write_text(NETLIST)
    (made / "bad.v").write_text(TWICE)
    return made


def test_commands_that_write_the_same_files_leave_each_whole(folder: Path) -> None:
    """First what fills an empty cache: tables of the parser, logs. Then runs that read and write."""
    synths = ["synth --netlist t.v -o t.hj"] * 3
    ended = at_once(folder, [*synths, *["synth bad.v -o bad.hj"] * 2])
    assert [status for status, _ in ended] == [0, 0, 0, 1, 1]
    assert all(text.startswith("bad.v:1: error: syntax error") for _, text in ended[3:])
    design = read_design(folder / "t.hj")
    assert [port.name for port in design.netlist.ports] == ["a", "b", "y"]
    run = "simulate t.hj --clamp y=9 --reads 512 --seed 1 --json t.json --vcd t.vcd"
    kernel = "jit" if find_spec("llvmlite") else "auto"
    ended = at_once(folder, [*[f"{run} --kernel {kernel}"] * 2, run, *synths[:1]])
    assert [status for status, _ in ended] == [0] * 4, ended
    found = json.loads((folder / "t.json").read_text())
    assert found
    assert (folder / "t.vcd").read_text().rstrip().splitlines()[-1].startswith("#")


def test_nothing_is_left_of_files_that_were_being_written(folder: Path) -> None:
    left = {path.name for path in folder.iterdir()}
    assert left == {"t.v", "bad.v", "t.hj", "t.json", "t.vcd", "cache"}
    kept = [path for path in (folder / "cache").rglob("*") if path.is_file()]
    logs = [path for path in kept if path.suffix == ".log"]
    assert 0 < len(logs) <= MOST_LOGS
    tables = [path for path in kept if path.suffix == ".json"]
    assert all(json.loads(path.read_text())["productions"] for path in tables)
    assert {path.suffix for path in kept} <= {".log", ".json", ".o"}
