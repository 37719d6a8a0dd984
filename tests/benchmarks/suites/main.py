"""Public suites of combinational circuits: what compiles, what is checked, spins beside QMASM's.

Goal: at least 95 of 100 designs compile and are checked; whatever is refused is refused with a
reason.

The suites are named in `suites.toml`, with where they are had. Their files are never part of this
project: clone them, and name a folder for each suite.

    git clone https://github.com/lsils/benchmarks epfl
    python -P tests/benchmarks/suites/main.py --in EPFL=epfl --rows rows.jsonl

Spins are those of `invc synth` as it is, and of Yosys's ABC with the gates of QMASM's
stdcell.qmasm at their optimum, an inverter being a spin (see `mapping.py`). Seconds are of the
processor, for `invc synth`.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks.mapping import GATE_CELLS, INVERTER, QMASM, one_cell_each
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources, find_yosys
from invc.frontend.yosys.links import link
from invc.frontend.yosys.modules import choose_top
from invc.frontend.yosys.session import Session
from invc.frontend.yosys_json import read_json
from invc.library import hamlib
from invc.mapping.mapper import Mapper
from invc.pipeline import Check, Journal, synth

TABLE = Path(__file__).with_name("suites.toml")
DECLARED = re.compile(r"^\s*(?:module|package)\s+(?:automatic\s+)?(\w+)", re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
GATES = """\
hierarchy -top {top}
proc; flatten; opt -full; memory; opt -full; techmap; opt; abc -g {gates}; opt_clean
write_json netlist.json
"""
LIMIT = 3600  # processor seconds of one design


@dataclass(frozen=True)
class Suite:
    """Designs of one origin, as `suites.toml` has them; folders are of what was cloned.

    Attributes:
        name: What it is called.
        fetch: Where it is had.
        folder: Where its designs are.
        also: Folders of modules that they need.
        includes: Folders of included files.
        files: Designs of one file each.
        top: Their module, where a file of cells stands beside it.
        tops: Designs that are modules of the folder.
        defines: Macros.
        parameters: Of tops that need some: their values by name.
        cells: Verilog of cells that the files are mapped to and do not define.
    """

    name: str
    fetch: str
    folder: str = "."
    also: Sequence[str] = ()
    includes: Sequence[str] = ()
    files: Sequence[str] = ()
    top: str | None = None
    tops: Sequence[str] = ()
    defines: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    cells: str = ""


@dataclass(frozen=True)
class Row:
    """What became of a design.

    Attributes:
        suite: Its suite.
        design: Its name.
        reason: Why it was refused, or "".
        checked: How far the netlist is known to equal its source, or "".
        spins: Of ours.
        couplings: Of ours.
        qmasm: Spins of QMASM's cells; 0 where they were not counted.
        seconds: Processor seconds of ours.
    """

    suite: str
    design: str
    reason: str = ""
    checked: str = ""
    spins: int = 0
    couplings: int = 0
    qmasm: int = 0
    seconds: float = 0.0


def suites() -> tuple[Suite, ...]:
    """The suites of the table."""
    return tuple(Suite(**entry) for entry in tomllib.loads(TABLE.read_text())["suite"])


def designs_of(suite: Suite, root: Path) -> Iterator[tuple[str, Sources]]:
    """The name of each design and what is compiled."""
    with tempfile.TemporaryDirectory() as folder:
        more: tuple[Path, ...] = ()
        if suite.cells:
            more = (Path(folder) / "cells.v",)
            (Path(folder) / "cells.v").write_text(suite.cells, encoding="utf-8")
        for name in suite.files:
            yield Path(name).stem, Sources((root / suite.folder / name, *more), top=suite.top)
    places = [root / place for place in (suite.folder, *suite.also)]
    known = Library.of(places) if suite.tops else None
    includes = (*places, *(root / place for place in suite.includes)) if suite.tops else ()
    for top in suite.tops:
        assert known is not None
        files = tuple(known.needed_by(top))
        given = suite.parameters.get(top, {})
        yield top, Sources(files, top, includes, suite.defines, given)


@dataclass(frozen=True)
class Library:
    """Files by the modules and packages that they declare, and the words of each file."""

    places: Mapping[str, Path]
    words: Mapping[Path, frozenset[str]]

    @staticmethod
    def of(folders: Iterable[Path]) -> Library:
        """What the folders hold; of two declarations the first counts."""
        places: dict[str, Path] = {}
        words: dict[Path, frozenset[str]] = {}
        for path in (path for folder in folders for path in sorted(folder.glob("*.sv"))):
            text = COMMENT.sub(" ", path.read_text(encoding="utf-8", errors="replace"))
            words[path] = frozenset(re.findall(r"\w+", text))
            for name in DECLARED.findall(text):
                places.setdefault(name, path)
        return Library(places, words)

    def needed_by(self, top: str) -> list[Path]:
        """The files that a module needs, each after those that it needs itself."""
        order: list[Path] = []
        open_files: set[Path] = set()

        def add(name: str) -> None:
            path = self.places[name]
            if path in open_files:
                return
            open_files.add(path)
            for word in sorted(self.words[path] & self.places.keys()):
                add(word)
            order.append(path)

        add(top)
        return order


def qmasm_spins(sources: Sources) -> int:
    """Spins of Yosys's gates of QMASM's kinds, each as its optimal cell."""
    yosys = find_yosys()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        session = Session(sources, yosys, folder, link(sources, folder))
        session.read()
        top = choose_top(session.modules, sources)
        session.run(f"{session.links.read}\n{GATES.format(top=top, gates=QMASM)}")
        netlist = read_json(folder / "netlist.json", {})
    assert netlist is not None
    cells = {name: hamlib()[name] for name in GATE_CELLS} | {"INV": INVERTER}
    return assemble(one_cell_each(netlist, Mapper(cells), True), cells).model.spins


def compiled(suite: Suite, name: str, sources: Sources, peer: bool) -> Row:
    """One design, compiled as `invc synth` does."""
    row, journal = Row(suite.name, name), Journal()
    try:
        design = synth(sources, check=Check(), journal=journal)
    except InvcError as error:
        return replace(row, reason=str(error).splitlines()[0])
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(use.ru_utime + use.ru_stime for use in used)
    spins, couplings = design.model.spins, len(design.model.J)
    row = replace(row, spins=spins, couplings=couplings, seconds=seconds)
    row = replace(row, checked=str(journal.agreement))
    return replace(row, qmasm=qmasm_spins(sources)) if peer else row


def run(options: argparse.Namespace) -> None:
    """Compile every design that has no row yet, each in a process of its own."""
    given = dict(text.split("=", 1) for text in options.folders)
    for suite in suites():
        if suite.name not in given:
            continue
        for name, sources in designs_of(suite, Path(given[suite.name]).resolve()):
            if options.only not in (None, name):
                continue
            if any((row.suite, row.design) == (suite.name, name) for row in rows_of(options.rows)):
                continue
            if options.only == name:
                row = compiled(suite, name, sources, not options.no_peer)
            else:
                row = apart(suite.name, name, options)
            print(f"{row.suite:20} {row.design:32} {row.spins:7} {row.qmasm:7} "
                  f"{row.seconds:7.1f} s  {row.reason or row.checked}", flush=True)  # fmt: skip
            with options.rows.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(row)) + "\n")


def apart(suite: str, name: str, options: argparse.Namespace) -> Row:
    """A design in a process of its own, which may take no more than its time."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        arguments = [arg for text in options.folders for arg in ("--in", text)]
        arguments += ["--rows", file.name, "--only", name]
        arguments += ["--no-peer"] if options.no_peer else []
        command = [sys.executable, "-P", __file__, *arguments]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=LIMIT
            )
        except subprocess.TimeoutExpired:
            return Row(suite, name, reason=f"not done in {LIMIT} s")
        for row in rows_of(Path(file.name)):
            if (row.suite, row.design) == (suite, name):
                return row
    return Row(suite, name, reason=f"fault of ours: {(done.stderr.splitlines() or ['?'])[-1]}")


def rows_of(path: Path) -> list[Row]:
    """The rows that were written so far."""
    if not path.exists():
        return []
    return [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def table(rows: Sequence[Row]) -> str:
    """The suites in Markdown: a line each, then what was refused."""
    lines = [
        "| suite | designs | compiled | proven | by vectors | spins | QMASM's cells | of QMASM's |",
        "|---|---|---|---|---|---|---|---|",
    ]
    names = dict.fromkeys(row.suite for row in rows)
    for name in (*names, None):
        mine = [row for row in rows if name in (None, row.suite)]
        good = [row for row in mine if not row.reason]
        both = [row for row in good if row.qmasm]
        ours, theirs = sum(row.spins for row in both), sum(row.qmasm for row in both)
        proven = sum(row.checked.startswith("proven") for row in good)
        share = f"{ours / theirs:.0%}" if theirs else ""
        lines.append(
            f"| {name or 'all'} | {len(mine)} | {len(good)} | {proven} | {len(good) - proven} "
            f"| {ours:,} | {theirs:,} | {share} |"
        )
    refused = [row for row in rows if row.reason]
    lines += ["", "Refused:", ""] if refused else []
    lines += [f"- {row.suite}, {row.design}: {row.reason}" for row in refused]
    return "\n".join(lines)


def main() -> None:
    """Measure, then print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--in", dest="folders", action="append", default=[], metavar="SUITE=FOLDER")
    parser.add_argument("--rows", type=Path, default=Path("suites.jsonl"), help="kept; resumed")
    parser.add_argument("--only", metavar="DESIGN", help="one design, in this process")
    parser.add_argument("--no-peer", action="store_true", help="do not count QMASM's cells")
    options = parser.parse_args()
    run(options)
    if options.only is None:
        print(table(rows_of(options.rows)))


if __name__ == "__main__":
    main()
