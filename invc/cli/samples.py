"""How `invc simulate` prints what it found: answers, or the states of a model without gates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from invc.cli.options import View
from invc.cli.reporting import count, echo_answers, echo_traces
from invc.cli.states import echo_lowest, echo_states
from invc.cli.trust import echo_findings

if TYPE_CHECKING:
    from invc.ask import Samples
    from invc.engine import Result

# Where there is no answer: what can say "impossible" at once comes first.
NEXT = "'invc prove', another --dynamics, a longer --time-limit"
MANY_ANSWERS = 10**9


def echo_samples(samples: Samples, view: View) -> None:
    """Print what was found, how much it took, and how far it can be trusted."""
    from invc.ask.kinds import kind_of

    result = samples.result
    if result is None or result.impossible:
        click.echo(samples.summary)
        return
    rows, summary = FORMS[kind_of(samples.design).name]
    rows(samples, result, view)
    if not view.quiet:
        summary(samples, result, view)
    echo_findings(samples, result, view)


def _echo_rows(samples: Samples, result: Result, view: View) -> None:
    if samples.design.frames is not None:
        found = [answer.ports for answer in result.answers]
        total = len(found)
        echo_traces(samples.design, found, radix=view.radix, show=view.show, total=total)
        return
    echo_answers(
        samples.design.netlist.ports,
        [answer.ports for answer in result.answers],
        radix=view.radix,
        show=view.show,
        beside=("reads", [str(answer.reads) for answer in result.answers]),
    )


def _echo_summary(samples: Samples, result: Result, view: View) -> None:
    from invc.ask.kinds import found

    spins = count(samples.design.model.spins, "spin")
    if samples.free == 0:
        click.echo(f"{found(result)}: every spin follows from the clamps")
    else:
        click.echo(
            f"{found(result)}; {result.verified_reads} of {count(result.reads, 'read')} verified; "
            f"{samples.free} free of {spins}; {result.seconds:.2f} s"
        )
    _echo_hint(samples, result)
    if view.verbose:
        rate = result.flips / max(result.seconds, 1e-9) / 1e9
        click.echo(
            f"{result.chosen}\n{result.sweeps} sweeps, {result.flips:.3g} flips, "
            f"{rate:.3g} flips/ns, {result.strict_reads} reads with every gate satisfied, "
            f"seed {result.seed}"
        )


def _echo_hint(samples: Samples, result: Result) -> None:
    """Say what a user might do next, where a run leaves something open."""
    if result.interrupted:
        click.echo("interrupted: this is what was found until then")
    elif result.total is not None and result.answers:
        if result.total > len(result.answers):
            total = result.total
            number = str(total) if total < MANY_ANSWERS else f"about {float(total):.3g}"
            click.echo(f"hint: there are {number} answers: --target N")
    elif not result.answers and samples.proof is None:
        why = "none was found, which proves nothing"
        why = why if result.reads else "no read ended in this time"
        click.echo(f"hint: {why}: try {NEXT}")
    elif result.answers and samples.free and not samples.effort.target and result.unseen:
        share = f"about {100 * result.unseen:.{0 if result.unseen >= 0.01 else 1}f}"
        share = "under 0.1" if share == "about 0.0" else share
        more = "--reads N or a longer --time-limit"
        click.echo(f"hint: {share} % of the answers not seen yet: {more}")


Echo = Callable[["Samples", "Result", View], None]
# For each kind of results: what prints the rows, and what the summary.
FORMS: Mapping[str, tuple[Echo, Echo]] = MappingProxyType(
    {"answers": (_echo_rows, _echo_summary), "states": (echo_states, echo_lowest)}
)
