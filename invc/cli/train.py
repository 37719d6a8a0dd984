"""`invc train`: find the weights of a network in Verilog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc.cli.options import with_options
from invc.cli.reporting import write_json
from invc.cli.sources import QUIET, sources_of
from invc.cli.training import (
    CODING,
    DATA,
    GIVEN,
    METAVAR,
    SOURCES,
    THREADS,
    Bar,
    echo_confusion,
    echo_scores,
    scores_report,
)

if TYPE_CHECKING:
    from invc.training.run import Job, Outcome

OPTIONS = (
    *SOURCES,
    click.option("--inputs", default="x", show_default=True, help="The port of a sample."),
    click.option(
        "--weights",
        multiple=True,
        default=("w",),
        show_default=True,
        help="The port of weights. May be repeated.",
    ),
    click.option("--labels", default="y", show_default=True, help="The port of its class."),
    click.option(
        "--data",
        "data_text",
        required=True,
        metavar=METAVAR,
        help=DATA,
    ),
    *CODING,
    click.option(
        "-o", "--output", type=click.Path(path_type=Path), help="Write the weights (JSON)."
    ),
    click.option(
        "--method",
        type=click.Choice(["auto", "stream", "energy", "gates"]),
        default="auto",
        help="How weights are found (docs/howto/train.md).  [auto]",
    ),
    click.option("--samples", type=click.IntRange(2), help="Learn from so many, drawn at random."),
    click.option(
        "--validation",
        type=click.FloatRange(0, 1, max_open=True),
        help="Share held out to look at.  [default: 0.1 where there is no test part]",
    ),
    click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True),
    THREADS,
    click.option("--vote", type=click.IntRange(1), help="Networks that vote; 1 for none."),
    click.option(
        "--passes",
        type=click.IntRange(1),
        default=16,
        show_default=True,
        help="stream: how often every sample comes.",
    ),
    click.option("--batch", type=click.IntRange(1, 127), help="stream: samples between two steps."),
    click.option(
        "--drop",
        type=click.FloatRange(0, 0.99),
        default=0.0,
        help="stream: share of inputs dropped.",
    ),
    click.option(
        "--pull",
        type=click.FloatRange(0, 1000, min_open=True),
        default=1.0,
        help="stream: scales the pull of labels.",
    ),
    click.option(
        "--margin",
        type=click.FloatRange(0, 1000, min_open=True),
        default=1.0,
        help="stream: scales the margin of outputs.",
    ),
    click.option(
        "--noise",
        type=click.FloatRange(0, 1000),
        default=0.0,
        help="stream: scales a random sign that is added to each sum, as hardware has it.",
    ),
    click.option(
        "--phases",
        type=click.IntRange(1, 2),
        default=2,
        show_default=True,
        help="stream: the contrast of two, or one energy with slack.",
    ),
    click.option(
        "--checkpoint", type=click.Path(path_type=Path), help="stream: save the run there."
    ),
    click.option("--resume", is_flag=True, help="Go on from the checkpoint, if there is one."),
    click.option("--reads", type=click.IntRange(1), help="energy, gates: independent networks."),
    click.option("--sweeps", type=click.IntRange(1), help="energy, gates: sweeps of each."),
    click.option(
        "--warmth",
        type=click.FloatRange(0, 1000, min_open=True),
        help="energy: scales the inverse temperature of the vote.",
    ),
    click.option(
        "--label-strength",
        type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
        help="gates: labels lean with this probability instead of being held.",
    ),
    click.option("--time-limit", type=click.FloatRange(0, min_open=True), help="gates: seconds."),
    click.option(
        "--emit",
        type=click.Path(path_type=Path),
        help="Write the network with constant weights as Verilog.",
    ),
    click.option(
        "--emit-vote",
        type=click.Path(path_type=Path),
        help="The same of the vote, as one wider network.",
    ),
    click.option(
        "--plot",
        type=click.Path(path_type=Path),
        help="Draw learning curve, confusion and weights: .png, .svg or .pdf.",
    ),
    click.option("--html", type=click.Path(path_type=Path), help="The same as a page."),
    click.option("--json", "json_file", metavar="FILE|-", help="Write the figures; - is stdout."),
    QUIET,
    click.option(
        "-v", "--verbose", is_flag=True, help="Say what was recognised, and the confusion."
    ),
)


@click.command()
@with_options(*OPTIONS)
def command(options: Mapping[str, Any]) -> None:
    """Find the weights of a network in Verilog, from labelled samples.

    The design has a port for a sample, ports for weights, and one for the class. Weights are what
    p-bits settle to while samples and labels are held; no derivative is computed.

    \b
    invc train perceptron.v --data digits:0/1 --pool 5x5 --samples 20 -o w.json
    """
    from invc.training.files import Files, write_files
    from invc.training.run import train

    if options["resume"] and options["checkpoint"] is None:
        raise click.UsageError("--resume needs --checkpoint FILE")
    files = Files(**{field.name: options[field.name] for field in fields(Files)})
    files.check(options["checkpoint"], sources=options["files"])
    job, image = _job(options)
    quiet = options["quiet"] or options["json_file"] == "-"
    with Bar(options["passes"], shown=not options["quiet"]) as bar:
        outcome = train(job, bar.update)
    if not quiet:
        _print(outcome, options["verbose"])
    if options["json_file"]:
        write_json(options["json_file"], _report(outcome))
    write_files(outcome, files, image)
    if files.paths and not quiet:
        click.echo(f"wrote {', '.join(map(str, files.paths))}")


def _job(options: Mapping[str, Any]) -> tuple[Job, tuple[int, int] | None]:
    """What the options say is to be trained, and the size of its pictures."""
    from invc.training.data import read_data
    from invc.training.data.coding import coding_for
    from invc.training.recognise import Ports
    from invc.training.run import Job
    from invc.training.settings import Settings

    sources = sources_of(*(options[name] for name in GIVEN))
    data = read_data(options["data_text"])
    how = {name: options[name] for name in ("planes", "pool", "image")}
    coding = coding_for(data, **how)
    ports = Ports(options["inputs"], options["weights"], options["labels"])
    settings = Settings(**{field.name: options[field.name] for field in fields(Settings)})
    return Job(sources, ports, data, coding, settings), coding.image or data.image


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
