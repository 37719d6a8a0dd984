"""Cells solved from scratch beside the optimum table and penaltymodel: goal, no gap below either.

All gaps are for |h| <= 2 and |J| <= 1. A row with "+1" has one ancilla more than the function needs.
penaltymodel keeps the first words of the ancillas for which a gap of at least `min_classical_gap`
exists, and then makes the gap largest. It gets the table's number of ancillas, a full graph and no
cache, and is asked twice: told the table's gap, which invc is not, and then for 4, 2, 1 and so on until
it answers. It proves no optimum; invc does. Seconds are processor time of this process, which runs
all of them, one thread each.
"""

import argparse
import json
import signal
import time
import warnings
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from invc.diagnostics import InvcError
from invc.library import faults, gap_ratio, hamlib
from invc.library.expression import parse_specification
from invc.library.solve import Bounds, solve_cell

OPTIMUM = json.loads(
    (Path(__file__).parents[1] / "library" / "optimum.json").read_text(encoding="utf-8")
)["cells"]
NAMES = ("AND2", "XOR2", "MUX2", "AO21", "AO22", "HA", "FA", "MAJ3", "AND3", "MULFA")
ROUNDING = 1e-6  # of the table's decimals
LADDER = (4, 2, 1, 0.5, 0.25, 0.125)  # gaps to ask for where none is known


class Result(NamedTuple):
    gap: Fraction | float | None
    seconds: float
    note: str = ""


class OutOfTimeError(Exception):
    pass


def ours(name: str, ancillas: int | None, limit: float) -> Result:
    text = hamlib()[name].text
    specification = parse_specification(name, text)
    started = time.process_time()
    try:
        bounds = Bounds(ancillas=ancillas, time_limit=limit)
        solution = solve_cell(name, specification, bounds, text=text)
    except InvcError as error:
        return Result(None, time.process_time() - started, error.message)
    seconds = time.process_time() - started
    assert not faults(solution.cell)
    note = f"{len(solution.cell.ancillas)}, {'proven' if solution.optimal else 'time limit'}"
    return Result(gap_ratio(solution.cell), seconds, note)


def theirs(name: str, ancillas: int, goals: Sequence[float], limit: float) -> Result:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it is deprecated
        import penaltymodel

    function = hamlib()[name].function
    assert function is not None
    pins = function.pins
    rows = [row for row in range(1 << len(pins)) if function.relation >> row & 1]
    samples = [[2 * (row >> k & 1) - 1 for k in range(len(pins))] for row in rows]
    graph = [*pins, *(f"x{k}" for k in range(ancillas))]
    started = time.process_time()
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        for goal in goals:
            try:
                _, gap = penaltymodel.get_penalty_model(
                    (samples, pins), graph, min_classical_gap=goal, use_cache=False
                )
                return Result(gap, time.process_time() - started)
            except penaltymodel.ImpossiblePenaltyModel:
                pass
    except OutOfTimeError:
        return Result(None, time.process_time() - started, "time limit")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return Result(None, time.process_time() - started, "impossible")


def _stop(*_: object) -> None:
    raise OutOfTimeError


def shown(result: Result) -> str:
    gap = "none" if result.gap is None else f"{float(result.gap):.4g}"
    note = f" ({result.note})" if result.note else ""
    return f"{gap}{note} | {result.seconds:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", nargs="+", default=NAMES, choices=sorted(OPTIMUM))
    parser.add_argument("--limit", type=float, default=60, help="seconds for each cell and solver")
    parser.add_argument("--no-peer", action="store_true")
    arguments = parser.parse_args()
    peers = "" if arguments.no_peer else " penaltymodel, told | seconds | not told | seconds |"
    print("| cell | ancillas | gap, table | gap, invc | seconds |" + peers)
    print("|---" * (5 if arguments.no_peer else 9) + "|")
    ours("AND2", None, 60)  # loads the solver
    for name in arguments.cells:
        best = OPTIMUM[name]
        goals = [(name, None, best["ancillas"], best["gap"])]
        if "gap_with_one_more_ancilla" in best:
            more = best["ancillas"] + 1
            goals.append((f"{name} +1", more, more, best["gap_with_one_more_ancilla"]))
        for label, given, ancillas, goal in goals:
            own = ours(name, given, arguments.limit)
            line = f"| {label} | {ancillas} | {goal:.4g} | {shown(own)}"
            for asked in () if arguments.no_peer else ((goal - ROUNDING,), LADDER):
                line += " " + shown(theirs(name, ancillas, asked, arguments.limit))
            print(line, flush=True)


if __name__ == "__main__":
    main()
