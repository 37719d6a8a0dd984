"""What the documents show is what the commands print."""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from transcripts import BLOCK, FIGURES, ROOT, commands, prepare, run, without_seconds

DOCUMENTS = [
    "README.md",
    "docs/tutorial.md",
    "docs/howto/export.md",
    "docs/howto/look.md",
    "docs/howto/show.md",
    "docs/howto/stats.md",
    "docs/howto/prove.md",
    "docs/howto/synth.md",
]
NUMBER = re.compile(r"\d+(?:\.\d+)?")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_transcripts_are_what_the_commands_print(name, tmp_path):
    folder = prepare(tmp_path)
    blocks = BLOCK.findall((ROOT / name).read_text())
    assert blocks
    for block in blocks:
        for command, output in commands(block):
            assert without_seconds(run(command, folder)) == without_seconds(output), command


def test_commands_whose_figures_differ_print_what_is_shown_otherwise(tmp_path):
    pages = [page for page in ROOT.glob("docs/**/*.md") if FIGURES.search(page.read_text())]
    assert ROOT / "docs/howto/bench.md" in pages
    for page in pages:
        folder = prepare(tmp_path)
        for block in FIGURES.findall(page.read_text()):
            for command, output in commands(block):
                printed, shown = (skeleton(text) for text in (run(command, folder), output))
                assert printed[0] == shown[0], command


def skeleton(text):
    """Lines with their figures struck out."""
    return [NUMBER.sub("N", line) for line in text.splitlines()]


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
    from invc.cli import COMMANDS

    text = (ROOT / "README.md").read_text()
    for name in COMMANDS:
        assert f"`invc {name}" in text or f"`{name}`" in text
