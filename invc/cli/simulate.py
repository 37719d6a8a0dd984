"""`invc simulate`: run a design forward, backward or partly clamped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc import __version__
from invc.cli.pictures import picture_options, say_unwritten
from invc.cli.reporting import count, echo_answers, write_json
from invc.cli.states import echo_lowest, echo_states, energy_of
from invc.cli.trust import (
    Findings,
    Trust,
    count_answers,
    echo_findings,
    find_out,
    findings_report,
    trust_options,
    wanted_samples,
    warn_of_held,
)
from invc.diagnostics import InvcError

if TYPE_CHECKING:
    from invc.ask.results import Record
    from invc.design import Bias, Clamp, Clamped, Design
    from invc.engine import Progress, Result

FEW_READS = 3
FOUND, NONE_FOUND, IMPOSSIBLE = 0, 3, 4


class BetaRange(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """LO:HI, both positive."""

    name = "LO:HI"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[float, float]:
        """The two numbers."""
        if isinstance(value, tuple):
            return value
        try:
            low, high = (
                float(part) for part in (value if ":" in value else f"{value}:{value}").split(":")
            )
        except ValueError:
            self.fail(f"{value!r} is not LO:HI, such as 0.2:2.5", param, ctx)
        if not 0 < low <= high < 1e6:
            self.fail(f"{value!r}: need 0 < LO <= HI", param, ctx)
        return low, high


class Setting(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """NAME=VALUE."""

    name = "NAME=VALUE"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, str]:
        """Name and value."""
        if isinstance(value, tuple):
            return value
        name, equals, text = value.partition("=")
        if not (name and equals):
            self.fail(f"{value!r} is not NAME=VALUE, such as noise=5", param, ctx)
        return name, text


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
@click.option("--reads", type=click.IntRange(1), help="Independent runs.  [default: as needed]")
@click.option("--sweeps", type=click.IntRange(1), help="Sweeps of a read.  [default: as needed]")
@click.option("--beta", type=BetaRange(), help="Inverse temperatures.  [default: from the model]")
@click.option(
    "--dynamics",
    default="auto",
    metavar="NAME",
    help="How p-bits move: staged, gibbs, pt, sc or ssa (docs/dynamics.md).  [auto]",
)
@click.option(
    "--set",
    "settings",
    type=Setting(),
    multiple=True,
    help="A setting of the dynamics, such as noise=5. May be repeated.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True)
@click.option("--threads", type=click.IntRange(1), help="Results do not depend on it.")
@click.option(
    "--time-limit", type=click.FloatRange(0, min_open=True), help="Seconds.  [default: 60]"
)
@click.option("--target", type=click.IntRange(1), help="Stop at this many distinct answers.")
@click.option("--strict", is_flag=True, help="Count only reads in which every gate is satisfied.")
@click.option("--show", type=click.IntRange(0), default=20, show_default=True, help="Rows.")
@click.option("--radix", type=click.Choice(["dec", "hex", "bin"]), default="dec")
@click.option("--json", "json_file", metavar="FILE|-", help="Write the result; - is stdout.")
@picture_options
@trust_options
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but the answers.")
@click.option("-v", "--verbose", is_flag=True, help="Say what was chosen and how it went.")
@click.pass_context
def command(
    ctx: click.Context,
    file: Path,
    clamps: tuple[str, ...],
    reads: int | None,
    sweeps: int | None,
    beta: tuple[float, float] | None,
    dynamics: str,
    settings: tuple[tuple[str, str], ...],
    seed: int,
    threads: int | None,
    time_limit: float | None,
    target: int | None,
    strict: bool,
    show: int,
    radix: str,
    json_file: str | None,
    plot: str | None,
    html: str | None,
    vcd: str | None,
    trust: Trust,
    quiet: bool,
    verbose: bool,
) -> None:
    """Run a design with some of its port bits held, and print verified answers.

    Every answer was checked by evaluating the gates forward from its inputs. Exit status: 0 an
    answer was found, 1 error, 2 usage, 3 none found within the budget, 4 shown impossible.

    \b
    invc simulate mult8.hj --clamp p=38243                  # backward: factors
    invc simulate mult8.hj --clamp a=167 --clamp b=229      # forward: the product
    invc simulate mult8.hj --clamp p=38243 --clamp a=167    # partly clamped
    invc simulate mult8.hj --clamp p=64507 --prove          # impossible, not only not found
    """
    from invc.ask.answers import SECONDS_BEFORE_PROOF
    from invc.ask.pictures import Pictures
    from invc.design import (
        Contradiction,
        parse_biases,
        parse_clamps,
        parse_combination,
        presolve,
        read_design,
    )

    asked = Asked(
        clamps,
        trust.forbid,
        trust.bias,
        reads,
        sweeps,
        beta,
        dynamics,
        dict(settings),
        seed,
        time_limit,
        target,
        strict,
        trust.equilibrium,
    )
    before: Record | None = None
    design = read_design(file)
    if trust.repeat:
        before, asked, trust = _again(ctx, trust, trust.repeat, design)
    elif trust.prove and not (reads or time_limit):
        asked = replace(asked, time_limit=SECONDS_BEFORE_PROOF)
    pictures = Pictures(plot, html, vcd)
    trust.check(design)
    asked.check(trust, vcd)
    held = parse_clamps(design.netlist, asked.clamps)
    left_out = [parse_combination(design.netlist, text) for text in asked.forbid]
    biases = parse_biases(design.netlist, asked.bias)
    text_wanted = json_file != "-"
    try:
        clamped = presolve(design, held, left_out)
    except Contradiction as reason:
        if text_wanted:
            click.echo(f"impossible: {reason}")
        if json_file:
            write_json(json_file, _impossible(design, asked, held, left_out, biases, str(reason)))
        say_unwritten(pictures)
        ctx.exit(IMPOSSIBLE)
    warn_of_held(biases, clamped)
    findings = Findings()
    if trust.uniformity:
        findings.number = count_answers(design, held, left_out)
    with _Bar(enabled=not quiet and sys.stderr.isatty()) as bar:
        result = _sample(
            design,
            clamped,
            biases,
            asked,
            trust,
            findings,
            threads,
            progress=pictures.and_progress(bar.update),
            watch=pictures.watch(design, clamped),
        )
    find_out(trust, findings, design, clamped, held, left_out, result, time_limit)
    status = _status(result, findings)
    if text_wanted and not design.is_logic:
        echo_states(design, result.answers, show, radix)
        if not quiet:
            echo_lowest(design, clamped, result, verbose)
    elif text_wanted:
        echo_answers(
            design.netlist.ports,
            [answer.ports for answer in result.answers],
            radix=radix,
            show=show,
            beside=("reads", [str(answer.reads) for answer in result.answers]),
        )
        if not quiet:
            _print_summary(result, clamped, verbose, proving=findings.proof is not None)
    if text_wanted:
        echo_findings(trust, findings, design, biases, result, show, radix)
    if json_file:  # after the answers are told, which no full disk may take back
        write_json(
            json_file,
            {
                **_report(design, asked, clamped, result, status, findings),
                **findings_report(trust, findings, biases, result),
                **_provenance(design, asked, held, left_out, biases, result, findings),
            },
        )
    pictures.write(
        design,
        asked.clamps,
        clamped,
        result,
        proven_impossible=status == "impossible",
        also=(("left out", asked.forbid), ("biased", asked.bias)),
    )
    if before:
        _compare(before, result, text_wanted)
    ctx.exit({"found": FOUND, "impossible": IMPOSSIBLE}.get(status, NONE_FOUND))


@dataclass(frozen=True)
class Asked:
    """The options that decide what a run samples, as the command line or a result file has them."""

    clamps: tuple[str, ...]
    forbid: tuple[str, ...]
    bias: tuple[str, ...]
    reads: int | None
    sweeps: int | None
    beta: tuple[float, float] | None
    dynamics: str
    settings: Mapping[str, str]
    seed: int
    time_limit: float | None
    target: int | None
    strict: bool
    equilibrium: bool

    def check(self, trust: Trust, vcd: str | None) -> None:
        """Refuse what equilibrium sampling does not know."""
        if not self.equilibrium:
            return
        from invc.ask.answers import NOT_AT_EQUILIBRIUM

        if self.dynamics not in ("auto", "gibbs", "pt"):
            name, why = self.dynamics, NOT_AT_EQUILIBRIUM["dynamics"]
            raise click.UsageError(f"--equilibrium does not go with --dynamics {name}: {why}")
        if self.beta and self.beta[0] != self.beta[1] and self.dynamics != "pt":
            raise click.UsageError(
                "--equilibrium samples at one inverse temperature: --beta B, "
                "or --dynamics pt for a ladder of them"
            )
        others = {"target": self.target, "set": self.settings, "explain": trust.explain, "vcd": vcd}
        for name, given in others.items():
            if given:
                why = NOT_AT_EQUILIBRIUM[name]
                raise click.UsageError(f"--equilibrium does not go with --{name}: {why}")


# What a repeated run takes from the file.
DECIDING = (
    *("clamps", "reads", "sweeps", "beta", "dynamics", "settings", "seed", "time_limit"),
    *("target", "strict", "forbid", "bias", "equilibrium"),
)


def _again(
    ctx: click.Context, trust: Trust, file: Path, design: Design
) -> tuple[Record, Asked, Trust]:
    """The result in a file, and what it asked."""
    from invc.ask.results import options_of, read_result
    from invc.design import model_hash

    given = [
        param.opts[-1]
        for param in ctx.command.params
        if param.name in DECIDING
        and ctx.get_parameter_source(param.name) is not click.core.ParameterSource.DEFAULT
    ]
    if given:
        raise click.UsageError(f"--repeat takes {given[0]} from the file")
    record = read_result(file)
    if record.fields["model"] != model_hash(design):
        raise InvcError(
            "this result is of another model", where=str(file), hint="give the .hj file that it ran"
        )
    asked = Asked(**options_of(record))
    return record, asked, replace(trust, equilibrium=asked.equilibrium, bias=asked.bias)


def _compare(before: Record, result: Result, text_wanted: bool) -> None:
    """Say whether a repeated run found the same.

    Raises:
        InvcError: It did not.
    """
    now = {tuple(answer.ports.items()): answer.reads for answer in result.answers}
    found = {key: reads for key, reads in before.counts.items() if reads}
    if now != found or result.reads != before.fields["reads"]:
        version = before.fields["version"]
        raise InvcError(
            "the run was repeated with another result",
            where=before.file,
            hint=f"it was made by version {version}, this is {__version__}",
        )
    if text_wanted:
        click.echo(f"the same answers and reads as in {before.file}")


def _sample(
    design: Design,
    clamped: Clamped,
    biases: Sequence[Bias],
    asked: Asked,
    trust: Trust,
    findings: Findings,
    threads: int | None,
    *,
    progress: Callable[[Progress], None],
    watch: Callable[[int, int, Any], None] | None,
) -> Result:
    """Run, or sample at equilibrium, as it was asked."""
    from invc.engine import Effort, problem_of, run

    problem = problem_of(design, clamped, tuple(biases))
    effort = Effort(
        dynamics=asked.dynamics,
        reads=asked.reads,
        sweeps=asked.sweeps,
        beta=asked.beta,
        settings=asked.settings,
        seed=asked.seed,
        threads=threads,
        time_limit=asked.time_limit,
        target=asked.target,
        strict=asked.strict,
    )
    if asked.equilibrium and clamped.free:
        from invc.engine.equilibrium import DEFAULT_ENOUGH, equilibrium

        findings.equilibrium = equilibrium(
            problem, effort, enough=wanted_samples(findings) or DEFAULT_ENOUGH, progress=progress
        )
        return findings.equilibrium.result
    return run(problem, effort, near=trust.explain, progress=progress, watch=watch)


class _Bar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, *, enabled: bool) -> None:
        self.bar: Any = None
        if enabled:
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            self.bar = Progress(*columns, console=Console(stderr=True), transient=True)

    def __enter__(self) -> _Bar:
        if self.bar:
            self.bar.start()
            self.task = self.bar.add_task("sampling")
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.stop()

    def update(self, progress: Progress) -> None:
        """Show how far the run is."""
        if self.bar:
            text = f"{progress.reads} reads, {progress.verified_reads} verified"
            self.bar.update(
                self.task, description=f"{text}, {count(progress.answers, 'distinct answer')}"
            )


def _impossible(
    design: Design,
    asked: Asked,
    held: Sequence[Clamp],
    left_out: Sequence[Sequence[Clamp]],
    biases: Sequence[Bias],
    reason: str,
) -> dict[str, Any]:
    from invc.ask.results import provenance, question

    nothing = {"reads": 0, "verified_reads": 0, "strict_reads": 0, "sweeps": 0, "flips": 0}
    run = {**_options(asked), "reads": 0, "equilibrium": None}
    return {
        "status": "impossible",
        "reason": reason,
        "solutions": [],
        "clamps": list(asked.clamps),
        "forbid": list(asked.forbid),
        "bias": list(asked.bias),
        **nothing,
        "seconds": 0.0,
        "spins": design.model.spins,
        "free_spins": 0,
        "seed": asked.seed,
        **provenance(design, question(held, left_out, biases), run),
    }


def _report(
    design: Design,
    asked: Asked,
    clamped: Clamped,
    result: Result,
    status: str,
    findings: Findings,
) -> dict[str, Any]:
    proof = findings.proof
    proven = (
        [{"ports": dict(proof.answer), "reads": 0, "energy": 0, "proven": True}]
        if (proof and proof.answer)
        else []
    )
    return {
        "status": status,
        "solutions": [
            {
                "ports": dict(answer.ports),
                "reads": answer.reads,
                "energy": energy_of(design, answer.energy),
            }
            for answer in result.answers
        ]
        + proven,
        "clamps": list(asked.clamps),
        "forbid": list(asked.forbid),
        "bias": list(asked.bias),
        "reads": result.reads,
        "verified_reads": result.verified_reads,
        "strict_reads": result.strict_reads,
        "sweeps": result.sweeps,
        "spins": design.model.spins,
        "free_spins": clamped.free,
        "flips": result.flips,
        "seconds": result.seconds,
        "seed": result.seed,
        "dynamics": result.dynamics,
        "kernel": result.kernel,
        "chosen": result.chosen,
        "interrupted": result.interrupted,
    }


def _options(asked: Asked) -> dict[str, Any]:
    """The options of a run as a result file holds them."""
    return {
        "seed": asked.seed,
        "dynamics": asked.dynamics,
        "settings": dict(asked.settings),
        "sweeps": asked.sweeps,
        "beta": list(asked.beta) if asked.beta else None,
        "target": asked.target,
        "strict": asked.strict,
    }


def _provenance(
    design: Design,
    asked: Asked,
    held: Sequence[Clamp],
    left_out: Sequence[Sequence[Clamp]],
    biases: Sequence[Bias],
    result: Result,
    findings: Findings,
) -> dict[str, Any]:
    """How the run can be repeated and merged."""
    from invc.ask.results import provenance, question

    chains = findings.equilibrium
    run = {
        **_options(asked),
        "equilibrium": asdict(chains.setting) if chains else None,
        "reads": result.reads,
        "chosen": result.chosen,
        "kernel": result.kernel,
    }
    return provenance(design, question(held, left_out, biases), run)


def _status(result: Result, findings: Findings) -> str:
    if result.answers or (findings.proof and findings.proof.answer):
        return "found"
    if findings.proof and findings.proof.status == "impossible":
        return "impossible"
    return "none"


def _print_summary(result: Result, clamped: Clamped, verbose: bool, *, proving: bool) -> None:
    found = count(len(result.answers), "distinct answer") if result.answers else "no answer found"
    spins = f"{clamped.free} free of {count(len(clamped.values), 'spin')}"
    if clamped.free == 0:
        click.echo(f"{found}: every spin follows from the clamps")
    else:
        click.echo(
            f"{found}; {result.verified_reads} of {count(result.reads, 'read')} verified; "
            f"{spins}; {result.seconds:.2f} s"
        )
    if result.interrupted:
        click.echo("interrupted: this is what was found until then")
    elif not result.answers and not proving:
        why = (
            "none was found, which proves nothing" if result.reads else "no read ended in this time"
        )
        click.echo(f"hint: {why}; give a longer --time-limit")
    elif (
        result.answers
        and clamped.free
        and min(answer.reads for answer in result.answers) < FEW_READS
    ):
        click.echo("hint: some were found only once or twice, so there may be more: --reads N")
    if verbose:
        rate = result.flips / max(result.seconds, 1e-9) / 1e9
        click.echo(
            f"{result.chosen}\n{result.sweeps} sweeps, {result.flips:.3g} flips, "
            f"{rate:.3g} flips/ns, {result.strict_reads} reads with every gate satisfied, "
            f"seed {result.seed}"
        )
