"""What samples of chains have shown so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from invc.engine.block import Outcome
from invc.engine.equilibrium.chains import BLOCKS
from invc.engine.equilibrium.mixing import Pairs, root_mean, square
from invc.engine.problem import Problem
from invc.engine.tally import Tally
from invc.ising.model import Int64
from invc.pbits.lanes import UInt64, bits_of

FEW_PAIRS = 512  # of answers, below which chance is as large as what is called mixed


@dataclass(eq=False)
class ChainTally:
    """Answers as of any run, and how the chains that gave them went.

    Attributes:
        problem: What is sampled.
        lanes: Chains of a block of replicas that are all samples.
        shown: Spins whose rows outcomes bring along, ascending.
        count: Answers and effort.
        samples: Answers in each chain. Shape (chains,).
        ones: In how many of them each bit of each port was 1. Shape (chains, bits).
        squares: Correlations between two samples of a chain, squared.
        pairs: Answers and those before them in their chains.
    """

    problem: Problem
    lanes: int
    shown: Sequence[int]

    def __post_init__(self) -> None:
        problem = self.problem
        self.count: Tally = problem.judge.tally(None, None)
        literals = [bit for port in problem.ports for bit in port.bits]
        self.literals = np.array(literals, dtype=np.int64)
        row = {spin: k + 1 for k, spin in enumerate(self.shown)}
        # Row 0 is net 0, which is false.
        self.rows = np.array([row.get((bit >> 1) - 1, 0) for bit in literals], dtype=np.int64)
        free = [row[k] - 1 for k in problem.inputs.tolist() if problem.known[k] == 0]
        self.free = np.array(free, dtype=np.int64)
        self.samples: Int64 = np.zeros(BLOCKS * self.lanes, dtype=np.int64)
        self.ones: Int64 = np.zeros((BLOCKS * self.lanes, len(literals)), dtype=np.int64)
        self.squares: list[float] = []
        self.before: list[UInt64] = []
        self.pairs = Pairs(BLOCKS * self.lanes, len(free))

    def add_round(self, outcomes: Sequence[Outcome]) -> None:
        """Count one sample of every chain, as far as the blocks have reads."""
        self._compare(np.concatenate([outcome.shown for outcome in outcomes], axis=1))
        first = 0
        for outcome in outcomes:
            self.count.add(outcome)
            self._count_bits(first, outcome)
            first += 64 * outcome.shown.shape[1]

    def _compare(self, words: UInt64) -> None:
        """Correlate the states of all chains with those before, where there were some."""
        words = words[self.free]
        now = np.split(words, max(1, 64 * words.shape[1] // self.lanes), axis=1)
        self.squares += [square(a, b) for a, b in zip(self.before, now, strict=False)]
        self.before = now

    def _count_bits(self, first: int, outcome: Outcome) -> None:
        lanes = np.array(outcome.verified.lanes, dtype=np.int64)
        if not len(lanes):
            return
        false = np.zeros((1, outcome.shown.shape[1]), dtype=np.uint64)
        padded = np.concatenate([false, outcome.shown])
        bits = bits_of(padded[self.rows])[:, lanes] ^ (self.literals & 1)[:, None]
        self.samples[first + lanes] += 1
        self.ones[first + lanes] += bits.T
        self.pairs.add(first + lanes, bits_of(outcome.shown[self.free])[:, lanes].T)

    @property
    def correlation(self) -> float:
        """Between the free input bits of an answer and the one before it in its chain.

        Where there are too few such pairs to tell, between two samples of a chain, answers or
        not; 1 where there were no two.
        """
        if self.pairs.count >= FEW_PAIRS:
            return self.pairs.correlation
        return root_mean(self.squares) if self.squares else 1.0
