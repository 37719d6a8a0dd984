"""`invc simulate --exact`: draws from all answers at once, each as likely as any other."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc.cli.options import question_of
from invc.cli.reporting import count, echo_table, wrote
from invc.diagnostics import InvcError

if TYPE_CHECKING:
    from fractions import Fraction

    from invc.netlist import Netlist
    from invc.proof.diagram import Draws, Exact

DRAWS = 1024
SECONDS = 60.0
MOST_DIGITS = 20  # of a share that is shown as a fraction
UNDECIDED, IMPOSSIBLE = 3, 4
# The options of simulate that an exact run knows; it refuses the others.
KNOWN = (
    "file",
    "clamps",
    "forbid",
    "reads",
    "seed",
    "time_limit",
    "quiet",
    "verbose",
    "marginals",
    "exact_file",
)


def draw_exactly(ctx: click.Context, options: Mapping[str, Any]) -> int:
    """Write the draws that `--exact` asks for; the exit status.

    Raises:
        InvcError: No diagram of bounded size was found, or the file cannot be written.
        click.UsageError: Another option is given that means nothing here.
    """
    from invc.ask.outputs import check_outputs
    from invc.design import read_design
    from invc.text.files import write_whole

    _refuse_others(ctx)
    if options["marginals"] and options["exact_file"] == "-":
        raise click.UsageError("--marginals needs a FILE for the draws of --exact")
    began = time.perf_counter()
    target, draws = str(options["exact_file"]), options["reads"] or DRAWS
    check_outputs([target], [options["file"]])
    question = question_of(read_design(options["file"]), options)
    seconds = options["time_limit"] or SECONDS
    found = _all_answers(question, seconds)
    if not found.count:
        click.echo("impossible: there is no answer to draw", err=target == "-")
        return IMPOSSIBLE
    lines = target.endswith((".jsonl", ".ndjson"))
    shares = _marginals(found, seconds) if options["marginals"] else {}
    pieces = chain.from_iterable(_pieces(found, draws, options["seed"], lines))
    if target == "-":
        for piece in pieces:
            click.echo(piece, nl=False)
    else:
        write_whole(Path(target), pieces)
        if not options["quiet"]:
            took = time.perf_counter() - began
            click.echo(f"{_summary(found, draws)}; {took:.2f} s\n{wrote(target)}")
    if shares:
        _echo_marginals(found, shares)
    return 0


def _marginals(found: Exact, seconds: float) -> Mapping[str, Fraction]:
    from invc.proof.diagram import TooLarge
    from invc.proof.sat import Clock

    try:
        return found.marginals(Clock(seconds))
    except TooLarge as reason:
        hint = "leave --marginals out: the share among the draws is close to it"
        raise InvcError(f"no exact marginals: {reason}", hint=hint, status=UNDECIDED) from reason


def _echo_marginals(found: Exact, shares: Mapping[str, Fraction]) -> None:
    click.echo(f"P(bit = 1) over all {found.count:,} answers, without an error")
    echo_table(["bit", "P(1)"], [[name, _digits(share)] for name, share in shares.items()])


def _digits(share: Fraction) -> str:
    return str(share) if len(str(share)) <= MOST_DIGITS else f"{float(share):.12g}"


def _refuse_others(ctx: click.Context) -> None:
    for param in ctx.command.params:
        default = ctx.get_parameter_source(param.name or "") is click.core.ParameterSource.DEFAULT
        if param.name not in KNOWN and not default:
            raise click.UsageError(f"{param.opts[-1]} means nothing with --exact")


def _all_answers(question: Any, seconds: float) -> Exact:  # noqa: ANN401 - loaded when asked
    from invc.ask.kinds import kind_of
    from invc.proof.diagram import TooLarge, exact
    from invc.proof.sat import Clock

    kind_of(question.design).check_provable()
    try:
        return exact(
            question.design,
            question.clamps,
            forbidden=question.forbidden,
            clock=Clock(seconds),
        )
    except TooLarge as reason:
        raise InvcError(
            f"no decision diagram of all answers was found: {reason}",
            hint="sample them instead: --equilibrium gives uniform answers, with errors",
            status=UNDECIDED,
        ) from reason


def _summary(found: Exact, draws: int) -> str:
    answers = f"{found.count:,} distinct answers" if found.count > 1 else "the only answer"
    parts = f" in {count(len(found.parts), 'part')}" if len(found.parts) > 1 else ""
    return f"{count(draws, 'draw')} of {answers}, by a diagram of {found.nodes:,} nodes{parts}"


def _pieces(found: Exact, draws: int, seed: int, lines: bool) -> Iterator[Iterable[bytes]]:
    """The file: a head, then a block of draws at a time."""
    netlist = found.design.netlist
    if not lines:
        head = io.StringIO()
        csv.writer(head, lineterminator="\n").writerow([port.name for port in netlist.ports])
        yield [head.getvalue().encode()]
    left = draws
    for block in found.draws(seed):
        yield [_rows(netlist, block, min(left, block.count), lines).encode()]
        left -= block.count
        if left <= 0:
            return


def _rows(netlist: Netlist, block: Draws, rows: int, lines: bool) -> str:
    """Some draws as lines of text, all formatted at once."""
    names = [port.name for port in netlist.ports]
    columns = [[int(value) for value in block.ports[name][:rows]] for name in names]
    if lines:
        form = ", ".join(f"{json.dumps(name).replace('%', '%%')}: %d" for name in names)
        form = f"{{{form}}}\n"
    else:
        form = ",".join(["%d"] * len(names)) + "\n"
    return (form * rows) % tuple(chain.from_iterable(zip(*columns, strict=True)))
