"""Exact draws and runs at equilibrium on sets of constraints whose answers are counted otherwise.

A row is a set of tests/proof/constraints.py: its answers, the processor seconds until a diagram of them
stands, a million draws of it (millions a second on one core, and how uneven they are), and what
`--equilibrium` makes of it in 30 s: answers, how uneven they are, how they were found, and what it
warns of. Unevenness is in
standard deviations of what chance does, by chi-square where each answer is expected often, else by
collisions: 5 would be once in a million rows. Answers of one chain are a little alike, up to a
correlation of 0.1, and runs say where they are more so.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np

import invc
from invc.design import Design, parse_clamps
from invc.proof.diagram import Exact, exact

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from proof.constraints import CONSTRAINTS, Constraint, unevenness

DRAWS = 1_000_000
SECONDS = 30.0  # for a run at equilibrium
MOST = 5.0  # standard deviations


def keys_of(design: Design, found: Exact) -> tuple[list[int], float]:
    """A number for each of a million draws, and the processor seconds that they took."""
    began = time.process_time()
    blocks = list(islice(found.draws(1), -(-DRAWS // (1 << 14))))
    seconds = time.process_time() - began
    keys: np.ndarray | int = 0
    for port in design.netlist.inputs:
        column = np.concatenate([block.ports[port.name] for block in blocks])
        keys = keys * (1 << len(port.bits)) + column.astype(object)
    assert not isinstance(keys, int)
    return keys.tolist(), seconds


def draws(design: Design, constraint: Constraint) -> tuple[str, bool]:
    """What exact draws are like, for people, and whether they are right."""
    clamps = parse_clamps(design.netlist, list(constraint.clamps))
    began = time.process_time()
    found = exact(design, clamps)
    next(found.draws(0))  # makes what all draws share
    ready = time.process_time() - began
    keys, seconds = keys_of(design, found)
    uneven = unevenness(Counter(keys).values(), found.count)
    right = found.count == constraint.answers and abs(uneven) < MOST
    return f"{found.count:17,} {ready:7.2f} {len(keys) / seconds / 1e6:8.1f} {uneven:+7.2f}", right


def at_equilibrium(design: Design, constraint: Constraint) -> tuple[str, bool]:
    """What a run at equilibrium gives, for people, and whether that is right."""
    found = invc.simulate(
        design, constraint.clamps, equilibrium=True, seed=1, threads=1, time_limit=SECONDS
    )
    assert found.result is not None
    times = [answer.reads for answer in found.result.answers]
    if not times:
        return f"{0:8} {'':7} {'; '.join(found.warnings)}", bool(found.warnings)
    uneven = unevenness(times, constraint.answers)
    how = "sampled" if found.chains else "drawn from a diagram or list"
    told = "; ".join([how, *found.warnings])
    return f"{sum(times):8} {uneven:+7.2f} {told}", abs(uneven) < MOST or bool(found.warnings)


def main() -> int:
    """Print a line for each set; the status is how many are wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", help="name of a set")
    given = parser.parse_args()
    wrong = 0
    print(f"{'set':16} {'answers':>17} {'ready s':>7} {'M draws/s':>8} uneven | equilibrium")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "m.v"
        for name in given.only or CONSTRAINTS:
            source.write_text(CONSTRAINTS[name].source, encoding="utf-8")
            design = invc.synth(source)
            parts = [part(design, CONSTRAINTS[name]) for part in (draws, at_equilibrium)]
            wrong += not all(right for _, right in parts)
            marks = "" if all(right for _, right in parts) else "  <- wrong"
            print(f"{name:16} {' | '.join(text for text, _ in parts)}{marks}", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
