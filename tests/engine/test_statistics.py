"""Statistics against other people's numbers and against samples of known distributions."""

from collections.abc import Sequence
from fractions import Fraction
from math import erfc, exp, factorial, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.engine import Answer
from invc.engine.statistics import (
    clustered,
    least_error,
    marginals,
    quantile,
    uniformity,
    upper_tail,
)
from invc.netlist import Port

PORTS = (Port("a", "input", (2, 4)), Port("y", "output", (6,), signed=True))


@given(st.floats(0.001, 400), st.integers(1, 60))
def test_tail_of_even_degrees_is_a_poisson_sum(x: float, half: int) -> None:
    # Q(n, x) = exp(-x) sum_{k<n} x^k / k! for whole n (Abramowitz and Stegun 26.4.21).
    expected = exp(-x) * float(sum(Fraction(x) ** k / factorial(k) for k in range(half)))
    assert upper_tail(2 * x, 2 * half) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_tail_of_nothing_is_all_and_without_freedom_nothing_is_beyond() -> None:
    assert [upper_tail(0, degrees) for degrees in (0, 1, 5)] == [1, 1, 1]
    assert [upper_tail(x, 0) for x in (1e-9, 3.0)] == [0, 0]
    assert quantile(0.5, 0) == 0


@given(st.floats(0.001, 500))
def test_tail_of_one_degree_is_the_normal_one(x: float) -> None:
    assert upper_tail(x, 1) == pytest.approx(erfc(sqrt(x / 2)), rel=1e-9, abs=1e-13)


@pytest.mark.parametrize(
    ("probability", "degrees", "table"),
    # NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.4.
    [
        (0.999, 1, 10.828),
        (0.95, 10, 18.307),
        (0.99, 69, 99.228),
        (0.999, 69, 111.055),
        (0.9, 100, 118.498),
    ],
)
def test_quantiles_are_those_of_the_tables(probability: float, degrees: int, table: float) -> None:
    assert quantile(probability, degrees) == pytest.approx(table, abs=0.0006)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20), st.integers(0, 5))
def test_chi_square_is_its_sum(reads: Sequence[int], unseen: int) -> None:
    result = uniformity([r for r in reads if r], len(reads) + unseen)
    observed = np.array([*reads, *[0] * unseen])
    expected = observed.mean()
    chi_square = float(((observed - expected) ** 2).sum() / expected) if expected else 0.0
    assert result.chi_square == pytest.approx(chi_square)
    assert (result.most, result.least) == (observed.max(), observed.min())
    assert result.degrees == len(observed) - 1
    assert result.few == (expected < 5)


def test_uniform_samples_pass_and_biased_ones_are_caught() -> None:
    rng = np.random.default_rng(3)
    fair = np.bincount(rng.integers(0, 70, 7000), minlength=70)
    assert uniformity(fair.tolist(), 70).passed
    weights = np.ones(70)
    weights[:7] = 1.5  # a tenth of the answers, half as likely again
    loaded = np.bincount(rng.choice(70, 7000, p=weights / weights.sum()), minlength=70)
    caught = uniformity(loaded.tolist(), 70)
    assert not caught.passed
    assert caught.p_value < 1e-3
    missing = uniformity(
        np.bincount(rng.integers(0, 69, 7000)).tolist(), 70
    )  # one answer is never found
    assert not missing.passed


def test_p_values_of_fair_samples_are_uniform() -> None:
    rng = np.random.default_rng(7)
    p = [
        uniformity(np.bincount(rng.integers(0, 20, 2000), minlength=20).tolist(), 20).p_value
        for _ in range(200)
    ]
    assert uniformity(np.histogram(p, bins=10, range=(0, 1))[0].tolist(), 10).passed


def test_more_answers_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2 answers seen"):
        uniformity([1, 1, 1], 2)


def test_one_answer_is_uniform() -> None:
    only = uniformity([9], 1)
    assert (only.passed, only.p_value, only.degrees) == (True, 1.0, 0)


def test_marginals_of_independent_reads() -> None:
    answers = [Answer({"a": 1, "y": 0}, 30, 0), Answer({"a": 3, "y": -1}, 10, 0)]
    low, high, out = marginals(PORTS, answers)
    assert (low.name, low.probability, low.error) == ("a[0]", 1.0, least_error(40))
    assert (high.name, high.probability) == ("a[1]", 0.25)
    assert high.error == pytest.approx(sqrt(0.25 * 0.75 / 40))
    assert (out.name, out.probability) == ("y", 0.25)
    assert [m.probability for m in marginals(PORTS, [])] == [0, 0, 0]


def test_what_was_never_seen_otherwise_is_uncertain_but_what_is_held_is_not() -> None:
    """The deviation of what 0 or 1 of n could as well have been, by Jeffreys's prior."""
    answers = [Answer({"a": 1, "y": 0}, 40, 0)]
    samples, ones = np.ones(40, dtype=np.int64), np.tile([1, 0, 0], (40, 1))
    for found in (marginals(PORTS, answers), clustered(PORTS, samples, ones)):
        assert [m.error for m in found] == [least_error(40)] * 3
    nets = {PORTS[0].bits[0] >> 1}
    for found in (marginals(PORTS, answers, nets), clustered(PORTS, samples, ones, nets)):
        assert [m.error for m in found] == [0, least_error(40), least_error(40)]
    for n in (1, 10, 1000):
        drawn = np.random.default_rng(n).beta(n + 0.5, 0.5, 100_000)
        assert least_error(n) == pytest.approx(drawn.std(), rel=0.02)
    assert least_error(0) == 0


def test_clusters_of_one_are_independent_reads() -> None:
    samples = np.array([1] * 40)
    ones = np.array([[1, 0, 0]] * 30 + [[1, 1, 1]] * 10)
    answers = [Answer({"a": 1, "y": 0}, 30, 0), Answer({"a": 3, "y": -1}, 10, 0)]
    for one, other in zip(clustered(PORTS, samples, ones), marginals(PORTS, answers), strict=True):
        assert one.name == other.name
        assert one.probability == other.probability
        assert one.error == pytest.approx(other.error)


def test_clusters_see_that_samples_of_a_chain_depend_on_each_other() -> None:
    rng = np.random.default_rng(5)
    chains = rng.integers(0, 2, 400)  # each chain stays where it began
    errors = [
        clustered(PORTS[1:], np.full(400, n), (chains * n)[:, None])[0].error for n in (1, 50)
    ]
    assert errors[0] == pytest.approx(errors[1])
    assert errors[0] == pytest.approx(0.5 / 20, rel=0.05)
