"""Change the compiler's core a token at a time and see whether the tests notice: `make mutate`.

A sample by seed of all single-token changes over the rooms of `CHANGED`. Each is made in a copy of the
package, and the tests that run through the changed line are run on it up to the first that fails: suite
by suite, those of the line's own room first, of each the quick ones, as many as fit into `SECONDS`; what
those do not notice is tried on the slow ones. As many changes are tried at a time as there are cores.
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
import os
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from queue import Queue
from typing import TypeAlias

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mutation.mutants import Mutant, mutants
from mutation.trial import PATIENCE, ROOT, Copy, Tests, Traced, files_of, stamp, suites

# What is changed: whatever decides what a design means, and what is read from files.
CHANGED = (
    *("invc/netlist", "invc/passes", "invc/mapping", "invc/library/npn.py", "invc/design"),
    *("invc/proof", "invc/engine", "invc/frontend", "invc/formats", "invc/pipeline.py"),
)
Key: TypeAlias = tuple[str, str, str, str]
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
        seen: dict[Key, int] = defaultdict(int)
        for mutant in mutants(file, ROOT):
            name = json.dumps([seed, *mutant.key, seen[mutant.key]])
            seen[mutant.key] += 1
            ranked.append((hashlib.sha256(name.encode()).hexdigest(), mutant))
    print(f"{len(ranked)} changes to draw from", flush=True)
    return [mutant for _, mutant in sorted(ranked, key=lambda pair: pair[0])[:count]]


def equivalents() -> dict[Key, str]:
    """Reasons why some changes change nothing, by what names them: a whole line without tokens."""
    entries = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("change", [])
    return {
        (e["file"], e["text"], e.get("old", ""), e.get("new", "")): e["reason"] for e in entries
    }


def reason(mutant: Mutant, known: Mapping[Key, str]) -> str:
    """Why it changes nothing, or nothing."""
    line = known.get((mutant.file, mutant.text, "", ""), "")
    return known.get(mutant.key, line)


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


class Trials:
    """Copies of the package to try changes on, all at once."""

    def __init__(self, folder: Path, copies: Sequence[Copy]) -> None:
        """Give each copy to whoever comes first."""
        self.tests, self.number = Tests(folder), len(copies)
        self.idle: Queue[Copy] = Queue()
        for copy in copies:
            self.idle.put(copy)

    def outcomes(self, changes: Sequence[Mutant]) -> Iterator[tuple[Mutant, str]]:
        """Who notices which change, or nothing, as they end."""
        stale = self.tests.stale(mutant.file for mutant in changes)
        with ThreadPoolExecutor(self.number) as pool:
            for name in pool.map(self._trace, stale):
                print(f"known: which tests of {name} run through which line", flush=True)
            running = {pool.submit(self._outcome, mutant): mutant for mutant in changes}
            for future in as_completed(running):
                yield running[future], future.result()

    def _trace(self, file: Traced) -> str:
        copy = self.idle.get()
        try:
            file.trace(copy)
        finally:
            self.idle.put(copy)
        return file.name

    def _outcome(self, mutant: Mutant) -> str:
        copy = self.idle.get()
        try:
            for chosen, seconds in self.tests.through(mutant):
                by = copy.notices(mutant, chosen, 30 + PATIENCE * seconds)
                if by:
                    return by
            return ""
        finally:
            self.idle.put(copy)


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
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    folder, began = ROOT / "build" / "mutation", time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    drawn, known = sample(options.count, options.seed, _chosen(options.file)), equivalents()
    findings = Findings(folder / "found.jsonl")
    found = {m: by for m in drawn if (by := reason(m, known) or findings.of(m)) is not None}
    left = [mutant for mutant in drawn if mutant not in found]
    with ExitStack() as stack:
        copies = [
            stack.enter_context(Copy(folder / f"copy{k}"))
            for k in range(min(options.jobs, len(left)))
        ]
        for mutant, by in Trials(folder, copies).outcomes(left) if left else ():
            findings.add(mutant, by)
            found[mutant] = by
            _tell(mutant, by, known)
    print(f"\nseed {options.seed}:")
    for mutant in drawn:
        _tell(mutant, found[mutant], known)
    counts = Counter(_what(mutant, found[mutant], known) for mutant in drawn)
    share = 100 * counts["noticed"] / max(1, len(drawn) - counts["equivalent"])
    told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    minutes = (time.monotonic() - began) / 60
    print(f"seed {options.seed}: {told}; {share:.0f} of 100 noticed, in {minutes:.0f} minutes")
    return int(share < options.least)


def _what(mutant: Mutant, by: str, known: Mapping[Key, str]) -> str:
    return "equivalent" if reason(mutant, known) else "noticed" if by else "not noticed"


def _tell(mutant: Mutant, by: str, known: Mapping[Key, str]) -> None:
    what = _what(mutant, by, known)
    print(f"{what:12} {mutant.name}" + f"\n             by {by}" * bool(by), flush=True)


if __name__ == "__main__":
    sys.exit(main())
