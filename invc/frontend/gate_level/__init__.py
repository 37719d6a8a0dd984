"""Gate-level Verilog: instances of cells, primitives, assigns and a hierarchy, as it is."""

from invc.frontend.gate_level.flatten import read_gates

__all__ = ["read_gates"]
