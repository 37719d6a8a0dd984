"""`invc prove`: exact answers by SAT."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from invc.cli.options import (
    CLAMP,
    FILE,
    FORBID,
    JSON,
    PROPERTIES,
    QUIET,
    RADIX,
    REPLAY,
    SHOW,
    STIMULUS,
    View,
    question_of,
    view_of,
    with_options,
)
from invc.cli.progress import bar_of
from invc.cli.reporting import echo_answers, echo_traces, write_json
from invc.diagnostics import InvcError

if TYPE_CHECKING:
    from invc.ask import Answers, Question
    from invc.proof import Count, Proof

EXIT = {"possible": 0, "undecided": 3, "impossible": 4}
INTERRUPTED = 130
PROVE = (
    FILE,
    CLAMP,
    FORBID,
    *PROPERTIES,
    STIMULUS,
    click.option("--count", is_flag=True, help="Say how many answers there are."),
    click.option(
        "--limit", type=click.IntRange(1), default=10_000, show_default=True, help="Most to list."
    ),
    click.option(
        "--induction",
        is_flag=True,
        help="Show that a cover is never reached, or an assertion never broken, for all time.",
    ),
    click.option("--time-limit", type=click.FloatRange(0, min_open=True), help="Seconds.  [none]"),
    click.option("--vcd", metavar="FILE|-", help="Write a trace by its clock as waveforms."),
    REPLAY,
    SHOW,
    RADIX,
    JSON,
    QUIET,
)


@click.command()
@with_options(*PROVE)
@click.pass_context
def command(ctx: click.Context, options: Mapping[str, Any]) -> None:
    """Prove by SAT whether a design has an answer for some clamps, or how many.

    The gates in FILE are asked, not the Hamiltonian. Exit status: 0 possible, 1 error, 2 usage,
    3 undecided within the time, 4 impossible.

    \b
    invc prove mult8.hj --clamp p=64507             # impossible, or possible with an example
    invc prove mult8.hj --clamp p=38243 --count     # all answers
    invc prove mult8.hj --clamp p=38243 --forbid a=167   # another one
    """
    from invc.ask.outputs import check_outputs
    from invc.ask.proofs import Proving, prove
    from invc.ask.traces import check_traces, write_traces
    from invc.design import read_design

    view, limit = view_of(options), options["limit"]
    question = question_of(read_design(options["file"]), options)
    try:
        proving = Proving(
            count=options["count"],
            limit=limit,
            keep=limit if view.json_file else min(view.show, limit),
            time_limit=options["time_limit"],
            induction=options["induction"],
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    traces = options["vcd"], options["replay"]
    check_traces(question.design, *traces)
    check_outputs([*view.files, *filter(None, traces)], [options["file"]])
    with bar_of("proving", shown=not view.quiet):
        answers = prove(question, proving)
    _tell(question, answers, view)
    unwritten = write_traces(question.design, answers, *traces)
    if unwritten:
        click.echo(f"warning: no trace to show; not written: {', '.join(unwritten)}", err=True)
    interrupted = getattr(answers.details, "interrupted", False)
    ctx.exit(INTERRUPTED if interrupted else EXIT[answers.status])


def _tell(question: Question, answers: Answers, view: View) -> None:
    """Write the result, then print it: a fault in one costs the other nothing.

    Raises:
        InvcError: The file could not be written; the answers are told.
    """
    from invc.ask.proofs import report

    fault: InvcError | None = None
    if view.files:
        try:
            write_json(view.files[0], report(question, answers))
        except InvcError as error:
            fault = error
    if view.text:
        _echo(question, answers, view)
    elif view.json_file == "-":
        write_json("-", report(question, answers))
    if fault:
        raise fault


def _echo(question: Question, answers: Answers, view: View) -> None:
    from invc.proof import Count

    details: Any = answers.details
    counting = isinstance(details, Count)
    if not view.quiet or not answers:
        click.echo(_counted(answers, details) if counting else _solved(details))
    total = details.number if counting else None
    if question.design.frames is not None:
        number = total or len(answers)
        echo_traces(question.design, answers, radix=view.radix, show=view.show, total=number)
        return
    echo_answers(
        question.design.netlist.ports, answers, radix=view.radix, show=view.show, total=total
    )


def _solved(proof: Proof) -> str:
    if proof.status == "possible":
        when = "" if proof.cycle is None else f" in cycle {proof.cycle}, in no earlier one"
        return f"possible{when}, for example:"
    if proof.status == "impossible":
        return f"impossible: {proof.reason}"
    if proof.reason:
        return f"undecided: {proof.reason}"
    return f"undecided after {proof.seconds:.2f} s: give a longer --time-limit"


def _counted(answers: Answers, total: Count) -> str:
    impossible = "impossible: " if answers.status == "impossible" else ""
    end = "interrupted" if total.interrupted else f"{total.seconds:.2f} s"
    return f"{impossible}{answers.summary}; {end}"
