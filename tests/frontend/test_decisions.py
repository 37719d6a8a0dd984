"""Small questions about sources on which a choice hangs."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from invc.diagnostics import InvcError
from invc.frontend.words.algebra import Bit, Logic, Trials
from invc.frontend.words.memory import MAX_BITS, Memories
from invc.frontend.yosys.session import Session
from invc.frontend.yosys.slang import OPTIONS, slang_command
from invc.frontend.yosys.sources import Sources
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


def test_every_port_of_a_memory_reads_at_its_own_address() -> None:
    """Four words of two bits from 3 on, read by three ports; what is not stated is undefined."""
    logic = Logic(Trials(1))
    held = (0b10, 0b01, 0b11)
    parameters = {
        "WIDTH": "10", "SIZE": "100", "OFFSET": "11", "ABITS": "11", "RD_PORTS": "11",
        "INIT": "xx" + "".join(f"{word:02b}" for word in reversed(held)),
    }  # fmt: skip
    for addresses in itertools.product(range(8), repeat=3):
        address = [Bit(a >> k & 1) for a in addresses for k in range(3)]
        read = Memories(logic, {"cells": {}}).read_whole(parameters, {"RD_ADDR": address})
        for port, a in enumerate(addresses):
            bits = read["RD_DATA"][2 * port : 2 * port + 2]
            if 3 <= a < 6:
                assert [b.value & 1 for b in bits] == [held[a - 3] & 1, held[a - 3] >> 1]
                assert not any(b.undefined & 1 for b in bits)
            else:
                assert all(b.undefined & 1 for b in bits)


def test_a_memory_beyond_the_bound_is_refused_before_it_is_laid_out() -> None:
    width, size = 8, MAX_BITS // 8 + 1
    parameters = {"WIDTH": f"{width:b}", "SIZE": f"{size:b}", "ABITS": "101", "INIT": "x"}
    with pytest.raises(InvcError, match=f"more than {MAX_BITS} bits"):
        Memories(cast(Any, None), {"cells": {}}).read_whole(parameters, {})


@pytest.mark.parametrize(
    ("given", "files", "expected"),
    [
        ({}, ["a.v"], "-Iinc a.v"),
        ({"top": "m"}, ["a.v"], "-Iinc --top m a.v"),
        ({"top": "m x"}, ["a.v"], None),
        ({"defines": {"A": "", "B": "2"}}, ["a.v"], "-Iinc -DA -DB=2 a.v"),
        ({"parameters": {"W": "8"}}, ["a.v"], "-Iinc -GW=8 a.v"),
        ({"parameters": {"W": '"text"'}}, ["a.v"], None),
        ({}, [], None),
    ],
)
def test_what_slang_is_asked_to_read(
    given: dict[str, Any], files: list[str], expected: str | None
) -> None:
    command = slang_command(Sources((Path("a.v"),), **given), files, ["inc"])
    assert command == (expected and f"read_slang {OPTIONS} {expected}")
