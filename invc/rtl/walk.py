"""Free inputs that walk, in software: what an `inputs` circuit must equal.

At time 0 input i has bit i of the seeds in a row. The first cycle leaves the state as it is and
finds its energy; each later one draws a neighbour of the state, and goes there where the energy
rises by no more than T, with P(T >= t) = 2**(-k t) for t up to 7.

In stages the energy is the number of stages from the first on that misses one of its goals, and a
neighbour has new random bits for all inputs of the stages from S - G on, S being the first stage
that misses a goal and P(G >= g) = 2**-g for g up to 7. Else the energy is the sum of the weights of
all goals that are missed, and cycle c flips input c modulo their number and, every other time, each
of the others with the probability 1/8.

The random bits of a cycle are those of all generators in a row, see docs/dynamics.md: 7 bits for
G, the number of ones that they begin with (one bit, to flip others too, where there are no stages);
7 k for T, the number of groups of k ones that they begin with; then one bit an input (three).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from time import perf_counter

import numpy as np

from invc.engine.first import NEVER, FirstTimes
from invc.netlist import evaluate
from invc.pbits.accumulator.registers import random_bits, seeds
from invc.pbits.lanes import LANES, integers_of, words_of
from invc.rtl.circuit import Circuit
from invc.rtl.goals import MOST
from invc.rtl.software import Bits, Run, Timed, Walked


class _Walkers:
    """Some walks side by side, each a bit of every word.

    Attributes:
        inputs: A word for each input.
        wrong: The walks in which a held bit is not as held.
    """

    def __init__(
        self, circuit: Circuit, known: Sequence[int], first: Sequence[int], lanes: int
    ) -> None:
        """Begin where the seeds say.

        Args:
            circuit: Which circuit.
            known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
            first: A word for each bit of the seeds.
            lanes: How many walks.
        """
        self._goals, self._walk = circuit.goals, circuit.walk
        self._netlist, self._known = circuit.design.netlist, known
        self._mask, self._lanes = (1 << lanes) - 1, lanes
        held = [known[net - 1] for net in self._goals.inputs]
        self._held = [None if not h else self._mask * (h > 0) for h in held]
        self._random = list(first)
        self.inputs = self._clamped(first[: len(held)])
        self._energy = self._evaluated(self.inputs)
        self._turn = 0

    @property
    def wrong(self) -> int:
        return reduce(or_, self._energy, 0)

    def step(self) -> None:
        """One cycle."""
        self._random = _next(self._random)
        if self._turn:  # the first one finds what the energy is
            self._move()
        self._turn += 1

    def _move(self) -> None:
        draw = self._redrawn if self._walk.staged else self._flipped
        own = MOST if self._walk.staged else 1
        inputs = self._clamped(draw(self._random[:own], self._random[own + MOST * self._walk.k :]))
        energy = self._evaluated(inputs)
        allowed = self._ones(self._random[own : own + MOST * self._walk.k], self._walk.k)
        over = (self._falls if self._walk.staged else self._rises)(energy, allowed)
        accept = self._mask & ~over
        self.inputs = _chosen(accept, inputs, self.inputs)
        self._energy = _chosen(accept, energy, self._energy)

    def _clamped(self, words: Sequence[int]) -> list[int]:
        return [w if h is None else h for w, h in zip(words, self._held, strict=True)]

    def _redrawn(self, back: Sequence[int], fresh: Sequence[int]) -> list[int]:
        """New bits for all stages from the first that misses a goal, less some."""
        exact, last = self._ones(back, 1), len(self._energy) - 1
        mask = []
        for stage in range(last + 1):
            ahead = [
                self._energy[stage + g] if stage + g <= last else self._mask
                for g in range(MOST + 1)
            ]
            mask.append(reduce(or_, map(and_, exact, ahead)))
        return [
            _chosen(mask[stage], [new], [old])[0]
            for new, old, stage in zip(
                fresh[: len(self.inputs)], self.inputs, self._goals.stage_of, strict=True
            )
        ]

    def _flipped(self, others: Sequence[int], noise: Sequence[int]) -> list[int]:
        """One input in turn and, where `others` says so, some others."""
        count = len(self.inputs)
        mask = [
            others[0] & noise[3 * i] & noise[3 * i + 1] & noise[3 * i + 2] for i in range(count)
        ]
        mask[self._turn % count] = self._mask
        return [word ^ flips for word, flips in zip(self.inputs, mask, strict=True)]

    def _ones(self, words: Sequence[int], group: int) -> list[int]:
        """Walks whose bits begin with exactly 0, 1, ... 7 groups of ones."""
        found, so_far = [], self._mask
        for k in range(MOST):
            after = reduce(and_, words[k * group : (k + 1) * group], so_far)
            found.append(so_far & ~after)
            so_far = after
        return [*found, so_far]

    def _evaluated(self, inputs: Sequence[int]) -> list[int]:
        """In stages, the walks that have not passed each; else their energies, bit by bit."""
        by_net = dict(zip(self._goals.inputs, inputs, strict=True))
        words = evaluate(
            self._netlist,
            {p.name: [by_net[bit >> 1] for bit in p.bits] for p in self._netlist.inputs},
            self._lanes,
        )

        def missed(net: int) -> int:
            known = self._known[net - 1]
            return 0 if not known else words[net] ^ (self._mask if known > 0 else 0)

        if self._walk.staged:
            found, behind = [], 0
            for nets in self._goals.stages:
                behind = reduce(or_, map(missed, nets), behind)
                found.append(behind)
            return found
        weights = self._goals.weights(self._walk.weight)
        total = [0] * sum(weights).bit_length()
        for net, weight in zip(self._goals.nets, weights, strict=True):
            total = _sum(total, [missed(net) * (weight >> k & 1) for k in range(len(total))])
        return total

    def _falls(self, energy: Sequence[int], allowed: Sequence[int]) -> int:
        """The walks that would fall back by more stages than is allowed."""
        last, over = len(energy) - 1, 0
        for stage in range(last + 1):
            passed = [  # all but so many of the stages that were passed
                exact & ~(self._energy[stage + t] if stage + t <= last else self._mask)
                for t, exact in enumerate(allowed)
            ]
            over |= reduce(or_, passed) & energy[stage]
        return over

    def _rises(self, energy: Sequence[int], allowed: Sequence[int]) -> int:
        """The walks whose energies would rise by more than is allowed."""
        slack = [reduce(or_, [w for t, w in enumerate(allowed) if t >> k & 1], 0) for k in range(3)]
        width = max(len(energy), len(slack)) + 1
        most = _sum(_wide(self._energy, width), _wide(slack, width))
        over = 0
        for new, limit in zip(_wide(energy, width), most, strict=True):  # the lowest bits first
            over = (new & ~limit) | (over & ~(new ^ limit))
        return over & self._mask


def _chosen(accept: int, new: Sequence[int], old: Sequence[int]) -> list[int]:
    return [o ^ (accept & (n ^ o)) for n, o in zip(new, old, strict=True)]


def _wide(words: Sequence[int], width: int) -> list[int]:
    return [*words, *[0] * (width - len(words))]


def _sum(a: Sequence[int], b: Sequence[int]) -> list[int]:
    """The sums of numbers given bit by bit, modulo their width."""
    carry, found = 0, []
    for x, y in zip(a, b, strict=True):
        found.append(x ^ y ^ carry)
        carry = (x & y) | (carry & (x ^ y))
    return found


def _next(bits: Sequence[int]) -> list[int]:
    """The next states of all generators, bit by bit."""
    found: list[int] = []
    for k in range(0, len(bits), 64):
        x = list(bits[k : k + 64])
        x = [x[b] ^ (x[b - 13] if b >= 13 else 0) for b in range(64)]
        x = [x[b] ^ (x[b + 7] if b + 7 < 64 else 0) for b in range(64)]
        found += [x[b] ^ (x[b - 17] if b >= 17 else 0) for b in range(64)]
    return found


def walk(circuit: Circuit, known: Sequence[int], cycles: int, run: Run) -> Walked:
    """The states of one walk from time 0 on.

    Args:
        circuit: Which circuit.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
        cycles: How many.
        run: Which random numbers.
    """
    first = run.generator_seeds((0,), circuit.groups)
    walkers = _Walkers(circuit, known, [s >> b & 1 for s in first for b in range(64)], 1)
    states: Bits = np.empty((cycles + 1, len(walkers.inputs)), dtype=np.uint8)
    right: Bits = np.empty(cycles + 1, dtype=np.uint8)
    for time in range(cycles + 1):
        if time:
            walkers.step()
        states[time] = walkers.inputs
        right[time] = not walkers.wrong
    return Walked(states, right)


def walk_times(circuit: Circuit, known: Sequence[int], cycles: int, *, seed: int) -> Timed:
    """Run the walks of a block until all have been right, or for all cycles.

    Args:
        circuit: Which circuit.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
        cycles: At most.
        seed: The user's.
    """
    first = random_bits(seeds(seed, 0, 1, circuit.groups)[0], 64 * circuit.groups)
    bits = integers_of(words_of(first))
    times = np.full(LANES, NEVER, dtype=np.int64)
    walkers, unseen = _Walkers(circuit, known, bits, LANES), (1 << LANES) - 1
    began, time = perf_counter(), 0
    while True:
        new = unseen & ~walkers.wrong
        unseen ^= new
        times[[lane for lane in range(LANES) if new >> lane & 1] if new else []] = time
        if not unseen or time == cycles:
            break
        walkers.step()
        time += 1
    spent = (perf_counter() - began) / max(time, 1) / LANES
    return Timed(FirstTimes(times, np.full(LANES, time)), spent)
