"""`invc stats`: what a design is made of, in numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc.cli.reporting import check_files, count, echo_table, write_json
from invc.diagnostics import printable

if TYPE_CHECKING:
    from invc.design import Statistics


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "json_file", metavar="FILE|-", help="Write the report; - is stdout.")
def command(file: Path, json_file: str | None) -> None:
    """Report the cells, coefficients, degrees and colours of a .hj FILE.

    \b
    invc stats mult8.hj
    invc stats mult8.hj --json -
    """
    from invc import __version__
    from invc.design import read_design, statistics

    check_files([json_file], [file])
    found = statistics(read_design(file))
    if json_file:
        write_json(json_file, as_json(found) | {"version": __version__})
    if json_file != "-":
        echo_summary(found)
        echo_details(found)


def echo_summary(found: Statistics) -> None:
    """Print the two lines that `synth` ends with."""
    gates = ", ".join(f"{cell.gates} {name}" for name, cell in found.cells.items()) or "no gates"
    click.echo(f"{printable(found.name)}: {gates}")
    click.echo(
        f"{count(found.spins, 'spin')} ({count(found.ancillas, 'ancilla')}), "
        f"{count(found.couplings, 'coupling')}, degree up to {found.max_degree}, "
        f"|h| up to {found.max_h}, |J| up to {found.max_J}, gap {found.min_gap}"
    )


def echo_gap(found: Statistics) -> None:
    """Print the smallest gap and whose it is."""
    click.echo(f"smallest gap {found.min_gap}, of {', '.join(found.min_gap_cells) or 'no cell'}")


def echo_details(found: Statistics) -> None:
    """Print the cells, the degrees, and what hardware has to have."""
    if found.cells:
        rows = [
            (name, *map(str, (use.gates, use.gates * use.ancillas, use.gap, use.largest)))
            for name, use in found.cells.items()
        ]
        echo_table(("cell", "gates", "ancillas", "gap", "largest"), rows)
        echo_gap(found)
    echo_table(("degree", "spins"), [(str(degree), str(n)) for degree, n in found.degrees.items()])
    click.echo(
        f"coefficients fit {count(found.bits, 'signed bit')}; "
        f"{count(found.colours, 'colour')}: spins of one can be updated at once"
    )


def as_json(found: Statistics) -> dict[str, Any]:
    """The statistics as a JSON report has them."""
    return {
        "top": found.name,
        "gates": {name: cell.gates for name, cell in found.cells.items()},
        "cells": {
            name: {"ancillas": cell.ancillas, "gap": cell.gap, "largest": cell.largest}
            for name, cell in found.cells.items()
        },
        "spins": found.spins,
        "ancillas": found.ancillas,
        "couplings": found.couplings,
        "max_h": found.max_h,
        "max_J": found.max_J,
        "bits": found.bits,
        "min_gap": found.min_gap,
        "min_gap_cells": list(found.min_gap_cells),
        "max_degree": found.max_degree,
        "degrees": {str(degree): spins for degree, spins in found.degrees.items()},
        "colours": found.colours,
    }
