"""The notebooks run, and print what is stored in them."""

from pathlib import Path

import pytest

from documents.notebooks import executed, outputs, plain, read
from documents.transcripts import ROOT

for needed in ("nbclient", "nbformat", "ipykernel"):
    pytest.importorskip(needed, reason="needs nbclient, nbformat and ipykernel, of the group test")

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
HINT = "stale: run 'python tests/documents/notebooks.py docs/notebooks/*.ipynb'"
MOST_BYTES = 10_000


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_prints_what_is_stored(path: Path) -> None:
    assert outputs(executed(path)) == outputs(read(path)), HINT


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_nothing_that_changes_by_itself(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == plain(read(path)), HINT
    assert len(text) < MOST_BYTES
    assert all(cell.source.strip() for cell in read(path).cells)


def test_the_page_links_every_notebook() -> None:
    page = (ROOT / "docs" / "notebooks.md").read_text(encoding="utf-8")
    assert len(NOTEBOOKS) >= 3
    assert all(f"(notebooks/{path.name})" in page for path in NOTEBOOKS)
