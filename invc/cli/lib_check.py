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
    from invc.library import builtin_folder
    from invc.library.library import cell_files

    paths = [path for folder in (builtin_folder(), *folders) for path in cell_files(folder)]
    bad = sum(not _check(path, quiet) for path in paths)
    if not quiet:
        click.echo(f"{len(paths) - bad} of {len(paths)} cells proven")
    ctx.exit(1 if bad else 0)


def _check(path: Path, quiet: bool) -> bool:
    """Prove the cell of one file and say so."""
    from invc.diagnostics import InvcError
    from invc.library.library import read_file
    from invc.library.proof import contradictions, faults

    try:
        cell = read_file(path)
    except InvcError as error:
        click.echo(str(error), err=True)
        return False
    wrong = faults(cell) + contradictions(cell)
    for fault in wrong:
        click.echo(f"{path}: error: {fault}", err=True)
    if not wrong and not quiet:
        count = len(cell.ancillas)
        ancillas = f", {count} ancilla{'s' * (count > 1)}" if count else ""
        click.echo(f"{cell.name}: proven, gap {cell.gap}{ancillas}")
    return not wrong
