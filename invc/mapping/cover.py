"""Cover a netlist with cells: groups of gates that one cheaper cell can take the place of.

What passes and the miner share: which cells there are for which class of functions, which groups
they may replace, and the netlist with them in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import NamedTuple

from invc.library import Cell
from invc.library.npn import Literal as ClassLiteral
from invc.mapping.cones import Cone, Graph, Kind, Shape, cones, kind_of, signature
from invc.mapping.mapper import Mapper
from invc.netlist import Gate, Literal, Netlist

MAX_ROUNDS = 8
MOST_SETS = 100  # of gates that are looked at for each last gate
FEWEST_SETS = 10
EFFORT = 50_000  # sets in a whole netlist: about a second


class Match(NamedTuple):
    """A cone and the cell that may replace its gates.

    Attributes:
        cone: The gates.
        cell: The cell.
        order: For each pin of the class's representative, the cone's pin.
        saved: Spins fewer.
    """

    cone: Cone
    cell: Cell
    order: tuple[ClassLiteral, ...]
    saved: int


Cells = Mapping[Kind, tuple[Cell, tuple[ClassLiteral, ...]]]


def place_cells(
    netlist: Netlist,
    mapper: Mapper,
    cells: Cells,
    *,
    effort: int = EFFORT,
    fewest: int = FEWEST_SETS,
) -> Netlist:
    """Replace groups of gates by some cells, as long as that saves spins.

    Args:
        netlist: Mapped to the library.
        mapper: The library, with the cells.
        cells: The cells to use.
        effort: Sets of gates to look at.
        fewest: For each last gate at least so many.
    """
    for _ in range(MAX_ROUNDS):
        sets = max(fewest, sets_of(netlist, effort))
        if sets < FEWEST_SETS:
            break
        graph = Graph(netlist, mapper)
        found = cones(graph, shape_of(cells, sets))
        chosen = choose(graph, matches(found, cells, mapper))
        if not chosen:
            break
        netlist = replace_cones(graph, chosen)
    return netlist


def sets_of(netlist: Netlist, effort: int) -> int:
    """How many sets of gates an effort allows for each last gate."""
    return min(MOST_SETS, effort // max(1, len(netlist.gates)))


def cheapest_cells(mapper: Mapper) -> Cells:
    """For each class of functions the cell that adds the fewest spins."""
    return kinds_of(mapper.cells)  # the cheapest first


def kinds_of(cells: Iterable[Cell]) -> Cells:
    """For each class of functions the first cell."""
    found: dict[Kind, tuple[Cell, tuple[ClassLiteral, ...]]] = {}
    for cell in cells:
        assert cell.function is not None
        known = kind_of(len(cell.function.inputs), cell.function.tables)
        if known is not None:
            found.setdefault(known[0], (cell, known[1]))
    return found


def shape_of(cells: Cells, sets: int) -> Shape:
    """Bounds that let every cell be found."""
    return Shape(
        max((kind.inputs for kind in cells), default=0),
        max((kind.outputs for kind in cells), default=0),
        sets,
    )


def matches(found: Iterable[Cone], cells: Cells, mapper: Mapper) -> list[Match]:
    """The cones for which there is a cheaper cell."""
    fewest: dict[tuple[int, ...], int] = {}
    for cell, _ in cells.values():
        assert cell.function is not None
        key = signature(len(cell.function.inputs), cell.function.tables)
        spins = mapper.spins(cell.function)
        fewest[key] = min(spins, fewest.get(key, spins))
    made = []
    for cone in found:
        if fewest.get(signature(len(cone.inputs), cone.tables), cone.spins) >= cone.spins:
            continue
        known = kind_of(len(cone.inputs), cone.tables)
        if known is not None and known[0] in cells:
            cell, _ = cells[known[0]]
            assert cell.function is not None
            saved = cone.spins - mapper.spins(cell.function)
            if saved > 0:
                made.append(Match(cone, cell, known[1], saved))
    return made


def choose(graph: Graph, found: Iterable[Match]) -> list[tuple[Match, float]]:
    """Matches that share no gate, the largest saving first, and where their gates can stand.

    A gate has a place, its depth to begin with, that is after the drivers of what it reads and
    before its readers. A group needs one place after the drivers of all its inputs and before
    all readers of its outputs, so that no two groups ever wait for each other.
    """
    place = _depths(graph)
    taken: set[int] = set()
    chosen = []
    order = sorted(found, key=lambda m: (-m.saved, len(m.cone.gates), m.cone.gates))
    for match in order:
        cone = match.cone
        if not taken.isdisjoint(cone.gates):
            continue
        middle = _between(graph, cone, place)
        if middle is None:
            continue
        taken.update(cone.gates)
        for k in cone.gates:
            place[k] = middle
        chosen.append((match, middle))
    return chosen


def _depths(graph: Graph) -> list[float]:
    depths: list[float] = []
    for reads in graph.reads:
        drivers = [graph.driver[net] for net in reads if graph.driver[net] >= 0]
        depths.append(1 + max((depths[k] for k in drivers), default=0.0))
    return depths


def _between(graph: Graph, cone: Cone, place: Sequence[float]) -> float | None:
    """A place for one gate instead of the cone's, if there is one."""
    inside = set(cone.gates)
    drivers = [graph.driver[net] for net in cone.inputs]
    after = max((place[k] for k in drivers if k >= 0), default=0.0)
    readers = (k for net in cone.outputs for k in graph.readers[net] if k not in inside)
    before = min((place[k] for k in readers), default=inf)
    if not after < before:
        return None
    middle = after + 1 if before == inf else (after + before) / 2
    return middle if after < middle < before else None


def replace_cones(graph: Graph, chosen: Sequence[tuple[Match, float]]) -> Netlist:
    """The netlist with one gate for each chosen group, its gates in an order of depth."""
    gates = graph.netlist.gates
    gone = {k for match, _ in chosen for k in match.cone.gates}
    depths = _depths(graph)
    placed = [(depths[k], k, gate) for k, gate in enumerate(gates) if k not in gone]
    placed += [(place, match.cone.gates[-1], _gate(graph, match)) for match, place in chosen]
    placed.sort(key=lambda one: one[:2])
    return graph.netlist.with_gates(tuple(gate for _, _, gate in placed))


def _gate(graph: Graph, match: Match) -> Gate:
    """The cell on the cone's nets: both become the representative of their class."""
    cone, function = match.cone, match.cell.function
    assert function is not None
    known = kind_of(len(function.inputs), function.tables)
    assert known is not None
    nets = cone.inputs + cone.outputs
    pins: list[Literal] = [0] * len(nets)
    for (own, inverted), (pin, flipped) in zip(match.order, known[1], strict=True):
        pins[pin] = 2 * nets[own] | (inverted ^ flipped)
    sources = (graph.netlist.gates[k].source for k in reversed(cone.gates))
    return Gate(function, tuple(pins), next((source for source in sources if source), ""))
