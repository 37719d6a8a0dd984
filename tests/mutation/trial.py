"""A copy of the package in which a token is changed, and the tests that run through its line."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from mutation.mutants import Mutant

ROOT = Path(__file__).resolve().parents[2]
# The tests of each room, its own first, by the longest beginning of a file's name; then those of whole
# commands. Documents and hardware would take too long.
COMMANDS = ("cli", "api", "test_dimod.py")
SUITES: Mapping[str, tuple[str, ...]] = {
    "netlist": (
        *("netlist", "golden/test_mangled.py", "passes", "golden/test_sizes.py", "golden"),
        *("assemble", "frontend"),
    ),
    "netlist/machine": ("sequential/test_clocked.py", "sequential/test_prove.py"),
    "passes": ("passes", "golden/test_sizes.py", "test_fit.py", "golden", "frontend"),
    "mapping": ("passes", "golden/test_sizes.py", "test_mine.py", "test_fit.py", "frontend"),
    "library": ("library/test_npn.py", "test_mine.py", "golden/test_sizes.py"),
    "design": (
        *("design", "golden/test_mangled.py", "assemble", "golden", "proof", "formats"),
        *("sequential/test_times.py", "ask"),
    ),
    "proof": ("proof", "golden", "ask", "sequential/test_prove.py"),
    "engine": ("engine", "golden", "inputs", "report/test_observe.py", "ask", "api/test_api.py"),
    "engine/inputs": ("inputs", "golden", "engine", "ask"),
    "engine/dynamics": ("golden", "engine", "ask"),
    "frontend": (
        *("frontend", "golden/test_mangled.py", "golden/test_sweeps.py", "golden/test_pieces.py"),
        *("golden/test_sizes.py", "sequential/test_clocked.py", "cases"),
    ),
    "design/fit": ("test_fit.py", "golden/test_sizes.py"),
    "formats": ("formats", "golden/test_written.py", "golden/test_mangled.py"),
    "pipeline": ("golden/test_sizes.py", "frontend", "test_fit.py"),
}
AT_IMPORT = "golden/test_bounds.py"  # what knows of lines that run before any test
SECONDS = 6.0  # of tests of one suite for one change
LAST_SECONDS = 40.0  # of all that are left, where no suite has noticed
MOST = 400  # tests
PATIENCE = 5  # times as long as they took under coverage: then it hangs, which is noticed
PYTEST = (
    *("-q", "-n", "0", "-p", "no:cacheprovider", "-p", "mutation.few", "--hypothesis-seed=0"),
    *("--assert=plain", "-W", "ignore::pytest.PytestConfigWarning"),
)


def stamp(*files: Path) -> str:
    """A hash of some files."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


class Copy:
    """The copy, and a warm process that tests it."""

    def __init__(self, folder: Path) -> None:
        """Copy the package and the library beside it."""
        self.package, self.told = folder / "invc", folder / "told.json"
        for name in ("invc", "hamlib"):
            shutil.rmtree(folder / name, ignore_errors=True)
            shutil.copytree(ROOT / name, folder / name)
        _compiled(self.package)
        path = os.pathsep.join((str(folder), str(ROOT / "tests")))
        self.warm = subprocess.Popen(
            [sys.executable, "-P", "-m", "mutation.warm"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path, "XDG_CACHE_HOME": str(folder / "cache")},
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

    def notices(self, mutant: Mutant, tests: Sequence[str], patience: float) -> str:
        """The test that fails with the change made, what else became of them, or nothing."""
        file = self.package.parent / mutant.file
        source = file.read_bytes()
        self._forget(file)
        file.write_bytes(mutant.applied(source))
        try:
            status = self.ask([*PYTEST, "-x", *tests], patience)
        finally:
            file.write_bytes(source)
            self._forget(file)
        if status == "0":
            return ""
        if status == "4":  # a test that is not there: without the change it has to be
            assert self.ask([*PYTEST, "--collect-only", *tests], 600) == "0", tests
        failed = json.loads(self.told.read_text())["failed"] if self.told.exists() else []
        return str(failed[0]) if failed else f"it ended with {status}"

    def _forget(self, file: Path) -> None:
        """What was compiled of a file."""
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
            compiled.unlink()

    def ask(self, arguments: Sequence[str], patience: float, trace: str = "") -> str:
        """How pytest ends."""
        assert self.warm.stdin is not None
        assert self.warm.stdout is not None
        self.told.unlink(missing_ok=True)
        places = {"trace": trace, "source": str(self.package), "told": str(self.told)}
        request = {"tests": arguments, "seconds": patience, **places}
        self.warm.stdin.write(json.dumps(request) + "\n")
        self.warm.stdin.flush()
        status = self.warm.stdout.readline().strip()
        assert status, "the process that forks has ended"
        return status


def _compiled(package: Path) -> None:
    """Copy compiled modules that lie where the package is installed, not beside its sources."""
    found = find_spec("invc")
    assert found is not None
    assert found.origin is not None
    installed = Path(found.origin).parent
    for suffix in EXTENSION_SUFFIXES:
        for file in installed.rglob(f"*{suffix}"):
            shutil.copy2(file, package / file.relative_to(installed))
    if not any(package.rglob(f"*{EXTENSION_SUFFIXES[-1]}")):
        sys.exit(f"{installed} has no compiled modules: install invc")


class Traced:
    """A file of tests: which of them run through which line, and for how many seconds."""

    def __init__(self, name: str, folder: Path) -> None:
        """Know where its trace is, if there is one."""
        self.name, self.lock = name, Lock()
        self.data = folder / f"{name.removesuffix('.py').replace('/', '-')}.coverage"
        self.told = self.data.with_suffix(".json")
        self.seconds: dict[str, float] = {}
        self.sources: dict[str, str] = {}
        self.lines: dict[str, dict[int, list[str]]] = {}
        if self.told.exists():
            self._read()

    def is_stale(self, source: str) -> bool:
        """Whether there is no trace of it with itself and a source as they are now."""
        now = stamp(ROOT / source)
        return self.sources.get("") != self._stamp() or self.sources.get(source, now) != now

    def through(self, mutant: Mutant) -> dict[str, float]:
        """Its tests of a line, or of the file where the line runs at import, with their seconds."""
        with self.lock:
            if mutant.file not in self.lines:
                self.lines[mutant.file] = self._lines_of(mutant.file)
        lines = self.lines[mutant.file]
        found = {name for n in mutant.statement or lines for name in lines.get(n, ())}
        return {name: self.seconds[name] for name in found if name in self.seconds}

    def trace(self, copy: Copy) -> None:
        """Run it under coverage."""
        copy.ask([*PYTEST, self.name], 1800, str(self.data))
        if not copy.told.exists():
            sys.exit(f"pytest does not end over {self.name}")
        told = json.loads(copy.told.read_text())
        seconds = {n: s for n, s in told["seconds"].items() if n not in told["failed"]}
        if told["failed"]:
            print(f"{self.name}: {len(told['failed'])} of {len(told['seconds'])} fail untouched")
        files = sorted((ROOT / "invc").rglob("*.py"))
        sources = {str(file.relative_to(ROOT)): stamp(file) for file in files}
        known = {"seconds": seconds, "sources": {**sources, "": self._stamp()}}
        self.told.write_text(json.dumps(known))
        self._read()

    def _stamp(self) -> str:
        """Of the file and what stands beside it for its tests."""
        file = ROOT / self.name
        beside = (f for f in file.parent.glob("*.py") if not f.name.startswith("test_"))
        return stamp(file, *sorted(beside))

    def _read(self) -> None:
        known = json.loads(self.told.read_text())
        self.seconds, self.sources, self.lines = known["seconds"], known["sources"], {}

    def _lines_of(self, file: str) -> dict[int, list[str]]:
        """Tests by the number of a line; what runs before any test is of test ""."""
        from coverage import CoverageData

        data = CoverageData(str(self.data))
        data.read()
        lines: dict[int, list[str]] = defaultdict(list)
        for name in data.measured_files():  # commands know it by another path
            if name.endswith(f"/{file}"):
                for line, tests in data.contexts_by_lineno(name).items():
                    lines[line] += tests
        return lines


class Tests:
    """The files of tests that have been needed."""

    def __init__(self, folder: Path) -> None:
        """Know where traces are."""
        self.folder = folder
        self.files: dict[str, Traced] = {}

    def stale(self, sources: Iterable[str]) -> list[Traced]:
        """Those that have to be traced before changes of some sources can be tried."""
        found = {
            file.name: file
            for source in sorted(set(sources))
            for suite in (AT_IMPORT, *suites(source))
            for file in self._of(suite)
            if file.is_stale(source)
        }
        return list(found.values())

    def through(self, mutant: Mutant) -> Iterator[tuple[list[str], float]]:
        """The tests to run on a change, and their seconds: suite by suite the quick ones first.

        Last come those for which there was no time, of all suites.
        """
        left: dict[str, float] = {}
        done: set[str] = set()
        if not mutant.statement:
            (file,) = self._of(AT_IMPORT)
            yield list(file.seconds), sum(file.seconds.values())
        for suite in suites(mutant.file):
            found = {t: s for file in self._of(suite) for t, s in file.through(mutant).items()}
            chosen = _fitting({t: s for t, s in found.items() if t not in done}, SECONDS, MOST)
            done |= set(chosen)
            left |= found
            if chosen:
                yield list(chosen), sum(chosen.values())
        rest = _fitting({t: s for t, s in left.items() if t not in done}, LAST_SECONDS, 4 * MOST)
        if rest:
            yield list(rest), sum(rest.values())

    def _of(self, suite: str) -> list[Traced]:
        """The files of a suite."""
        names = files_of(suite)
        for name in names:
            if name not in self.files:
                self.files[name] = Traced(name, self.folder)
        return [self.files[name] for name in names]


def _fitting(seconds: Mapping[str, float], most_seconds: float, most: int) -> dict[str, float]:
    """The first ones in turn that fit, at least one."""
    chosen: dict[str, float] = {}
    total = 0.0
    for test in _in_turn(seconds):
        if not chosen or (total + seconds[test] <= most_seconds and len(chosen) < most):
            chosen[test] = seconds[test]
            total += seconds[test]
    return chosen


def suites(file: str) -> tuple[str, ...]:
    """Where tests of a source file stand."""
    own = file.removeprefix("invc/").removesuffix(".py")
    named = SUITES[max(filter(own.startswith, SUITES), key=len)]
    return (*named, *(suite for suite in COMMANDS if suite not in named))


def files_of(suite: str) -> list[str]:
    """The files of tests of a suite, from the root."""
    place = ROOT / "tests" / suite
    found = sorted(place.rglob("test_*.py")) if place.is_dir() else [place]
    return [path.relative_to(ROOT).as_posix() for path in found if path.exists()]


def _in_turn(seconds: Mapping[str, float]) -> list[str]:
    """The quickest case of each test, then the next of each: what is alike notices what is alike."""
    turn: dict[str, int] = {}
    of: dict[str, int] = defaultdict(int)
    for name in sorted(seconds, key=seconds.__getitem__):
        function = name.partition("[")[0]
        turn[name], of[function] = of[function], of[function] + 1
    return sorted(seconds, key=lambda name: (turn[name], seconds[name]))
