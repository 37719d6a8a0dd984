"""Solve a cell: the integers h and J whose ground states are exactly a relation's rows.

One mixed-integer program over h, J, the ground level and the choice of ancilla word for each
valid row, through PuLP. The order of what is wanted: fewest ancillas, then the largest gap for
the coefficient bound |h| <= 2 K, |J| <= K, then the smallest K at which integers reach that gap,
then the smallest sum of coefficients. The result is proven by exhaustion before it is returned.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from time import monotonic
from typing import Any

import pulp

from invc.diagnostics import InvcError
from invc.library.cell import Cell
from invc.library.expression import Specification
from invc.library.proof import prove_cell

BIAS_RATIO = 2  # |h| may be this many times the bound on |J|, as on the published cells
MAX_SPINS = 14
RATIO_STEPS = 96  # gap ratios are fractions with a denominator up to this


@dataclass(frozen=True)
class Bounds:
    """What a cell may use.

    Attributes:
        ancillas: Exactly this many, or None for the fewest.
        max_ancillas: Give up beyond this many.
        max_coefficient: Largest |J| of the integer cell; |h| may be twice that.
        bits: Every coefficient fits a signed integer of this many bits, or None.
        edges: Spin pairs that may couple, by name, or None for all.
        time_limit: Seconds for the whole search, or None.
        degenerate: Whether a valid row may have several ancilla words at the ground level.
    """

    ancillas: int | None = None
    max_ancillas: int = 3
    max_coefficient: int = 32
    bits: int | None = None
    edges: frozenset[frozenset[str]] | None = None
    time_limit: float | None = None
    degenerate: bool = False


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


class _OutOfTime(Exception):
    pass


def solve_cell(
    name: str, specification: Specification, bounds: Bounds = Bounds(), *, text: str = ""
) -> Solution:
    """Find the best cell for a relation.

    Raises:
        InvcError: No cell exists within the bounds; the message says which bound made it so.
    """
    deadline = None if bounds.time_limit is None else monotonic() + bounds.time_limit
    counts = (
        range(bounds.max_ancillas + 1)
        if bounds.ancillas is None
        else range(bounds.ancillas, bounds.ancillas + 1)
    )
    tried: list[str] = []
    for count in counts:
        if len(specification.pins) + count > MAX_SPINS:
            break
        problem = _Problem(name, specification, count, bounds, deadline)
        try:
            ratio, optimal = problem.best_ratio()
            if ratio is None:
                tried.append(f"no cell with {_plural(count, 'ancilla')}")
                continue
            cell = problem.integer_cell(ratio, text, optimal)
        except _OutOfTime:
            raise InvcError(
                f"the time limit ended the search with {_plural(count, 'ancilla')}",
                where=name,
                hint="; ".join([*tried, "give a longer --time-limit"]),
            ) from None
        if cell is None:
            tried.append(
                f"with {_plural(count, 'ancilla')} no integers up to {bounds.max_coefficient} "
                f"reach gap {float(ratio):.4g} times the largest |J|"
            )
            continue
        return Solution(cell, optimal, tuple(tried))
    limit = "that many ancillas" if bounds.ancillas is not None else "these bounds"
    raise InvcError(
        f"no cell exists with {limit}",
        where=name,
        hint="; ".join(tried) or f"at most {MAX_SPINS} spins",
    )


class _Problem:
    """The program for one number of ancillas."""

    def __init__(
        self,
        name: str,
        specification: Specification,
        ancillas: int,
        bounds: Bounds,
        deadline: float | None,
    ) -> None:
        self.name, self.specification, self.bounds = name, specification, bounds
        self.ancillas = _ancilla_names(specification.pins, ancillas)
        self.spins = specification.pins + self.ancillas
        self.deadline = deadline
        self.pairs = [
            (i, j)
            for i, j in combinations(range(len(self.spins)), 2)
            if bounds.edges is None or frozenset((self.spins[i], self.spins[j])) in bounds.edges
        ]

    def solver(self) -> Any:  # noqa: ANN401 - PuLP has no types
        left = None
        if self.deadline is not None:
            left = self.deadline - monotonic()
            if left <= 0:
                raise _OutOfTime
        if "HiGHS" in pulp.listSolvers(onlyAvailable=True):
            return pulp.HiGHS(msg=False, timeLimit=left, gapRel=0, gapAbs=1e-7, threads=1)
        return pulp.PULP_CBC_CMD(msg=False, timeLimit=left, gapRel=0, threads=1)

    def program(self, bound: int, *, integers: bool) -> tuple[Any, list[Any], list[Any], Any]:
        """Constraints for |J| <= bound; returns the program, h, J and the gap."""
        program = pulp.LpProblem("cell", pulp.LpMaximize)
        category = "Integer" if integers else "Continuous"
        h = [
            pulp.LpVariable(f"h{i}", -BIAS_RATIO * bound, BIAS_RATIO * bound, category)
            for i in range(len(self.spins))
        ]
        J = [pulp.LpVariable(f"J{i}_{j}", -bound, bound, category) for i, j in self.pairs]
        span = bound * (BIAS_RATIO * len(h) + len(J))
        ground = pulp.LpVariable("ground", -span, span)
        gap = pulp.LpVariable("gap", 0, 2 * span)
        pins, words = len(self.specification.pins), 1 << len(self.ancillas)
        # Words that are not chosen stand above the ground level: by at least 2 in integers,
        # since flipping spins changes the energy by twice an integer.
        margin = 2 if integers else bound / 64
        first = True
        for row in range(1 << pins):
            valid = self.specification.rows >> row & 1
            choice = []
            for word in range(words):
                energy = self.energy(h, J, row | word << pins)
                if not valid:
                    program += energy >= ground + gap
                elif words == 1:
                    program += energy == ground
                else:
                    chosen = pulp.LpVariable(f"z{row}_{word}", cat="Binary")
                    choice.append(chosen)
                    program += energy <= ground + 2 * span * (1 - chosen)
                    least = 0 if self.bounds.degenerate else margin
                    program += energy >= ground + least * (1 - chosen)
            if choice:
                program += pulp.lpSum(choice) == 1
                if first:  # an ancilla may be flipped: its value in the first valid row is 0
                    program += choice[0] == 1
                    first = False
        return program, h, J, gap

    def energy(self, h: Sequence[Any], J: Sequence[Any], state: int) -> Any:  # noqa: ANN401
        m = [2 * (state >> i & 1) - 1 for i in range(len(self.spins))]
        terms = [(h[i], -m[i]) for i in range(len(m))]
        terms += [(J[k], -m[i] * m[j]) for k, (i, j) in enumerate(self.pairs)]
        return pulp.LpAffineExpression(terms)

    def best_ratio(self) -> tuple[Fraction | None, bool]:
        """The largest gap for |J| <= 1, |h| <= 2, and whether that is proven."""
        program, _, _, gap = self.program(1, integers=False)
        program.setObjective(gap)
        _solve(program, self.solver())
        if program.status == pulp.LpStatusNotSolved or gap.varValue is None:
            if self.deadline is not None and monotonic() >= self.deadline:
                raise _OutOfTime
            return None, True
        if program.status != pulp.LpStatusOptimal or gap.varValue < 1e-4:
            return None, True
        optimal = program.sol_status == pulp.LpSolutionOptimal
        return Fraction(gap.varValue).limit_denominator(RATIO_STEPS), optimal

    def integer_cell(self, ratio: Fraction, text: str, optimal: bool) -> Cell | None:
        """The cell with the smallest bound at which integers reach the ratio."""
        for bound in range(1, self.bounds.max_coefficient + 1):
            if (ratio * bound).denominator != 1:
                continue
            program, h, J, gap = self.program(bound, integers=True)
            program += gap == int(ratio * bound)
            size = self.sizes(program, h, J, bound)
            largest = pulp.LpVariable("largest", 0, BIAS_RATIO * bound)
            for one in size:
                program += largest >= one
            if self.bounds.bits is not None:
                program += largest <= (1 << self.bounds.bits - 1) - 1
            program.sense = pulp.LpMinimize
            # The largest coefficient first: it weighs more than all others can sum to.
            program.setObjective(BIAS_RATIO * bound * len(size) * largest + pulp.lpSum(size))
            _solve(program, self.solver())
            if program.status == pulp.LpStatusOptimal and h[0].varValue is not None:
                return self.cell(h, J, text, optimal)
        return None

    def sizes(self, program: Any, h: list[Any], J: list[Any], bound: int) -> list[Any]:  # noqa: ANN401
        sizes = []
        for variable in (*h, *J):
            size = pulp.LpVariable(f"a_{variable.name}", 0, BIAS_RATIO * bound)
            program += size >= variable
            program += size >= -variable
            sizes.append(size)
        return sizes

    def cell(self, h: list[Any], J: list[Any], text: str, optimal: bool) -> Cell:
        biases = tuple(round(x.varValue) for x in h)
        couplings = tuple(
            (i, j, round(x.varValue))
            for (i, j), x in zip(self.pairs, J, strict=True)
            if round(x.varValue)
        )
        solver = "HiGHS" if "HiGHS" in pulp.listSolvers(onlyAvailable=True) else "CBC"
        proven = "proven optimal" if optimal else "stopped by the time limit"
        draft = Cell(
            self.name,
            self.specification.pins,
            self.specification.rows,
            self.ancillas,
            biases,
            couplings,
            0,
            1,
            self.specification.function,
            text,
            f"invc lib-gen, PuLP {pulp.__version__} with {solver}, {proven}",
        )
        return prove_cell(draft, degenerate=self.bounds.degenerate)


def _solve(program: Any, solver: Any) -> None:  # noqa: ANN401 - PuLP has no types
    """Solve with file descriptor 1 closed off: HiGHS prints a banner past every option."""
    sys.stdout.flush()
    kept = os.dup(1)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            program.solve(solver)
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def _ancilla_names(pins: Sequence[str], count: int) -> tuple[str, ...]:
    free = (f"x{k}" for k in range(count + len(pins)))
    return tuple(name for name in free if name not in pins)[:count]


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
