"""Parts of what runs on a cluster, without one."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from invc.engine.execute.cluster import _cancelled


def test_work_is_cancelled_once_its_worker_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks: dict[str, Any] = {"mine": SimpleNamespace(state="executing")}
    worker = SimpleNamespace(get_current_task=lambda: "mine", state=SimpleNamespace(tasks=tasks))
    distributed = ModuleType("distributed")
    distributed.get_worker = lambda: worker  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "distributed", distributed)
    cancelled = _cancelled()
    assert not cancelled()
    tasks["mine"].state = "cancelled"
    assert cancelled()
    tasks.clear()
    assert cancelled()
