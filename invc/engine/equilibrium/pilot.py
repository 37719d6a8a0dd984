"""Short runs that find out how chains are best run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from invc.engine.block import Rules
from invc.engine.equilibrium.chains import PILOT_BLOCK, Chains
from invc.engine.equilibrium.mixing import root_mean, square
from invc.engine.equilibrium.setting import Asked, Setting
from invc.engine.work import Halted
from invc.pbits.backend import State

# beta times gap, from hot to cold: a fault of one gate has odds exp(-beta gap).
TRIED = (1.2, 1.6, 2.2, 2.8, 3.4, 4.2)
FIRST_THIN, MOST_THIN = 16, 1 << 13
LADDER_BLOCK = PILOT_BLOCK + len(TRIED)
PILOT_LAGS = 4  # over which a correlation is averaged
PILOT_CORRELATION = 0.03  # root mean square, between two samples of a chain: what is accepted


def default_setting(chains: Chains, asked: Asked) -> Setting:
    """What is as good as any where there is no time to find out."""
    gap = max(chains.problem.judge.design.min_gap, 1)
    return Setting(asked.beta or TRIED[0] / gap, asked.thin or FIRST_THIN)


def choose_setting(chains: Chains, asked: Asked, halted: Halted) -> Setting:
    """The betas and thinning that give most answers for their cost.

    From hot to cold, chains run until the states at t and 2 t sweeps are uncorrelated: thinning by
    t then leaves samples independent. The colder, the longer that takes, and the more samples are
    answers: with P0 the share of samples at energy 0, d ln P0 / d beta is the mean energy, and
    P0 over the cost of a sample is what is maximised. That holds as well where P0 is too small to
    be counted. Ladders start hottest, so that they forget, and end at any of the others.

    Args:
        chains: Whose.
        asked: What the user wants of it.
        halted: Asked between steps; what has not been tried by then is not chosen.
    """
    if asked.beta and asked.thin and (asked.dynamics != "pt" or asked.low):
        return Setting(asked.beta, asked.thin, asked.low)
    gap = max(chains.problem.judge.design.min_gap, 1)
    betas = (asked.beta,) if asked.beta else tuple(x / gap for x in TRIED)
    low = asked.low or min(TRIED[0] / gap, betas[-1] / 2)
    trials: list[_Trial] = []
    if asked.dynamics != "pt":
        trials += _try_betas(chains, betas, asked.thin, halted)
    if asked.dynamics == "pt" or (asked.dynamics == "auto" and not asked.beta):
        colder = [x for x in betas if x > low]
        trials += _try_ladders(chains, low, colder, asked.thin, halted)
    if trials:
        return max(trials, key=_value).setting
    thin = asked.thin or MOST_THIN
    return Setting(betas[-1], thin, low) if asked.dynamics == "pt" else Setting(betas[0], thin)


class _Trial(NamedTuple):
    """A setting, the logarithm of its share of answers, and what a sample costs.

    Shares are relative to that at the hottest beta.
    """

    setting: Setting
    share: float
    cost: float


def _value(trial: _Trial) -> float:
    return trial.share - float(np.log(trial.cost))


def _try_betas(
    chains: Chains, betas: Sequence[float], thin: int | None, halted: Halted
) -> list[_Trial]:
    """Chains at one beta each, rising, as far as they mix."""
    trials: list[_Trial] = []
    share, before = 0.0, None
    for k, beta in enumerate(betas):
        state, rules = chains.start(PILOT_BLOCK + k), chains.rules((beta,))
        mixing = _mixing_time(chains, state, rules, thin, halted)
        if mixing is None:
            break
        energy = float(_energies(chains, state, 1).mean())
        if before:
            share += (beta - before[0]) * (energy + before[1]) / 2
        before = beta, energy
        trials.append(_Trial(Setting(beta, mixing), share, chains.cost(mixing)))
    return trials


def _try_ladders(
    chains: Chains, low: float, betas: Sequence[float], thin: int | None, halted: Halted
) -> list[_Trial]:
    """Ladders from one beta down to others, rising, as far as their last rungs mix."""
    trials: list[_Trial] = []
    for k, beta in enumerate(betas):
        rungs = chains.betas(Setting(beta, 1, low))
        state = chains.start(LADDER_BLOCK + k)
        mixing = _mixing_time(chains, state, chains.rules(rungs), thin, halted)
        if mixing is None:
            break
        share = float(np.trapezoid(_energies(chains, state, len(rungs)).mean(axis=(0, 2)), rungs))
        trials.append(_Trial(Setting(beta, mixing, low), share, chains.cost(len(rungs) * mixing)))
    return trials


def _energies(
    chains: Chains, state: State, rungs: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Energies of the chains, by rung. Shape (words, rungs, 64)."""
    return chains.backend.energies(chains.problem.meter, state).reshape(-1, rungs, 64)


def _mixing_time(
    chains: Chains, state: State, rules: Rules, thin: int | None, halted: Halted
) -> int | None:
    """The first t, doubling, at which samples t sweeps apart are uncorrelated; or None.

    Where t is given, that, after as many sweeps as a run has before its first samples.
    """
    if thin:
        return thin if chains.advance(state, rules, 2 * thin, halted) else None
    rows = [k for k in chains.problem.inputs.tolist() if chains.problem.known[k] == 0]
    chosen = np.searchsorted(np.array(rules.shown), np.array(rows, dtype=np.int64))
    thin = FIRST_THIN
    while thin <= MOST_THIN:
        outcome = chains.advance(state, rules, thin, halted)
        squares = []
        for _ in range(PILOT_LAGS):
            later = outcome and chains.advance(state, rules, thin, halted)
            if not outcome or not later:
                return None
            squares.append(square(outcome.shown[chosen], later.shown[chosen]))
            outcome = later
        if root_mean(squares) <= PILOT_CORRELATION:
            return thin
        thin *= 2
    return None
