"""Searches over free inputs take the way that they have always taken, step by step."""

from __future__ import annotations

import json
from typing import Any

import pytest

from golden.searches import ASKED, EFFORTS, SEARCHES, SLICE, found
from invc.engine.inputs import search

GOLDEN: dict[str, Any] = json.loads(SEARCHES.read_text(encoding="utf-8"))


@pytest.mark.parametrize("efforts", EFFORTS)
@pytest.mark.parametrize("asked", ASKED)
def test_a_search_goes_as_it_went(
    asked: str, efforts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "EFFORTS", EFFORTS[efforts])
    monkeypatch.setattr(search, "SLICE", SLICE)
    assert found(asked) == GOLDEN[f"{asked}, {efforts}"]
