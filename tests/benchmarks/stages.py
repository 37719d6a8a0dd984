"""Where it helps to switch gates on a cone at a time, and where it does not.

Each problem is run backward by `staged` and by annealed `gibbs`, one thread, until the first
answer: `seen` (its inputs are right) and `strict` (every gate is satisfied). Medians over
seeds; a run that finds nothing within the limit counts as the limit.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from invc.design import Design, parse_clamps, presolve
from invc.engine import Effort, problem_of, run
from invc.engine.dynamics.stages import plan_stages
from invc.frontend.yosys import Sources
from invc.pipeline import synth

DESIGNS = Path(__file__).resolve().parent / "designs"


def three_sat(variables: int, ratio: float, seed: int) -> str:
    """A random 3-SAT formula that one hidden assignment satisfies, as Verilog."""
    chance = random.Random(seed)
    hidden = [chance.random() < 0.5 for _ in range(variables)]
    clauses: list[Any] = []
    while len(clauses) < ratio * variables:
        chosen = chance.sample(range(variables), 3)
        signs = [chance.random() < 0.5 for _ in chosen]
        if any(hidden[v] == sign for v, sign in zip(chosen, signs, strict=True)):
            literals = (f"{'' if s else '~'}x[{v}]" for v, s in zip(chosen, signs, strict=True))
            clauses.append("(" + " | ".join(literals) + ")")
    return (
        f"module sat(input [{variables - 1}:0] x, output [{len(clauses) - 1}:0] c);\n"
        f"assign c = {{{', '.join(clauses)}}};\nendmodule\n"
    )


def problems(folder: Path) -> dict[str, tuple[Path, dict[str, str], list[str]]]:
    """By name: the source, its parameters, and what is held."""
    formula = folder / "sat.v"
    formula.write_text(three_sat(60, 3.5, 1))
    ones = (1 << 210) - 1
    return {
        "multiplier, 10 bits": (DESIGNS / "multiplier.v", {"N": "10"}, ["p=695399"]),
        "squarer, 16 bits": (DESIGNS / "squarer.v", {}, [f"p={54321**2}"]),
        "adder, 32 bits, parts of a and s": (
            DESIGNS / "adder.v",
            {},
            ["s=0x0xxxx1234", "a=0xxxxxbeef"],
        ),
        "popcount 64 = 17": (DESIGNS / "popcount.v", {}, ["count=17"]),
        "CRC-32 of a byte, backward": (DESIGNS / "crc32.v", {}, ["next=0xcafe1234", "data=0x5a"]),
        "S-box, backward": (DESIGNS / "sbox.v", {}, ["y=0x63"]),
        "3-SAT, 60 variables, ratio 3.5": (formula, {}, [f"c={ones}"]),
        "4 rounds of ARX, key from x and y": (
            DESIGNS / "arx.v",
            {"ROUNDS": "4"},
            ["x=0x1234", "y=0xbeef"],
        ),
        "4 rounds of ARX, y and half of x and k": (
            DESIGNS / "arx.v",
            {"ROUNDS": "4"},
            ["x=0xxx34", "k=0x7axx", "y=0xbeef"],
        ),
    }


def median_seconds(
    design: Design,
    clamps: Sequence[str],
    dynamics: str,
    strict: bool,
    seeds: Iterable[int],
    limit: float,
) -> tuple[float, int]:
    """Median seconds to the first answer, and how many runs found one."""
    times, found = [], 0
    for seed in seeds:
        clamped = presolve(design, parse_clamps(design.netlist, clamps))
        started = time.process_time()
        effort = Effort(
            dynamics=dynamics, seed=seed, target=1, strict=strict, threads=1, time_limit=limit
        )
        result = run(problem_of(design, clamped), effort)
        took = time.process_time() - started
        found += bool(result.answers)
        times.append(took if result.answers else limit)
    return statistics.median(times), found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=10.0)
    options = parser.parse_args()
    columns = [(d, s) for d in ("staged", "gibbs") for s in (False, True)]
    head = " | ".join(f"{d}, {'strict' if s else 'seen'}" for d, s in columns)
    print(f"| problem | free spins | stages | {head} |\n|{'---|' * (3 + len(columns))}")
    with tempfile.TemporaryDirectory() as name:
        for title, (source, parameters, clamps) in problems(Path(name)).items():
            design = synth(Sources((source,), parameters=parameters))
            clamped = presolve(design, parse_clamps(design.netlist, clamps))
            cells = []
            for dynamics, strict in columns:
                seconds, found = median_seconds(
                    design, clamps, dynamics, strict, range(options.seeds), options.limit
                )
                shown = f"{1000 * seconds:.1f} ms" if found else "none"
                part = "" if found in (0, options.seeds) else f" ({found}/{options.seeds})"
                cells.append(shown + part)
            stages = len(plan_stages(design, clamped))
            print(f"| {title} | {clamped.free} | {stages} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
