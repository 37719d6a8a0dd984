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


def families() -> dict[str, Function]:
    """The gates that a netlist may instantiate without a definition: INV, BUF, AND2 to XNOR9."""
    found = {INV.name: INV, BUF.name: BUF}
    for count in range(2, 10):
        rows, last = range(1 << count), (1 << count) - 1
        every = 1 << last
        some = (1 << (1 << count)) - 2
        odd = sum((row.bit_count() & 1) << row for row in rows)
        for name, table in (("AND", every), ("OR", some), ("XOR", odd)):
            for prefix, flip in (("", 0), ("N", (1 << (1 << count)) - 1)):
                whole = f"{'XNOR' if name == 'XOR' and prefix else prefix + name}{count}"
                pins = tuple("ABCDEFGHI"[:count])
                found[whole] = Function(whole, pins, ("Y",), (table ^ flip,))
    return found
