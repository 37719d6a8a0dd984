"""`invc train`: find the weights of a network in Verilog."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc.cli.reporting import write_json
from invc.cli.sources import source_options, sources_of
from invc.cli.training import coding_options, echo_confusion, echo_scores, scores_report

if TYPE_CHECKING:
    from invc.train.run import Outcome
    from invc.train.stream.fit import Point


@click.command()
@source_options
@click.option("--inputs", default="x", show_default=True, help="The port of a sample.")
@click.option(
    "--weights",
    multiple=True,
    default=("w",),
    show_default=True,
    help="The port of weights. May be repeated.",
)
@click.option("--labels", default="y", show_default=True, help="The port of its class.")
@click.option(
    "--data",
    "data_text",
    required=True,
    metavar="NAME[:PART][:A/B]",
    help="Samples: an .npz, .csv or IDX file, a folder of IDX files, or digits; its train or test "
    "part; some of its classes, as in digits:0/1.",
)
@coding_options
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the weights (JSON).")
@click.option(
    "--method",
    type=click.Choice(["auto", "stream", "energy", "gates"]),
    default="auto",
    help="How weights are found (docs/howto/train.md).  [auto]",
)
@click.option("--samples", type=click.IntRange(2), help="Learn from so many, drawn at random.")
@click.option(
    "--validation",
    type=click.FloatRange(0, 1, max_open=True),
    help="Share held out to look at.  [default: 0.1 where there is no test part]",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=1, help="Results do not depend on it.")
@click.option("--vote", type=click.IntRange(1), help="Networks that vote; 1 for none.")
@click.option(
    "--passes",
    type=click.IntRange(1),
    default=16,
    show_default=True,
    help="stream: how often every sample comes.",
)
@click.option("--batch", type=click.IntRange(1, 127), help="stream: samples between two steps.")
@click.option(
    "--drop", type=click.FloatRange(0, 0.99), default=0.0, help="stream: share of inputs dropped."
)
@click.option(
    "--pull",
    type=click.FloatRange(0, 1000, min_open=True),
    default=1.0,
    help="stream: scales the pull of labels.",
)
@click.option(
    "--margin",
    type=click.FloatRange(0, 1000, min_open=True),
    default=1.0,
    help="stream: scales the margin of outputs.",
)
@click.option("--checkpoint", type=click.Path(path_type=Path), help="stream: save the run there.")
@click.option("--resume", is_flag=True, help="Go on from the checkpoint, if there is one.")
@click.option("--reads", type=click.IntRange(1), help="energy, gates: independent networks.")
@click.option("--sweeps", type=click.IntRange(1), help="energy, gates: sweeps of each.")
@click.option(
    "--warmth",
    type=click.FloatRange(0, 1000, min_open=True),
    help="energy: scales the inverse temperature of the vote.",
)
@click.option(
    "--label-strength",
    type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
    help="gates: labels lean with this probability instead of being held.",
)
@click.option("--time-limit", type=click.FloatRange(0, min_open=True), help="gates: seconds.")
@click.option(
    "--emit",
    type=click.Path(path_type=Path),
    help="Write the network with constant weights as Verilog.",
)
@click.option(
    "--emit-vote",
    type=click.Path(path_type=Path),
    help="The same of the vote, as one wider network.",
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    help="Draw learning curve, confusion and weights: .png, .svg or .pdf.",
)
@click.option("--html", type=click.Path(path_type=Path), help="The same as a page.")
@click.option("--json", "json_file", metavar="FILE|-", help="Write the figures; - is stdout.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
@click.option("-v", "--verbose", is_flag=True, help="Say what was recognised, and the confusion.")
def command(
    files: tuple[Path, ...],
    top: str | None,
    parameters: tuple[str, ...],
    defines: tuple[str, ...],
    includes: tuple[Path, ...],
    gate_level: bool,
    folders: tuple[Path, ...],
    inputs: str,
    weights: tuple[str, ...],
    labels: str,
    data_text: str,
    planes: tuple[int, ...] | None,
    pool: tuple[int, int] | None,
    image: tuple[int, int] | None,
    output: Path | None,
    emit: Path | None,
    emit_vote: Path | None,
    plot: Path | None,
    html: Path | None,
    json_file: str | None,
    quiet: bool,
    verbose: bool,
    **options: Any,  # noqa: ANN401 - those of `Settings`, by name
) -> None:
    """Find the weights of a network in Verilog, from labelled samples.

    The design has a port for a sample, ports for weights, and one for the class. Weights are what
    p-bits settle to while samples and labels are held; no derivative is computed.

    \b
    invc train perceptron.v --data digits:0/1 --pool 5x5 --samples 20 -o w.json
    """
    from invc.train.data import read_data
    from invc.train.data.coding import coding_for
    from invc.train.recognise import Ports
    from invc.train.run import Job, Settings, train
    from invc.train.trained import write_trained

    if gate_level or folders:
        raise click.UsageError("--netlist and --lib do not go with training")
    if options["resume"] and options["checkpoint"] is None:
        raise click.UsageError("--resume needs --checkpoint FILE")
    sources = sources_of(files, top, parameters, defines, includes)
    _check_targets(output, emit, emit_vote, plot, html, options["checkpoint"])
    data = read_data(data_text)
    coding = coding_for(data, planes=planes, pool=pool, image=image)
    job = Job(sources, Ports(inputs, weights, labels), data, coding, Settings(**options))
    with _Bar(options["passes"], enabled=not quiet and sys.stderr.isatty()) as bar:
        outcome = train(job, bar.update)
    if not quiet and json_file != "-":
        _print(outcome, verbose)
    if json_file:
        write_json(json_file, _report(outcome))
    written = []
    if output:
        write_trained(output, outcome.trained)
        written.append(output)
    written += _emit(outcome, emit, emit_vote)
    written += _draw(outcome, coding.image or data.image, plot, html)
    if written and not quiet and json_file != "-":
        click.echo(f"wrote {', '.join(map(str, written))}")


def _check_targets(*targets: Path | None) -> None:
    """Refuse outputs that cannot be written before the work is done."""
    from invc.diagnostics import InvcError

    for target in targets:
        if target is not None and not target.parent.is_dir():
            raise InvcError(
                "there is no such folder", where=str(target.parent), hint="make its folder first"
            )
        if target is not None and target.is_dir():
            raise InvcError("a folder, not a file", where=str(target), hint="name a file in it")


def _emit(outcome: Outcome, single: Path | None, vote: Path | None) -> list[Path]:
    from invc.diagnostics import InvcError
    from invc.text.files import write_whole
    from invc.train.emit import trained_verilog

    if single:
        write_whole(single, trained_verilog(outcome, [outcome.trained.weights]))
    if vote:
        if outcome.network is None or not outcome.trained.votes:
            raise InvcError(
                "there is no vote to write as one network",
                hint="the methods stream and energy have one, with --vote 2 or more",
            )
        write_whole(vote, trained_verilog(outcome, outcome.trained.votes))
    return [path for path in (single, vote) if path]


def _draw(
    outcome: Outcome, image: tuple[int, int] | None, plot: Path | None, html: Path | None
) -> list[Path]:
    if plot or html:
        from invc.train.pictures import write_page, write_plot

        if plot:
            write_plot(outcome, plot, image)
        if html:
            write_page(outcome, html, image)
    return [path for path in (plot, html) if path]


def _print(outcome: Outcome, verbose: bool) -> None:
    trained = outcome.trained
    shape = f"network {outcome.network.shape}" if outcome.network else f"module {trained.module}"
    weights = f"{sum(trained.widths.values())} weights"
    click.echo(f"{shape}, {weights}, method {trained.method}")
    if verbose:
        for note in outcome.notes[:-1]:
            click.echo(f"  {note}")
    echo_scores(outcome.scores)
    last = max(outcome.scores, key=lambda key: ("train", "validation", "test").index(key[0]))
    if verbose:
        echo_confusion(outcome.scores[last], outcome.classes)
    votes = f", a vote of {len(trained.votes)} networks" if trained.votes else ""
    click.echo(f"{outcome.notes[-1]}{votes}")


def _report(outcome: Outcome) -> dict[str, Any]:
    trained = outcome.trained
    return {
        "module": trained.module,
        "network": str(outcome.network.shape) if outcome.network else None,
        "method": trained.method,
        "classes": outcome.classes,
        "votes": len(trained.votes),
        "scores": scores_report(outcome.scores, outcome.classes),
        "curve": [
            {
                "pass": point.number,
                "taught": point.taught,
                "flips": point.flips,
                "accuracy": point.accuracy,
            }
            for point in outcome.curve
        ],
        "notes": list(outcome.notes),
        **dict(trained.report),
    }


class _Bar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, passes: int, *, enabled: bool) -> None:
        self.passes = passes
        self.bar: Any = None
        if enabled:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
            self.bar = Progress(*columns, console=Console(stderr=True), transient=True)

    def __enter__(self) -> _Bar:
        self.started = time.monotonic()
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
