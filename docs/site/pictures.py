"""Draw docs/pictures by the commands of the pages that show them: `make pictures`.

`python -P docs/site/pictures.py FOLDER` puts them elsewhere. Needs graphviz and Chromium.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from matplotlib import rcParams
from matplotlib.figure import Figure
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "documents"))
sys.path.insert(0, str(ROOT / "docs" / "site"))
from circuit import draw_chip, draw_run  # noqa: E402 - found by the line above
from gallery import draw_chains, draw_maps, draw_sudoku  # noqa: E402 - found by the line above
from transcripts import BLOCK, commands, prepare, run  # noqa: E402 - found by the line above

from invc.ising import all_energies  # noqa: E402
from invc.library import hamlib  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
LINK = re.compile(r"\]\((?:\.\./)*pictures/([^)]+)\)")
CELLS = ("AND2", "HA", "FA")
DRAWN = {
    "chip.svg": draw_chip,
    "chip_run.svg": draw_run,
    "sudoku.svg": draw_sudoku,
    "maps.svg": draw_maps,
    "chains.svg": draw_chains,
}
SIZE = (1180, 1760)
COLOURS = 255


def main(folder: Path) -> None:
    """Draw all: what no command makes first, then page by page."""
    folder.mkdir(exist_ok=True)
    draw_levels(folder / "levels.svg")
    for name, draw in DRAWN.items():
        figure = Figure(layout="constrained")
        draw(figure)
        save(figure, folder / name)
    for page in pages():
        draw_page(page, folder)
    photograph(folder / "run.html", folder / "page.png")


def pages() -> list[Path]:
    """The pages that show pictures."""
    every = sorted((ROOT / "docs").glob("**/*.md"))
    return [page for page in every if LINK.search(page.read_text(encoding="utf-8"))]


def draw_page(page: Path, folder: Path) -> None:
    """Run the commands of a page, and keep the pictures that it shows."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        place = prepare(Path(name))
        for block in BLOCK.findall(text):
            for command, _ in commands(block):
                run(command, place)
        for picture in LINK.findall(text):
            if (place / picture).exists():
                (folder / picture).write_bytes((place / picture).read_bytes())


def draw_levels(path: Path) -> None:
    """The energy levels of some cells: one dot for each state, the valid rows at the bottom."""
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    axes = figure.subplots(1, len(CELLS))
    for axis, name in zip(axes, CELLS, strict=True):
        cell = hamlib()[name]
        energies = all_energies(cell.model) - cell.ground
        for level in np.unique(energies):
            count = int((energies == level).sum())
            places = np.arange(count) - (count - 1) / 2
            colour = "tab:green" if level == 0 else "tab:red"
            axis.scatter(places, np.full(count, level), s=14, color=colour)
        axis.axhspan(0.15 * cell.gap, 0.85 * cell.gap, color="0.5", alpha=0.2, lw=0)
        axis.text(0, cell.gap / 2, f"gap {cell.gap}", ha="center", va="center")
        axis.set(title=f"{name}: {len(energies)} states", xticks=[], yticks=np.unique(energies))
        axis.margins(x=0.1)
    axes[0].set_ylabel("energy above ground")
    save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """As SVG, equal in every run; words are words."""
    rcParams["svg.hashsalt"] = "invc"
    rcParams["svg.fonttype"] = "none"
    figure.savefig(path, metadata={"Date": None})


def photograph(page: Path, picture: Path) -> None:
    """What a browser shows of a page."""
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
    size = f"--window-size={SIZE[0]},{SIZE[1]}"
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                *("chromium", *options, f"--user-data-dir={profile}", size),
                *(f"--screenshot={picture.resolve()}", page.resolve().as_uri()),
            ],
            check=True,
            capture_output=True,
        )
    Image.open(picture).convert("RGB").quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PICTURES)
