"""The .hj file: a design as text, canonical and linear-time. Grammar in docs/formats.md."""

from invc.design.hj.reader import parse_design, read_design
from invc.design.hj.writer import format_design, model_hash, write_design

__all__ = ["format_design", "model_hash", "parse_design", "read_design", "write_design"]
