"""A plugin of pytest for runs of one change: few examples, one kernel, and what each test covers.

What hypothesis finds, it mostly finds among the first examples; that kernels are equal is no question
to a change above them, as all of them have it. Under coverage each test is a context of its own. What
`TOLD` in the environment names is the file that is told the seconds of each test and those that failed.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from coverage import Coverage
from hypothesis import Phase, settings

EXAMPLES = 25
OTHER_KERNELS = ("avx512]", "avx2]", "reference]")  # the baseline is everywhere

seconds: dict[str, float] = defaultdict(float)
failed: list[str] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Let coverage know whose lines these are, those of commands and fixtures included."""
    coverage = Coverage.current()
    if coverage is not None:
        coverage.switch_context(item.nodeid)
        os.environ["TEST_THAT_RUNS"] = item.nodeid
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up the seconds of a test, all its phases together."""
    seconds[report.nodeid] += report.duration
    if report.failed and report.nodeid not in failed:
        failed.append(report.nodeid)


def pytest_sessionfinish() -> None:
    """Write them where that is wanted."""
    if "TOLD" in os.environ:
        told = {"seconds": seconds, "failed": failed}
        Path(os.environ["TOLD"]).write_text(json.dumps(told), encoding="utf-8")


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
            most = min(EXAMPLES, given.max_examples)
            # That an example fails is enough: nobody reads the smallest one.
            cut = settings(given, max_examples=most, phases=(Phase.explicit, Phase.generate))
            setattr(test, "_hypothesis_internal_use_settings", cut)  # noqa: B010 - methods, too
