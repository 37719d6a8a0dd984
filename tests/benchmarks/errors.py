"""Whether the standard errors of `--equilibrium` are what they say: z-scores over many seeds.

Each design is sampled as a user would, by what the pilot chooses, without and with a bias and with a
clamp. What each marginal is off by, in its standard errors, should have a deviation of 1; how far it
may be from that by chance stands beside it.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import invc
from invc.design import Design

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from truth import every_answer  # noqa: E402 - found by the line above

EXAMPLES = ROOT / "rtl_examples"
# Design, its parameters, a bias, a clamp; each is sampled without, with the one, with the other.
DESIGNS: dict[str, tuple[dict[str, Any], str, str]] = {
    "multiplier": ({"W": 3}, "p[1]=0.68", "p[2]=1"),
    "adder": ({"W": 4}, "sum[2]=0.8", "sum[4]=1"),
    "popcount": ({}, "count[1]=0.3", "count[2]=1"),
    "priority_encoder": ({}, "index[1]=0.7", "valid=1"),
    "comparator": ({"W": 3}, "lt=0.2", "gt=1"),
    "alu": ({"W": 2}, "y[0]=0.7", "zero=0"),
}
RARE = 0.02  # of a rarer value a few thousand samples see too few for a normal law
READS = 2000


def bit(answer: dict[str, int], name: str) -> int:
    """Of `p[1]` in an answer."""
    port, _, index = name.removesuffix("]").partition("[")
    return answer[port] >> int(index or 0) & 1


def scores(design: Design, answers: list[dict[str, int]], seed: int, **asked: str) -> list[float]:
    """z-scores of the marginals, NaN where one is held, or nearly so at the beta of this run."""
    clamp, bias = asked.get("clamp", ""), asked.get("bias", "")
    given = [clamp] if clamp else []
    leaning = {name: float(p) for name, _, p in [bias.partition("=")] if name}
    found = invc.simulate(
        design, given, bias=leaning, equilibrium=True, seed=seed, threads=1, reads=READS,
        time_limit=600,
    )  # fmt: skip
    name, _, value = clamp.partition("=")
    left = [a for a in answers if not clamp or bit(a, name) == int(value)]
    weights = np.ones(len(left))
    assert found.result is not None
    for name, p in zip(leaning, found.result.biased, strict=True):
        weights *= np.where([bit(answer, name) for answer in left], p, 1 - p)
    weights /= weights.sum()
    z: list[float] = []
    for marginal in found.marginals():
        exact = float(weights @ [bit(answer, marginal.name) for answer in left])
        judged = RARE < exact < 1 - RARE
        z.append((marginal.probability - exact) / marginal.error if judged else np.nan)
    return z


def main() -> None:
    """Print a line for each design and way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="seed")
    parser.add_argument("--only", action="append", help="name of a design")
    given = parser.parse_args()
    print(f"{'design':18} {'asked':16} {'seeds':>5} {'deviation':>9} {'error':>6} {'cpu':>6}")
    for name in given.only or DESIGNS:
        parameters, bias, clamp = DESIGNS[name]
        design = invc.synth(EXAMPLES / name / f"{name}.v", **parameters)
        answers = every_answer(design.netlist)
        for asked in ({}, {"bias": bias}, {"clamp": clamp}):
            began = time.process_time()
            seeds = range(given.first, given.first + given.seeds)
            z = np.array([scores(design, answers, seed, **asked) for seed in seeds])
            z = z[:, ~np.isnan(z).any(axis=0)]
            squares = (z**2).mean(axis=1)  # of a seed: the marginals of one run go together
            deviation = np.sqrt(squares.mean())
            error = squares.std(ddof=1) / np.sqrt(len(seeds)) / 2 / deviation
            print(
                f"{name:18} {next(iter(asked.values()), 'nothing'):16} {len(seeds):5}"
                f" {deviation:9.3f} {error:6.3f} {time.process_time() - began:5.0f}s",
                flush=True,
            )


if __name__ == "__main__":
    main()
