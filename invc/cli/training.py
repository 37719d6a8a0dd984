"""What `train`, `eval` and `data` share: how samples are named and coded, how scores are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from invc.cli.reporting import echo_table

if TYPE_CHECKING:
    from invc.train.score import Score

F = TypeVar("F", bound=Callable[..., Any])
WIDEST = 24  # classes of a confusion matrix on a terminal


class Size(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """ROWSxCOLUMNS."""

    name = "ROWSxCOLUMNS"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[int, int]:
        """The two numbers."""
        if isinstance(value, tuple):
            return value
        try:
            rows, columns = (int(part) for part in value.split("x"))
        except ValueError:
            self.fail(f"{value!r} is not ROWSxCOLUMNS, such as 5x5", param, ctx)
        if not (0 < rows < 1 << 16 and 0 < columns < 1 << 16):
            self.fail(f"{value!r}: rows and columns are positive", param, ctx)
        return rows, columns


class Planes(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """T,T,...: thresholds."""

    name = "T,T,..."

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[int, ...]:
        """The thresholds in order."""
        if isinstance(value, tuple):
            return value
        try:
            planes = tuple(int(part) for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r} are not thresholds, such as 25,90,150,210", param, ctx)
        if any(not 0 <= t < 255 for t in planes) or list(planes) != sorted(set(planes)):
            self.fail(f"{value!r}: thresholds ascend from 0 to 254", param, ctx)
        return planes


def coding_options(command: F) -> F:
    """The options of coding; the command gets them as `planes`, `pool` and `image`."""
    for option in (
        click.option("--image", type=Size(), help="Size of the pictures, where no file says it."),
        click.option("--pool", type=Size(), help="Pool pictures to this size by means."),
        click.option(
            "--planes",
            type=Planes(),
            help="Thresholds: a bit a pixel for each of them.  [default: 127]",
        ),
    ):
        command = option(command)
    return command


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
