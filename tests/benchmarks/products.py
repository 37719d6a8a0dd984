"""How long wide products take by default, on every core, and what wider ones would.

`python -P tests/benchmarks/products.py`: semiprimes with factors of 20, 24 and 28 bits, wall seconds
of a whole question (the design is read and prepared before), by `auto`, which takes the free inputs.
This tries the values of one factor, 1,024 at a time and lane for lane on the clamped netlist: growth
is what trying has, and trial division, which knows what a product is, wins.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import time
from pathlib import Path
from statistics import mean, median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.engine.models import multiplier
from invc.api import simulate


def is_prime(n: int) -> bool:
    """Whether a number below 2**31 is prime, by trial division."""
    return n > 1 and all(n % k for k in range(2, math.isqrt(n) + 1))


def semiprimes(width: int, count: int) -> list[int]:
    """Products of two primes whose highest bit is set, by the width alone."""
    source = random.Random(width)

    def prime() -> int:
        while True:
            n = source.getrandbits(width) | 1 << (width - 1) | 1
            if is_prime(n):
                return n

    return [prime() * prime() for _ in range(count)]


def main() -> None:
    """A line a width."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--widths", type=int, nargs="+", default=[20, 24, 28])
    parser.add_argument("--products", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=120.0)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    means: dict[int, float] = {}
    for width in options.widths:
        design = multiplier(width)
        seconds, used, missed = [], [], 0
        for product in semiprimes(width, options.products):
            for seed in range(options.seeds):
                started, before = time.perf_counter(), time.process_time()
                found = simulate(
                    design,
                    {"p": product},
                    seed=seed,
                    threads=options.threads,
                    time_limit=options.limit,
                    target=1,
                )
                seconds.append(time.perf_counter() - started)
                used.append(time.process_time() - before)
                missed += not found.answers
        means[width] = mean(seconds)
        print(
            f"{2 * width} bits: median {median(seconds):.3g} s, mean {mean(seconds):.3g} s, longest "
            f"{max(seconds):.3g} s; mean of the processor {mean(used):.3g} s; {len(seconds)} runs, "
            f"{missed} without an answer, {options.threads} threads",
            flush=True,
        )
    widths = sorted(means)
    if len(widths) > 1:
        a, b = widths[-2:]
        growth = (means[b] / means[a]) ** (2 / (b - a))
        steps = (32 - b) / 2
        print(
            f"two more bits of each factor: {growth:.2g} times; 64 bits would take "
            f"{means[b] * growth**steps:.3g} s by that, {means[b] * 4**steps:.3g} s by the 4 of trying"
        )


if __name__ == "__main__":
    main()
