"""Small questions about sources on which a choice hangs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from invc.diagnostics import InvcError
from invc.frontend.words.memory import MAX_BITS, Memories
from invc.frontend.yosys.session import Session
from invc.frontend.yosys.synthesis import MOST_GATES, is_gates


def source(*kinds: str, width: int = 1) -> dict[str, Any]:
    pins = {"A": list(range(2, 2 + width)), "Y": [99]}
    cells = {f"u{k}": {"type": kind, "connections": pins} for k, kind in enumerate(kinds)}
    return {"cells": cells}


@pytest.mark.parametrize(
    ("kinds", "width", "expected"),
    [
        ((), 1, False),
        (("$_NOT_",), 1, True),
        (("$_NOT_", "$_BUF_", "$logic_not"), 1, True),
        (("$_NOT_", "$add"), 1, False),
        (("$logic_not",), 2, False),
        (("$_NOT_",) * MOST_GATES, 1, True),
        (("$_NOT_",) * (MOST_GATES + 1), 1, False),
    ],
)
def test_what_is_gates_already(kinds: tuple[str, ...], width: int, expected: bool) -> None:
    assert is_gates(source(*kinds, width=width)) is expected


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("read_json a.json\n", True),
        ("read_json a.json\nread_verilog b.v\n", False),
        ("read_verilog b.v\n", False),
    ],
)
def test_netlists_alone_have_nets_by_number(read: str, expected: bool) -> None:
    session = SimpleNamespace(links=SimpleNamespace(read=read))
    assert vars(Session)["numbered"].fget(session) is expected


def test_a_memory_beyond_the_bound_is_refused_before_it_is_laid_out() -> None:
    width, size = 8, MAX_BITS // 8 + 1
    parameters = {"WIDTH": f"{width:b}", "SIZE": f"{size:b}", "ABITS": "101", "INIT": "x"}
    with pytest.raises(InvcError, match=f"more than {MAX_BITS} bits"):
        Memories(cast(Any, None), {"cells": {}}).read_whole(parameters, {})
