"""`invc mine` and `synth --mine` as a user sees them."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from invc.cli import main
from invc.design import read_design
from invc.library import faults, hamlib, read_library
from invc.netlist import counting_words, evaluate_ports

GUARDED = """\
module guarded(input [7:0] x, output [1:0] y);
  assign y = {^x[6:4] & x[7], ^x[2:0] & x[3]};
endmodule
"""
NO_LIMIT = "1e9"  # seconds: what is asked here is solved, however slow the machine
QUICK = ("--inputs", "4", "--outputs", "1", "--time-limit", NO_LIMIT)


@pytest.fixture
def invc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """Run a command line in a folder with guarded.v; returns status, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "guarded.v").write_text(GUARDED)

    def run(*arguments: object) -> tuple[Any, str, str]:
        monkeypatch.setattr(sys, "argv", ["invc", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code, *capfd.readouterr())

    return run


def truth(path: Path) -> list[int]:
    return evaluate_ports(read_design(path).netlist, {"x": counting_words(8)}, 256)["y"]


def test_what_is_found_is_listed_written_and_used_by_the_next_synth(
    invc: Callable[..., Any], tmp_path: Path
) -> None:
    status, out, err = invc("mine", "guarded.v", *QUICK, "-o", "my/cells")
    assert (status, err) == (0, "")
    head, row, total, wrote = out.splitlines()
    assert head.split() == [
        "class",
        "cones",
        "spins",
        "saves",
        "ancillas",
        "gap",
        "ratio",
        "outcome",
        "function",
    ]
    assert row.split()[1:8] == ["2", "8", "4", "1", "1", "proven", "optimal"]
    assert total.startswith("guarded: 12 instead of 16 spins with 2 CONE4_")
    assert wrote == "wrote 1 cell to my/cells: 'invc synth --lib my/cells' uses them"
    (name,) = set(read_library(tmp_path / "my/cells")) - set(hamlib())
    assert faults(read_library(tmp_path / "my/cells")[name]) == []
    assert row.split()[0] == name
    assert invc("lib-check", "--lib", "my/cells", "-q") == (0, "", "")
    assert invc("synth", "guarded.v", "-q")[0] == 0
    assert invc("synth", "guarded.v", "--lib", "my/cells", "-o", "small.hj", "-q")[0] == 0
    before, after = read_design(tmp_path / "guarded.hj"), read_design(tmp_path / "small.hj")
    assert (before.model.spins, after.model.spins) == (16, 12)
    assert truth(tmp_path / "guarded.hj") == truth(tmp_path / "small.hj")


def test_synth_mines_in_the_same_run(invc: Callable[..., Any], tmp_path: Path) -> None:
    status, out, _err = invc("synth", "guarded.v", "--mine", "--mine-limit", NO_LIMIT, "-v")
    assert status == 0
    assert "\n12 spins (2 ancillas), " in out
    assert "mine" in out
    x = counting_words(8)
    assert truth(tmp_path / "guarded.hj") == [
        (x[k] ^ x[k + 1] ^ x[k + 2]) & x[k + 3] for k in (0, 4)
    ]


def test_report_and_quiet(invc: Callable[..., Any], tmp_path: Path) -> None:
    assert invc("mine", "guarded.v", *QUICK, "-q", "--json", "r.json") == (0, "", "")
    report = json.loads((tmp_path / "r.json").read_text())
    assert (report["spins"], report["spins_with_cells"], report["untried"]) == (16, 12, 0)
    (found,) = report["classes"]
    assert (found["cones"], found["saved"], found["outcome"]) == (2, 4, "proven optimal")
    assert set(report["used"].values()) == {2}
    _status, out, _ = invc("mine", "guarded.v", *QUICK, "--json", "-")
    assert json.loads(out)["used"] == report["used"]


def test_nothing_to_save(invc: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "and.v").write_text("module m(input a, b, output y); assign y = a & b; endmodule\n")
    assert invc("mine", "and.v", "-o", "none") == (0, "m: 3 spins; no new cell saves any\n", "")
    assert not (tmp_path / "none").exists()


def test_no_time(invc: Callable[..., Any]) -> None:
    status, out, _ = invc("mine", "guarded.v", "--time-limit", "1e-9")
    assert status == 0
    assert "classes were not tried: give a longer --time-limit\n" in out


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["none.v"], "none.v: error: "),
        (
            ["guarded.v", *QUICK, "-o", "guarded.v/below"],
            "guarded.v/below: error: cannot make it: ",
        ),
        (["guarded.v", *QUICK, "--json", "no/r.json"], "no/r.json: error: cannot write it: "),
        (["guarded.v", "--lib", "no"], "no: error: no such folder of cells"),
    ],
)
def test_faults(invc: Callable[..., Any], arguments: Sequence[str], error: str) -> None:
    status, _, err = invc("mine", *arguments)
    assert status == 1
    assert err.startswith(error)


@pytest.mark.parametrize("option", [("--inputs", 7), ("--outputs", 0), ("--time-limit", 0), ()])
def test_usage(invc: Callable[..., Any], option: Sequence[str | int]) -> None:
    assert invc("mine", *(("guarded.v", *option) if option else ()))[0] == 2
