"""Equilibrium sampling: every answer equally likely, from chains that forgot their start."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from invc.design import Bias, Clamped, Design, bias_design
from invc.engine.dynamics.pt import BETWEEN, RUNGS, Ladders, space_rungs
from invc.engine.run import Answer, Progress, Result
from invc.engine.verify import Verified, verify
from invc.pbits.heatbath.energy import Meter, compile_meter
from invc.pbits.heatbath.heat import heat
from invc.pbits.heatbath.kernels import find_kernel, find_ladder_kernel, kernel_names
from invc.pbits.heatbath.ladder import Betas
from invc.pbits.heatbath.program import compile_program
from invc.pbits.random import (
    LANES,
    WORDS,
    UInt64,
    bits_of,
    block_generator,
    first_state,
    generators,
)

DEFAULT_SECONDS = 60.0
DEFAULT_ENOUGH = 4096
BLOCKS = 4  # of 1024 chains
# beta times gap, from hot to cold: a fault of one gate has odds exp(-beta gap).
TRIED = (1.2, 1.6, 2.2, 2.8, 3.4, 4.2)
FIRST_THIN, MOST_THIN = 16, 1 << 13
SLICE = 64  # sweeps between two looks at the clock
PILOT_BLOCK = 1 << 40  # far from the blocks of any run
LADDER_BLOCK = PILOT_BLOCK + len(TRIED)
SPACING_BLOCK = PILOT_BLOCK - 1
LOOK_UPDATES = 1e4  # of a chain, which take as long as to verify and count a sample of it
PILOT_PART = 0.5  # of the time, at most
PILOT_LAGS = 4  # over which a correlation is averaged
# Root mean square, between two samples of a chain: what a pilot accepts, and what is called mixed.
PILOT_CORRELATION, MOST_CORRELATION = 0.03, 0.1
Int64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """How chains run.

    Attributes:
        beta: The inverse temperature of the samples.
        thin: Sweeps between two samples of a chain; its first sample comes after three times as
            many.
        low: Where chains are ladders of temperatures that trade states, the first one; `beta` is
            the last.
    """

    beta: float
    thin: int
    low: float | None = None

    @property
    def dynamics(self) -> str:
        """What moves the chains."""
        return "gibbs" if self.low is None else "pt"

    @property
    def text(self) -> str:
        """How they run, in words."""
        to = "" if self.low is None else f"the last of a ladder from {self.low:.3g}, "
        every = "every sweep" if self.thin == 1 else f"a sample every {self.thin} sweeps"
        return f"beta {self.beta:.3g}, {to}{every}"


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
    design: Design,
    clamped: Clamped,
    *,
    biases: Sequence[Bias] = (),
    dynamics: str = "auto",
    low: float | None = None,
    beta: float | None = None,
    thin: int | None = None,
    reads: int | None = None,
    enough: int = DEFAULT_ENOUGH,
    kernel: str = "auto",
    seed: int = 0,
    threads: int | None = None,
    time_limit: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Equilibrium:
    """Sample a design's answers, each as likely as any other.

    At a fixed beta Gibbs sampling tends to exp(-beta E) / Z. All answers have energy 0, so the
    samples at energy 0 are uniform over the answers, at any beta; what matters is that the chains
    mix. Replica exchange has the same distribution at its last beta, and mixes where a chain at
    that beta does not. Without `beta` and `thin` a pilot chooses them, see `choose_setting`.

    Source: Geman and Geman, https://doi.org/10.1109/TPAMI.1984.4767596, theorem A; Hukushima and
    Nemoto, https://doi.org/10.1143/JPSJ.65.1604.

    Args:
        design: What the answers are about.
        clamped: The bits that are held, from `presolve`; some spin is free.
        biases: Bits that lean: an answer is as likely as their probabilities make it.
        dynamics: "gibbs", "pt", or "auto": whichever gives more answers, with biases "gibbs".
        low: The first inverse temperature of ladders.
        beta: The inverse temperature, of ladders the last.
        thin: Sweeps between two samples.
        reads: Exactly so many samples, unless the time ends before.
        enough: Without `reads`, end at so many answers, repeated ones counted.
        kernel: A name of `kernel_names`, or "auto" for the fastest.
        seed: Equal seeds give equal results, whatever the number of threads, if time does not
            end the run.
        threads: By default one a core.
        time_limit: Seconds; by default 60 where `reads` does not bound the run.
        progress: Called after each round of samples.
    """
    began = time.perf_counter()
    limit = time_limit if time_limit is not None else None if reads else DEFAULT_SECONDS
    code = kernel_names()[0] if kernel == "auto" else kernel
    chains = _Chains(design, clamped, code, seed)
    tally = _Tally(design, clamped)
    # Fields of biases make ladders slow: tables for their hottest fields are large.
    asked = Asked("gibbs" if biases and dynamics == "auto" else dynamics, low, beta, thin)
    setting = Setting(beta or TRIED[0] / max(design.min_gap, 1), thin or FIRST_THIN)
    interrupted = False
    pool = ThreadPoolExecutor(min(BLOCKS, threads or os.cpu_count() or 1))
    try:
        chains.deadline = began + PILOT_PART * limit if limit else None
        setting = choose_setting(chains, asked)
        chains.deadline = began + limit if limit else None
        chains = chains.biased(biases, setting.beta)
        betas = chains.betas(setting)
        blocks = [chains.start(block) for block in range(BLOCKS)]
        going = _advance(pool, chains, blocks, betas, 2 * setting.thin)
        tally.compare(_samples(blocks, len(betas)))
        while going and _wanted(tally, reads, enough):
            going = _advance(pool, chains, blocks, betas, setting.thin)
            if going:
                tally.add(_samples(blocks, len(betas)), reads)
            if progress:
                progress(Progress(tally.reads, tally.verified, len(tally.found)))
    except KeyboardInterrupt:
        interrupted = True
    finally:
        chains.halted = True
        pool.shutdown(wait=True, cancel_futures=True)
    sweeps = tally.reads * setting.thin * (1 if setting.low is None else RUNGS)
    result = Result(
        tally.answers(),
        tally.reads,
        tally.verified,
        tally.verified,
        sweeps,
        sweeps * chains.program.updates,
        time.perf_counter() - began,
        seed,
        "equilibrium",
        code,
        f"equilibrium at {setting.text}, {code} kernel",
        interrupted,
        biased=chains.probabilities,
    )
    return Equilibrium(result, setting, tally.correlation, tally.samples, tally.ones)


@dataclass(frozen=True)
class Asked:
    """What the user wants of a `Setting`; see `equilibrium`."""

    dynamics: str = "auto"
    low: float | None = None
    beta: float | None = None
    thin: int | None = None


@dataclass(eq=False)
class _Block:
    """A block of chains: their states, generators and exchanges so far."""

    state: UInt64
    rng: UInt64
    turn: int = 0


@dataclass(eq=False)
class _Chains:
    """What moves chains, until the clock or the end of the run says halt."""

    design: Design
    clamped: Clamped
    code: str
    seed: int
    deadline: float | None = None
    scale: int = 1
    probabilities: tuple[float, ...] = ()
    halted: bool = False

    def __post_init__(self) -> None:
        self.program = compile_program(self.design.model, self.clamped.values)
        self.kernel = find_kernel(self.code)
        self.ladder_kernel = find_ladder_kernel(self.code)

    @cached_property
    def meter(self) -> Meter:
        """Energies of replicas."""
        return compile_meter(self.design.model, self.clamped.values)

    def cost(self, sweeps: int) -> float:
        """Of a sample, in sweeps."""
        return sweeps + LOOK_UPDATES / max(1, self.program.updates)

    def biased(self, biases: Sequence[Bias], beta: float) -> _Chains:
        """Chains of the same design with fields."""
        if not biases:
            return self
        biased = bias_design(self.design, biases, beta)
        return replace(
            self,
            design=biased.design,
            scale=biased.scale,
            probabilities=biased.probabilities,
        )

    def betas(self, setting: Setting) -> Betas:
        """The inverse temperatures of a setting in the units of the model, ladders spaced."""
        if setting.low is None:
            return (setting.beta / self.scale,)
        ladders = self.ladders(self.start(SPACING_BLOCK))
        return space_rungs(ladders, setting.low / self.scale, setting.beta / self.scale)

    def start(self, block: int) -> _Block:
        """A block of chains at random states, held spins in place."""
        source = block_generator(self.seed, block)
        state = first_state(source, self.design.model.spins)
        state[self.clamped.values > 0] = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
        state[self.clamped.values < 0] = np.uint64(0)
        return _Block(state, generators(source))

    def ladders(self, block: _Block) -> Ladders:
        """The chains of a block as ladders."""
        return Ladders(
            self.program, self.meter, self.ladder_kernel, block.state, block.rng, block.turn
        )

    def advance(self, block: _Block, betas: Betas, sweeps: int) -> bool:
        """Move a block on; False where it was halted on the way."""
        heats = heat(betas[0], 0), heat(betas[0], 1)
        for done in range(0, sweeps, SLICE):
            late = self.deadline is not None and time.perf_counter() > self.deadline
            if late or self.halted:
                return False
            size = min(SLICE, sweeps - done)
            if len(betas) == 1:
                self.kernel(self.program, block.state, block.rng, heats, size)
            else:
                ladders = self.ladders(block)
                ladders.sweep(betas, size, min(BETWEEN, size))
                block.turn = ladders.turn
        return True


def choose_setting(chains: _Chains, asked: Asked) -> Setting:
    """The betas and thinning that give most answers for their cost.

    From hot to cold, chains run until the states at t and 2 t sweeps are uncorrelated: thinning by
    t then leaves samples independent. The colder, the longer that takes, and the more samples are
    answers: with P0 the share of samples at energy 0, d ln P0 / d beta is the mean energy, and
    P0 over the cost of a sample is what is maximised. That holds as well where P0 is too small to
    be counted. Ladders start hottest, so that they forget, and end at any of the others.
    """
    if asked.beta and asked.thin and (asked.dynamics != "pt" or asked.low):
        return Setting(asked.beta, asked.thin, asked.low)
    gap = max(chains.design.min_gap, 1)
    betas = (asked.beta,) if asked.beta else tuple(x / gap for x in TRIED)
    low = asked.low or min(TRIED[0] / gap, betas[-1] / 2)
    trials: list[_Trial] = []
    if asked.dynamics != "pt":
        trials += _try_betas(chains, betas, asked.thin)
    if asked.dynamics == "pt" or (asked.dynamics == "auto" and not asked.beta):
        trials += _try_ladders(chains, low, [x for x in betas if x > low], asked.thin)
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


def _try_betas(chains: _Chains, betas: Sequence[float], thin: int | None) -> list[_Trial]:
    """Chains at one beta each, rising, as far as they mix."""
    trials: list[_Trial] = []
    share, before = 0.0, None
    for k, beta in enumerate(betas):
        block = chains.start(PILOT_BLOCK + k)
        mixing = _mixing_time(chains, block, (beta,), thin)
        if mixing is None:
            break
        energy = float(chains.meter.energies(block.state).mean())
        if before:
            share += (beta - before[0]) * (energy + before[1]) / 2
        before = beta, energy
        trials.append(_Trial(Setting(beta, mixing), share, chains.cost(mixing)))
    return trials


def _try_ladders(
    chains: _Chains, low: float, betas: Sequence[float], thin: int | None
) -> list[_Trial]:
    """Ladders from one beta down to others, rising, as far as their last rungs mix."""
    trials: list[_Trial] = []
    for k, beta in enumerate(betas):
        rungs = chains.betas(Setting(beta, 1, low))
        block = chains.start(LADDER_BLOCK + k)
        mixing = _mixing_time(chains, block, rungs, thin)
        if mixing is None:
            break
        energies = chains.meter.energies(block.state).reshape(-1, len(rungs), 64).mean(axis=(0, 2))
        share = float(np.trapezoid(energies, rungs))
        trials.append(_Trial(Setting(beta, mixing, low), share, chains.cost(len(rungs) * mixing)))
    return trials


def _mixing_time(chains: _Chains, block: _Block, betas: Betas, thin: int | None) -> int | None:
    """The first t, doubling, at which samples t sweeps apart are uncorrelated; or None.

    Where t is given, that, after as many sweeps as a run has before its first samples.
    """
    if thin:
        return thin if chains.advance(block, betas, 2 * thin) else None
    rows = _free_inputs(chains.design, chains.clamped)
    thin = FIRST_THIN
    while thin <= MOST_THIN and chains.advance(block, betas, thin):
        squares = []
        for _ in range(PILOT_LAGS):
            before = block.state[rows, len(betas) - 1 :: len(betas)].copy()
            if not chains.advance(block, betas, thin):
                return None
            squares.append(_square(before, block.state[rows, len(betas) - 1 :: len(betas)]))
        if _root(float(np.mean(squares))) <= PILOT_CORRELATION:
            return thin
        thin *= 2
    return None


def _samples(blocks: Sequence[_Block], rungs: int) -> list[UInt64]:
    """The states of the chains at the last beta, as many words of them as a state has."""
    if rungs == 1:
        return [block.state for block in blocks]
    last = [block.state[:, rungs - 1 :: rungs] for block in blocks]
    words = np.concatenate(last, axis=1)
    return np.split(words, words.shape[1] // WORDS, axis=1)


def _free_inputs(design: Design, clamped: Clamped) -> Int64:
    """Spins of input bits that are not held."""
    spins = [(bit >> 1) - 1 for port in design.netlist.inputs for bit in port.bits]
    return np.array([k for k in spins if clamped.values[k] == 0], dtype=np.int64)


def _square(before: UInt64, after: UInt64) -> float:
    """Mean over bits of the squared correlation across chains between two times.

    Without what independent chains show by chance.
    """
    if not before.size:
        return 0.0
    x, y = (_standard(bits_of(np.ascontiguousarray(state))) for state in (before, after))
    return float(((x * y).mean(axis=1) ** 2).mean() - 1 / x.shape[1])


def _standard(bits: npt.NDArray[np.uint8]) -> Floats:
    centred = bits - bits.mean(axis=1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True))
    # A bit that is the same in all chains is as correlated as can be.
    return np.where(deviation > 0, centred / np.maximum(deviation, 1e-12), 1.0)


def _root(square: float) -> float:
    return sqrt(max(0.0, square))


def _advance(
    pool: ThreadPoolExecutor, chains: _Chains, blocks: Sequence[_Block], betas: Betas, sweeps: int
) -> bool:
    """Move all blocks on; False where one was halted."""
    moving = [pool.submit(chains.advance, block, betas, sweeps) for block in blocks]
    ended = [_wait(future) for future in moving]
    return all(ended)


def _wait(future: Future[bool]) -> bool:
    """The result; wakes up to let Ctrl-C through."""
    while True:
        try:
            return future.result(timeout=0.1)
        except NotYet:
            if future.done():
                raise


def _wanted(tally: _Tally, reads: int | None, enough: int) -> bool:
    return tally.reads < reads if reads else tally.verified < enough


@dataclass(eq=False)
class _Tally:
    """What the samples have shown so far."""

    design: Design
    clamped: Clamped
    reads: int = 0
    verified: int = 0
    found: dict[tuple[int, ...], int] = field(default_factory=dict)
    squares: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        literals = [bit for port in self.design.netlist.ports for bit in port.bits]
        self.literals = np.array(literals, dtype=np.int64)
        self.samples: Int64 = np.zeros(BLOCKS * LANES, dtype=np.int64)
        self.ones: Int64 = np.zeros((BLOCKS * LANES, len(literals)), dtype=np.int64)
        self.rows = _free_inputs(self.design, self.clamped)
        self.before: list[UInt64] = []

    def add(self, states: Sequence[UInt64], most: int | None) -> None:
        """Count one sample of every chain, as far as `most` samples in all."""
        self.compare(states)
        for block, state in enumerate(states):
            size = LANES if most is None else min(LANES, most - self.reads)
            if size > 0:
                outcome = verify(self.design, self.clamped, state, size, ground=True)
                self.count(block, state, outcome)

    def compare(self, states: Sequence[UInt64]) -> None:
        """Correlate the states of all chains with those before, where there were some."""
        now = [state[self.rows].copy() for state in states]
        self.squares += [_square(a, b) for a, b in zip(self.before, now, strict=False)]
        self.before = now

    def count(self, block: int, state: UInt64, outcome: Verified) -> None:
        """Count the samples of one block."""
        self.reads += outcome.reads
        self.verified += outcome.verified
        for answer, (reads, _) in outcome.found.items():
            self.found[answer] = self.found.get(answer, 0) + reads
        lanes = np.array(outcome.lanes, dtype=np.int64)
        # Row 0 of the padded state is net 0, which is false.
        padded = np.concatenate([np.zeros((1, state.shape[1]), dtype=np.uint64), state])
        bits = bits_of(padded[self.literals >> 1])[:, lanes] ^ (self.literals & 1)[:, None]
        self.samples[block * LANES + lanes] += 1
        self.ones[block * LANES + lanes] += bits.T

    @property
    def correlation(self) -> float:
        """Between two samples of a chain; 1 where there were no two."""
        return _root(float(np.mean(self.squares))) if self.squares else 1.0

    def answers(self) -> tuple[Answer, ...]:
        """Answers, the most often found first."""
        names = [port.name for port in self.design.netlist.ports]
        ordered = sorted(self.found.items(), key=lambda item: (-item[1], item[0]))
        return tuple(
            Answer(dict(zip(names, values, strict=True)), reads, 0) for values, reads in ordered
        )
