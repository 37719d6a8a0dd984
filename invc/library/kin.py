"""Functions with names of their own, and the cells they are once pins are inverted or permuted."""

from __future__ import annotations

from collections.abc import Mapping

from invc.library.cell import Cell
from invc.library.expression import parse_specification
from invc.library.npn import find_kin
from invc.library.variants import without_variants

KIN: Mapping[str, str] = {
    "NAND2": "Y = ~(A & B)",
    "OR2": "Y = A | B",
    "NOR2": "Y = ~(A | B)",
    "ANDN2": "Y = A & ~B",
    "XNOR2": "Y = ~(A ^ B)",
    "NAND3": "Y = ~(A & B & C)",
    "OR3": "Y = A | B | C",
    "NOR3": "Y = ~(A | B | C)",
    "XNOR3": "Y = ~(A ^ B ^ C)",
    "MIN3": "Y = ~(A&B | B&C | A&C)",
    "NMUX2": "Y = ~(S ? B : A)",
    "OA21": "Y = (A | B) & C",
    "AOI21": "Y = ~(A&B | C)",
    "OAI21": "Y = ~((A | B) & C)",
    "OA22": "Y = (A | B) & (C | D)",
    "AOI22": "Y = ~(A&B | C&D)",
    "OAI22": "Y = ~((A | B) & (C | D))",
    "half subtractor": "D = A ^ B; BO = ~A & B",
    "full subtractor": "D = A ^ B ^ BI; BO = ~A & B | ~(A ^ B) & BI",
    "comparator bit, less": "LT = ~A & B | ~(A ^ B) & LI",
    "comparator bit, equal": "EQ = ~(A ^ B) & EI",
}


def connections(text: str, library: Mapping[str, Cell]) -> tuple[Cell, str] | None:
    """The cell of a function's class and how to connect it, as "FA(A=A, B=~B, ...)"."""
    made = parse_specification("X", text)
    return find_kin(made.pins, made.rows, without_variants(library).values())
