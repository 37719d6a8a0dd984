"""Whose turn it is where nobody has found an answer yet."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from invc.engine.auto import INPUTS, Auto
from invc.engine.problem import Problem
from invc.engine.schedule import FIRST_SWEEPS
from invc.pbits.backend import Backend


def auto(ratio: float, first: str) -> Auto:
    """With a first block of `inputs` that takes so many times one of the network of all spins."""
    made = Auto(cast(Problem, SimpleNamespace(biases=())), cast(Backend, None))
    network = SimpleNamespace(names=("ssa", "pt"), first="ssa")
    seconds = 0.0 if first == INPUTS else 1e9
    made.__dict__.update(ratio=ratio if first == INPUTS else max(ratio, 11.0))
    made.__dict__.update(network=network, seconds=seconds)
    return made


@pytest.mark.parametrize(
    ("ratio", "first", "mine", "others"),
    [
        (1.0, INPUTS, 1, 1),
        (0.4, INPUTS, 3, 1),
        (0.01, INPUTS, 8, 1),
        (2.5, INPUTS, 1, 3),
        (100.0, INPUTS, 1, 8),
        (11.0, "ssa", 1, 8),
    ],
)
def test_both_take_turns_that_cost_about_the_same(
    ratio: float, first: str, mine: int, others: int
) -> None:
    chosen = auto(ratio, first)
    assert chosen.first == first
    turns = [chosen.in_turn(after) for after in range(4 * (mine + others))]
    for cycle in range(4):
        part = turns[cycle * (mine + others) : (cycle + 1) * (mine + others)]
        assert [turn.dynamics == INPUTS for turn in part] == [True] * mine + [False] * others
    own = [turn for turn in turns if turn.dynamics == INPUTS]
    begun = 1 if first == INPUTS else 0  # its first block has been
    assert [turn.turn for turn in own] == list(range(begun, begun + len(own)))
    rest = [turn for turn in turns if turn.dynamics != INPUTS]
    assert [turn.turn for turn in rest] == list(range(len(rest)))
    assert [turn.dynamics for turn in rest] == [("ssa", "pt")[k % 2] for k in range(len(rest))]
    doubled = [(k // 2).bit_length() + 1 for k in range(len(rest))]
    assert [turn.sweeps for turn in rest] == [FIRST_SWEEPS << times for times in doubled]
