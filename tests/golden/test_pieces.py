"""Sums, clauses and evaluators are those that they have always been."""

from __future__ import annotations

import json
from typing import Any

import pytest

from golden.pieces import PARTS, PIECES, told
from invc.frontend.arithmetic import _signed_digits

GOLDEN: dict[str, Any] = json.loads(PIECES.read_text(encoding="utf-8"))


@pytest.mark.parametrize("part", PARTS)
def test_pieces_are_what_they_were(part: str) -> None:
    assert json.loads(json.dumps(told(part))) == GOLDEN[part]


@pytest.mark.parametrize("width", range(9))
def test_digits_are_their_number_and_no_two_stand_side_by_side_but_for_three(width: int) -> None:
    for value in range(1 << width):
        digits = _signed_digits(value, width)
        assert sum(sign << place for place, sign in digits) % (1 << width) == value
        assert all(sign in (1, -1) and 0 <= place < width for place, sign in digits)
        assert len(digits) <= value.bit_count()
