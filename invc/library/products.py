"""Short sums of products for small truth tables, for people to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

Cube = tuple[int, int]  # which variables it fixes, and their values, as bit masks


def expression(names: Sequence[str], on: Iterable[int], off: Iterable[int]) -> str:
    """A formula that is true on some rows and false on others, in the notation of lib-gen.

    A parity, or one of some variables and a sum of products of the others, else prime implicants
    taken greedily: short, not always shortest.

    Args:
        names: The variables; bit i of a row is the value of variable i.
        on: Rows where the formula is true.
        off: Rows where it is false; on any other row it may be either.
    """
    true, false = frozenset(on), frozenset(off)
    if not true or not false:
        return "1" if true else "0"
    direct = _sum_of_products(names, true, false)
    parity = _parity(names, true, false)
    others = [parity] if parity else list(_half_parities(names, true, false))
    shortest = min(others, key=len, default=direct)
    return shortest if len(shortest) <= len(direct) else direct


def _half_parities(names: Sequence[str], on: frozenset[int], off: frozenset[int]) -> Iterator[str]:
    """Formulas such as A ^ B&C: some variables as a parity, and a function of the others."""
    for mask in range(1, 1 << len(names)):
        odd = {row for row in on | off if (row & mask).bit_count() & 1}
        true = {row & ~mask for row in (on - odd) | (off & odd)}
        false = {row & ~mask for row in (on & odd) | (off - odd)}
        if true and false and not true & false:
            rest = _sum_of_products(names, frozenset(true), frozenset(false))
            inside = [name for k, name in enumerate(names) if mask >> k & 1]
            yield " ^ ".join([*inside, f"({rest})" if "|" in rest else rest])


def _parity(names: Sequence[str], on: frozenset[int], off: frozenset[int]) -> str | None:
    """The parity of some variables, or its complement, if that is the function."""
    for mask in range(1, 1 << len(names)):
        values = [{(row & mask).bit_count() & 1 for row in rows} for rows in (on, off)]
        if all(len(value) == 1 for value in values) and values[0] != values[1]:
            inside = " ^ ".join(name for k, name in enumerate(names) if mask >> k & 1)
            plain = values[0] == {1}
            return inside if plain else (f"~({inside})" if "^" in inside else f"~{inside}")
    return None


def _sum_of_products(names: Sequence[str], on: frozenset[int], off: frozenset[int]) -> str:
    left = set(on)
    cubes: list[Cube] = []
    while left:
        primes = {_prime(row, off, len(names)) for row in left}
        best = min(primes, key=lambda cube: (-_covered(cube, left), cube[0].bit_count(), cube))
        cubes.append(best)
        left -= {row for row in left if row & best[0] == best[1]}
    return " | ".join(_product(names, cube) for cube in cubes)


def _covered(cube: Cube, rows: Iterable[int]) -> int:
    return sum(row & cube[0] == cube[1] for row in rows)


def _prime(row: int, off: frozenset[int], variables: int) -> Cube:
    """The row with as many variables freed as leave it out of the off rows, in turn."""
    mask = (1 << variables) - 1
    for k in range(variables):
        wider = mask & ~(1 << k)
        if not any(other & wider == row & wider for other in off):
            mask = wider
    return mask, row & mask


def _product(names: Sequence[str], cube: Cube) -> str:
    mask, value = cube
    factors = [
        name if value >> k & 1 else f"~{name}" for k, name in enumerate(names) if mask >> k & 1
    ]
    return "&".join(factors)
