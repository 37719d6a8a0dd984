"""`invc eval`: how good trained weights are on samples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from invc.cli.options import with_options
from invc.cli.reporting import check_files, write_json
from invc.cli.sources import sources_of
from invc.cli.training import (
    DATA,
    GIVEN,
    METAVAR,
    SOURCES,
    THREADS,
    echo_confusion,
    echo_scores,
    scores_report,
)

OPTIONS = (
    *SOURCES,
    click.option(
        "--weights-file",
        required=True,
        type=click.Path(path_type=Path),
        help="What 'invc train -o' wrote.",
    ),
    click.option("--data", "data_text", required=True, metavar=METAVAR, help=DATA),
    THREADS,
    click.option("--gates", is_flag=True, help="Compile the design and evaluate its gates."),
    click.option("--json", "json_file", metavar="FILE|-", help="Write the figures; - is stdout."),
    click.option("-q", "--quiet", is_flag=True, help="Print the table of scores only."),
)


@click.command()
@with_options(*OPTIONS)
def command(options: Mapping[str, Any]) -> None:
    """Evaluate trained weights on samples: accuracy and confusion matrix.

    Samples are coded as they were for training, and parameters are those that it had.

    \b
    invc eval perceptron.v --weights-file w.json --data digits:0/1
    """
    from invc.training.data import read_data
    from invc.training.evaluate import evaluate
    from invc.training.trained import read_trained

    check_files([options["json_file"]], [*options["files"], options["weights_file"]])
    trained = read_trained(options["weights_file"])
    data = read_data(options["data_text"])
    sources = sources_of(*(options[name] for name in GIVEN))
    scores, classes = evaluate(
        sources, trained, data, threads=options["threads"], gates=options["gates"]
    )
    if options["json_file"]:
        report = {"classes": classes, "scores": scores_report(scores, classes)}
        write_json(options["json_file"], report)
    if options["json_file"] != "-":
        echo_scores(scores)
        if not options["quiet"]:
            echo_confusion(scores[list(scores)[-1]], classes)
