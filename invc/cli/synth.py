"""`invc synth`: compile Verilog to a sparse h/J netlist."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc import __version__
from invc.cli.options import with_options
from invc.cli.progress import bar_of
from invc.cli.reporting import check_files, echo_table, file_beside, write_json, wrote
from invc.cli.sources import OBJECTIVES, QUIET, REPORT, SOURCES, YOSYS, given_sources
from invc.cli.stats import as_json, echo_details, echo_gap, echo_summary
from invc.cli.stdin import as_users_name_it

if TYPE_CHECKING:
    from invc.design import Design, Statistics
    from invc.library import Limits
    from invc.pipeline import Check, Journal, Tool


OPTIONS = (
    click.option("-o", "--output", type=click.Path(path_type=Path), help="The .hj file.  [TOP.hj]"),
    *SOURCES,
    click.option(
        "--objective",
        type=OBJECTIVES,
        default="balanced",
        show_default=True,
        help="gap: ancillas that widen the smallest gap. "
        "spins: the fewest spins, of a smaller gap.",
    ),
    click.option(
        "--max-degree",
        type=click.IntRange(3),
        metavar="K",
        help="No spin has more than K couplings: nets become copies, joined in trees.",
    ),
    click.option(
        "--bits",
        type=click.IntRange(2, 31),
        metavar="B",
        help="Every h and J fits B signed bits, and so does its negative.",
    ),
    click.option(
        "--cycles",
        type=click.IntRange(1, 100_000),
        metavar="K",
        help="Unroll a clocked design over K edges of its clock; ports become NAME@CYCLE.",
    ),
    click.option(
        "--init",
        type=click.Choice(["source", "zero", "free"]),
        default="source",
        show_default=True,
        help="With --cycles, what registers hold at first. source: what initial values say, "
        "any value where there is none.",
    ),
    click.option(
        "--mine", is_flag=True, help="Solve new cells where they save spins; see 'invc mine'."
    ),
    click.option(
        "--mine-limit",
        type=click.FloatRange(0, min_open=True),
        default=60,
        show_default=True,
        help="Seconds for --mine.",
    ),
    click.option(
        "--prove",
        is_flag=True,
        help="Let Yosys prove the netlist equal to its source; no file is written otherwise.",
    ),
    click.option(
        "--prove-limit",
        type=click.FloatRange(0, min_open=True),
        default=300,
        show_default=True,
        help="Seconds for --prove.",
    ),
    click.option(
        "--check/--no-check",
        default=True,
        help="Compare the netlist with its source before it is written: "
        "proven where that is quick, else 4,096 vectors.",
    ),
    YOSYS,
    click.option(
        "--yosys-limit",
        type=click.FloatRange(0, min_open=True),
        default=1800,
        show_default=True,
        help="Seconds for a run of Yosys.",
    ),
    REPORT,
    QUIET,
    click.option("-v", "--verbose", is_flag=True, help="Print every step, and Yosys's own log."),
)


@click.command()
@with_options(*OPTIONS)
def command(options: Mapping[str, Any]) -> None:
    """Compile FILES to an Ising model whose ground states are the design's truth table.

    FILES are Verilog or SystemVerilog sources of a combinational design, or of a clocked one with
    --cycles; or one JSON netlist written by Yosys; - is standard input. -o - is standard output.

    \b
    invc synth multiplier.v -G W=8 -o mult8.hj
    invc synth top.sv leaf.v -I include -D FAST=1 --top top
    invc synth --netlist mapped.v
    invc synth counter.v --cycles 8 -o counter.hj
    """
    from invc.design import statistics, write_design
    from invc.pipeline import Journal, Tool

    journal = Journal()
    with (
        _Log(options["verbose"]) as log,
        bar_of("compiling", shown=not options["quiet"]) as bar,
    ):
        tool = Tool(options["yosys"], log.path, options["yosys_limit"], bar.say)
        design = as_users_name_it(_compiled(options, journal, tool))
    target = options["output"] or file_beside(Path("-"), design.netlist.name, ".hj")
    alone = options["json_file"] == "-" or str(target) == "-"
    write_design(design, target)
    journal.note("write", design.netlist, design.cells)
    found = statistics(design)
    if options["json_file"]:
        write_json(options["json_file"], _report(design, found, journal))
    if not options["quiet"] and not alone:
        _print(found, journal, options)
        seconds = sum(stage.seconds for stage in journal.stages)
        click.echo(f"{wrote(target)} in {seconds:.2f} s; {_checked(journal)}")


def _compiled(options: Mapping[str, Any], journal: Journal, tool: Tool) -> Design:
    """The design that the options ask for, of one moment or of several cycles."""
    from invc.library import read_library
    from invc.pipeline import synth

    sources = given_sources(options)
    written = [options["output"], options["json_file"]]
    check_files(written, [*sources.files, *sources.liberty, *options["lists"]])
    asked: dict[str, Any] = {
        "library": read_library(*options["folders"]),
        "objective": options["objective"],
        "limits": _limits(options),
        "check": _check(options),
        "tool": tool,
        "journal": journal,
    }
    if options["cycles"] is None:
        if options["init"] != "source":
            raise click.UsageError("--init goes with --cycles")
        mining = options["mine_limit"] if options["mine"] else None
        return synth(sources, mining=mining, **asked)
    from invc.sequential.compile import Time, synth_clocked

    if options["mine"]:
        raise click.UsageError("--mine does not go with --cycles")
    return synth_clocked(sources, Time(options["cycles"], options["init"]), **asked)


def _limits(options: Mapping[str, Any]) -> Limits | None:
    """What every spin is to be within, if anything."""
    from invc.library import Limits

    degree, bits = options["max_degree"], options["bits"]
    return Limits(degree, bits) if degree or bits else None


def _check(options: Mapping[str, Any]) -> Check:
    """How the netlist is to be checked."""
    from invc.pipeline import Check

    return Check(options["check"], options["prove_limit"] if options["prove"] else None)


def _print(found: Statistics, journal: Journal, options: Mapping[str, Any]) -> None:
    """The summary, and with -v every step and every detail."""
    if options["verbose"]:
        if journal.reader:
            click.echo(f"read by {journal.reader}")
        _print_stages(journal)
    echo_summary(found)
    if options["verbose"]:
        echo_details(found)
    elif _limits(options) is not None:
        echo_gap(found)


def _checked(journal: Journal) -> str:
    """How far the netlist is known to be what its source says."""
    if journal.agreement is None:
        return "not checked against its source"
    with_source = "to its source" if journal.agreement.proven else "with its source"
    copies = f"; {journal.cycles}" if journal.cycles else ""
    return f"{journal.agreement} {with_source}{copies}"


class _Log:
    """Where Yosys leaves its output while `-v` waits for it."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self.path: Path | None = None

    def __enter__(self) -> _Log:
        if self.wanted:
            import tempfile

            self.folder = tempfile.TemporaryDirectory(prefix="invc-log-")
            self.path = Path(self.folder.name) / "yosys.log"
        return self

    def __exit__(self, *_: object) -> None:
        if self.path is not None:
            if self.path.exists():
                click.echo(self.path.read_text(encoding="utf-8"), err=True, nl=False)
            self.folder.cleanup()


def _report(design: Design, found: Statistics, journal: Journal) -> dict[str, Any]:
    return as_json(found) | {
        "ports": {
            port.name: {"direction": port.direction, "width": len(port.bits)}
            for port in design.netlist.ports
        },
        "steps": [
            {
                "name": stage.name,
                "gates": stage.gates,
                "nets": stage.nets,
                "ancillas": stage.ancillas,
                "seconds": stage.seconds,
            }
            for stage in journal.stages
        ],
        "seconds": {
            name: sum(stage.seconds for stage in journal.stages if stage.name == name)
            for name in dict.fromkeys(stage.name for stage in journal.stages)
        },
        "checked": None
        if journal.agreement is None
        else {"proven": journal.agreement.proven, "vectors": journal.agreement.vectors},
        **({"compared": vars(journal.cycles)} if journal.cycles else {}),
        "yosys": journal.yosys,
        "version": __version__,
    }


def _print_stages(journal: Journal) -> None:
    """One row for what each step left; what it found is the row above."""
    rows = [
        (
            stage.name,
            *map(str, (stage.gates, stage.nets + stage.ancillas, stage.nets, stage.ancillas)),
            f"{stage.seconds:.3f} s",
        )
        for stage in journal.stages
    ]
    echo_table(("after", "gates", "spins", "nets", "ancillas", "time"), rows)
