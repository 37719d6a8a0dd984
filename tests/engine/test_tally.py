"""What blocks add up to, and when a run without a number of reads ends by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.engine import Answer, Progress
from invc.engine.block import Block, Outcome
from invc.engine.tally import MANY_ANSWERS, MOST_LISTED, Found, Ranked, Tally
from invc.engine.verify import Near, Verified
from invc.netlist import Port

PORTS = (Port("a", "input", (2, 4, 6, 8, 10, 12, 14, 16)),)


def tally(reads: list[int], effort: float = 1.0, **known: int | bool) -> Tally:
    """So many reads of each answer, in so many times the effort of the first."""
    found: Found = {(k,): (count, 0) for k, count in enumerate(reads)}
    made = Tally(PORTS, found=found, first_effort=100, flips=int(100 * effort))
    for name, value in known.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("so_far", "ends"),
    [
        (tally([]), False),
        (tally([], impossible=True), True),
        (tally([7]), False),
        (tally([8]), True),  # another one as likely would have been seen
        (tally([8, 8]), True),
        (tally([9, 7]), False),
        (tally([2, 2, 2], 2.9), False),
        (tally([2, 2, 2], 3), True),
        (tally([2, 2], 3), False),
        (tally([2, 2, 1], 3), False),
        (tally([2], 31.9), False),
        (tally([2], 32), True),
        (tally([1], 31.9), False),
        (tally([1], 32), False),  # it came once: as far as anybody knows, most are unseen
        (tally([1, 99], 31.9), False),
        (tally([1, 99], 32), True),  # one in a hundred reads would be a new one
        (tally([1] * MANY_ANSWERS), False),
        (tally([1] * (MANY_ANSWERS + 1)), True),
        (tally([8, 8], total=3), False),  # all three are found
        (tally([1, 1, 1], total=3), True),
        (tally([8, 8], total=1024), False),
        (tally([8, 8], total=1025), True),
        (tally([1, 1], 40, target=3), False),
        (tally([1, 1, 1], target=3), True),
        (tally([8, 8], 40, wanted_reads=100), False),
        (tally([8, 8, 8], 40, wanted_reads=100, target=3), True),
    ],
    ids=str,
)
def test_a_run_ends_when_hardly_an_answer_is_left(so_far: Tally, ends: bool) -> None:
    assert so_far.enough() == ends


def test_an_estimate_that_is_as_large_as_the_longest_list_is_waited_for() -> None:
    """40 answers once and 204 three times: Chao's estimate is 244 + 40 * 39 / 2 = 1024."""
    assert MOST_LISTED == 1024
    assert not tally([1] * 40 + [3] * 204).enough()
    assert tally([1] * 40 + [3] * 205).enough()


def outcome(
    found: Found, reads: int = 10, updates: int = 100, near: Near | None = None, **known: Any
) -> Outcome:
    """A block of 7 sweeps in which so much was found."""
    verified = Verified(reads, sum(n for n, _ in found.values()), len(found), found, near=near)
    rows = np.zeros((0, 0), dtype=np.uint64)
    return Outcome(Block(0, "gibbs", 7, reads), verified, 7, updates, True, rows, **known)


def near(energy: int) -> Near:
    return Near(energy, np.zeros(1, dtype=np.int8))


def test_blocks_add_up() -> None:
    made, lowest = Tally(PORTS), near(2)
    made.add(outcome({}, near=near(3)))
    assert (made.first_effort, made.total, made.impossible) == (0, None, False)
    made.add(outcome({(1,): (2, 4), (0,): (1, 5)}, 20, 30, lowest, total=9))
    made.add(outcome({(1,): (3, 1), (2,): (1, 0)}, 1, 1000, near(2), impossible=True))
    made.add(outcome({(0,): (1, 6)}, 3, 10, near(3)))
    assert (made.reads, made.verified, made.strict, made.sweeps) == (34, 8, 5, 7 * 34)
    assert (made.flips, made.first_effort) == (1000 + 600 + 1000 + 30, 1000 + 600)
    assert made.found == {(1,): (5, 1), (0,): (2, 5), (2,): (1, 0)}
    assert (made.total, made.impossible) == (9, True)
    assert made.near is lowest, "the first of the lowest"
    assert made.progress == Progress(34, 8, 3)
    assert made.answers() == (
        *(Answer({"a": 1}, 5, 1), Answer({"a": 0}, 2, 5)),
        Answer({"a": 2}, 1, 0),
    )


@pytest.mark.parametrize("kind", [Tally, Ranked])
def test_an_answer_without_an_update_took_one(kind: type[Tally]) -> None:
    """The effort so far is divided by it."""
    made, other = kind(PORTS), kind(PORTS)
    made.add(outcome({(1,): (1, 0)}, updates=0))
    assert made.first_effort == 1
    other.merge(made)
    assert (other.first_effort, other.flips) == (1, 0)


answers_found = st.dictionaries(
    st.tuples(st.integers(0, 5)), st.tuples(st.integers(1, 9), st.integers(-4, 4)), max_size=4
)
outcomes = st.builds(
    outcome,
    answers_found,
    st.integers(1, 9),
    st.integers(1, 9),
    st.none() | st.builds(near, st.integers(1, 4)),
    total=st.none() | st.integers(0, 3),
    impossible=st.booleans(),
)


@pytest.mark.parametrize("kind", [Tally, Ranked])
@given(first=st.lists(outcomes, max_size=4), later=st.lists(outcomes, max_size=4))
def test_parts_merge_to_what_all_blocks_add_up_to(
    kind: type[Tally], first: list[Outcome], later: list[Outcome]
) -> None:
    whole, part, rest = kind(PORTS), kind(PORTS), kind(PORTS)
    for made, of in ((whole, [*first, *later]), (part, first), (rest, later)):
        for one in of:
            made.add(one)
    part.merge(rest)
    assert vars(part) == vars(whole)


def test_equally_frequent_answers_are_in_the_order_of_their_values() -> None:
    made = Tally(PORTS, found={(3,): (1, 0), (2,): (2, 9), (1,): (1, 7), (0,): (1, 8)})
    assert [answer.ports["a"] for answer in made.answers()] == [2, 0, 1, 3]
    ranked = Ranked(PORTS, found={(3,): (1, 0), (2,): (2, 9), (1,): (1, 7), (0,): (1, 0)})
    assert [answer.ports["a"] for answer in ranked.answers()] == [0, 3, 1, 2]


def ranked(states: dict[int, tuple[int, int]], effort: float = 1.0, **known: Any) -> Ranked:
    """States by number, with their reads and energies; the lowest came in the first 100 flips."""
    made = Ranked(PORTS, found={(k,): of for k, of in states.items()}, **known)
    made.lowest = min((energy for _, energy in states.values()), default=None)
    made.first_effort, made.flips = 100, int(100 * effort)
    return made


@pytest.mark.parametrize(
    ("so_far", "ends"),
    [
        (ranked({}, 99), False),
        (ranked({0: (1, -5), 1: (50, -4)}, 31.9), False),
        (ranked({0: (1, -5), 1: (50, -4)}, 32), True),  # nothing lower was seen for long
        (ranked({0: (8, -5)}, 2.9), False),
        (ranked({0: (8, -5), 1: (9, -4)}, 3), True),  # the lowest has been seen often
        (ranked({0: (5, -5), 1: (3, -5)}, 3), True),
        (ranked({0: (5, -5), 1: (2, -5), 2: (9, 0)}, 3), False),
        (ranked({0: (1, -5), 1: (1, -5)}, target=2), True),
        (ranked({0: (99, -5), 1: (1, -4)}, 99, target=2), False),
        (ranked({0: (1, -5), 1: (1, -5)}, wanted_reads=9, target=2), True),
        (ranked({0: (99, -5)}, 99, wanted_reads=9), False),
    ],
    ids=str,
)
def test_a_model_is_done_when_its_lowest_state_came_often_or_for_long_none_lower(
    so_far: Ranked, ends: bool
) -> None:
    assert so_far.enough() == ends


def test_the_effort_of_the_lowest_state_is_that_at_which_it_came_first() -> None:
    made = Ranked(PORTS)
    efforts = []
    for energies in ([], [4, 6], [5], [4], [9, 3], [3, 8]):
        made.add(outcome({(k,): (1, energy) for k, energy in enumerate(energies)}))
        efforts.append((made.lowest, made.first_effort))
    assert efforts == [(None, 0), (4, 2000), (4, 2000), (4, 2000), (3, 5000), (3, 5000)]


def test_of_too_many_states_the_lowest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as nobody has said how many reads there are."""
    monkeypatch.setattr("invc.engine.tally.MOST_STATES", 3)
    energies = (5, 2, 7, 2, 9, 1, 3)
    states: Found = {(k,): (k + 1, energy) for k, energy in enumerate(energies)}
    six = dict(list(states.items())[:6])
    for shown, wanted, kept in (
        (six, None, [0, 1, 2, 3, 4, 5]),
        (states, None, [5, 1, 3]),
        (states, 100, [0, 1, 2, 3, 4, 5, 6]),
    ):
        made = Ranked(PORTS, wanted)
        made.add(outcome(shown))
        assert made.found == {(k,): states[k,] for k in kept}
