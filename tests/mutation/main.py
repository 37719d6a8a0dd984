"""Change the compiler's core a token at a time and see whether the tests notice: `make mutate`.

A sample by seed of all single-token changes over the rooms of `CHANGED`. Each is made in a copy of the
package, and the tests that run through the changed line are run on it up to the first that fails: suite
by suite, those of the line's own room first, of each the quick ones, as many as fit into `SECONDS`.
Which tests those are, a run of each file of tests under coverage finds out. What is found stays in
build/mutation, so that a run goes on where it was stopped.
What no test notices is a test that is missing, or a change that changes nothing: those stand in
equivalent.toml, each with its reason.

A harness of our own, of a few hundred lines: mutmut 3 rewrites each function into all of its variants,
which the compiled parts and the commands in processes of their own do not follow, and cosmic-ray asks
for a session of every change where a sample is wanted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mutation.mutants import Mutant, mutants
from mutation.trial import PATIENCE, ROOT, Copy, Tests, files_of, stamp, suites

# What is changed: whatever decides what a design means, and what is read from files.
CHANGED = (
    *("invc/netlist", "invc/passes", "invc/mapping", "invc/library/npn.py", "invc/design"),
    *("invc/proof", "invc/engine", "invc/frontend", "invc/formats", "invc/pipeline.py"),
)
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


def files() -> list[str]:
    """The files that are changed."""
    paths = [ROOT / name for name in CHANGED]
    found = [f for path in paths for f in (path.rglob("*.py") if path.is_dir() else [path])]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def sample(count: int, seed: int, among: Iterable[str]) -> list[Mutant]:
    """So many changes, each as likely as any other.

    Each has a rank by a hash of its text and the seed: a change of the sources replaces those of its
    own lines, and leaves the rest of the sample.
    """
    ranked: list[tuple[str, Mutant]] = []
    for file in among:
        seen: dict[tuple[str, str, str, str], int] = defaultdict(int)
        for mutant in mutants(file, ROOT):
            name = json.dumps([seed, *mutant.key, seen[mutant.key]])
            seen[mutant.key] += 1
            ranked.append((hashlib.sha256(name.encode()).hexdigest(), mutant))
    print(f"{len(ranked)} changes to draw from", flush=True)
    return [mutant for _, mutant in sorted(ranked, key=lambda pair: pair[0])[:count]]


def equivalents() -> dict[tuple[str, str, str, str], str]:
    """Reasons why some changes change nothing, by what names them."""
    entries = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("change", [])
    return {(e["file"], e["text"], e["old"], e["new"]): e["reason"] for e in entries}


class Findings:
    """What became of changes, kept on disk as long as the files that decided it are the same."""

    def __init__(self, file: Path) -> None:
        """Read what was found before."""
        self.file = file
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self.known: dict[str, dict[str, str]] = {}
        for line in lines:
            entry = json.loads(line)
            self.known[entry["change"]] = entry

    def of(self, mutant: Mutant) -> str | None:
        """The outcome that still holds: who noticed, or nothing."""
        entry = self.known.get(self._name(mutant))
        if entry is None or entry["stamp"] != self._stamp(mutant, entry["by"]):
            return None
        return entry["by"]

    def add(self, mutant: Mutant, by: str) -> None:
        """Keep an outcome."""
        entry = {"change": self._name(mutant), "by": by, "stamp": self._stamp(mutant, by)}
        self.known[entry["change"]] = entry
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def _name(self, mutant: Mutant) -> str:
        return json.dumps([*mutant.key, mutant.start])

    def _stamp(self, mutant: Mutant, by: str) -> str:
        """Of the source and the test that noticed, or of all tests that did not."""
        noticed = by.partition("::")[0]
        names = [name for suite in suites(mutant.file) for name in files_of(suite)]
        deciding = [noticed] if (ROOT / noticed).is_file() else names
        return stamp(ROOT / mutant.file, *(ROOT / name for name in deciding))


def outcome(mutant: Mutant, tests: Tests, copy: Copy) -> str:
    """Who notices a change, or nothing."""
    for chosen, seconds in tests.through(mutant):
        by = copy.notices(mutant, chosen, 30 + PATIENCE * seconds)
        if by:
            return by
    return ""


def _chosen(begins: Sequence[str] | None) -> list[str]:
    return [file for file in files() if begins is None or file.startswith(tuple(begins))]


def main() -> int:
    """Draw, change, test, and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", action="append", help="only files whose names begin so")
    parser.add_argument("--least", type=int, default=90, help="of a hundred to be noticed")
    options = parser.parse_args()
    folder, began = ROOT / "build" / "mutation", time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    drawn, known = sample(options.count, options.seed, _chosen(options.file)), equivalents()
    told: dict[str, list[Mutant]] = defaultdict(list)
    findings = Findings(folder / "found.jsonl")
    with Copy(folder / "copy") as copy:
        tests = Tests(folder, copy)
        for number, mutant in enumerate(drawn, 1):
            by = known.get(mutant.key) or findings.of(mutant)
            if by is None:
                by = outcome(mutant, tests, copy)
                findings.add(mutant, by)
            what = "equivalent" if mutant.key in known else "noticed" if by else "not noticed"
            told[what].append(mutant)
            print(f"{number:4} {what:12} {mutant.name}" + f"\n     by {by}" * bool(by), flush=True)
    counts = ", ".join(f"{len(group)} {what}" for what, group in sorted(told.items()))
    decided = len(drawn) - len(told["equivalent"])
    share = 100 * len(told["noticed"]) / max(1, decided)
    minutes = (time.monotonic() - began) / 60
    print(f"seed {options.seed}: {counts}; {share:.0f} of 100 noticed, in {minutes:.0f} minutes")
    return int(share < options.least)


if __name__ == "__main__":
    sys.exit(main())
