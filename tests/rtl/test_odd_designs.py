"""Designs that circuits must not mind: odd names, one bit, constants, copies, time steps."""

from pathlib import Path

import pytest

from invc.design import Design
from invc.frontend.yosys import Sources
from invc.library.limits import Limits
from invc.pipeline import synth
from invc.rtl.bench import expect
from invc.rtl.check import check, lint
from invc.rtl.circuit import ARCHITECTURES
from invc.rtl.programs import run_well, yosys_command
from invc.rtl.project import project_files
from invc.rtl.settings import Wishes, circuit_of
from invc.rtl.software import Run
from invc.sequential.compile import Time, synth_clocked
from rtl.tools import needs

ROOT = Path(__file__).resolve().parents[2]
CYCLES = 100
NAMES = r"""module \weird-name (input [1:0] \clk , input \begin , input \logic , input r, input x,
  input [0:2] \found[3] , output [2:0] limit, output \a+b , output \m , output \x_hold ,
  output DESIGN, output COUNT, output [1:0] n5);
  assign limit = \clk + {1'b0, \begin } + \found[3] ;
  assign \a+b = \logic ^ \begin ;
  assign \m = \logic & x;
  assign \x_hold = r | x;
  assign DESIGN = r ^ x ^ \logic ;
  assign COUNT = r & \begin ;
  assign n5 = {r, x} + {1'b0, \begin };
endmodule"""
WORDS = r"""module \module (input \endmodule , input \always , output \wire , output \logic$ );
  assign \wire = \endmodule & \always ;
  assign \logic$ = \always ;
endmodule"""
DESIGNS = {
    "names": NAMES,
    "words": WORDS,
    "one bit": "module one(input a, output y); assign y = ~a; endmodule",
    "constant": "module top(input a, output y); assign y = 1'b1; endmodule",
    "some constants": "module clk(input a, input [3:0] b, output [3:0] y, output z);"
    " assign y = {a, 2'b10, b[0] & a}; assign z = 1'b0; endmodule",
}


def compared(design: Design, architecture: str) -> None:
    wishes = Wishes(
        architecture, cycles=CYCLES, lanes=3, divider=0 if architecture == "sparse" else 16
    )
    circuit = circuit_of(design, (), wishes)
    files = project_files(expect(circuit, (), Run(3, 0, 5), CYCLES))
    assert lint(files, circuit.name) == ""
    assert check(files, circuit.name, "iverilog") == CYCLES + 1


@needs("iverilog")
@needs("verilator")
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("name", DESIGNS)
def test_odd_designs_equal_the_software_and_are_clean(
    tmp_path: Path, name: str, architecture: str
) -> None:
    source = tmp_path / "odd.v"
    source.write_text(DESIGNS[name])
    compared(synth(Sources((source,))), architecture)


@needs("iverilog")
@needs("verilator")
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("name", ["counter", "lfsr", "lock", "serial_multiplier"])
def test_clocked_designs_are_circuits_of_their_time_steps(name: str, architecture: str) -> None:
    source = ROOT / f"rtl_examples/clocked/{name}.v"
    compared(synth_clocked(Sources((source,)), Time(2)), architecture)


@needs("iverilog")
@needs("verilator")
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("limits", [Limits(degree=5), Limits(bits=4)], ids=str)
def test_models_that_were_made_narrower(limits: Limits, architecture: str) -> None:
    source = ROOT / "rtl_examples/multiplier/multiplier.v"
    compared(synth(Sources((source,), parameters={"W": "2"}), limits=limits), architecture)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_yosys_accepts_every_example(tmp_path: Path, architecture: str) -> None:
    script = []
    for path in sorted(ROOT.glob("rtl_examples/*/*.v")):
        if path.parent.name == "clocked":
            continue
        design = synth(Sources((path,)))
        circuit = circuit_of(design, (), Wishes(architecture, cycles=CYCLES))
        files = project_files(expect(circuit, (), Run(), 1))
        folder = tmp_path / circuit.name
        folder.mkdir()
        for file, text in files.items():
            (folder / file).write_text(text)
        sources = [f"{circuit.name}/{f}" for f in files if f.endswith(".v") and f != "bench.v"]
        script += [
            "design -reset",
            f"read_verilog {' '.join(sources)}",
            f"hierarchy -check -top {circuit.name}_pins",
            "proc",
            "check -assert",
        ]
    (tmp_path / "all.ys").write_text("\n".join([*script, ""]))
    run_well(yosys_command("all.ys"), tmp_path)
