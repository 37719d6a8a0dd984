"""The library: the built-in cells of hamlib and a user's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import invc
from invc.diagnostics import InvcError, nearest
from invc.library.cell import Cell
from invc.library.proof import contradictions, faults
from invc.library.toml import read_cell


@dataclass(frozen=True)
class Library(Mapping[str, Cell]):
    """Cells by name.

    Attributes:
        cells: All of them.
        own: Names of the cells that a user added.
    """

    cells: Mapping[str, Cell] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Cell:
        return self.cells[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    def find(self, name: str) -> Cell:
        """A cell by name.

        Raises:
            InvcError: There is none; the hint names the nearest.
        """
        if name not in self.cells:
            raise InvcError(f"no cell is called {name!r}", hint=nearest(name, self.cells))
        return self.cells[name]


def builtin_folder() -> Path:
    """Where hamlib's cells are: inside the package once installed, else beside it."""
    package = Path(invc.__file__).parent
    inside = package / "hamlib"
    return inside if inside.is_dir() else package.parent / "hamlib"


def cell_files(folder: Path) -> list[Path]:
    """The files of a folder of cells, by name.

    Raises:
        InvcError: It is no folder.
    """
    if not folder.is_dir():
        raise InvcError(
            "no such folder of cells", where=str(folder), hint="'invc lib-gen -o' makes one"
        )
    return sorted(folder.glob("*.toml"))


def read_file(path: Path) -> Cell:
    """The cell of a file, which has its name.

    Raises:
        InvcError: It cannot be read, is no cell, or is the file of another.
    """
    cell = read_cell(path)
    if path.stem != cell.name:
        raise InvcError(
            f"this file holds cell {cell.name!r}", where=str(path), hint=f"call it {cell.name}.toml"
        )
    return cell


def read_folder(folder: Path) -> dict[str, Cell]:
    """Every cell of a folder, by name, in the order of the file names.

    Raises:
        InvcError: It is no folder, or one of its files is no cell.
    """
    return {path.stem: read_file(path) for path in cell_files(folder)}


@cache
def hamlib() -> Library:
    """The built-in cells, unproven: `invc lib-check` proves them."""
    return Library(read_folder(builtin_folder()))


def read_library(*folders: Path) -> Library:
    """The built-in cells and those of a user's folders, which win and are proven as they load.

    Raises:
        InvcError: A user's cell is not what it says.
    """
    cells = dict(hamlib().cells)
    own: set[str] = set()
    for folder in folders:
        for cell in read_folder(folder).values():
            wrong = faults(cell) + contradictions(cell)
            if wrong:
                raise InvcError(
                    f"cell {cell.name}: {wrong[0]}",
                    where=str(folder / f"{cell.name}.toml"),
                    hint="make it again with 'invc lib-gen'; 'invc lib-check' proves it",
                )
            cells[cell.name] = cell
            own.add(cell.name)
    return Library(cells, frozenset(own))
