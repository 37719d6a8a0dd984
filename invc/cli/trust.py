"""How far the answers of `invc simulate` can be trusted, as it prints it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from invc.cli.reporting import count as counted
from invc.cli.reporting import echo_answers, echo_table, more_rows, port_value

if TYPE_CHECKING:
    from invc.ask import Samples
    from invc.cli.options import View
    from invc.engine import Result
    from invc.engine.equilibrium import Equilibrium
    from invc.engine.explain import Explanation
    from invc.engine.first import FirstTimes
    from invc.proof import Count, Proof

MOST_MISSED = 12  # names in a line


def echo_findings(samples: Samples, result: Result, view: View) -> None:
    """Print what was found out about a run, as far as it was wanted."""
    wanted = samples.wanted
    if result.biased:
        pairs = zip(samples.question.biases, result.biased, strict=True)
        click.echo("biases in whole units: " + ", ".join(f"{b.name} {p:.4f}" for b, p in pairs))
    if samples.chains:
        _echo_mixing(samples.chains)
    if samples.proof:
        _echo_proof(samples, samples.proof, view)
    if samples.first:
        _echo_first(samples.first)
    if wanted.explanation:
        _echo_explained(samples, result, view)
    if wanted.marginals:
        _echo_marginals(samples)
    if wanted.uniformity:
        _echo_uniformity(samples)


def _echo_first(first: tuple[FirstTimes, FirstTimes]) -> None:
    """When reads were right for the first time, the first state being at time 0."""
    for name, times in zip(("first right state", "every gate in place"), first, strict=True):
        of = f"in {times.hits} of {counted(len(times.times), 'read')}"
        if times.mean is None:
            click.echo(f"{name}: {of}")
        else:
            click.echo(f"{name}: after {times.mean:.1f} cycles {of}, at most {times.worst}")


def _echo_mixing(chains: Equilibrium) -> None:
    click.echo(
        f"equilibrium at {chains.setting.text}; "
        f"correlation between samples {chains.correlation:.2g}"
    )


def _echo_proof(samples: Samples, proof: Proof, view: View) -> None:
    if proof.answer:
        click.echo("found by proof, not by sampling:")
        echo_answers(samples.design.netlist.ports, [proof.answer], radix=view.radix, show=1)
    elif proof.status == "impossible":
        click.echo(f"impossible: {proof.reason} (proven by SAT)")
    else:
        click.echo("the proof did not end in time: give a longer --time-limit")


def _echo_explained(samples: Samples, result: Result, view: View) -> None:
    if samples.explanation is None:
        why = "every read was verified" if result.reads else "no read ended"
        click.echo(f"{why}: there is nothing to explain")
        return
    explained, ports = samples.explanation.read, samples.design.netlist.ports
    click.echo(
        f"the best unverified read{', annealed on,' if explained.annealed else ''} has energy "
        f"{explained.energy} in {counted(len(explained.violations), 'violated gate')}"
    )
    _echo_violations(explained, view)
    values = [
        f"{p.name} = {port_value(explained.ports[p.name], len(p.bits), view.radix)}" for p in ports
    ]
    click.echo(f"its inputs give {', '.join(values)}: {_missed(explained.missed)}")
    if explained.answer and not result.answers:
        click.echo("annealed on, a copy of it became an answer, so the reads were too short:")
        echo_answers(ports, [explained.answer], radix=view.radix, show=1)


def _echo_violations(explained: Explanation, view: View) -> None:
    rows = [
        [
            v.cell if v.wrong else f"{v.cell} (ancilla)",
            v.drives,
            str(v.excess),
            " ".join(v.clamps) or "-",
            v.source or "-",
        ]
        for v in explained.violations[: view.show]
    ]
    if rows:
        echo_table(["gate", "drives", "energy", "clamped bits", "source"], rows)
    more_rows(len(explained.violations) - len(rows))


def _missed(names: Sequence[str]) -> str:
    """Which clamped bits are not what they should be, in words."""
    if not names:
        return "all clamped bits"
    more = f" and {len(names) - MOST_MISSED} more" if len(names) > MOST_MISSED else ""
    return f"{counted(len(names), 'clamped bit')} otherwise, {' '.join(names[:MOST_MISSED])}{more}"


def _echo_marginals(samples: Samples) -> None:
    marginals = samples.marginals()
    if not marginals:
        click.echo(marginals.over)
        return
    click.echo(f"P(bit = 1) {marginals.over}, with standard errors")
    rows = [[m.name, f"{m.probability:.4f}", _error(m.error)] for m in marginals]
    echo_table(["bit", "P(1)", "error"], rows)


def _error(error: float) -> str:
    """Four places, but never a 0 for what is none."""
    return f"{error:.4f}" if error >= 5e-5 or error == 0 else f"{error:.0e}"


def _echo_uniformity(samples: Samples) -> None:
    number, test = samples.number, samples.tested()
    if number is not None and not number.complete:
        click.echo(f"uniformity: not tested, {_uncounted(number)}")
    elif test is None:
        click.echo("uniformity: not tested, no answer was found")
    else:
        click.echo(f"uniformity: {test}")


def _uncounted(number: Count) -> str:
    """Why the number of answers is not known."""
    from invc.ask.answers import COUNT_LIMIT, COUNT_SECONDS

    if number.number >= COUNT_LIMIT:
        return f"there are more than {number.number} answers"
    return f"{counted(number.number, 'answer')} counted in {COUNT_SECONDS:g} s, and maybe not all"
