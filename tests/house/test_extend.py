"""What CONTRIBUTING promises: a new thing is one new file and one line in a table.

Each test adds one to a copy of the package, exactly so, and uses it. Where the table holds things and
not names, the line brings its import.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import invc

COMMAND = '''
"""`invc hello`: greet a design."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def command(file: Path) -> None:
    """Greet FILE by its name."""
    from invc.design import read_design

    click.echo(f"hello {read_design(file).netlist.name}")
'''
FORMAT = '''
"""A line for each coefficient: its spins, counted from 0, and its value."""

from __future__ import annotations

from collections.abc import Iterator

from invc.formats.format import Format
from invc.formats.incoming import Incoming
from invc.formats.lines import Lines
from invc.formats.outgoing import Outgoing, minimised
from invc.formats.terms import Terms, terms


def write(outgoing: Outgoing) -> Iterator[str]:
    """The linear terms, then the pairs."""
    linear, quadratic = minimised(outgoing.model)
    for spin, value in enumerate(linear):
        yield f"{spin} {spin} {value}\\n"
    for (i, j), value in zip(outgoing.model.edges.tolist(), quadratic, strict=True):
        yield f"{i} {j} {value}\\n"


def read(incoming: Incoming) -> Terms:
    """The same again."""
    rows = [(int(i), int(j), float(value)) for i, j, value in Lines(incoming.text, "").words("#")]
    spins = 1 + max(max(i, j) for i, j, _ in rows)
    return terms([f"s[{spin}]" for spin in range(spins)], rows, offset=0.0)


FORMAT = Format(".triples", write, read, lacks=("names", "offset", "clamps"))
'''

DYNAMICS = '''
"""Ideal p-bits at one temperature, the last one."""

from __future__ import annotations

from invc.engine.dynamics.task import Ended, Task
from invc.pbits.heatbath.heat import heat


def steady(task: Task) -> Ended | None:
    """As `gibbs`, all sweeps at the last beta."""
    state, sweeps = task.start(), task.block.sweeps
    program, scaled = task.problem.at(task.schedule.high)
    task.backend.sweep(program, state, heat(scaled), sweeps)
    task.watch(sweeps, state)
    return Ended(state, sweeps, sweeps * task.problem.free)
'''
BACKEND = '''
"""The reference under another name, which counts what it is asked for."""

from __future__ import annotations

from invc.pbits.heatbath.heat import Heat
from invc.pbits.heatbath.program import Program
from invc.pbits.lanes import Rows
from invc.pbits.reference import Reference


class Counting(Reference):
    """Says how often it swept."""

    name = "counting"
    swept = 0

    def sweep(self, program: Program, state: Rows, heat: Heat, sweeps: int) -> None:
        """As the reference."""
        super().sweep(program, state, heat, sweeps)
        Counting.swept += sweeps


def backends() -> tuple[Counting, ...]:
    """The one."""
    return (Counting(),)
'''


class Copy:
    """A copy of the package with something new in it."""

    def __init__(self, folder: Path) -> None:
        """Copy what is installed, the library beside it included."""
        package = Path(invc.__file__).parent
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(package, folder / "invc", ignore=ignored)
        if not (package / "hamlib").is_dir():
            shutil.copytree(package.parent / "hamlib", folder / "hamlib")
        self.folder = folder

    def add(self, file: str, text: str) -> None:
        """The one new file."""
        assert not (self.folder / file).exists()
        (self.folder / file).write_text(text.lstrip(), encoding="utf-8")

    def line(self, file: str, after: str, line: str) -> None:
        """The one line, behind the first that contains another and as far in as it."""
        path = self.folder / file
        lines = path.read_text(encoding="utf-8").splitlines()
        place = next(k for k, other in enumerate(lines) if after in other)
        indent = " " * (len(lines[place]) - len(lines[place].lstrip()))
        lines.insert(place + 1, indent + line)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def invc(self, *arguments: str) -> str:
        """What a command prints."""
        return self.python("-m", "invc", *arguments)

    def python(self, *arguments: str) -> str:
        """What Python prints."""
        done = subprocess.run(
            [sys.executable, "-P", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def copy(tmp_path: Path, repository: Path) -> Copy:
    shutil.copy(repository / "tests/golden/designs/half_adder.hj", tmp_path / "half.hj")
    return Copy(tmp_path)


def test_a_command(copy: Copy) -> None:
    copy.add("invc/cli/hello.py", COMMAND)
    copy.line("invc/cli/__init__.py", '"doctor": ', '"hello": "Greet a design.",')
    assert re.search(r"^  hello +Greet a design\.$", copy.invc("--help"), re.MULTILINE)
    assert "Greet FILE by its name." in copy.invc("hello", "--help")
    assert copy.invc("hello", "half.hj") == "hello half_adder\n"


def test_a_format(copy: Copy) -> None:
    copy.add("invc/formats/triples.py", FORMAT)
    copy.line("invc/formats/__init__.py", '"gset": ', '"triples": Entry("triples"),')
    told = copy.invc("export", "half.hj", "--to", "triples")
    assert told == "wrote half.triples: 4 spins, 6 couplings, offset 4\n"
    assert (copy.folder / "half.triples").read_text().splitlines()[0] == "0 0 -1"
    copy.invc("import", "half.triples", "--from", "triples", "-o", "back.hj")
    found = copy.invc("simulate", "back.hj", "-c", "s[2]=1", "--reads", "64", "--show", "1")
    assert "lowest energy -4 in" in found


def test_a_dynamics(copy: Copy) -> None:
    copy.add("invc/engine/dynamics/steady.py", DYNAMICS)
    table = "invc/engine/dynamics/__init__.py"
    copy.line(table, "from __future__", "from invc.engine.dynamics.steady import steady")
    copy.line(table, '"ssa": ', '"steady": Dynamics(steady),')
    options = ("half.hj", "-c", "sum=1", "--reads", "100", "--dynamics", "steady", "--json", "-")
    report = json.loads(copy.invc("simulate", *options))
    assert report["dynamics"] == "steady"
    assert report["chosen"].startswith("steady with beta ")
    assert [s["ports"]["a"] + s["ports"]["b"] for s in report["solutions"]] == [1, 1]


def test_a_backend(copy: Copy) -> None:
    copy.add("invc/pbits/counting.py", BACKEND)
    table = "invc/pbits/backend.py"
    copy.line(table, "from __future__", "from invc.pbits import counting")
    copy.line(table, "    reference.backends", "counting.backends,")
    asked = """
import invc
found = [invc.simulate("half.hj", sum=1, reads=100, sweeps=9, kernel=kernel, dynamics="gibbs")
         for kernel in ("counting", "reference")]
from invc.pbits.counting import Counting
print(found[0].answers == found[1].answers, found[0].columns == found[1].columns, Counting.swept)
"""
    assert copy.python("-c", asked) == "True True 9\n"
