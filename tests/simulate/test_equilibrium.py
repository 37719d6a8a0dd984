"""At equilibrium answers are as likely as they should be."""

from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.assemble import assemble
from invc.design import (
    Contradiction,
    bias_design,
    bit_names,
    parse_biases,
    parse_clamps,
    parse_combination,
    presolve,
)
from invc.frontend.yosys import Sources
from invc.pipeline import synth
from invc.prove import count
from invc.simulate.equilibrium import equilibrium
from invc.simulate.statistics import clustered, marginals, uniformity, upper_tail


@pytest.fixture(scope="module")
def popcount(repository):
    return synth(Sources((repository / "rtl_examples/popcount/popcount.v",)))


def start(design, clamps, forbidden=()):
    held = parse_clamps(design.netlist, clamps)
    bits = [parse_combination(design.netlist, text) for text in forbidden]
    return presolve(design, held, bits), count(design, held, forbidden=bits).number


@pytest.mark.parametrize("seed", [0, 1])
def test_words_of_one_weight_are_uniform(popcount, seed):
    clamped, number = start(popcount, ["count=4"])
    assert number == 70
    sampled = equilibrium(popcount, clamped, seed=seed, enough=20_000)
    reads = [answer.reads for answer in sampled.result.answers]
    result = uniformity(reads, number)
    assert result.passed
    assert result.reads >= 20_000
    assert not result.few
    assert sampled.mixed
    assert sampled.result.verified_reads == sum(reads) == sampled.samples.sum()


def test_one_answer_forbidden_leaves_the_others_uniform(popcount):
    clamped, number = start(popcount, ["count=4"], ["x=0b11110000", "x[0]=1:x[1]=1:x[2]=1:x[3]=1"])
    assert number == 68
    found = equilibrium(popcount, clamped, enough=10_000).result.answers
    assert uniformity([answer.reads for answer in found], 68).passed
    assert not {0b11110000, 0b1111} & {answer.ports["x"] for answer in found}


def test_chains_that_do_not_mix_are_said_so(popcount):
    clamped, _ = start(popcount, ["count=4"])
    frozen = equilibrium(popcount, clamped, beta=4.0, thin=1, reads=40_960)
    assert not frozen.mixed
    assert not uniformity([answer.reads for answer in frozen.result.answers], 70).passed


def test_same_seed_same_samples_whatever_the_threads(popcount):
    clamped, _ = start(popcount, ["count=4"])
    one = equilibrium(popcount, clamped, seed=5, reads=9000, threads=1)
    two = equilibrium(popcount, clamped, seed=5, reads=9000, threads=3)
    assert one.result.answers == two.result.answers
    assert one.setting == two.setting
    assert (one.ones == two.ones).all()
    assert one.result.reads == 9000
    assert equilibrium(popcount, clamped, seed=6, reads=9000).result.answers != one.result.answers


@given(netlist=netlists(max_gates=5), data=st.data())
@settings(max_examples=8)
def test_answers_of_any_netlist_are_uniform(netlist, data):
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
    sampled = equilibrium(design, clamped, enough=5000, time_limit=20)
    reads = [answer.reads for answer in sampled.result.answers]
    assert sampled.mixed
    assert upper_tail(uniformity(reads, number).chi_square, number - 1) > 1e-6  # of many tries


def test_marginals_agree_with_the_answers(popcount):
    clamped, _ = start(popcount, ["count=4"])
    sampled = equilibrium(popcount, clamped, reads=20_000)
    chains = clustered(popcount.netlist.ports, sampled.samples, sampled.ones)
    plain = marginals(popcount.netlist.ports, sampled.result.answers)
    assert [m.name for m in chains] == [m.name for m in plain]
    for one, other in zip(chains, plain, strict=True):
        assert one.probability == pytest.approx(other.probability)
        assert one.error == pytest.approx(other.error, rel=0.3, abs=1e-9)
    assert all(abs(m.probability - 0.5) < 5 * m.error for m in chains[:8])


def test_biased_bits_weigh_answers_by_their_odds(popcount):
    clamped, number = start(popcount, ["count=1"])
    beta = 0.8
    wanted = {f"x[{k}]": p for k, p in enumerate((0.8, 0.3, 0.5, 0.6))}
    texts = [f"{name}={p}" for name, p in wanted.items()]
    biases = parse_biases(popcount.netlist, texts)
    made = dict(zip(wanted, bias_design(popcount, biases, beta).probabilities, strict=True))
    assert all(abs(made[name] - p) <= 0.005 for name, p in wanted.items())
    sampled = equilibrium(popcount, clamped, biases=biases, beta=beta, thin=64, enough=20_000)
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


def test_a_time_limit_ends_it_with_what_there_is():
    design = assemble(multiplier(8), CELLS)
    clamped, _ = start(design, ["p=38243"])
    sampled = equilibrium(design, clamped, time_limit=0.7)
    assert sampled.result.seconds < 20
    assert not sampled.result.interrupted


def test_interrupt_keeps_what_was_found(popcount):
    clamped, _ = start(popcount, ["count=4"])

    def stop(_):
        raise KeyboardInterrupt

    sampled = equilibrium(popcount, clamped, progress=stop)
    assert sampled.result.interrupted
    assert sampled.result.reads == 4096
    assert np.count_nonzero(sampled.samples) == sampled.result.verified_reads
