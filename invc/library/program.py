"""The mixed-integer program whose solution is a cell with so many ancillas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, pairwise
from time import monotonic
from typing import Any, NamedTuple

import pulp

from invc.library import milp
from invc.library.cell import Cell
from invc.library.expression import Specification
from invc.library.proof import prove_cell
from invc.netlist import Function

BIAS_RATIO = 2  # |h| may be this many times the bound on |J|, as on the published cells
RATIO_STEPS = 96  # gap ratios are fractions with a denominator up to this
SMALLEST_GAP = 1e-4  # below it is the solver's rounding
QUICK_BOUND = 8  # of |J|, where time may run out for better
SHARE = 0.6  # of the time left, for a step that others have to follow


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
        given: What the ancillas are, as functions of pins, or None to find that out.
    """

    ancillas: int | None = None
    max_ancillas: int = 3
    max_coefficient: int = 32
    bits: int | None = None
    edges: frozenset[frozenset[str]] | None = None
    time_limit: float | None = None
    degenerate: bool = False
    given: Function | None = None


class NoTime(Exception):
    """The time ended before anything was known: who asked says it in words."""


class Found(NamedTuple):
    """A cell or why there is none, in words; and whether that is proven."""

    cell: Cell | None
    why: str
    optimal: bool = True


class Problem:
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
        given = bounds.given
        self.ancillas = given.outputs if given else ancilla_names(specification.pins, ancillas)
        self.given = _words(specification, given) if given else None
        self.spins = specification.pins + self.ancillas
        self.deadline = deadline
        self.words: Mapping[int, int] = {}
        self.cap = None if bounds.bits is None else (1 << bounds.bits - 1) - 1
        self.limit = min(bounds.max_coefficient, self.cap or bounds.max_coefficient)
        self.pairs = [
            (i, j)
            for i, j in combinations(range(len(self.spins)), 2)
            if bounds.edges is None or frozenset((self.spins[i], self.spins[j])) in bounds.edges
        ]

    def solver(self, share: float = 1) -> Any:  # noqa: ANN401 - PuLP has no types
        """A solver that may use a share of the time left."""
        left = None
        if self.deadline is not None:
            left = (self.deadline - monotonic()) * share
            if left <= 0:
                raise NoTime
        return milp.solver_for(left)

    def solve(self, text: str) -> Found:
        """The cell with the largest gap that integers within the bounds reach."""
        count = plural(len(self.ancillas), "ancilla")
        ratio, optimal = self.best_ratio()
        if ratio is None:
            return Found(None, self.why_none(count))
        if optimal:
            found = self.integer_cell(ratio, text) or self.widest(text)
        else:
            found = self.hurried(text)
        if found is None:
            held = f" of {self.bounds.bits} bits" if self.bounds.bits else ""
            return Found(
                None, f"with {count} no integers{held} up to {self.limit} keep the rows apart"
            )
        return found

    def why_none(self, count: str) -> str:
        """Why there is no cell: the graph, or the relation with so many ancillas."""
        if self.bounds.edges is not None:
            free = replace(self.bounds, edges=None)
            whole = Problem(self.name, self.specification, len(self.ancillas), free, self.deadline)
            ratio, _ = whole.best_ratio()
            if ratio is not None:
                gap = f"gap {float(ratio):.3g} times the largest |J|"
                return f"with {count} not on this graph (with every pair coupled: {gap})"
        return f"no cell with {count}"

    def program(
        self, bound: int, *, integers: bool, words: Mapping[int, int] | None = None
    ) -> tuple[Any, list[Any], list[Any], Any]:
        """Constraints for |J| <= bound, |h| <= 2 bound; returns the program, h, J and the gap.

        The ancilla word of each valid row is free, or the one in `words`.
        """
        words = words or self.given
        program = pulp.LpProblem("cell", pulp.LpMaximize)
        category = "Integer" if integers else "Continuous"
        most = BIAS_RATIO * bound
        if integers and self.cap is not None:
            most = min(most, self.cap)
        h = [milp.variable(program, f"h{i}", -most, most, category) for i in range(len(self.spins))]
        J = [milp.variable(program, f"J{i}_{j}", -bound, bound, category) for i, j in self.pairs]
        span = bound * (BIAS_RATIO * len(h) + len(J))
        ground = milp.variable(program, "ground", -span, span)
        gap = milp.variable(program, "gap", 0, 2 * span)
        pins, words_of_ancillas = len(self.specification.pins), 1 << len(self.ancillas)
        # Words that are not chosen stand above the ground level: by at least 2 in integers,
        # since flipping spins changes the energy by twice an integer.
        margin = 2 if integers else bound / 64
        least = 0 if self.bounds.degenerate else margin
        self.choices: dict[int, list[Any]] = {}
        for row in range(1 << pins):
            valid = self.specification.rows >> row & 1
            for word in range(words_of_ancillas):
                energy = self.energy(h, J, row | word << pins)
                if not valid:
                    program += energy >= ground + gap
                elif words_of_ancillas == 1 or (words and words[row] == word):
                    program += energy == ground
                elif words:
                    program += energy >= ground + least
                else:
                    chosen = milp.variable(program, f"z{row}_{word}", 0, 1, "Integer")
                    self.choices.setdefault(row, []).append(chosen)
                    program += energy <= ground + 2 * span * (1 - chosen)
                    program += energy >= ground + least * (1 - chosen)
        self.choose(program)
        return program, h, J, gap

    def choose(self, program: Any) -> None:  # noqa: ANN401
        """One word for each valid row; of words that are the same but for names, only one."""
        for row, choice in self.choices.items():
            program += pulp.lpSum(choice) == 1
            if row == min(self.choices):  # an ancilla may be flipped: here its value is 0
                program += choice[0] == 1
        if self.bounds.edges is not None:
            return
        ones = [  # ancillas may be exchanged: in the order of how often they are 1
            pulp.lpSum(
                c for z in self.choices.values() for word, c in enumerate(z) if word >> k & 1
            )
            for k in range(len(self.ancillas) if self.choices else 0)
        ]
        for fewer, more in pairwise(ones):
            program += fewer <= more

    def energy(self, h: Sequence[Any], J: Sequence[Any], state: int) -> Any:  # noqa: ANN401
        """The energy of a state, bit i of it being spin i, as a sum over the variables h and J."""
        m = [2 * (state >> i & 1) - 1 for i in range(len(self.spins))]
        terms = [(h[i], -m[i]) for i in range(len(m))]
        terms += [(J[k], -m[i] * m[j]) for k, (i, j) in enumerate(self.pairs)]
        return pulp.LpAffineExpression(terms)

    def best_ratio(self) -> tuple[Fraction | None, bool]:
        """The largest gap for |J| <= 1, |h| <= 2, and whether that is proven.

        None where there is no gap at all, which is then proven.
        """
        program, _, _, gap = self.program(1, integers=False)
        program.setObjective(gap)
        proven = milp.solve(program, self.solver(SHARE))
        if gap.varValue is None or gap.varValue < SMALLEST_GAP:
            if not proven:
                raise NoTime
            return None, True
        self.words = {
            row: max(range(len(choice)), key=lambda word: choice[word].varValue)
            for row, choice in self.choices.items()
        }
        return Fraction(gap.varValue).limit_denominator(RATIO_STEPS), proven

    def integer_cell(self, ratio: Fraction, text: str) -> Found | None:
        """The cell with the smallest bound at which integers reach the ratio."""
        # Energies differ by even numbers, as flipping a spin changes them by twice an integer.
        bounds = [
            bound
            for bound in range(ratio.denominator, self.limit + 1, ratio.denominator)
            if int(ratio * bound) % 2 == 0
        ]
        quick = self.quick_cell(ratio, bounds, text) if self.ancillas else None
        try:
            for bound in bounds:
                known = quick.cell.largest if quick and quick.cell else None
                found = self.smallest(bound, int(ratio * bound), text, True, most=known)
                if found is not None:
                    return found
        except NoTime:
            if quick is None:
                raise
        return quick

    def quick_cell(self, ratio: Fraction, bounds: Sequence[int], text: str) -> Found | None:
        """A cell with the best ratio and the ancilla words found with it: perhaps not smallest."""
        for bound in bounds:
            if bound <= QUICK_BOUND:
                found = self.smallest(bound, int(ratio * bound), text, True, words=self.words)
                if found is not None:
                    return found
        return None

    def widest(self, text: str) -> Found | None:
        """The cell with the largest gap at the largest bound, where integers miss the ratio."""
        return self.widest_at(self.limit, text, True, None)

    def hurried(self, text: str) -> Found | None:
        """A cell with the ancilla words that were the best when time ran out."""
        return self.widest_at(min(self.limit, QUICK_BOUND), text, False, self.words)

    def widest_at(
        self, bound: int, text: str, optimal: bool, words: Mapping[int, int] | None
    ) -> Found | None:
        """The cell with the largest gap for |J| <= bound, then the smallest coefficients."""
        program, h, J, gap = self.program(bound, integers=True, words=words)
        program.setObjective(gap)
        proven = milp.solve(program, self.solver(SHARE))
        if gap.varValue is None or gap.varValue < 1 - SMALLEST_GAP:
            if not (proven and optimal):
                raise NoTime
            return None
        least, optimal = round(gap.varValue), optimal and proven
        try:
            return self.smallest(bound, least, text, optimal, words=words)
        except NoTime:
            return Found(self.cell(h, J, text, optimal), "", optimal)

    def smallest(
        self,
        bound: int,
        least: int,
        text: str,
        optimal: bool,
        *,
        words: Mapping[int, int] | None = None,
        most: int | None = None,
    ) -> Found | None:
        """The cell of a given gap with the smallest coefficients, the largest one first."""
        program, h, J, gap = self.program(bound, integers=True, words=words)
        program += gap == least
        size = self.sizes(program, h, J, bound)
        top = BIAS_RATIO * bound if most is None else min(most, BIAS_RATIO * bound)
        largest = milp.variable(program, "largest", 0, top)
        for one in size:
            program += largest >= one
        program.sense = pulp.LpMinimize
        # The largest coefficient weighs more than all others can sum to.
        program.setObjective(BIAS_RATIO * bound * len(size) * largest + pulp.lpSum(size))
        proven = milp.solve(program, self.solver())
        if gap.varValue is None:
            if not proven:
                raise NoTime
            return None
        return Found(self.cell(h, J, text, optimal), "", optimal)

    def sizes(self, program: Any, h: list[Any], J: list[Any], bound: int) -> list[Any]:  # noqa: ANN401
        """Variables that are at least the magnitude of each coefficient."""
        sizes = []
        for variable in (*h, *J):
            size = milp.variable(program, f"a_{variable.name}", 0, BIAS_RATIO * bound)
            program += size >= variable
            program += size >= -variable
            sizes.append(size)
        return sizes

    def cell(self, h: list[Any], J: list[Any], text: str, optimal: bool) -> Cell:
        """The solution in rounded integers, proven by exhaustion before anybody sees it."""
        biases = tuple(round(x.varValue) for x in h)
        couplings = tuple(
            (i, j, round(x.varValue))
            for (i, j), x in zip(self.pairs, J, strict=True)
            if round(x.varValue)
        )
        proven = "proven optimal" if optimal else "stopped by the time limit"
        if self.given:
            proven += " for ancillas as given"
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
            f"invc lib-gen, PuLP {pulp.__version__} with {milp.solver_name()}, {proven}",
            self.bounds.degenerate,
        )
        return prove_cell(draft)


def _words(specification: Specification, given: Function) -> dict[int, int]:
    """The ancilla word of each valid row."""
    words = {}
    for row in range(1 << len(specification.pins)):
        if specification.rows >> row & 1:
            bits = {pin: row >> k & 1 for k, pin in enumerate(specification.pins)}
            at = sum(bits[pin] << k for k, pin in enumerate(given.inputs))
            words[row] = sum((table >> at & 1) << k for k, table in enumerate(given.tables))
    return words


def ancilla_names(pins: Sequence[str], count: int) -> tuple[str, ...]:
    """Names x0, x1, ... for so many ancillas, without those that are pins."""
    free = (f"x{k}" for k in range(count + len(pins)))
    return tuple(name for name in free if name not in pins)[:count]


def plural(count: int, noun: str) -> str:
    """A number with its noun: "1 ancilla", "2 ancillas"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
