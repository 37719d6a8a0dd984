"""Cells with more ancillas, where they widen the smallest gap of the whole."""

from __future__ import annotations

from fractions import Fraction

from invc.library import gap_ratio, variants
from invc.mapping.mapper import Mapper
from invc.netlist import Netlist


def widen_gaps(netlist: Netlist, mapper: Mapper) -> Netlist:
    """Give each gate the variant of its cell with the fewest ancillas for the widest gap of all.

    What counts is the smallest gap ratio among the cells of the netlist, as all are scaled to
    one gap in the end: FA and HA at 1 become FA_A1 and HA_A1 at 2, AND2 has 2 already. A cell
    that cannot get wider holds the others back. Nets and gates stay what they are.
    """
    better = variants(mapper.library)
    used = {gate.function.name: mapper.library[gate.function.name] for gate in netlist.gates}
    choices = {name: (cell, *better.get(name, ())) for name, cell in used.items()}
    goal = min((gap_ratio(cells[-1]) for cells in choices.values()), default=Fraction(0))
    chosen = {
        name: next(cell for cell in cells if gap_ratio(cell) >= goal).function
        for name, cells in choices.items()
    }
    gates = []
    for gate in netlist.gates:
        function = chosen[gate.function.name]
        assert function is not None
        gates.append(gate._replace(function=function))
    return netlist.with_gates(tuple(gates))
