"""Clocked designs from Python: the same questions as at the command line."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

import invc
from invc.design import Design
from invc.diagnostics import InvcError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def traffic() -> Design:
    """The lights over five cycles, their first state free."""
    return invc.synth(ROOT / "rtl_examples/clocked/traffic.v", cycles=5, init="free")


def test_covers_and_files(traffic: Design, tmp_path: Path) -> None:
    pytest.importorskip("vcd")
    bench, waves, page = tmp_path / "r.v", tmp_path / "w.vcd", tmp_path / "p.html"
    start = {"phase@init": 0, "timer@init": 0, "was_green@init": 0}
    found = invc.simulate(
        traffic, {"reset@*": 0, **start}, cover="turn", replay=bench, vcd=waves, html=page
    )
    assert found
    assert "module invc_replay;" in bench.read_text()
    assert "An answer in time" in page.read_text()
    followed = invc.prove(traffic, stimulus=waves, count=True)
    assert [dict(answer) for answer in followed] == [dict(found[0])]


def test_proofs_for_all_time(traffic: Design) -> None:
    proof = invc.prove(traffic, violate="warned", induction=True)
    assert (proof.status, proof.details.refuted) == ("impossible", 2)  # type: ignore[attr-defined]
    found = invc.prove(traffic, {"phase@init": 0, "timer@init": 0}, cover=["turn"])
    assert found.details.cycle == 4  # type: ignore[attr-defined]


def test_what_needs_a_clocked_design(tmp_path: Path) -> None:
    half = ROOT / "rtl_examples/half_adder/half_adder.v"
    design = invc.synth(half)
    for call in (
        lambda: invc.synth(half, init="zero"),
        lambda: invc.synth(half, cycles=3),
        lambda: invc.prove(design, cover="x"),
        lambda: invc.prove(design, induction=True),
        lambda: invc.prove(design, replay=tmp_path / "r.v"),
        lambda: invc.simulate(design, replay=tmp_path / "r.v"),
        lambda: invc.simulate(design, stimulus=tmp_path / "t.csv"),
    ):
        with pytest.raises(InvcError):
            call()
    assert not list(tmp_path.iterdir())


def test_a_text_is_a_source() -> None:
    text = "module m(input clk, a, output reg q); always @(posedge clk) q <= q ^ a; endmodule"
    design = invc.synth(f"{text}\n", cycles=3, init="zero")
    found = invc.simulate(design, {"q@end": 1})
    assert all(sum(a[f"a@{t}"] for t in range(3)) % 2 for a in found)


RELATED = """
module r(input clk, input [1:0] d, output [2:0] s);
  reg [2:0] q = 0;
  always @(posedge clk) q <= q + d;
  assign s = q;
endmodule
"""


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("s@1=s@2", lambda s, d: s[1] == s[2]),
        ("s@end!=s@1", lambda s, d: s[3] != s[1]),
        ("s@*<4", lambda s, d: max(s) < 4),
        ("s@1..end>d@0", lambda s, d: all(x > d[0] for x in s[1:])),
        ("d@*=s@0..2", lambda s, d: d == s[:3]),
        ("d@[0..1]<=6", lambda s, d: d[0] + 4 * d[1] <= 6),
        ("d@2[0]=d[1]@1", lambda s, d: d[2] & 1 == d[1] >> 1),
    ],
)
def test_relations_in_time(
    tmp_path: Path, text: str, holds: Callable[[list[int], list[int]], bool]
) -> None:
    (tmp_path / "r.v").write_text(RELATED)
    design = invc.synth(tmp_path / "r.v", cycles=3)
    expected = []
    for d in product(range(4), repeat=3):
        s = [0, d[0], (d[0] + d[1]) % 8, sum(d) % 8]
        expected += [d] if holds(s, list(d)) else []
    for answers in (invc.prove(design, [text], count=True), invc.simulate(design, [text])):
        assert sorted(tuple(a[f"d@{t}"] for t in range(3)) for a in answers) == expected


def test_sides_of_unequal_numbers_of_cycles(tmp_path: Path) -> None:
    (tmp_path / "r.v").write_text(RELATED)
    design = invc.synth(tmp_path / "r.v", cycles=3)
    with pytest.raises(InvcError, match="its sides are of 4 and 3 cycles"):
        invc.simulate(design, ["s@*=d@*"])
