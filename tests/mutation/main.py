"""Change the compiler's core a token at a time and see whether the tests notice: `make mutate`.

A sample by seed of all single-token changes over the rooms of `ROOMS`. Each is made in a copy of the
package, and the tests that run through the changed line are run on it, those of the line's own room
first, as many as fit `SECONDS`. Which tests those are, a run of each suite under coverage finds out.
What no test notices is a test that is missing, or a change that changes nothing: those stand in
equivalent.toml, each with its reason.

A harness of our own, of two hundred lines: mutmut 3 rewrites each function into all of its variants,
which the compiled parts and the commands in processes of their own do not follow, and cosmic-ray asks
for a session of every change where a sample is wanted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from mutation.mutants import Mutant, mutants  # noqa: E402 - found by the line above

# What is changed: whatever decides what a design means, and what is read from files.
CHANGED = (
    *("invc/netlist", "invc/passes", "invc/mapping", "invc/library/npn.py", "invc/design"),
    *("invc/proof", "invc/engine", "invc/frontend", "invc/formats", "invc/pipeline.py"),
)
# The tests of each room, its own first, by the longest beginning of a file's name. Whole commands and
# documents would take too long.
SUITES: Mapping[str, tuple[str, ...]] = {
    "netlist": ("netlist", "passes", "golden", "assemble", "sequential"),
    "passes": ("passes", "golden/test_sizes.py", "test_fit.py", "golden"),
    "mapping": ("passes", "golden/test_sizes.py", "test_mine.py"),
    "library": ("library/test_npn.py", "test_mine.py", "golden/test_sizes.py"),
    "design": ("design", "assemble", "golden", "proof"),
    "proof": ("proof", "golden"),
    "engine": ("golden", "engine", "ask"),
    "engine/inputs": ("inputs", "golden", "engine"),
    "frontend": ("frontend", "golden/test_sizes.py", "sequential"),
    "formats": ("formats",),
    "pipeline": ("golden/test_sizes.py", "frontend"),
}
SECONDS = 12.0  # of tests for one change
PATIENCE = 10  # times as long as they took under coverage: then it hangs, which is noticed
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
PYTEST = (
    *("-q", "-n", "0", "-p", "no:cacheprovider", "-p", "mutation.few", "--hypothesis-seed=0"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)


def files() -> list[str]:
    """The files that are changed."""
    paths = [ROOT / name for name in CHANGED]
    found = [f for path in paths for f in (path.rglob("*.py") if path.is_dir() else [path])]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def sample(count: int, seed: int, among: Iterable[str]) -> list[Mutant]:
    """So many changes, each as likely as any other."""
    every = [mutant for file in among for mutant in mutants(file, ROOT)]
    print(f"{len(every)} changes in {len(files())} files to draw from", flush=True)
    return random.Random(seed).sample(every, min(count, len(every)))


class Suite:
    """A folder or file of tests: which of them run through which line, found out under coverage."""

    def __init__(self, name: str, folder: Path) -> None:
        """Run it, unless that was done before and nothing has changed since."""
        self.name = name
        self.data = folder / f"{name.replace('/', '-')}.coverage"
        self.times, stamp = self.data.with_suffix(".json"), self.data.with_suffix(".stamp")
        now = stamp_of("invc", f"tests/{name}")
        if not stamp.exists() or stamp.read_text() != now:
            self._find_out()
            stamp.write_text(now)
        self.seconds: dict[str, float] = json.loads(self.times.read_text())
        self.lines: dict[str, dict[int, list[str]]] = {}

    def _find_out(self) -> None:
        settings = self.data.with_suffix(".rc")
        settings.write_text(f"[run]\ndata_file = {self.data}\n")
        command = ["-m", "coverage", "run", f"--rcfile={settings}", f"--source={ROOT / 'invc'}"]
        pytest = ["-m", "pytest", *PYTEST, f"tests/{self.name}"]
        print(f"which tests of {self.name} run through which line", flush=True)
        done = subprocess.run(
            [sys.executable, "-P", *command, *pytest],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "tests"), "TIMES": str(self.times)},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode > 1:
            sys.exit(f"pytest ended with {done.returncode} over tests/{self.name}")

    def through(self, mutant: Mutant) -> list[str]:
        """Its tests of a line, or of the file where the line runs at import; the quick ones first."""
        lines = self._lines_of(mutant.file)
        found = set(lines.get(mutant.line, ()))
        if not found:
            found = {name for names in lines.values() for name in names}
        return sorted(found, key=self.seconds.__getitem__)

    def _lines_of(self, file: str) -> dict[int, list[str]]:
        """Tests by the number of a line."""
        if file not in self.lines:
            from coverage import CoverageData

            data = CoverageData(str(self.data))
            data.read()
            contexts = data.contexts_by_lineno(str(ROOT / file))
            self.lines[file] = {
                line: [name for name in names if name in self.seconds]
                for line, names in contexts.items()
            }
        return self.lines[file]


def stamp_of(*paths: str) -> str:
    """A hash of all sources below some paths."""
    digest = hashlib.sha256()
    for path in paths:
        for file in sorted((ROOT / path).rglob("*.py")) or [ROOT / path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()


class Tests:
    """The suites that have been needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.suites: dict[str, Suite] = {}

    def through(self, mutant: Mutant) -> tuple[list[str], float]:
        """The tests to run on a change, and their seconds."""
        chosen: dict[str, float] = {}
        own = mutant.file.removeprefix("invc/").removesuffix(".py")
        for name in SUITES[max(filter(own.startswith, SUITES), key=len)]:
            if (ROOT / "tests" / name).exists():
                if name not in self.suites:
                    self.suites[name] = Suite(name, self.folder)
                suite = self.suites[name]
                for test in suite.through(mutant):
                    if not chosen or sum(chosen.values()) + suite.seconds[test] <= SECONDS:
                        chosen.setdefault(test, suite.seconds[test])
        return list(chosen), sum(chosen.values())


class Copy:
    """A copy of the package in which files are changed, and a warm process that tests it."""

    def __init__(self, folder: Path) -> None:
        """Copy the package and the library beside it."""
        shutil.copytree(ROOT / "invc", folder / "invc")
        shutil.copytree(ROOT / "hamlib", folder / "hamlib")
        self.folder = folder
        path = os.pathsep.join((str(folder), str(ROOT / "tests")))
        self.warm = subprocess.Popen(
            [sys.executable, "-P", "-m", "mutation.warm"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Copy:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.warm.stdin is not None
        self.warm.stdin.close()
        self.warm.wait()

    def notices(self, mutant: Mutant, tests: Sequence[str], patience: float) -> bool:
        """Whether a test fails, or hangs, with the change made."""
        file = self.folder / mutant.file
        source = file.read_bytes()
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
            compiled.unlink()
        file.write_bytes(mutant.applied(source))
        try:
            return self._ask([*PYTEST, "-x", *tests], patience) != "0"
        finally:
            file.write_bytes(source)

    def _ask(self, arguments: Sequence[str], patience: float) -> str:
        assert self.warm.stdin is not None
        assert self.warm.stdout is not None
        self.warm.stdin.write(json.dumps({"tests": arguments, "seconds": patience}) + "\n")
        self.warm.stdin.flush()
        status = self.warm.stdout.readline().strip()
        assert status not in ("", "4", "5"), f"pytest ended with {status!r}: {' '.join(arguments)}"
        return status


def equivalents() -> dict[tuple[str, str, str, str], str]:
    """Reasons why some changes change nothing, by what names them."""
    entries = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("change", [])
    return {(e["file"], e["text"], e["old"], e["new"]): e["reason"] for e in entries}


def outcome(mutant: Mutant, tests: Tests, copy: Copy) -> str:
    """What became of a change."""
    chosen, seconds = tests.through(mutant)
    if not chosen:
        return "no test runs it"
    patience = 60 + PATIENCE * seconds
    return "noticed" if copy.notices(mutant, chosen, patience) else "not noticed"


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
    folder = ROOT / "build" / "mutation"
    folder.mkdir(parents=True, exist_ok=True)
    drawn = sample(options.count, options.seed, _chosen(options.file))
    tests, known = Tests(folder), equivalents()
    told: dict[str, list[Mutant]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="mutation-") as place, Copy(Path(place)) as copy:
        for number, mutant in enumerate(drawn, 1):
            what = "equivalent" if mutant.key in known else outcome(mutant, tests, copy)
            told[what].append(mutant)
            print(f"{number:4} {what:16} {mutant.name}", flush=True)
    counts = ", ".join(f"{len(group)} {what}" for what, group in sorted(told.items()))
    right = len(told["noticed"])
    decided = len(drawn) - len(told["equivalent"])
    share = 100 * right / max(1, decided)
    print(f"seed {options.seed}: {counts}; {share:.0f} of 100 noticed")
    return int(share < options.least)


if __name__ == "__main__":
    sys.exit(main())
