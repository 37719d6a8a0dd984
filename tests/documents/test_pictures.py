"""The pictures of the documents are what the commands beside them draw today."""

import json
import re
import runpy
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from PIL import Image

import browser
from documents.transcripts import ROOT
from typed import sure

PICTURES = ROOT / "docs" / "pictures"
HINT = "stale: run 'make pictures'"
NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
DATA = re.compile(r'<script id="data" type="application/json">(.*?)</script>', re.DOTALL)
HEADING = re.compile(r"<h[1-3]>([^<]*)</h[1-3]>")
SMALL = (59, 88)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    if not (browser.find() and shutil.which("dot")):
        pytest.skip("pictures need graphviz and Chromium: apt-get install graphviz chromium")
    folder = tmp_path_factory.mktemp("pictures")
    script = runpy.run_path(str(ROOT / "docs" / "site" / "pictures.py"))
    script["main"](folder)
    shown = {
        name for page in script["pages"]() for name in script["LINK"].findall(page.read_text())
    }
    return folder, shown


def test_every_picture_is_shown_and_made_by_a_command(drawn: tuple[Path, set[str]]) -> None:
    folder, shown = drawn
    assert {path.name for path in folder.iterdir()} == shown
    assert {path.name for path in PICTURES.iterdir()} == shown, HINT


@pytest.mark.parametrize("name", sorted(path.name for path in PICTURES.glob("*.svg")))
def test_drawings_say_and_show_the_same(drawn: tuple[Path, set[str]], name: str) -> None:
    """Figures apart, so that another order of random numbers is no other picture."""
    was, now = (ET.parse(folder / name).getroot() for folder in (PICTURES, drawn[0]))
    assert words_of(was) == words_of(now), HINT


def words_of(svg: Element) -> list[str]:
    """All words, and how many there are, with their figures struck out."""
    texts = [NUMBER.sub("N", text.strip()) for text in svg.itertext()]
    return sorted({text for text in texts if text} - {"N"})


def test_the_page_is_of_the_same_netlist_and_has_the_same_parts(
    drawn: tuple[Path, set[str]],
) -> None:
    was, now = ((folder / "run.html").read_text() for folder in (PICTURES, drawn[0]))
    assert HEADING.findall(was) == HEADING.findall(now), HINT
    assert netlist_of(was) == netlist_of(now), HINT
    for name in ("style", "script"):
        part = re.compile(rf"<{name}>(.*?)</{name}>", re.DOTALL)
        assert part.findall(was) == part.findall(now), HINT


def netlist_of(page: str) -> tuple[list[str], list[list[int | list[list[int | str]] | str]]]:
    data = json.loads(sure(DATA.search(page))[1])
    return data["nets"], data["gates"]


def test_the_photograph_looks_the_same(drawn: tuple[Path, set[str]]) -> None:
    was, now = (
        np.asarray(Image.open(folder / "page.png").convert("L").resize(SMALL), dtype=float)
        for folder in (PICTURES, drawn[0])
    )
    assert np.abs(was - now).mean() < 6, HINT
