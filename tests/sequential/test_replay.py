"""Every trace replays in Icarus Verilog, and a trace that is wrong does not."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from clocked import random_answer, replayed
from invc.cli import invc
from invc.design import Design, read_design, write_design
from invc.frontend.yosys import Sources
from invc.pipeline import Check
from invc.sequential import Init
from invc.sequential.compile import Time, synth_clocked

pytestmark = pytest.mark.skipif(not shutil.which("iverilog"), reason="iverilog is not installed")

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.stem for path in (ROOT / "rtl_examples/clocked").glob("*.v"))
CLAIMED = re.compile(r"all \d+ values are as claimed\n")


def compiled(path: Path, cycles: int = 5, init: Init = "source", **given: str) -> Design:
    """A source over some cycles."""
    sources = Sources((path,), parameters=given)
    return synth_clocked(sources, Time(cycles, init), check=Check(wanted=False))


@pytest.mark.parametrize("init", ["source", "zero", "free"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_random_traces_of_examples_replay(name: str, init: Init, tmp_path: Path) -> None:
    path = ROOT / "rtl_examples/clocked" / f"{name}.v"
    design = compiled(path, 6, init)
    for seed in range(3):
        text = replayed(design, random_answer(design, seed), tmp_path, path)
        assert CLAIMED.fullmatch(text), text


@pytest.mark.parametrize("signal", ["open@3", "right@2", "unlock@3", "stays@1", "calm@0"])
def test_a_wrong_value_is_found(signal: str, tmp_path: Path) -> None:
    path = ROOT / "rtl_examples/clocked/lock.v"
    design = compiled(path)
    answer = random_answer(design, 1)
    answer[signal] ^= 1
    text = replayed(design, answer, tmp_path, path)
    assert f"wrong: {signal} is" in text
    assert re.search(r"\n1 of \d+ values are wrong\n", text)


NAMES = """
module leaf #(parameter W = 2) (input clk, input [W-1:0] d, output reg [W-1:0] \\q! );
always @(posedge clk) \\q! <= d;
endmodule
module names #(parameter W = 4) (input clk, input \\x[1] , input [0:W-1] d, input w,
  output [0:W-1] o, output y, output [2:1] word);
wire [W-1:0] wired;
leaf #(W) u1(clk, d, wired);
reg [W-1:0] part = 4'b10xx;
genvar g;
generate for (g = 0; g < 2; g = g + 1) begin : loop
  reg r;
  always @(posedge clk) r <= wired[g];
end endgenerate
always @(posedge clk) part <= part ^ wired;
assign o = part ^ {4{\\x[1] }} ^ {loop[0].r, loop[1].r};
reg hidden;
assign y = hidden;
always @(negedge clk) hidden <= ^d;
reg [2:1] mem [0:3];
assign word = mem[d[0:1]];
always @(posedge clk) if (w) mem[d[2:3]] <= {w, \\x[1] };
`ifdef FORMAL
reg before;
always @(posedge clk) before <= y;
always @(posedge clk) again: cover (before && y);
`endif
endmodule
"""


@pytest.mark.parametrize("init", ["source", "zero", "free"])
def test_names_of_all_kinds(init: Init, tmp_path: Path) -> None:
    path = tmp_path / "names.v"
    path.write_text(NAMES)
    design = compiled(path, 4, init, W="4")
    write_design(design, tmp_path / "names.hj")
    design = read_design(tmp_path / "names.hj")
    assert design.frames is not None
    assert design.frames.parameters == (("W", "4"),)
    variables = {s.name: s.variable for s in design.frames.signals if s.variable}
    assert variables["y"] == "hidden"
    assert variables["wired"] == "u1.q!"
    for seed in range(3):
        answer = random_answer(design, seed)
        text = replayed(design, answer, tmp_path, path)
        assert CLAIMED.fullmatch(text), text


def test_macros_and_parameters_reach_the_simulator(tmp_path: Path) -> None:
    path = tmp_path / "m.v"
    path.write_text(
        "module m #(parameter A = 1) (input clk, output reg [7:0] n);\n"
        "always @(posedge clk) n <= n + A + `STEP;\nendmodule\n"
    )
    sources = Sources((path,), parameters={"A": "3"}, defines={"STEP": "5"})
    design = synth_clocked(sources, Time(3), check=Check(wanted=False))
    answer = random_answer(design, 0)
    assert answer["n@1"] == answer["n@0"] + 8 & 255
    assert CLAIMED.fullmatch(replayed(design, answer, tmp_path, path))


def run(*arguments: object) -> str:
    """What a command prints."""
    done = CliRunner().invoke(invc, [str(a) for a in arguments], catch_exceptions=False)
    assert done.exit_code in (0, 4), done.output
    return done.output


def test_what_is_shown_replays(tmp_path: Path) -> None:
    path, made = ROOT / "rtl_examples/clocked/traffic.v", tmp_path / "traffic.hj"
    run("synth", path, "--cycles", 8, "-o", made)
    design = read_design(made)
    for command in ("simulate", "prove"):
        file, report = tmp_path / f"{command}.v", tmp_path / f"{command}.json"
        run(command, made, "--cover", "turn", "--replay", file, "--json", report)
        solution = json.loads(report.read_text())["solutions"][0]
        assert file.read_text() == _bench(design, solution["ports"], file)
        assert CLAIMED.fullmatch(replayed(design, solution["ports"], tmp_path, path))
        assert 1 in solution["cycles"]["turn"]
        assert solution["cycles"]["car"][8] is None  # nothing depends on it
        assert len(solution["cycles"]["phase"]) == 9


def _bench(design: Design, ports: Mapping[str, int], file: Path) -> str:
    from invc.report.replay import format_replay

    return "".join(format_replay(design, ports, file.name))


def test_without_an_answer_nothing_is_written(tmp_path: Path) -> None:
    path, made = ROOT / "rtl_examples/clocked/lock.v", tmp_path / "lock.hj"
    run("synth", path, "--cycles", 2, "-o", made)
    file = tmp_path / "r.v"
    assert "not written" in run("prove", made, "--cover", "unlock", "--replay", file)
    assert "not written" in run("simulate", made, "--cover", "unlock", "--replay", file)
    assert not file.exists()


def test_a_design_without_time_has_no_trace(tmp_path: Path) -> None:
    path, made = ROOT / "rtl_examples/half_adder/half_adder.v", tmp_path / "half.hj"
    run("synth", path, "-o", made)
    for command in ("simulate", "prove"):
        words = [command, str(made), "--replay", str(tmp_path / "r.v")]
        done = CliRunner().invoke(invc, words)
        assert done.exit_code in (1, 2)
        assert "clocked" in done.output + str(done.exception) or "unrolls" in str(done.exception)
