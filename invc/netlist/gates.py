"""The functions that readers emit by name, before any library is asked."""

from __future__ import annotations

from invc.netlist.function import Function

INV = Function("INV", ("A",), ("Y",), (0b01,))
BUF = Function("BUF", ("A",), ("Y",), (0b10,))
AND2 = Function("AND2", ("A", "B"), ("Y",), (0x8,))
XOR2 = Function("XOR2", ("A", "B"), ("Y",), (0x6,))
MUX2 = Function("MUX2", ("A", "B", "S"), ("Y",), (0xCA,))
HA = Function("HA", ("A", "B"), ("S", "C"), (0x6, 0x8))
FA = Function("FA", ("A", "B", "CI"), ("S", "CO"), (0x96, 0xE8))
