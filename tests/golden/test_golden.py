"""Fixed seeds give what they have always given, by every kernel, in Python and at the prompt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import invc
from golden.questions import (
    COMMANDS,
    DESIGNS,
    KERNELS,
    QUESTIONS,
    RESULTS,
    STATES,
    Asked,
    Typed,
    answer_of,
    by_kernel,
    printed_by,
    sampled_by_dimod,
    states_of,
)
from invc.diagnostics import InvcError

GOLDEN: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))


def named(value: object) -> str | None:
    return value if isinstance(value, str) else getattr(value, "name", None)


def skip_unless_it_runs(kernel: str) -> None:
    """Skip a kernel that this processor lacks; the reference and the baseline run everywhere."""
    try:
        invc.simulate(DESIGNS / "half_adder.hj", kernel=kernel, reads=1, sweeps=1)
    except InvcError as error:
        assert kernel not in ("auto", *KERNELS[:2])
        assert error.message.startswith("no kernel is called")
        pytest.skip(error.message)


@pytest.mark.parametrize(("asked", "kernel"), by_kernel(QUESTIONS), ids=named)
def test_python_gives_what_it_gave(asked: Asked, kernel: str) -> None:
    skip_unless_it_runs(kernel)
    assert answer_of(asked, kernel=kernel) == GOLDEN["python"][asked.name]


@pytest.mark.parametrize(("asked", "kernel"), by_kernel(STATES), ids=named)
def test_every_state_is_what_it_was(asked: Asked, kernel: str) -> None:
    skip_unless_it_runs(kernel)
    assert states_of(asked, kernel=kernel) == GOLDEN["states"][asked.name]


@pytest.mark.parametrize("typed", COMMANDS, ids=named)
def test_commands_print_and_write_what_they_did(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert printed_by(typed, tmp_path) == GOLDEN["commands"][typed.name]


def test_the_dimod_sampler_gives_what_it_gave() -> None:
    assert sampled_by_dimod() == GOLDEN["dimod"]


def test_nothing_is_kept_that_is_not_asked() -> None:
    assert set(GOLDEN) == {"python", "states", "commands", "dimod"}
    assert set(GOLDEN["python"]) == {asked.name for asked in QUESTIONS}
    assert set(GOLDEN["states"]) == {asked.name for asked in STATES}
    assert set(GOLDEN["commands"]) == {typed.name for typed in COMMANDS}
