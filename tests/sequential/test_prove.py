"""Clocked designs asked cycle by cycle, and for all time."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from clocked import random_machine
from invc.ask import read_question
from invc.ask.proofs import Proving, prove
from invc.cli import invc
from invc.design import Design
from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.netlist import Function, Gate, Netlist, Port
from invc.pipeline import Check
from invc.proof import solve
from invc.proof.bounded import net_cycles
from invc.sequential import Init
from invc.sequential.compile import Time, synth_clocked

ROOT = Path(__file__).resolve().parents[2]
MOST = 6  # cycles


def compiled(path: Path, cycles: int = MOST, init: Init = "source") -> Design:
    """A source over some cycles."""
    return synth_clocked(Sources((path,)), Time(cycles, init), check=Check(wanted=False))


@pytest.fixture(scope="session")
def machines(tmp_path_factory: pytest.TempPathFactory) -> list[Design]:
    """A few random machines."""
    made = []
    for seed in range(6):
        path = tmp_path_factory.mktemp("machine") / "m.v"
        path.write_text(random_machine(seed, mixed=bool(seed % 2)))
        made.append(compiled(path))
    return made


@given(st.integers(0, 5), st.integers(0, 255), st.sampled_from(["", "rst@1=1", "a@*=0", "b@2=5"]))
def test_the_first_cycle_is_the_first(
    machines: list[Design], which: int, value: int, held: str
) -> None:
    """As each cycle asked by itself says."""
    design = machines[which]
    clamps = [held] if held else []
    found = prove(read_question(design, [*clamps, f"y@any={value}"]), Proving()).details
    alone = [
        solve(design, read_question(design, [*clamps, f"y@{t}={value}"]).clamps).status
        for t in range(MOST + 1)
    ]
    wanted = alone.index("possible") if "possible" in alone else None
    assert (found.cycle, found.status) == (  # type: ignore[attr-defined]
        wanted,
        "impossible" if wanted is None else "possible",
    )
    if wanted is not None:
        assert found.answer[f"y@{wanted}"] == value  # type: ignore[attr-defined]
        assert found.refuted == wanted  # type: ignore[attr-defined]


def test_a_net_is_of_the_last_cycle_that_it_depends_on() -> None:
    one, both = Function("ONE", (), ("Y",), (1,)), Function("AND", ("A", "B"), ("Y",), (8,))
    gates = (Gate(one, (8,)), Gate(both, (2, 8, 10)), Gate(both, (10, 7, 12)))
    ports = (
        *(Port("a@init", "input", (2,)), Port("a@1", "input", (4,)), Port("a@2", "input", (6,))),
        Port("y@2", "output", (12,)),
    )
    netlist = Netlist("n", ports, gates, ("", *"abcdef"))
    assert net_cycles(netlist) == [0, 0, 1, 2, 0, 0, 2]


def test_forbidden_traces_are_passed_over(machines: list[Design]) -> None:
    design = machines[0]
    first = prove(read_question(design, ["y@any=0"]), Proving()).details
    cycle = first.cycle  # type: ignore[attr-defined]
    question = read_question(design, ["y@any=0"], [f"y@{cycle}=0"])
    other = prove(question, Proving()).details
    assert other.cycle is None or other.cycle > cycle  # type: ignore[attr-defined]


FOREVER = """
module m(input clk, input up, output reg [2:0] n, output reg [1:0] ring);
initial n = 0;
initial ring = 1;
always @(posedge clk) begin
  if (up && n != 5) n <= n + 1;
  ring <= {ring[0], ring[1]};
end
`ifdef FORMAL
always @(posedge clk) begin
  low: assert (n <= 5);
  odd: assert (n != 7);
  one: assert (^ring);
  five: cover (n == 5);
  none: cover (ring == 0);
end
`endif
endmodule
"""


@pytest.fixture(scope="session")
def forever(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A counter that stops at 5, beside a ring."""
    path = tmp_path_factory.mktemp("forever") / "m.v"
    path.write_text(FOREVER)
    return path


def run(*arguments: object) -> Result:
    """A command."""
    return CliRunner().invoke(invc, [str(a) for a in arguments])


def test_induction(forever: Path, tmp_path: Path) -> None:
    made = tmp_path / "m.hj"
    assert run("synth", forever, "--cycles", 6, "--init", "free", "-o", made).exit_code == 0
    cases = {
        ("--violate", "low"): (4, "impossible: in no cycle at all, by induction over 2 cycles"),
        ("--violate", "one"): (4, "impossible: in no cycle at all, by induction over 2 cycles"),
        ("--cover", "none"): (4, "impossible: in no cycle at all, by induction over 2 cycles"),
        # it may stay at 6 as long as it likes before 7, and no start leads there
        ("--violate", "odd"): (3, "undecided: in none of 7 cycles; induction takes more of them"),
        ("--cover", "five"): (0, "possible in cycle 5, in no earlier one, for example:"),
    }
    for words, (status, text) in cases.items():
        done = run("prove", made, *words, "--induction")
        assert (done.exit_code, done.output.splitlines()[0]) == (status, text), words
    done = run("prove", made, "--cover", "five", "--induction", "-c", "up@*=0")
    assert done.exit_code == 4
    assert run("prove", made, "--cover", "five", "-c", "n@init=5").exit_code == 0


def test_what_induction_is_not_about(forever: Path) -> None:
    free, source = compiled(forever, 4, "free"), compiled(forever, 4)
    proving = Proving(induction=True)
    for design, clamps, error in (
        (source, ["n@any=7"], "induction begins in any state"),
        (free, [], "induction shows one thing"),
        (free, ["n@any=7", "ring@any=0"], "induction shows one thing"),
        (free, ["n@any=7", "up@1=0"], "up@1 is held in some of it"),
        (free, ["n@any=7", "up@1..end=0"], "up@1 is held in some of it"),
    ):
        with pytest.raises(InvcError, match=error):
            prove(read_question(design, clamps), proving)


def test_time_limits_leave_it_open(forever: Path) -> None:
    found = prove(read_question(compiled(forever), ["n@any=5"]), Proving(time_limit=1e-9))
    assert found.status == "undecided"


def test_the_copies_are_compared(forever: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A netlist that is not its source is told by the cycle in which that shows first."""
    from invc.netlist import evaluate_ports as right
    from invc.sequential import check, compile

    def wrong(*arguments: object) -> dict[str, list[int]]:
        words = right(*arguments)  # type: ignore[arg-type]
        words["n@2"] = [words["n@2"][0] ^ 1, *words["n@2"][1:]]
        return words

    monkeypatch.setattr(check, "evaluate_ports", wrong)
    with pytest.raises(InvcError, match="'n' differs in cycle 2"):
        compile.synth_clocked(Sources((forever,)), Time(3))


def test_random_runs_get_somewhere(forever: Path) -> None:
    """What the copies are compared by reaches more than the first states."""
    from invc.netlist import evaluate_ports
    from invc.sequential.check import _stimulus

    design = compiled(forever)
    inputs = dict(_stimulus({p.name: len(p.bits) for p in design.netlist.inputs}))
    words = evaluate_ports(design.netlist, inputs, 256)
    counts = [
        sum(word.bit_count() << k for k, word in enumerate(words[f"n@{t}"])) for t in range(6)
    ]
    assert all(a < b for a, b in pairwise(counts))


def test_without_time_nothing_is_decided(tmp_path: Path) -> None:
    path = tmp_path / "m.v"
    path.write_text(random_machine(0))
    question = read_question(compiled(path, 2, "free"), ["y@any=3"])
    for induction in (False, True):
        began = time.perf_counter()
        late: Any = prove(question, Proving(induction=induction, time_limit=1e-9)).details
        soon: Any = prove(question, Proving(induction=induction)).details
        assert (late.status, late.answer) == ("undecided", None)
        assert 0 < soon.seconds <= time.perf_counter() - began
