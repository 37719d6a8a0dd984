"""Pictures of a training run: learning curve, confusion, and weights as what they look at."""

from __future__ import annotations

import io
import warnings
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from invc import __version__
from invc.report.plot import ABOUT, ACCENT, INK, RULE, SOFT, STYLE, check_plot
from invc.text.files import write_whole
from invc.text.tables import html_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from invc.training.network import Bits
    from invc.training.recognise import Recognised
    from invc.training.run import Outcome
    from invc.training.score import Score

MOST_NEURONS = 36
GAP = 1  # between the pictures of two neurons


def write_plot(outcome: Outcome, path: Path, image: tuple[int, int] | None) -> None:
    """Write the pictures in the format of the file's suffix.

    Raises:
        InvcError: The suffix is none of a picture, or matplotlib is not installed.
    """
    check_plot(path)
    write_whole(path, [format_plot(outcome, path.suffix.lower()[1:], image)])


def write_page(outcome: Outcome, path: Path, image: tuple[int, int] | None) -> None:
    """Write the pictures and the scores as one page that needs nothing from elsewhere.

    Raises:
        InvcError: matplotlib is not installed, or the page cannot be written.
    """
    check_plot(Path("page.svg"))
    picture = format_plot(outcome, "svg", image).decode()
    head = ("part", "by", "samples", "right", "accuracy")
    rows = [
        (part, who, str(len(s.labels)), str(s.right), f"{s.accuracy:.2%}")
        for (part, who), s in outcome.scores.items()
    ]
    notes = "".join(f"<li>{escape(note)}</li>" for note in outcome.notes)
    write_whole(
        path,
        [
            "<!doctype html>\n<html lang='en'><meta charset='utf-8'>",
            "<meta http-equiv='Content-Security-Policy' ",
            "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">",
            f"<title>{escape(title(outcome))}</title>",
            "<style>body{font:15px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em}",
            "td,th{text-align:right;padding:.1em .8em}svg{max-width:100%;height:auto}</style>",
            f"<h1>{escape(title(outcome))}</h1>",
            html_table(head, rows),
            picture[picture.index("<svg") :],
            f"<ul>{notes}</ul><p>invc {escape(__version__)}</p></html>\n",
        ],
    )


def title(outcome: Outcome) -> str:
    """What was trained, in a line."""
    name = outcome.trained.module
    shape = f" {outcome.network.shape}" if outcome.network else ""
    return f"{name}{shape}, trained by {outcome.trained.method}"


def format_plot(outcome: Outcome, form: str, image: tuple[int, int] | None) -> bytes:
    """The bytes of the picture; equal outcomes give equal bytes."""
    from matplotlib import rc_context  # noqa: PLC0415 - an optional extra
    from matplotlib.figure import Figure  # noqa: PLC0415 - an optional extra

    with rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure = Figure(figsize=(12, 4.8), layout="constrained")
        figure.suptitle(title(outcome), fontsize=14, fontweight="bold", x=0.01, ha="left")
        curve, confusion, weights = figure.subplots(1, 3)
        _curve(curve, outcome)
        _confusion(confusion, outcome)
        _weights(weights, outcome, image)
        out = io.BytesIO()
        figure.savefig(out, format=form, dpi=150, metadata=ABOUT[form])
    return out.getvalue()


def _curve(axes: Axes, outcome: Outcome) -> None:
    points = [p for p in outcome.curve if p.accuracy is not None]
    if not points:
        axes.set_title("Accuracy")
        names = [f"{part}, {who}" for part, who in outcome.scores]
        values = [100 * score.accuracy for score in outcome.scores.values()]
        axes.barh(range(len(names)), values, color=ACCENT, height=0.6)
        axes.set_yticks(range(len(names)), names)
        axes.set_xlim(0, 100)
        axes.set_xlabel("% right")
        axes.invert_yaxis()
        return
    axes.set_title("Learning curve")
    passes = [p.number for p in points]
    axes.plot(passes, [100 * (p.accuracy or 0) for p in points], color=ACCENT, label="right")
    axes.plot(passes, [100 * (1 - p.taught) for p in points], color=SOFT, label="done in training")
    axes.set_xlabel("passes")
    axes.set_ylabel("% of samples")
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.legend(frameon=False)


def _last(outcome: Outcome) -> tuple[str, Score]:
    order = ("train", "validation", "test")
    part = max({part for part, _ in outcome.scores}, key=order.index)
    who = "vote" if (part, "vote") in outcome.scores else "single"
    return f"{part}, {who}", outcome.scores[part, who]


def _confusion(axes: Axes, outcome: Outcome) -> None:
    name, score = _last(outcome)
    table = score.confusion(outcome.classes)
    axes.set_title(f"Confusion ({name})")
    share = table / np.maximum(1, table.sum(axis=1, keepdims=True))
    axes.imshow(share, cmap="Oranges", vmin=0, vmax=1)
    axes.set_xlabel("said")
    axes.set_ylabel("label")
    if len(table) <= 12:
        for row in range(len(table)):
            for column in range(len(table)):
                if table[row, column]:
                    axes.text(
                        column,
                        row,
                        str(table[row, column]),
                        ha="center",
                        va="center",
                        fontsize=7,
                        color="white" if share[row, column] > 0.6 else INK,
                    )


def _weights(axes: Axes, outcome: Outcome, image: tuple[int, int] | None) -> None:
    axes.set_axis_off()
    if outcome.network is None:
        axes.set_title("Weights: no network was recognised")
        return
    rows = looked_at(outcome.network, outcome.trained.weights)[:MOST_NEURONS]
    coding = outcome.trained.coding
    size = coding.pool or image
    axes.set_title(f"Weights of {len(rows)} neurons")
    axes.imshow(tiled(rows, size), cmap="gray", vmin=0, vmax=1, interpolation="nearest")


def looked_at(network: Recognised, flat: Bits) -> npt.NDArray[np.float64]:
    """What neurons of the first layer look at: weights by bits of the port, 0.5 without a wire.

    Shape (neurons, width of the port).
    """
    width = network.widths[network.ports.inputs]
    weights, wires = network.network(flat).weights[0], network.shape.layers[0].wires
    found = np.full((len(weights), width + 2), 0.5)
    found[:, network.columns] = weights if wires is None else np.where(wires, weights, 0.5)
    return found[:, :width]


def tiled(rows: npt.NDArray[np.generic], size: tuple[int, int] | None) -> npt.NDArray[np.float64]:
    """The weights of neurons as pictures beside each other; what is no pixel is left out."""
    pixels = size[0] * size[1] if size else rows.shape[1]
    if size is None or pixels > rows.shape[1]:
        side = max(1, int(rows.shape[1] ** 0.5))
        size, pixels = (side, side), side * side
    wide = max(1, round(len(rows) ** 0.5))
    high = -(-len(rows) // wide)
    out = np.full((high * (size[0] + GAP), wide * (size[1] + GAP)), 0.5)
    for k, row in enumerate(rows):
        y, x = k // wide * (size[0] + GAP), k % wide * (size[1] + GAP)
        out[y : y + size[0], x : x + size[1]] = row[:pixels].reshape(size)
    return out
