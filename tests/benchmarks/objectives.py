"""Which objective finds factors fastest: time to solution of one multiplier mapped in each way.

For each width and objective: CPU seconds until the first verified answer, over products of two n-bit
primes and seeds, same engine and same budget; the median, and a 95 % interval of the mean by
bootstrap. The default of `invc synth --objective` is the one with the smallest mean at the largest n.
"""

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from invc.design import Design, parse_clamps, presolve
from invc.engine import Effort, problem_of, run
from invc.frontend.yosys import Sources
from invc.pipeline import OBJECTIVES, synth

HERE = Path(__file__).resolve().parent
DESIGN = HERE / "designs" / "multiplier.v"


def seconds(design: Design, product: int, seed: int, limit: float) -> float | None:
    """CPU seconds to a verified answer, or None within the limit."""
    clamped = presolve(design, parse_clamps(design.netlist, [f"p={product}"]))
    started = time.process_time()
    effort = Effort(seed=seed, target=1, threads=1, time_limit=limit)
    result = run(problem_of(design, clamped), effort)
    return time.process_time() - started if result.answers else None


def interval(times: Sequence[float]) -> npt.NDArray[np.float64]:
    """A 95 % bootstrap interval of the mean."""
    chance = np.random.default_rng(0)
    means = chance.choice(times, (2000, len(times))).mean(axis=1)
    value: npt.NDArray[np.float64] = np.quantile(means, [0.025, 0.975])
    return value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--widths", type=int, nargs="+", default=[6, 8, 10])
    parser.add_argument(
        "--objectives", nargs="+", choices=list(OBJECTIVES), default=list(OBJECTIVES)
    )
    parser.add_argument("--products", type=int, default=5, help="semiprimes of each width")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--limit", type=float, default=20.0, help="seconds for a run")
    options = parser.parse_args()
    semiprimes = json.loads((HERE / "semiprimes.json").read_text())["semiprimes"]
    print(f"{'n':>3} {'objective':10} {'spins':>6} {'found':>7} {'median':>9} {'mean':>9}  95 %")
    for n in options.widths:
        products = [row["product"] for row in semiprimes[str(n)][: options.products]]
        for objective in options.objectives:
            design = synth(Sources((DESIGN,), parameters={"N": str(n)}), objective=objective)
            found = [
                seconds(design, product, seed, options.limit)
                for product in products
                for seed in range(options.seeds)
            ]
            times = [options.limit if taken is None else taken for taken in found]
            low, high = interval(times)
            count = sum(taken is not None for taken in found)
            print(
                f"{n:3} {objective:10} {design.model.spins:6} {count:3}/{len(found):<3} "
                f"{statistics.median(times):9.4f} {statistics.mean(times):9.4f}  "
                f"{low:.4f} to {high:.4f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
