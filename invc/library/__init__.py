"""Cells: their data, the solver that finds them, the proof, and the view that ABC reads."""

from invc.library.cell import Cell, gap_ratio
from invc.library.liberty import liberty
from invc.library.library import Library, builtin_folder, hamlib, read_folder, read_library
from invc.library.limits import Limits, cells_within
from invc.library.proof import faults
from invc.library.toml import format_cell, read_cell, write_cell
from invc.library.variants import cells_to_map, variants, without_variants

__all__ = [
    "Cell",
    "Library",
    "Limits",
    "builtin_folder",
    "cells_to_map",
    "cells_within",
    "faults",
    "format_cell",
    "gap_ratio",
    "hamlib",
    "liberty",
    "read_cell",
    "read_folder",
    "read_library",
    "variants",
    "without_variants",
    "write_cell",
]
