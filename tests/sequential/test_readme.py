"""The README of the clocked examples does what it says, and each of its traces replays."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from clocked import replayed
from invc.cli import invc
from invc.design import read_design

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "rtl_examples/clocked/README.md"
KINDS = {"forward": 0, "backward": 0, "partly clamped": 0, "impossible": 4}
VALUE = re.compile(r"(\w+@\d+)=(0x[0-9a-f]+|\d+)")
COUNT = re.compile(r"(\d+) answers")


class Run(NamedTuple):
    """A question of the README, the design that it is asked of, and its comment."""

    line: int
    made: tuple[str, ...]
    words: tuple[str, ...]
    comment: str


def runs() -> list[Run]:
    """Every question."""
    made: dict[str, tuple[str, ...]] = {}
    found: list[Run] = []
    inside = False
    for number, line in enumerate(README.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```sh"
        elif inside and line.startswith("# "):
            found[-1] = found[-1]._replace(comment=f"{found[-1].comment} {line[2:]}".strip())
        elif inside:
            words = tuple(shlex.split(line))[1:]
            if words[0] == "synth":
                made[words[words.index("-o") + 1]] = words
            else:
                found.append(Run(number, made[words[1]], words, ""))
    return found


RUNS = runs()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where designs are made, each once."""
    return tmp_path_factory.mktemp("clocked")


@cache
def design_file(folder: Path, made: tuple[str, ...]) -> Path:
    """The design of a command."""
    words = [str(ROOT / word) if word.startswith("rtl_examples") else word for word in made]
    words[words.index("-o") + 1] = str(folder / made[made.index("-o") + 1])
    done = CliRunner().invoke(invc, [*words, "-q"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return Path(words[words.index("-o") + 1])


@pytest.mark.parametrize("asked", RUNS, ids=[f"line {run.line}" for run in RUNS])
def test_the_comment_is_true_and_the_trace_replays(asked: Run, folder: Path) -> None:
    file, report = design_file(folder, asked.made), folder / f"{asked.line}.json"
    words = [*asked.words, "--json", str(report)]
    words[1] = str(file)
    done = CliRunner().invoke(invc, words, catch_exceptions=False)
    kind, _, claim = asked.comment.partition(": ")
    assert done.exit_code == KINDS[kind], done.output
    solutions = [solution["ports"] for solution in json.loads(report.read_text())["solutions"]]
    count = 1 if "the only answer" in claim else None
    if match := COUNT.search(claim):
        count = int(match[1])
    if count is not None and count <= len(solutions):
        assert len(solutions) == count
    values = {name: int(value, 0) for name, value in VALUE.findall(claim)}
    for ports in solutions:
        assert not {k: (ports[k], v) for k, v in values.items() if ports[k] != v}
    if solutions and shutil.which("iverilog"):
        source = ROOT / asked.made[1]
        for ports in solutions[:8]:
            text = replayed(read_design(file), ports, folder, source)
            assert text.startswith("all ") and text.endswith(" values are as claimed\n"), text


def test_every_example_has_every_direction() -> None:
    by_source: dict[str, set[str]] = {}
    for asked in RUNS:
        by_source.setdefault(asked.made[1], set()).add(asked.comment.partition(":")[0])
    assert {Path(source).name for source in by_source} == {
        path.name for path in README.parent.glob("*.v")
    }
    assert all({"forward", "backward"} <= kinds or {"forward", "partly clamped"} <= kinds
               for kinds in by_source.values())  # fmt: skip
