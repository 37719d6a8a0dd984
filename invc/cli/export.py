"""`invc export`: a design in the format of another program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from invc.cli.reporting import count, file_beside, wrote
from invc.formats import writable

if TYPE_CHECKING:
    from invc.formats.format import Format
    from invc.formats.outgoing import Outgoing


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", "form", required=True, type=click.Choice(writable()), help="The format.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file.  [beside FILE]")
@click.option(
    "-c",
    "--clamp",
    "clamps",
    multiple=True,
    metavar="NAME=VALUE",
    help="Hold bits, as in 'invc simulate'. May be repeated.",
)
@click.option(
    "--fold/--keep",
    default=True,
    show_default=True,
    help="Take held spins, and those that follow from them, out of the model; or keep them in "
    "and name the clamps beside it.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but warnings.")
def command(
    file: Path,
    form: str,
    output: Path | None,
    clamps: tuple[str, ...],
    fold: bool,
    quiet: bool,
) -> None:
    """Write a design for another solver, with names, offset and clamps where it can hold them.

    dimod is COO text, or JSON where the file's name ends in .json; dimacs is the CNF of the
    gates for SAT solvers; thrml is a Python module. Every file states its sign in a comment
    where it can have one. Exit status 4: the clamps are impossible.

    \b
    invc export mult8.hj --to dimod -o mult8.json
    invc export mult8.hj --to qubo --clamp p=38243
    invc export mult8.hj --to dimacs --clamp p=38243
    """
    from invc.ask.outputs import check_outputs
    from invc.design import parse_clamps, read_design
    from invc.formats.files import export, find_format, losses

    design = read_design(file)
    held = parse_clamps(design.netlist, clamps)
    chosen = find_format(form, output)
    target = output or file_beside(file, design.netlist.name, chosen.suffix)
    check_outputs([str(target)], [file])
    outgoing = export(design, chosen, target, held, fold=fold)
    lost = losses(chosen, outgoing)
    if lost:
        where = "; its comments tell" if chosen.comments else ""
        click.echo(f"warning: {form} has no place for {', '.join(lost)}{where}", err=True)
    if not quiet and str(target) != "-":
        click.echo(_summary(target, chosen, outgoing))


def _summary(target: Path, form: Format, outgoing: Outgoing) -> str:
    if form.gates:
        return f"{wrote(target)}: {count(outgoing.netlist.net_count, 'variable')}"
    model = outgoing.model
    folded = f", {len(outgoing.folded)} folded" if outgoing.folded else ""
    remark = f"; {form.remark(outgoing)}" if form.remark else ""
    return (
        f"{wrote(target)}: {count(model.spins, 'spin')}{folded}, "
        f"{count(len(model.J), 'coupling')}, offset {model.offset}{remark}"
    )
