"""`invc lib`: look into the library."""

from __future__ import annotations

from pathlib import Path

import click

FOLDERS = click.option(
    "--lib",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder of your cells. May be repeated.",
)


@click.group()
def command() -> None:
    """List the cells, show one or all, or print what ABC reads."""


@command.command("list")
@FOLDERS
def list_cells(folders: tuple[Path, ...]) -> None:
    """List the cells with their spins, gap and function."""
    from invc.library import read_library

    for cell in read_library(*folders).values():
        spins = f"{len(cell.pins)}+{len(cell.ancillas)}"
        click.echo(f"{cell.name:10} {spins:>5} spins  gap {cell.gap:<3} {cell.text}")


@command.command("show")
@click.argument("name")
@FOLDERS
def show_cell(name: str, folders: tuple[Path, ...]) -> None:
    """Show the datasheet of a cell."""
    from invc.library import read_library
    from invc.library.datasheet import datasheet
    from invc.library.kin import KIN, connections

    library = read_library(*folders)
    if name not in library and name in KIN:
        found = connections(KIN[name], library)
        if found is not None:
            name = found[0].name
            click.echo(f"it is {found[1]}\n")
    click.echo(datasheet(library.find(name), library), nl=False)


@command.command("liberty")
@FOLDERS
def show_liberty(folders: tuple[Path, ...]) -> None:
    """Print the Liberty view that ABC maps by; area is spins."""
    from invc.library import liberty, read_library

    click.echo(liberty(read_library(*folders)), nl=False)


@command.command("markdown")
@FOLDERS
def show_page(folders: tuple[Path, ...]) -> None:
    """Print the page of all cells, as in docs/cells.md."""
    from invc.library import read_library
    from invc.library.datasheet import page

    click.echo(page(read_library(*folders)), nl=False)
