"""`inputs` as a dynamics, and `auto`, which tries it first."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import invc
from designs import CELLS, multiplier
from free_inputs import KERNELS, answers_of, numbers, prepared
from invc.design import Clamp, Design, parse_biases, parse_clamps, parse_combination, presolve
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.engine import Effort, Problem, problem_of, run
from invc.engine.auto import Auto, cost_of
from invc.engine.block import Block, Outcome
from invc.engine.inputs import search
from invc.engine.inputs.search import Search, Wish
from invc.engine.verify import Verified
from invc.pbits.backend import backend_named
from typed import sure

ROTATOR = """module rotator(input [15:0] x, input [3:0] s, output [15:0] y);
wire [31:0] d = {x, x} << s; assign y = d[31:16];
endmodule"""
C17 = """module c17(input n1, n2, n3, n6, n7, output n22, n23);
wire n10 = ~(n1 & n3), n11 = ~(n3 & n6), n16 = ~(n2 & n11), n19 = ~(n11 & n7);
assign n22 = ~(n10 & n16), n23 = ~(n16 & n19);
endmodule"""  # of ISCAS-85, after Brglez and Fujiwara
COPIES = """module copies(input [3:0] a, b, c, d, output [7:0] x, y);
assign x = a * b; assign y = c * d;
endmodule"""


@pytest.fixture(scope="module")
def rotator() -> Design:
    return invc.synth(ROTATOR)


@pytest.fixture(scope="module")
def copies() -> Design:
    return invc.synth(COPIES)


def problem(
    *texts: str, n: int = 4, forbid: Sequence[str] = (), bias: Sequence[str] = ()
) -> Problem:
    design = assemble(multiplier(n), CELLS)
    forbidden = [parse_combination(design.netlist, text) for text in forbid]
    clamped = presolve(design, parse_clamps(design.netlist, texts), forbidden)
    return problem_of(design, clamped, parse_biases(design.netlist, bias))


def sampled_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is enumerated: what is left is sampled, whatever its size."""
    monkeypatch.setattr(search, "EFFORTS", (-1.0, -1.0, -1.0))


def inputs_of(design: Design, state: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    rows = [state[(bit >> 1) - 1] for port in design.netlist.inputs for bit in port.bits]
    return numbers(np.array(rows))


def test_all_answers_are_found_and_known_to_be_all() -> None:
    result = run(problem("p=60"), Effort(seed=1))
    assert {(a.ports["a"], a.ports["b"]) for a in result.answers} == {
        (4, 15),
        (15, 4),
        (5, 12),
        (12, 5),
        (6, 10),
        (10, 6),
    }
    assert (result.total, result.dynamics, result.impossible) == (6, "inputs", False)
    assert all(answer.energy == 0 for answer in result.answers)
    assert result.strict_reads == result.verified_reads == result.reads
    fewer = run(problem("p=60", forbid=["a=15", "a=4:b=15"]), Effort(seed=1))
    assert fewer.total == len(fewer.answers) == 4


def test_what_has_no_answer_is_ruled_out_without_sat() -> None:
    result = run(problem("p=134"), Effort())
    assert result.impossible
    assert (result.total, result.answers) == (0, ())
    design = assemble(multiplier(4), CELLS)
    samples = invc.simulate(design, p=134)
    assert samples.status == "impossible"
    assert samples.summary == "impossible: no value of the free inputs gives what is held"


@pytest.mark.parametrize(
    "wanted", [{}, {"target": 1}, {"reads": 1500}, {"reads": 100, "sweeps": 20}]
)
def test_equal_seeds_give_equal_results_by_all_kernels_and_threads(
    monkeypatch: pytest.MonkeyPatch, wanted: Mapping[str, Any]
) -> None:
    sampled_only(monkeypatch)
    found = [
        run(
            problem("p=143"),
            Effort(dynamics="inputs", kernel=kernel, threads=threads, seed=3, **wanted),
        )
        for kernel, threads in (*((name, 1) for name in KERNELS), (KERNELS[0], 2), ("reference", 1))
    ]
    assert found[0].answers
    for other in found[1:]:
        assert (other.answers, other.reads, other.flips, other.sweeps) == (
            found[0].answers,
            found[0].reads,
            found[0].flips,
            found[0].sweeps,
        )


def test_samples_are_even(monkeypatch: pytest.MonkeyPatch, rotator: Design) -> None:
    """Chi-square for each degree of freedom, over all answers, at fixed temperatures."""
    sampled_only(monkeypatch)
    four = assemble(multiplier(4), CELLS)
    cases = (
        (rotator, ["y=0b0001011100101101"]),
        (invc.synth(C17), ["n22=1"]),
        (four, ["p[7]=0", "p[3]=1", "p[4]=1"]),
        (four, ["p[2]=1", "a[0]=1"]),
        (four, ["p[5:4]=3"]),
    )
    for design, texts in cases:
        clamps = parse_clamps(design.netlist, texts)
        truth = sorted(answers_of(design, clamps))
        asked = Search(sure(prepared(design, clamps)), KERNELS[0])
        counts = dict.fromkeys(truth, 0)
        for number in range(10):
            found = asked.run(Wish(5, number, sweeps=128), lambda: False)
            assert found is not None
            values = inputs_of(design, asked.marginal.state(found.kept))
            for value in values.tolist():
                if value in counts:
                    counts[value] += 1
        seen = np.array(list(counts.values()))
        expected = seen.sum() / len(seen)
        assert expected > 5
        chi = ((seen - expected) ** 2 / expected).sum() / (len(seen) - 1)
        assert chi < 1.5, (texts, len(truth), chi)


def test_biases_weigh_answers_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn and sampled alike: by the product of P over biased bits that are 1, 1 - P over others."""
    for enumerated in (True, False):
        if not enumerated:
            sampled_only(monkeypatch)
        asked = problem("p[1]=1", n=2, bias=["a[1]=0.8", "p[2]=0.3"])
        design = asked.judge.design
        result = run(asked, Effort(dynamics="inputs", reads=20_480, sweeps=64, seed=2))
        weights = {}
        for answer in result.answers:
            a, p = answer.ports["a"], answer.ports["p"]
            weights[a, answer.ports["b"]] = (0.8 if a >> 1 & 1 else 0.2) * (
                0.3 if p >> 2 & 1 else 0.7
            )
        assert len(weights) == len(answers_of(design, asked_clamps(design)))
        total = sum(weights.values())
        for answer in result.answers:
            share = weights[answer.ports["a"], answer.ports["b"]] / total
            expected = share * result.verified_reads
            assert abs(answer.reads - expected) < 5 * np.sqrt(expected), (enumerated, answer)
        assert result.biased == (0.8, 0.3)


def asked_clamps(design: Design) -> tuple[Clamp, ...]:
    return parse_clamps(design.netlist, ["p[1]=1"])


def test_components_are_sampled_apart_and_put_together(
    monkeypatch: pytest.MonkeyPatch, copies: Design
) -> None:
    sampled_only(monkeypatch)
    clamps = parse_clamps(copies.netlist, ["x=60", "y=143"])
    asked = Search(sure(prepared(copies, clamps)), KERNELS[0])
    assert len(asked.marginal.components) == 2
    truth = answers_of(copies, clamps)
    assert len(truth) == 12
    seen = set()
    for number in range(4):
        found = asked.run(Wish(1, number), lambda: False)
        assert found is not None
        values = inputs_of(copies, asked.marginal.state(found.kept))
        assert found.lanes > 0
        good = [value for value in values.tolist() if value in truth]
        assert len(good) >= found.lanes
        seen |= set(good)
    assert seen == truth
    assert asked.run(Wish(1, 0), lambda: True) is None


def test_counts_are_those_of_sat(copies: Design, rotator: Design) -> None:
    c17: tuple[Design, dict[str, int]] = invc.synth(C17), {"n22": 1, "n23": 0}
    asked = ((copies, {"x": 60, "y": 143}), (rotator, {"y": 0b0101010101010101}), c17)
    for design, clamps in asked:
        proven = invc.prove(design, clamps, count=True)
        samples = invc.simulate(design, clamps)
        assert samples.result is not None
        assert samples.result.total == len(proven.answers)
        assert {tuple(a.items()) for a in samples.answers} == {
            tuple(a.items()) for a in proven.answers
        }


@pytest.mark.parametrize(
    "given, message",
    [
        ({"beta": (1.0, 2.0)}, "inputs has temperatures of its own, and no beta"),
        ({"settings": {"noise": "1"}}, "inputs has no setting 'noise'"),
    ],
)
def test_what_inputs_does_not_know_is_refused(given: Mapping[str, Any], message: str) -> None:
    with pytest.raises(InvcError) as fault:
        run(problem("p=143"), Effort(dynamics="inputs", **given))
    assert fault.value.message == message


def test_a_bounded_run_is_about_the_network() -> None:
    for given in ({"reads": 64}, {"sweeps": 16, "reads": 64}, {"beta": (0.5, 1.0)}):
        assert (
            "inputs" not in run(problem("p=143"), Effort(time_limit=5, target=1, **given)).dynamics
        )
    assert run(problem("p=143"), Effort(dynamics="inputs", reads=64)).verified_reads == 64


def outcome(
    dynamics: str, number: int, answers: int, updates: int, total: int | None = None
) -> Outcome:
    found: dict[tuple[int, ...], tuple[int, int]] = {(k,): (1, 0) for k in range(answers)}
    verified = Verified(1024, answers, answers, found)
    none = np.zeros((0, 0), dtype=np.uint64)
    block = Block(number, dynamics, 512, 1024)
    return Outcome(block, verified, 10, updates, True, none, total=total)


def auto() -> Auto:
    return Auto(problem("p=143"), backend_named())


def names(chosen: Auto, tried: Sequence[Outcome], count: int = 40) -> list[str]:
    return [chosen.choice(k, 512, tried, 100).dynamics for k in range(len(tried), count)]


def test_auto_goes_on_with_whoever_brings_most_for_its_cost() -> None:
    first = outcome("inputs", 0, 3, 1000)
    chosen = auto()
    assert chosen.first == "inputs"
    assert chosen.alone([])
    assert chosen.alone([first])
    tried = [first, outcome("staged", 1, 30, 1000), outcome("pt", 2, 0, 1000)]
    assert not chosen.alone(tried)
    assert cost_of(tried[1]) > cost_of(first)
    assert set(names(chosen, tried)) == {"staged"}
    assert "staged brought 30 answers" in chosen.why(tried)
    tried[1] = outcome("staged", 1, 10, 1000)
    assert set(names(chosen, tried)) == {"inputs"}


def test_auto_tries_nobody_else_where_all_answers_are_known() -> None:
    first = outcome("inputs", 0, 3, 1000, total=5)
    chosen = auto()
    assert not chosen.alone([first])
    assert set(names(chosen, [first])) == {"inputs"}
    assert chosen.why([first]) == "inputs brought 3 answers in its first block"


@pytest.mark.parametrize("ratio", [0.01, 0.3, 1.0, 2.5, 7.0])
def test_auto_takes_turns_that_cost_about_the_same(ratio: float) -> None:
    chosen = auto()
    object.__setattr__(chosen, "ratio", ratio)
    tried = [outcome("inputs", 0, 0, 1000)]
    turns = [chosen.choice(k, 512, tried, 100) for k in range(1, 400)]
    mine = [c for c in turns if c.dynamics == "inputs"]
    others = [c for c in turns if c.dynamics != "inputs"]
    assert [c.turn for c in mine] == list(range(1, len(mine) + 1))
    assert {c.dynamics for c in others} == {"staged", "pt"}
    assert [c.turn for c in others] == list(range(len(others)))
    spent = len(mine) * ratio / len(others)
    assert (0.4 < spent < 2.5) or (ratio < 1 / 8 and len(mine) > 7 * len(others))
    assert chosen.why(tried) == "a block of inputs brought no answer: all take turns"


def test_auto_leaves_inputs_that_would_be_slow_for_later() -> None:
    chosen = auto()
    object.__setattr__(chosen, "ratio", 50.0)
    object.__setattr__(chosen, "seconds", 5.0)
    assert chosen.first == "staged"
    tried = [outcome("staged", 0, 0, 1000)]
    assert names(chosen, tried, 10).count("inputs") >= 1
