"""What the documents show is what the commands print."""

import inspect
import re
import runpy
import shlex
import sys
from pathlib import Path

import click
import pytest

from invc.cli import COMMANDS, invc

sys.path.insert(0, str(Path(__file__).parent))
from transcripts import BLOCK, FIGURES, ROOT, commands, prepare, run, without_chance

# Every page that shows commands, so that a new one is executed without being named here.
DOCUMENTS = sorted(
    page.relative_to(ROOT).as_posix()
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    if BLOCK.search(page.read_text(encoding="utf-8"))
)
FENCE = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
NUMBER = re.compile(r"\d+(?:\.\d+)?")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_transcripts_are_what_the_commands_print(name, tmp_path):
    folder = prepare(tmp_path)
    blocks = BLOCK.findall((ROOT / name).read_text())
    assert blocks
    for block in blocks:
        for command, output in commands(block):
            assert without_chance(run(command, folder)) == without_chance(output), command


def test_commands_whose_figures_differ_print_what_is_shown_otherwise(tmp_path):
    pages = [page for page in ROOT.glob("docs/**/*.md") if FIGURES.search(page.read_text())]
    assert ROOT / "docs/howto/bench.md" in pages
    for page in pages:
        folder = prepare(tmp_path)
        for block in FIGURES.findall(page.read_text()):
            for command, output in commands(block):
                printed, shown = (skeleton(text) for text in (run(command, folder), output))
                assert printed[0] == shown[0], command


def test_no_page_shows_a_command_that_is_not_executed():
    pages = [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    for page in pages:
        if page == ROOT / "docs/cli.md":  # its examples are those of the helps, see below
            continue
        for kind, text in FENCE.findall(page.read_text(encoding="utf-8")):
            if not kind.startswith("console"):
                shown = [
                    line for line in text.splitlines() if line.startswith(("invc ", "$ invc "))
                ]
                assert not shown, (page, shown)


def test_every_command_has_a_page_that_shows_it_at_work():
    shown = {
        command.split()[1]
        for page in ROOT.glob("docs/howto/*.md")
        for block in [*BLOCK.findall(page.read_text()), *FIGURES.findall(page.read_text())]
        for command, _ in commands(block)
    }
    assert set(COMMANDS) <= shown


def test_the_page_of_commands_is_fresh():
    made = runpy.run_path(str(ROOT / "docs/site/cli_page.py"))["page"]()
    hint = "stale: run 'python -P docs/site/cli_page.py'"
    assert (ROOT / "docs/cli.md").read_text(encoding="utf-8") == made, hint


def test_the_examples_in_the_helps_are_right_usage():
    root = click.Context(invc, info_name="invc")
    seen = 0
    for name in COMMANDS:
        command = invc.get_command(root, name)
        for line in inspect.cleandoc(command.help or "").splitlines():
            if line.startswith("invc "):
                words = shlex.split(line, comments=True)
                seen += 1
                named = invc.get_command(root, words[1])
                assert named, line
                named.make_context(words[1], words[2:], parent=root)
    assert seen > 10


def skeleton(text):
    """Lines with their figures struck out, and the blanks that a wider figure moves."""
    return [" ".join(NUMBER.sub("N", line).split()) for line in text.splitlines()]


def test_readme_opens_with_two_commands():
    text = (ROOT / "README.md").read_text()
    first = re.search(r"```sh\n(.*?)```", text, re.DOTALL)[1]
    assert [line.split("#")[0].strip() for line in first.splitlines()] == ["make demo", "make test"]
    makefile = (ROOT / "Makefile").read_text()
    for target in ("demo", "test", "check", "bench"):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_links_lead_somewhere():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("rtl_examples/**/*.md")]
    assert len(pages) > 10
    for page in pages:
        for target in LINK.findall(page.read_text()):
            assert (page.parent / target).exists(), (page, target)


def test_every_command_is_in_the_readme():
    text = (ROOT / "README.md").read_text()
    for name in COMMANDS:
        assert f"`invc {name}" in text or f"`{name}`" in text
