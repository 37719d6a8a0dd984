"""Graphs of the quick proof, and what it asks a solver within its budget."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given

from designs import netlists
from invc.frontend.words import graph as graphs
from invc.frontend.words.graph import (
    Graph,
    TooLarge,
    _clauses,
    _Questions,
    _simplified,
    netlist_outputs,
    prove_false,
)
from invc.netlist import Netlist, counting_words
from truth import every_input, truth

PIGEONS = 7


def pigeons(questions: _Questions) -> list[int]:
    """Clauses that no one can meet, of more pigeons than holes: hard for a solver; nothing asked."""

    def at(pigeon: int, hole: int) -> int:
        return 2 * (1 + pigeon * (PIGEONS - 1) + hole)

    holes = range(PIGEONS - 1)
    questions.clauses += [[at(p, h) for h in holes] for p in range(PIGEONS)]
    questions.clauses += [
        [at(p, h) ^ 1, at(q, h) ^ 1] for h in holes for p, q in combinations(range(PIGEONS), 2)
    ]
    return [at(PIGEONS, 0)]


@pytest.fixture
def questions() -> Iterator[_Questions]:
    made = _Questions(100)
    yield made
    made.close()


def test_a_question_costs_its_conflicts_and_one(questions: _Questions) -> None:
    questions.clauses += [[3, 4]]  # 1 implies 2
    assert questions.impossible([2, 5], 10)
    assert questions.left == 99
    assert not questions.impossible([2, 4], 10)
    assert questions.left == 98
    assert questions.clauses == []
    assert questions.impossible([0], 10)  # node 0 is false
    assert not questions.impossible([1], 10)


@pytest.mark.parametrize(("budget", "conflicts"), [(100, 20), (20, 100)])
def test_a_hard_question_is_given_up_in_time(budget: int, conflicts: int) -> None:
    questions = _Questions(budget)
    literals = pigeons(questions)
    assert not questions.impossible(literals, conflicts)
    assert budget - 22 <= questions.left <= budget - 20
    before = questions.left
    if before > 0:
        assert not questions.impossible(literals, 10)
        assert before - 12 <= questions.left <= before - 10
    questions.close()


def test_a_hard_question_is_answered_with_time_enough() -> None:
    questions = _Questions(100_000)
    assert questions.impossible(pigeons(questions), 100_000)
    questions.close()


def test_without_a_budget_nothing_is_asked_and_nothing_proven() -> None:
    for budget in (0, -1):
        questions = _Questions(budget)
        assert not questions.impossible([0], 10)
        assert questions.solver is None
        questions.close()
    questions = _Questions(1)
    assert questions.impossible([0], 10)
    assert questions.left == 0
    assert not questions.impossible([0], 10)
    questions.close()


@pytest.mark.parametrize(("a", "b"), [(2, 4), (2, 5), (3, 4), (3, 5)])
def test_equal_is_equal_both_ways_and_is_kept(questions: _Questions, a: int, b: int) -> None:
    questions.clauses += [[a ^ 1, b]]  # a implies b, and not yet the other way
    assert not questions.equal(a, b)
    assert not questions.equal(b, a)
    questions.clauses += [[a, b ^ 1]]
    assert questions.equal(a, b)
    assert questions.clauses == [[a, b ^ 1], [a ^ 1, b]]


def test_a_solver_is_let_go_of() -> None:
    questions = _Questions(10)
    questions.impossible([0], 1)
    solver = questions.solver
    questions.close()
    assert solver.solver is None


@pytest.mark.parametrize(
    ("gates", "conflicts"), [(0, 800), (100, 1300), (1440, 8000), (1441, 8000), (10**6, 8000)]
)
def test_the_budget_grows_with_the_netlist_to_a_bound(
    gates: int, conflicts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []

    class Kept(_Questions):
        def __init__(self, budget: int) -> None:
            given.append(budget)
            super().__init__(budget)

    monkeypatch.setattr(graphs, "_Questions", Kept)
    assert prove_false(Graph(), [0], {}, 1, gates)
    assert given == [conflicts]


def test_a_graph_has_so_many_nodes_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "MOST_NODES", 5)
    graph = Graph()
    a, b, c = (graph.variable() for _ in range(3))
    both = graph.land(a, b)
    assert graph.land(b, a) == both
    with pytest.raises(TooLarge):
        graph.xor(both, c)


def values_of(graph: Graph, words: dict[int, int], every: int) -> list[int]:
    """What every node is in some trials, given its inputs by their literals."""
    values: list[int] = []
    for k, node in enumerate(graph.nodes):
        if node is None:
            values.append(words.get(2 * k, 0))
        else:
            a, b = (values[lit >> 1] ^ (every if lit & 1 else 0) for lit in (node.a, node.b))
            values.append(a ^ b if node.parity else a & b)
    return values


@given(netlists(max_inputs=5, max_gates=9))
def test_outputs_in_a_graph_are_those_of_the_netlist(netlist: Netlist) -> None:
    graph = Graph()
    inputs = {port.name: [graph.variable() for _ in port.bits] for port in netlist.inputs}
    made = netlist_outputs(graph, netlist, inputs)
    words, rows = every_input(netlist)
    of = {lit: w for n, lits in inputs.items() for lit, w in zip(lits, words[n], strict=True)}
    every, table = (1 << rows) - 1, truth(netlist)
    values = values_of(graph, of, every)
    for port in netlist.outputs:
        got = [values[lit >> 1] ^ (every if lit & 1 else 0) for lit in made[port.name]]
        assert got == table[port.name]


def test_a_literal_is_another_inverted() -> None:
    graph = Graph()
    lit = graph.variable()
    assert graph.lnot(0) == graph.one == 1
    assert graph.lnot(graph.one) == 0
    assert graph.lnot(lit) != lit == graph.lnot(graph.lnot(lit))
    assert graph.xor(lit, graph.one) == graph.lnot(lit) == graph.xor(graph.one, lit)
    assert graph.xor(graph.lnot(lit), graph.one) == lit
    assert len(graph.nodes) == 2  # and nothing was made for it


def test_two_inputs_of_many_have_a_table_of_four_rows() -> None:
    """A table of all inputs up to these would have 2**40 rows."""
    graph = Graph()
    lits = [graph.variable() for _ in range(40)]
    a, b = lits[0], lits[-1]
    one = graph.lor(graph.land(a, b ^ 1), graph.land(a ^ 1, b))
    other = graph.land(graph.lor(a, b), graph.lor(a ^ 1, b ^ 1))
    zeros = dict.fromkeys(lits, 0)
    assert prove_false(graph, [graph.xor(one, other)], zeros, 1, 0)
    assert not prove_false(graph, [graph.xor(one, other ^ 1)], zeros, 1, 0)


@pytest.mark.parametrize("parity", [False, True])
def test_two_literals_are_one_just_where_they_can_be(parity: bool) -> None:
    """Of three inputs and constants: as a node's simplification, and as a graph has it."""
    graph = Graph()
    for _ in range(3):
        graph.variable()
    words = [word ^ flip for word in (0, *counting_words(3)) for flip in (0, 0xFF)]
    for a, b in product(range(8), repeat=2):
        want = words[a] ^ words[b] if parity else words[a] & words[b]
        expected = words.index(want) if want in words else None
        assert _simplified(a, b, parity) == expected, (a, b)
        made = graph.xor(a, b) if parity else graph.land(a, b)
        assert made == expected or (expected is None and made > 7), (a, b)


@pytest.mark.parametrize(("parity", "flip"), [(False, 0), (True, 0), (True, 1)])
def test_clauses_of_a_gate_hold_just_where_it_is_its_inputs(parity: bool, flip: int) -> None:
    """For literals of every sign, on all values of three variables."""
    for signs in product((0, 1), repeat=3):
        n, a, b = (2 * k + 2 + sign for k, sign in enumerate(signs))
        clauses = _clauses(n, parity, a, b, flip)
        for values in product((0, 1), repeat=3):
            literal = {2 * k + 2 + s: v ^ s for k, v in enumerate(values) for s in (0, 1)}
            holds = all(any(literal[lit] for lit in clause) for clause in clauses)
            want = literal[a] ^ literal[b] ^ flip if parity else literal[a] & literal[b]
            assert holds is (literal[n] == want), (signs, values)
