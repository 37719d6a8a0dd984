"""Clauses of a Boolean relation, from its truth table."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from invc.netlist import Function

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


@lru_cache(maxsize=1 << 16)
def clauses_of(function: Function, mask: int, word: int, ignored: int) -> Constraint:
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
    for row in range(1 << count):
        if function.relation >> row & 1 and (row ^ word) & mask == 0:
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
    cubes = _all_primes(off, variables) if variables <= MOST_PRIMES else _cover(off, off, variables)
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


def _cover(least: Table, most: Table, variables: int) -> list[Cube]:
    """Cubes that cover all rows of `least` and none outside `most`; none can be left out.

    Source: Minato, "Fast generation of irredundant sum-of-products forms", SASIMI 1992.
    """
    if not least:
        return []
    if most == _full(variables):
        return [Cube(0, 0)]
    top = variables - 1
    half, bit = 1 << top, 1 << top
    low = _full(top)
    least0, least1, most0, most1 = least & low, least >> half, most & low, most >> half
    only0 = _cover(least0 & ~most1, most0, top)
    only1 = _cover(least1 & ~most0, most1, top)
    rest = least0 & ~_union(only0, top) | least1 & ~_union(only1, top)
    both = _cover(rest, most0 & most1, top)
    return [
        *(Cube(mask | bit, word) for mask, word in only0),
        *(Cube(mask | bit, word | bit) for mask, word in only1),
        *both,
    ]


def _union(cubes: Iterable[Cube], variables: int) -> Table:
    """The rows in any of the cubes."""
    table = 0
    for mask, word in cubes:
        rows, width = 1, 1
        for k in range(variables):
            here = mask >> k & 1
            if not here:
                rows |= rows << width
            elif word >> k & 1:
                rows <<= width
            width *= 2
        table |= rows
    return table
