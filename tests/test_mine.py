"""What is mined is proven, is in its place, and saves what is said."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import netlists
from invc.library import Library, Limits, faults, hamlib
from invc.library.cell import Cell
from invc.library.expression import parse_specification
from invc.library.proof import contradictions
from invc.library.solve import OutOfTime, Solution
from invc.mapping import mine as mine_module
from invc.mapping.cones import Cone, Kind
from invc.mapping.mapper import Mapper
from invc.mapping.mine import SHAPE, Yield, _lode, mine, spins, text_of
from invc.netlist import Function, Gate, Netlist, Port
from invc.netlist.gates import AND2, FA, HA, MUX2, XOR2
from invc.passes.simplify import simplify
from invc.passes.sweep_dead import sweep_dead
from truth import truth

MAPPER = Mapper(hamlib())
SMALL = SHAPE._replace(inputs=4, outputs=1)
NO_LIMIT = 1e9  # seconds: what is asked here is solved, however slow the machine
XOR3 = hamlib()["XOR3"].function


def guarded(width: int = 5) -> Netlist:
    """Parities where one bit is false: y[i] = (x[i] ^ x[i + 1] ^ x[i + 2]) & ~x[i + 3]."""
    gates = []
    for k in range(width):
        one, two, three, four = (2 * ((k + n) % width + 1) for n in range(4))
        inner, out = 2 * (width + 1 + 2 * k), 2 * (width + 2 + 2 * k)
        assert XOR3 is not None
        gates.append(Gate(XOR3, (one, two, three, inner), "guarded.v:1:1"))
        gates.append(Gate(AND2, (inner, four ^ 1, out)))
    ports = (
        Port("x", "input", tuple(range(2, 2 * width + 2, 2))),
        Port("y", "output", tuple(gate.pins[-1] for gate in gates[1::2])),
    )
    return Netlist(
        "guarded", ports, tuple(gates), ("", *(f"n{k}" for k in range(3 * width)))
    ).check()


def test_a_cell_for_every_group_of_a_kind() -> None:
    before = guarded()
    found = mine(before, hamlib(), sweep=sweep_dead, time_limit=NO_LIMIT, shape=SMALL)
    ((name, cell),) = found.cells.items()
    assert faults(cell) == contradictions(cell) == []
    assert found.used == {name: 5}
    assert (found.spins, found.left) == (20, 15)
    assert found.left == spins(found.netlist, Mapper({**hamlib(), **found.cells}))
    assert truth(found.netlist) == truth(before)
    assert {gate.source for gate in found.netlist.gates} == {"guarded.v:1:1"}
    (ore,) = found.ores
    assert found.untried == 0
    assert (ore.saved, ore.why, ore.lode.apart, ore.lode.spins) == (5, "proven optimal", 5, 15)


def test_cells_within_limits_only() -> None:
    wide = mine(
        guarded(),
        hamlib(),
        sweep=sweep_dead,
        time_limit=NO_LIMIT,
        shape=SMALL,
        limits=Limits(bits=2),
    )
    assert all(cell.bits <= 2 for cell in wide.cells.values())
    none = mine(
        guarded(), hamlib(), sweep=sweep_dead, time_limit=NO_LIMIT, shape=SMALL, limits=Limits(3)
    )
    assert (none.left, none.used, none.ores[0].why) == (20, {}, "it does not fit the limits")


def test_no_time_and_no_cone() -> None:
    found = mine(guarded(), hamlib(), sweep=sweep_dead, time_limit=0)
    assert (found.ores, found.left, found.netlist) == ((), found.spins, swept())
    assert found.untried > 0
    ports = (Port("a", "input", (2, 4)), Port("y", "output", (6,)))
    one = Netlist("one", ports, (Gate(AND2, (2, 4, 6)),), ("", "a", "b", "y"))
    assert mine(one, hamlib(), sweep=sweep_dead, time_limit=NO_LIMIT)[:4] == ((), 0, 3, 3)


def swept() -> Netlist:
    return sweep_dead(guarded(), MAPPER)


def invented(name: str, specification: Any, bounds: Any, *, text: str) -> Solution:
    """A cell with as many ancillas as pay, without looking for its Hamiltonian."""
    pins = specification.pins
    count = max(0, bounds.max_ancillas - 1)
    h = (8,) * (len(pins) + count)
    ancillas = tuple(f"x{k}" for k in range(count))
    cell = Cell(name, pins, specification.rows, ancillas, h, (), 0, 8, specification.function, text)
    return Solution(cell, True, ())


@given(netlist=netlists(max_inputs=5, max_gates=12, functions=(AND2, XOR2, HA, FA, MUX2)))
@settings(max_examples=40)
def test_mining_keeps_the_function_and_counts_what_it_saves(netlist: Netlist) -> None:
    before = sweep_dead(simplify(netlist, MAPPER), MAPPER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mine_module, "solve_cell", invented)
        found = mine(before, hamlib(), sweep=sweep_dead, time_limit=NO_LIMIT)
    assert isinstance(found, Yield)
    found.netlist.check()
    assert truth(found.netlist) == truth(netlist)
    library = Library({**hamlib(), **found.cells})
    assert (found.spins, found.left) == (
        spins(before, MAPPER),
        spins(found.netlist, Mapper(library)),
    )
    assert found.left <= found.spins
    assert (found.left < found.spins) == bool(found.used)


def test_what_time_ended_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def slow(name: str, specification: Any, bounds: Any, *, text: str) -> None:
        asked.append(bounds.time_limit)
        assert bounds.max_ancillas == 1  # of 3 spins of a cone; one with two would save nothing
        raise OutOfTime("the time limit ended the search", where=name)

    monkeypatch.setattr(mine_module, "solve_cell", slow)
    found = mine(guarded(), hamlib(), sweep=sweep_dead, time_limit=80, shape=SMALL)
    assert [round(limit) for limit in asked] == [2, 10]
    assert [ore.why for ore in found.ores] == ["time ended the search"]
    assert not found.ores[0].solved


@given(
    inputs=st.integers(2, 4),
    tables=st.lists(st.integers(1, 0xFFFE), min_size=1, max_size=2),
)
@settings(max_examples=60)
def test_the_text_of_a_function_is_read_back_as_it(inputs: int, tables: Sequence[int]) -> None:
    mask = (1 << (1 << inputs)) - 1
    cut = tuple(table & mask for table in tables)
    names = ("Y",) if len(cut) == 1 else ("Y0", "Y1")
    function = Function("X", tuple("ABCD"[:inputs]), names, cut)
    made = parse_specification("X", text_of(function))
    assert made.function == function


def test_cones_that_share_no_gate_are_counted_from_those_of_most_spins() -> None:
    def cone(spins: int, *gates: int) -> Cone:
        return Cone(gates, (1, 2), (9,), (0x8,), spins)

    found = [cone(3, 0, 1), cone(5, 1, 2), cone(4, 3, 4), cone(4, 2, 3), cone(2, 5, 6)]
    lode = _lode(Kind(2, 1, 0), [(one, ()) for one in found])
    # Of 1 and 2, 3 and 4 (or 2 and 3, which shares one with the first), 5 and 6.
    assert (lode.apart, lode.spins, lode.most) == (3, 5 + 4 + 2, 5 + 4 + 2 - 3)
    assert [one for one, _ in lode.cones] == found
