"""Equilibrium sampling: every answer equally likely, from chains that forgot their start."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from invc.engine.block import Outcome
from invc.engine.dynamics.pt import RUNGS
from invc.engine.effort import Effort
from invc.engine.equilibrium.budget import Budget, work_of
from invc.engine.equilibrium.chains import BLOCKS, Chains, chain_blocks
from invc.engine.equilibrium.pilot import Pilot
from invc.engine.equilibrium.prospect import Prospect, foresee
from invc.engine.equilibrium.setting import Asked, Setting
from invc.engine.equilibrium.tally import ChainTally
from invc.engine.execute import Halt, Job, executor_for
from invc.engine.problem import Problem
from invc.engine.result import Progress, Result
from invc.engine.run import seconds_of
from invc.ising.model import Int64
from invc.pbits.backend import backend_named

DEFAULT_ENOUGH = 4096
PILOT_PART = 0.25  # of the work that a run is good for, at most
LATEST_PART = 0.7  # of the time, after which a pilot on a busy machine takes what it has
MOST_CORRELATION = 0.1  # root mean square, between two answers of a chain: what is called mixed
FORGETFUL = "chains remember their past, so answers may not be uniform: more --sweeps"


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A run at equilibrium.

    Attributes:
        result: As of any run. Its reads are samples; its verified and strict ones are those in
            which every gate and every ancilla was at its ground level.
        setting: How the chains ran.
        correlation: Between the free input bits of an answer and the one before it in its chain,
            root mean square; where there are few such pairs, of two samples of a chain.
        samples: Answers in each chain. Shape (chains,).
        ones: In how many of them each bit of each port was 1. Shape (chains, bits).
        prospect: What was to be expected of samples, where the pilot saw no answer.
    """

    result: Result
    setting: Setting
    correlation: float
    samples: Int64
    ones: Int64
    prospect: Prospect | None = None

    @property
    def mixed(self) -> bool:
        """Whether an answer tells next to nothing about the one after it; so there are some."""
        return self.result.verified_reads > 0 and self.correlation <= MOST_CORRELATION

    @property
    def doubt(self) -> str | None:
        """What the user should know, in a sentence; None where there is nothing to doubt."""
        if self.prospect and not self.result.verified_reads:
            return self.prospect.text
        if self.result.reads and self.correlation > MOST_CORRELATION:
            return FORGETFUL
        return None


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
    that beta does not. Without betas and thinning a pilot chooses them; where it saw no answer
    and none is to be expected, no sample is drawn.

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
    latest = Halt(began + LATEST_PART * limit if limit else None, clock)
    halt = Halt(began + limit if limit else None, clock)
    pilot = Pilot(chains, asked, latest)
    plan = Chosen(pilot.fallback(work_of(limit)))
    tally = ChainTally(problem, backend.lanes, chains.rules((plan.setting.beta,)).shown)
    interrupted = False
    try:
        plan = choose_setting(pilot, effort, limit, halt)
        chains = chains.leaning(plan.setting.beta)
        for outcomes in () if plan.is_hopeless else _rounds(effort, chains, plan, halt):
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
    result = _result(tally, chains, plan.setting, clock() - began, interrupted=interrupted)
    return Equilibrium(
        result, plan.setting, tally.correlation, tally.samples, tally.ones, plan.prospect
    )


class Chosen(NamedTuple):
    """How chains are going to run, and what is to be expected where the pilot saw no answer."""

    setting: Setting
    prospect: Prospect | None = None

    @property
    def is_hopeless(self) -> bool:
        """Whether samples would be drawn for nothing."""
        return self.prospect is not None and self.prospect.is_hopeless


def choose_setting(pilot: Pilot, effort: Effort, limit: float | None, halt: Halt) -> Chosen:
    """The betas and thinning that give most answers for their cost.

    With P0 the share of samples at energy 0, d ln P0 / d beta is the mean energy, and P0 over the
    cost of a sample is what is maximised. That holds as well where P0 is too small to be counted.

    Args:
        pilot: Tries them.
        effort: What the run may cost.
        limit: Seconds that it has; None for as long as it takes.
        halt: Ends all of it.
    """
    given = pilot.given()
    if given:
        return Chosen(given)
    work = work_of(limit)
    trials = pilot.trials(Budget(PILOT_PART * work))
    best = max(trials, key=lambda trial: trial.value) if trials else None
    setting = best.setting if best else pilot.fallback(work)
    if best and best.answers:
        return Chosen(setting)
    rungs = 1 if setting.low is None else RUNGS
    sweeps = setting.thin * rungs * max(1, pilot.chains.problem.free)
    each = pilot.chains.backend.lanes * work / sweeps / rungs
    return Chosen(setting, foresee(pilot.chains, setting, each * effort.workers, halt))


def _rounds(effort: Effort, chains: Chains, plan: Chosen, halt: Halt) -> Iterator[list[Outcome]]:
    """Outcomes of all blocks of chains, round by round, as long as all of them go on."""
    setting = plan.setting
    rules = chains.rules(chains.betas(setting), chains.uses)
    with executor_for(effort, halt, BLOCKS) as executor:
        for block in range(BLOCKS):
            executor.give(block - BLOCKS, chains.start(block))
        job = Job(chains.problem, chains.backend, rules)
        blocks = chain_blocks(chains, rules, setting.thin, effort.reads)
        with closing(executor.run(job, blocks)) as outcomes:  # type: ignore[type-var]
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
