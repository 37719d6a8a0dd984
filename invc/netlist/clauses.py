"""Gates as clauses: what a SAT solver and a DIMACS file are given."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from invc.netlist.function import Function
from invc.netlist.netlist import FALSE, TRUE, Gate, Literal, Netlist

Clause: TypeAlias = tuple[Literal, ...]


@lru_cache(maxsize=1 << 10)
def clauses(function: Function) -> tuple[Clause, ...]:
    """Clauses over the pins of a function that hold exactly on its valid rows.

    Pin i is net i here: a literal is `2 * i`, plus 1 where it is inverted. For each output y = f
    an irredundant cover of f implies y and one of its complement implies not y, so that inputs
    give the outputs by unit propagation alone.
    """
    n = len(function.inputs)
    full = (1 << (1 << n)) - 1
    found: list[Clause] = []
    for k, table in enumerate(function.tables):
        for inverted, rows in ((0, table), (1, table ^ full)):
            output = 2 * (n + k) + inverted
            found += [(*(lit ^ 1 for lit in cube), output) for cube in cover(rows, n)]
    return tuple(found)


def cover(rows: int, inputs: int) -> tuple[Clause, ...]:
    """Cubes whose union is the given rows of a truth table, none of them redundant.

    Source: Minato, "Fast generation of prime-irredundant covers from binary decision diagrams",
    IEICE Trans. Fundamentals E76-A(6), 1993, on truth tables.
    """
    return _cover(rows, rows, inputs)[0]


@lru_cache(maxsize=1 << 14)
def _cover(needed: int, allowed: int, inputs: int) -> tuple[tuple[Clause, ...], int]:
    """Cubes that hold every needed row and only allowed ones, and the rows that they hold."""
    full = (1 << (1 << inputs)) - 1
    if needed == 0:
        return (), 0
    if allowed == full:
        return ((),), full
    top, half = inputs - 1, 1 << (inputs - 1)
    low = (1 << half) - 1
    need = needed & low, needed >> half
    may = allowed & low, allowed >> half
    zeros, held0 = _cover(need[0] & ~may[1], may[0], top)
    ones, held1 = _cover(need[1] & ~may[0], may[1], top)
    rest = need[0] & ~held0 | need[1] & ~held1
    both, held = _cover(rest, may[0] & may[1], top)
    cubes = (
        *both,
        *((*cube, 2 * top + 1) for cube in zeros),
        *((*cube, 2 * top) for cube in ones),
    )
    return cubes, (held0 | held) | (held1 | held) << half


def gate_clauses(gate: Gate) -> Iterator[Clause]:
    """The clauses of a gate over its own literals, constants folded, none that always hold."""
    for clause in clauses(gate.function):
        literals = dict.fromkeys(gate.pins[lit >> 1] ^ (lit & 1) for lit in clause)
        if TRUE in literals or any(lit ^ 1 in literals for lit in literals):
            continue
        yield tuple(lit for lit in literals if lit != FALSE)


def netlist_clauses(netlist: Netlist) -> Iterator[Clause]:
    """The clauses of all gates: satisfied by exactly the nets' values that satisfy the gates."""
    for gate in netlist.gates:
        yield from gate_clauses(gate)
