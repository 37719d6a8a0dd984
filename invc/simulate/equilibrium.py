"""Equilibrium sampling: every answer equally likely, from chains that forgot their start."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field, replace
from math import sqrt

import numpy as np
import numpy.typing as npt

from invc.design import Bias, Clamped, Design, bias_design
from invc.simulate.heat import heat
from invc.simulate.kernels.heatbath import find_kernel, kernel_names
from invc.simulate.program import compile_program
from invc.simulate.random import LANES, UInt64, bits_of, block_generator, first_state, generators
from invc.simulate.run import Answer, Progress, Result
from invc.simulate.verify import Verified, replicas, verify

DEFAULT_SECONDS = 60.0
DEFAULT_ENOUGH = 4096
BLOCKS = 4  # of 1024 chains
# beta times gap, from hot to cold: a fault of one gate has odds exp(-beta gap).
TRIED = (1.2, 1.6, 2.2, 2.8, 3.4, 4.2)
FIRST_THIN, MOST_THIN = 16, 1 << 13
SLICE = 64  # sweeps between two looks at the clock
PILOT_BLOCK = 1 << 40  # far from the blocks of any run
FEW_UPDATES = 16  # in a sweep: below, chains share no random numbers
PILOT_LAGS = 4  # over which a correlation is averaged
# Root mean square, between two samples of a chain: what a pilot accepts, and what is called mixed.
PILOT_CORRELATION, MOST_CORRELATION = 0.03, 0.1
Int64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """How chains run.

    Attributes:
        beta: The inverse temperature, one for all.
        thin: Sweeps between two samples of a chain; its first sample comes after three times as
            many.
    """

    beta: float
    thin: int


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
    mix. Without `beta` and `thin` a pilot chooses them, see `choose_setting`.

    Source: Geman and Geman, https://doi.org/10.1109/TPAMI.1984.4767596, theorem A.

    Args:
        design: What the answers are about.
        clamped: The bits that are held, from `presolve`; some spin is free.
        biases: Bits that lean: an answer is as likely as their probabilities make it.
        beta: The inverse temperature.
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
    chains = _Chains(design, clamped, code, seed, None if limit is None else began + limit)
    tally = _Tally(design, clamped)
    setting = Setting(beta or TRIED[0] / max(chains.design.min_gap, 1), thin or FIRST_THIN)
    interrupted = False
    pool = ThreadPoolExecutor(min(BLOCKS, threads or os.cpu_count() or 1))
    try:
        setting = choose_setting(chains, beta, thin)
        chains = chains.biased(biases, setting.beta)
        blocks = [chains.start(block) for block in range(BLOCKS)]
        going = _advance(pool, chains, blocks, setting.beta, 2 * setting.thin)
        tally.compare([block.state for block in blocks])
        while going and _wanted(tally, reads, enough):
            going = _advance(pool, chains, blocks, setting.beta, setting.thin)
            if going:
                tally.add([block.state for block in blocks], reads)
            if progress:
                progress(Progress(tally.reads, tally.verified, len(tally.found)))
    except KeyboardInterrupt:
        interrupted = True
    finally:
        chains.halted = True
        pool.shutdown(wait=True, cancel_futures=True)
    sweeps = tally.reads * setting.thin
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
        f"equilibrium at beta {setting.beta:.3g}, a sample every {setting.thin} sweeps, "
        f"{code} kernel",
        interrupted,
        biased=chains.probabilities,
    )
    return Equilibrium(result, setting, tally.correlation, tally.samples, tally.ones)


@dataclass(eq=False)
class _Block:
    """A block of chains: their states and generators."""

    state: UInt64
    rng: UInt64


@dataclass(eq=False)
class _Chains:
    """What moves chains, until the clock or the end of the run says halt."""

    design: Design
    clamped: Clamped
    code: str
    seed: int
    deadline: float | None
    scale: int = 1
    probabilities: tuple[float, ...] = ()
    halted: bool = False

    def __post_init__(self) -> None:
        model, known = self.design.model, self.clamped.values
        self.program = compile_program(model, known)
        self.kernel = find_kernel(self.code)
        few = self.program.updates < FEW_UPDATES
        self.single = [
            compile_program(model, known, np.array([spin], dtype=np.int64))
            for spin in (self.program.target.tolist() if few else [])
        ]

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

    def start(self, block: int) -> _Block:
        """A block of chains at random states, held spins in place."""
        source = block_generator(self.seed, block)
        state = first_state(source, self.design.model.spins)
        state[self.clamped.values > 0] = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
        state[self.clamped.values < 0] = np.uint64(0)
        return _Block(state, generators(source))

    def advance(self, block: _Block, beta: float, sweeps: int) -> bool:
        """Move a block on; False where it was halted on the way.

        A kernel uses each vector of random numbers for several updates, in other chains each time.
        With few spins those chains would be seen to depend on each other, so there every update
        is a call of its own, which draws afresh.
        """
        heats = heat(beta / self.scale, 0), heat(beta / self.scale, 1)
        for done in range(0, sweeps, SLICE):
            late = self.deadline is not None and time.perf_counter() > self.deadline
            if late or self.halted:
                return False
            size = min(SLICE, sweeps - done)
            if self.single:
                for program in self.single * size:
                    self.kernel(program, block.state, block.rng, heats, 1)
            else:
                self.kernel(self.program, block.state, block.rng, heats, size)
        return True


def choose_setting(chains: _Chains, beta: float | None, thin: int | None) -> Setting:
    """The beta and thinning that give most answers a sweep.

    From hot to cold, chains run until the states at t and 2 t sweeps are uncorrelated: thinning by
    t then leaves samples independent. The colder, the longer that takes, and the more samples are
    answers: with P0 the share of samples at energy 0, d ln P0 / d beta is the mean energy, and
    P0 / t is what is maximised. That holds as well where P0 is too small to be counted.
    """
    gap = max(chains.design.min_gap, 1)
    betas = (beta,) if beta else tuple(x / gap for x in TRIED)
    if beta and thin:
        return Setting(beta, thin)
    best, best_score = Setting(betas[0], thin or MOST_THIN), -np.inf
    log_share, before = 0.0, None
    for k, value in enumerate(betas):
        block = chains.start(PILOT_BLOCK + k)
        if thin and chains.advance(block, value, 2 * thin):
            mixing: int | None = thin
        else:
            mixing = _mixing_time(chains, block, value)
        if mixing is None:
            break
        energy = float(chains.design.model.energies(replicas(block.state, LANES)).mean())
        if before:
            log_share += (value - before[0]) * (energy + before[1]) / 2
        before = value, energy
        score = log_share - np.log(mixing)
        if score > best_score:
            best, best_score = Setting(value, mixing), score
    return best


def _mixing_time(chains: _Chains, block: _Block, beta: float) -> int | None:
    """The first t, doubling, at which states t sweeps apart are uncorrelated; or None."""
    rows = _free_inputs(chains.design, chains.clamped)
    thin = FIRST_THIN
    while thin <= MOST_THIN and chains.advance(block, beta, thin):
        squares = []
        for _ in range(PILOT_LAGS):
            before = block.state[rows].copy()
            if not chains.advance(block, beta, thin):
                return None
            squares.append(_square(before, block.state[rows]))
        if _root(float(np.mean(squares))) <= PILOT_CORRELATION:
            return thin
        thin *= 2
    return None


def _free_inputs(design: Design, clamped: Clamped) -> Int64:
    """Spins of input bits that are not held."""
    spins = [(bit >> 1) - 1 for port in design.netlist.inputs for bit in port.bits]
    return np.array([k for k in spins if clamped.values[k] == 0], dtype=np.int64)


def _square(before: UInt64, after: UInt64) -> float:
    """Mean over bits of the squared correlation across chains between two times."""
    if not len(before):
        return 1 / LANES
    x, y = (_standard(bits_of(state)) for state in (before, after))
    return float(((x * y).mean(axis=1) ** 2).mean())


def _standard(bits: npt.NDArray[np.uint8]) -> Floats:
    centred = bits - bits.mean(axis=1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True))
    # A bit that is the same in all chains is as correlated as can be.
    return np.where(deviation > 0, centred / np.maximum(deviation, 1e-12), 1.0)


def _root(square: float) -> float:
    """The root, without what 1024 independent chains show by chance."""
    return sqrt(max(0.0, square - 1 / LANES))


def _advance(
    pool: ThreadPoolExecutor, chains: _Chains, blocks: Sequence[_Block], beta: float, sweeps: int
) -> bool:
    """Move all blocks on; False where one was halted."""
    moving = [pool.submit(chains.advance, block, beta, sweeps) for block in blocks]
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
