"""The compiled walk equals the reference, state for state, and both are the Metropolis rule."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from free_inputs import (
    EVERY,
    KERNELS,
    LEVELS,
    literal,
    missed,
    numbers,
    random_part,
    table,
    walkers,
)
from invc.pbits.inputs.code import walkers_of
from invc.pbits.inputs.reference import Reference
from invc.pbits.lanes import LANES, empty_rows, words_of
from invc.pbits.native.inputs import Component, Walkers

MIXED = np.array([0, 1, 2, 3, 4, 5, 9, 0, 1, 2, 3, 4, 5, 9, 2, 7], dtype=np.int32)


def state(w: Reference | Walkers, part: Component) -> list[int | npt.NDArray[Any]]:
    rows, goals = empty_rows(part.inputs), empty_rows(len(part.goals))
    every, active = np.empty(16, dtype=np.uint64), np.empty(16, dtype=np.uint64)
    w.read(rows)
    w.goals(goals)
    w.meets(True, every)
    w.meets(False, active)
    return [rows, goals, every, active, w.flips(), w.evaluated]


def equal(one: Sequence[int | npt.NDArray[Any]], other: Sequence[int | npt.NDArray[Any]]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(
    "inputs, operations, goals, biases",
    [(2, 3, 1, 0), (3, 8, 4, 2), (12, 70, 30, 3), (70, 130, 90, 0)],
)
def test_kernels_equal_the_reference(
    kernel: str, inputs: int, operations: int, goals: int, biases: int
) -> None:
    source = np.random.default_rng(inputs)
    part = random_part(source, inputs, operations, goals, biases)
    odds = [(1 << 16), 40_000, 3][:biases]
    pair = [
        walkers(walkers_of(name), part, 5, odds, [1, 0, 1][:biases])
        for name in (kernel, "reference")
    ]
    weight = source.integers(1, 40, size=goals).astype(np.int32)
    some = source.integers(2, size=goals).astype(np.uint8)
    for w in pair:
        w.randomize()
    assert equal(*(state(w, part) for w in pair))
    for levels, pairs, adapt, count, between, active in (
        (MIXED, True, True, True, 1, some),
        (LEVELS, True, False, False, 1, some | np.uint8(1)),
        (LEVELS, False, True, True, 2, some),
    ):
        for w in pair:
            w.set_goals(weight, active, np.arange(goals, dtype=np.int64))
        done = [w.walk(levels, pairs, adapt, count, between, 3, 0, EVERY) for w in pair]
        assert done == [3, 3]
        assert equal(*(state(w, part) for w in pair))
    good = words_of((source.random(LANES) < 0.1).astype(np.uint8))
    for w in pair:
        w.copy_good(good)
    assert equal(*(state(w, part) for w in pair))


def test_a_walk_ends_when_enough_lanes_are_good_or_enough_rows_were_evaluated() -> None:
    part = random_part(np.random.default_rng(3), 6, 10, 2)
    for kernel in (KERNELS[0], "reference"):
        w = walkers(walkers_of(kernel), part, 1)
        w.randomize()
        assert w.walk(LEVELS, True, False, False, 1, 50, 1, EVERY) == 1
        assert w.walk(LEVELS, True, False, False, 1, 50, 0, 1) == 1


def test_copies_are_copies_of_good_lanes() -> None:
    part = random_part(np.random.default_rng(4), 20, 20, 3)
    w = walkers(walkers_of(KERNELS[0]), part, 1)
    w.randomize()
    before, after = empty_rows(20), empty_rows(20)
    w.read(before)
    lanes = np.zeros(LANES, dtype=np.uint8)
    lanes[[5, 700]] = 1
    w.copy_good(words_of(lanes))
    w.read(after)
    old, new = numbers(before), numbers(after)
    assert set(new.tolist()) == {int(old[5]), int(old[700])}
    assert (new[[5, 700]] == old[[5, 700]]).all()


def transition_matrix(
    part: Component,
    level: int,
    weights: Sequence[int],
    odds: Sequence[int],
    favoured: Sequence[int],
    pairs: bool,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Of one move, from the definition: every assignment to every other."""
    n, size = part.inputs, 1 << part.inputs
    energy, rows = missed(part, weights), table(part)
    moves = [(1 << i, (0.5 if pairs else 1.0) / n) for i in range(n)]
    if pairs:
        pair = 0.5 / (n * (n - 1) / 2)
        moves += [(1 << i | 1 << j, pair) for i in range(n) for j in range(i)]
    matrix = np.zeros((size, size))
    for s in range(size):
        for flips, chance in moves:
            t = s ^ flips
            accept = min(1.0, 2.0 ** (-level * (energy[t] - energy[s])))
            if not level:
                accept = float(energy[t] <= energy[s])
            for lit, odd, side in zip(part.biased.tolist(), odds, favoured, strict=True):
                bits = literal(rows, lit)
                accept *= odd / 65536 if bits[s] == side != bits[t] else 1.0
            matrix[s, t] += chance * accept
            matrix[s, s] += chance * (1 - accept)
    return matrix, energy, rows


@pytest.mark.parametrize("kernel", [KERNELS[0], "reference"])
@pytest.mark.parametrize("pairs", [False, True])
@pytest.mark.parametrize("level", [0, 1, 3])
def test_acceptance_is_metropolis_by_exact_transition_matrices(
    kernel: str, pairs: bool, level: int
) -> None:
    part = random_part(np.random.default_rng(8), 3, 9, 4, 1)
    weights, odds, favoured = [1, 2, 1, 3], [20_000], [1]
    matrix, energy, rows = transition_matrix(part, level, weights, odds, favoured, pairs)
    if level:  # the law is stationary, in detailed balance even
        away = literal(rows, int(part.biased[0])) != favoured[0]
        law = 2.0 ** (-level * energy) * np.where(away, odds[0] / 65536, 1.0)
        flow = law[:, None] * matrix
        assert np.allclose(flow, flow.T, rtol=1e-12, atol=0)
    sweep = np.linalg.matrix_power(matrix, part.inputs)
    size, rounds = 1 << part.inputs, 60 if kernel == "reference" else 400
    seen = np.zeros((size, size))
    w = walkers(walkers_of(kernel), part, 11, odds, favoured)
    w.set_goals(
        np.array(weights, dtype=np.int32), np.ones(4, dtype=np.uint8), np.zeros(4, dtype=np.int64)
    )
    begin = np.arange(LANES) % size
    write = words_of(np.array([begin >> i & 1 for i in range(part.inputs)], dtype=np.uint8))
    after = empty_rows(part.inputs)
    levels = np.full(16, level, dtype=np.int32)
    for _ in range(rounds):
        w.write(write)
        w.walk(levels, pairs, False, False, 0, 1, 0, EVERY)
        w.read(after)
        np.add.at(seen, (begin, numbers(after)), 1)
    # All lanes of a round share what is flipped: the rounds are what is independent.
    expected = sweep * LANES / size * rounds
    assert (seen[expected == 0] == 0).all()
    spread = np.sqrt(np.maximum(expected, 1)) * np.sqrt(LANES / size)
    assert (np.abs(seen - expected) < 5 * spread).all()
    assert np.abs(seen - expected).sum() > 0
