"""No bound, tuned number or default changes by a slip."""

from __future__ import annotations

import json
from typing import Any

import pytest

from golden.bounds import BOUNDS, modules, numbers_of

GOLDEN: dict[str, Any] = json.loads(BOUNDS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", modules())
def test_numbers_are_what_they_were(name: str) -> None:
    assert numbers_of(name) == GOLDEN.get(name, {})


def test_nothing_is_kept_of_what_is_gone() -> None:
    assert set(GOLDEN) <= set(modules())
