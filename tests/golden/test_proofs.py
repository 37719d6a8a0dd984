"""Proofs and counts say of golden designs what they have always said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from golden.proofs import ASKED, PROOFS, title, told

GOLDEN: dict[str, Any] = json.loads(PROOFS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("asked", ASKED, ids=title)
def test_proofs_say_what_they_said(asked: tuple[str, Sequence[str], Sequence[str]]) -> None:
    assert json.loads(json.dumps(told(asked))) == GOLDEN[title(asked)]
