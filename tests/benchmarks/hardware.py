"""Published results of invertible logic in hardware, run again: `make reproduce`.

The n x n multipliers of Smithson, Onizawa, Meyer, Gross, Hanyu
(https://doi.org/10.1109/TCSI.2018.2889732) as factorisers, in Verilated RTL that equals the
software state for state: all products, several seeds, cycles to the first right state. Beside them
stand the dumbest circuits that do the same, exactly computed: a counter over all inputs, and a
random pair in each cycle.
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from invc.design import Design, parse_clamps
from invc.frontend.yosys import Sources
from invc.pipeline import synth
from invc.rtl.baselines import baselines
from invc.rtl.campaign import Ended, Trial, campaign
from invc.rtl.project import FILES_OF
from invc.rtl.settings import Wishes, circuit_of
from invc.rtl.software import Run
from invc.rtl.timing import shares_right
from typed import sure

ROOT = Path(__file__).resolve().parents[2]
MULTIPLIER = ROOT / "rtl_examples/multiplier/multiplier.v"
PUBLISHED = "published chip: mean 430, worst 8192; products of two primes: mean 219, worst 2048"
LIMIT = 32768
USUAL = {
    "parallel": ("i0=3", "noise=9"),
    "staged": ("i0=3", "noise=9", "tries=3"),
    "inputs": ("staged=1", "k=1"),
}


def multiplier(width: int, objective: str) -> Design:
    """The array multiplier of width x width bits, its cells chosen by an objective of synth."""
    return synth(Sources((MULTIPLIER,), parameters={"W": str(width)}), objective=objective)


def products(width: int) -> list[int]:
    """All products of two numbers of so many bits."""
    return sorted({a * b for a in range(1 << width) for b in range(1 << width)})


def prime_products(width: int) -> set[int]:
    """Those of two primes."""
    primes = [p for p in range(2, 1 << width) if all(p % d for d in range(2, p))]
    return {p * q for p in primes for q in primes}


def baseline_means(design: Design, wanted: list[int]) -> tuple[float, float]:
    """Cycles of a counter from a random pair and of a random pair each cycle, over products."""
    found = [baselines(design.netlist, parse_clamps(design.netlist, [f"p={p}"])) for p in wanted]
    return float(np.mean([sure(b).counter for b in found])), float(
        np.mean([sure(b).chance for b in found])
    )


@dataclass(frozen=True)
class Campaign:
    """What is run.

    Attributes:
        architecture: Of the circuit.
        settings: Of its p-bits.
        chips: Seeds of each product.
        restart: Cycles after which a run that was not right starts again from new seeds.
        most: Products, evenly chosen of all; None for all.
    """

    architecture: str
    settings: dict[str, str]
    chips: int
    restart: int | None
    most: int | None

    def products(self, width: int) -> list[int]:
        """Those that are tried."""
        every = products(width)
        step = -(-len(every) // self.most) if self.most else 1
        return every[::step]


def factor(design: Design, run: Campaign) -> dict[tuple[int, int], Ended]:
    """Every product on every chip: (product, chip) to how its run ended."""
    restart, chips = run.restart, run.chips
    limit, starts = (restart, -(-LIMIT // restart)) if restart else (LIMIT, 1)
    width = len(design.netlist.inputs[0].bits)
    held = {p: parse_clamps(design.netlist, [f"p={p}"]) for p in run.products(width)}
    wishes = Wishes(run.architecture, settings=run.settings, cycles=LIMIT)
    circuit = circuit_of(design, held[min(held)], wishes)
    keys = [(p, chip) for chip in range(chips) for p in held]
    trials = [
        Trial(held[p], tuple(Run(1, p, chip + chips * k) for k in range(starts)))
        for p, chip in keys
    ]
    ended = campaign(circuit, FILES_OF[run.architecture](circuit), trials, limit=limit)
    for (p, _), end in zip(keys, ended, strict=True):
        assert not end.found or end.ports["a"] * end.ports["b"] == p, (p, end)
    return dict(zip(keys, ended, strict=True))


def report(design: Design, run: Campaign) -> float:
    """Factor the products, say how long it took, and return the mean of their cycles."""
    began, width, chips = time.monotonic(), len(design.netlist.inputs[0].bits), run.chips
    ended = factor(design, run)
    worst = [max(end.cycles for (_, c), end in ended.items() if c == chip) for chip in range(chips)]
    unsolved = sum(not end.found for end in ended.values())
    tried = run.products(width)
    primes = [p for p in tried if p in prime_products(width)]
    pbits = 2 * width if run.architecture == "inputs" else design.model.spins
    for name, wanted in (("all" if not run.most else "of all", tried), ("of two primes", primes)):
        counter, chance = baseline_means(design, wanted)
        chosen = set(wanted)
        own = [end.cycles for (p, _), end in ended.items() if p in chosen]
        print(
            f"{width} x {width}, {pbits} p-bits, {len(wanted)} products {name}: mean "
            f"{np.mean(own):.0f} cycles, median {np.median(own):.0f}, worst {max(own)}; a random "
            f"pair each cycle {chance:.0f}, a counter {counter:.0f}"
        )
    print(
        f"{len(ended)} runs on {chips} chips, {unsolved} unsolved, worst of each chip "
        f"{' '.join(map(str, sorted(worst)))}; {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return float(np.mean([end.cycles for end in ended.values()]))


def forward(design: Design, settings: dict[str, str], pairs: int, cycles: int) -> None:
    """Hold both factors, and say in how many of all cycles the right product stands there.

    1,024 replicas of each pair, in software, which the parallel circuit equals.
    """
    draw, right_cycles = random.Random(1), []
    width = len(design.netlist.inputs[0].bits)
    for _ in range(pairs):
        factors = [f"{name}={draw.randrange(1 << width)}" for name in "ab"]
        held = parse_clamps(design.netlist, factors)
        circuit = circuit_of(design, held, Wishes(settings=settings, cycles=cycles))
        right_cycles.append(shares_right(circuit, held, cycles, seed=1))
    every = np.array(right_cycles)
    print(
        f"{width} x {width} forward, {pairs} random pairs: right in {100 * every.mean():.0f} % of "
        f"{cycles} cycles, in {100 * every[:, -cycles // 10 :].mean():.0f} % of the last tenth; of "
        f"single pairs {100 * every.mean(axis=1).min():.0f} to "
        f"{100 * every.mean(axis=1).max():.0f} %"
    )


def main() -> None:
    """Run the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--widths", default="2,3,4,5")
    parser.add_argument("--arch", default="parallel", choices=tuple(USUAL))
    parser.add_argument("--objective", default="balanced", choices=("gap", "balanced", "spins"))
    parser.add_argument("--restart", type=int, help="cycles after which a run starts again")
    parser.add_argument("--chips", type=int, default=8)
    parser.add_argument("--products", type=int, help="so many at most, evenly chosen of all")
    parser.add_argument("--set", dest="settings", action="append", default=[])
    parser.add_argument("--forward", type=int, help="cycles, with both factors held")
    parser.add_argument("--pairs", type=int, default=10, help="of factors, with --forward")
    given = parser.parse_args()
    settings = dict(text.split("=", 1) for text in given.settings or USUAL[given.arch])
    run = Campaign(given.arch, settings, given.chips, given.restart, given.products)
    print(f"{given.arch}, {' '.join(f'{k}={v}' for k, v in settings.items())}; {PUBLISHED}")
    widths = [int(width) for width in given.widths.split(",")]
    if given.forward:
        for width in widths:
            design = multiplier(width, given.objective)
            forward(design, settings, given.pairs, given.forward)
        return
    means = [report(multiplier(width, given.objective), run) for width in widths]
    if len(widths) > 1:
        slope, _ = np.polyfit(widths, np.log2(means), 1)
        print(f"the mean grows as 2^({slope:.2f} n), pairs as 2^(2 n)")


if __name__ == "__main__":
    main()
