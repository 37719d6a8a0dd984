"""`invc bench`: how fast a design is sampled on this machine."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc import __version__
from invc.cli.reporting import check_files, count, echo_table, write_json

if TYPE_CHECKING:
    from invc.design import Clamped, Design
    from invc.tools.bench import Answers, Bench, Rate
    from invc.tools.questions import Questions

PEERS = ("dwave-samplers",)


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "-c",
    "--clamp",
    "clamps",
    multiple=True,
    metavar="NAME=VALUE",
    help="Hold a port, a slice or a bit, as in simulate. May be repeated.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    default=10.0,
    show_default=True,
    help="About how long to measure.",
)
@click.option("--dynamics", multiple=True, metavar="NAME", help="Only this one. May be repeated.")
@click.option("--threads", type=click.IntRange(1), help="What 'all cores' are.  [default: all]")
@click.option("--seed", type=click.IntRange(0, 2**62), default=0, show_default=True)
@click.option("--peers", is_flag=True, help="Measure dwave-samplers too, where installed.")
@click.option("--json", "json_file", metavar="FILE|-", help="Write the figures; - is stdout.")
def command(
    file: Path | None,
    clamps: tuple[str, ...],
    seconds: float,
    dynamics: tuple[str, ...],
    threads: int | None,
    seed: int,
    peers: bool,
    json_file: str | None,
) -> None:
    """Measure how fast a design is sampled: each kernel's flips/ns, each dynamics' first answer.

    A flip is one attempted update of one free spin of one read. One core is measured by its own
    processor time, all cores by the clock. Last come questions on the design, one after the other
    on one core: the inputs held, or the outputs that they give. Without FILE, an 8 x 8-bit
    multiplier factors 38243.

    \b
    invc bench                              # this machine
    invc bench mult8.hj --clamp p=38243     # a design and a question of yours
    """
    from invc.tools.bench import bench

    check_files([json_file], [file])
    design, clamped = _problem(file, clamps)
    free, spins = clamped.free, len(clamped.values)
    if json_file != "-":
        click.echo(f"{design.netlist.name}: {free} free of {count(spins, 'spin')}")
    if free == 0:
        click.echo("every spin follows from the clamps: nothing to measure", err=json_file == "-")
        return
    measured = bench(
        design,
        clamped,
        seconds=seconds,
        threads=threads,
        dynamics=dynamics,
        peers=peers,
        seed=seed,
    )
    if json_file:
        write_json(json_file, _report(design, clamped, measured))
    if json_file != "-":
        _print_rates(measured.rates)
        _print_answers(measured.answers)
        _print_questions(measured.questions)
        if measured.skipped:
            left = count(len(measured.skipped), "more measurement")
            click.echo(f"no time for {left}\n  hint: give more --seconds")


def _problem(file: Path | None, clamps: tuple[str, ...]) -> tuple[Design, Clamped]:
    from invc.design import Contradiction, parse_clamps, presolve, read_design
    from invc.diagnostics import InvcError
    from invc.tools.bench import BUILT_IN_CLAMP, built_in_design

    if file is None:
        if clamps:
            hint = f"without a file the clamp is {BUILT_IN_CLAMP}"
            raise InvcError("--clamp needs a FILE", hint=hint)
        return built_in_design()
    design = read_design(file)
    try:
        return design, presolve(design, parse_clamps(design.netlist, clamps))
    except Contradiction as reason:
        hint = "clamp what has an answer"
        raise InvcError(f"impossible: {reason}", where=str(file), hint=hint) from reason


def _report(design: Design, clamped: Clamped, measured: Bench) -> dict[str, Any]:
    from invc.tools.bench import versions

    return {
        "design": design.netlist.name,
        "spins": len(clamped.values),
        "free_spins": clamped.free,
        "rates": [
            {"sampler": r.sampler, "threads": r.threads, "flips_per_ns": list(r.per_ns)}
            for r in measured.rates
        ],
        "answers": [
            {
                "dynamics": a.dynamics,
                "mean_seconds": a.mean,
                "runs": [vars(attempt) for attempt in a.attempts],
            }
            for a in measured.answers
        ],
        "questions": [{**vars(q), "answered_per_second": q.per_second} for q in measured.questions],
        "skipped": list(measured.skipped),
        "machine": {"processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {"invc": __version__, **versions(*PEERS)},
    }


def _print_rates(rates: tuple[Rate, ...]) -> None:
    if not rates:
        return
    names = dict.fromkeys(rate.sampler for rate in rates)
    used = sorted({rate.threads for rate in rates})
    median = {(rate.sampler, rate.threads): rate.median for rate in rates}
    head = ["flips/ns", *("one core" if n == 1 else count(n, "core") for n in used)]
    rows = [
        [name, *(f"{median[name, n]:.3g}" if (name, n) in median else "" for n in used)]
        for name in names
    ]
    echo_table(head, rows)


def _print_answers(answers: tuple[Answers, ...]) -> None:
    if not answers:
        return
    head = ["first answer", "runs", "found", "mean"]
    rows = [
        [
            a.dynamics,
            str(len(a.attempts)),
            str(a.found),
            f"{a.mean:.2g} s" if a.mean is not None else "none found",
        ]
        for a in answers
    ]
    echo_table(head, rows)


def _print_questions(questions: tuple[Questions, ...]) -> None:
    if not questions:
        return
    head = ["questions", "asked", "answered", "a second"]
    rows = [[q.direction, str(q.asked), str(q.answered), f"{q.per_second:.3g}"] for q in questions]
    echo_table(head, rows)
