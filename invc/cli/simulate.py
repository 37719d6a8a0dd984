"""`invc simulate`: run a design forward, backward or partly clamped."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc import __version__
from invc.cli.pictures import Pictures, picture_options
from invc.cli.reporting import count, echo_answers, write_json
from invc.cli.states import echo_lowest, echo_states, energy_of

if TYPE_CHECKING:
    from invc.design import Clamped, Design
    from invc.simulate import Progress, Result

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
            low, high = (float(part) for part in value.split(":"))
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
    help="How p-bits move: gibbs, sc or ssa (docs/dynamics.md).  [auto]",
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
@click.option("--show", type=click.IntRange(0), default=20, show_default=True, help="Rows.")
@click.option("--radix", type=click.Choice(["dec", "hex", "bin"]), default="dec")
@click.option("--json", "json_file", metavar="FILE|-", help="Write the result; - is stdout.")
@picture_options
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
    show: int,
    radix: str,
    json_file: str | None,
    plot: str | None,
    html: str | None,
    vcd: str | None,
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
    """
    from invc.design import Contradiction, parse_clamps, presolve, read_design
    from invc.simulate import run

    pictures = Pictures(plot, html, vcd)
    design = read_design(file)
    held = parse_clamps(design.netlist, clamps)
    text_wanted = json_file != "-"
    try:
        clamped = presolve(design, held)
    except Contradiction as reason:
        if json_file:
            write_json(json_file, _impossible(design, clamps, seed, str(reason)))
        if text_wanted:
            click.echo(f"impossible: {reason}")
        pictures.say_unwritten()
        ctx.exit(IMPOSSIBLE)
    with _Bar(enabled=not quiet and sys.stderr.isatty()) as bar:
        result = run(
            design,
            clamped,
            dynamics=dynamics,
            settings=dict(settings),
            reads=reads,
            sweeps=sweeps,
            beta=beta,
            seed=seed,
            threads=threads,
            time_limit=time_limit,
            target=target,
            progress=pictures.and_progress(bar.update),
            watch=pictures.watch(design, clamped),
        )
    if json_file:
        write_json(json_file, _report(design, clamps, clamped, result))
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
            _print_summary(result, clamped, verbose)
    pictures.write(design, clamps, clamped, result)
    ctx.exit(FOUND if result.answers else NONE_FOUND)


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


def _impossible(design: Design, clamps: Sequence[str], seed: int, reason: str) -> dict[str, Any]:
    spins = design.model.spins
    nothing = {"reads": 0, "verified_reads": 0, "sweeps": 0, "flips": 0, "seconds": 0.0}
    return {
        "status": "impossible",
        "reason": reason,
        "solutions": [],
        "clamps": list(clamps),
        **nothing,
        "spins": spins,
        "free_spins": 0,
        "seed": seed,
        "version": __version__,
    }


def _report(
    design: Design, clamps: Sequence[str], clamped: Clamped, result: Result
) -> dict[str, Any]:
    return {
        "status": "found" if result.answers else "none",
        "solutions": [
            {
                "ports": dict(answer.ports),
                "reads": answer.reads,
                "energy": energy_of(design, answer.energy),
            }
            for answer in result.answers
        ],
        "clamps": list(clamps),
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
        "version": __version__,
    }


def _print_summary(result: Result, clamped: Clamped, verbose: bool) -> None:
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
    elif not result.answers:
        click.echo("hint: none was found, which proves nothing; give a longer --time-limit")
    elif clamped.free and min(answer.reads for answer in result.answers) < FEW_READS:
        click.echo("hint: some were found only once or twice, so there may be more: --reads N")
    if verbose:
        rate = result.flips / max(result.seconds, 1e-9) / 1e9
        click.echo(
            f"{result.chosen}\n{result.sweeps} sweeps, {result.flips:.3g} flips, "
            f"{rate:.3g} flips/ns, {result.strict_reads} reads with every gate satisfied, "
            f"seed {result.seed}"
        )
