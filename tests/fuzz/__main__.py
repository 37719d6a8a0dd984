"""Throw spoilt input at everything that reads, for as long as one likes: `make fuzz SECONDS=600`.

A module of this folder with `TARGETS` takes part: names to functions that try one input drawn from
a `random.Random` and raise where something is wrong. An input is repeated by its target and number:

    python -P tests/fuzz --only hj --first 1234 --inputs 1
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
MOST_SECONDS = 10  # of one input
MOST_MEMORY = 4 << 30  # of addresses; what is touched is less
BATCH, TURN = 64, 2.0  # inputs of a target, and seconds, before the next one has its turn

Target = Callable[[random.Random], None]


class TooSlow(Exception):
    """An input took longer than any may."""


def find_targets(only: str | None = None) -> Mapping[str, Target]:
    """The targets of all modules beside this one, or of one of them, by name."""
    sys.path.insert(0, str(HERE.parent))
    found: dict[str, Target] = {}
    for path in sorted(HERE.glob("*.py")):
        if path.name.startswith(("_", "test_")) or path.stem != (only or path.stem):
            continue
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(path.stem, module)
        assert spec.loader is not None
        spec.loader.exec_module(module)
        found.update(getattr(module, "TARGETS", {}))
    return found


def too_slow(*_: object) -> None:
    raise TooSlow(f"more than {MOST_SECONDS} s")


def try_input(name: str, target: Target, number: int, seed: int) -> None:
    """One input under the clock; a finding is raised with what repeats it."""
    signal.setitimer(signal.ITIMER_REAL, MOST_SECONDS)
    try:
        target(random.Random(f"{seed} {name} {number}"))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def fuzz(targets: Mapping[str, Target], first: int, inputs: int, seconds: float, seed: int) -> int:
    """Try inputs of all targets in turn until each had its share or the time ends."""
    ends = time.monotonic() + seconds
    done = dict.fromkeys(targets, first)
    left = dict(targets)
    findings = 0
    while left and time.monotonic() < ends:
        for name, target in list(left.items()):
            turn = time.monotonic() + TURN
            for _ in range(min(BATCH, first + inputs - done[name])):
                try:
                    try_input(name, target, done[name], seed)
                except Exception:
                    findings += 1
                    print(f"FOUND by --only {name} --first {done[name]} --seed {seed}:")
                    print("".join(traceback.format_exc(limit=-6)), flush=True)
                    left.pop(name, None)  # one finding of a kind is enough to mend
                    break
                finally:
                    done[name] += 1
                if time.monotonic() > min(ends, turn):
                    break
            if done[name] >= first + inputs:
                left.pop(name, None)
    for name, number in done.items():
        print(f"{name:16} {number - first:9} inputs")
    print(f"{findings} finding{'s'[: findings != 1]}")
    return findings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--inputs", type=int, default=sys.maxsize, help="of each target")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", action="append", help="name of a target; may be repeated")
    parser.add_argument("--module", help="only the targets of this module of the folder")
    given = parser.parse_args()
    targets = find_targets(given.module)
    unknown = set(given.only or ()) - set(targets)
    if unknown:
        parser.error(f"no target is called {', '.join(unknown)}; there are {', '.join(targets)}")
    chosen = {name: target for name, target in targets.items() if name in (given.only or targets)}
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    signal.signal(signal.SIGALRM, too_slow)
    sys.exit(bool(fuzz(chosen, given.first, given.inputs, given.seconds, given.seed)))


if __name__ == "__main__":
    main()
