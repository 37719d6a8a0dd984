"""`invc mine` and `synth --mine` as a user sees them."""

import json
import sys

import pytest

from invc.cli import main
from invc.design import read_design
from invc.library import faults, hamlib, read_library
from invc.netlist import counting_words, evaluate_ports

CHI = """\
module chi(input [4:0] x, output [4:0] y);
  assign y = x ^ (~{x[0], x[4:1]} & {x[1:0], x[4:2]});
endmodule
"""
QUICK = ("--inputs", "3", "--outputs", "1")


@pytest.fixture
def invc(tmp_path, monkeypatch, capfd):
    """Run a command line in a folder with chi.v; returns status, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chi.v").write_text(CHI)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["invc", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code, *capfd.readouterr())

    return run


def truth(path):
    words = counting_words(5)
    return evaluate_ports(read_design(path).netlist, {"x": words}, 32)["y"]


def test_what_is_found_is_listed_written_and_used_by_the_next_synth(invc, tmp_path):
    status, out, err = invc("mine", "chi.v", *QUICK, "-o", "my/cells")
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
    assert row.split()[1:8] == ["5", "15", "5", "1", "2/3", "proven", "optimal"]
    assert total.startswith("chi: 15 instead of 20 spins with 5 CONE3_")
    assert wrote == "wrote 1 cell to my/cells: 'invc synth --lib my/cells' uses them"
    (name,) = set(read_library(tmp_path / "my/cells")) - set(hamlib())
    assert faults(read_library(tmp_path / "my/cells")[name]) == []
    assert row.split()[0] == name
    assert invc("lib-check", "--lib", "my/cells", "-q") == (0, "", "")
    assert invc("synth", "chi.v", "-q")[0] == 0
    assert invc("synth", "chi.v", "--lib", "my/cells", "-o", "small.hj", "-q")[0] == 0
    before, after = read_design(tmp_path / "chi.hj"), read_design(tmp_path / "small.hj")
    assert (before.model.spins, after.model.spins) == (20, 15)
    assert truth(tmp_path / "chi.hj") == truth(tmp_path / "small.hj")


def test_synth_mines_in_the_same_run(invc, tmp_path):
    status, out, _err = invc("synth", "chi.v", "--mine", "--mine-limit", "30", "-v")
    assert status == 0
    assert "\n15 spins (5 ancillas), " in out
    assert "mine" in out
    assert truth(tmp_path / "chi.hj") == [
        x ^ (~y & z) & (1 << 32) - 1
        for x, y, z in zip(
            *(counting_words(5)[k:] + counting_words(5)[:k] for k in range(3)), strict=False
        )
    ]


def test_report_and_quiet(invc, tmp_path):
    assert invc("mine", "chi.v", *QUICK, "-q", "--json", "r.json") == (0, "", "")
    report = json.loads((tmp_path / "r.json").read_text())
    assert (report["spins"], report["spins_with_cells"], report["untried"]) == (20, 15, 0)
    (found,) = report["classes"]
    assert (found["cones"], found["saved"], found["outcome"]) == (5, 5, "proven optimal")
    assert set(report["used"].values()) == {5}
    _status, out, _ = invc("mine", "chi.v", *QUICK, "--json", "-")
    assert json.loads(out)["used"] == report["used"]


def test_nothing_to_save(invc, tmp_path):
    (tmp_path / "and.v").write_text("module m(input a, b, output y); assign y = a & b; endmodule\n")
    assert invc("mine", "and.v", "-o", "none") == (0, "m: 3 spins; no new cell saves any\n", "")
    assert not (tmp_path / "none").exists()


def test_no_time(invc):
    status, out, _ = invc("mine", "chi.v", "--time-limit", "1e-9")
    assert status == 0
    assert "classes were not tried: give a longer --time-limit\n" in out


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["none.v"], "none.v: error: "),
        (["chi.v", *QUICK, "-o", "chi.v/below"], "chi.v/below: error: cannot make it: "),
        (["chi.v", *QUICK, "--json", "no/r.json"], "no/r.json: error: cannot write it: "),
        (["chi.v", "--lib", "no"], "no: error: no such folder of cells"),
    ],
)
def test_faults(invc, arguments, error):
    status, _, err = invc("mine", *arguments)
    assert status == 1
    assert err.startswith(error)


@pytest.mark.parametrize("option", [("--inputs", 7), ("--outputs", 0), ("--time-limit", 0), ()])
def test_usage(invc, option):
    assert invc("mine", *(("chi.v", *option) if option else ()))[0] == 2
