"""At equilibrium answers are as likely as they should be."""

from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import AND2, CELLS, XOR2, multiplier, netlists
from invc.design import (
    Clamped,
    Contradiction,
    Design,
    bias_design,
    bit_names,
    parse_biases,
    parse_clamps,
    parse_combination,
    presolve,
)
from invc.design.assemble import assemble
from invc.engine.equilibrium import Setting
from invc.engine.statistics import clustered, marginals, uniformity, upper_tail
from invc.frontend.yosys import Sources
from invc.netlist import Gate, Netlist, Port
from invc.pipeline import synth
from invc.proof import count
from sampling import equilibrium


@pytest.fixture(scope="module")
def popcount(repository: Path) -> Design:
    return synth(Sources((repository / "rtl_examples/popcount/popcount.v",)))


def start(
    design: Design, clamps: Sequence[str], forbidden: Sequence[str] = ()
) -> tuple[Clamped, int]:
    held = parse_clamps(design.netlist, clamps)
    bits = [parse_combination(design.netlist, text) for text in forbidden]
    return presolve(design, held, bits), count(design, held, forbidden=bits).number


@pytest.mark.parametrize("dynamics", ["gibbs", "pt", "auto"])
@pytest.mark.parametrize("seed", [0, 1])
def test_words_of_one_weight_are_uniform(popcount: Design, dynamics: str, seed: int) -> None:
    """Chi-square at 99.9 %."""
    clamped, number = start(popcount, ["count=4"])
    assert number == 70
    sampled = equilibrium(popcount, clamped, dynamics=dynamics, seed=seed, enough=20_000)
    assert sampled.setting.dynamics == ("gibbs" if dynamics == "gibbs" else "pt")
    reads = [answer.reads for answer in sampled.result.answers]
    result = uniformity(reads, number)
    assert result.passed
    assert result.reads >= 20_000
    assert not result.few
    assert sampled.mixed
    assert sampled.result.verified_reads == sum(reads) == sampled.samples.sum()


def test_one_answer_forbidden_leaves_the_others_uniform(popcount: Design) -> None:
    clamped, number = start(popcount, ["count=4"], ["x=0b11110000", "x[0]=1:x[1]=1:x[2]=1:x[3]=1"])
    assert number == 68
    found = equilibrium(popcount, clamped, enough=10_000).result.answers
    assert uniformity([answer.reads for answer in found], 68).passed
    assert not {0b11110000, 0b1111} & {answer.ports["x"] for answer in found}


def test_ladders_mix_where_a_chain_does_not(popcount: Design) -> None:
    clamped, number = start(popcount, ["count=4"])
    options: dict[str, Any] = {"beta": 2.2, "thin": 64, "reads": 20_480}
    frozen = equilibrium(popcount, clamped, dynamics="gibbs", **options)
    ladders = equilibrium(popcount, clamped, dynamics="pt", low=0.6, **options)
    assert not frozen.mixed
    assert ladders.mixed
    assert ladders.setting == Setting(2.2, 64, 0.6)
    assert ladders.result.verified_reads > 0.8 * ladders.result.reads
    assert uniformity([answer.reads for answer in ladders.result.answers], number).passed


def test_one_free_bit_is_judged_by_enough_chains() -> None:
    """Few chains of a ladder, looked at too seldom, seem to forget what they remember."""
    ports = (Port("a", "input", (2,)), Port("y", "output", (0,)))
    gates = Gate(AND2, (0, 1, 4)), Gate(XOR2, (3, 4, 6))
    design = assemble(Netlist("top", ports, gates, ("", "n0", "n1", "n2")), CELLS)
    clamped, _ = start(design, [])
    runs = [equilibrium(design, clamped, dynamics="pt", seed=seed) for seed in range(30)]
    assert all(run.mixed for run in runs)


def test_any_ladder_that_is_asked_for_is_run(popcount: Design) -> None:
    """Also one whose ends are the same, or nearly, or that starts colder than the pilot's."""
    clamped, _ = start(popcount, ["count=4"])
    for low, beta in ((None, 0.5), (None, 3.0), (0.5, 0.5001), (1.0, 1.5)):
        for thin in (None, 1, 20):
            got = equilibrium(
                popcount, clamped, dynamics="pt", low=low, beta=beta, thin=thin, reads=3000
            )
            assert got.result.reads == 3000
            assert got.setting.beta == beta
            assert got.setting.low is not None
            assert low in (None, got.setting.low)
            assert thin in (None, got.setting.thin)


def test_chains_that_do_not_mix_are_said_so(popcount: Design) -> None:
    clamped, _ = start(popcount, ["count=4"])
    frozen = equilibrium(popcount, clamped, beta=4.0, thin=1, reads=40_960)
    assert not frozen.mixed
    assert not uniformity([answer.reads for answer in frozen.result.answers], 70).passed


@pytest.mark.parametrize("dynamics", ["gibbs", "pt"])
def test_same_seed_same_samples_whatever_the_threads(popcount: Design, dynamics: str) -> None:
    clamped, _ = start(popcount, ["count=4"])
    options: dict[str, Any] = {"dynamics": dynamics, "reads": 9000}
    one = equilibrium(popcount, clamped, seed=5, **options, threads=1)
    two = equilibrium(popcount, clamped, seed=5, **options, threads=3)
    assert one.result.answers == two.result.answers
    assert one.setting == two.setting
    assert (one.ones == two.ones).all()
    assert one.result.reads == 9000
    assert equilibrium(popcount, clamped, seed=6, **options).result.answers != one.result.answers


@pytest.mark.parametrize("dynamics", ["gibbs", "pt"])
@given(netlist=netlists(max_gates=5), data=st.data())
@settings(max_examples=8)
def test_answers_of_any_netlist_are_uniform(
    dynamics: str, netlist: Netlist, data: st.DataObject
) -> None:
    design = assemble(netlist, CELLS)
    labels = sorted({label for port in netlist.ports for label in bit_names(port)})
    bit = st.tuples(st.sampled_from(labels), st.sampled_from("01"))
    held = dict(data.draw(st.lists(bit, max_size=2)))
    try:
        clamped, number = start(design, [f"{name}=0b{value}" for name, value in held.items()])
    except Contradiction:
        return
    if clamped.free == 0 or number == 0:
        return
    sampled = equilibrium(design, clamped, dynamics=dynamics, enough=5000, time_limit=900)
    reads = [answer.reads for answer in sampled.result.answers]
    assert sampled.mixed
    assert upper_tail(uniformity(reads, number).chi_square, number - 1) > 1e-6  # of many tries


def test_marginals_agree_with_the_answers(popcount: Design) -> None:
    clamped, _ = start(popcount, ["count=4"])
    sampled = equilibrium(popcount, clamped, reads=20_000)
    chains = clustered(popcount.netlist.ports, sampled.samples, sampled.ones)
    plain = marginals(popcount.netlist.ports, sampled.result.answers)
    assert [m.name for m in chains] == [m.name for m in plain]
    for one, other in zip(chains, plain, strict=True):
        assert one.probability == pytest.approx(other.probability)
        assert one.error == pytest.approx(other.error, rel=0.3, abs=1e-9)
    assert all(abs(m.probability - 0.5) < 5 * m.error for m in chains[:8])


@pytest.mark.parametrize(
    "options",
    [
        {"dynamics": "gibbs", "thin": 64, "enough": 20_000},
        {"dynamics": "pt", "low": 0.4, "thin": 16, "enough": 4_000},
    ],
)
def test_biased_bits_weigh_answers_by_their_odds(
    popcount: Design, options: Mapping[str, Any]
) -> None:
    clamped, number = start(popcount, ["count=1"])
    beta = 0.8
    wanted = {f"x[{k}]": p for k, p in enumerate((0.8, 0.3, 0.5, 0.6))}
    texts = [f"{name}={p}" for name, p in wanted.items()]
    biases = parse_biases(popcount.netlist, texts)
    made = dict(zip(wanted, bias_design(popcount, biases, beta).probabilities, strict=True))
    assert all(abs(made[name] - p) <= 0.005 for name, p in wanted.items())
    sampled = equilibrium(popcount, clamped, biases=biases, beta=beta, **options)
    weights = {
        1 << j: prod(
            made.get(f"x[{k}]", 0.5) if k == j else 1 - made.get(f"x[{k}]", 0.5) for k in range(8)
        )
        for j in range(8)
    }
    total = sum(answer.reads for answer in sampled.result.answers)
    reads = {answer.ports["x"]: answer.reads for answer in sampled.result.answers}
    expected = {x: total * weight / sum(weights.values()) for x, weight in weights.items()}
    assert len(reads) == number == 8
    chi_square = sum((reads[x] - expected[x]) ** 2 / expected[x] for x in expected)
    assert upper_tail(chi_square, 7) > 1e-3
    assert reads[1] > 5 * reads[2]


def test_a_time_limit_ends_it_with_what_there_is() -> None:
    design = assemble(multiplier(8), CELLS)
    clamped, _ = start(design, ["p=38243"])
    sampled = equilibrium(design, clamped, time_limit=0.7)
    assert sampled.result.seconds < 20
    assert not sampled.result.interrupted


def test_interrupt_keeps_what_was_found(popcount: Design) -> None:
    clamped, _ = start(popcount, ["count=4"])

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    sampled = equilibrium(popcount, clamped, dynamics="gibbs", progress=stop)
    assert sampled.result.interrupted
    assert sampled.result.reads == 4096
    assert np.count_nonzero(sampled.samples) == sampled.result.verified_reads
