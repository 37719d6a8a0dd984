"""Pages that people read in an editor, too: no line of prose is too wide."""

from __future__ import annotations

from collections.abc import Iterator

from house.sources import ROOT

WIDEST = 110
GENERATED = ("docs/cli.md", "docs/cells.md")
NOT_OURS = (".venv", "build", "node_modules", ".git")


def prose(text: str) -> Iterator[str]:
    """Lines that are neither of a table nor of a block of code."""
    code = False
    for line in text.splitlines():
        fence = line.lstrip().startswith("```")
        if not (code or fence or line.startswith(("|", "    "))):
            yield line
        code ^= fence


def test_lines_of_prose_fit() -> None:
    pages = [
        page
        for page in sorted(ROOT.rglob("*.md"))
        if not set(page.relative_to(ROOT).parts) & set(NOT_OURS)
        and page.relative_to(ROOT).as_posix() not in GENERATED
    ]
    assert len(pages) > 20
    wide = {
        page.relative_to(ROOT).as_posix(): line
        for page in pages
        for line in prose(page.read_text(encoding="utf-8"))
        if len(line) > WIDEST
    }
    assert wide == {}
