"""What a block costs to ship, on worker processes of this machine: `--workers 2 --seconds 20`.

Blocks of one sweep, so that next to nothing is computed, say how many a coordinator hands out in a
second; long ones say what is gained by a second worker.
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.engine import models
from invc.engine import Effort, problem_of, run
from invc.engine.block import Block, Rules
from invc.engine.work import run_block
from invc.pbits.backend import backend_named
from invc.pbits.lanes import LANES

WIDTHS = (8, 16, 32)
PRODUCT = (2**31 - 1) * (2**32 - 5)  # of two primes of 32 bits


def problems() -> list[models.Problem]:
    """Multipliers run backward."""
    found = [models.factoring(n, models.products(n, 1)[0]) for n in WIDTHS[:2]]
    name, design = "32 x 32 multiplier", models.multiplier(32)
    return [*found, models.question(name, design, f"p={PRODUCT}")]


def seconds_of(problem: models.Problem, effort: Effort) -> float:
    """The time of a run, its cluster's start left out: that of twice the reads less that of once."""

    def timed(times: int) -> float:
        started = time.perf_counter()
        reads = effort.reads or LANES
        run(problem_of(problem.design, problem.clamped), replace(effort, reads=times * reads))
        return time.perf_counter() - started

    return statistics.median(timed(2) - timed(1) for _ in range(2))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--blocks", type=int, default=100)
    options = parser.parse_args()
    print("| model | spins | problem, bytes | state, bytes | blocks/s, threads | cluster |")
    print("|---|---|---|---|---|---|")
    for problem in problems():
        made = problem_of(problem.design, problem.clamped)
        backend, block = backend_named(), Block(0, "gibbs", 1, LANES, kept=True)
        outcome = run_block(made, block, backend, Rules())
        assert outcome
        reads = options.blocks * LANES
        rates = []
        for cluster in (None, f"local:{options.workers}"):
            effort = Effort(
                dynamics="gibbs", sweeps=1, reads=reads, cluster=cluster, threads=options.workers
            )
            rates.append(options.blocks / seconds_of(problem, effort))
        sizes = len(pickle.dumps(made)), len(pickle.dumps(outcome.end))
        print(
            f"| {problem.name} | {problem.design.model.spins} | {sizes[0]} | {sizes[1]} "
            f"| {rates[0]:.0f} | {rates[1]:.0f} |"
        )
    problem = problems()[1]
    for workers in (1, options.workers):
        effort = Effort(
            dynamics="gibbs", sweeps=20_000, reads=12 * LANES, cluster=f"local:{workers}"
        )
        print(f"{workers} workers, 12 blocks of 20,000 sweeps: {seconds_of(problem, effort):.2f} s")


if __name__ == "__main__":
    main()
