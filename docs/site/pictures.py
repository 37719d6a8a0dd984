"""Draw docs/pictures: `python -P docs/site/pictures.py`; needs matplotlib, graphviz, Chromium."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from matplotlib import rcParams
from matplotlib.figure import Figure
from PIL import Image

from invc.ising import all_energies
from invc.library import hamlib

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
KEPT = (".svg", ".html", ".png")
SHOWN = ("AND2", "HA", "FA")
# The commands as docs/hamiltonians.md has them.
COMMANDS = (
    "synth rtl_examples/multiplier/multiplier.v -G W=2 -o mult2.hj",
    "show mult2.hj -o mult2.svg",
    "synth rtl_examples/multiplier/multiplier.v -G W=4 -o mult4.hj",
    "simulate mult4.hj --clamp p=143 --reads 1024 --sweeps 512 --plot run.svg --html run.html",
)


def draw_levels(path: Path) -> None:
    """The energy levels of some cells: one dot for each state, the valid rows at the bottom."""
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    axes = figure.subplots(1, len(SHOWN))
    for axis, name in zip(axes, SHOWN, strict=True):
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
    axes[0].set_ylabel("energy above ground")
    save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """As SVG, equal in every run."""
    rcParams["svg.hashsalt"] = "invc"
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Draw all."""
    PICTURES.mkdir(exist_ok=True)
    draw_levels(PICTURES / "levels.svg")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rtl_examples").symlink_to(ROOT / "rtl_examples")
        for command in COMMANDS:
            subprocess.run(
                [sys.executable, "-P", "-m", "invc", *command.split()], cwd=folder, check=True
            )
        photograph(folder / "run.html", folder / "page.png")
        for path in sorted(file for file in folder.iterdir() if file.suffix in KEPT):
            (PICTURES / path.name).write_bytes(path.read_bytes())


def photograph(page: Path, picture: Path) -> None:
    """What a browser shows of a page."""
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                *("chromium", *options, f"--user-data-dir={profile}", "--window-size=1180,1760"),
                *(f"--screenshot={picture}", page.as_uri()),
            ],
            check=True,
            capture_output=True,
        )
    Image.open(picture).convert("RGB").quantize(96).save(picture, optimize=True)


if __name__ == "__main__":
    main()
