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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.engine import models
from invc.engine import Effort, Problem, problem_of, run
from invc.pbits.backend import backend_named
from invc.pbits.cuda.backend import Cuda
from invc.pbits.cuda.driver import Cuda as Card
from invc.pbits.cuda.state import Replicas
from invc.pbits.heatbath.heat import heat
from invc.pbits.heatbath.ladder import Pace, compile_ladder
from invc.pbits.lanes import LANES, WORDS, UInt64, bits_of

SWEEPS = 16  # of a call, as annealing makes them
BETWEEN = 8
RATE_SECONDS = 1.5
FLIPS = 1e11  # of a run whose share of answers is compared
TTS_WIDTHS = (10, 12, 14, 16, 20, 24)
PRODUCT48 = {"p": 13466917, "q": 14776339}


@dataclass(frozen=True, eq=False)
class Model:
    """What is measured.

    Attributes:
        name: In tables.
        problem: Compiled.
        checked: Blocks that are compared.
        sweeps: Of a call.
    """

    name: str
    problem: Problem
    checked: tuple[int, ...]
    sweeps: int

    @cached_property
    def flips(self) -> int:
        """Of a sweep of 1,024 replicas."""
        return LANES * self.problem.program.updates

    @cached_property
    def betas(self) -> tuple[float, ...]:
        """Inverse temperatures of a ladder."""
        return tuple(np.linspace(*self.problem.betas("pt", None), 4).tolist())


def factoring(n: int, product: int) -> Problem:
    """An n x n multiplier whose product is held."""
    asked = models.factoring(n, product)
    return problem_of(asked.design, asked.clamped)


def all_models() -> Iterator[Model]:
    """The models, small ones first."""
    few = (0, 1, 100, 255)
    yield Model("16 x 16 multiplier", factoring(16, 45697 * 59671), few, SWEEPS)
    yield Model("64 x 64 multiplier", factoring(64, (2**64 - 59) * (2**63 - 25)), few, SWEEPS)
    asked = models.netlist(500_000)
    problem = problem_of(asked.design, asked.clamped)
    yield Model("netlist of 500,000 spins", problem, (0, 255), 1)


def table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print a table as pages have it."""
    print(f"\n### {title}\n")
    for row in (head, ("---",) * len(head), *rows):
        print("| " + " | ".join(row) + " |")
    sys.stdout.flush()


def blocks_of(rows: UInt64, blocks: tuple[int, ...]) -> UInt64:
    """The words of some blocks."""
    return np.concatenate([rows[:, WORDS * b : WORDS * (b + 1)] for b in blocks], axis=1)


def check(gpu: Cuda, model: Model) -> tuple[str, ...]:
    """Whether blocks of the GPU are those of the CPU after sweeps and after trades."""
    problem, seed = model.problem, 11
    state = gpu.start(problem.known, seed, 0)
    here = [gpu.host.start(problem.known, seed, b) for b in model.checked]
    low, high = problem.betas("gibbs", None)
    verdicts = []
    for beta in (low, high):
        gpu.sweep(problem.program, state, heat(beta), model.sweeps)
        for own in here:
            gpu.host.sweep(problem.program, own, heat(beta), model.sweeps)  # type: ignore[attr-defined]
    verdicts.append(_verdict(gpu, model, state, here))
    ladder, pace = compile_ladder(model.betas, problem.meter), Pace(BETWEEN, min(BETWEEN, 4))
    gpu.exchange(problem.program, state, ladder, pace)
    for own in here:
        gpu.host.exchange(problem.program, own, ladder, pace)  # type: ignore[attr-defined]
    verdicts.append(_verdict(gpu, model, state, here))
    return (model.name, str(len(model.checked)), *verdicts)


def _verdict(gpu: Cuda, model: Model, state: Replicas, here: list[object]) -> str:
    want = np.concatenate([gpu.host.fetch(own) for own in here], axis=1)  # type: ignore[arg-type]
    same = np.array_equal(blocks_of(gpu.fetch(state), model.checked), want)
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
    problem, card = model.problem, gpu.device
    assert isinstance(card, Card)
    beta = statistics.mean(problem.betas("gibbs", None))
    ladder, pace = compile_ladder(model.betas, problem.meter), Pace(4 * BETWEEN, BETWEEN)
    if model.sweeps < SWEEPS:
        pace = Pace(BETWEEN, BETWEEN)
    state = gpu.start(problem.known, 1, 0)
    cpu = backend_named()
    own = cpu.start(problem.known, 1, 0)
    found = [model.name, str(problem.program.updates)]
    for backend, replicas, end in ((gpu, state, card.wait), (cpu, own, int)):
        scale = model.flips * (gpu.count_ if backend is gpu else 1)
        seconds = timed(
            lambda backend=backend, replicas=replicas: backend.sweep(
                problem.program, replicas, heat(beta), model.sweeps
            ),
            end,
            RATE_SECONDS,
        )
        found.append(f"{scale * model.sweeps / seconds / 1e9:.3g}")
        seconds = timed(
            lambda backend=backend, replicas=replicas: backend.exchange(
                problem.program, replicas, ladder, pace
            ),
            end,
            RATE_SECONDS,
        )
        found.append(f"{scale * pace.sweeps / seconds / 1e9:.3g}")
    return tuple(found)


def built(gpu: Cuda) -> list[tuple[str, ...]]:
    """Registers of the kernels that there are, and what was spilled."""
    card = gpu.device
    assert isinstance(card, Card)
    rows = []
    for key, kernel in gpu.kernels.made.items():
        name = key if isinstance(key, str) else str(key[0])
        facts = card.facts(kernel)
        rules = len(key[1]) if name == "moves" else 0
        rows.append((name, str(rules or ""), str(facts["registers"]), str(facts["spilled"])))
    return rows


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
    if n == 24:
        return [PRODUCT48["p"] * PRODUCT48["q"]]
    kept = json.loads(models.HERE.parent.joinpath("semiprimes.json").read_text())["semiprimes"]
    return [entry["product"] for entry in kept[str(n)]][:3]


def first_answer(n: int, product: int, dynamics: str, kernel: str, limit: float) -> float | None:
    """Seconds until there is an answer; None where there was none."""
    problem = factoring(n, product)
    effort = Effort(dynamics=dynamics, kernel=kernel, target=1, time_limit=limit, seed=n)
    began = time.perf_counter()
    result = run(problem, effort)
    passed = time.perf_counter() - began
    return passed if result.answers else None


def answers(limit: float, deadline: float) -> list[tuple[str, ...]]:
    """Seconds until there is an answer, by width; the first run makes kernels and is not counted."""
    ways = (("pt", "cuda"), ("pt", "auto"), ("auto", "auto"))
    rows = []
    for n in TTS_WIDTHS:
        row = [str(2 * n)]
        for dynamics, kernel in ways:
            if time.perf_counter() > deadline:
                row.append("not run")
                continue
            if kernel == "cuda":
                first_answer(n, products(n)[-1], dynamics, kernel, 1.5)
            found = [first_answer(n, p, dynamics, kernel, limit) for p in products(n)]
            texts = [f"> {limit:g}" if seconds is None else f"{seconds:.3g}" for seconds in found]
            row.append(", ".join(texts))
        rows.append(tuple(row))
        print(f"{2 * n} bits: {row[1:]}", flush=True)
    return rows


def part(name: str, chosen: list[str], work: Callable[[], None]) -> None:
    """Do a part, and go on whatever becomes of it."""
    if name not in chosen:
        return
    began = time.perf_counter()
    try:
        work()
    except Exception:  # noqa: BLE001 - the other parts are worth having
        traceback.print_exc(file=sys.stdout)
    print(f"({name}: {time.perf_counter() - began:.1f} s)", flush=True)


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default="check,rates,statistics,answers")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds for an answer")
    parser.add_argument("--seconds", type=float, default=270.0, help="for all of it")
    options = parser.parse_args()
    began = time.perf_counter()
    gpu = backend_named("cuda")
    assert isinstance(gpu, Cuda)
    card = gpu.device
    assert isinstance(card, Card)
    print(f"{card.name}, {card.processors} processors; CPU kernel {backend_named().name}, {os.cpu_count()} cores")
    chosen = options.parts.split(",")
    for model in all_models():
        part("check", chosen, lambda m=model: table("Blocks of GPU and CPU", ("model", "blocks", "gibbs", "pt"), [check(gpu, m)]))
        part("rates", chosen, lambda m=model: table("Flips/ns", ("model", "free spins", "gibbs, GPU", "pt, GPU", "gibbs, one core", "pt, one core"), [rates(gpu, m)]))
    part("statistics", chosen, lambda: table("Statistics", ("", ""), statistics_of(gpu)))
    part("answers", chosen, lambda: table("Seconds to an answer", ("bits", "pt, GPU", "pt, all cores", "auto, all cores"), answers(options.limit, began + options.seconds)))
    table("Kernels", ("kernel", "rules", "registers", "bytes spilled"), built(gpu))


if __name__ == "__main__":
    main()
