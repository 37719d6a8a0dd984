"""Tables and figures of one run, printed, drawn and kept in build/train."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from benchmarks.training.fetch import FOLDER

ANCHORS = {
    "MNIST": (
        ("binary networks by message passing, all 60,000 images", (97.4, 97.7)),
        ("sparse deep Boltzmann machine of p-bits, all 60,000", (90.0, 90.0)),
    ),
    "MNIST 100": (("ensembles by integer programming, 10 a class", (61.7, 61.7)),),
    "MNIST 400": (("ensembles by integer programming, 40 a class", (76.4, 76.4)),),
    "Fashion-MNIST": (("binary networks by message passing", (87.9, 88.2)),),
}


@dataclass(frozen=True)
class Row:
    """A line of a table.

    Attributes:
        name: Of the method.
        single: Accuracy of each seed.
        vote: The same of its vote.
        seconds: Processor seconds of one training.
        operations: What one training computes, in words.
        bits: Memory while training, in Mbit; 0 where it was not counted.
        how: Settings, as they were chosen.
    """

    name: str
    single: Sequence[float]
    vote: Sequence[float] = ()
    seconds: float = 0.0
    operations: str = ""
    bits: float = 0.0
    how: str = field(default="", compare=False)


def mean(values: Iterable[float]) -> str:
    """Per cent, with the standard error of the mean."""
    found = 100 * np.array(list(values), dtype=float)
    if not len(found):
        return ""
    if len(found) == 1:
        return f"{found[0]:.2f}"
    return f"{found.mean():.2f} +- {found.std(ddof=1) / len(found) ** 0.5:.2f}"


def show(key: str, title: str, rows: Sequence[Row]) -> None:
    """Print a table, with what is published beside it, draw it and keep it."""
    print(
        f"\n{key}: {title}\n{'':46}{'single %':>15}{'vote %':>15}{'cpu s':>8}{'Mbit':>7}  operations"
    )
    for row in rows:
        bits = f"{row.bits:7.1f}" if row.bits else f"{'':7}"
        print(
            f"{row.name:46}{mean(row.single):>15}{mean(row.vote):>15}{row.seconds:8.2f}{bits}"
            f"  {row.operations}",
            flush=True,
        )
    for name, (low, high) in ANCHORS.get(key, ()):
        print(f"{'published: ' + name:62}{low if low == high else f'{low} to {high}':>14}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = "".join(c if c.isalnum() else "-" for c in key.lower())
    (FOLDER / f"{name}.json").write_text(json.dumps([_plain(row) for row in rows], indent=1))
    draw(FOLDER / name, key, title, rows)


def _plain(row: Row) -> dict[str, object]:
    found = asdict(row)
    return {**found, "single": [float(v) for v in row.single], "vote": [float(v) for v in row.vote]}


def draw(path: object, key: str, title: str, rows: Sequence[Row]) -> None:
    """A figure, as .png and .svg, where matplotlib is there."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    figure = Figure(figsize=(9, 0.5 * len(rows) + 1.9), layout="constrained")
    axes = figure.subplots()
    for shift, which, colour in ((-0.18, "single", "#b4430a"), (0.18, "vote", "#f0b98f")):
        found = [100 * np.array([*getattr(row, which)] or [np.nan]) for row in rows]
        errors = [f.std(ddof=1) / len(f) ** 0.5 if len(f) > 1 else 0 for f in found]
        places = np.arange(len(rows)) + shift
        axes.barh(places, [f.mean() for f in found], 0.34, xerr=errors, color=colour, label=which)
    anchors = ANCHORS.get(key, ())
    for line, (name, (low, high)) in zip(("--", ":"), anchors, strict=False):
        axes.axvline((low + high) / 2, color="#444", linestyle=line, label=f"published: {name}")
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    least = min([100 * min(row.single) for row in rows] + [low for _, (low, _) in anchors])
    axes.set_xlim(max(0, least - 4), None)
    axes.set_xlabel("% right on test samples")
    axes.invert_yaxis()
    figure.legend(frameon=False, loc="outside lower center", ncols=2, fontsize=8)
    axes.set_title(f"{key}: {title}", loc="left", fontsize=9)
    for end in ("png", "svg"):
        figure.savefig(f"{path}.{end}", dpi=130)
