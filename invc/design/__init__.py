"""Designs: what a .hj file holds, and what a user's clamps make of it."""

from invc.design.bias import Bias, Biased, bias_design, parse_biases
from invc.design.clamps import Clamp, bit_names, decode, parse_clamps, parse_combination
from invc.design.design import Design
from invc.design.hj import format_design, model_hash, parse_design, read_design, write_design
from invc.design.presolve import Clamped, Contradiction, presolve
from invc.design.statistics import CellUse, Statistics, statistics

__all__ = [
    "Bias",
    "Biased",
    "CellUse",
    "Clamp",
    "Clamped",
    "Contradiction",
    "Design",
    "Statistics",
    "bias_design",
    "bit_names",
    "decode",
    "format_design",
    "model_hash",
    "parse_biases",
    "parse_clamps",
    "parse_combination",
    "parse_design",
    "presolve",
    "read_design",
    "statistics",
    "write_design",
]
