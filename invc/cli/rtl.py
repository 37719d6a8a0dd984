"""`invc rtl`: the p-bit circuit of a design as Verilog."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from invc.design import Clamp
    from invc.rtl.circuit import Circuit
    from invc.rtl.report import Report
    from invc.rtl.settings import Wishes

# Kept by hand, so that --help imports nothing; a test compares them with the circuits themselves.
ARCHITECTURES = ("parallel", "sparse", "gibbs", "inputs", "staged")
PARTS = ("ice40-hx1k", "ice40-up5k", "ice40-hx8k", "ecp5-25k", "ecp5-85k", "xc7a35t")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where the circuit goes.  [default: DESIGN_rtl]",
)
@click.option(
    "--arch",
    "architecture",
    type=click.Choice(ARCHITECTURES),
    default="parallel",
    show_default=True,
    help="All p-bits in each clock; a few from a memory; heat-bath p-bits, a colour in each; or "
    "only the inputs, the gates being plain logic.",
)
@click.option(
    "--dynamics",
    type=click.Choice(("sc", "ssa")),
    default="sc",
    show_default=True,
    help="What the p-bits do, as in 'invc simulate'.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting of the dynamics: i0, noise, every, density, stall, ramps; of gibbs beta and "
    "levels; of inputs staged, k and weight. May be repeated.",
)
@click.option(
    "--cycles",
    type=int,
    default=2048,
    show_default=True,
    help="Cycles of a run, over which the schedule is spread.",
)
@click.option(
    "-c",
    "--clamp",
    "clamps",
    multiple=True,
    metavar="NAME=VALUE",
    help="What the test bench holds, as in 'invc simulate'. May be repeated.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=0,
    show_default=True,
    help="Of the test bench.",
)
@click.option(
    "--replica",
    type=click.IntRange(0, 1023),
    default=0,
    show_default=True,
    help="The read of 'invc simulate' that the test bench repeats.",
)
@click.option(
    "--lanes",
    type=int,
    default=16,
    show_default=True,
    help="p-bits that a sparse circuit updates together.",
)
@click.option(
    "--interleave",
    "chains",
    type=int,
    default=1,
    show_default=True,
    help="Independent chains that take turns in a parallel circuit, for a faster clock.",
)
@click.option(
    "--runtime-registers", "registers", is_flag=True, help="A schedule that can be set by inputs."
)
@click.option(
    "--uart",
    "divider",
    type=click.IntRange(4, 1 << 20),
    metavar="CLOCKS",
    help="Put the circuit behind a serial line too, of so many clocks a bit: 104 for 115200 baud "
    "at 12 MHz.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Let a sparse circuit say whether every gate is right, which all others do: a register "
    "for each p-bit.",
)
@click.option("--check", is_flag=True, help="Compare every state with the software's here and now.")
@click.option(
    "--simulator",
    type=click.Choice(("auto", "iverilog", "verilator")),
    default="auto",
    show_default=True,
    help="What --check runs the circuit in.",
)
@click.option(
    "--report",
    "reported",
    is_flag=True,
    help="Synthesise it, place it where nextpnr is here, and tell how long a right state takes.",
)
@click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice(PARTS),
    help="An FPGA to report on. May be repeated.  [default: ice40-hx8k, ecp5-85k, xc7a35t]",
)
@click.option(
    "--train",
    "trains",
    is_flag=True,
    help="FILE has weights that 'invc train --method stream' found: write the circuit that finds "
    "them, and check it in its own bench.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but warnings.")
def command(file: Path, **options: Any) -> None:  # noqa: ANN401 - click's own
    """Write the p-bit circuit of a .hj file as Verilog, into a folder of its own.

    The circuit does in each clock what 'invc simulate --dynamics sc' does in a sweep, bit for bit,
    nothing being folded: --check shows it. Heat-bath p-bits and p-bits of inputs have software of
    their own that they equal. The folder has a self-checking test bench, a Makefile
    for simulators, synthesis, and place and route, and a README with the ports.

    \b
    invc rtl mult8.hj --clamp p=38243                       # mult8_rtl
    invc rtl mult8.hj -o mult8_sparse --arch sparse --lanes 8  # fits smaller parts
    invc rtl mlp.json --train                               # mlp_rtl: learns from a stream
    """
    if options["trains"]:
        _write_trainer(file, options)
        return
    from invc.cli.reporting import file_beside
    from invc.design import parse_clamps, read_design
    from invc.rtl.folder import check_new, write_folder
    from invc.rtl.settings import circuit_of

    design = read_design(file)
    folder = options["output"] or Path(file_beside(file, design.netlist.name, "_rtl").name)
    check_new(folder)
    held = parse_clamps(design.netlist, options["clamps"])
    circuit = circuit_of(design, held, _wishes(options))
    files, states, result = _built(circuit, held, options)
    write_folder(folder, files)
    if not options["quiet"]:
        _tell(circuit, folder, states, result)


def _write_trainer(file: Path, options: Mapping[str, Any]) -> None:
    """The circuit that trains what is in a file of weights."""
    from click.core import ParameterSource

    from invc.rtl.folder import check_new, write_folder
    from invc.training.hardware.folder import trainer_files
    from invc.training.trained import read_trained

    context = click.get_current_context()
    ours = ("file", "output", "trains", "quiet")
    for parameter in context.command.params:
        name = parameter.name or ""
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if given and name not in ours:
            raise click.UsageError(f"{parameter.opts[0]} is of p-bit circuits, not of --train")
    folder = options["output"] or Path(f"{file.stem}_rtl")
    check_new(folder)
    trained = read_trained(file)
    write_folder(folder, trainer_files(trained))
    if not options["quiet"]:
        click.echo(f"wrote {folder}: trainer; make -C {folder} compares it with the software")


def _wishes(options: Mapping[str, Any]) -> Wishes:
    from invc.rtl.settings import Wishes

    return Wishes(
        *(options["architecture"], options["dynamics"], _pairs(options["settings"])),
        *(options["cycles"], options["registers"], options["chains"], options["lanes"]),
        options["divider"] or 0,
        options["strict"],
    )


def _built(
    circuit: Circuit, held: Sequence[Clamp], options: Mapping[str, Any]
) -> tuple[dict[str, str], str, Report | None]:
    """The folder's files, what was compared, and the report, as far as that was wanted."""
    from invc.rtl.bench import expect
    from invc.rtl.check import check, choose_simulator
    from invc.rtl.parts import DEFAULT_PARTS, PARTS, check_fits
    from invc.rtl.project import project_files
    from invc.rtl.report import report
    from invc.rtl.software import Run

    cycles, seed, reported = options["cycles"], options["seed"], options["reported"]
    wanted = [PARTS[name] for name in options["parts"] or (DEFAULT_PARTS if reported else ())]
    for part in wanted:
        check_fits(circuit, part)
    simulator = options["simulator"]
    if options["check"] and simulator == "auto":
        simulator = choose_simulator(cycles * circuit.spins)
    files = project_files(expect(circuit, held, Run(seed, 0, options["replica"]), cycles))
    states = ""
    if options["check"]:
        states = f"{check(files, circuit.name, simulator)} states in {simulator}"
    if not reported:
        return files, states, None
    result = report(circuit, files, held, wanted, seed=seed, cycles=cycles)
    return {**files, "report.json": json.dumps(result.as_json(), indent=2) + "\n"}, states, result


def _tell(circuit: Circuit, folder: Path, states: str, result: Report | None) -> None:
    from invc.cli.reporting import count, wrote

    click.echo(f"{wrote(folder)}: {circuit.name}_chip, {count(circuit.pbits, 'p-bit')}")
    if states:
        click.echo(f"{states}, all as in the software")
    if result:
        _echo(result)


def _echo(result: Report) -> None:
    """What was found out, as tables."""
    from invc.cli.reporting import echo_table
    from invc.rtl.report import duration

    rows = []
    for built in result.built:
        seconds = result.seconds(built)
        clock = f"{built.megahertz:.1f} MHz" if built.megahertz else built.remark
        rows.append(
            [
                built.part,
                *map(str, (built.tables, built.flip_flops, built.carries, built.memories)),
                clock,
                "-" if seconds is None else duration(seconds),
            ]
        )
    echo_table(("part", "LUTs", "flip-flops", "carries", "memories", "clock", "time"), rows)
    timed, dumb = result.timed, result.baselines
    if timed and timed.times.mean is not None:
        hits, reads = timed.times.hits, len(timed.times.times)
        click.echo(
            f"first right state after {timed.times.mean:.1f} updates on average ({hits} of "
            f"{reads} replicas had one); here in software {duration(timed.here)}"
        )
    if dumb and dumb.counter is not None and dumb.chance is not None:
        click.echo(
            f"a counter over {1 << dumb.free} values takes {dumb.counter:.1f}, a random value in "
            f"each cycle {dumb.chance:.1f}"
        )


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    """The NAME=VALUE of every --set; a name given twice has its last value."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="'--set'")
        found[name] = value
    return found
