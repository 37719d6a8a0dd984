"""A plugin of pytest that makes a run for one change short: few examples, one kernel.

What hypothesis finds, it mostly finds among the first examples; that kernels are equal is no question
to a change above them, as all of them have it.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

EXAMPLES = 25
OTHER_KERNELS = ("avx512]", "avx2]", "reference]")  # the baseline is everywhere


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
