"""What `train`, `eval` and `data` share: how samples are named and coded, how scores are told."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from invc.cli.pairs import Parsed, numbers
from invc.cli.reporting import echo_table
from invc.cli.sources import OPTIONS

if TYPE_CHECKING:
    from invc.training.score import Score
    from invc.training.stream.fit import Point

WIDEST = 24  # classes of a confusion matrix on a terminal


class Size(Parsed):
    """Rows and columns of an image, ROWSxCOLUMNS."""

    name = "ROWSxCOLUMNS"

    def parse(self, text: str) -> tuple[int, int]:
        """Rows and columns, both positive."""
        wrong = f"{text!r} is not ROWSxCOLUMNS, such as 5x5"
        found = numbers(text, "x", int, wrong)
        if len(found) != 2:
            raise ValueError(wrong)
        rows, columns = found
        if not (0 < rows < 1 << 16 and 0 < columns < 1 << 16):
            raise ValueError(f"{text!r}: rows and columns are positive")
        return rows, columns


class Planes(Parsed):
    """Thresholds of the planes of a grey level, T,T,..."""

    name = "T,T,..."

    def parse(self, text: str) -> tuple[int, ...]:
        """The thresholds in rising order."""
        wrong = f"{text!r} are not thresholds, such as 25,90,150,210"
        planes = tuple(numbers(text, ",", int, wrong))
        if any(not 0 <= t < 255 for t in planes) or list(planes) != sorted(set(planes)):
            raise ValueError(f"{text!r}: thresholds ascend from 0 to 254")
        return planes


SOURCES = OPTIONS[:5]  # a network is Verilog: neither a netlist of gates nor cells of one's own
GIVEN = ("files", "top", "parameters", "defines", "includes")
CODING = (
    click.option(
        "--planes",
        type=Planes(),
        help="Thresholds: a bit a pixel for each of them.  [default: 127]",
    ),
    click.option("--pool", type=Size(), help="Pool pictures to this size by means."),
    click.option("--image", type=Size(), help="Size of the pictures, where no file says it."),
)
METAVAR = "NAME[:PART][:A/B]"
DATA = (
    "Samples: an .npz, .csv or IDX file, a folder of IDX files, or digits; their train or test "
    "part; some of their classes, as in digits:0/1."
)
THREADS = click.option(
    "--threads", type=click.IntRange(1), default=1, help="Results do not depend on it."
)


def echo_scores(scores: Mapping[tuple[str, str], Score]) -> None:
    """A row for each part of the samples."""
    parts = list(dict.fromkeys(part for part, _ in scores))
    voters = list(dict.fromkeys(who for _, who in scores))
    rows = []
    for part in parts:
        row = [part, str(len(scores[part, voters[0]].labels))]
        for who in voters:
            score = scores[part, who]
            row += [str(score.right), f"{score.accuracy:.2%}"]
        rows.append(row)
    head = ["part", "samples"]
    for who in voters:
        head += [f"{who}: right", "accuracy"]
    echo_table(head, rows)


def echo_confusion(score: Score, classes: int) -> None:
    """Samples by label and by class said."""
    table = score.confusion(classes)
    if len(table) > WIDEST:
        click.echo(f"{len(table)} classes: --json FILE has the confusion matrix")
        return
    head = ["label", *(f"said {c}" for c in range(len(table)))]
    echo_table(head, [[str(c), *map(str, row)] for c, row in enumerate(table.tolist())])


def scores_report(scores: Mapping[tuple[str, str], Score], classes: int) -> dict[str, Any]:
    """Scores for a JSON report."""
    return {
        part: {
            who: {
                "samples": len(score.labels),
                "right": score.right,
                "accuracy": score.accuracy,
                "confusion": score.confusion(classes).tolist(),
            }
            for (other, who), score in scores.items()
            if other == part
        }
        for part, _ in scores
    }


class Bar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, passes: int, *, shown: bool) -> None:
        self.passes = passes
        self.bar: Any = None
        if shown and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
            self.bar = Progress(*columns, console=Console(stderr=True), transient=True)

    def __enter__(self) -> Bar:
        if self.bar:
            self.bar.start()
            self.task = self.bar.add_task("training", total=self.passes)
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.stop()

    def update(self, point: Point) -> None:
        """Show how far the run is."""
        if self.bar:
            seen = "" if point.accuracy is None else f", {point.accuracy:.2%} right"
            text = f"pass {point.number} of {self.passes}{seen}"
            self.bar.update(self.task, description=text, completed=point.number)
