"""`invc import`: a model of another program as a design, to be simulated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from invc.cli.reporting import count, file_beside, wrote
from invc.formats import readable

if TYPE_CHECKING:
    from invc.formats.adopt import Adopted

COARSE = 0.01  # of the smallest coefficient: a larger error is warned of


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The .hj file.  [FILE.hj]")
@click.option("--from", "form", type=click.Choice(readable()), help="Its format.  [as it looks]")
@click.option(
    "--vartype",
    type=click.Choice(["SPIN", "BINARY"], case_sensitive=False),
    help="What the variables of a COO file are that does not say it.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but warnings.")
def command(
    file: Path, output: Path | None, form: str | None, vartype: str | None, quiet: bool
) -> None:
    """Read an Ising or QUBO model of another program, to run it with 'invc simulate'.

    FILE is dimod's COO text, a .qubo file, a max-cut graph of the G-set, JSON (bqpjson or dimod's
    own), or an .npz of 'invc export'. Variables a[0], a[1], ... become a port a. Real
    coefficients become integers: exactly where a common factor allows it, else as finely as 31
    bits hold the couplings of one variable, and the error is said. Such a design has no gates: its
    answers are states, the lowest energy first, and energies are shown in the units of FILE.

    \b
    invc import model.coo -o model.hj
    invc simulate model.hj
    """
    from invc.ask.outputs import check_outputs
    from invc.design import write_design
    from invc.formats.files import import_file

    if output:
        check_outputs([str(output)], [file])
    adopted = import_file(file, form, vartype=vartype)
    target = output or file_beside(file, "model", ".hj")
    write_design(adopted.design, target)
    if adopted.clamps:
        click.echo(
            f"warning: a .hj file holds no clamps; give 'invc simulate' {_options(adopted)}",
            err=True,
        )
    if adopted.error > COARSE * adopted.least:
        click.echo(_warning(adopted), err=True)
    if not quiet and str(target) != "-":
        click.echo(_summary(adopted))
        click.echo(wrote(target))


def _warning(adopted: Adopted) -> str:
    """That small coefficients are hardly kept beside large ones."""
    return (
        f"warning: coefficients are wrong by up to {adopted.error:.2g}, the smallest of them is "
        f"{adopted.least:.3g}\n  hint: lower the penalties that make the largest so large"
    )


def _options(adopted: Adopted) -> str:
    shown = " ".join(f"--clamp {text}" for text in adopted.clamps[:4])
    more = len(adopted.clamps) - 4
    return f"{shown} and {more} more" if more > 0 else shown


def _summary(adopted: Adopted) -> str:
    model, scale = adopted.design.model, adopted.design.scale
    size = f"{count(model.spins, 'spin')}, {count(len(model.J), 'coupling')}"
    if adopted.error == 0:
        how = "as they are" if scale == 1 else f"times {scale:g}, exactly"
        return f"{size}; coefficients {how}"
    return (
        f"{size}; coefficients times {scale:.6g}, each wrong by up to {adopted.error:.2g}, "
        f"energies by up to {adopted.most:.2g}"
    )
