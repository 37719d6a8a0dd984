"""Models that no Verilog made: files of other programs to designs without gates."""

from invc.foreign.adopt import Adopted, adopt, ports_of
from invc.foreign.files import READERS, find_reader, import_file
from invc.foreign.terms import Terms, terms
from invc.foreign.whole import Whole, whole

__all__ = [
    "READERS",
    "Adopted",
    "Terms",
    "Whole",
    "adopt",
    "find_reader",
    "import_file",
    "ports_of",
    "terms",
    "whole",
]
