"""What a block costs to ship, on worker processes of this machine: `--workers 2 --blocks 100`.

Blocks of one sweep, so that next to nothing is computed. What counts is the processor time of this
process, which is client and scheduler: it bounds how many blocks a second one coordinator hands out.
Then long blocks, by the clock, on one worker and on all: to be run where nothing else does.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.engine import models
from invc.engine import Problem, problem_of
from invc.engine.block import Block, Rules
from invc.engine.execute import Halt, Job
from invc.engine.execute.cluster import Cluster, connected
from invc.pbits.backend import backend_named
from invc.pbits.lanes import LANES

PRODUCT = (2**31 - 1) * (2**32 - 5)  # of two primes, of 32 bits each


def problems() -> Iterator[tuple[str, Problem]]:
    """Multipliers run backward."""
    for n in (8, 16):
        one = models.factoring(n, models.products(n, 1)[0])
        yield f"{n} x {n} multiplier", problem_of(one.design, one.clamped)
    wide = models.question("32 x 32 multiplier", models.multiplier(32), f"p={PRODUCT}")
    yield wide.name, problem_of(wide.design, wide.clamped)


def done(cluster: Cluster, job: Job, count: int, sweeps: int, *, kept: bool = False) -> None:
    """So many blocks, one after the other."""
    blocks = [Block(k, "gibbs", sweeps, LANES, kept=kept) for k in range(count)]
    assert len(list(cluster.run(job, iter(blocks)))) == count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--blocks", type=int, default=100)
    parser.add_argument("--sweeps", type=int, default=40_000)
    options = parser.parse_args()
    print("| model | spins | problem, bytes | state, bytes | ms a block | with its state |")
    print("|---|---|---|---|---|---|")
    with connected(f"local:{options.workers}") as client:
        for name, problem in problems():
            cluster, job = Cluster(client, "auto", Halt()), Job(problem, backend_named(), Rules())
            done(cluster, job, 2 * options.workers, 1)
            spent = []
            for kept in (False, True):
                began = time.process_time()
                done(cluster, job, options.blocks, 1, kept=kept)
                spent.append(1e3 * (time.process_time() - began) / options.blocks)
            state = backend_named().start(problem.known, 0, 0)
            sizes = len(pickle.dumps(problem)), len(pickle.dumps(state))
            figures = f"{sizes[0]} | {sizes[1]} | {spent[0]:.1f} | {spent[1]:.1f}"
            print(f"| {name} | {problem.model.spins} | {figures} |")
    name, problem = list(problems())[1]
    for workers in (1, options.workers):
        with connected(f"local:{workers}") as client:
            cluster, job = Cluster(client, "auto", Halt()), Job(problem, backend_named(), Rules())
            done(cluster, job, workers, 1)
            started = time.perf_counter()
            done(cluster, job, 8, options.sweeps)
            took = time.perf_counter() - started
            print(f"{name}, 8 blocks of {options.sweeps} sweeps, {workers} workers: {took:.2f} s")


if __name__ == "__main__":
    main()
