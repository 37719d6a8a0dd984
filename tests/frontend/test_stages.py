"""What a run notes of its steps: gates, nets and ancillas, counted by hand."""

from pathlib import Path

import pytest

from invc.frontend.yosys import Sources
from invc.library import hamlib
from invc.pipeline import OBJECTIVES, Check, Journal, Stage, synth

TEXT = """module m(input [1:0] a, input b, c, output [3:0] y);
  wire n;
  HA g0 (.A(a[0]), .B(b), .S(y[0]), .C(n));
  XOR2 g1 (.A(a[1]), .B(n), .Y(y[1]));
  XOR2 g2 (.A(c), .B(1'b1), .Y(y[2]));
  AND2 g3 (.A(n), .B(c), .Y(y[3]));
endmodule
"""


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_steps_in_order_and_what_they_leave(tmp_path: Path, objective: str) -> None:
    path = tmp_path / "m.v"
    path.write_text(TEXT)
    journal = Journal()
    sources = Sources((path,), gate_level=True)
    design = synth(sources, objective=objective, check=Check(wanted=False), journal=journal)
    assert [one.name for one in journal.stages] == [
        *("read", *OBJECTIVES[objective].passes, "assemble")
    ]
    read, simplified, *_, last = journal.stages
    ancillas = len(hamlib()["XOR2"].ancillas)
    assert ancillas == 1
    # Four inputs, and what gates drive; the inverter that g2 is goes at once.
    assert counts(read) == (4, 4 + 2 + 1 + 1 + 1, 2 * ancillas)
    assert counts(simplified) == (3, 4 + 2 + 1 + 1, ancillas)
    nets, gates = design.netlist.net_count, len(design.netlist.gates)
    assert counts(last) == (gates, nets, design.model.spins - nets)
    assert all(one.seconds >= 0 for one in journal.stages)
    assert (journal.yosys, journal.agreement) == (None, None)


def counts(stage: Stage) -> tuple[int, int, int]:
    return stage.gates, stage.nets, stage.ancillas


def test_a_gate_of_three_inputs_is_two_of_the_library(tmp_path: Path) -> None:
    path = tmp_path / "m.v"
    path.write_text("module m(input [2:0] a, output y); NAND3 g(a[0], a[1], a[2], y); endmodule")
    journal = Journal()
    synth(Sources((path,), gate_level=True), check=Check(wanted=False), journal=journal)
    gates, nets, ancillas = counts(journal.stages[0])
    assert (gates, nets, ancillas) == (2, 5, 0)
