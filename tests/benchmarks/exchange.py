"""Replica exchange against annealing, and against annealing with the best schedules known.

Products of two primes are factored by `pt` and by `gibbs`, one thread, until the first answer:
`seen` (its inputs are right) and `strict` (every gate is satisfied). All ways take turns on one
problem, each once before anything is timed, so that none pays for what all share.
"""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.engine.models import Problem, multiplier, products, question
from invc.engine import Effort, problem_of, run

# First and last beta times gap, and sweeps of a read: those of many tried that no other one beat.
SCHEDULES = {
    8: [(2.2, 3.2, 256), (2.4, 4.2, 1024)],
    10: [(2.4, 3.6, 4096), (2.6, 4.0, 4096), (2.6, 3.8, 8192)],
    12: [(2.6, 3.8, 16384)],
    14: [(2.6, 3.8, 32768)],
}


def ways(n: int, gap: float) -> dict[str, dict[str, Any]]:
    """What `run` is told, by name."""
    chosen: dict[str, dict[str, Any]] = {"pt": {"dynamics": "pt"}, "gibbs": {"dynamics": "gibbs"}}
    for low, high, sweeps in SCHEDULES.get(n, []):
        options = {"dynamics": "gibbs", "beta": (low / gap, high / gap), "sweeps": sweeps}
        chosen[f"gibbs, {low} to {high}, {sweeps}"] = options
    return chosen


def first_answer(
    problem: Problem, options: Mapping[str, Any], strict: bool, seed: int, limit: float
) -> tuple[float, int]:
    """Processor seconds and flips until the first answer."""
    started = time.process_time()
    effort = Effort(seed=seed, threads=1, time_limit=limit, target=1, strict=strict, **options)
    result = run(problem_of(problem.design, problem.clamped), effort)
    if not result.answers:
        raise SystemExit(f"no answer within {limit:g} s: give a longer --limit")
    return time.process_time() - started, result.flips


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--widths", type=int, nargs="+", default=[8, 10])
    parser.add_argument("--products", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--limit", type=float, default=300.0)
    options = parser.parse_args()
    print("| bits | way | criterion | mean | median | 10^6 flips | flips/ns |\n" + "|---" * 7 + "|")
    for n in options.widths:
        design = multiplier(n)
        held = [f"p={product}" for product in products(n, options.products)]
        problems = [question(clamp, design, clamp) for clamp in held]
        named = ways(n, design.min_gap)
        for problem in problems:
            for way in named.values():
                first_answer(problem, way, False, options.seeds, options.limit)
        for strict in (False, True):
            measured: dict[str, list[tuple[float, int]]] = {name: [] for name in named}
            for seed in range(options.seeds):
                for problem in problems:
                    for name, way in named.items():
                        found = first_answer(problem, way, strict, seed, options.limit)
                        measured[name].append(found)
            for name, figures in measured.items():
                row(n, name, "strict" if strict else "seen", figures)


def row(n: int, name: str, criterion: str, figures: Sequence[tuple[float, int]]) -> None:
    seconds, flips = zip(*figures, strict=True)
    error = stdev(seconds) / len(seconds) ** 0.5
    print(
        f"| {n} | {name} | {criterion} | {1e3 * mean(seconds):.1f} ± {1e3 * error:.1f} ms "
        f"| {1e3 * median(seconds):.1f} ms | {mean(flips) / 1e6:.0f} "
        f"| {sum(flips) / sum(seconds) / 1e9:.0f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
