"""`invc eval`: how good trained weights are on samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from invc.cli.reporting import write_json
from invc.cli.sources import source_options, sources_of
from invc.cli.training import echo_confusion, echo_scores, scores_report


@click.command()
@source_options
@click.option(
    "--weights-file",
    required=True,
    type=click.Path(path_type=Path),
    help="What 'invc train -o' wrote.",
)
@click.option(
    "--data", "data_text", required=True, metavar="NAME[:PART][:A/B]", help="As in 'invc train'."
)
@click.option("--threads", type=click.IntRange(1), default=1, help="Results do not depend on it.")
@click.option("--gates", is_flag=True, help="Evaluate the design itself, as it was elaborated.")
@click.option("--json", "json_file", metavar="FILE|-", help="Write the figures; - is stdout.")
@click.option("-q", "--quiet", is_flag=True, help="Print the table of scores only.")
def command(
    files: tuple[Path, ...],
    top: str | None,
    parameters: tuple[str, ...],
    defines: tuple[str, ...],
    includes: tuple[Path, ...],
    gate_level: bool,
    folders: tuple[Path, ...],
    weights_file: Path,
    data_text: str,
    threads: int,
    gates: bool,
    json_file: str | None,
    quiet: bool,
) -> None:
    """Evaluate trained weights on samples: accuracy and confusion matrix.

    Samples are coded as they were for training, and parameters are those that it had.

    \b
    invc eval perceptron.v --weights-file w.json --data digits:0/1
    """
    from invc.train.data import read_data
    from invc.train.evaluate import evaluate
    from invc.train.trained import read_trained

    if gate_level or folders:
        raise click.UsageError("--netlist and --lib do not go with networks")
    trained = read_trained(weights_file)
    data = read_data(data_text)
    sources = sources_of(files, top, parameters, defines, includes)
    scores, classes = evaluate(sources, trained, data, threads=threads, gates=gates)
    if json_file:
        report: dict[str, Any] = {"classes": classes, "scores": scores_report(scores, classes)}
        write_json(json_file, report)
    if json_file != "-":
        echo_scores(scores)
        if not quiet:
            echo_confusion(scores[list(scores)[-1]], classes)
