"""Files for other programs are what they have always been, to the letter."""

from __future__ import annotations

import json

import pytest

from golden.written import DESIGNS, WRITTEN, written
from invc.formats import writable

GOLDEN: dict[str, dict[str, list[str]]] = json.loads(WRITTEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("form", writable())
@pytest.mark.parametrize("name", DESIGNS)
def test_files_are_what_they_were(name: str, form: str) -> None:
    assert written(name, form) == GOLDEN[name][form]
