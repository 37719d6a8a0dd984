"""Published results of invertible logic in hardware, run again: `make reproduce`.

The n x n multipliers of Smithson, Onizawa, Meyer, Gross, Hanyu
(https://doi.org/10.1109/TCSI.2018.2889732) as factorisers, in Verilated RTL that equals the
software state for state: all products, several seeds, cycles to the first right state. Beside them
stand the dumbest circuits that do the same, exactly computed: a counter over all inputs, and a
random pair in each cycle.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from invc.design import Design, parse_clamps
from invc.frontend.yosys import Sources
from invc.pipeline import synth
from invc.rtl.baselines import baselines
from invc.rtl.campaign import Ended, Trial, campaign
from invc.rtl.parallel import parallel_files
from invc.rtl.settings import Wishes, circuit_of
from invc.rtl.software import Run
from typed import sure

ROOT = Path(__file__).resolve().parents[2]
MULTIPLIER = ROOT / "rtl_examples/multiplier/multiplier.v"
PUBLISHED = "published chip: mean 430, worst 8192; products of two primes: mean 219, worst 2048"
LIMIT = 32768


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


def factor(
    design: Design, settings: dict[str, str], chips: int, restart: int | None
) -> dict[tuple[int, int], Ended]:
    """Every product on every chip: (product, chip) to how its run ended.

    With `restart` a run that was not right within so many cycles starts again from new seeds.
    """
    limit, starts = (restart, -(-LIMIT // restart)) if restart else (LIMIT, 1)
    width = len(design.netlist.inputs[0].bits)
    held = {p: parse_clamps(design.netlist, [f"p={p}"]) for p in products(width)}
    circuit = circuit_of(design, held[1], Wishes(settings=settings, cycles=LIMIT))
    keys = [(p, chip) for chip in range(chips) for p in held]
    trials = [
        Trial(held[p], tuple(Run(1, p, chip + chips * k) for k in range(starts)))
        for p, chip in keys
    ]
    ended = campaign(circuit, parallel_files(circuit), trials, limit=limit)
    for (p, _), end in zip(keys, ended, strict=True):
        assert not end.found or end.ports["a"] * end.ports["b"] == p, (p, end)
    return dict(zip(keys, ended, strict=True))


def report(design: Design, settings: dict[str, str], chips: int, restart: int | None) -> None:
    """Factor all products and say how long it took."""
    began, width = time.monotonic(), len(design.netlist.inputs[0].bits)
    ended = factor(design, settings, chips, restart)
    worst = [max(end.cycles for (_, c), end in ended.items() if c == chip) for chip in range(chips)]
    unsolved = sum(not end.found for end in ended.values())
    every = products(width)
    for name, wanted in (("all", every), ("of two primes", sorted(prime_products(width)))):
        counter, chance = baseline_means(design, wanted)
        own = [end.cycles for (p, _), end in ended.items() if p in set(wanted)]
        print(
            f"{width} x {width}, {design.model.spins} p-bits, {len(wanted)} products {name}: mean "
            f"{np.mean(own):.0f} cycles, median {np.median(own):.0f}, worst {max(own)}; a random "
            f"pair each cycle {chance:.0f}, a counter {counter:.0f}"
        )
    print(
        f"{len(ended)} runs on {chips} chips, {unsolved} unsolved, worst of each chip "
        f"{' '.join(map(str, sorted(worst)))}; {time.monotonic() - began:.0f} s",
        flush=True,
    )


def main() -> None:
    """Run the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--widths", default="2,3,4,5")
    parser.add_argument("--objective", default="balanced", choices=("gap", "balanced", "spins"))
    parser.add_argument("--restart", type=int, help="cycles after which a run starts again")
    parser.add_argument("--chips", type=int, default=8)
    parser.add_argument("--set", dest="settings", action="append", default=[])
    arguments = parser.parse_args()
    settings = dict(text.split("=", 1) for text in arguments.settings or ["i0=3", "noise=9"])
    print(f"sc, {' '.join(f'{k}={v}' for k, v in settings.items())}; {PUBLISHED}")
    for width in map(int, arguments.widths.split(",")):
        design = multiplier(width, arguments.objective)
        report(design, settings, arguments.chips, arguments.restart)


if __name__ == "__main__":
    main()
