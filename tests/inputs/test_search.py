"""What a search tries, how far, and in which parts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from free_inputs import KERNELS, missed, numbers, random_part
from invc.engine.inputs import search
from invc.engine.inputs.exact import MOST_INPUTS, Answers
from invc.engine.inputs.marginal import Marginal
from invc.engine.inputs.search import EFFORTS, SLICE, Search, Wish, _Part, _scrambled
from invc.pbits.lanes import LANES, bits_of, empty_rows, words_of
from invc.pbits.random import block_generator
from typed import sure


def component(inputs: int, effort: float, biased: int = 0, cones: int = 5) -> Any:
    """A part of a question, as far as a search asks how large it is."""
    sizes, biases = np.full(inputs, cones), np.arange(biased)
    return SimpleNamespace(
        inputs=inputs, effort=effort, biased=biases, bias=biases, cone_size=sizes
    )


def of(*parts: Any, biases: int = 0, **fields: Any) -> Search:
    """A search over such parts."""
    leans = tuple(SimpleNamespace(probability=0.5) for _ in range(biases))
    marginal = SimpleNamespace(components=parts, biases=leans, **fields)
    return Search(cast(Marginal, marginal), KERNELS[0])


def answers(count: int, complete: bool) -> Answers:
    return Answers(count, complete, np.zeros(0, dtype=np.uint64), None, 0)


@pytest.mark.parametrize(
    ("inputs", "effort", "turn", "fixed"),
    [
        (20, 2.0 * SLICE, 0, None),  # the first block tries no part
        (20, 1.0, 1, 0),
        (20, 1.0 * SLICE, 1, 0),
        (20, 1.0 * SLICE + 1, 1, 1),
        (20, 2.0 * SLICE, 1, 1),
        (20, 2.0 * SLICE + 1, 3, 2),
        (14, 16.0 * SLICE, 1, 4),  # ten inputs are tried at once
        (14, 32.0 * SLICE, 1, None),
        (64, 2.0**24 * SLICE, 1, 24),
        (64, 2.0**25 * SLICE, 1, None),  # more parts than anybody waits for
        (65, 2.0 * SLICE, 1, None),
    ],
)
@pytest.mark.parametrize("wanted", [None, 7])
def test_a_part_of_many_assignments_is_one_of_equal_size(
    inputs: int,
    effort: float,
    turn: int,
    fixed: int | None,
    wanted: int | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []

    def tried(*given: Any, **options: Any) -> Any:
        asked.append((given, options))
        return "what was found"

    monkeypatch.setattr(search, "enumerate_answers", tried)
    part, wish = component(inputs, effort), Wish(6, 9, turn=turn, wanted=wanted)
    found: Any = of(part).partial(0, wish, bool)
    if fixed is None:
        assert (found, asked) == (None, [])
        return
    order = _scrambled(6) ^ (turn - 1)
    options = {"wanted": wanted or 0, "order": order, "fixed": fixed, "stopped": bool}
    assert asked == [((part, KERNELS[0], 4 * SLICE), options)]
    assert found == "what was found"


def test_parts_of_the_assignments_are_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """One part a block: each answer is in one of them."""
    part = random_part(np.random.default_rng(4), 16, 60, 4)
    truth = np.flatnonzero(missed(part) == 0).tolist()
    assert len(truth) > 20
    monkeypatch.setattr(search, "SLICE", -(-int(part.effort) // 4))
    made, seen = of(part), []
    for turn in range(1, 5):
        found = sure(made.partial(0, Wish(5, turn, turn=turn), lambda: False))
        assert found.count == len(found.kept)
        seen += found.kept.tolist()
    assert sorted(seen) == truth


def test_where_to_begin_is_a_number_of_63_bits_for_any_seed() -> None:
    seeds = (0, 1, 3 << 20, 12345678901)
    found = [0, 89068084525962488, 5595036149401247744, 3316155069016708088]
    assert [_scrambled(seed) for seed in seeds] == found
    for seed in range(70, 200, 3):
        assert 0 <= _scrambled(1 << seed) < 1 << 63
        assert 0 <= _scrambled((1 << seed) - 1) < 1 << 63
    assert len({_scrambled(seed) for seed in range(1000)}) == 1000


def test_a_first_block_costs_what_it_tries_and_what_it_sweeps() -> None:
    """Rows; where all values are too many to be tried, 64 sweeps of two and a half cones each."""
    few, many = component(10, 1.0 * EFFORTS[0]), component(10, 1.0 * EFFORTS[0] + 1)
    wide = component(MOST_INPUTS + 1, 7.0)
    swept = EFFORTS[0] + 64 * 2.5 * 10 * 5
    assert of(few).first_cost == EFFORTS[0]
    assert of(many).first_cost == swept
    assert of(component(MOST_INPUTS, 7.0)).first_cost == 7
    assert of(wide).first_cost == EFFORTS[0] + 64 * 2.5 * 65 * 5
    assert of(few, many, few).first_cost == 2 * EFFORTS[0] + swept
    assert of().first_cost == 0


def test_answers_are_counted_once_those_of_every_part_are_known() -> None:
    made = of(component(9, 1.0), component(9, 1.0), impossible=False, tossed=3)
    counts = [made.count]
    for c, turn, known in (
        *((0, 1, answers(5, True)), (1, 1, answers(99, False)), (1, 2, None)),
        *((1, 3, answers(7, True)), (0, 1, answers(0, True))),
    ):
        made._tried[c, turn] = known
        counts.append(made.count)
    assert counts == [None, None, None, None, 5 * 7 * 8, 0]
    assert of(impossible=False, tossed=2).count == 4
    assert of(impossible=True, tossed=2).count == 0


@pytest.mark.parametrize(
    ("effort", "turn", "wanted", "found", "asked"),
    [
        # All values are tried as soon as that costs no more than a block may.
        (EFFORTS[0], 0, None, (5, True), [(EFFORTS[0], 0)]),
        (EFFORTS[0], 0, 9, (5, True), [(EFFORTS[0], 0)]),
        (EFFORTS[0] + 1, 0, None, (5, False), [(EFFORTS[0], 0)]),
        (EFFORTS[0] + 1, 1, None, (5, False), [(EFFORTS[0], 0), (EFFORTS[1], 0)]),
        (EFFORTS[1], 2, None, (5, False), [(e, 0) for e in EFFORTS]),
        (EFFORTS[1] + 1, 2, 9, (5, False), [(EFFORTS[0], 9), (EFFORTS[2], 0)]),
        (EFFORTS[2] + 1, 7, 9, (5, False), [(EFFORTS[0], 9)]),
        # Some are enough where so many are wanted.
        (EFFORTS[0] + 1, 2, 5, (5, False), [(EFFORTS[0], 5)]),
        (EFFORTS[0] + 1, 1, 6, (5, False), [(EFFORTS[0], 6), (EFFORTS[1], 0)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("biased", [0, 1])
def test_all_values_are_tried_where_they_are_few_for_the_block(
    effort: int,
    turn: int,
    wanted: int | None,
    found: tuple[int, bool],
    biased: int,
    asked: list[tuple[int, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[tuple[int, int]] = []

    def one(made: Search, c: int, most: int, wanted: int, seed: int) -> Answers:
        tried.append((most, wanted))
        return answers(*found)

    monkeypatch.setattr(Search, "tried", one)
    part = component(12, float(effort), biased)
    exact = of(part, biases=biased).exact(0, Wish(1, 2, turn=turn, wanted=wanted))
    enough = found[1] or (wanted is not None and found[0] >= wanted and not biased)
    assert (exact is not None) == enough
    more = [(most, 0) for most in EFFORTS[1:]] if biased and wanted == 5 else []
    assert tried == asked + more  # where bits lean, some answers are not enough
    assert of(component(65, 1.0)).exact(0, Wish(1, 2)) is None
    assert found[1] == (of(component(64, 1.0)).exact(0, Wish(1, 2)) is not None)


def test_what_was_tried_is_kept_and_a_seed_begins_where_some_are_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []

    def tried(*given: Any, **options: Any) -> Any:
        asked.append((given[2], options["wanted"], options["order"], options["biases"]))
        return answers(len(asked), True)

    monkeypatch.setattr(search, "enumerate_answers", tried)
    made = of(component(12, 1.0), component(12, 1.0, 2), biases=2)
    for _ in range(2):
        counts = [made.tried(0, 99, wanted, seed).count for wanted in (0, 3) for seed in (5, 6)]
        assert counts == [1, 1, 2, 3]  # where all are tried, whoever asks
    assert asked == [(99, 0, 0, None), (99, 3, _scrambled(5), None), (99, 3, _scrambled(6), None)]
    made.tried(1, 99, 0, 5)
    assert asked[-1][3].tolist() == [0.5, 0.5]
    assert [p.tolist() for p in made.probabilities] == [[], [0.5, 0.5]]


def rows(good: int) -> Any:
    """Lanes of which so many are good, the last ones."""
    return words_of((np.arange(LANES) >= LANES - good).astype(np.uint8))


@pytest.mark.parametrize(
    ("attempted", "part", "sweeps", "found"),
    [
        (None, 4, None, None),  # stopped
        (0, None, None, "attempted"),  # there is no such part
        (0, 0, None, "attempted"),
        (0, 4, None, "drawn"),
        (1, 4, None, "attempted"),
        (0, 4, 12, "sampled"),
        (1, 4, 12, "sampled"),
        (None, 4, 12, None),
    ],
)
def test_a_part_of_the_assignments_is_tried_where_attempts_were_in_vain(
    attempted: int | None,
    part: int | None,
    sweeps: int | None,
    found: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def attempt(kind: str) -> Any:
        if attempted is None:
            return lambda *_, **__: None
        return lambda *_, **__: _Part(cast(Any, kind), rows(attempted), 3, 100)

    monkeypatch.setattr(search, "_attempts", attempt("attempted"))
    monkeypatch.setattr(search, "_samples", attempt("sampled"))
    monkeypatch.setattr(Search, "exact", lambda *_: None)
    monkeypatch.setattr(Search, "walkers", lambda *_: None)
    drawn = SimpleNamespace(count=part, evaluated=20, draw=lambda *_: "drawn")
    monkeypatch.setattr(Search, "partial", lambda *_: None if part is None else drawn)
    made = of(component(40, 1.0))
    wish = Wish(1, 2, turn=1, sweeps=sweeps)
    got: Any = made.part(0, wish, block_generator(1, 2), bool, alone=True)
    if found is None:
        assert got is None
        return
    assert got.rows == found
    assert got.updates == (120 if found == "drawn" else 100)
    assert (got.good is None) == (found == "drawn")


def test_few_good_lanes_stay_where_they_are_and_many_are_shuffled() -> None:
    """In no order they are as they came: those that are judged first must not be the best."""
    places = (slice(0, 10), slice(10, 20))
    lane = words_of(np.array([np.arange(LANES) >> k & 1 for k in range(10)], dtype=np.uint8))

    def merged(sweeps: int | None, *goods: Any) -> tuple[int, list[list[int]]]:
        kept = empty_rows(20)
        made = of(places=places[: len(goods)])
        parts = [_Part(lane, good) for good in goods]
        draws = np.random.Generator(block_generator(1, 2))
        count = made.merge(kept, parts, draws, Wish(1, 2, sweeps=sweeps))
        return count, [numbers(kept[place]).tolist() for place in places[: len(goods)]]

    every = list(range(LANES))
    assert merged(None) == (LANES, [])
    assert merged(None, None) == (LANES, [every])
    assert merged(None, rows(256)) == (256, [every])
    for sweeps, good in ((None, 257), (5, 9)):
        count, (order,) = merged(sweeps, rows(good))
        assert (count, sorted(order)) == (good, every)
        assert order != every
        assert sum(k >= LANES - good for k in order[:good]) < good, "good ones are anywhere"
    count, orders = merged(None, rows(5), rows(9))
    assert count == 5
    for order, good in zip(orders, (5, 9), strict=True):
        assert sorted(order) == every
        assert sorted(order[:good]) == every[-good:], "good ones of each come first"
    assert merged(None, None, rows(9))[1][0] == every, "exact draws are in no order"


def test_where_nothing_is_asked_a_block_is_coins() -> None:
    made = of(places=(), kept=3, impossible=False)
    block = sure(made.run(Wish(1, 2), lambda: False))
    assert (block.lanes, block.sweeps, block.updates, block.impossible) == (LANES, 1, 0, False)
    assert 400 < int(bits_of(block.kept)[0].sum()) < 624
