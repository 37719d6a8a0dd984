"""What the documents show is what the commands print."""

import inspect
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from documents.transcripts import BLOCK, FIGURES, ROOT, commands, prepare, run, without_chance
from invc.cli import COMMANDS, invc
from typed import sure

# Every page that shows commands, so that a new one is executed without being named here.
DOCUMENTS = sorted(
    page.relative_to(ROOT).as_posix()
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    if BLOCK.search(page.read_text(encoding="utf-8"))
)
FENCE = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
NUMBER = re.compile(r"\d+(?:\.\d+)?")
QUICKLY = {"bench": ("--seconds", "0.2")}
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


# Pages whose commands run programs of others.
NEEDS = {"docs/howto/rtl.md": "iverilog"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_transcripts_are_what_the_commands_print(name: str, tmp_path: Path) -> None:
    if name in NEEDS and not shutil.which(NEEDS[name]):
        pytest.skip(f"needs {NEEDS[name]}")
    page = (ROOT / name).read_text()
    folder = prepare(tmp_path, page)
    blocks = BLOCK.findall(page)
    assert blocks
    for block in blocks:
        for command, output in commands(block):
            assert without_chance(run(command, folder)) == without_chance(output), command


def test_commands_whose_figures_differ_print_what_is_shown_otherwise(tmp_path: Path) -> None:
    pages = [page for page in ROOT.glob("docs/**/*.md") if FIGURES.search(page.read_text())]
    assert ROOT / "docs/howto/bench.md" in pages
    for page in pages:
        folder = prepare(tmp_path)
        for block in FIGURES.findall(page.read_text()):
            for command, output in commands(block):
                done = run(command, folder)
                if command.startswith("invc synth "):  # a design is the same everywhere
                    assert without_chance(done) == without_chance(output), command
                assert skeleton(done)[0] == skeleton(output)[0], command
                if command == "invc doctor":
                    assert rows_of(done) == rows_of(output), command


def rows_of(doctor: str) -> list[str]:
    """What each of its rows is about, whatever it says of it and however to get what is missing."""
    return [line[9:23].strip() for line in doctor.splitlines()[2:-1] if line[0] != " "]


def test_no_page_shows_a_command_that_is_not_executed() -> None:
    pages = [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    for page in pages:
        if page == ROOT / "docs/cli.md":  # its examples are those of the helps, which run below
            continue
        for kind, text in FENCE.findall(page.read_text(encoding="utf-8")):
            if not kind.startswith("console"):
                shown = [
                    line for line in text.splitlines() if line.startswith(("invc ", "$ invc "))
                ]
                assert not shown, (page, shown)


def test_every_command_has_a_page_that_shows_it_at_work() -> None:
    shown = {
        command.split()[1]
        for page in ROOT.glob("docs/howto/*.md")
        for block in [*BLOCK.findall(page.read_text()), *FIGURES.findall(page.read_text())]
        for command, _ in commands(block)
    }
    assert set(COMMANDS) <= shown


def test_the_page_of_commands_is_fresh() -> None:
    made = runpy.run_path(str(ROOT / "docs/site/cli_page.py"))["page"]()
    hint = "stale: run 'python -P docs/site/cli_page.py'"
    assert (ROOT / "docs/cli.md").read_text(encoding="utf-8") == made, hint


SOURCES = {  # the files that the examples in the helps speak of
    "top.sv": '`include "width.svh"\nmodule top(input [`W-1:0] a, output y);\n'
    "`ifdef FAST\n  leaf u(.a, .y);\n`endif\nendmodule\n",
    "leaf.v": "module leaf(input [1:0] a, output y); assign y = &a; endmodule\n",
    "include/width.svh": "`define W 2\n",
    "mapped.v": "module mapped(input a, b, output y); nand g(y, a, b); endmodule\n",
    "model.coo": "# vartype=SPIN\n0 1 -1.5\n",
    "alu.v": "module alu(input a, b, c, d, output y); assign y = a & b | c & d; endmodule\n",
    "rtl/wide.v": '`include "none.vh"\nmodule wide #(parameter N = 2) (input [`WIDTH*N-1:0] a, '
    "output y); assign y = ^a; endmodule\n",
    "rtl/include/none.vh": "",
    "factor.toml": 'design = "mult4.hj"\nclamp = { p = 143 }\n',
}


def examples_of_the_helps() -> list[str]:
    root = click.Context(invc, info_name="invc")
    helps = [inspect.cleandoc(sure(invc.get_command(root, name)).help or "") for name in COMMANDS]
    return [line for text in helps for line in text.splitlines() if line.startswith("invc ")]


def test_the_examples_in_the_helps_run(tmp_path: Path) -> None:
    """In their order, and with the exit status that their comments tell."""
    for name, text in SOURCES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for name in ("multiplier.v", "design.v"):
        shutil.copy(ROOT / "rtl_examples/multiplier/multiplier.v", tmp_path / name)
    shutil.copy(ROOT / "rtl_examples/clocked/counter.v", tmp_path)
    shutil.copy(ROOT / "rtl_examples/perceptron/perceptron.v", tmp_path)
    shutil.copy(ROOT / "rtl_examples/mlp/mlp.v", tmp_path)
    run("invc synth multiplier.v -G W=4 -o mult4.hj", tmp_path)
    taught = "-G N=65 -G H=4 -G C=10 --data digits --passes 1 --method stream -o mlp.json"
    run(f"invc train mlp.v {taught}", tmp_path)
    examples = examples_of_the_helps()
    assert len(examples) > 20
    for line in examples:
        words: list[Any] = []
        for word in shlex.split(line, comments=True)[1:]:
            found = sorted(path.relative_to(tmp_path) for path in tmp_path.glob(word))
            words += map(str, found) if "*" in word else [word]
        done = subprocess.run(
            [sys.executable, "-P", "-m", "invc", *words, *QUICKLY.get(words[0], ())],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        impossible = "p=64507" in words  # 251 times 257, and 257 needs nine bits
        assert done.returncode == (4 if impossible else 0), (line, done.stdout, done.stderr)
        assert ("impossible" in done.stdout) == impossible, line


def skeleton(text: str) -> list[str]:
    """Lines with their figures struck out, and the blanks that a wider figure moves."""
    return [" ".join(NUMBER.sub("N", line).split()) for line in text.splitlines()]


def test_readme_opens_with_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    first = sure(re.search(r"```sh\n(.*?)```", text, re.DOTALL))[1]
    assert [line.split("#")[0].strip() for line in first.splitlines()] == ["make demo", "make test"]
    makefile = (ROOT / "Makefile").read_text()
    for target in ("demo", "test", "check", "bench"):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_links_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("rtl_examples/**/*.md")]
    assert len(pages) > 10
    for page in pages:
        for target in LINK.findall(page.read_text()):
            assert (page.parent / target).exists(), (page, target)


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text()
    for name in COMMANDS:
        assert f"`invc {name}" in text or f"`{name}`" in text
