"""Gates as clauses: what a SAT solver and a DIMACS file are given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from invc.netlist.function import Function
from invc.netlist.netlist import FALSE, TRUE, Literal, Netlist

Clause: TypeAlias = tuple[Literal, ...]
Table: TypeAlias = int  # bit r is set where row r is in

MOST_PRIMES = 6  # variables up to which all prime implicates are few


class Cube(NamedTuple):
    """The rows that agree with `word` on the variables of `mask`.

    As an implicate it is the clause that forbids exactly those rows.
    """

    mask: int
    word: int


class Constraint(NamedTuple):
    """What a gate still asks of its pins once some are known and some do not matter.

    Attributes:
        pins: Positions of the pins that it is about, ascending.
        forbidden: Cubes over those pins, bit i being pins[i]; none where nothing is asked, and
            the cube of all rows where no row is left.
    """

    pins: tuple[int, ...]
    forbidden: tuple[Cube, ...]


def netlist_clauses(netlist: Netlist) -> Iterator[Clause]:
    """The clauses of all gates: satisfied by exactly the nets' values that satisfy the gates."""
    for gate in netlist.gates:
        yield from clauses_over(gate.pins, forbidden(gate.function))


def clauses_over(pins: Sequence[Literal], cubes: Iterable[Cube]) -> Iterator[Clause]:
    """Clauses that forbid cubes over pins, constants folded, none that always hold."""
    for mask, word in cubes:
        literals = dict.fromkeys(
            pin ^ (word >> k & 1) for k, pin in enumerate(pins) if mask >> k & 1
        )
        if TRUE not in literals and not any(lit ^ 1 in literals for lit in literals):
            yield tuple(lit for lit in literals if lit != FALSE)


@lru_cache(maxsize=1 << 10)
def forbidden(function: Function) -> tuple[Cube, ...]:
    """Cubes that together are exactly the rows that a function does not have, bit i being pin i.

    For each output y = f an irredundant cover of f forbids that y is 0 and one of its complement
    that y is 1, so that inputs give the outputs by unit propagation alone. SAT solvers are as fast
    with these as with all prime implicates, of which there are a third more.
    """
    n = len(function.inputs)
    found: list[Cube] = []
    for k, table in enumerate(function.tables):
        y = 1 << (n + k)
        found += [Cube(mask | y, word) for mask, word in cover(table, n)]
        found += [Cube(mask | y, word | y) for mask, word in cover(table ^ _full(n), n)]
    return tuple(found)


@lru_cache(maxsize=1 << 16)
def constraint_of(function: Function, mask: int, word: int, ignored: int) -> Constraint:
    """The constraint of a gate on its other pins.

    Args:
        function: What the gate computes.
        mask: Pins whose values are known.
        word: Their values, 0 elsewhere.
        ignored: Pins that may have any value, because nobody reads them.
    """
    count = len(function.pins)
    left = [i for i in range(count) if not (mask | ignored) >> i & 1]
    rows = 0
    for row in function.rows:
        if (row ^ word) & mask == 0:
            rows |= 1 << sum((row >> i & 1) << k for k, i in enumerate(left))
    return _compact(left, implicates(rows, len(left)))


def _compact(pins: list[int], cubes: tuple[Cube, ...]) -> Constraint:
    """Without the pins that no cube mentions."""
    used = [k for k in range(len(pins)) if any(cube.mask >> k & 1 for cube in cubes)]

    def moved(word: int) -> int:
        return sum((word >> k & 1) << to for to, k in enumerate(used))

    kept = tuple(Cube(moved(cube.mask), moved(cube.word)) for cube in cubes)
    return Constraint(tuple(pins[k] for k in used), kept)


def implicates(rows: Table, variables: int) -> tuple[Cube, ...]:
    """Cubes that together forbid exactly the rows that are not in a relation.

    All prime implicates where there are few variables, so that unit propagation finds all that
    follows from known pins; an irredundant set of them beyond, where all would be too many.
    """
    off = rows ^ _full(variables)
    cubes = _all_primes(off, variables) if variables <= MOST_PRIMES else cover(off, variables)
    return tuple(sorted(cubes))


def _full(variables: int) -> Table:
    return (1 << (1 << variables)) - 1


def _all_primes(table: Table, variables: int) -> set[Cube]:
    """Every largest cube inside a set of rows.

    Source: Quine, https://doi.org/10.1080/00029890.1955.11988710; McCluskey,
    https://doi.org/10.1002/j.1538-7305.1956.tb03835.x.
    """
    every = (1 << variables) - 1
    level = {Cube(every, row) for row in range(1 << variables) if table >> row & 1}
    primes: set[Cube] = set()
    while level:
        merged: set[Cube] = set()
        wider: set[Cube] = set()
        for mask, word in level:
            for bit in (1 << k for k in range(variables)):
                if mask & bit and Cube(mask, word ^ bit) in level:
                    merged.add(Cube(mask, word))
                    wider.add(Cube(mask ^ bit, word & ~bit))
        primes |= level - merged
        level = wider
    return primes


def cover(rows: Table, variables: int) -> tuple[Cube, ...]:
    """Cubes whose union is the given rows of a truth table, none of them redundant.

    Source: Minato, "Fast generation of prime-irredundant covers from binary decision diagrams",
    IEICE Trans. Fundamentals E76-A(6), 1993, on truth tables.
    """
    return _cover(rows, rows, variables)[0]


@lru_cache(maxsize=1 << 14)
def _cover(needed: Table, allowed: Table, variables: int) -> tuple[tuple[Cube, ...], Table]:
    """Cubes that hold every needed row and only allowed ones, and the rows that they hold."""
    if needed == 0:
        return (), 0
    if allowed == _full(variables):
        return (Cube(0, 0),), allowed
    top = variables - 1
    half = bit = 1 << top
    low = _full(top)
    need = needed & low, needed >> half
    may = allowed & low, allowed >> half
    zeros, held0 = _cover(need[0] & ~may[1], may[0], top)
    ones, held1 = _cover(need[1] & ~may[0], may[1], top)
    rest = need[0] & ~held0 | need[1] & ~held1
    both, held = _cover(rest, may[0] & may[1], top)
    cubes = (
        *both,
        *(Cube(mask | bit, word) for mask, word in zeros),
        *(Cube(mask | bit, word | bit) for mask, word in ones),
    )
    return cubes, (held0 | held) | (held1 | held) << half
