"""`invc mine`: find the cells that would save a design most spins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc.cli.options import with_options
from invc.cli.reporting import check_files, count, echo_table, write_json
from invc.cli.sources import OBJECTIVES, QUIET, REPORT, SOURCES, YOSYS, given_sources

if TYPE_CHECKING:
    from invc.mapping.mine import Ore, Yield

MOST_TEXT = 60  # characters of a function in the table


OPTIONS = (
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder for the cells that are used; made if missing.",
    ),
    *SOURCES,
    click.option(
        "--objective",
        type=OBJECTIVES,
        default="balanced",
        show_default=True,
        help="What the design is mapped by first, as in 'invc synth'.",
    ),
    click.option(
        "--inputs",
        type=click.IntRange(2, 6),
        default=5,
        show_default=True,
        help="Most inputs of a cell.",
    ),
    click.option(
        "--outputs",
        type=click.IntRange(1, 3),
        default=2,
        show_default=True,
        help="Most outputs of a cell.",
    ),
    click.option(
        "--time-limit",
        type=click.FloatRange(0, min_open=True),
        default=60,
        show_default=True,
        help="Seconds for solving cells.",
    ),
    click.option(
        "--show", type=click.IntRange(0), default=20, show_default=True, help="Rows of the table."
    ),
    YOSYS,
    REPORT,
    QUIET,
)


@click.command()
@with_options(*OPTIONS)
def command(options: Mapping[str, Any]) -> None:
    """List the groups of gates in FILES for which cells of their own would save spins.

    The design is mapped as by 'invc synth'. Its most promising cones, of few inputs and outputs,
    are solved as by 'invc lib-gen', up to inverted and permuted pins, and put in their place;
    'invc synth --lib DIR' does so too with the cells in DIR. Savings are counted, not estimated.

    \b
    invc mine alu.v
    invc mine alu.v --time-limit 600 -o my_cells
    """
    from invc.library import read_library
    from invc.mapping.mine import SHAPE
    from invc.pipeline import Tool, mine, synth

    library = read_library(*options["folders"])
    objective, output = options["objective"], options["output"]
    sources = given_sources(options)
    check_files([options["json_file"]], [*sources.files, *sources.liberty])
    design = synth(sources, library=library, objective=objective, tool=Tool(options["yosys"]))
    found = mine(
        design.netlist,
        library,
        objective=objective,
        time_limit=options["time_limit"],
        shape=SHAPE._replace(inputs=options["inputs"], outputs=options["outputs"]),
    )
    if output is not None and found.used:
        _write(found, output)
    if options["json_file"]:
        write_json(options["json_file"], _report(design.netlist.name, found))
    if not options["quiet"] and options["json_file"] != "-":
        _print(design.netlist.name, found, options["show"], output)


def _write(found: Yield, folder: Path) -> None:
    from invc.diagnostics import InvcError
    from invc.library import write_cell

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvcError(f"cannot make it: {reason}", where=str(folder)) from error
    for name, cell in found.cells.items():
        write_cell(cell, folder / f"{name}.toml")


def _report(name: str, found: Yield) -> dict[str, Any]:
    from invc import __version__
    from invc.library import gap_ratio

    return {
        "top": name,
        "spins": found.spins,
        "spins_with_cells": found.left,
        "used": dict(found.used),
        "untried": found.untried,
        "classes": [
            {
                "name": ore.lode.function.name,
                "function": ore.text,
                "cones": ore.lode.apart,
                "spins": ore.lode.spins,
                "most_saved": ore.lode.most,
                "saved": ore.saved,
                "ancillas": len(ore.cell.ancillas) if ore.cell else None,
                "gap_ratio": str(gap_ratio(ore.cell)) if ore.cell else None,
                "outcome": ore.why,
            }
            for ore in found.ores
        ],
        "version": __version__,
    }


def _print(name: str, found: Yield, show: int, folder: Path | None) -> None:
    if found.ores and show:
        head = ("class", "cones", "spins", "saves", "ancillas", "gap ratio", "outcome", "function")
        echo_table(head, [_row(ore) for ore in found.ores[:show]])
    left = len(found.ores[show:])
    if left:
        click.echo(f"and {left} more (--show N)")
    if found.untried:
        click.echo(f"{found.untried} classes were not tried: give a longer --time-limit")
    used = ", ".join(f"{number} {cell}" for cell, number in found.used.items())
    saved = found.spins - found.left
    if not saved:
        click.echo(f"{name}: {found.spins} spins; no new cell saves any")
        return
    click.echo(f"{name}: {found.left} instead of {found.spins} spins with {used}")
    if folder is not None:
        number = count(len(found.used), "cell")
        click.echo(f"wrote {number} to {folder}: 'invc synth --lib {folder}' uses them")


def _row(ore: Ore) -> tuple[str, ...]:
    from invc.library import gap_ratio

    lode, cell = ore.lode, ore.cell
    text = ore.text if len(ore.text) <= MOST_TEXT else ore.text[: MOST_TEXT - 3] + "..."
    return (
        lode.function.name,
        str(lode.apart),
        str(lode.spins),
        str(ore.saved) if cell else f"at most {lode.most}" if not ore.solved else "none",
        str(len(cell.ancillas)) if cell else "",
        str(gap_ratio(cell)) if cell else "",
        ore.why,
        text,
    )
