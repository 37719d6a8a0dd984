"""Gates that known pins turn into clauses of two literals: these need no ancillas.

A conjunction clamped to 1 holds of each of its parts, a disjunction at 0 fails of each. Unit
propagation follows that from gate to gate. Where a cell has several parts inside, as in
(a & b) | c = (a | c) & (b | c), its own Hamiltonian couples them through ancillas, and a model
that has to keep all of them at their ground level mixes badly. A clause of two literals is a
penalty on two spins and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple, TypeAlias

import numpy as np

from invc.design.assemble import gate_terms
from invc.design.design import Design
from invc.design.pins import Pins
from invc.ising import IsingModel, from_terms
from invc.ising.model import Int8, Int64
from invc.netlist import Function, Gate

MOST_FREE = 8  # pins of a gate that is split
Clause: TypeAlias = tuple[tuple[int, int], tuple[int, int]]  # two pins with the values to rule out


@dataclass(frozen=True, eq=False)
class Split:
    """The model of a question that has clauses in place of some gates.

    Attributes:
        model: Over the same spins, ground level 0; nothing couples those that left.
        left: Ancillas that left, ascending: each follows from the pins of its gate.
    """

    model: IsingModel
    left: Int64


class Penalty(NamedTuple):
    """A clause of a model: two spins that cost something where both have the values ruled out.

    Attributes:
        spins: Which.
        signs: -1 or +1: what is ruled out.
        weight: A quarter of what it costs.
    """

    spins: tuple[int, int]
    signs: tuple[int, int]
    weight: int


def split_gates(design: Design, values: Int8, pins: Sequence[Pins]) -> Split | None:
    """Replace the gates that are clauses now; None where there are none.

    Answers are the same, each with one ground state. A broken clause costs at least the gap of the
    gate that it is of.

    Args:
        design: Whose gates.
        values: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
        pins: What is known of the pins of each gate.
    """
    gates, starts = design.netlist.gates, design.ancilla_starts
    gate_of = _with_ancillas(design)
    chosen: list[int] = []
    penalties: list[Penalty] = []
    for k in gate_of[values[starts[gate_of]] == 0].tolist():
        clauses = _clauses(gates[k].function, pins[k])
        if clauses is not None and _apart(gates[k], pins[k]):
            chosen.append(k)
            weight = -(-design.cells[gates[k].function.name].gap // 4)
            penalties += [_penalty(gates[k].pins, clause, weight) for clause in clauses]
    if not chosen:
        return None
    left = np.concatenate([np.arange(starts[k], starts[k + 1]) for k in chosen])
    return Split(_replaced(design, chosen, penalties), left[values[left] == 0])


@lru_cache(maxsize=16)
def _with_ancillas(design: Design) -> Int64:
    """The gates that have ancillas, ascending."""
    return np.flatnonzero(np.diff(design.ancilla_starts))


def _apart(gate: Gate, known: Pins) -> bool:
    """Whether the pins of a gate that are free are as many nets."""
    nets = [pin >> 1 for i, pin in enumerate(gate.pins) if not known >> 2 * i & 1]
    return len({*nets}) == len(nets)


@lru_cache(maxsize=1 << 14)
def _clauses(function: Function, known: Pins) -> tuple[Clause, ...] | None:
    """What is left of a function whose pins are partly known, as clauses of two literals, if it is.

    Of those that follow, as few as will do: each is taken away that the others do not need.
    """
    count = len(function.pins)
    free = [i for i in range(count) if not known >> 2 * i & 1]
    if len(free) == count or len(free) > MOST_FREE:
        return None
    fixed = [(i, known >> 2 * i + 1 & 1) for i in range(count) if i not in free]
    rows = {row for row in function.rows if all(row >> i & 1 == value for i, value in fixed)}
    rows = {sum((row >> i & 1) << n for n, i in enumerate(free)) for row in rows}
    pairs = [
        ((a, x), (b, y))
        for a, b in combinations(range(len(free)), 2)
        for x in (0, 1)
        for y in (0, 1)
        if not any(row >> a & 1 == x and row >> b & 1 == y for row in rows)
    ]
    if _allowed(len(free), pairs) != rows:
        return None
    for pair in pairs.copy():
        others = [other for other in pairs if other != pair]
        if _allowed(len(free), others) == rows:
            pairs = others
    return tuple(((free[a], x), (free[b], y)) for (a, x), (b, y) in pairs)


def _allowed(width: int, pairs: Iterable[Clause]) -> set[int]:
    """The numbers of so many bits that have no pair of values that is ruled out."""
    ruled_out = [(1 << a | 1 << b, x << a | y << b) for (a, x), (b, y) in pairs]
    return {v for v in range(1 << width) if all(v & mask != bad for mask, bad in ruled_out)}


def _penalty(pins: Sequence[int], clause: Clause, weight: int) -> Penalty:
    (i, _), (j, _) = clause
    signs = tuple(2 * (value ^ pins[pin] & 1) - 1 for pin, value in clause)
    return Penalty(((pins[i] >> 1) - 1, (pins[j] >> 1) - 1), (signs[0], signs[1]), weight)


def _replaced(design: Design, chosen: Sequence[int], penalties: Sequence[Penalty]) -> IsingModel:
    """The model of a design with penalties in place of some gates.

    A penalty is w (1 + s m) (1 + s' m'), which is 4 w where both spins are what is ruled out.
    """
    model, terms = design.model, gate_terms(design.netlist, design.cells, chosen)
    h = model.h.astype(np.int64)
    np.add.at(h, terms.biases[:, 1], -terms.biases[:, 2])
    spins: Int64 = np.array([p.spins for p in penalties], dtype=np.int64).reshape(-1, 2)
    signs: Int64 = np.array([p.signs for p in penalties], dtype=np.int64).reshape(-1, 2)
    weight: Int64 = np.array([p.weight for p in penalties], dtype=np.int64)
    for end in (0, 1):
        np.add.at(h, spins[:, end], -weight * signs[:, end])
    _, i, j, J = terms.couplings.T
    return from_terms(
        model.spins,
        h,
        np.concatenate([model.edges[:, 0], i, spins[:, 0]]),
        np.concatenate([model.edges[:, 1], j, spins[:, 1]]),
        np.concatenate([model.J, -J, -weight * signs[:, 0] * signs[:, 1]]),
        model.offset - terms.offset + int(weight.sum()),
    )
