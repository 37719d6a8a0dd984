"""`invc simulate`: run a design forward, backward or partly clamped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc import __version__
from invc.cli.batch import refuse_of_one, run_batch
from invc.cli.exact import draw_exactly
from invc.cli.options import (
    DECIDING,
    SIMULATE,
    View,
    effort_of,
    question_of,
    refuse_given,
    view_of,
    wanted_of,
    with_options,
)
from invc.cli.progress import Bound, bar_of
from invc.cli.reporting import write_json
from invc.cli.samples import echo_samples
from invc.diagnostics import InvcError

if TYPE_CHECKING:
    from invc.ask import Effort, Question, Samples, Wanted
    from invc.ask.records import Record
    from invc.design import Design

FOUND, NONE_FOUND, IMPOSSIBLE = 0, 3, 4
EXIT = {"found": FOUND, "none": NONE_FOUND, "impossible": IMPOSSIBLE}


@click.command()
@with_options(*SIMULATE)
@click.pass_context
def command(ctx: click.Context, options: Mapping[str, Any]) -> None:
    """Run a design with some of its port bits held, and print verified answers.

    Every answer was checked by evaluating the gates forward from its inputs. Exit status: 0 an
    answer was found, 1 error, 2 usage, 3 none found within the budget, 4 shown impossible.

    \b
    invc simulate mult8.hj --clamp p=38243                  # backward: factors
    invc simulate mult8.hj --clamp a=167 --clamp b=229      # forward: the product
    invc simulate mult8.hj --clamp p=38243 --clamp a=167    # partly clamped
    invc simulate mult8.hj --clamp p=64507 --prove          # impossible, not only not found
    invc simulate mult8.hj --clamp p[15]=1 --exact draws.csv --reads 100000   # exactly uniform
    """
    from invc.ask import Conflict
    from invc.ask.outputs import check_outputs
    from invc.design import read_design

    if options["exact_file"]:
        ctx.exit(draw_exactly(ctx, options))
    design, view = read_design(options["file"]), view_of(options)
    before: Record | None = None
    effort, wanted = effort_of(options), wanted_of(options)
    if options["questions"]:
        refuse_of_one(options)
        ctx.exit(run_batch(design, options, effort, wanted, view))
    if options["repeat"]:
        refuse_given(ctx, DECIDING)
        before, question, effort, wanted = _again(options["repeat"], design, effort, wanted)
    else:
        question = question_of(design, options)
    kept = [path for path in (options["file"], options["repeat"]) if path]
    traced = [wanted.trace[1]] if wanted.trace else []
    check_outputs([*view.files, *wanted.pictures.wanted, *traced], kept)
    try:
        samples, unwritten = _asked(question, effort, wanted, view)
    except Conflict as conflict:
        raise click.UsageError(conflict.usage) from conflict
    _tell(samples, view, unwritten)
    if before:
        _compare(before, samples, view)
    ctx.exit(EXIT[samples.status])


def _again(
    file: Path, design: Design, effort: Effort, wanted: Wanted
) -> tuple[Record, Question, Effort, Wanted]:
    """The result in a file, and what it asked; threads and wishes are those of today."""
    from invc.ask.records import read_result

    record = read_result(file)
    question, before, asked = record.asked(design)
    return (
        record,
        question,
        replace(before, threads=effort.threads, kernel=effort.kernel),
        replace(wanted, equilibrium=asked.equilibrium, drawn=asked.drawn),
    )


def _asked(
    question: Question, effort: Effort, wanted: Wanted, view: View
) -> tuple[Samples, InvcError | None]:
    """The answers, and what went wrong as their pictures were written."""
    from invc.ask import Unwritten, ask
    from invc.ask.asking import limited
    from invc.engine.run import seconds_of

    bound = Bound(seconds_of(limited(effort, wanted), effort.reads), effort.reads)
    with bar_of("sampling", shown=not view.quiet, bound=bound) as bar:
        try:
            return ask(question, effort, wanted, [bar]), None
        except Unwritten as fault:
            return fault.samples, fault


def _tell(samples: Samples, view: View, fault: InvcError | None) -> None:
    """Write the result, then print it: a fault in one costs the other nothing.

    Raises:
        InvcError: A file could not be written; all others were, and the answers are told.
    """
    from invc.ask.results import report

    if view.files:
        try:
            write_json(view.files[0], report(samples))
        except InvcError as error:
            fault = fault or error
    if view.text:
        echo_samples(samples, view)
    elif view.json_file == "-":
        write_json("-", report(samples))
    if fault:
        raise fault


def _compare(before: Record, samples: Samples, view: View) -> None:
    """Say whether a repeated run found the same.

    Raises:
        InvcError: It did not.
    """
    result = samples.result
    now = {tuple(a.ports.items()): a.reads for a in result.answers} if result else {}
    found = {key: reads for key, reads in before.counts.items() if reads}
    if now != found or (result.reads if result else 0) != before.fields["reads"]:
        version = before.fields["version"]
        raise InvcError(
            "the run was repeated with another result",
            where=before.file,
            hint=f"it was made by version {version}, this is {__version__}",
        )
    if view.text:
        click.echo(f"the same answers and reads as in {before.file}")
