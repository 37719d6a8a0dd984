"""Covering by cones keeps the function of every port, never adds a spin, and finds what is there."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from designs import netlists
from golden.sizes import tangle
from invc.library import Cell, Library, hamlib
from invc.library.expression import parse_specification
from invc.library.npn import canonical
from invc.library.solve import solve_cell
from invc.mapping.cones import MAX_READERS, Cone, Graph, Shape, cones, kind_of
from invc.mapping.cover import (
    FEWEST_SETS,
    MAX_ROUNDS,
    MOST_SETS,
    Match,
    cheapest_cells,
    choose,
    matches,
    place_cells,
    replace_cones,
    sets_of,
)
from invc.mapping.mapper import Mapper
from invc.netlist import Function, Gate, Netlist, Port
from invc.netlist.gates import AND2, FA, HA, MUX2, XOR2
from invc.passes.cover_cones import cover_cones
from invc.passes.simplify import simplify
from invc.passes.sweep_dead import sweep_dead
from invc.passes.use_own_cells import own_cells, use_own_cells
from truth import truth
from typed import sure

MAPPER = Mapper(hamlib())
GATES = (AND2, XOR2, HA, FA, MUX2)


def spins(netlist: Netlist, mapper: Mapper = MAPPER) -> int:
    return sum(mapper.spins(gate.function) for gate in netlist.gates)


def free_cell(name: str, inputs: int, tables: tuple[int, ...]) -> Cell:
    """A cell without ancillas for any function: no pass looks at its Hamiltonian."""
    letters = "ABCDEFGHIJ"
    function = Function(
        name, tuple(letters[:inputs]), tuple(f"Y{k}" for k in range(len(tables))), tables
    )
    zeros = (0,) * len(function.pins)
    return Cell(name, function.pins, function.relation, (), zeros, (), 0, 1, function)


@st.composite
def tangles(draw: st.DrawFn, inputs: int = 5, most: int = 14) -> Netlist:
    """Netlists in which every gate reads different nets and whatever nobody reads is an output."""
    chance = random.Random(draw(st.integers(0, 1 << 20)))
    nets, gates = inputs, []
    for _ in range(draw(st.integers(2, most))):
        function = chance.choice(GATES)
        low = max(1, nets - 7)
        reads = chance.sample(range(low, nets + 1), len(function.inputs))
        pins = [2 * net + chance.randrange(2) for net in reads]
        for _ in function.outputs:
            nets += 1
            pins.append(2 * nets + chance.randrange(2))
        gates.append(Gate(function, tuple(pins)))
    read = {pin >> 1 for gate in gates for pin in gate.inputs}
    left = tuple(
        2 * k for k in range(inputs + 1, nets + 1) if k not in read or not chance.randrange(6)
    )
    ports = (Port("a", "input", tuple(range(2, 2 * inputs + 2, 2))), Port("y", "output", left))
    return Netlist("tangle", ports, tuple(gates), ("", *(f"n{k}" for k in range(nets)))).check()


def mapped(netlist: Netlist) -> Netlist:
    return sweep_dead(simplify(netlist, MAPPER), MAPPER)


@given(netlist=tangles() | netlists(max_inputs=5, max_gates=10, functions=GATES))
@settings(max_examples=60)
def test_cover_cones_keeps_the_function_of_every_port(netlist: Netlist) -> None:
    before = mapped(netlist)
    after = sweep_dead(cover_cones(before, MAPPER), MAPPER).check()
    assert truth(after) == truth(netlist)
    assert spins(after) <= spins(before)


@given(netlist=tangles(), data=st.data())
@settings(max_examples=80)
def test_cells_of_any_cone_take_its_place(netlist: Netlist, data: st.DataObject) -> None:
    """With a cell for the functions that are there, the netlist is torn up and stays what it was."""
    before = mapped(netlist)
    found = list(cones(Graph(before, MAPPER), Shape(6, 3)))
    assume(found)
    some = data.draw(st.lists(st.sampled_from(found), min_size=1, max_size=8))
    cells: dict[Any, Any] = {}
    for cone in some:
        turned = (*reversed(cone.tables[1:]), cone.tables[0] ^ (1 << (1 << len(cone.inputs))) - 1)
        cells[f"C{len(cells)}"] = free_cell(f"C{len(cells)}", len(cone.inputs), turned)
    mapper = Mapper(Library({**hamlib(), **cells}, frozenset(cells)))
    after = sweep_dead(use_own_cells(before, mapper), mapper).check()
    assert truth(after) == truth(netlist)
    possible = matches(found, own_cells(mapper), mapper)
    saved = spins(before) - spins(after, mapper)
    assert saved >= max((match.saved for match in possible if _alone(before, match)), default=0)


def _alone(netlist: Netlist, match: Match) -> bool:
    """Whether this group can be one gate while all others stay."""
    return choose(Graph(netlist, MAPPER), [match]) != []


@given(netlist=tangles())
@settings(max_examples=50)
def test_a_cone_is_what_it_says(netlist: Netlist) -> None:
    before = mapped(netlist)
    for cone in cones(Graph(before, MAPPER), Shape(5, 3)):
        inside = set(cone.gates)
        read = {
            pin >> 1
            for k, gate in enumerate(before.gates)
            if k not in inside
            for pin in gate.inputs
        } | {bit >> 1 for port in before.outputs for bit in port.bits}
        driven = {pin >> 1 for k in cone.gates for pin in before.gates[k].outputs}
        assert set(cone.outputs) == driven & read
        assert cone.spins == sum(MAPPER.spins(before.gates[k].function) for k in cone.gates)
        assert len(cone.gates) > 1


@given(data=st.data())
@settings(max_examples=60)
def test_the_kind_of_a_function_is_that_of_its_kin(data: st.DataObject) -> None:
    inputs = data.draw(st.integers(2, 4))
    full = (1 << (1 << inputs)) - 1
    tables = tuple(data.draw(st.lists(st.integers(1, full - 1), min_size=1, max_size=2)))
    order = data.draw(st.permutations(range(inputs)))
    flips = data.draw(st.integers(0, (1 << inputs) - 1))

    def moved(table: int) -> int:
        out = 0
        for row in range(1 << inputs):
            source = sum((row >> k & 1 ^ flips >> k & 1) << place for k, place in enumerate(order))
            out |= (table >> row & 1) << source
        return out

    other = tuple(moved(t) ^ (full if data.draw(st.booleans()) else 0) for t in reversed(tables))
    assert sure(kind_of(inputs, tables))[0] == sure(kind_of(inputs, other))[0]


def test_inputs_and_outputs_change_no_places() -> None:
    """A + B = 2 C + S read backward is one relation and another function."""
    forward = Function("F", ("A", "B"), ("Y",), (0x6,))
    assert (
        sure(canonical(3, forward.relation)).rows
        == sure(canonical(3, forward.relation, outputs=1)).rows
    )
    # D = A ^ B with BO = ~A & B: as relations over (A, B, D, BO), reading D and B gives A too.
    half = Function("H", ("A", "B"), ("S", "C"), (0x6, 0x8))
    order = [pin for pin, _ in sure(canonical(4, half.relation, outputs=2)).order]
    assert set(order[:2]) == {2, 3}


def adder_tree() -> Netlist:
    """Seven bits counted by four full adders."""
    gates = (
        Gate(FA, (2, 4, 6, 16, 18)),
        Gate(FA, (8, 10, 12, 20, 22)),
        Gate(FA, (14, 16, 20, 24, 26)),
        Gate(FA, (18, 22, 26, 28, 30)),
    )
    ports = (
        Port("a", "input", tuple(range(2, 16, 2))),
        Port("n", "output", (24, 28, 30)),
    )
    return Netlist("count", ports, gates, ("", *(f"n{k}" for k in range(15)))).check()


def test_a_counter_is_found_among_adders() -> None:
    after = sweep_dead(cover_cones(adder_tree(), MAPPER), MAPPER).check()
    assert [gate.function.name for gate in after.gates] == ["COUNT7_3"]
    assert truth(after) == truth(adder_tree())


def test_what_others_read_stays() -> None:
    tree = adder_tree()
    ports = (*tree.ports, Port("inner", "output", (16,)))
    kept = cover_cones(Netlist(tree.name, ports, tree.gates, tree.names), MAPPER)
    assert "COUNT7_3" not in {gate.function.name for gate in kept.gates}


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 3, 2), (0, 1, 3, 2), (1, 2, 0, 3)])
def test_groups_that_wait_for_each_other(order: tuple[int, int, int, int]) -> None:
    """p = a & b, q = c & d; x reads q, y reads p: {p, x} and {q, y} cannot both be one gate."""
    gates = [
        Gate(AND2, (2, 4, 10)),
        Gate(AND2, (6, 8, 12)),
        Gate(XOR2, (2, 12, 14)),
        Gate(XOR2, (6, 10, 16)),
    ]
    gates = [gates[k] for k in order]
    outputs = Port("y", "output", (10, 12, 14, 16))
    netlist = Netlist(
        "wait", (Port("a", "input", (2, 4, 6, 8)), outputs), tuple(gates), ("", *"abcdpqxy")
    )
    # One cell for (a & b, a ^ q): three inputs, two outputs, none of which reads the other.
    cells = {"PAIR": free_cell("PAIR", 3, (0x8, 0x5A))}
    mapper = Mapper(Library({**hamlib(), **cells}, frozenset(cells)))
    graph = Graph(netlist.check(), mapper)
    found = matches(cones(graph, Shape(3, 2)), cheapest_cells(mapper), mapper)
    replaced = replace_cones(graph, choose(graph, found)).check()
    assert truth(replaced) == truth(netlist)


def test_what_a_match_saves() -> None:
    """The spins of the gates less those of the cell; none that saves nothing is found."""
    cells = cheapest_cells(MAPPER)
    found = [m for seed in range(4) for m in matches(_cones_of_a_tangle(seed), cells, MAPPER)]
    assert found
    for match in found:
        assert match.saved == match.cone.spins - MAPPER.spins(sure(match.cell.function)) > 0


def _cones_of_a_tangle(seed: int) -> Iterator[Cone]:
    return cones(Graph(mapped(tangle(seed, 100)), MAPPER), Shape(5, 3))


@pytest.mark.parametrize("readers", [MAX_READERS, MAX_READERS + 1])
def test_sets_grow_along_nets_of_few_readers(readers: int) -> None:
    """a & b beside a ^ b is found by either net, if one of them has few readers enough."""
    others = [
        Gate(AND2, (2 + 2 * side, 6 + 2 * k, 46 + 2 * (2 * k + side)))
        for side in (0, 1)
        for k in range(readers - 2)
    ]
    outputs = [gate.pins[-1] for gate in others]
    pair = [Gate(AND2, (2, 4, 40)), Gate(XOR2, (2, 4, 42))]
    ports = (
        Port("a", "input", tuple(range(2, 6 + 2 * (readers - 2), 2))),
        Port("y", "output", (40, 42, *outputs)),
    )
    names = ("", *(f"n{k}" for k in range(max(outputs) // 2)))
    netlist = Netlist("m", ports, (*pair, *others), names)
    graph = Graph(netlist, MAPPER)
    assert [len(graph.readers[net]) for net in (1, 2)] == [readers, readers]
    found = {cone.gates for cone in cones(graph, Shape(2, 2))}
    assert ((0, 1) in found) == (readers <= MAX_READERS)


@pytest.mark.parametrize(
    ("gates", "effort", "sets"),
    [
        (0, 0, 0),
        (0, 70, 70),
        (0, 101, MOST_SETS),
        (1, 99, 99),
        (4, 400, 100),
        (4, 399, 99),
        (4, 3, 0),
    ],
)
def test_sets_are_shared_out_to_gates(gates: int, effort: int, sets: int) -> None:
    netlist = Netlist("m", (), (adder_tree().gates[0],) * gates, ("",) * 9)
    assert sets_of(netlist, effort) == sets


def test_with_too_few_sets_nothing_is_looked_at() -> None:
    tree, cells = adder_tree(), cheapest_cells(MAPPER)
    assert place_cells(tree, MAPPER, cells, effort=0, fewest=FEWEST_SETS - 1) is tree
    assert place_cells(tree, MAPPER, cells, effort=0, fewest=FEWEST_SETS) is not tree
    assert place_cells(tree, MAPPER, cells, effort=4 * FEWEST_SETS, fewest=0) is not tree
    assert place_cells(tree, MAPPER, cells, effort=4 * FEWEST_SETS - 1, fewest=0) is tree


def test_rounds_end() -> None:
    assert MAX_ROUNDS > 1
    tree = adder_tree()
    once = cover_cones(tree, MAPPER)
    assert cover_cones(once, MAPPER) == once


def test_own_cells_of_many_inputs_and_outputs_are_used() -> None:
    text = "A + B + C + D + 2*E = S0 + 2*S1 + 4*S2"
    cell = solve_cell("SUM4_2", parse_specification("SUM4_2", text), text=text).cell
    gates = (
        Gate(FA, (2, 4, 6, 12, 14)),
        Gate(HA, (8, 12, 16, 18)),
        Gate(FA, (10, 14, 18, 20, 22)),
    )
    ports = (Port("a", "input", (2, 4, 6, 8, 10)), Port("n", "output", (16, 20, 22)))
    netlist = Netlist("count", ports, gates, ("", *(f"n{k}" for k in range(11)))).check()
    assert use_own_cells(netlist, MAPPER) is netlist
    mapper = Mapper(Library({**hamlib(), "SUM4_2": cell}, frozenset({"SUM4_2"})))
    after = sweep_dead(use_own_cells(netlist, mapper), mapper).check()
    assert [gate.function.name for gate in after.gates] == ["SUM4_2"]
    assert truth(after) == truth(netlist)
