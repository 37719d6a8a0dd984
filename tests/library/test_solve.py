"""The cell solver: what it finds is proven, minimal and the same for kin; what it cannot, it says."""

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pulp
import pytest

from invc.diagnostics import InvcError
from invc.ising import all_energies
from invc.library import faults, gap_ratio, milp, program
from invc.library.expression import Specification, parse_specification
from invc.library.solve import Bounds, Solution, solve_cell
from invc.netlist import Function
from typed import sure

STATES = np.array(list(product((-1, 1), repeat=3)))[:, ::-1]  # row r: bit i is pin i


def solve(text: str, **bounds: Any) -> Solution:
    return solve_cell("X", parse_specification("X", text), Bounds(**bounds), text=text)


def refusal(
    text: str, **bounds: frozenset[frozenset[str]] | float | Function
) -> tuple[str, str | None]:
    with pytest.raises(InvcError) as error:
        solve(text, **bounds)
    assert error.value.where == "X"
    return error.value.message, error.value.hint


def of_table(inputs: int, table: int) -> Specification:
    function = Function("X", tuple("ABC"[:inputs]), ("Y",), (table,))
    return Specification(function.pins, function.relation, function)


def best_of_all(rows: int, bound: int) -> int:
    """The largest gap over every integer cell of three pins, |J| <= bound, |h| <= 2 bound: slow."""
    h = np.array(list(product(range(-2 * bound, 2 * bound + 1), repeat=3)))
    J = np.array(list(product(range(-bound, bound + 1), repeat=3)))
    pairs = np.stack([STATES[:, 0] * STATES[:, 1], STATES[:, 0] * STATES[:, 2]])
    pairs = np.concatenate([pairs, [STATES[:, 1] * STATES[:, 2]]])
    energy = -(h @ STATES.T)[:, None, :] - (J @ pairs)[None, :, :]
    energy = energy.reshape(-1, 8)
    valid = np.array([rows >> r & 1 for r in range(8)], dtype=bool)
    ground = energy[:, valid]
    level = (ground == ground[:, :1]).all(axis=1)
    gap = energy[level][:, ~valid].min(axis=1) - ground[level][:, 0]
    return int(gap.max())


@pytest.mark.parametrize("table", range(16))
def test_every_function_of_two_inputs_is_minimal(table: int) -> None:
    specification = of_table(2, table)
    solution = solve_cell("X", specification)
    cell = solution.cell
    assert faults(cell) == []
    assert cell.rows == specification.rows
    assert solution.optimal
    alone = best_of_all(specification.rows, 2)
    assert (alone > 0) == (not cell.ancillas)
    if not cell.ancillas:
        bound = max(cell.strongest, max(abs(h) for h in cell.h) / 2)
        assert Fraction(cell.gap) / Fraction(bound) == Fraction(alone, 2)
    else:
        assert table in {0b0110, 0b1001}
        assert solution.tried == ("no cell with 0 ancillas",)


def kin(table: int, order: Sequence[int], flips: int, invert: int) -> int:
    """The table with its inputs permuted and inverted, and its output inverted."""
    out = 0
    for row in range(8):
        source = sum((row >> k & 1 ^ flips >> i & 1) << i for i, k in enumerate(order))
        out |= (table >> source & 1 ^ invert) << row
    return out


@pytest.mark.parametrize("seed", range(4))
def test_kin_of_random_functions_are_solved_alike(seed: int) -> None:
    random_ = random.Random(seed)
    table = random_.randrange(1, 255)
    order = random_.sample(range(3), 3)
    other = kin(table, order, random_.randrange(8), random_.randrange(2))
    one, two = solve_cell("X", of_table(3, table)), solve_cell("X", of_table(3, other))
    assert faults(one.cell) == faults(two.cell) == []
    assert one.optimal
    assert two.optimal
    assert (len(one.cell.ancillas), one.cell.gap) == (len(two.cell.ancillas), two.cell.gap)
    assert one.cell.largest == two.cell.largest
    fewer = len(one.cell.ancillas)
    assert one.tried == tuple(f"no cell with {n} ancilla{'s' * (n != 1)}" for n in range(fewer))


@pytest.mark.parametrize(
    ("text", "ancillas", "ratio"),
    [("Y = A & B", 1, 4), ("Y = A ^ B", 2, 2), ("A + B + C = S + 2*CO", 1, 2)],
)
def test_an_ancilla_more_buys_gap(text: str, ancillas: int, ratio: int) -> None:
    cell = solve(text, ancillas=ancillas).cell
    assert faults(cell) == []
    assert len(cell.ancillas) == ancillas
    assert cell.gap >= ratio * max(cell.strongest, max(map(abs, cell.h)) / 2)


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("A+B+C+D+E+F+G+H+I+J+K = 1", Fraction(4, 9)),
        (
            "A0 + 2*A1 + 4*A2 + B0 + 2*B1 + 4*B2 + CI = S0 + 2*S1 + 4*S2 + 8*CO",
            Fraction(1, 16),
        ),
    ],
)
def test_eleven_spins_take_no_long_time(text: str, ratio: Fraction) -> None:
    solution = solve(text)
    assert faults(solution.cell) == []
    assert solution.optimal
    assert (len(solution.cell.spin_names), gap_ratio(solution.cell)) == (11, ratio)


def given(text: str) -> Function:
    return sure(parse_specification("X", text).function)


def test_ancillas_may_be_given() -> None:
    cell = solve("Y = A ^ B", given=given("carry = A & B")).cell
    assert faults(cell) == []
    assert cell.ancillas == ("carry",)
    assert cell.source.endswith("proven optimal for ancillas as given")
    states = [m for m in range(16) if all_energies(cell.model)[m] == cell.ground]
    assert sorted(states) == [0b0000, 0b0101, 0b0110, 0b1011]
    mux4 = solve(
        "Y = T ? (S ? D : C) : (S ? B : A)",
        given=given("w = A&~S&~T; x = B&S&~T; y = ~S&~T; z = S&(T ? D : B)"),
    ).cell
    assert faults(mux4) == []
    assert (len(mux4.spin_names), gap_ratio(mux4)) == (11, Fraction(1))


def test_given_ancillas_that_do_not_do() -> None:
    assert refusal("Y = A ^ B", given=given("x0 = A ^ B")) == (
        "no cell with 1 ancilla",
        "loosen --ancilla",
    )
    assert refusal("Y = A ^ B", given=given("x0 = A & Z")) == (
        "an ancilla reads 'Z', which is no pin",
        "there are: A, B, Y",
    )
    assert refusal("Y = A ^ B", given=given("A = B & Y")) == ("ancilla 'A' is a pin", "name it x0")


def test_a_relation_that_is_no_function() -> None:
    cell = solve("A + B + C <= 1").cell
    assert faults(cell) == []
    assert (cell.function, cell.ancillas) == (None, ())


def test_the_solver_says_which_bound_made_it_impossible() -> None:
    assert refusal("Y = A ^ B", ancillas=0) == ("no cell with 0 ancillas", "loosen --ancillas")
    assert refusal("Y = A & B", ancillas=0, max_coefficient=1, bits=2) == (
        "with 0 ancillas no integers of 2 bits up to 1 keep the rows apart",
        "loosen --ancillas or --bits",
    )
    assert refusal("A*B + C + D = S + 2*CO", ancillas=0, max_coefficient=3) == (
        "with 0 ancillas no integers up to 3 keep the rows apart",
        "loosen --ancillas or --max-coefficient",
    )
    message, hint = refusal("+".join("ABCDEFGHIJKLMN") + " = 2", ancillas=1)
    assert message == "1 ancilla would make more than 14 spins"
    assert hint == "loosen --ancillas"


def graph(*edges: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(edge.split()) for edge in edges)


def test_a_graph_is_respected() -> None:
    path = graph("A x0", "B x0", "Y x0", "A B")
    cell = solve("Y = A & B", edges=path).cell
    assert faults(cell) == []
    assert {frozenset((cell.spin_names[i], cell.spin_names[j])) for i, j, _ in cell.J} <= path


def test_a_graph_that_rules_it_out() -> None:
    message, hint = refusal("Y = A & B", ancillas=0, edges=graph("A Y", "B Y"))
    assert message == (
        "with 0 ancillas not on this graph (with every pair coupled: gap 2 times the largest |J|)"
    )
    assert hint == "loosen --ancillas or --graph"
    assert refusal("Y = A ^ B", ancillas=0, edges=graph("A Y"))[0] == "no cell with 0 ancillas"


def test_a_graph_names_spins() -> None:
    assert refusal("Y = A & B", edges=graph("A Z")) == (
        "the graph names 'Z', which is no spin",
        "there are: A, B, Y, x0, x1, x2",
    )
    assert refusal("Y = A & B", edges=graph("A"))[0] == "the graph couples 'A' to itself"


def test_bits_hold_every_coefficient() -> None:
    fewer = solve("Y = A & B & C & D", bits=3).cell
    assert (fewer.gap, fewer.largest, len(fewer.ancillas)) == (4, 3, 1)
    adder = solve("A + B + C = S + 2*CO", bits=2).cell
    assert faults(adder) == []
    assert (adder.largest, len(adder.ancillas)) == (1, 1)


def test_degenerate_words_may_buy_gap_and_are_marked() -> None:
    strict = solve("Y = A | B & C", ancillas=2).cell
    loose = solve("Y = A | B & C", ancillas=2, degenerate=True).cell
    assert loose.degenerate
    assert not strict.degenerate
    assert faults(strict) == faults(loose) == []
    assert Fraction(loose.gap, loose.strongest) >= Fraction(strict.gap, strict.strongest)


def test_ancillas_do_not_take_the_names_of_pins() -> None:
    cell = solve("x0 = A ^ x1").cell
    assert cell.ancillas == ("x2",)


def test_a_time_limit_ends_the_search() -> None:
    hard = "P0=A&C; P1=A&D^B&C; P2=A&D&B&C^B&D; P3=A&D&B&C&B&D"
    message, hint = refusal(hard, ancillas=1, time_limit=0.3)
    assert message == "the time limit ended the search with 1 ancilla"
    assert hint == "give a longer --time-limit"
    assert refusal("Y = A & B", time_limit=1e-9)[0] == (
        "the time limit ended the search with 0 ancillas"
    )


@pytest.mark.filterwarnings("ignore:PULP_CBC_CMD is deprecated")  # in PuLP 4, which we exclude
@pytest.mark.parametrize(
    ("text", "ancillas", "gap"), [("Y = A & B", 0, 4), ("Y = A ^ B", 1, 2), ("Y = A&B | C", 1, 4)]
)
def test_cbc_finds_the_same_where_highs_is_missing(
    monkeypatch: pytest.MonkeyPatch, text: str, ancillas: int, gap: int
) -> None:
    if "PULP_CBC_CMD" not in pulp.listSolvers(onlyAvailable=True):
        pytest.skip("PuLP came without CBC")
    monkeypatch.setattr(milp, "solver_name", lambda: "CBC")
    solution = solve(text)
    assert faults(solution.cell) == []
    assert (len(solution.cell.ancillas), solution.cell.gap) == (ancillas, gap)
    assert solution.cell.source.endswith(" with CBC, proven optimal")
    assert refusal("Y = A ^ B", ancillas=0)[0] == "no cell with 0 ancillas"


def test_a_search_that_time_ended_gives_the_best_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = program.Problem
    ratio = problem.best_ratio
    monkeypatch.setattr(problem, "best_ratio", lambda self: (ratio(self)[0], False))
    solution = solve("Y = A ^ B")
    assert faults(solution.cell) == []
    assert not solution.optimal
    assert solution.cell.source.endswith("stopped by the time limit")


def test_time_for_smaller_coefficients_may_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = program.Problem
    smallest = problem.smallest

    def in_a_hurry(self: program.Problem, *arguments: Any, **options: Any) -> Any:
        if not options.get("words"):
            raise program.NoTime
        return smallest(self, *arguments, **options)

    monkeypatch.setattr(problem, "smallest", in_a_hurry)
    cell = solve("Y = A&B | C", ancillas=1).cell
    assert faults(cell) == []
    assert cell.gap == 2 * max(cell.strongest, max(map(abs, cell.h)) / 2)
    with pytest.raises(InvcError):  # without ancillas there is nothing to fall back on
        solve("Y = A & B", ancillas=0)
