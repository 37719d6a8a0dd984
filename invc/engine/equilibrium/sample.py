"""Equilibrium sampling: every answer equally likely, from chains that forgot their start."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from invc.engine.block import Outcome
from invc.engine.dynamics.pt import RUNGS
from invc.engine.effort import Effort
from invc.engine.equilibrium.chains import BLOCKS, Chains, chain_blocks
from invc.engine.equilibrium.pilot import choose_setting, default_setting
from invc.engine.equilibrium.setting import Asked, Setting
from invc.engine.equilibrium.tally import ChainTally
from invc.engine.execute import Halt, Job, Threads
from invc.engine.problem import Problem
from invc.engine.result import Progress, Result
from invc.engine.run import seconds_of
from invc.ising.model import Int64
from invc.pbits.backend import backend_named

DEFAULT_ENOUGH = 4096
PILOT_PART = 0.5  # of the time, at most
MOST_CORRELATION = 0.1  # root mean square, between two samples of a chain: what is called mixed


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A run at equilibrium.

    Attributes:
        result: As of any run. Its reads are samples; its verified and strict ones are those in
            which every gate and every ancilla was at its ground level.
        setting: How the chains ran.
        correlation: Between the free input bits of two samples of a chain, root mean square.
        samples: Answers in each chain. Shape (chains,).
        ones: In how many of them each bit of each port was 1. Shape (chains, bits).
    """

    result: Result
    setting: Setting
    correlation: float
    samples: Int64
    ones: Int64

    @property
    def mixed(self) -> bool:
        """Whether a sample tells next to nothing about the one after it."""
        return self.correlation <= MOST_CORRELATION


def equilibrium(
    problem: Problem,
    effort: Effort,
    *,
    enough: int = DEFAULT_ENOUGH,
    progress: Callable[[Progress], None] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Equilibrium:
    """Sample a design's answers, each as likely as any other.

    At a fixed beta Gibbs sampling tends to exp(-beta E) / Z. All answers have energy 0, so the
    samples at energy 0 are uniform over the answers, at any beta; what matters is that the chains
    mix. Replica exchange has the same distribution at its last beta, and mixes where a chain at
    that beta does not. Without betas and thinning a pilot chooses them, see `choose_setting`.

    Source: Geman and Geman, https://doi.org/10.1109/TPAMI.1984.4767596, theorem A; Hukushima and
    Nemoto, https://doi.org/10.1143/JPSJ.65.1604.

    Args:
        problem: What the answers are about; some spin is free. Where bits lean, an answer is as
            likely as their probabilities make it.
        effort: `dynamics` is "gibbs", "pt", or "auto": whichever gives more answers, with biases
            "gibbs". `beta` is that of the samples, or from the first to the last of ladders;
            `sweeps` are those between two samples of a chain; `reads` are samples.
        enough: Without `reads`, end at so many answers, repeated ones counted.
        progress: Called after each round of samples.
        clock: Seconds, for time limits.
    """
    began = clock()
    limit = seconds_of(effort, effort.reads)
    backend = backend_named(effort.kernel)
    chains = Chains(problem, backend, effort.seed)
    asked = Asked.of(effort, biased=bool(problem.biases))
    setting = default_setting(chains, asked)
    pilot = Halt(began + PILOT_PART * limit if limit else None, clock)
    halt = Halt(began + limit if limit else None, clock)
    tally = ChainTally(problem, backend.lanes, chains.rules((setting.beta,)).shown)
    interrupted = False
    try:
        setting = choose_setting(chains, asked, pilot)
        chains = chains.leaning(setting.beta)
        executor = Threads(min(BLOCKS, effort.workers), halt)
        for outcomes in _rounds(executor, chains, setting, effort.reads):
            tally.add_round(outcomes)
            judged = outcomes[0].block.number >= BLOCKS
            if progress and judged:
                progress(tally.count.progress)
            if judged and not _wanted(tally, effort.reads, enough):
                break
    except KeyboardInterrupt:
        interrupted = True
    finally:
        halt.now()
    result = _result(tally, chains, setting, clock() - began, interrupted=interrupted)
    return Equilibrium(result, setting, tally.correlation, tally.samples, tally.ones)


def _rounds(
    executor: Threads, chains: Chains, setting: Setting, reads: int | None
) -> Iterator[list[Outcome]]:
    """Outcomes of all blocks of chains, round by round, as long as all of them go on."""
    rules = chains.rules(chains.betas(setting))
    for block in range(BLOCKS):
        executor.give(block - BLOCKS, chains.start(block))
    job = Job(chains.problem, chains.backend, rules)
    outcomes = executor.run(job, chain_blocks(chains, rules, setting.thin, reads))
    while len(whole := list(islice(outcomes, BLOCKS))) == BLOCKS:
        yield whole


def _wanted(tally: ChainTally, reads: int | None, enough: int) -> bool:
    return tally.count.reads < reads if reads else tally.count.verified < enough


def _result(
    tally: ChainTally, chains: Chains, setting: Setting, seconds: float, *, interrupted: bool
) -> Result:
    count = tally.count
    sweeps = count.reads * setting.thin * (1 if setting.low is None else RUNGS)
    return Result(
        count.answers(),
        count.reads,
        count.verified,
        count.verified,
        sweeps,
        sweeps * chains.problem.free,
        seconds,
        chains.seed,
        "equilibrium",
        chains.backend.name,
        f"equilibrium at {setting.text}, {chains.backend.name} kernel",
        interrupted,
        biased=chains.problem.probabilities,
    )
