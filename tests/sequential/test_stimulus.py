"""Traces read back: waveforms of ours and of Icarus Verilog, and tables."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from clocked import random_answer
from invc.ask.stimulus import read_stimulus
from invc.design import Design, parse_clamps
from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.pipeline import Check
from invc.report.frames import format_waveforms
from invc.sequential.compile import Time, synth_clocked

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "rtl_examples/clocked/lock.v"


@pytest.fixture(scope="session")
def lock() -> Design:
    """The lock over five cycles."""
    return synth_clocked(Sources((LOCK,)), Time(4), check=Check(wanted=False))


def held(design: Design, texts: list[str]) -> dict[str, int]:
    """The bits that texts hold."""
    return {clamp.name: clamp.value for clamp in parse_clamps(design.netlist, texts)}


def bits(design: Design, answer: dict[str, int]) -> dict[str, int]:
    """The bits of an answer's signals."""
    texts = [f"{p.name}={answer[p.name]}" for p in design.netlist.ports]
    return held(design, texts)


def test_our_own_waveforms_hold_everything(lock: Design, tmp_path: Path) -> None:
    pytest.importorskip("vcd")
    assert lock.frames is not None
    answer, file = random_answer(lock, 3), tmp_path / "t.vcd"
    file.write_text(format_waveforms(lock.frames, lock.netlist, answer))
    assert held(lock, read_stimulus(lock, file)) == bits(lock, answer)


BENCH = """
`timescale 1ns/1ns
module bench;
  reg clk = 0, reset = 0, press = 0; reg [3:0] digit = 4'bx; wire open;
  lock dut (.clk(clk), .reset(reset), .press(press), .digit(digit), .open(open));
  always #5 clk = ~clk;
  initial begin
    $dumpfile("icarus.vcd"); $dumpvars;
    #2 press = 1; digit = 2;
    @(posedge clk) #1 digit = 7;
    @(posedge clk) #1 digit = 4'b01xx; press = 0;
    @(posedge clk) #1 $finish;
  end
endmodule
"""


@pytest.mark.skipif(not shutil.which("iverilog"), reason="iverilog is not installed")
def test_waveforms_of_icarus_are_read_before_each_edge(lock: Design, tmp_path: Path) -> None:
    pytest.importorskip("vcd")
    (tmp_path / "b.v").write_text(BENCH)
    command = ["iverilog", "-g2012", "-o", "b", "b.v", str(LOCK)]
    subprocess.run(command, cwd=tmp_path, check=True)
    subprocess.run(["vvp", "-n", "b"], cwd=tmp_path, check=True, capture_output=True)
    texts = read_stimulus(lock, tmp_path / "icarus.vcd")
    values = [text.split("=", 1) for text in texts]
    digits = {name: value for name, value in values if name.startswith("digit")}
    assert digits == {"digit@0": "0b0010", "digit@1": "0b0111", "digit@2": "0b01xx",
                      "digit@3": "0b01xx"}  # fmt: skip
    assert ["right@2", "0b010"] in values
    assert ["press@2", "0b0"] in values


def test_tables_leave_empty_cells_free(lock: Design, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("cycle,press,digit,right[1:0]\n0,1,0x2,\n1,,0b01x1,3\n2,x,,\n")
    assert held(lock, read_stimulus(lock, file)) == {
        "press@0": 1,
        **{f"digit@0[{k}]": 2 >> k & 1 for k in range(4)},
        **{"digit@1[0]": 1, "digit@1[2]": 1, "digit@1[3]": 0},
        **{"right@1[0]": 1, "right@1[1]": 1},
    }


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("t.csv", "press,digt\n1,2\n", "t.csv:1: error: no signal is called 'digt'"),
        ("t.csv", "press,digit\n1\n", "t.csv:2: error: 1 cells under a head of 2"),
        ("t.csv", "cycle,press\n1,1\n", "t.csv:2: error: cycle '1' where 0 should stand"),
        ("t.csv", "press\n" + "1\n" * 6, "it has 6 cycles, and the design 5"),
        ("t.vcd", "$enddefinitions $end\n#0\n", "there is no clock 'clk' in it"),
        ("t.vcd", "$var wire 1 ! clk $end\n#0 1!", "no signal of the design is in it"),
        ("t.vcd", "no waves", "no Value Change Dump|there is no clock"),
        ("none.csv", None, "cannot read it"),
        ("none.vcd", None, "cannot read it"),
    ],
)
def test_what_is_no_trace_of_it(
    lock: Design, tmp_path: Path, name: str, text: str | None, error: str
) -> None:
    pytest.importorskip("vcd")
    file = tmp_path / name
    if text is not None:
        file.write_text(text)
    with pytest.raises(InvcError, match=error):
        read_stimulus(lock, file)


def test_a_trace_of_other_widths_is_refused(lock: Design, tmp_path: Path) -> None:
    pytest.importorskip("vcd")
    head = "$scope module lock $end\n$var wire 1 ! clk $end\n$var wire 6 # digit [5:0] $end\n"
    (tmp_path / "t.vcd").write_text(
        f"{head}$upscope $end\n$enddefinitions $end\n#0\n0!\nb100000 #\n#9\n"
    )
    with pytest.raises(InvcError, match="'digit' has 6 bits, and 4 in the design"):
        read_stimulus(lock, tmp_path / "t.vcd")
