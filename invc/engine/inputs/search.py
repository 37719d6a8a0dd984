"""One block of the dynamics `inputs`: 1,024 replicas of all free inputs, component by component."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

import numpy as np
import numpy.typing as npt

from invc.engine.inputs.exact import MOST_INPUTS, Answers, enumerate_answers
from invc.engine.inputs.marginal import Marginal
from invc.engine.inputs.sampler import LEVELS, STEPS, Attempt, Step, Walkers
from invc.ising.model import Int32, Int64
from invc.pbits.inputs.code import walkers_of
from invc.pbits.lanes import LANES, WORDS, UInt64, bits_of, empty_rows, ones, words_of
from invc.pbits.native import free_inputs as native
from invc.pbits.random import block_generator, first_state, generators

# Rows that trying all assignments may evaluate, from the first block on, from the second, ...
EFFORTS = (1 << 18, 1 << 24, 1 << 26)
SLICE = 1 << 24  # rows of a part of more assignments than that, one part a block
MOST_SLICES = 1 << 24
LONGEST = 6  # times that steps become twice as long
MANY = 4  # a block with more than one in so many good is in no order: some are enough to judge
LEAST_LINGER = 8  # sweeps after a first answer, where many are wanted
ODDS = 1 << 16
CONES = 2.5  # cones of single inputs that a move evaluates: of two, half of the time, and again


@dataclass(frozen=True)
class Wish:
    """What a block is for.

    Attributes:
        seed: The user's; with the number of the block it fixes every random number.
        number: Of the block.
        turn: Blocks of this dynamics before it.
        wanted: Answers at which it may end; None: as many as it can.
        sweeps: Samples are wanted after exactly so many sweeps at fixed temperatures; None: answers
            are, however they are found.
    """

    seed: int
    number: int
    turn: int = 0
    wanted: int | None = None
    sweeps: int | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """What to try with a component; the first alone where there is but one component."""
        longer = min(LONGEST, self.turn // len(STEPS))
        first = self.turn % len(STEPS)
        turned = (*STEPS[first:], *STEPS[:first])
        return tuple(step._replace(sweeps=step.sweeps << longer) for step in turned)


@dataclass(frozen=True, eq=False)
class Found:
    """A block at its end.

    Attributes:
        kept: Rows of the inputs that are left. Shape (kept, 16).
        lanes: Replicas that meet all goals, all different where they were found by copying.
        sweeps: Of the component that took most.
        updates: Rows evaluated, of all components.
        impossible: Whether all assignments of a component were tried in vain.
    """

    kept: UInt64
    lanes: int
    sweeps: int
    updates: int
    impossible: bool = False


@dataclass(eq=False)
class _Part:
    """Rows of a component's inputs, and which lanes meet its goals; None: all, by exact draws."""

    rows: UInt64
    good: UInt64 | None = None
    sweeps: int = 1
    updates: int = 0
    impossible: bool = False


@dataclass(frozen=True, eq=False)
class Search:
    """A prepared question and what has been found out about it so far.

    Attributes:
        marginal: What is asked of the free inputs.
        kernel: What code moves them.
    """

    marginal: Marginal
    kernel: str
    _tried: dict[tuple[object, ...], Answers | None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __reduce__(self) -> tuple[object, ...]:
        return Search, (self.marginal, self.kernel)

    @cached_property
    def first_cost(self) -> float:
        """Rows that the first block evaluates at most, about."""
        rows = 0.0
        for part in self.marginal.components:
            if part.inputs <= MOST_INPUTS and part.effort <= EFFORTS[0]:
                rows += part.effort
            else:
                sweep = CONES * float(part.cone_size.sum())
                rows += EFFORTS[0] + STEPS[0].sweeps * sweep
        return rows

    @cached_property
    def probabilities(self) -> tuple[npt.NDArray[np.float64], ...]:
        """P(bit = 1) of the biases of each component."""
        given = np.array([bias.probability for bias in self.marginal.biases])
        return tuple(
            given[part.bias] if len(part.bias) else given[:0] for part in self.marginal.components
        )

    @property
    def count(self) -> int | None:
        """How many answers there are, once that is known."""
        if self.marginal.impossible:
            return 0
        total = 1 << self.marginal.tossed
        for c in range(len(self.marginal.components)):
            known = next(
                (a for (at, *_), a in self._tried.items() if at == c and a and a.complete), None
            )
            if known is None:
                return None
            total *= known.count
        return total

    def run(self, wish: Wish, stopped: Callable[[], bool]) -> Found | None:
        """One block, or None where it was stopped."""
        source = block_generator(wish.seed, wish.number)
        kept = first_state(source, self.marginal.kept)
        parts = []
        sampled = [c for c in range(len(self.marginal.components)) if not self.exact(c, wish)]
        for c in range(len(self.marginal.components)):
            part = self.part(c, wish, source, stopped, alone=len(sampled) <= 1)
            if part is None:
                return None
            parts.append(part)
        lanes = self.merge(kept, parts, np.random.Generator(source), wish)
        return Found(
            kept,
            lanes,
            max((part.sweeps for part in parts), default=1),
            sum(part.updates for part in parts),
            any(part.impossible for part in parts),
        )

    def part(
        self,
        c: int,
        wish: Wish,
        source: np.random.Philox,
        stopped: Callable[[], bool],
        *,
        alone: bool,
    ) -> _Part | None:
        """What a block finds for one component."""
        component = self.marginal.components[c]
        draws = np.random.Generator(source)
        answers = self.exact(c, wish)
        if answers is not None:
            if answers.count:
                return _Part(answers.draw(draws, component.inputs), updates=answers.evaluated)
            return _Part(first_state(source, component.inputs), _none(), impossible=True)
        walkers = self.walkers(c, source)
        if wish.sweeps is not None or len(component.biased):
            part = _samples(walkers, component, wish.sweeps or STEPS[0].sweeps, stopped)
        else:
            part = _attempts(walkers, component, wish, stopped, alone=alone)
        if part is None or part.good is None or ones(part.good) or wish.sweeps is not None:
            return part
        found = self.partial(c, wish, stopped)
        if found is None or not found.count:
            return part
        return _Part(found.draw(draws, component.inputs), updates=part.updates + found.evaluated)

    def walkers(self, c: int, source: np.random.Philox) -> Walkers:
        """1,024 assignments of a component."""
        p = self.probabilities[c]
        odds: Int32 = np.rint(ODDS * np.minimum(p, 1 - p) / np.maximum(p, 1 - p)).astype(np.int32)
        favoured = (p >= 0.5).astype(np.uint8)
        picks = int(source.random_raw())
        return walkers_of(self.kernel)(
            self.marginal.components[c], generators(source), picks, odds, favoured
        )

    def exact(self, c: int, wish: Wish) -> Answers | None:
        """All answers of a component, or as many as are wanted, where they are quickly found."""
        component = self.marginal.components[c]
        if component.inputs > MOST_INPUTS:
            return None
        biases = self.probabilities[c] if len(component.biased) else None
        effort = component.effort
        for most in EFFORTS[: wish.turn + 1]:
            if effort <= most or most == EFFORTS[0]:
                found = self.tried(c, most, 0 if effort <= most else wish.wanted or 0, wish.seed)
                if found.complete or (
                    wish.wanted and found.count >= wish.wanted and biases is None
                ):
                    return found
        return None

    def tried(self, c: int, most: int, wanted: int, seed: int) -> Answers:
        """The assignments of a component as far as some effort goes, each asked for once."""
        component = self.marginal.components[c]
        key = (c, most, wanted, seed if wanted else None)
        biases = self.probabilities[c] if len(component.biased) else None
        with self._lock:
            known = self._tried.get(key)
            if known is None:
                order = _scrambled(seed) if wanted else 0
                known = enumerate_answers(
                    component, self.kernel, most, wanted=wanted, order=order, biases=biases
                )
                self._tried[key] = known
        assert known is not None
        return known

    def partial(self, c: int, wish: Wish, stopped: Callable[[], bool]) -> Answers | None:
        """Answers in a part of the assignments, another one in each block."""
        component = self.marginal.components[c]
        if component.inputs > MOST_INPUTS or not wish.turn:
            return None
        fixed = max(0, int(np.ceil(np.log2(max(1.0, component.effort / SLICE)))))
        if fixed > component.inputs - 10 or 1 << fixed > MOST_SLICES:
            return None
        order = _scrambled(wish.seed) ^ (wish.turn - 1)
        return enumerate_answers(
            component,
            self.kernel,
            4 * SLICE,
            wanted=wish.wanted or 0,
            order=order,
            fixed=fixed,
            stopped=stopped,
        )

    def merge(
        self, kept: UInt64, parts: list[_Part], draws: np.random.Generator, wish: Wish
    ) -> int:
        """Put the components' inputs side by side; how many lanes meet the goals of all.

        A replica of one component is used once. Where only one was sampled the lanes stay as they
        are, or are shuffled where many are good; else those that are good in each come first, in an
        order that chance chooses.
        """
        sampled = [part for part in parts if part.good is not None]
        for part, place in zip(parts, self.marginal.places, strict=True):
            kept[place] = part.rows
        if not sampled:
            return LANES
        counts = [ones(part.good) for part in sampled if part.good is not None]
        if len(sampled) > 1 or wish.sweeps is not None or counts[0] > LANES // MANY:
            for part, place in zip(parts, self.marginal.places, strict=True):
                if part.good is None:
                    continue
                order = _shuffled(part.good, draws, apart=wish.sweeps is None and len(sampled) > 1)
                kept[place] = words_of(np.ascontiguousarray(bits_of(part.rows)[:, order]))
        return min(counts)


def _none() -> UInt64:
    return np.zeros(WORDS, dtype=np.uint64)


def _scrambled(seed: int) -> int:
    """A number whose bits say where to begin."""
    return (seed * 0x9E3779B97F4A7C15 >> 7) & ((1 << 63) - 1)


def _shuffled(good: UInt64, draws: np.random.Generator, *, apart: bool) -> Int64:
    """All lanes in an order that chance chooses, good ones first where they are to be `apart`."""
    order: Int64 = draws.permutation(LANES)
    if not apart:
        return order
    bad = bits_of(good)[order] == 0
    return order[np.argsort(bad, kind="stable")]


def _samples(
    walkers: Walkers, component: native.Component, sweeps: int, stopped: Callable[[], bool]
) -> _Part | None:
    """Metropolis at fixed temperatures, of equal weights, from random inputs."""
    attempt = Attempt(walkers, len(component.goals), stopped)
    walkers.randomize()
    if attempt.walk(LEVELS, False, sweeps, 0) is None:
        return None
    return _part_of(attempt, component)


def _attempts(
    walkers: Walkers,
    component: native.Component,
    wish: Wish,
    stopped: Callable[[], bool],
    *,
    alone: bool,
) -> _Part | None:
    """Steps until there is an answer; the first one alone where no other component needs one."""
    attempt = Attempt(walkers, len(component.goals), stopped)
    for step in wish.steps[:1] if alone else wish.steps:
        before = attempt.sweeps
        met = attempt.run(step)
        if met is None:
            return None
        if not met:
            continue
        if not step.filters and (wish.wanted or LANES) > ones(attempt.good):
            kept = _part_of(attempt, component)
            linger = max(LEAST_LINGER, attempt.sweeps - before)
            if attempt.walk(LEVELS, False, linger, 0) is None:
                return None
            attempt.look()
            if ones(attempt.good) < ones(kept.good if kept.good is not None else attempt.good):
                return kept
        part = _part_of(attempt, component)
        if step.filters:
            part.good = _distinct(part.rows, attempt.good)
        return part
    return _part_of(attempt, component)


def _part_of(attempt: Attempt, component: native.Component) -> _Part:
    rows = empty_rows(component.inputs)
    attempt.walkers.read(rows)
    attempt.look()
    updates = attempt.walkers.evaluated
    return _Part(rows, attempt.good.copy(), max(1, attempt.sweeps), updates)


def _distinct(rows: UInt64, good: UInt64) -> UInt64:
    """Of good lanes that are alike the first one."""
    lanes = np.flatnonzero(bits_of(good))
    packed = np.packbits(bits_of(rows)[:, lanes].T, axis=1)
    first = np.unique(packed, axis=0, return_index=True)[1]
    only = np.zeros(LANES, dtype=np.uint8)
    only[lanes[first]] = 1
    return words_of(only)
