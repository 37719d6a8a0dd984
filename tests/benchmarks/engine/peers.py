"""Everything that a user could pick instead, with the settings that suit it best.

Each peer gets the model of the free spins, clamps folded in, once; building it is not timed, and the same
holds for ours. A peer is imported only where it is measured, and left out, with a word, where it is not
installed.
"""

import itertools
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.engine.models import Problem
from invc.ising import IsingModel
from invc.tools.bench import Attempt, Work

Test = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Setting:
    """Options of an annealer.

    Attributes:
        low: First inverse temperature, in units of 1 / gap.
        high: Last one.
        sweeps: Sweeps of a read.
        linear: Whether beta rises by equal steps; else by equal factors.
    """

    low: float
    high: float
    sweeps: int
    linear: bool = True

    def betas(self, gap: int) -> tuple[float, float]:
        return self.low / gap, self.high / gap

    def __str__(self) -> str:
        rise = "linear" if self.linear else "geometric"
        return f"beta {self.low:g}/gap to {self.high:g}/gap {rise}, {self.sweeps} sweeps"


@dataclass(frozen=True)
class Peer:
    """Another program.

    Attributes:
        name: What tables call it.
        package: Its distribution.
        module: What is imported.
        batches: States of the free spins, shape (reads, free), call after call, for a problem,
            setting and seed. None where it cannot be asked so.
        grid: Settings to try; the first is used where nothing was tuned.
        parallel: Whether all reads of a batch end at once; else one after another.
        work: Sweeps for the rate.
        most_spins: Larger models take it minutes to build.
        solve: Runs until a strict answer by itself, for what has no batches.
    """

    name: str
    package: str
    module: str
    batches: Callable[[Problem, Setting, int], Iterator[np.ndarray]] | None = None
    grid: tuple[Setting, ...] = ()
    parallel: bool = False
    work: Callable[[Problem], Work] | None = None
    most_spins: int = 1 << 40
    solve: Callable[[Problem, int, float], Attempt] | None = None

    @property
    def installed(self) -> bool:
        try:
            return find_spec(self.module) is not None
        except ModuleNotFoundError:
            return False

    def attempt(
        self, problem: Problem, criterion: str, setting: Setting | None, seed: int, limit: float
    ) -> Attempt:
        """A run until the first answer.

        Where reads follow one another, only the part of a call up to the first good read counts.
        """
        if self.solve:
            return self.solve(problem, seed, limit)
        test = problem.seen if criterion == "seen" else problem.strict
        spent = 0.0
        self.load(problem, setting)
        assert setting is not None
        assert self.batches is not None
        batches = self.batches(problem, setting, seed)
        for states in timed(batches):
            good = np.flatnonzero(test(states.value))
            if len(good):
                part = 1.0 if self.parallel else (good[0] + 1) / len(states.value)
                return Attempt(seed, True, spent + part * states.seconds, 0)
            spent += states.seconds
            if spent > limit:
                return Attempt(seed, False, spent, 0)
        raise AssertionError("batches never end")

    @lru_cache(maxsize=8)  # noqa: B019 - there are five peers, and they live as long as the process
    def load(self, problem: Problem, setting: Setting) -> None:
        """Import it, build its model and compile its program: not timed."""
        assert self.batches is not None
        next(self.batches(problem, setting, 0))


@dataclass(frozen=True)
class Timed:
    value: np.ndarray
    seconds: float


def timed(values: Iterator[np.ndarray]) -> Iterator[Timed]:
    """Each value with the processor time that it took."""
    while True:
        started = time.process_time()
        value = next(values)
        yield Timed(value, time.process_time() - started)


@lru_cache(maxsize=4)
def bqm(problem: Problem) -> Any:
    """For dimod, whose sign is the opposite."""
    from dimod import BinaryQuadraticModel

    model = problem.free
    return BinaryQuadraticModel.from_numpy_vectors(
        -model.h.astype(float),
        (model.edges[:, 0], model.edges[:, 1], -model.J.astype(float)),
        float(model.offset),
        "SPIN",
    )


# dwave-samplers -------------------------------------------------------------------------------


def dwave_call(problem: Problem, setting: Setting, reads: int, seed: int) -> np.ndarray:
    from dwave.samplers import SimulatedAnnealingSampler

    found = SimulatedAnnealingSampler().sample(
        bqm(problem),
        num_reads=reads,
        num_sweeps=setting.sweeps,
        beta_range=list(setting.betas(problem.design.min_gap)),
        beta_schedule_type="linear" if setting.linear else "geometric",
        seed=seed,
    )
    assert list(found.variables) == list(range(problem.free.spins))
    value: np.ndarray = found.record.sample
    return value


def dwave_batches(problem: Problem, setting: Setting, seed: int) -> Iterator[np.ndarray]:
    for call in itertools.count():
        yield dwave_call(problem, setting, 20, (seed * 100_003 + call) % 2**31)


def dwave_work(problem: Problem) -> Work:
    reads = 10 if problem.free.spins < 20_000 else 1

    def work(sweeps: int) -> int:
        dwave_call(problem, Setting(1.6, 4.0, sweeps), reads, 1)
        return reads * sweeps * problem.free.spins

    return work


def tabu_solve(problem: Problem, seed: int, limit: float) -> Attempt:
    """One tabu search with restarts until the ground energy."""
    from dwave.samplers import TabuSampler

    model = bqm(problem)
    goal = 0.5 - model.binary.offset  # its threshold leaves the offset out
    started = time.process_time()
    found = TabuSampler().sample(
        model, num_reads=1, timeout=int(1000 * limit) + 1, energy_threshold=goal, seed=seed
    )
    took = time.process_time() - started
    return Attempt(seed, bool(found.first.energy < 0.5), took, 0)


# OpenJij --------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def openjij_model(problem: Problem) -> Any:
    import openjij

    source = bqm(problem)
    return openjij.model.model.BinaryQuadraticModel(
        dict(source.linear), dict(source.quadratic), source.offset, source.vartype, sparse=True
    )


def openjij_call(problem: Problem, setting: Setting, reads: int, seed: int) -> np.ndarray:
    import openjij

    model = openjij_model(problem)
    low, high = setting.betas(problem.design.min_gap)
    found = openjij.SASampler().sample(
        model, beta_min=low, beta_max=high, num_sweeps=setting.sweeps, num_reads=reads, seed=seed
    )
    order = np.argsort(list(found.variables))
    value: np.ndarray = found.record.sample[:, order]
    return value


def openjij_batches(problem: Problem, setting: Setting, seed: int) -> Iterator[np.ndarray]:
    for call in itertools.count():
        yield openjij_call(problem, setting, 20, (seed * 100_003 + call) % 2**31)


def openjij_work(problem: Problem) -> Work:
    def work(sweeps: int) -> int:
        openjij_call(problem, Setting(1.6, 4.0, sweeps, False), 10, 1)
        return 10 * sweeps * problem.free.spins

    return work


# thrml ----------------------------------------------------------------------------------------

CHAINS = 128


def colours(model: IsingModel) -> list[list[int]]:
    """Spins that can be updated at once, greedily, those with many neighbours first."""
    start, neighbour, _ = model.neighbours
    colour = np.full(model.spins, -1)
    for spin in np.argsort(-model.degrees, kind="stable"):
        taken = set(colour[neighbour[start[spin] : start[spin + 1]]].tolist())
        colour[spin] = next(c for c in itertools.count() if c not in taken)
    return [np.flatnonzero(colour == c).tolist() for c in range(int(colour.max()) + 1)]


@lru_cache(maxsize=4)
def thrml_program(problem: Problem, beta: float, sweeps: int) -> tuple[Any, Any, list[int]]:
    """A compiled function (key, states) -> states: so many sweeps of all chains at one beta."""
    import jax
    import jax.numpy as jnp
    from thrml import Block, SamplingSchedule, SpinNode, sample_states
    from thrml.models import IsingEBM, IsingSamplingProgram

    model = problem.free
    nodes = [SpinNode() for _ in range(model.spins)]
    ebm = IsingEBM(
        nodes,
        [(nodes[i], nodes[j]) for i, j in model.edges.tolist()],
        jnp.array(model.h, dtype=float),
        jnp.array(model.J, dtype=float),
        jnp.array(beta),
    )
    groups = colours(model)
    blocks = [Block([nodes[i] for i in group]) for group in groups]
    program = IsingSamplingProgram(ebm, blocks, clamped_blocks=[])
    schedule = SamplingSchedule(n_warmup=sweeps, n_samples=1, steps_per_sample=1)

    def chain(key: Any, state: Any) -> list[Any]:
        found = sample_states(key, program, schedule, state, [], blocks)
        return [part[0] for part in found]

    step = jax.jit(jax.vmap(chain))
    order = np.argsort(np.concatenate([np.array(group) for group in groups]))
    sizes = [len(group) for group in groups]
    first = start_chains(jax.random.key(0), sizes)
    jax.block_until_ready(step(jax.random.split(jax.random.key(1), CHAINS), first))  # compile
    return step, order, sizes


def start_chains(key: Any, sizes: list[int]) -> list[Any]:
    import jax

    keys = jax.random.split(key, len(sizes))
    return [
        jax.random.bernoulli(k, 0.5, (CHAINS, size)) for k, size in zip(keys, sizes, strict=True)
    ]


def thrml_batches(problem: Problem, setting: Setting, seed: int) -> Iterator[np.ndarray]:
    """The chains of an equilibrium sampler, looked at after every `sweeps` sweeps."""
    import jax

    step, order, sizes = thrml_program(
        problem, setting.high / problem.design.min_gap, setting.sweeps
    )
    key = jax.random.key(seed)
    states = start_chains(key, sizes)
    for call in itertools.count():
        keys = jax.random.split(jax.random.fold_in(key, call), CHAINS)
        states = step(keys, states)
        yield (
            2
            * np.concatenate([np.asarray(part) for part in states], axis=1)[:, order].astype(
                np.int8
            )
            - 1
        )


def thrml_work(problem: Problem) -> Work:
    """Calls of 64 sweeps, so that nothing is compiled again for another length."""
    import jax

    length = 64
    step, _, sizes = thrml_program(problem, 3.0 / problem.design.min_gap, length)

    def work(sweeps: int) -> int:
        key = jax.random.key(0)
        states = start_chains(key, sizes)
        for call in range(sweeps):
            keys = jax.random.split(jax.random.fold_in(key, call), CHAINS)
            states = step(keys, states)
        jax.block_until_ready(states)
        return sweeps * (length + 1) * CHAINS * problem.free.spins

    return work


# SAT ------------------------------------------------------------------------------------------


def sat_solve(problem: Problem, seed: int, limit: float, *, solver: str) -> Attempt:
    """A SAT solver on the clauses of the same gates, variables and clauses shuffled by the seed.

    It cannot be told to stop, so `limit` is not obeyed; it is far from reached at the widths here.
    """
    from pysat.solvers import Solver

    from invc.netlist import netlist_clauses

    del limit
    netlist = problem.design.netlist
    chance = random.Random(seed)
    names = list(range(1, netlist.net_count + 1))
    chance.shuffle(names)

    def number(literal: int) -> int:
        return -names[(literal >> 1) - 1] if literal & 1 else names[(literal >> 1) - 1]

    formula = [[number(lit) for lit in clause] for clause in netlist_clauses(netlist)]
    formula += [[number(lit ^ 1 ^ value)] for lit, value in problem.clamped.wanted]
    chance.shuffle(formula)
    with Solver(name=solver, bootstrap_with=formula) as sat:
        started = time.process_time()
        found = sat.solve()
        took = time.process_time() - started
        assert not found or answers(problem, sat.get_model(), number)
    return Attempt(seed, bool(found), took, 0)


def answers(problem: Problem, model: list[int], number: Callable[[int], int]) -> bool:
    """Whether the inputs of a model give the clamped values."""
    from invc.netlist import evaluate, word_of

    true = set(model)
    netlist = problem.design.netlist
    inputs = {p.name: [int(number(bit) in true) for bit in p.bits] for p in netlist.inputs}
    words = evaluate(netlist, inputs, 1)
    return all(word_of(lit, words, 1) == value for lit, value in problem.clamped.wanted)


# The grids: each peer's own range of beta and the cold, narrow ones that suit these models.
ANNEALS = tuple(
    Setting(low, high, sweeps)
    for low, high in ((1.6, 4.0), (1.0, 6.0), (2.0, 5.0))
    for sweeps in (1000, 100, 300, 3000)
)
PEERS = (
    Peer(
        "dwave-samplers SA",
        "dwave-samplers",
        "dwave.samplers",
        dwave_batches,
        ANNEALS,
        work=dwave_work,
    ),
    Peer("dwave-samplers Tabu", "dwave-samplers", "dwave.samplers", solve=tabu_solve),
    Peer(
        "OpenJij SA",
        "openjij",
        "openjij",
        openjij_batches,
        tuple(Setting(s.low, s.high, s.sweeps, False) for s in ANNEALS),
        work=openjij_work,
        most_spins=20_000,
    ),
    Peer(
        "thrml",
        "thrml",
        "thrml",
        thrml_batches,
        (Setting(3.0, 3.0, 64), Setting(2.4, 2.4, 64), Setting(3.6, 3.6, 64)),
        parallel=True,
        work=thrml_work,
        most_spins=2_000,
    ),
    # Of the solvers in python-sat the best on these formulas, beside the one that `invc prove` uses.
    Peer("SAT (CaDiCaL)", "python-sat", "pysat", solve=partial(sat_solve, solver="cadical195")),
    Peer("SAT (MiniSat)", "python-sat", "pysat", solve=partial(sat_solve, solver="minisat22")),
)
