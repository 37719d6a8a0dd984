"""When cold sweeps of a stage end: with enough lanes, or once no more lanes come."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest

from invc.engine.inputs.sampler import COLD, Attempt, Step, Walkers
from invc.pbits.lanes import LANES, WORDS, UInt64


class Counted:
    """Walkers of which so many lanes meet the active goals after each sweep, and none all goals."""

    def __init__(self, counts: Sequence[int]) -> None:
        self.counts, self.done = counts, 0

    def walk(self, *_: object) -> int:
        self.done += 1
        return 1

    def meets(self, every: bool, out: UInt64) -> None:
        count = 0 if every else self.counts[min(self.done, len(self.counts)) - 1]
        lanes = np.arange(LANES) < count
        out[:] = np.packbits(lanes, bitorder="little").view(np.uint64)


@pytest.mark.parametrize(
    ("counts", "sweeps", "left"),
    [
        ((10, 100, 768, 800), 3, 768),  # three quarters are enough, although more still come
        ((10, 767, 768, 800), 3, 768),
        ((10, 100, 200, 300, 400, 500, 600), 8, 600),  # as long as more come
        ((300, 300, 300, 300, 300), 4, 300),  # not before the fourth sweep
        ((0, 300, 100, 300, 310, 320), 5, 310),
        ((0, 0, 0, 0, 0, 0), 9, 0),  # a stage that none meets has all sweeps
        ((7, 7, 7, 7, 7, 7), 9, 7),
        ((8, 8, 8, 8, 8, 8), 4, 8),
        ((10, 40, 100, 109, 110, 111), 5, 110),  # a twentieth more and four lanes are enough more
        ((10, 40, 100, 108, 200, 300), 4, 108),
    ],
)
def test_cold_sweeps_end_when_no_more_lanes_come(
    counts: Sequence[int], sweeps: int, left: int
) -> None:
    walkers = Counted(counts)
    attempt = Attempt(cast(Walkers, walkers), 1, lambda: False)
    assert attempt.settle(Step(filters=True, adapts=True, sweeps=9), 0) == (False, left)
    assert attempt.sweeps == walkers.done == sweeps
    assert attempt.good.shape == (WORDS,)


class Scripted:
    """Walkers that make so many sweeps at a time, with so many good lanes after each time."""

    def __init__(self, sweeps: Sequence[int], good: Sequence[int]) -> None:
        self.sweeps, self.good, self.asked = iter(sweeps), iter(good), list[int]()

    def walk(self, *given: object) -> int:
        self.asked.append(cast(int, given[5]))
        return next(self.sweeps)

    def meets(self, every: bool, out: UInt64) -> None:
        out[:] = np.packbits(np.arange(LANES) < next(self.good), bitorder="little").view(np.uint64)


@pytest.mark.parametrize(
    ("sweeps", "wanted", "good", "asked", "met"),
    [
        ((2, 2, 1), 0, (3,), [5, 3, 1], True),  # as many as there are to be
        ((5,), 0, (2,), [5], False),
        ((2, 3), 3, (2, 3), [5, 3], True),
        ((2, 3), 3, (2, 2, 2), [5, 3], False),
        ((2,), 3, (3,), [5], True),  # until so many are good
    ],
)
def test_a_walk_ends_with_its_sweeps_or_with_enough(
    sweeps: Sequence[int], wanted: int, good: Sequence[int], asked: list[int], met: bool
) -> None:
    walkers = Scripted(sweeps, good)
    attempt = Attempt(cast(Walkers, walkers), 1, lambda: False, wanted=3)
    assert attempt.walk(COLD, True, 5, wanted) is met
    assert walkers.asked == asked
    assert attempt.sweeps == sum(sweeps)


def test_who_is_stopped_says_so() -> None:
    step = Step(filters=True, adapts=True, sweeps=9)
    attempt = Attempt(cast(Walkers, Scripted((), ())), 1, lambda: True)
    assert attempt.walk(COLD, True, 5, 1) is None
    assert attempt.settle(step, 0)[0] is None
    lucky = Attempt(cast(Walkers, Scripted((1, 1), (0, 0, 1))), 1, lambda: False)
    assert lucky.settle(step, 0)[0] is True, "an answer ends it"
    assert lucky.sweeps == 2
