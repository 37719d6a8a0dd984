"""What the compiled enumeration finds, in numpy: the definition that it must equal.

Attributes and methods are those of `invc.pbits.native.inputs.All`.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from invc.pbits.inputs.reference import MASK
from invc.pbits.lanes import LANES, WORDS, UInt64, bits_of, words_of
from invc.pbits.native import free_inputs as native

LANE_BITS = 10


class Enumeration:
    """All assignments of a component's inputs: the first ones by lanes, the others in turn.

    A goal is looked at once all that it reads is known; where no lane meets it, what lies further
    in is left out.
    """

    def __init__(self, component: native.Component, order: int, fixed: int, most: int) -> None:
        self.component = component
        self.order, self.fixed, self.most = order, fixed, most
        self.inputs: list[int] = component.order.tolist()
        self.lanes = min(LANE_BITS, component.inputs)
        self.deepest = component.inputs - self.lanes
        self.operations = component.operations.tolist()
        self.rows: UInt64 = np.zeros((component.inputs + component.count, WORDS), dtype=np.uint64)
        self.levels = self._levels()
        self.alive: UInt64 = np.zeros((self.deepest + 1, WORDS), dtype=np.uint64)
        self.value = [0] * (self.deepest + 2)
        self.level, self.done = -1, False
        self.count = self.thinned = self.evaluated = 0
        self.kept: list[int] = []

    @property
    def answers(self) -> UInt64:
        """Answers that are kept, bit i being input i."""
        return np.array(self.kept, dtype=np.uint64)

    def run(self, most: int, wanted: int) -> bool:
        """Go on for about so many rows, or until there are enough; whether all are done."""
        end = self.evaluated + most
        if self.level < 0 and not self.done:
            self._begin()
        while self.level > 0 and self.evaluated < end and not (wanted and self.count >= wanted):
            self._step()
        self.done = self.done or self.level == 0
        return self.done

    def _begin(self) -> None:
        lanes = np.arange(LANES)
        bits = [(lanes >> i & 1).astype(np.uint8) for i in range(self.lanes)]
        for i, row in zip(self.inputs, bits, strict=False):
            self.rows[i] = words_of(row)
        self.alive[0] = words_of((lanes < 1 << self.lanes).astype(np.uint8))
        self.level = 0
        if not self._run_level(0):
            self.done = True
        elif not self.deepest:
            self._record(self.alive[0])
            self.done = True
        else:
            self._enter(1)

    def _enter(self, level: int) -> None:
        self.level = level
        self.value[level] = int(level <= self.fixed)

    def _step(self) -> None:
        level = self.level
        if self.value[level] == 2:
            self.level -= 1
            return
        bit = self.value[level] ^ (self.order >> (level - 1) & 1)
        self.value[level] += 1
        self.rows[self.inputs[self.lanes + level - 1]] = MASK if bit else 0
        if not self._run_level(level):
            return
        if level == self.deepest:
            self._record(self.alive[level])
        else:
            self._enter(level + 1)

    def _levels(self) -> list[tuple[list[int], list[int]]]:
        """Operations and goals of each level: those that read nothing further in."""
        depth = dict.fromkeys(self.inputs[: self.lanes], 0)
        depth |= {i: k + 1 for k, i in enumerate(self.inputs[self.lanes :])}
        levels: list[tuple[list[int], list[int]]] = [([], []) for _ in range(self.deepest + 1)]
        for k, (_, a, b) in enumerate(self.operations):
            row = self.component.inputs + k
            depth[row] = max(depth[a >> 1], depth[b >> 1])
            levels[depth[row]][0].append(k)
        for goal in self.component.goals.tolist():
            levels[depth[goal >> 1]][1].append(goal)
        return levels

    def _run_level(self, level: int) -> bool:
        """Evaluate a level; whether any lane is left."""
        operations, goals = self.levels[level]
        for k in operations:
            kind, a, b = self.operations[k]
            x, y = self._row(a), self._row(b)
            self.rows[self.component.inputs + k] = x ^ y if kind else x & y
        self.evaluated += len(operations) + 1
        alive = self.alive[max(0, level - 1)]
        self.alive[level] = reduce(np.bitwise_and, map(self._row, goals), alive)
        return bool(self.alive[level].any())

    def _row(self, literal: int) -> UInt64:
        row: UInt64 = self.rows[literal >> 1]
        return ~row if literal & 1 else row

    def _record(self, alive: UInt64) -> None:
        base = 0
        for level in range(1, self.deepest + 1):
            bit = (self.value[level] - 1) ^ (self.order >> (level - 1) & 1)
            base |= bit << self.inputs[self.lanes + level - 1]
        for lane in np.flatnonzero(bits_of(alive)).tolist():
            self.count += 1
            self._keep(base | sum((lane >> i & 1) << self.inputs[i] for i in range(self.lanes)))

    def _keep(self, answer: int) -> None:
        """Keep an answer, or one in 2^thinned by what it hashes to, so that few are kept evenly."""
        if not self._chosen(answer):
            return
        self.kept.append(answer)
        while len(self.kept) > self.most:
            self.thinned += 1
            self.kept = [a for a in self.kept if self._chosen(a)]

    def _chosen(self, z: int) -> bool:
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        return not (z ^ z >> 31) & (1 << self.thinned) - 1
