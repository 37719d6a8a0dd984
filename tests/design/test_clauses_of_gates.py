"""Which gates become clauses of two literals, for all that may be known of their pins."""

from collections.abc import Iterable
from itertools import combinations, product

import pytest

from invc.design.split import Clause, _clauses
from invc.library import hamlib
from invc.netlist import Function
from typed import sure

CELLS = ("AND2", "AND3", "AO21", "AO22", "MAJ3", "MUX2", "XOR2", "HA", "FA", "XA21")
FUNCTIONS = [sure(hamlib()[name].function) for name in CELLS]


def ruled_out(clauses: Iterable[Clause], row: int) -> bool:
    return any(all(row >> pin & 1 == value for pin, value in clause) for clause in clauses)


@pytest.mark.parametrize("function", FUNCTIONS, ids=CELLS)
def test_clauses_are_what_is_left_of_a_function_and_none_too_many(function: Function) -> None:
    count = len(function.pins)
    some = 0
    for values in product((None, 0, 1), repeat=count):
        known = sum((1 + 2 * v) << 2 * i for i, v in enumerate(values) if v is not None)
        free = [i for i, v in enumerate(values) if v is None]
        held = sum(v << i for i, v in enumerate(values) if v)
        rows = [
            held | sum(1 << i for i in chosen)
            for n in range(len(free) + 1)
            for chosen in combinations(free, n)
        ]
        valid = [row in function.rows for row in rows]
        found = _clauses(function, known)
        pairs = [
            ((a, x), (b, y)) for a, b in combinations(free, 2) for x, y in product((0, 1), repeat=2)
        ]
        follow = [
            pair
            for pair in pairs
            if not any(ok and ruled_out([pair], row) for row, ok in zip(rows, valid, strict=True))
        ]
        enough = all(ok != ruled_out(follow, row) for row, ok in zip(rows, valid, strict=True))
        if len(free) == count or not enough:
            assert found is None
            continue
        clauses = sure(found)
        some += 1
        assert set(clauses) <= set(follow)
        assert [ruled_out(clauses, row) for row in rows] == [not ok for ok in valid]
        for clause in clauses:
            others = [other for other in clauses if other != clause]
            assert any(ruled_out(clauses, row) != ruled_out(others, row) for row in rows)
    assert some
