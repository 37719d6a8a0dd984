"""Designs: what a .hj file holds, and what a user's clamps make of it."""

from invc.design.clamps import Clamp, bit_names, decode, parse_clamps
from invc.design.design import Design
from invc.design.hj import format_design, parse_design, read_design, write_design
from invc.design.presolve import Clamped, Contradiction, presolve
from invc.design.statistics import CellUse, Statistics, statistics

__all__ = [
    "CellUse",
    "Clamp",
    "Clamped",
    "Contradiction",
    "Design",
    "Statistics",
    "bit_names",
    "decode",
    "format_design",
    "parse_clamps",
    "parse_design",
    "presolve",
    "read_design",
    "statistics",
    "write_design",
]
