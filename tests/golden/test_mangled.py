"""Readers say of texts with slips in them what they have always said."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from golden.mangled import MANGLED, letters, mangled, said

GOLDEN: dict[str, str] = json.loads(MANGLED.read_text(encoding="utf-8"))


PART = 100  # inputs of a test
PARTS = [(name, first) for name in mangled() for first in range(0, len(GOLDEN[name].split()), PART)]


@cache
def asked(name: str) -> list[tuple[str, str]]:
    """What is kept of each text, and the text."""
    return list(zip(GOLDEN[name].split(), mangled()[name].inputs(), strict=True))


@pytest.mark.parametrize(("name", "first"), PARTS)
def test_readers_say_what_they_said(
    name: str, first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for kept, text in asked(name)[first : first + PART]:
        outcome = said(mangled()[name].read, text)
        assert letters(outcome) == kept, f"of this text:\n{text}\nit now says:\n{outcome}"


def test_nothing_is_kept_that_is_not_asked() -> None:
    assert list(GOLDEN) == list(mangled())
