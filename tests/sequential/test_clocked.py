"""Clocked sources at the command line: answers in time, and what is refused."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from invc.cli import invc
from invc.design import read_design, write_design
from refusals import REFUSED


def run(*arguments: int | Path | str) -> Result:
    return CliRunner().invoke(invc, [str(a) for a in arguments])


@pytest.fixture(scope="session")
def lock(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lock") / "lock.hj"
    done = run("synth", repository / "rtl_examples/clocked/lock.v", "--cycles", "5", "-o", path)
    assert done.exit_code == 0, done.output
    return path


def test_the_cover_is_reached_by_the_code_alone(lock: Path, tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    done = run(
        "simulate", lock, "--cover", "unlock", "-c", "press@*=1", "-c", "unlock@4=1", "--json", file
    )
    assert done.exit_code == 0, done.output
    report = json.loads(file.read_text())
    for answer in report["solutions"]:
        assert [answer["ports"][f"digit@{t}"] for t in range(4)] == [2, 7, 4, 1]
    assert re.search(r"^ +4 +\d+ +\d+ +\d+ +1 +4", done.output, re.M)


def test_assertions_hold_and_assumptions_are_held(lock: Path) -> None:
    assert run("prove", lock, "--violate", "stays").exit_code == 4
    assert run("prove", lock, "-c", "reset@2=1", "-c", "press@2=1").exit_code == 4
    assert run("prove", lock, "-c", "reset@2=1", "-c", "press@2=0").exit_code == 0
    done = run("prove", lock, "--cover", "unlok")
    assert done.exit_code == 1
    assert "no cover is called 'unlok'" in str(done.exception)


def test_a_cover_out_of_reach_is_impossible(lock: Path) -> None:
    assert (
        run("prove", lock, "-c", "press@0=0", "-c", "press@1=0", "--cover", "unlock").exit_code == 4
    )
    assert run("prove", lock, "-c", "open@any=1").exit_code == 0
    assert run("prove", lock, "-c", "right@any=7").exit_code == 4


def test_files_keep_the_time(lock: Path, tmp_path: Path) -> None:
    design = read_design(lock)
    assert design.frames is not None
    assert design.frames.clock == "clk"
    assert design.frames.cycles == 5
    assert design.frames.names("cover") == ("unlock",)
    write_design(design, tmp_path / "again.hj")
    assert (tmp_path / "again.hj").read_bytes() == lock.read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ('clock 5 "clk"', 'clock 0 "clk"', "0 is out of range"),
        ('cover "unlock"', 'covers "unlock"', "no kind of signal is called 'covers'"),
        ('cover "unlock"', 'cover "lock"', "signal 'lock' has no port 'lock@0'"),
        ('cover "unlock"', 'output "open"', "a second output is called 'open'"),
    ],
)
def test_broken_frames_are_told(lock: Path, tmp_path: Path, old: str, new: str, error: str) -> None:
    text = lock.read_text()
    assert old in text
    broken = tmp_path / "b.hj"
    broken.write_text(text.replace(old, new))
    done = run("stats", broken)
    assert done.exit_code == 1
    assert error in str(done.exception)


def test_waveforms_are_by_the_clock(lock: Path, tmp_path: Path) -> None:
    pytest.importorskip("vcd")
    vcdvcd = pytest.importorskip("vcdvcd")
    file = tmp_path / "w.vcd"
    done = run(
        "simulate", lock, "--cover", "unlock", "-c", "press@*=1", "-c", "unlock@4=1", "--vcd", file
    )
    assert done.exit_code == 0, done.output
    waves = vcdvcd.VCDVCD(str(file))
    digits = waves["lock.digit[3:0]"]
    assert [int(digits[10 * t + 9], 2) for t in range(4)] == [2, 7, 4, 1]
    assert [waves["lock.clk"][t] for t in (0, 5, 10, 15)] == ["1", "0", "1", "0"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_machine_of_one_clock_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.v").write_text(REFUSED[name].source)
    done = run("synth", "m.v", "--cycles", "3")
    assert done.exit_code == 1
    assert str(done.exception) == REFUSED[name].text
    assert not list(tmp_path.glob("*.hj"))


SVA = """
module sva(input logic clk, input logic rst, input logic a, output logic [3:0] q);
  always_ff @(posedge clk) if (rst) q <= 0; else if (a) q <= q + 1;
  low: assert property (@(posedge clk) disable iff (rst) q < 12);
  always_ff @(posedge clk) if (!rst && $past(a)) moved: assert (q != 0);
`ifdef FORMAL
  always_ff @(posedge clk) five: cover (q == 5);
`endif
endmodule
"""


def test_properties_of_system_verilog(tmp_path: Path) -> None:
    pytest.importorskip("pyosys")  # which has slang
    source, made = tmp_path / "sva.sv", tmp_path / "sva.hj"
    source.write_text(SVA)
    done = run("synth", source, "--cycles", "7", "--init", "zero", "-o", made)
    assert done.exit_code == 0, done.output
    frames = read_design(made).frames
    assert frames is not None
    assert set(frames.names("assert")) == {"low", "moved"}
    assert frames.names("cover") == ("five",)
    assert "in cycle 5, in no earlier one" in run("prove", made, "--cover", "five").output
    assert run("prove", made, "--violate", "low").exit_code == 4
    source.write_text(SVA.replace("q < 12", "a |-> q < 12"))
    error = str(run("synth", source, "--cycles", "2").exception)
    assert "sva.sv:4: error: encountered unsupported SVA feature" in error
    assert "write a |-> b as !a || b" in error


def test_properties_without_a_name_are_called_by_their_lines(tmp_path: Path) -> None:
    source, made = tmp_path / "named.sv", tmp_path / "named.hj"
    source.write_text(
        "module named(input clk, input a, output reg q);\n  always @(posedge clk) q <= a;\n"
        "  always @(posedge clk) begin\n    assert (q || !q); assert (!q || q);\n"
        "    cover (q);\n  end\nendmodule\n"
    )
    assert run("synth", source, "--cycles", "2", "-o", made).exit_code == 0
    frames = read_design(made).frames
    assert frames is not None
    assert sorted(frames.names("assert")) == ["assert_4", "assert_4_2"]
    assert frames.names("cover") == ("cover_5",)


def test_options_that_need_each_other(repository: Path) -> None:
    counter = repository / "rtl_examples/clocked/counter.v"
    assert "--init goes with --cycles" in run("synth", counter, "--init", "zero").output
    assert (
        "--mine does not go with --cycles" in run("synth", counter, "--cycles", 2, "--mine").output
    )
    assert "--cycles" in str(run("synth", counter).exception)


def test_a_row_of_a_cycle_shows_fields(tmp_path: Path) -> None:
    pytest.importorskip("pyosys")  # which has slang
    source = tmp_path / "c.sv"
    source.write_text(
        "module c(input clk, input struct packed {logic go; logic [1:0] by;} r,\n"
        "output logic signed [2:0] m [0:1]);\n"
        "logic signed [2:0] q = -2; always_ff @(posedge clk) if (r.go) q <= q + r.by;\n"
        "assign m[0] = q; assign m[1] = ~q; endmodule\n"
    )
    design = tmp_path / "c.hj"
    assert run("synth", source, "--cycles", "2", "-o", design, "-q").exit_code == 0
    clamps = ["-c", "r.by@*=1", "-c", "r.go@0=1", "-c", "r@1=5"]
    for command in ("simulate", "prove"):
        rows = [line.split()[:5] for line in run(command, design, *clamps).output.splitlines()]
        start = rows.index(["cycle", "r.go", "r.by", "m[0]", "m[1]"])
        assert rows[start + 1 : start + 4] == [
            ["0", "1", "1", "-2", "1"],
            ["1", "1", "1", "-1", "0"],
            ["2", "0", "-1", "0"],
        ]
