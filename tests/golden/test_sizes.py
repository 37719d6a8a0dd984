"""Nothing that the compiler or an optimisation saves is lost unnoticed, or gained untold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from golden.sizes import (
    COMPILED,
    FITTED,
    HELD,
    LIMITS,
    NETLISTS,
    SIZES,
    compiled,
    evaluators,
    fitted,
    gathered,
    lodes,
    passed,
    programs,
    recipes,
    title,
    vectors,
)
from invc.pipeline import OBJECTIVES

GOLDEN: dict[str, Any] = json.loads(SIZES.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("source", "parameters", "objective"), COMPILED)
def test_spins_and_cells(source: str, parameters: Mapping[str, int], objective: str) -> None:
    expected = GOLDEN["synth"][title(source, parameters, objective)]
    assert compiled(source, parameters, objective) == expected


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("name", NETLISTS)
def test_gates_left_by_each_pass(name: str, objective: str) -> None:
    found = json.loads(json.dumps(passed(NETLISTS[name](), objective)))
    assert found == GOLDEN["passes"][f"{name}, {objective}"]


@pytest.mark.parametrize("limits", LIMITS, ids=str)
@pytest.mark.parametrize("name", FITTED)
def test_sizes_within_limits(name: str, limits: tuple[int | None, int | None]) -> None:
    assert fitted(name, *limits) == GOLDEN["fitted"][f"{name}, {limits}"]


@pytest.mark.parametrize("name", HELD)
def test_sizes_of_programs(name: str) -> None:
    assert programs(name) == GOLDEN["programs"][name]


def test_sizes_of_evaluators() -> None:
    assert evaluators() == GOLDEN["evaluators"]


@pytest.mark.parametrize("name", NETLISTS)
def test_what_mining_looks_at(name: str) -> None:
    assert lodes(name) == GOLDEN["lodes"][name]


@pytest.mark.parametrize("name", NETLISTS)
def test_cones_and_what_is_chosen_of_them(name: str) -> None:
    assert gathered(name) == GOLDEN["gathered"][name]


@pytest.mark.parametrize("inputs", range(3, 7))
def test_what_functions_cost(inputs: int) -> None:
    assert recipes(inputs) == GOLDEN["recipes"][str(inputs)]


def test_vectors() -> None:
    assert vectors() == GOLDEN["vectors"]
