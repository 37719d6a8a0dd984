"""When cold sweeps of a stage end: with enough lanes, or once no more lanes come."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest

from invc.engine.inputs.sampler import Attempt, Step, Walkers
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
