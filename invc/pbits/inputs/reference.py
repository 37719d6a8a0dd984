"""What the compiled walk over free inputs computes, in numpy: the definition that it must equal.

Attributes and methods are those of `invc.pbits.native.inputs.Walkers`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int32, Int64
from invc.pbits.lanes import LANES, WORDS, UInt64, bits_of, words_of
from invc.pbits.native import free_inputs as native
from invc.pbits.random import draw

ODDS_BITS = 16
APART = 2  # words whose levels are neighbours
LEAST_CHANCE, MOST_CHANCE, PER_RATE = 2, 20, 160
MASK = (1 << 64) - 1


class Reference:
    """1,024 assignments of the inputs of a component, and Metropolis moves of them.

    A move flips one input or two in all lanes. A lane accepts where P <= Q + T: P and Q are the
    weights of goals newly missed and newly met, and P(T >= t) = 2^(-k t) with the k of its word, or
    T = 0 where k is 0. That is the Metropolis rule for the weight 2^(-k E), E being the weights
    of the goals that a lane misses. A step of a biased bit away from the side that it favours is
    accepted with its odds besides.
    """

    def __init__(
        self,
        component: native.Component,
        rng: UInt64,
        picks: int,
        odds: Int32,
        favoured: npt.NDArray[np.uint8],
    ) -> None:
        self.component = component
        self.inputs = component.inputs
        self.operations = component.operations.tolist()
        self.literals = component.goals.tolist()
        self.biased = component.biased.tolist()
        self.rng = rng.copy()
        self.picks = picks
        self.odds, self.favoured = odds.tolist(), favoured.tolist()
        self.rows: UInt64 = np.zeros((self.inputs + len(self.operations), WORDS), dtype=np.uint64)
        goals = len(self.literals)
        self.weight: Int32 = np.ones(goals, dtype=np.int32)
        self.active = np.ones(goals, dtype=np.uint8)
        self.flipped: Int64 = np.zeros(goals, dtype=np.int64)
        self.accepted = [LANES] * self.inputs
        self.tried = [LANES] * self.inputs
        self.chance = list(range(self.inputs + 1))
        self.evaluated = 0
        self.turn = self.traded = 0
        self.depends = [self._depends(i) for i in range(self.inputs)]

    def randomize(self) -> None:
        """Toss a coin for every input."""
        for i in range(self.inputs):
            self.rows[i] = draw(self.rng)
        self._evaluate(range(len(self.operations)))

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
        """Sweeps of as many moves as there are inputs.

        Args:
            levels: The k of each word. Shape (16,).
            pairs: Whether half of the moves flip two inputs.
            adapt: Whether inputs are picked by their rate of acceptance, renewed every sweep.
            count: Whether to count in how many lanes goals change.
            between: Sweeps between two exchanges of neighbouring levels; 0: none.
            sweeps: At most.
            wanted: Lanes that meet all goals, at which it ends; 0: never.
            most: Rows, after which it ends with the sweep.

        Returns:
            How many sweeps there were.
        """
        end = self.evaluated + most
        for sweep in range(1, sweeps + 1):
            for _ in range(self.inputs):
                self._move(levels, pairs, count)
            if adapt:
                self._adapt()
            self.turn += 1 if between else 0
            if between and self.turn % between == 0:
                self._exchange(levels)
            if wanted and int(bits_of(self._met(True)).sum()) >= wanted:
                return sweep
            if self.evaluated >= end:
                return sweep
        return sweeps

    def meets(self, every: bool, out: UInt64) -> None:
        """Lanes that meet every goal, or all that are switched on."""
        out[...] = self._met(every)

    def copy_good(self, good: UInt64) -> None:
        """Make lanes that are not good copies of good ones, all turned by the same amounts."""
        have = bits_of(good) == 1
        bits = bits_of(self.rows[: self.inputs])
        while not have.all():
            by = 1 + ((self._pick_word() >> 32) * (LANES - 1) >> 32)
            take = np.roll(have, -by) & ~have
            bits[:, take] = np.roll(bits, -by, axis=1)[:, take]
            have |= take
        self.write(words_of(bits))

    def read(self, out: UInt64) -> None:
        """The rows of the inputs."""
        out[...] = self.rows[: self.inputs]

    def write(self, rows: UInt64) -> None:
        """Set the inputs of all lanes and evaluate every row."""
        self.rows[: self.inputs] = rows
        self._evaluate(range(len(self.operations)))

    def flips(self) -> Int64:
        """In how many lanes each goal changed by accepted moves, where that was counted."""
        return self.flipped.copy()

    def set_goals(self, weight: Int32, active: npt.NDArray[np.uint8], flips: Int64) -> None:
        """Weights of goals, which are switched on, and their flips so far."""
        self.weight, self.active, self.flipped = weight.copy(), active.copy(), flips.copy()

    def goals(self, out: UInt64) -> None:
        """Lanes that meet each goal."""
        for k, literal in enumerate(self.literals):
            out[k] = self._row(literal)

    def _row(self, literal: int) -> UInt64:
        row: UInt64 = self.rows[literal >> 1]
        return ~row if literal & 1 else row

    def _met(self, every: bool) -> UInt64:
        met: UInt64 = np.full(WORDS, MASK, dtype=np.uint64)
        for k, literal in enumerate(self.literals):
            if every or self.active[k]:
                met = met & self._row(literal)
        return met

    def _evaluate(self, chosen: range | list[int]) -> None:
        for k in chosen:
            kind, a, b = self.operations[k]
            x, y = self._row(a), self._row(b)
            self.rows[self.inputs + k] = x ^ y if kind else x & y
        self.evaluated += len(chosen)

    def _depends(self, i: int) -> set[int]:
        """Rows that depend on an input."""
        rows = {i}
        for k, (_, a, b) in enumerate(self.operations):
            if a >> 1 in rows or b >> 1 in rows:
                rows.add(self.inputs + k)
        return rows

    def _pick_word(self) -> int:
        """The next number of splitmix64, which is shared by all lanes."""
        self.picks = (self.picks + 0x9E3779B97F4A7C15) & MASK
        z = self.picks
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        return z ^ z >> 31

    def _pick(self) -> int:
        at = (self._pick_word() >> 32) * self.chance[-1] >> 32
        return max(i for i in range(self.inputs) if self.chance[i] <= at)

    def _adapt(self) -> None:
        for i in range(self.inputs):
            rate = LEAST_CHANCE + PER_RATE * self.accepted[i] // self.tried[i]
            self.chance[i + 1] = self.chance[i] + min(MOST_CHANCE, rate)
            self.accepted[i] -= self.accepted[i] // 8
            self.tried[i] -= self.tried[i] // 8

    def _move(self, levels: Int32, pairs: bool, count: bool) -> None:
        chosen = [self._pick()]
        if pairs and self.inputs > 1 and self._pick_word() >> 63:
            other = chosen[0]
            while other == chosen[0]:
                other = self._pick()
            chosen.append(other)
        rows = set.union(*(self.depends[i] for i in chosen))
        before = self.rows.copy()
        for i in chosen:
            self.rows[i] = ~self.rows[i]
        operations = sorted(row - self.inputs for row in rows if row >= self.inputs)
        self._evaluate(operations)
        accept = self._accept(before, levels)
        lanes = words_of(accept.astype(np.uint8))
        if len(chosen) == 1:
            self.accepted[chosen[0]] += int(accept.sum())
            self.tried[chosen[0]] += LANES
        if count:
            for k, literal in enumerate(self.literals):
                changed = (self.rows[literal >> 1] ^ before[literal >> 1]) & lanes
                self.flipped[k] += int(bits_of(changed).sum())
        if not accept.all():
            for i in chosen:
                self.rows[i] = before[i] ^ lanes
            self._evaluate(operations)

    def _accept(self, before: UInt64, levels: Int32) -> npt.NDArray[np.bool_]:
        """Which lanes accept what has been evaluated. Shape (1024,)."""
        worse: Int64 = np.zeros(LANES, dtype=np.int64)
        missed_any = False
        for k, literal in enumerate(self.literals):
            if self.active[k]:
                now = bits_of(self._row(literal)).astype(np.int64)
                was = bits_of(before[literal >> 1]).astype(np.int64) ^ (literal & 1)
                missed_any = missed_any or bool((now < was).any())
                worse += int(self.weight[k]) * (was - now)
        accept: npt.NDArray[np.bool_] = np.ones(LANES, dtype=np.bool_)
        if missed_any:
            accept = worse <= self._slack(levels)
        for literal, odds, favoured in zip(self.biased, self.odds, self.favoured, strict=True):
            bit = bits_of(self._row(literal))
            away = (bit != bits_of(before[literal >> 1]) ^ (literal & 1)) & (bit != favoured)
            if away.any():
                accept &= self._happens(odds) | ~away
        return accept

    def _exchange(self, levels: Int32) -> None:
        """Trades of words whose levels are neighbours, pairs of even and of odd levels in turn.

        Lanes of k and k' trade with the probability min(1, 2^((k' - k) (E' - E))).
        """
        apart = np.zeros(WORDS, dtype=np.int32)
        for w in range(WORDS - APART):
            k, other = levels[w], levels[w + APART]
            if w // APART % 2 == self.traded % 2 and 0 < k < other:
                apart[w] = other - k
        self.traded += 1
        energy: Int64 = np.zeros(LANES, dtype=np.int64)
        for k, literal in enumerate(self.literals):
            if self.active[k]:
                energy += int(self.weight[k]) * (1 - bits_of(self._row(literal)).astype(np.int64))
        self.evaluated += len(self.literals)
        beside = np.concatenate([energy[64 * APART :], np.zeros(64 * APART, dtype=np.int64)])
        trade = energy <= beside + self._slack(apart)
        lanes = words_of((trade & np.repeat(apart > 0, 64)).astype(np.uint8))
        if lanes.any():
            differ = (self.rows[:, :-APART] ^ self.rows[:, APART:]) & lanes[:-APART]
            # Words of one turn are pairs of their own: no word trades twice.
            self.rows[:, :-APART] ^= differ
            self.rows[:, APART:] ^= differ
            self.evaluated += len(self.rows)

    def _slack(self, levels: Int32) -> Int64:
        """T of each lane: how often in a row k coins of it were ones. Shape (1024,)."""
        k = np.repeat(levels.astype(np.int64), 64)
        run = k > 0
        slack: Int64 = np.zeros(LANES, dtype=np.int64)
        step = 0
        while run.any():
            step += 1
            run &= bits_of(draw(self.rng)) == 1
            slack += run & (step % np.maximum(k, 1) == 0)
        return slack

    def _happens(self, odds: int) -> npt.NDArray[np.bool_]:
        """Lanes in which an event of probability odds / 65536 happens."""
        if odds in (0, 1 << ODDS_BITS):
            return np.full(LANES, odds != 0, dtype=np.bool_)
        happened = np.zeros(LANES, dtype=np.bool_)
        for bit in range((odds & -odds).bit_length() - 1, ODDS_BITS):
            coins = bits_of(draw(self.rng)) == 1
            happened = happened | coins if odds >> bit & 1 else happened & coins
        return happened
