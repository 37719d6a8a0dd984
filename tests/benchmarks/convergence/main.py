"""How soon a circuit that is run backward gives a first answer: `make bench-convergence`.

Processor seconds on one core, preparation included: the design is read anew for every run and only
reading it is not counted. Every answer is verified. Beside it run the dynamics of the network of all
spins, CaDiCaL alone on the same clauses and `invc prove`, all of them on the same question.
"""

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from invc.design import Design

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pysat.solvers import Solver

import invc
from benchmarks.convergence.cases import (
    CONTROL,
    GOALS,
    HARD,
    Case,
    clamps_of,
    design_of,
    multiplier,
    sudoku,
)
from benchmarks.convergence.even import evenness
from invc.design import parse_clamps
from invc.proof.formula import pose
from invc.tools.questions import measure_questions

NETWORK = ("staged", "pt")


def main() -> None:
    """Measure and print tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=Path("build/convergence"))
    parser.add_argument("--sets", type=int, default=5, help="clamps a circuit")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=10, help="seconds of a run")
    parser.add_argument("--network", type=int, default=1, help="runs of the network's dynamics")
    parser.add_argument("--peers", type=int, default=5, help="clamps that SAT is asked")
    parser.add_argument("--only", default="", help="a part of the name")
    parser.add_argument("--parts", default="goals,hard,control,all,even,questions")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    parts = args.parts.split(",")
    print(
        "| circuit | inputs | to beat | auto, median | most | no answer | worst by prove | network | prove | CaDiCaL |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, cases in (("goals", GOALS), ("hard", HARD), ("control", CONTROL)):
        for case in cases if name in parts else ():
            if args.only in case.name:
                print(row(case, args), flush=True)
    if "all" in parts and args.only in "Sudoku":
        print(all_answers(args.folder))
    if "even" in parts:
        print("\n".join(evenness(args.folder)))
    if "questions" in parts:
        print("\n".join(questions()))


def row(case: Case, args: argparse.Namespace) -> str:
    """One circuit."""
    design = design_of(case, args.folder)
    bits = sum(len(port.bits) for port in design.netlist.inputs)
    asked = list(clamps_of(case, design, args.sets))
    warm(case, asked[0], args)
    auto = [
        first_answer(case, clamps, args, seed=seed)
        for clamps in asked
        for seed in range(args.seeds)
    ]
    network = [network_answer(case, asked[k % len(asked)], args) for k in range(args.network)]
    peers = asked[: args.peers]
    prove = [proven(case, clamps, args) for clamps in peers]
    solver = [
        None if seconds is None else solved(case, clamps, args)
        for clamps, seconds in zip(peers, prove, strict=True)
    ]
    goal = "" if case.within is None else f"{case.within:g}"
    times = found(auto)
    most = f"{max(times):.3f}" if times else "-"
    return (
        f"| {case.name} | {bits} | {goal} | {middle(auto)} | {most} | "
        f"{auto.count(None)} of {len(auto)} | {worst(auto, prove, args.seeds)} | {middle(network)} | {middle(prove)} | {middle(solver)} |"
    )


def questions() -> list[str]:
    """Questions a second on an 8 x 8 multiplier, one after the other."""
    design = invc.synth(multiplier(8))
    lines = ["", "| 8 x 8 multiplier | asked | answered a second |", "|---|---|---|"]
    for kind in measure_questions(design, 2.0):
        lines.append(f"| {kind.direction} | {kind.asked} | {kind.per_second:.0f} |")
    return lines


def found(times: list[float | None]) -> list[float]:
    """Those that are known."""
    return [t for t in times if t is not None]


def middle(times: list[float | None]) -> str:
    """The median in seconds, where more than half of the runs have one."""
    known = [t if t is not None else float("inf") for t in times]
    if not known:
        return "-"
    value = statistics.median(known)
    return "none" if value == float("inf") else f"{value:.4f}"


def worst(auto: list[float | None], prove: list[float | None], seeds: int) -> str:
    """The slowest seed of any clamps by what `invc prove` took for the same; where both answered."""
    ratios = [
        time / proof
        for k, time in enumerate(auto[: seeds * len(prove)])
        if time is not None and (proof := prove[k // seeds]) is not None
    ]
    return f"{max(ratios):.1f}" if ratios else "-"


def timed(work: Callable[[], bool]) -> float | None:
    """Processor seconds of work, or None where it was in vain.

    Designs of other runs are swept up before: a full collection takes as long as many a question.
    """
    gc.collect()
    before = time.process_time()
    good = work()
    return time.process_time() - before if good else None


def warm(case: Case, clamps: list[str], args: argparse.Namespace) -> None:
    """What a process does once, whatever it is asked."""
    invc.simulate(design_of(case, args.folder), clamps, target=1, threads=1, time_limit=args.limit)


def first_answer(
    case: Case, clamps: list[str], args: argparse.Namespace, **options: Any
) -> float | None:
    design = design_of(case, args.folder)

    def work() -> bool:
        return bool(
            invc.simulate(
                design, clamps, target=1, threads=1, time_limit=args.limit, **options
            ).answers
        )

    return timed(work)


def network_answer(case: Case, clamps: list[str], args: argparse.Namespace) -> float | None:
    """The better of the dynamics of the network."""
    times = found([first_answer(case, clamps, args, dynamics=name) for name in NETWORK])
    return min(times, default=None)


def proven(case: Case, clamps: list[str], args: argparse.Namespace) -> float | None:
    design = design_of(case, args.folder)
    return timed(lambda: bool(invc.prove(design, clamps, time_limit=args.limit).answers))


def solved(case: Case, clamps: list[str], args: argparse.Namespace) -> float | None:
    """CaDiCaL alone on the presolved clauses that `invc prove` gives it; where that found an answer."""
    design = design_of(case, args.folder)
    formula = pose(design, parse_clamps(design.netlist, clamps))
    with Solver("cadical195", bootstrap_with=formula.clauses) as solver:
        return timed(lambda: bool(solver.solve()))


def all_answers(folder: Path) -> str:
    """The 68 answers of the 4 x 4 Sudoku with no more than the defaults."""
    kept = folder / "sudoku.hj"
    if not kept.exists():
        invc.write(invc.synth(sudoku()), str(kept))
    givens = ["ok=1", "x[1:0]=0", "x[3:2]=1"]
    lines = []
    for clamps in (["ok=1"], givens):
        design = invc.read(str(kept))
        assert isinstance(design, Design)
        before = time.process_time()
        samples = invc.simulate(design, clamps, threads=1)
        spent = time.process_time() - before
        lines.append(f"4 x 4 Sudoku, {' '.join(clamps)}: {samples.summary} in {spent:.3f} s")
    return "\n" + "\n".join(lines)


if __name__ == "__main__":
    main()
