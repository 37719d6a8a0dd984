"""How far the answers of `invc simulate` can be trusted: its options and what they print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc.cli.reporting import count as counted
from invc.cli.reporting import echo_answers, echo_table, port_value

if TYPE_CHECKING:
    from invc.design import Bias, Clamp, Clamped, Design
    from invc.engine import Result
    from invc.engine.equilibrium import Equilibrium
    from invc.engine.explain import Explanation
    from invc.engine.statistics import Marginal, Uniformity
    from invc.proof import Count, Proof

COUNT_LIMIT = 100_000
COUNT_SECONDS = 30.0
READS_AN_ANSWER = 20
LEAST_SAMPLES = 4096
MOST_MISSED = 12  # names in a line
OPTIONS = (
    click.option(
        "--forbid",
        "forbid",
        multiple=True,
        metavar="NAME=VALUE:...",
        help="Leave out answers that have all of these values. May be repeated.",
    ),
    click.option(
        "--bias",
        "bias",
        multiple=True,
        metavar="NAME=P",
        help="A soft clamp: a field by which a bit alone would be 1 with probability P.",
    ),
    click.option(
        "--prove",
        is_flag=True,
        help="Ask a SAT solver when no read was an answer, by default within 5 s.",
    ),
    click.option("--explain", is_flag=True, help="Say what the best unverified read violates."),
    click.option("--marginals", is_flag=True, help="P(bit = 1) of every port bit, with errors."),
    click.option(
        "--uniformity", is_flag=True, help="Test whether all answers are found equally often."
    ),
    click.option(
        "--equilibrium",
        is_flag=True,
        help="Sample at one --beta, every --sweeps, or by --dynamics pt: answers are uniform.",
    ),
    click.option(
        "--repeat",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Run again what a --json FILE holds, and compare.",
    ),
)
NAMES = ("forbid", "bias", "prove", "explain", "marginals", "uniformity", "equilibrium", "repeat")


@dataclass(frozen=True)
class Trust:
    """The options by these names, see their helps."""

    forbid: tuple[str, ...] = ()
    bias: tuple[str, ...] = ()
    prove: bool = False
    explain: bool = False
    marginals: bool = False
    uniformity: bool = False
    equilibrium: bool = False
    repeat: Path | None = None

    def check(self, design: Design) -> None:
        """Refuse what does not go together."""
        if self.bias and self.uniformity:
            raise click.UsageError("with --bias answers are not meant to be uniform")
        asked = ("bias", "prove", "explain", "uniformity", "equilibrium")
        for name in asked:
            if getattr(self, name) and not design.is_logic:
                raise click.UsageError(f"--{name} needs gates: this model was imported")


def trust_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options; the command gets them as `trust`."""

    @wraps(command)
    def wrapped(*args: object, **options: object) -> object:
        chosen = {name: options.pop(name) for name in NAMES}
        return command(*args, trust=Trust(**chosen), **options)  # type: ignore[arg-type]

    for option in reversed(OPTIONS):
        wrapped = option(wrapped)
    return wrapped


@dataclass(eq=False)
class Findings:
    """What was found out about a run.

    Attributes:
        number: How many answers there are, where that was counted.
        equilibrium: Where the run was one at equilibrium.
        proof: Where no read was an answer and it was asked for.
        explained: The best unverified read.
        uniform: The test, where `number` is exact.
        marginals: Of every port bit.
    """

    number: Count | None = None
    equilibrium: Equilibrium | None = None
    proof: Proof | None = None
    explained: Explanation | None = None
    uniform: Uniformity | None = None
    marginals: tuple[Marginal, ...] = ()


def warn_of_held(biases: Sequence[Bias], clamped: Clamped) -> None:
    """Name the biased bits that have one value anyway."""
    held = [b.name for b in biases if b.literal <= 1 or clamped.values[(b.literal >> 1) - 1]]
    if held:
        names = " ".join(held[:MOST_MISSED]) + (" and more" if len(held) > MOST_MISSED else "")
        click.echo(f"warning: a bias of {names} changes nothing, as the clamps decide it", err=True)


def count_answers(
    design: Design, held: Sequence[Clamp], left_out: Sequence[Sequence[Clamp]]
) -> Count:
    """How many answers a test of uniformity is about; Ctrl-C ends the command, not only this."""
    from invc.proof import count

    number = count(
        design, held, forbidden=left_out, limit=COUNT_LIMIT, keep=0, time_limit=COUNT_SECONDS
    )
    if number.interrupted:
        raise KeyboardInterrupt
    return number


def find_out(
    trust: Trust,
    findings: Findings,
    design: Design,
    clamped: Clamped,
    held: Sequence[Clamp],
    left_out: Sequence[Sequence[Clamp]],
    result: Result,
    time_limit: float | None,
) -> None:
    """Fill in the findings about a run that has ended."""
    from invc.engine import problem_of
    from invc.engine.explain import explain_read
    from invc.engine.statistics import clustered, marginals

    ports, answers = design.netlist.ports, result.answers
    if trust.prove and not answers and not result.interrupted:
        findings.proof = _prove(design, held, left_out, time_limit)
    if trust.explain and result.near is not None:
        findings.explained = explain_read(
            problem_of(design, clamped),
            result.near,
            held,
            dynamics=result.dynamics,
            seed=result.seed,
        )
    if trust.marginals and answers:
        chains = findings.equilibrium
        findings.marginals = (
            clustered(ports, chains.samples, chains.ones) if chains else marginals(ports, answers)
        )
    if findings.number and findings.number.complete and answers:
        from invc.engine.statistics import uniformity

        reads = [answer.reads for answer in answers]
        findings.uniform = uniformity(reads, findings.number.number)


def _prove(
    design: Design,
    held: Sequence[Clamp],
    left_out: Sequence[Sequence[Clamp]],
    time_limit: float | None,
) -> Proof | None:
    from invc.proof import solve

    try:
        return solve(design, held, forbidden=left_out, time_limit=time_limit)
    except KeyboardInterrupt:  # the run's own result is still to be told
        return None


def findings_report(
    trust: Trust, findings: Findings, biases: Sequence[Bias], result: Result
) -> dict[str, Any]:
    """The findings for a JSON report."""
    report: dict[str, Any] = {}
    if result.biased:
        pairs = zip(biases, result.biased, strict=True)
        report["biased"] = {bias.name: probability for bias, probability in pairs}
    if findings.equilibrium:
        chains = findings.equilibrium
        report["mixing"] = {
            "beta": chains.setting.beta,
            "low": chains.setting.low,
            "sweeps_between_samples": chains.setting.thin,
            "correlation": chains.correlation,
            "mixed": chains.mixed,
        }
    if findings.proof:
        report["proof"] = {
            "status": findings.proof.status,
            "reason": findings.proof.reason,
            "seconds": findings.proof.seconds,
        }
    if trust.explain:
        report.update(_explained_report(findings.explained))
    if trust.marginals:
        report["marginals"] = [vars(marginal) for marginal in findings.marginals]
    if findings.uniform:
        report["uniformity"] = {**vars(findings.uniform), "passed": findings.uniform.passed}
    return report


def _explained_report(explained: Explanation | None) -> dict[str, Any]:
    if explained is None:
        return {"explain": []}
    return {
        "explain": [vars(violation) for violation in explained.violations],
        "explained": {
            "energy": explained.energy,
            "annealed": explained.annealed,
            "ports": dict(explained.ports),
            "missed": list(explained.missed),
            "answer": dict(explained.answer) if explained.answer else None,
        },
    }


def echo_findings(
    trust: Trust,
    findings: Findings,
    design: Design,
    biases: Sequence[Bias],
    result: Result,
    show: int,
    radix: str,
) -> None:
    """Print the findings."""
    if result.biased:
        pairs = zip(biases, result.biased, strict=True)
        click.echo("biases in whole units: " + ", ".join(f"{b.name} {p:.4f}" for b, p in pairs))
    if findings.equilibrium:
        _echo_mixing(findings.equilibrium)
    if findings.proof:
        _echo_proof(findings.proof, design, radix)
    if trust.explain:
        _echo_explained(findings.explained, design, result, show, radix)
    if trust.marginals:
        _echo_marginals(findings, result, is_logic=design.is_logic)
    if trust.uniformity:
        _echo_uniformity(findings)


def _echo_mixing(chains: Equilibrium) -> None:
    setting = chains.setting
    click.echo(
        f"equilibrium at {setting.text}; correlation between samples {chains.correlation:.2g}"
    )
    if not chains.mixed:
        click.echo(
            "warning: chains remember their past, so answers may not be uniform: more --sweeps"
        )


def _echo_proof(proof: Proof, design: Design, radix: str) -> None:
    if proof.answer:
        click.echo("found by proof, not by sampling:")
        echo_answers(design.netlist.ports, [proof.answer], radix=radix, show=1)
    elif proof.status == "impossible":
        click.echo(f"impossible: {proof.reason} (proven by SAT)")
    else:
        click.echo("the proof did not end in time: give a longer --time-limit")


def _echo_explained(
    explained: Explanation | None, design: Design, result: Result, show: int, radix: str
) -> None:
    if explained is None:
        why = "every read was verified" if result.reads else "no read ended"
        click.echo(f"{why}: there is nothing to explain")
        return
    ports, violations = design.netlist.ports, explained.violations
    click.echo(
        f"the best unverified read{', annealed on,' if explained.annealed else ''} has energy "
        f"{explained.energy} in {counted(len(violations), 'violated gate')}"
    )
    head = ["gate", "drives", "energy", "clamped bits", "source"]
    rows = [
        [
            v.cell if v.wrong else f"{v.cell} (ancilla)",
            v.drives,
            str(v.excess),
            " ".join(v.clamps) or "-",
            v.source or "-",
        ]
        for v in violations[:show]
    ]
    if rows:
        echo_table(head, rows)
    if len(violations) > show:
        click.echo(f"and {len(violations) - show} more (--show N, or --json FILE for all)")
    given = ", ".join(f"{p.name} = {port_value(explained.ports[p.name], p, radix)}" for p in ports)
    click.echo(f"its inputs give {given}: {_missed(explained.missed)}")
    if explained.answer and not result.answers:
        click.echo("annealed on, a copy of it became an answer, so the reads were too short:")
        echo_answers(ports, [explained.answer], radix=radix, show=1)


def _missed(names: Sequence[str]) -> str:
    """Which clamped bits are not what they should be, in words."""
    if not names:
        return "all clamped bits"
    more = f" and {len(names) - MOST_MISSED} more" if len(names) > MOST_MISSED else ""
    return f"{counted(len(names), 'clamped bit')} otherwise, {' '.join(names[:MOST_MISSED])}{more}"


def _echo_marginals(findings: Findings, result: Result, *, is_logic: bool) -> None:
    if not findings.marginals:
        click.echo("no marginals without answers")
        return
    noun, which = ("sample", " at equilibrium") if findings.equilibrium else ("verified read", "")
    over = counted(result.verified_reads, noun if is_logic else "read") + which
    click.echo(f"P(bit = 1) over {over}, with standard errors")
    rows = [[m.name, f"{m.probability:.4f}", f"{m.error:.4f}"] for m in findings.marginals]
    echo_table(["bit", "P(1)", "error"], rows)


def _echo_uniformity(findings: Findings) -> None:
    number, test = findings.number, findings.uniform
    if number is not None and not number.complete:
        click.echo(f"uniformity: not tested, {_uncounted(number)}")
    elif test is None:
        click.echo("uniformity: not tested, no answer was found")
    else:
        click.echo(f"uniformity: {test}")


def _uncounted(number: Count) -> str:
    """Why the number of answers is not known."""
    if number.number >= COUNT_LIMIT:
        return f"there are more than {number.number} answers"
    return f"{counted(number.number, 'answer')} counted in {COUNT_SECONDS:g} s, and maybe not all"


def wanted_samples(findings: Findings) -> int | None:
    """How many samples a test of uniformity asks of a run at equilibrium."""
    if findings.number is None:
        return None
    return max(LEAST_SAMPLES, READS_AN_ANSWER * findings.number.number)
