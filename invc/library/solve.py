"""Solve a cell: the integers h and J whose ground states are exactly a relation's rows.

One mixed-integer program over h, J, the ground level and the choice of ancilla word for each
valid row, through PuLP. The order of what is wanted: fewest ancillas, then the largest gap for
the coefficient bound |h| <= 2 K, |J| <= K, then the smallest K at which integers reach that gap,
then the smallest sum of coefficients. The result is proven by exhaustion before it is returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic

from invc.diagnostics import InvcError, nearest
from invc.library.cell import Cell
from invc.library.expression import Specification
from invc.library.program import Bounds, NoTime, Problem, ancilla_names, plural
from invc.netlist import Function

__all__ = ["Bounds", "OutOfTime", "Solution", "solve_cell"]

MAX_SPINS = 14
FREE = Bounds()


@dataclass(frozen=True)
class Solution:
    """A cell, and how far the search got.

    Attributes:
        cell: Proven by exhaustion.
        optimal: Whether its gap is proven the largest for its number of ancillas.
        tried: What was shown impossible on the way, as "no cell with 0 ancillas".
    """

    cell: Cell
    optimal: bool
    tried: tuple[str, ...]


class OutOfTime(InvcError):
    """The time limit, or the solver, ended the search before it knew anything."""


def solve_cell(
    name: str, specification: Specification, bounds: Bounds = FREE, *, text: str = ""
) -> Solution:
    """Find the best cell for a relation.

    Raises:
        OutOfTime: The time limit ended the search before there was a cell.
        InvcError: No cell exists within the bounds; the message says which bound made it so.
    """
    deadline = None if bounds.time_limit is None else monotonic() + bounds.time_limit
    if bounds.given is not None:
        _check_given(name, specification.pins, bounds.given)
        bounds = replace(bounds, ancillas=len(bounds.given.outputs))
    fewest = bounds.ancillas or 0
    most = bounds.max_ancillas if bounds.ancillas is None else bounds.ancillas
    _check_graph(name, specification.pins, most, bounds.edges)
    tried: list[str] = []
    for count in range(fewest, most + 1):
        if len(specification.pins) + count > MAX_SPINS:
            tried.append(f"{plural(count, 'ancilla')} would make more than {MAX_SPINS} spins")
            break
        try:
            found = Problem(name, specification, count, bounds, deadline).solve(text)
        except NoTime:
            ended, hint = "the time limit ended the search", "give a longer --time-limit"
            if deadline is None:
                ended, hint = "the solver gave up", "give smaller --max-coefficient or --bits"
            raise OutOfTime(
                f"{ended} with {plural(count, 'ancilla')}",
                where=name,
                hint="; ".join([*tried, hint]),
            ) from None
        if found.cell is not None:
            return Solution(found.cell, found.optimal, tuple(tried))
        tried.append(found.why)
    raise InvcError("; ".join(tried), where=name, hint=_loosen(bounds))


def _check_graph(
    name: str, pins: Sequence[str], ancillas: int, edges: frozenset[frozenset[str]] | None
) -> None:
    spins = (*pins, *ancilla_names(pins, ancillas))
    for edge in sorted(sorted(edge) for edge in edges or ()):
        if len(edge) != 2:
            raise InvcError(f"the graph couples {edge[0]!r} to itself", where=name)
        for end in edge:
            if end not in spins:
                hint = nearest(end, spins)
                raise InvcError(f"the graph names {end!r}, which is no spin", where=name, hint=hint)


def _check_given(name: str, pins: Sequence[str], given: Function) -> None:
    for pin in given.inputs:
        if pin not in pins:
            hint = nearest(pin, pins)
            raise InvcError(f"an ancilla reads {pin!r}, which is no pin", where=name, hint=hint)
    for ancilla in given.outputs:
        if ancilla in pins:
            raise InvcError(f"ancilla {ancilla!r} is a pin", where=name, hint="name it x0")


def _loosen(bounds: Bounds) -> str:
    """Which options may be the ones that made it impossible."""
    given = {
        "--ancilla": bounds.given is not None,
        "--ancillas": bounds.ancillas is not None and bounds.given is None,
        "--bits": bounds.bits is not None,
        "--graph": bounds.edges is not None,
        "--max-coefficient": bounds.bits is None and bounds.max_coefficient < 32,
    }
    options = [option for option, is_given in given.items() if is_given]
    if not options:
        return "give a larger number of --ancillas, or build it of smaller cells with 'invc synth'"
    return f"loosen {' or '.join(options)}"
