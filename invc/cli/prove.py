"""`invc prove`: exact answers by SAT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc import __version__
from invc.cli.reporting import count as counted
from invc.cli.reporting import echo_answers, write_json

if TYPE_CHECKING:
    from invc.design import Clamp, Design

EXIT = {"possible": 0, "undecided": 3, "impossible": 4}
INTERRUPTED = 130


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-c",
    "--clamp",
    "clamps",
    multiple=True,
    metavar="NAME=VALUE",
    help="Hold a port, a slice p[7:4], a bit p[0], or all 'inputs' or 'outputs' at a value: "
    "38243, -5, 0x2a, 0b101, 8'b10xx_0110 (x leaves a bit free). May be repeated.",
)
@click.option(
    "--forbid",
    "forbidden",
    multiple=True,
    metavar="NAME=VALUE:...",
    help="Leave out answers that have all of these values. May be repeated.",
)
@click.option("--count", "counting", is_flag=True, help="Say how many answers there are.")
@click.option(
    "--limit", type=click.IntRange(1), default=10_000, show_default=True, help="Most to count."
)
@click.option("--time-limit", type=click.FloatRange(0, min_open=True), help="Seconds.  [none]")
@click.option("--show", type=click.IntRange(0), default=20, show_default=True, help="Rows.")
@click.option("--radix", type=click.Choice(["dec", "hex", "bin"]), default="dec")
@click.option("--json", "json_file", metavar="FILE|-", help="Write the result; - is stdout.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but the answers.")
@click.pass_context
def command(
    ctx: click.Context,
    file: Path,
    clamps: tuple[str, ...],
    forbidden: tuple[str, ...],
    counting: bool,
    limit: int,
    time_limit: float | None,
    show: int,
    radix: str,
    json_file: str | None,
    quiet: bool,
) -> None:
    """Prove by SAT whether a design has an answer for some clamps, or how many.

    The gates in FILE are asked, not the Hamiltonian. Exit status: 0 possible, 1 error, 2 usage,
    3 undecided within the time, 4 impossible.

    \b
    invc prove mult8.hj --clamp p=64507             # impossible, or possible with an example
    invc prove mult8.hj --clamp p=38243 --count     # all answers
    invc prove mult8.hj --clamp p=38243 --forbid a=167   # another one
    """
    from invc.design import parse_clamps, parse_combination, read_design

    design = read_design(file)
    held = parse_clamps(design.netlist, clamps)
    left_out = [parse_combination(design.netlist, text) for text in forbidden]
    if counting:
        keep = limit if json_file else min(show, limit)
        outcome = _count(design, held, left_out, limit, keep, time_limit)
    else:
        outcome = _solve(design, held, left_out, time_limit)
    if json_file != "-":
        if not quiet or not outcome.answers:
            click.echo(outcome.summary)
        echo_answers(
            design.netlist.ports, outcome.answers, radix=radix, show=show, total=outcome.total
        )
    if json_file:  # after the answers are told, which no full disk may take back
        write_json(json_file, _report(design, clamps, forbidden, outcome))
    ctx.exit(INTERRUPTED if outcome.interrupted else EXIT[outcome.status])


@dataclass(frozen=True)
class _Outcome:
    """What is said of a proof or of a count."""

    status: str
    summary: str
    answers: Sequence[Mapping[str, int]]
    fields: Mapping[str, Any]
    total: int | None = None
    interrupted: bool = False


def _solve(
    design: Design,
    held: Sequence[Clamp],
    left_out: Sequence[Sequence[Clamp]],
    time_limit: float | None,
) -> _Outcome:
    from invc.proof import solve

    proof = solve(design, held, forbidden=left_out, time_limit=time_limit)
    text = {
        "possible": "possible, for example:",
        "impossible": f"impossible: {proof.reason}",
        "undecided": f"undecided after {proof.seconds:.2f} s: give a longer --time-limit",
    }[proof.status]
    fields = {
        "reason": proof.reason,
        "seconds": proof.seconds,
        "variables": proof.variables,
        "clauses": proof.clauses,
    }
    return _Outcome(proof.status, text, [proof.answer] if proof.answer else [], fields)


def _count(
    design: Design,
    held: Sequence[Clamp],
    left_out: Sequence[Sequence[Clamp]],
    limit: int,
    keep: int,
    time_limit: float | None,
) -> _Outcome:
    from invc.proof import count

    result = count(design, held, forbidden=left_out, limit=limit, keep=keep, time_limit=time_limit)
    status = "possible" if result.number else "impossible" if result.complete else "undecided"
    number = counted(result.number, "distinct answer")
    end = "" if result.complete else "at least "
    end = "impossible: " if status == "impossible" else end
    why = "; interrupted" if result.interrupted else f"; {result.seconds:.2f} s"
    fields = {"count": result.number, "complete": result.complete, "seconds": result.seconds}
    return _Outcome(
        status, f"{end}{number}{why}", result.answers, fields, result.number, result.interrupted
    )


def _report(
    design: Design, clamps: Sequence[str], forbidden: Sequence[str], outcome: _Outcome
) -> dict[str, Any]:
    from invc.design import model_hash
    from invc.proof import solver_name

    return {
        "status": outcome.status,
        "solutions": [{"ports": dict(answer)} for answer in outcome.answers],
        **outcome.fields,
        "clamps": list(clamps),
        "forbid": list(forbidden),
        "model": model_hash(design),
        "solver": solver_name(),
        "version": __version__,
    }
