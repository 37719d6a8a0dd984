"""Designs in the formats of other programs: one module for each, one way, out."""

from invc.export.formats import FORMATS, Format, export, find_format, losses
from invc.export.problem import Problem, minimised, prepare

__all__ = [
    "FORMATS",
    "Format",
    "Problem",
    "export",
    "find_format",
    "losses",
    "minimised",
    "prepare",
]
