"""How a component whose assignments are too many to try is sampled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int32, Int64
from invc.pbits.lanes import LANES, WORDS, UInt64, empty_rows, ones

# One level up is accepted with probability 2^-k, two words for each k.
LEVELS: Int32 = np.repeat(np.arange(1, 9, dtype=np.int32), 2)
COLD: Int32 = np.zeros(WORDS, dtype=np.int32)
AT_ONCE = 1 << 18  # rows evaluated between two looks at the clock
BETWEEN = 1  # sweeps between two exchanges of neighbouring levels
ROUGH = 2  # sweeps in which everything is accepted, to see how often goals flip
MOST_WEIGHT = 7
QUARTER, ENOUGH = LANES // 4, LANES * 3 // 4
FEWEST, PATIENCE = 8, 4  # lanes that meet a stage, and sweeps before it may be given up


class Walkers(Protocol):
    """1,024 assignments of a component's inputs: compiled, or `invc.pbits.inputs.reference`."""

    @property
    def evaluated(self) -> int:
        """How many rows were evaluated so far, the unit of its work."""
        ...

    def randomize(self) -> None:
        """Toss a coin for every input."""
        ...

    def walk(
        self,
        levels: Int32,
        pairs: bool,
        adapt: bool,
        count: bool,
        between: int,
        sweeps: int,
        wanted: int,
        most: int,
    ) -> int:
        """Sweep, see `invc/pbits/native/inputs/walk.inc`; how many sweeps there were."""
        ...

    def meets(self, every: bool, out: UInt64) -> None:
        """Lanes that meet every goal, or all that are switched on. Shape (16,)."""
        ...

    def copy_good(self, good: UInt64) -> None:
        """Make lanes that are not good copies of good ones."""
        ...

    def read(self, out: UInt64) -> None:
        """The rows of the inputs. Shape (inputs, 16)."""
        ...

    def write(self, rows: UInt64) -> None:
        """Set the inputs. Shape (inputs, 16)."""
        ...

    def flips(self) -> Int64:
        """In how many lanes each goal changed by accepted moves, where that is counted."""
        ...

    def set_goals(self, weight: Int32, active: npt.NDArray[np.uint8], flips: Int64) -> None:
        """Weights of goals, which are switched on, and their flips so far."""
        ...

    def goals(self, out: UInt64) -> None:
        """Lanes that meet each goal. Shape (goals, 16)."""
        ...


class Step(NamedTuple):
    """One attempt from random inputs.

    Attributes:
        filters: Goals are switched on a few at a time and lanes that miss one become copies of
            those that do not; else all count at once, at several temperatures.
        adapts: Goals weigh more that seldom flip, and inputs are picked by how often their moves
            are accepted.
        sweeps: At most; of each stage where it filters.
    """

    filters: bool
    adapts: bool
    sweeps: int


# In turn, each time round twice as long. Found on the circuits of docs/convergence.md.
STEPS = (
    Step(filters=False, adapts=True, sweeps=64),
    Step(filters=True, adapts=True, sweeps=16),
    Step(filters=False, adapts=False, sweeps=128),
    Step(filters=True, adapts=True, sweeps=64),
)


@dataclass(eq=False)
class Attempt:
    """Walkers on their way to answers.

    Attributes:
        walkers: What moves.
        goals: How many there are.
        stopped: Asked now and then; True ends the work.
        wanted: Lanes that meet all goals, at which it ends.
        sweeps: So far.
    """

    walkers: Walkers
    goals: int
    stopped: Callable[[], bool]
    wanted: int = 1
    sweeps: int = 0
    good: UInt64 = field(default_factory=lambda: np.zeros(WORDS, dtype=np.uint64))

    def run(self, step: Step) -> bool | None:
        """Start from random inputs; whether enough lanes meet all goals, None where stopped."""
        self.walkers.randomize()
        if self.look():
            return True
        return self.filter(step) if step.filters else self.temper(step)

    def look(self) -> bool:
        """Whether enough lanes meet all goals."""
        self.walkers.meets(True, self.good)
        return ones(self.good) >= self.wanted

    def temper(self, step: Step) -> bool | None:
        """Metropolis at all temperatures, all goals switched on."""
        if step.adapts:
            self.weigh()
        return self.walk(LEVELS, step.adapts, step.sweeps, self.wanted)

    def weigh(self) -> None:
        """Give goals weights by how seldom they flip where every move is accepted."""
        zeros: Int64 = np.zeros(self.goals, dtype=np.int64)
        even: Int32 = np.ones(self.goals, dtype=np.int32)
        off = np.zeros(self.goals, dtype=np.uint8)
        self.walkers.set_goals(even, off, zeros)
        self.walkers.walk(COLD, True, False, True, 0, ROUGH, 0, AT_ONCE)
        self.walkers.set_goals(weights_of(self.walkers.flips()), off + np.uint8(1), zeros)

    def walk(self, levels: Int32, adapt: bool, sweeps: int, wanted: int) -> bool | None:
        """Sweeps until enough lanes meet all goals, if any number is."""
        left = sweeps
        while left > 0:
            if self.stopped():
                return None
            done = self.walkers.walk(levels, True, adapt, False, BETWEEN, left, wanted, AT_ONCE)
            left -= done
            self.sweeps += done
            if wanted and self.look():
                return True
        return self.look()

    def filter(self, step: Step) -> bool | None:
        """Sequential Monte Carlo, the goal that flips most seldom first.

        Lanes that miss a goal which is switched on become copies of those that miss none: a
        way to a first answer that favours some answers over others, and so none to samples.
        """
        even: Int32 = np.ones(self.goals, dtype=np.int32)
        active = np.zeros(self.goals, dtype=np.uint8)
        self.walkers.set_goals(even, active, np.zeros(self.goals, dtype=np.int64))
        self.walkers.walk(COLD, True, False, True, 0, ROUGH, 0, AT_ONCE)
        flips = self.walkers.flips()
        while not active.all():
            count = self.switch_on(active, flips)
            self.walkers.set_goals(even, active, flips // 4)
            met, count = self.settle(step, count)
            if met is None or met:
                return met
            if not count:
                return False
            self.walkers.meets(False, self.good)
            if count < LANES:
                self.walkers.copy_good(self.good)
            flips = self.walkers.flips()
        return self.look()

    def switch_on(self, active: npt.NDArray[np.uint8], flips: Int64) -> int:
        """Switch on goals, as many as leave a quarter of the lanes; how many lanes are left."""
        rows = empty_rows(self.goals)
        self.walkers.goals(rows)
        self.walkers.meets(False, self.good)
        count = ones(self.good)
        off = np.flatnonzero(active == 0)
        for n, k in enumerate(off[np.argsort(flips[off], kind="stable")].tolist()):
            left = self.good & rows[k]
            if n and ones(left) < QUARTER:
                break
            self.good, count = left, ones(left)
            active[k] = 1
        return count

    def settle(self, step: Step, count: int) -> tuple[bool | None, int]:
        """Cold sweeps until most lanes meet the goals that are switched on, or no more do.

        Returns:
            Whether enough lanes meet all goals, and how many meet those.
        """
        for sweep in range(1, step.sweeps + 1):
            if self.stopped():
                return None, 0
            self.walkers.walk(COLD, True, step.adapts, True, 0, 1, 0, AT_ONCE)
            self.sweeps += 1
            if self.look():
                return True, 0
            self.walkers.meets(False, self.good)
            now = ones(self.good)
            stalled = 20 * now < 21 * count + 80 and now >= FEWEST
            count, before = now, count
            if now >= ENOUGH or (sweep >= PATIENCE and stalled and before):
                break
        return False, count


def weights_of(flips: Int64) -> Int32:
    """Weights 1 to 7: twice the median of the flips of all goals, over those of each."""
    middle = max([1, *np.sort(flips)[len(flips) // 2 :][:1].tolist()])
    weight: Int32 = np.clip(2 * middle // np.maximum(flips, 1), 1, MOST_WEIGHT).astype(np.int32)
    return weight
