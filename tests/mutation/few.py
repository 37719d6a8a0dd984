"""A plugin of pytest for runs of one change: few examples, one kernel, and what each test covers.

What hypothesis finds, it mostly finds among the first examples; that kernels are equal is no question
to a change above them, as all of them have it. Under coverage each test is a context of its own, by its
name without parameters, and `TIMES` in the environment is the file that its seconds are written to.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

EXAMPLES = 25
OTHER_KERNELS = ("avx512]", "avx2]", "reference]")  # the baseline is everywhere

seconds: dict[str, float] = defaultdict(float)
failed: set[str] = set()  # without any change, as on a busy machine: such a test says nothing


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Let coverage know whose lines these are, fixtures included."""
    if "TIMES" in os.environ:
        from coverage import Coverage

        coverage = Coverage.current()
        assert coverage is not None
        coverage.switch_context(item.nodeid.partition("[")[0])
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up the seconds of a test function, all its parameters and phases together."""
    name = report.nodeid.partition("[")[0]
    seconds[name] += report.duration
    if report.failed:
        failed.add(name)


def pytest_sessionfinish() -> None:
    """Write them where that is wanted."""
    if "TIMES" in os.environ:
        sound = {name: time for name, time in seconds.items() if name not in failed}
        Path(os.environ["TIMES"]).write_text(json.dumps(sound), encoding="utf-8")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Cut examples, and leave out golden questions to the other kernels."""
    left = [
        item
        for item in items
        if not (item.path.parent.name == "golden" and item.name.endswith(OTHER_KERNELS))
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in left])
    items[:] = left
    for item in items:
        test = getattr(item, "obj", None)
        if getattr(test, "is_hypothesis_test", False):
            given = getattr(test, "_hypothesis_internal_use_settings", settings.default)
            assert given is not None
            cut = settings(given, max_examples=min(EXAMPLES, given.max_examples))
            setattr(test, "_hypothesis_internal_use_settings", cut)  # noqa: B010 - methods, too
