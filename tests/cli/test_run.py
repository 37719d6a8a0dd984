"""`invc run`: the arguments of a command from a TOML file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from designs import CELLS, multiplier
from invc.cli import COMMANDS
from invc.cli import invc as program
from invc.cli.run import RunFile
from invc.design import write_design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from typed import sure

ROOT = click.Context(program, info_name="invc")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    write_design(assemble(multiplier(4), CELLS), tmp_path / "below/mult4.hj")
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.chdir(folder)

    def called(text: str, *more: str) -> Any:
        (folder / "below/run.toml").write_text(text)
        return CliRunner().invoke(program, ["run", "below/run.toml", *more])

    return called


def test_names_of_files_count_from_the_run_file(run: Callable[..., Any], folder: Path) -> None:
    done = run('design = "mult4.hj"\nclamp = { p = 143 }\njson = "out.json"\n')
    assert done.exit_code == 0, done.output
    found = json.loads((folder / "below/out.json").read_text())
    assert {s["ports"]["a"] for s in found["solutions"]} == {11, 13}
    assert run('design = "mult4.hj"\nclamp = "p=211"\nprove = true\n').exit_code == 4


def test_what_follows_is_added_and_wins(run: Callable[..., Any]) -> None:
    text = 'design = "mult4.hj"\nclamp = ["p=143"]\nseed = 1\nquiet = true\njson = "-"\n'
    found = json.loads(run(text, "--clamp", "a=11", "--seed", "7").stdout)
    assert found["seed"] == 7
    assert found["clamps"] == ["p=143", "a=11"]
    assert len(found["solutions"]) == 1


@pytest.mark.parametrize(
    ("text", "where", "message", "hint"),
    [
        ("desing = 'x'\n", 1, "simulate has no option 'desing'", "'design'"),
        ("\ntime_limt = 3\n", 2, "simulate has no option 'time_limt'", "'time-limit'"),
        ("command = 'simulat'\n", 1, "no command is called 'simulat'", "'simulate'"),
        ("prove = 1\n", 1, "prove is true or false, not 1", "prove = true"),
        ("seed = [1, 2]\n", 1, "seed takes one value, not 2", "leave one"),
        ("seed = true\n", 1, "seed cannot be True", "a number"),
        ("seed = 1979-05-27\n", 1, "seed cannot be", "a number"),
        ("[bias]\n'a[0]' = [1]\n", 1, "bias cannot be [1]", "a number"),
        ("command = 'run'\n", 1, "no command is called 'run'", ""),
        ("a = \n", None, "this is no TOML", ""),
    ],
)
def test_what_is_wrong_is_said_by_its_line(
    run: Callable[..., Any], text: str, where: int | None, message: str, hint: str
) -> None:
    fault = run(text).exception
    assert isinstance(fault, InvcError)
    assert message in fault.message and hint in (fault.hint or "")
    assert "\n" not in fault.message
    assert fault.where == ("below/run.toml" if where is None else f"below/run.toml:{where}")


def test_every_option_of_every_command_can_be_a_key() -> None:
    for name in COMMANDS:
        inner = sure(program.get_command(ROOT, name))
        for param in inner.params:
            if not isinstance(param, click.Option) or "--" not in param.opts[-1]:
                continue
            key = param.opts[-1].lstrip("-")
            value: object = True if param.is_flag else "1"
            given = RunFile(Path("x.toml"), "", {key: value})
            assert next(given.words(inner)).startswith(f"--{key}")


def test_flags_that_have_an_opposite(run: Callable[..., Any]) -> None:
    inner = sure(program.get_command(ROOT, "simulate"))
    words = list(RunFile(Path("x.toml"), "", {"presolve": False, "prove": False}).words(inner))
    assert words == ["--no-presolve"]
