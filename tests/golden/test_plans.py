"""The engine decides, plans and stages what it has always decided, planned and staged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from golden.plans import PARTS, PLANS, told

GOLDEN: dict[str, Any] = json.loads(PLANS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("part", PARTS)
def test_it_decides_what_it_decided(part: str) -> None:
    assert told(part) == GOLDEN[part]
