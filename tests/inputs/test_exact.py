"""Enumeration finds every answer, counts exactly, and draws evenly."""

import numpy as np
import numpy.typing as npt
import pytest

from free_inputs import KERNELS, literal, missed, numbers, random_part, table
from invc.engine.inputs import exact
from invc.engine.inputs.exact import enumerate_answers
from invc.pbits.lanes import LANES
from typed import sure

EVERY = 1 << 40
SHAPES = [
    (1, 0, 1),
    (2, 3, 1),
    (5, 12, 3),
    (9, 30, 4),
    (10, 30, 4),
    (11, 40, 3),
    (14, 60, 4),
    (17, 90, 3),
]


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("inputs, operations, goals", SHAPES)
def test_all_answers_are_found(kernel: str, inputs: int, operations: int, goals: int) -> None:
    part = random_part(np.random.default_rng(inputs + operations), inputs, operations, goals)
    truth = np.flatnonzero(missed(part) == 0)
    for order in (0, 0x5A5A5A5A):
        answers = enumerate_answers(part, kernel, EVERY, order=order)
        assert answers is not None
        assert answers.complete
        assert answers.count == len(truth)
        assert sorted(answers.kept.tolist()) == truth.tolist()
        assert answers.evaluated <= part.effort + part.inputs + 1


@pytest.mark.parametrize("inputs, operations, goals", [(5, 12, 3), (12, 40, 3), (14, 60, 4)])
def test_kernels_equal_the_reference(
    monkeypatch: pytest.MonkeyPatch, inputs: int, operations: int, goals: int
) -> None:
    monkeypatch.setattr(exact, "MOST_ANSWERS", 100)
    part = random_part(np.random.default_rng(inputs), inputs, operations, goals)
    for most, wanted, order, fixed in ((EVERY, 0, 0, 0), (300, 0, 5, 0), (EVERY, 3, 9, 0)):
        found = [
            enumerate_answers(part, name, most, wanted=wanted, order=order, fixed=fixed)
            for name in (*KERNELS, "reference")
        ]
        for one in found[:-1]:
            assert one is not None
            assert (one.count, one.complete, one.evaluated) == (
                sure(found[-1]).count,
                sure(found[-1]).complete,
                sure(found[-1]).evaluated,
            )
            assert np.array_equal(one.kept, sure(found[-1]).kept)


def test_parts_of_the_assignments_add_up() -> None:
    part = random_part(np.random.default_rng(5), 15, 60, 3)
    truth = np.flatnonzero(missed(part) == 0)
    found = []
    for order in range(8):
        found += sure(
            enumerate_answers(part, KERNELS[0], EVERY, order=order, fixed=3)
        ).kept.tolist()
    assert sorted(found) == truth.tolist()


def test_an_enumeration_ends_when_there_is_enough() -> None:
    part = random_part(np.random.default_rng(6), 16, 40, 2)
    truth = set(np.flatnonzero(missed(part) == 0).tolist())
    some = enumerate_answers(part, KERNELS[0], EVERY, wanted=1)
    assert some is not None
    assert not some.complete
    assert 0 < some.count < len(truth)
    assert set(some.kept.tolist()) <= truth
    assert not sure(enumerate_answers(part, KERNELS[0], 100)).complete
    assert enumerate_answers(part, KERNELS[0], EVERY, stopped=lambda: True) is None


def test_of_many_answers_an_even_choice_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "MOST_ANSWERS", 512)
    part = random_part(np.random.default_rng(7), 15, 20, 1)
    truth = np.flatnonzero(missed(part) == 0)
    answers = enumerate_answers(part, KERNELS[0], EVERY)
    assert answers is not None
    assert answers.count == len(truth) > 8 * 512
    assert 128 < len(answers.kept) <= 512
    assert set(answers.kept.tolist()) <= set(truth.tolist())
    # Each bit of the inputs is as often 1 among them as among all, within five standard errors.
    for i in range(part.inputs):
        p = (truth >> i & 1).mean()
        share = (answers.kept.astype(np.int64) >> i & 1).mean()
        assert abs(share - p) < 5 * np.sqrt(0.25 / len(answers.kept))


def test_draws_are_even() -> None:
    part = random_part(np.random.default_rng(8), 8, 20, 2)
    answers = enumerate_answers(part, KERNELS[0], EVERY)
    draws = np.random.default_rng(1)
    counts = np.zeros(1 << 8)
    for _ in range(50):
        assert answers is not None
        np.add.at(counts, numbers(answers.draw(draws, 8)), 1)
    assert answers is not None
    seen = counts[answers.kept.astype(np.int64)]
    assert seen.sum() == 50 * LANES
    expected = seen.sum() / answers.count
    chi = ((seen - expected) ** 2 / expected).sum() / (answers.count - 1)
    assert chi < 1 + 5 * np.sqrt(2 / (answers.count - 1))


def test_draws_follow_biases() -> None:
    part = random_part(np.random.default_rng(12), 7, 20, 2, biases=2)
    p = np.array([0.8, 0.3])
    answers = enumerate_answers(part, KERNELS[0], EVERY, biases=p)
    rows = table(part)
    assert answers is not None
    kept = answers.kept.astype(np.int64)
    law = np.ones(len(kept))
    for lit, probability in zip(part.biased.tolist(), p, strict=True):
        law *= np.where(literal(rows, lit)[kept] == 1, probability, 1 - probability)
    law /= law.sum()
    draws = np.random.default_rng(2)
    counts = np.zeros(1 << 7)
    for _ in range(50):
        np.add.at(counts, numbers(answers.draw(draws, 7)), 1)
    expected = law * 50 * LANES
    chi = ((counts[kept] - expected) ** 2 / expected).sum() / (len(kept) - 1)
    assert chi < 1 + 5 * np.sqrt(2 / (len(kept) - 1))


def test_no_more_rows_are_evaluated_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few between two looks at the clock, and of the last ones as many as are left."""
    monkeypatch.setattr(exact, "AT_ONCE", 100)
    part = random_part(np.random.default_rng(4), 16, 60, 4)
    looks = 0

    def stopped() -> bool:
        nonlocal looks
        looks += 1
        return False

    found = enumerate_answers(part, KERNELS[0], 250, stopped=stopped)
    assert 250 <= sure(found).evaluated <= 266
    assert looks == 3


def test_weights_are_products_of_the_biases_however_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "MOST_WEIGHED", 131)
    part = random_part(np.random.default_rng(3), 11, 40, 1, biases=2)
    for p in ((0.25, 0.9), (1e-300, 0.5), (1 - 1e-9, 1e-250)):
        found = sure(enumerate_answers(part, KERNELS[0], EVERY, biases=np.array(p)))
        assert 64 < len(found.kept) < 128
        logs: npt.NDArray[np.float64] = np.zeros(len(found.kept))
        for lit, q in zip(part.biased.tolist(), p, strict=True):
            bits = literal(table(part), lit)[found.kept.astype(np.int64)]
            logs += np.where(bits == 1, np.log(q), np.log1p(-q))
        share = np.exp(logs - np.max(logs))
        weights = np.diff(sure(found.weights), prepend=0)
        assert np.allclose(weights, share / share.sum())
