"""Short runs that find out how chains are best run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from invc.engine.block import Rules
from invc.engine.equilibrium.budget import Budget
from invc.engine.equilibrium.chains import FORGET, PILOT_BLOCK, Chains
from invc.engine.equilibrium.mixing import root_mean, square
from invc.engine.equilibrium.setting import Asked, Setting
from invc.engine.work import Halted
from invc.ising.model import Int64
from invc.pbits.backend import State
from invc.pbits.lanes import UInt64

# beta times gap, from hot to cold: a fault of one gate has odds exp(-beta gap).
TRIED = (1.2, 1.6, 2.2, 2.8, 3.4, 4.2)
FIRST_THIN, MOST_THIN = 16, 1 << 13
LADDER_BLOCK = PILOT_BLOCK + len(TRIED)
PILOT_LAGS = 4  # over which a correlation is averaged, at least
PILOT_PAIRS = 4096  # of bits of two samples: with fewer, chance is taken for forgetting
PILOT_CORRELATION = 0.03  # root mean square, between two samples of a chain: what is accepted
LEAST_SAMPLES = 32  # of a chain that does not mix, so that it can be seen that it does not


class Trial(NamedTuple):
    """What chains did at a setting.

    Attributes:
        setting: That.
        share: Logarithm of the share of answers, relative to that at the hottest beta.
        cost: Of a sample, in sweeps.
        seen: States that were looked at.
        answers: How many of them were answers.
    """

    setting: Setting
    share: float
    cost: float
    seen: int
    answers: int

    @property
    def value(self) -> float:
        """Logarithm of the answers for a cost."""
        return self.share - float(np.log(self.cost))


@dataclass(frozen=True, eq=False)
class Pilot:
    """Who tries.

    Attributes:
        chains: What is run.
        asked: What the user wants of the setting.
        halted: Asked between steps; what has not been tried by then is not chosen.
    """

    chains: Chains
    asked: Asked
    halted: Halted

    @property
    def gap(self) -> int:
        """Energy of the cheapest fault of one gate."""
        return max(self.chains.problem.judge.design.min_gap, 1)

    @property
    def betas(self) -> tuple[float, ...]:
        """Those that are tried, rising."""
        return (self.asked.beta,) if self.asked.beta else tuple(x / self.gap for x in TRIED)

    @property
    def low(self) -> float:
        """The first beta of ladders."""
        return self.asked.low or min(TRIED[0] / self.gap, self.betas[-1] / 2)

    def given(self) -> Setting | None:
        """What the user has chosen, where that is all of it."""
        asked = self.asked
        if asked.beta and asked.thin and (asked.dynamics != "pt" or asked.low):
            return Setting(asked.beta, asked.thin, asked.low)
        return None

    def trials(self, budget: Budget) -> list[Trial]:
        """What was tried, as far as it mixed and the budget went; chains and ladders have a half.

        From hot to cold, chains run until the states at t and 2 t sweeps are uncorrelated:
        thinning by t then leaves samples independent. The colder, the longer that takes, and the
        more samples are answers. Ladders start hottest, so that they forget, and end at any of
        the others.
        """
        asked, half = self.asked, Budget(budget.left / 2)
        trials: list[Trial] = []
        if asked.dynamics != "pt":
            trials += self._try_betas(half)
        budget.left += half.left - budget.left / 2  # what is not needed is left to ladders
        if asked.dynamics == "pt" or (asked.dynamics == "auto" and not asked.beta):
            trials += self._try_ladders(budget)
        return trials

    def fallback(self, work: float) -> Setting:
        """What chains run at that mixed nowhere: as rarely sampled as leaves them some samples.

        Args:
            work: Updates of a chain that the run is good for.
        """
        ladders = self.asked.dynamics == "pt"
        rungs = 4 if ladders else 1
        sweeps = work / max(1, self.chains.problem.free) / rungs / (LEAST_SAMPLES + FORGET)
        thin = self.asked.thin or int(min(MOST_THIN, max(1, sweeps)))
        if ladders:
            return Setting(self.betas[-1], thin, self.low)
        return Setting(self.betas[0], thin)

    def _try_betas(self, budget: Budget) -> list[Trial]:
        """Chains at one beta each, rising, as far as they mix."""
        trials: list[Trial] = []
        share, before = 0.0, None
        for k, beta in enumerate(self.betas):
            state, rules = self.chains.start(PILOT_BLOCK + k), self.chains.rules((beta,))
            mixing = self._mixing(state, rules, budget)
            if mixing is None:
                break
            energy = float(self._energies(state, 1).mean())
            if before:
                share += (beta - before[0]) * (energy + before[1]) / 2
            before = beta, energy
            cost = self.chains.cost(mixing.thin)
            trials.append(Trial(Setting(beta, mixing.thin), share, cost, *mixing[1:]))
        return trials

    def _try_ladders(self, budget: Budget) -> list[Trial]:
        """Ladders from the hottest beta to others, rising, as far as their last rungs mix."""
        trials: list[Trial] = []
        for k, beta in enumerate(beta for beta in self.betas if beta > self.low):
            rungs = self.chains.betas(Setting(beta, 1, self.low))
            state, rules = self.chains.start(LADDER_BLOCK + k), self.chains.rules(rungs)
            mixing = self._mixing(state, rules, budget)
            if mixing is None:
                break
            energies = self._energies(state, len(rungs)).mean(axis=(0, 2))
            share = float(np.trapezoid(energies, rungs))
            cost = self.chains.cost(len(rungs) * mixing.thin)
            setting = Setting(beta, mixing.thin, self.low)
            trials.append(Trial(setting, share, cost, *mixing[1:]))
        return trials

    def _energies(self, state: State, rungs: int) -> Int64:
        """Energies of the chains, by rung. Shape (words, rungs, 64)."""
        chains = self.chains
        return chains.backend.energies(chains.problem.meter, state).reshape(-1, rungs, 64)

    def _mixing(self, state: State, rules: Rules, budget: Budget) -> Mixing | None:
        """The first t, doubling, at which samples t sweeps apart are uncorrelated; or None.

        Where t is given, that, after as many sweeps as a run has before its first samples.
        """
        thin = self.asked.thin or FIRST_THIN
        while self.asked.thin or thin <= MOST_THIN:
            looked = self._look(state, rules, thin, budget)
            if looked is None:
                return None
            correlation, mixing = looked
            if self.asked.thin or correlation <= PILOT_CORRELATION:
                return mixing
            thin *= 2
        return None

    def _look(
        self, state: State, rules: Rules, thin: int, budget: Budget
    ) -> tuple[float, Mixing] | None:
        """How chains are correlated over some lags, or None if that costs too much."""
        chains, rungs = self.chains, len(rules.rungs or (0,))
        lags = 1 if self.asked.thin else self._lags(rules, state.lanes // rungs)
        if not budget.spend(thin * (1 + lags) * chains.problem.free):
            return None
        outcome = chains.advance(state, rules, thin, self.halted)
        squares, answers, lanes = [], 0, state.lanes // rungs
        for _ in range(lags):
            later = outcome and chains.advance(state, rules, thin, self.halted, reads=lanes)
            if not outcome or not later:
                return None
            squares.append(square(*self._telling(outcome.shown, later.shown, rules)))
            answers += later.verified.verified
            outcome = later
        return root_mean(squares), Mixing(thin, lags * lanes, answers)

    def _lags(self, rules: Rules, lanes: int) -> int:
        """Over how many a correlation is averaged: few bits in few chains tell little at a time."""
        free = int(np.count_nonzero(self.chains.problem.known[list(rules.shown)] == 0))
        return max(PILOT_LAGS, -(-PILOT_PAIRS // max(1, free * lanes)))

    def _telling(self, before: UInt64, after: UInt64, rules: Rules) -> tuple[UInt64, UInt64]:
        """The rows of port bits that no clamp holds, at two times.

        Outputs, too: that a product is even is remembered long after both factors have changed.
        One that is the same in all chains may be so in all answers, and tells nothing.
        """
        problem, shown = self.chains.problem, np.array(rules.shown, dtype=np.int64)
        rows = np.stack([before, after])
        constant = ((rows == 0) | (rows == ~np.uint64(0))).all(axis=(0, 2))
        free = problem.known[shown] == 0
        rows = rows[:, free & (np.isin(shown, problem.inputs) | ~constant)]
        return rows[0], rows[1]


class Mixing(NamedTuple):
    """How chains mixed.

    Attributes:
        thin: Sweeps after which they had forgotten.
        seen: States that were looked at.
        answers: How many of them were answers.
    """

    thin: int
    seen: int
    answers: int
