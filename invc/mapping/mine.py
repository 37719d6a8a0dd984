"""Mine a netlist: find the groups of gates for which a cell of their own would save spins.

The most promising classes of cones are solved by lib-gen's solver within a time budget; what it
finds is proven like every cell. Savings are counted by placing the cells, not estimated.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from invc.diagnostics import InvcError
from invc.library import Cell, Library, Limits, gap_ratio
from invc.library.expression import Specification, parse_specification
from invc.library.npn import Literal as ClassLiteral
from invc.library.products import expression
from invc.library.solve import Bounds, OutOfTime, solve_cell
from invc.mapping.cones import Cone, Graph, Kind, Shape, cones, kind_of
from invc.mapping.cover import FEWEST_SETS, Match, choose, kinds_of, place_cells, sets_of
from invc.mapping.mapper import Mapper
from invc.netlist import Function, Netlist

SHAPE = Shape(inputs=5, outputs=2)
MAX_ANCILLAS = 3  # more make programs that take minutes
LEAST_RATIO = Fraction(1, 4)  # of gap: what the weakest cell of hamlib has
EFFORT = 200_000  # sets of gates in a whole netlist: some five seconds
MOST_FUNCTIONS = 2000  # that are sorted into classes
SLICES = (1 / 40, 1 / 8)  # of the time: what each class may take at first, and then those left

Order = tuple[ClassLiteral, ...]


class Lode(NamedTuple):
    """A class of cones of a netlist.

    Attributes:
        kind: The class.
        cones: Its cones, overlapping ones too, and how each becomes the representative.
        apart: How many of them share no gate.
        spins: What the gates of those add now.
        most: Spins that a cell without ancillas would save.
    """

    kind: Kind
    cones: tuple[tuple[Cone, Order], ...]
    apart: int
    spins: int
    most: int

    @property
    def function(self) -> Function:
        """What most of the cones compute, with inputs A, B, ... and outputs Y or Y0, Y1, ..."""
        (tables, _), *_ = Counter(cone.tables for cone, _ in self.cones).most_common(1)
        inputs, outputs = self.kind.inputs, self.kind.outputs
        names = ("Y",) if outputs == 1 else tuple(f"Y{k}" for k in range(outputs))
        name = f"CONE{inputs}_" + "_".join(f"{table:x}" for table in tables)
        return Function(name, tuple("ABCDEFGHIJKL"[:inputs]), names, tables)


class Ore(NamedTuple):
    """What a class came to.

    Attributes:
        lode: The class.
        why: In words, what became of it.
        cell: The cell, or None where none was found that saves spins.
        saved: Spins that this cell alone saves.
        solved: Whether the solver came to an end.
    """

    lode: Lode
    why: str
    cell: Cell | None = None
    saved: int = 0
    solved: bool = True

    @property
    def text(self) -> str:
        """The function as statements that lib-gen reads."""
        return text_of(self.lode.function)


class Yield(NamedTuple):
    """Everything found in a netlist.

    Attributes:
        ores: The classes that were tried, the one that saves most first.
        untried: How many classes the time did not suffice for.
        spins: Spins of the netlist before, with the library as it was.
        left: Spins with the cells found.
        netlist: The netlist with them in place.
        used: How many gates more it has of some cells: new ones, and those of the library that
            mapping for the gap leaves out.
        cells: Those cells.
    """

    ores: tuple[Ore, ...]
    untried: int
    spins: int
    left: int
    netlist: Netlist
    used: Mapping[str, int]
    cells: Mapping[str, Cell]


def mine(
    netlist: Netlist,
    library: Library,
    *,
    sweep: Callable[[Netlist, Mapper], Netlist],
    time_limit: float,
    shape: Shape = SHAPE,
    limits: Limits | None = None,
    least_ratio: Fraction = Fraction(0),
) -> Yield:
    """Find cells for the cones of a mapped netlist, and put them in their place.

    Args:
        netlist: Mapped to the library.
        library: The cells there are.
        sweep: Drops the gates that no output needs any more: the pass `sweep_dead`.
        time_limit: Seconds for solving.
        shape: Bounds of the cones.
        limits: What every cell has to be within.
        least_ratio: The gap ratio that the netlist was mapped by: weaker cells of the library are
            put in their place, too.
    """
    mapper = Mapper(library)
    graph = Graph(netlist, mapper)
    sets = max(FEWEST_SETS, sets_of(netlist, EFFORT))
    lodes = survey(graph, shape._replace(sets=sets), kinds_of(mapper.cells))
    ores = _refine_all(graph, lodes, time_limit, limits or Limits())
    best_first = sorted(ores, key=lambda ore: -ore.saved)
    found = {ore.cell.name: ore.cell for ore in best_first if ore.cell is not None}
    richer = Mapper({**library, **found})
    weak = (cell for cell in mapper.cells if gap_ratio(cell) < least_ratio)
    cells = kinds_of((*weak, *found.values()))
    new = {cell.name for cell, _ in cells.values()}
    after = sweep(place_cells(netlist, richer, cells, effort=EFFORT), richer)
    more = _count(after) - _count(netlist)
    used = {name: number for name, number in more.most_common() if name in new}
    return Yield(
        tuple(best_first),
        len(lodes) - len(ores),
        spins(netlist, mapper),
        spins(after, richer),
        after,
        used,
        {name: richer.library[name] for name in used},
    )


def _count(netlist: Netlist) -> Counter[str]:
    return Counter(gate.function.name for gate in netlist.gates)


def _refine_all(
    graph: Graph, lodes: Sequence[Lode], time_limit: float, limits: Limits
) -> list[Ore]:
    """What the classes come to: a little time for each of them, then more for those left."""
    deadline = time.monotonic() + time_limit
    ores: dict[Kind, Ore] = {}
    for share in SLICES:
        for lode in lodes:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            if lode.kind not in ores or not ores[lode.kind].solved:
                slice_ = min(left, max(1.0, share * time_limit))
                ores[lode.kind] = _refine(graph, lode, slice_, limits)
    return list(ores.values())


def spins(netlist: Netlist, mapper: Mapper) -> int:
    """Spins of a netlist that has no idle net but inputs: nets and ancillas."""
    inputs = sum(len(port.bits) for port in netlist.inputs)
    return inputs + sum(mapper.spins(gate.function) for gate in netlist.gates)


def survey(graph: Graph, shape: Shape, known: Container[Kind]) -> list[Lode]:
    """The classes of a netlist's cones that are not known, what may save most first.

    Of a large netlist only the functions that promise most are sorted into classes.
    """
    alike: dict[tuple[int, tuple[int, ...]], list[Cone]] = {}
    for cone in cones(graph, shape):
        if cone.spins > len(cone.outputs):
            alike.setdefault((len(cone.inputs), cone.tables), []).append(cone)
    groups: dict[Kind, list[tuple[Cone, Order]]] = {}
    for (inputs, tables), members in sorted(alike.items(), key=_promise)[:MOST_FUNCTIONS]:
        found = kind_of(inputs, tables)
        if found is not None and found[0] not in known:
            groups.setdefault(found[0], []).extend((cone, found[1]) for cone in members)
    lodes = [_lode(kind, found) for kind, found in groups.items()]
    return sorted(lodes, key=lambda lode: (-lode.most, lode.kind))


def _promise(
    one: tuple[tuple[int, tuple[int, ...]], list[Cone]],
) -> tuple[int, tuple[int, tuple[int, ...]]]:
    """Functions that may save most come first."""
    function, members = one
    return -sum(cone.spins - len(cone.outputs) for cone in members), function


def _lode(kind: Kind, found: Sequence[tuple[Cone, Order]]) -> Lode:
    """Count the cones that share no gate, those with the most spins first."""
    taken: set[int] = set()
    apart: list[Cone] = []
    for cone, _ in sorted(found, key=lambda one: (-one[0].spins, one[0].gates)):
        if taken.isdisjoint(cone.gates):
            taken.update(cone.gates)
            apart.append(cone)
    now = sum(cone.spins for cone in apart)
    return Lode(kind, tuple(found), len(apart), now, now - len(apart) * kind.outputs)


def _refine(graph: Graph, lode: Lode, time_limit: float, limits: Limits) -> Ore:
    """Solve the cell of a class and count what it saves."""
    function = lode.function
    worth = max(cone.spins for cone, _ in lode.cones) - lode.kind.outputs - 1
    most = min(worth, MAX_ANCILLAS)
    bounds = Bounds(max_ancillas=most, bits=limits.bits, time_limit=time_limit)
    specification = Specification(function.pins, function.relation, function)
    try:
        solution = solve_cell(function.name, specification, bounds, text=text_of(function))
    except OutOfTime:
        return Ore(lode, "time ended the search", solved=False)
    except InvcError:
        return Ore(lode, f"impossible with {_up_to(most)}")
    cell = solution.cell
    if gap_ratio(cell) < LEAST_RATIO:
        return Ore(lode, f"its gap ratio is {gap_ratio(cell)}")
    if not limits.hold(cell):
        return Ore(lode, "it does not fit the limits")
    saved = sum(match.saved for match, _ in choose(graph, _matches(lode, cell)))
    if not saved:
        return Ore(lode, f"its {_plural(len(cell.ancillas))} cost what it saves")
    why = "proven optimal" if solution.optimal else "not proven optimal"
    return Ore(lode, why, cell, saved)


def _matches(lode: Lode, cell: Cell) -> list[Match]:
    cost = lode.kind.outputs + len(cell.ancillas)
    return [
        Match(cone, cell, order, cone.spins - cost)
        for cone, order in lode.cones
        if cone.spins > cost
    ]


def text_of(function: Function) -> str:
    """The function as statements that lib-gen reads back with the pins in this order."""
    rows = range(1 << len(function.inputs))
    short = "; ".join(
        f"{output} = "
        + expression(
            function.inputs,
            [row for row in rows if table >> row & 1],
            [row for row in rows if not table >> row & 1],
        )
        for output, table in zip(function.outputs, function.tables, strict=True)
    )
    if parse_specification(function.name, short).pins == function.pins:
        return short
    names, size = ", ".join(function.inputs), 1 << len(function.inputs)
    return "; ".join(
        f"{output}({names}) = {size}'h{table:x}"
        for output, table in zip(function.outputs, function.tables, strict=True)
    )


def _up_to(ancillas: int) -> str:
    return "no ancilla" if not ancillas else f"up to {_plural(ancillas)}"


def _plural(ancillas: int) -> str:
    return f"{ancillas} ancilla" if ancillas == 1 else f"{ancillas} ancillas"
