"""Measure the kernel of a GPU beside this processor's: build, check, rates, time to an answer.

`python tests/benchmarks/cuda.py` (`make bench-cuda`): under five minutes. Every part stands for itself:
what fails says so, and the next one begins. `--parts check,rates` does some of them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.engine import models
from invc.engine import Effort, Problem, problem_of, run
from invc.ising import IsingModel
from invc.ising.model import Int8
from invc.pbits.backend import backend_named
from invc.pbits.cuda.backend import Cuda
from invc.pbits.cuda.driver import Cuda as Card
from invc.pbits.cuda.state import Replicas
from invc.pbits.heatbath.energy import Meter, compile_meter
from invc.pbits.heatbath.heat import heat
from invc.pbits.heatbath.ladder import Ladder, Pace, compile_ladder
from invc.pbits.heatbath.program import Program, compile_program
from invc.pbits.lanes import LANES, Rows, bits_of

SWEEPS = 16  # of a call, as annealing makes them
BETWEEN = 8
RATE_SECONDS = 1.0
SPINS = 500_000
WIDTHS = (12, 14, 16, 20, 24)
PRODUCTS = 2  # of a width
WAYS = (("pt", "cuda"), ("pt", "auto"), ("auto", "auto"))
PRIMES = 13466917, 14776339  # of a product of 48 bits


@dataclass(frozen=True, eq=False)
class Model:
    """What is measured.

    Attributes:
        name: In tables.
        known: Spins that are held.
        program: A sweep.
        meter: Of its energies.
        betas: First and last inverse temperature.
        checked: Blocks that are compared.
        sweeps: Of a call.
    """

    name: str
    known: Int8
    program: Program
    meter: Meter
    betas: tuple[float, float]
    checked: tuple[int, ...]
    sweeps: int

    @property
    def flips(self) -> int:
        """Of a sweep of 1,024 replicas."""
        return LANES * self.program.updates

    @cached_property
    def ladder(self) -> Ladder:
        """Four temperatures."""
        return compile_ladder(tuple(np.linspace(*self.betas, 4).tolist()), self.meter)

    @property
    def pace(self) -> Pace:
        """Of ladders, as `pt` goes on: with a look every 32 sweeps, or of large models every 8."""
        return Pace(4 * BETWEEN if self.sweeps == SWEEPS else BETWEEN, BETWEEN)


def factoring(n: int, product: int) -> Problem:
    """An n x n multiplier whose product is held."""
    asked = models.factoring(n, product)
    return problem_of(asked.design, asked.clamped)


def multiplier(n: int, product: int) -> Model:
    """The same as a model."""
    problem = factoring(n, product)
    name, betas = f"{n} x {n} multiplier", problem.betas("gibbs", None)
    few = (0, 1, 100, 255)
    return Model(name, problem.known, problem.program, problem.meter, betas, few, SWEEPS)


def sparse(spins: int) -> Model:
    """Spins of which each feels about six others, not far away, with couplings of -1 and +1."""
    source = np.random.default_rng(3)
    one = np.arange(spins)
    other = (one[:, None] + source.integers(1, 1000, (spins, 3))) % spins
    pairs = np.stack([np.repeat(one, 3), other.reshape(-1)], axis=1)
    edges = np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int32)
    J = source.choice(np.array([-1, 1], dtype=np.int32), len(edges))
    model = IsingModel(np.zeros(spins, dtype=np.int32), edges, J)
    known = np.zeros(spins, dtype=np.int8)
    program, meter = compile_program(model, known), compile_meter(model, known)
    name = f"sparse graph of {spins:,} spins"
    return Model(name, known, program, meter, (0.5, 1.5), (0, 255), 1)


MODELS: tuple[Callable[[], Model], ...] = (
    lambda: multiplier(16, 45697 * 59671),
    lambda: multiplier(64, (2**64 - 59) * (2**63 - 25)),
    lambda: sparse(SPINS),
)


def table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print a table as pages have it."""
    print(f"\n### {title}\n")
    for row in (head, ("---",) * len(head), *rows):
        print("| " + " | ".join(row) + " |")
    sys.stdout.flush()


def check(gpu: Cuda, model: Model) -> tuple[str, ...]:
    """Whether blocks of the GPU are those of the CPU after sweeps and after trades."""
    state = gpu.start(model.known, 11, 0)
    here = [gpu.host.start(model.known, 11, b) for b in model.checked]
    for beta in model.betas:
        gpu.sweep(model.program, state, heat(beta), model.sweeps)
        for own in here:
            gpu.host.sweep(model.program, own, heat(beta), model.sweeps)
    swept = verdict(gpu, model, state, here)
    pace = Pace(BETWEEN, BETWEEN // 2)
    gpu.exchange(model.program, state, model.ladder, pace)
    for own in here:
        gpu.host.exchange(model.program, own, model.ladder, pace)
    return (model.name, str(len(model.checked)), swept, verdict(gpu, model, state, here))


def verdict(gpu: Cuda, model: Model, state: Replicas, here: list[Rows]) -> str:
    """Whether states and generators are the same."""
    pairs = [(gpu.block(state, b), own) for b, own in zip(model.checked, here, strict=True)]
    same = all(np.array_equal(a.rows, b.rows) and np.array_equal(a.rng, b.rng) for a, b in pairs)
    return "equal" if same else "DIFFERENT"


def timed(work: Callable[[], object], end: Callable[[], object], seconds: float) -> float:
    """Seconds that it takes once, repeated for a while after a first time."""
    work()
    end()
    count, began = 0, time.perf_counter()
    while True:
        for _ in range(1 + count):
            work()
        count += 1 + count
        end()
        passed = time.perf_counter() - began
        if passed >= seconds or count > 1 << 12:
            return passed / count


def rates(gpu: Cuda, model: Model) -> tuple[str, ...]:
    """Flips/ns of sweeps and of ladders, on the GPU and on one core."""
    beta, cpu = statistics.mean(model.betas), backend_named()
    found = [model.name, str(model.program.updates)]
    for backend, blocks, end in ((gpu, gpu.blocks, card_of(gpu).wait), (cpu, 1, lambda: None)):
        state = backend.start(model.known, 1, 0)
        work: tuple[Callable[[], object], ...] = (
            partial(backend.sweep, model.program, state, heat(beta), model.sweeps),
            partial(backend.exchange, model.program, state, model.ladder, model.pace),
        )
        for one, sweeps in zip(work, (model.sweeps, model.pace.sweeps), strict=True):
            seconds = timed(one, end, RATE_SECONDS)
            found.append(f"{model.flips * blocks * sweeps / seconds / 1e9:.4g}")
    return tuple(found)


def card_of(gpu: Cuda) -> Card:
    """The device of a backend, which is a card."""
    assert isinstance(gpu.device, Card)
    return gpu.device


def built(gpu: Cuda) -> list[tuple[str, ...]]:
    """Registers of the kernels that there are, and what was spilled."""
    rows: list[tuple[str, ...]] = []
    for key, kernel in gpu.kernels.made.items():
        name = key if isinstance(key, str) else str(key[0])
        facts = card_of(gpu).facts(kernel)
        rules = str(len(key[1])) if name == "moves" else ""
        rows.append((name, rules, str(facts["registers"]), str(facts["spilled"])))
    return sorted(set(rows))


def statistics_of(gpu: Cuda) -> list[tuple[str, ...]]:
    """Spins of a small model against its Boltzmann distribution, all replicas of a state."""
    problem = factoring(4, 143)
    beta, free = 0.5, np.flatnonzero(problem.known == 0)
    state = gpu.start(problem.known, 5, 0)
    gpu.sweep(problem.program, state, heat(beta), 2000)
    counts = bits_of(gpu.fetch(state)[free]).sum(axis=1) / gpu.lanes
    cpu = backend_named()
    sums = np.zeros(len(free))
    blocks = 64
    for block in range(blocks):
        own = cpu.start(problem.known, 6, block)
        cpu.sweep(problem.program, own, heat(beta), 2000)
        sums += bits_of(cpu.fetch(own)[free]).sum(axis=1) / LANES
    other = sums / blocks
    p = np.clip(other, 1e-4, 1 - 1e-4)
    sigma = np.sqrt(p * (1 - p) * (1 / gpu.lanes + 1 / (blocks * LANES)))
    worst = float(np.abs((counts - other) / sigma).max())
    return [("largest difference of a spin's mean, in standard deviations", f"{worst:.2f}")]


def products(n: int) -> list[int]:
    """A few semiprimes of 2 n bits."""
    if n == max(WIDTHS):
        return [PRIMES[0] * PRIMES[1]]
    kept = json.loads((models.HERE.parent / "semiprimes.json").read_text())["semiprimes"]
    return [entry["product"] for entry in kept[str(n)]][:PRODUCTS]


def first_answer(n: int, product: int, dynamics: str, kernel: str, limit: float) -> float | None:
    """Seconds until there is an answer; None where there was none."""
    problem = factoring(n, product)
    effort = Effort(dynamics=dynamics, kernel=kernel, target=1, time_limit=limit, seed=n)
    began = time.perf_counter()
    found = run(problem, effort)
    return time.perf_counter() - began if found.answers else None


def answers(limit: float, deadline: float) -> list[tuple[str, ...]]:
    """Seconds until there is an answer, by width; the first second makes kernels, and is extra."""
    rows = []
    for n in WIDTHS:
        row = [str(2 * n)]
        for dynamics, kernel in WAYS:
            texts = []
            for product in products(n):
                if time.perf_counter() > deadline:
                    texts.append("not run")
                    continue
                if kernel == "cuda":
                    first_answer(n, product, dynamics, kernel, 1.0)
                seconds = first_answer(n, product, dynamics, kernel, limit)
                texts.append(f"> {limit:g}" if seconds is None else f"{seconds:.3g}")
            row.append(", ".join(texts))
        rows.append(tuple(row))
        print(row, flush=True)
    return rows


def part(name: str, chosen: list[str], work: Callable[[], None]) -> None:
    """Do a part, and go on whatever becomes of it."""
    if name not in chosen:
        return
    began = time.perf_counter()
    try:
        work()
    except Exception:  # the other parts are worth having
        traceback.print_exc(file=sys.stdout)
    print(f"({name}: {time.perf_counter() - began:.1f} s)", flush=True)


def measure(gpu: Cuda, make: Callable[[], Model], chosen: list[str]) -> None:
    """Check a model, and measure it."""
    model = make()
    head = ("model", "free spins", "gibbs", "pt", "gibbs, one core", "pt, one core")
    part(
        "check",
        chosen,
        lambda: table("Blocks", ("model", "blocks", "gibbs", "pt"), [check(gpu, model)]),
    )
    part("rates", chosen, lambda: table("Flips/ns", head, [rates(gpu, model)]))


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default="check,rates,statistics,answers")
    parser.add_argument("--limit", type=float, default=8.0, help="seconds for an answer")
    parser.add_argument("--seconds", type=float, default=240.0, help="after which nothing begins")
    options = parser.parse_args()
    began, chosen = time.perf_counter(), options.parts.split(",")
    gpu = backend_named("cuda")
    assert isinstance(gpu, Cuda)
    card = card_of(gpu)
    print(
        f"{card.name}, {card.processors} processors; {backend_named().name}, {os.cpu_count()} cores"
    )
    for make in MODELS:
        part("model", ["model"], partial(measure, gpu, make, chosen))
    part("statistics", chosen, lambda: table("Statistics", ("", ""), statistics_of(gpu)))
    head = ("bits", "pt, GPU", "pt, all cores", "auto, all cores")
    deadline = began + options.seconds
    part("answers", chosen, lambda: table("Seconds", head, answers(options.limit, deadline)))
    table("Kernels", ("kernel", "rules", "registers", "bytes spilled"), built(gpu))
    print(f"{time.perf_counter() - began:.0f} s in all")


if __name__ == "__main__":
    main()
