"""Quick proofs go as they have always gone, and what they give a solver is what the nodes are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from golden import sweeps
from golden.sweeps import INPUTS, SEEDS, SWEEPS, sweep

GOLDEN: dict[str, Any] = json.loads(SWEEPS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sweep_goes_as_it_went(seed: int) -> None:
    assert sweeps.told(seed) == GOLDEN[f"sweep {seed}"]


@pytest.mark.parametrize("part", ["tables", "works"])
def test_graphs_and_estimates_are_what_they_were(part: str) -> None:
    assert getattr(sweeps, part)() == GOLDEN[part]


def test_sources_are_compared_as_they_were() -> None:
    assert sweeps.chosen() == GOLDEN["compared"]


@pytest.mark.parametrize("seed", SEEDS)
def test_clauses_say_just_what_a_node_is(seed: int) -> None:
    """In every row the clauses hold, and with any node the other way one of its own does not."""
    _, answers, swept = sweep(seed)
    assert answers.closed
    for clause in answers.clauses:
        held = 0
        for lit in clause:
            held |= answers.word(lit)
        assert held == answers.every, clause
    for k, image in enumerate(swept.image[INPUTS + 1 :], INPUTS + 1):
        if image != 2 * k:
            continue  # it is another node, and nobody reads it
        fails = 0
        for clause in answers.clauses:
            if max(lit >> 1 for lit in clause) == k:
                others = 0
                for lit in clause:
                    others |= answers.word(lit) ^ (answers.every if lit >> 1 == k else 0)
                fails |= others ^ answers.every
        assert fails == answers.every, (k, swept.nodes[k])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("spoilt", [False, True])
def test_what_is_merged_is_equal_and_all_trials_find_all_that_is(seed: int, spoilt: bool) -> None:
    """Every node is its image for all inputs; where all inputs are tried no two left are equal."""
    proven, answers, swept = sweep(seed, spoilt)
    assert proven is not spoilt
    for k, image in enumerate(swept.image):
        assert answers.word(2 * k) == answers.word(image)
    _, answers, swept = sweep(seed, spoilt, 1 << INPUTS)
    left = {image & ~1 for image in swept.image}
    normal = {min(answers.word(lit), answers.word(lit ^ 1)) for lit in left}
    assert len(normal) == len(left) > 2 * INPUTS
