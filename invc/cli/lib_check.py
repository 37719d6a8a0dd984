"""`invc lib-check`: prove every cell of the library again."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--lib",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder of your cells, checked as well. May be repeated.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only what is wrong.")
@click.pass_context
def command(ctx: click.Context, folders: tuple[Path, ...], quiet: bool) -> None:
    """Enumerate every state of every cell: energies, gap, rows and ancilla words.

    Exits 1 and names each cell whose file does not say what its Hamiltonian does.
    """
    from invc.library import builtin_folder, read_folder
    from invc.library.expression import parse_specification
    from invc.library.proof import faults

    checked = bad = 0
    for folder in (builtin_folder(), *folders):
        for cell in read_folder(folder).values():
            wrong = faults(cell)
            if not cell.text.startswith("module "):
                stated = parse_specification(cell.name, cell.text)
                if (stated.pins, stated.rows) != (cell.pins, cell.rows):
                    wrong.append("its rows are not those of its function's text")
            checked += 1
            for fault in wrong:
                click.echo(f"{folder / cell.name}.toml: error: {fault}", err=True)
            bad += bool(wrong)
            if not quiet and not wrong:
                ancillas = f", {len(cell.ancillas)} ancillas" if cell.ancillas else ""
                click.echo(f"{cell.name}: proven, gap {cell.gap}{ancillas}")
    if not quiet:
        click.echo(f"{checked - bad} of {checked} cells proven")
    ctx.exit(1 if bad else 0)
