import os
import pickle
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.engine.effort import COUNTS, Effort
from invc.engine.schedule import Given
from invc.pbits.backend import backend_named

whole = st.integers(1, 2**40) | st.integers(1, 2**31 - 1).map(np.int64)
betas = st.tuples(st.floats(1e-100, 1e100), st.floats(1e-100, 1e100)).map(sorted).map(tuple)


@given(st.fixed_dictionaries({}, optional={**dict.fromkeys(COUNTS, whole), "beta": betas,
       "seed": st.integers(0, 2**70), "time_limit": st.floats(1e-9), "strict": st.booleans(),
       "settings": st.dictionaries(st.text(), st.text())}))  # fmt: skip
def test_effort_is_its_fields_equal_after_pickling_and_hashable(fields: Mapping[str, Any]) -> None:
    effort = Effort(**fields)
    assert all(getattr(effort, name) == value for name, value in fields.items())
    assert all(type(getattr(effort, name)) in (int, type(None)) for name in COUNTS)
    assert pickle.loads(pickle.dumps(effort)) == effort
    assert hash(Effort(**fields)) == hash(effort)


@given(st.sampled_from(COUNTS), st.integers(max_value=0) | st.floats() | st.text() | st.just([1]))
def test_counts_that_are_not_positive_whole_numbers_are_refused(
    name: str, value: float | str
) -> None:
    with pytest.raises(ValueError, match=f"{name} must be"):
        Effort(**cast(Any, {name: value}))


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"seed": -1}, "seed must not be negative, not -1"),
        ({"seed": 1.0}, "seed must be a whole number, not 1.0"),
        ({"reads": 0}, "reads must be positive, not 0"),
        ({"reads": 2**63}, "reads must be below 2**63, not 9223372036854775808"),
        ({"time_limit": 0}, "time_limit must be positive, not 0"),
        ({"time_limit": float("nan")}, "time_limit must be positive, not nan"),
        ({"time_limit": "soon"}, "time_limit must be a number of seconds, not 'soon'"),
        *(({"beta": beta}, f"beta must be (first, last) with 0 < first <= last, not {beta!r}")
          for beta in [(0, 1), (2, 1), (1,), (1, 2, 3), (float("nan"), 1), (1, float("inf")),
                       1.0, "12", (None, 1), (1, "x")]),
        ({"beta": (1e-320, 1)}, "beta must be within 1e-100 to 1e+100, not (1e-320, 1)"),
    ],
)  # fmt: skip
def test_what_is_out_of_range_is_said(fields: Mapping[str, Any], text: str) -> None:
    with pytest.raises(ValueError) as caught:
        Effort(**fields)
    assert str(caught.value) == text


@given(st.lists(st.floats(0, 1e100), min_size=1, max_size=20))
def test_a_schedule_has_no_zeros_and_stays_what_it_is(betas: tuple[float, ...] | None) -> None:
    schedule = Effort(schedule=betas).schedule
    assert schedule is not None
    assert betas is not None
    assert len(schedule) == len(betas)
    assert all(a == b or b < a == 1e-100 for a, b in zip(schedule, betas, strict=True))
    steps = Given(schedule, 3).steps()
    assert [beta for beta, sweeps in steps for _ in range(sweeps)] == list(schedule)
    assert all(1 <= sweeps <= 3 for _, sweeps in steps)


@pytest.mark.parametrize("wrong", [[], [-1], [float("nan")], [float("inf")], "ab", 3, [None]])
def test_what_is_no_schedule_is_refused(wrong: tuple[float, ...] | None) -> None:
    with pytest.raises(ValueError, match="schedule must be inverse temperatures"):
        Effort(schedule=wrong)


def test_no_more_threads_than_are_of_use() -> None:
    assert Effort(threads=1).workers == 1
    assert Effort(threads=10**6).workers <= max(os.cpu_count() or 1, 16)
    assert Effort().workers == os.cpu_count()


def test_a_run_asks_the_system_nothing_that_it_knew_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short run takes less time than to look for llvmlite on the path and to count cores."""

    def refuse(*_: object) -> int:
        raise AssertionError("asked again")

    first = backend_named("auto"), Effort().workers
    monkeypatch.setattr("invc.pbits.generated.compiler.find_spec", refuse)
    monkeypatch.setattr(os, "cpu_count", refuse)
    assert backend_named("auto").name == first[0].name
    assert Effort().workers == first[1]
