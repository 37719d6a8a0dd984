from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from designs import FA, netlists
from invc.netlist import (
    Cube,
    Function,
    Netlist,
    cover,
    evaluate,
    forbidden,
    implicates,
    netlist_clauses,
)
from truth import every_input


def rows_of(cubes: Sequence[Cube], inputs: int) -> set[int]:
    """The rows of a truth table that some cube holds."""
    return {row for row in range(1 << inputs) if any(row & mask == word for mask, word in cubes)}


@given(st.data())
def test_a_cover_is_its_rows_and_no_cube_can_be_left_out(data: st.DataObject) -> None:
    inputs = data.draw(st.integers(0, 4))
    table = data.draw(st.integers(0, (1 << (1 << inputs)) - 1))
    cubes = cover(table, inputs)
    wanted = {row for row in range(1 << inputs) if table >> row & 1}
    assert rows_of(cubes, inputs) == wanted
    for k in range(len(cubes)):
        assert rows_of(cubes[:k] + cubes[k + 1 :], inputs) < wanted


@given(st.data())
def test_clauses_hold_exactly_on_the_valid_rows(data: st.DataObject) -> None:
    inputs = data.draw(st.integers(0, 3))
    outputs = data.draw(st.integers(1, 2))
    tables = tuple(data.draw(st.integers(0, (1 << (1 << inputs)) - 1)) for _ in range(outputs))
    names = [f"p{k}" for k in range(inputs + outputs)]
    function = Function("F", tuple(names[:inputs]), tuple(names[inputs:]), tables)
    for row in range(1 << (inputs + outputs)):
        holds = not any(row & mask == word for mask, word in forbidden(function))
        assert holds == bool(function.relation >> row & 1)


def test_a_full_adder_has_the_fourteen_clauses_of_the_textbook() -> None:
    assert len(forbidden(FA)) == 8 + 6


@st.composite
def relations(draw: st.DrawFn) -> tuple[int, int]:
    variables = draw(st.integers(0, 8))
    return draw(st.integers(0, (1 << (1 << variables)) - 1)), variables


@given(relations())
@settings(max_examples=100)
def test_implicates_forbid_exactly_the_rows_outside(relation: tuple[int, int]) -> None:
    rows, variables = relation
    cubes = implicates(rows, variables)
    for row in range(1 << variables):
        forbidden = any(row & cube.mask == cube.word for cube in cubes)
        assert forbidden == (not rows >> row & 1)
    for cube in cubes:  # prime: no wider cube is outside of the relation
        for bit in (1 << k for k in range(variables) if cube.mask >> k & 1):
            mask = cube.mask ^ bit
            wider = (row for row in range(1 << variables) if row & mask == cube.word & mask)
            assert variables > 6 or any(rows >> row & 1 for row in wider)


@given(netlists(max_inputs=4, max_gates=4))
def test_forward_evaluation_satisfies_every_clause_and_no_other_value_of_an_output_does(
    netlist: Netlist,
) -> None:
    inputs, trials = every_input(netlist)
    values = evaluate(netlist, inputs, trials)
    found = list(netlist_clauses(netlist))
    assert all(lit > 1 for clause in found for lit in clause)
    for trial in range(trials):
        right = [word >> trial & 1 for word in values]
        assert satisfied(found, right)
        for gate in netlist.gates:
            for pin in gate.outputs:
                wrong = list(right)
                wrong[pin >> 1] ^= 1
                assert not satisfied(found, wrong)


def satisfied(found: Sequence[Sequence[int]], values: Sequence[int]) -> bool:
    return all(any(values[lit >> 1] ^ (lit & 1) for lit in clause) for clause in found)
