"""The Liberty view of a library: what ABC reads to map by spins.

ABC minimises whatever Liberty calls area, so area is the spins that a cell adds: its output and
its ancillas. Polarity lives on pins and costs nothing, so inverters and buffers are almost free
(not free: ABC would then place them without need).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from invc.library.cell import Cell
from invc.library.variants import cells_to_map
from invc.netlist import Function
from invc.netlist.gates import BUF, INV

FREE = 0.001
# A parity can still be paired with an AND or a majority of the same inputs, so ties go to it.
PAIRED = 0.01
MAX_INPUTS = 6  # what ABC's supergates can use


def liberty(
    library: Mapping[str, Cell],
    least_ratio: Fraction = Fraction(0),
    *,
    max_degree: int | None = None,
) -> str:
    """Liberty text: the single-output functions to map to, an inverter and a buffer.

    Args:
        library: Cells by name.
        least_ratio: Cells of a smaller gap ratio are left out.
        max_degree: Couplings of a spin; beyond them nets become copies, which are spins as well.
    """
    parts = [_cell(INV, FREE), _cell(BUF, FREE)]
    parts += [
        _cell(cell.function, _area(cell, max_degree) - (PAIRED if _is_parity(cell.function) else 0))
        for cell in cells_to_map(library, least_ratio).values()
        if cell.function is not None
        and len(cell.function.outputs) == 1
        and 2 <= len(cell.function.inputs) <= MAX_INPUTS
    ]
    return "library(hamlib) {\n" + "".join(parts) + "}\n"


def _area(cell: Cell, max_degree: int | None) -> float:
    """The spins that a gate adds: its output, its ancillas, and its share of copies of nets.

    A net of W couplings is about (W - 2) / (K - 2) spins where K is the most that one may have.
    """
    spins = 1 + len(cell.ancillas)
    if max_degree is None:
        return spins
    couplings = int(cell.model.degrees[: len(cell.pins)].sum())
    return spins + round((couplings - 2) / (max_degree - 2), 4)


def _cell(function: Function, area: float) -> str:
    inputs = "".join(f"    pin({pin}) {{ direction: input; }}\n" for pin in function.inputs)
    (output,), (table,) = function.outputs, function.tables
    return (
        f"  cell({function.name}) {{\n    area: {area};\n{inputs}"
        f'    pin({output}) {{ direction: output; function: "{_expression(function, table)}"; }}\n'
        "  }\n"
    )


def _is_parity(function: Function) -> bool:
    size = 1 << len(function.inputs)
    odd = sum(1 << row for row in range(size) if row.bit_count() & 1)
    return function.tables[0] in {odd, odd ^ ((1 << size) - 1)}


def _expression(function: Function, table: int) -> str:
    """A sum of minterms: long, but right for every table."""
    terms = []
    for row in range(1 << len(function.inputs)):
        if table >> row & 1:
            factors = [pin if row >> i & 1 else f"!{pin}" for i, pin in enumerate(function.inputs)]
            terms.append("(" + "&".join(factors) + ")")
    return "|".join(terms) or "0"
