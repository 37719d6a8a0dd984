"""`invc simulate` tells of sc and ssa what a circuit would count, and shows a read's states."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from invc.design import parse_clamps, read_design
from invc.rtl.bench import expect, expected_lines
from invc.rtl.settings import Wishes, circuit_of
from invc.rtl.software import Run

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ("--dynamics", "sc", "--set", "i0=3", "--set", "noise=9", "--seed", "7")


def invc(folder: Path, *arguments: int | Path | str, status: int = 0) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "invc", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == status, done.stderr
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("run")
    source = ROOT / "rtl_examples/multiplier/multiplier.v"
    invc(place, "synth", source, "-G", "W=3", "-o", "m.hj", "-q")
    return place


def test_first_times_are_those_of_the_circuits_and_of_traces(folder: Path) -> None:
    invc(
        *(folder, "simulate", "m.hj", "--clamp", "p=15", *SETTINGS, "--no-presolve", "--first"),
        *("--reads", 1100, "--sweeps", 100, "--trace", "1030:t.mem", "--json", "r.json"),
        status=0,
    )
    first = json.loads((folder / "r.json").read_text())["first_right"]
    assert len(first["seen"]["cycles"]) == 1100
    design = read_design(folder / "m.hj")
    held = parse_clamps(design.netlist, ["p=15"])
    wishes = Wishes(settings={"i0": "3", "noise": "9"}, cycles=100)
    circuit = circuit_of(design, held, wishes)
    for read in (0, 5, 1023, 1030, 1099):
        expected = expect(circuit, held, Run(7, read // 1024, read % 1024), 100)
        for name, hit in (("seen", expected.first), ("strict", expected.first_strict)):
            assert first[name]["cycles"][read] == (-1 if hit is None else hit[0])
        if read == 1030:
            states = [int(line, 16) % (1 << 27) for line in expected_lines(expected)]
            shown = [int(line, 16) for line in (folder / "t.mem").read_text().split()]
            assert shown == states
    times = np.array(first["seen"]["cycles"])
    assert first["seen"]["hits"] == np.count_nonzero(times >= 0)
    assert first["seen"]["exposure"] == np.where(times < 0, 100, times).sum()
    assert first["seen"]["mean"] == first["seen"]["exposure"] / first["seen"]["hits"]
    assert first["seen"]["worst"] == np.where(times < 0, 100, times).max()
    assert all(s < 0 or 0 <= f <= s for f, s in zip(times, first["strict"]["cycles"], strict=True))


def test_what_people_see(folder: Path) -> None:
    text, _ = invc(
        *(folder, "simulate", "m.hj", "--clamp", "p=15", *SETTINGS, "--no-presolve", "--first"),
        *("--reads", 64, "--sweeps", 400, "--show", 0),
    )
    assert "21 free of 27 spins" in text  # the six of p alone are held
    line = next(line for line in text.splitlines() if line.startswith("first right state"))
    assert line.startswith("first right state: after ")
    assert "cycles in 64 of 64 reads, at most" in line
    assert "\nevery gate in place: " in text


def test_other_runs_are_what_they_were(folder: Path) -> None:
    """Whoever looks at every cycle changes no read; nothing is folded only where that is said."""
    run = (folder, "simulate", "m.hj", "--clamp", "p=15", *SETTINGS, "--reads", 300)
    counts = []
    for options in ((), ("--first",), ("--no-presolve",)):
        invc(*run, "--sweeps", 40, *options, "--json", "c.json")
        result = json.loads((folder / "c.json").read_text())
        counts.append((result["free_spins"], result["solutions"], result["runs"][0].get("fold")))
    assert counts[0] == counts[1]
    assert counts[0][0] < counts[2][0] == 21
    assert [c[2] for c in counts] == [None, None, False]
    text, _ = invc(folder, "simulate", "m.hj", "--repeat", "c.json")
    assert "the same answers and reads as in c.json" in text


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--first",), "--first needs --dynamics sc or ssa: others have no cycles"),
        (("--trace", "3:x.mem"), "--trace needs --dynamics sc or ssa: others have no cycles"),
        (("--trace", "x"), "'x' is not K:FILE, such as 0:states.mem"),
        (("--trace", "-1:x"), "'-1:x' is not K:FILE, such as 0:states.mem"),
    ],
)
def test_other_dynamics_have_no_cycles(folder: Path, options: Sequence[str], text: str) -> None:
    _, error = invc(folder, "simulate", "m.hj", "--clamp", "p=15", *options, status=2)
    assert text in error


def test_a_read_that_there_was_not(folder: Path) -> None:
    _, error = invc(
        *(folder, "simulate", "m.hj", "--clamp", "p=15", *SETTINGS, "--reads", 10),
        *("--sweeps", 10, "--trace", "5000:none.mem", "-q"),
        status=1,
    )
    assert error == ("error: there was no read 5000 to trace\n  hint: give more --reads\n")
    assert not (folder / "none.mem").exists()


def test_impossible_clamps_are_impossible_unfolded_too(folder: Path) -> None:
    text, _ = invc(
        *(folder, "simulate", "m.hj", "--clamp", "p=63", "--no-presolve", *SETTINGS), status=4
    )
    assert text.startswith("impossible")


def test_histograms_are_drawn(folder: Path) -> None:
    """In the page and in the picture, of all reads that were ever right."""
    invc(
        *(folder, "simulate", "m.hj", "--clamp", "p=15", *SETTINGS, "--first", "--reads", 128),
        *("--sweeps", 60, "--html", "r.html", "--plot", "r.svg", "--json", "h.json", "-q"),
    )
    hits = json.loads((folder / "h.json").read_text())["first_right"]["seen"]["hits"]
    page = (folder / "r.html").read_text()
    assert f"{hits} of 128 reads were right" in page
    chart = page[page.index("Reads by the cycles to their first right states") :]
    bars = re.findall(r"\d+ to \d+: (\d+) reads", chart[: chart.index("</svg>")])
    assert sum(map(int, bars)) == hits
    invc(
        *(folder, "simulate", "m.hj", "--clamp", "p=15", *SETTINGS, "--reads", 128),
        *("--sweeps", 60, "--html", "without.html", "-q"),
    )
    assert "first right states" not in (folder / "without.html").read_text()
