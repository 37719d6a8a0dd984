"""Yosys's cells of words on words of 0, 1 and x: single cells, and laws over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pytest

from invc.diagnostics import InvcError
from invc.frontend.words.algebra import LOW, Bit, Logic, Trials
from invc.frontend.words.cells import CELLS
from invc.frontend.words.check import Agreement, CycleAgreement, compare
from invc.frontend.words.memory import MAX_BITS, Memories, is_only_read
from invc.netlist import Gate, Netlist, Port
from invc.netlist.gates import AND2, XOR2

LOGIC = Logic(Trials(1))
BITS = {"0": LOW, "1": LOGIC.high, "x": LOGIC.unknown}


def word(text: str) -> list[Bit]:
    """Bits of a word as Verilog writes it, the highest first."""
    return [BITS[digit] for digit in reversed(text)]


def shown(bits: Sequence[Bit]) -> str:
    digits = ["x" if bit.undefined else "01"[bit.value] for bit in bits]
    assert not any(bit.undefined and bit.value for bit in bits)  # or it is no word at all
    return "".join(reversed(digits))


def cell(kind: str, parameters: Mapping[str, Any], pin: str = "Y", **pins: str) -> str:
    """What a cell makes of some words."""
    made = CELLS[kind](LOGIC, parameters, {name: word(text) for name, text in pins.items()})
    return shown(made[pin])


def number(text: str) -> int:
    return int(text, 2) if text else 0


@pytest.mark.parametrize("index", range(4))
def test_a_choice_among_four_words(index: int) -> None:
    words = ("110", "001", "101", "010")
    chosen = cell("$bmux", {"WIDTH": 3}, A="".join(reversed(words)), S=f"{index:02b}")
    assert chosen == words[index]
    assert cell("$bmux", {"WIDTH": 3}, A="".join(reversed(words)), S="x0") == "1xx"
    assert cell("$bmux", {"WIDTH": 3}, A="".join(reversed(words)), S="0x") == "xxx"


@pytest.mark.parametrize("index", range(4))
def test_a_word_at_one_of_four_places(index: int) -> None:
    placed = ["00"] * 4
    placed[3 - index] = "10"
    assert cell("$demux", {"WIDTH": 2}, A="10", S=f"{index:02b}") == "".join(placed)
    assert cell("$demux", {"WIDTH": 2}, A="10", S="x0") == "00x000x0"


@pytest.mark.parametrize("as_number", [False, True])
def test_sums_of_products(as_number: bool) -> None:
    """Two bits of the table for each input of each product: whether it is low in it, or high."""
    products = ({0: "01", 1: "10", 2: "00"}, {0: "00", 1: "01", 2: "10"})  # ~a0 or a1; ..., by bits
    digits = "".join(row[k] for row in reversed(products) for k in (2, 1, 0))
    table: Any = int(digits, 2) if as_number else digits
    for a in product((0, 1), repeat=3):
        want = any(
            all(bits == "00" or a[k] == (bits == "10") for k, bits in row.items())
            for row in products
        )
        text = "".join(str(bit) for bit in reversed(a))
        parameters = {"WIDTH": 3, "DEPTH": 2, "TABLE": table}
        assert cell("$sop", parameters, A=text) == str(int(want)), a
    assert cell("$sop", {"WIDTH": 1, "DEPTH": 2, "TABLE": 1}, A="1") == "1"  # an empty product is 1


@pytest.mark.parametrize("as_number", [False, True])
def test_tables_by_number_and_by_text(as_number: bool) -> None:
    for table in range(16):
        lut: Any = table if as_number else f"{table:04b}"
        for a in range(4):
            assert cell("$lut", {"LUT": lut}, A=f"{a:02b}") == str(table >> a & 1)
    assert cell("$lut", {"LUT": "x1"}, A="0") == "1"
    assert cell("$lut", {"LUT": "x1"}, A="1") == "x"
    assert cell("$lut", {"LUT": "110"}, A="11") == "0"  # what the table leaves out


def test_parts_of_words() -> None:
    for start, width in ((0, 2), (1, 3), (3, 1), (2, 2)):
        want = "10x0"[4 - start - width : 4 - start]
        assert cell("$slice", {"OFFSET": start, "Y_WIDTH": width}, A="10x0") == want
    assert cell("$concat", {}, A="10", B="0x1") == "0x110"
    for kind in ("$pos", "$buf"):
        assert cell(kind, {"Y_WIDTH": 4, "A_SIGNED": 1}, A="10") == "1110"
        assert cell(kind, {"Y_WIDTH": 5, "A_SIGNED": 1}, A="0110") == "00110"
        assert cell(kind, {"Y_WIDTH": 5, "A_SIGNED": 1}, A="1001") == "11001"
        assert cell(kind, {"WIDTH": 3}, A="10") == "010"
        assert cell(kind, {}, A="10") == "0"


@pytest.mark.parametrize("signed", [0, 1])
def test_words_without_bits_are_nought(signed: int) -> None:
    parameters = {"A_SIGNED": signed, "B_SIGNED": signed, "Y_WIDTH": 2}
    for kind, y in (("$lt", "00"), ("$le", "01"), ("$ge", "01"), ("$gt", "00"), ("$eq", "01")):
        assert cell(kind, parameters, A="", B="") == y
    for kind in ("$add", "$sub", "$mul", "$neg", "$not", "$shl", "$shr", "$sshr"):
        assert cell(kind, parameters, A="", B="") == ("11" if kind == "$not" else "00")
    for kind in ("$reduce_or", "$reduce_xor", "$logic_or"):
        assert cell(kind, parameters, A="", B="") == "00"
    assert cell("$reduce_and", parameters, A="") == "01"


@pytest.mark.parametrize(
    "kind", ["$add", "$sub", "$mul", "$div", "$mod", "$lt", "$ge", "$eq", "$xor"]
)
def test_a_word_with_a_sign_and_one_without_have_none(kind: str) -> None:
    plain = {"A_SIGNED": 0, "B_SIGNED": 0, "Y_WIDTH": 4}
    for pins in cases({"A": 2, "B": 3}, "01"):
        for one, other in ((0, 1), (1, 0)):
            mixed = {**plain, "A_SIGNED": one, "B_SIGNED": other}
            assert cell(kind, mixed, **pins) == cell(kind, plain, **pins), pins


def test_carries_of_an_adder() -> None:
    for a, b, carry, invert in product(range(4), range(4), (0, 1), (0, 1)):
        pins = {"A": f"{a:02b}", "B": f"{b:02b}", "CI": str(carry), "BI": str(invert)}
        other = b ^ (3 if invert else 0)
        total = a + other + carry
        low = (a & 1) + (other & 1) + carry
        parameters = {"Y_WIDTH": 2}
        assert number(cell("$alu", parameters, **pins)) == total & 3
        assert number(cell("$alu", parameters, "X", **pins)) == a ^ other
        assert number(cell("$alu", parameters, "CO", **pins)) == 2 * (total >> 2) + (low >> 1)
        pins = {"P": f"{a:02b}", "G": f"{b:02b}", "CI": str(carry)}
        first = b & 1 | a & carry
        second = (b >> 1) | (a >> 1) & first
        assert number(cell("$lcu", {}, "CO", **pins)) == (second & 1) * 2 + (first & 1)
        pins = {"A": f"{a:02b}", "B": f"{b:02b}", "C": f"{carry}{invert}"}
        three = [(a >> k & 1) + (b >> k & 1) + (invert, carry)[k] for k in (0, 1)]
        assert number(cell("$fa", {}, **pins)) == (three[1] & 1) * 2 + (three[0] & 1)
        assert number(cell("$fa", {}, "X", **pins)) == (three[1] >> 1) * 2 + (three[0] >> 1)


TWO = {"A_SIGNED": 0, "B_SIGNED": 0, "Y_WIDTH": 2, "WIDTH": 2}
ONE = {**TWO, "Y_WIDTH": 1}
SIGNED = {**TWO, "A_SIGNED": 1, "B_SIGNED": 1}
# Kinds, their parameters, and the widths of their pins: small enough to try all of 0, 1 and x.
EXACT: tuple[tuple[str, Mapping[str, Any], Mapping[str, int]], ...] = (
    *((kind, TWO, {"A": 2, "B": 2}) for kind in ("$and", "$or", "$xor", "$xnor")),
    *((kind, TWO, {"A": 2}) for kind in ("$not", "$pos")),
    *((kind, ONE, {"A": 3}) for kind in ("$reduce_and", "$reduce_or", "$reduce_bool")),
    *((kind, ONE, {"A": 3}) for kind in ("$reduce_xor", "$reduce_xnor", "$logic_not")),
    *((kind, ONE, {"A": 2, "B": 2}) for kind in ("$logic_and", "$logic_or", "$eq", "$ne")),
    ("$mux", TWO, {"A": 2, "B": 2, "S": 1}),
    ("$bwmux", TWO, {"A": 2, "B": 2, "S": 2}),
    ("$bmux", {"WIDTH": 1}, {"A": 4, "S": 2}),
    ("$demux", {"WIDTH": 1}, {"A": 1, "S": 2}),
    ("$lut", {"LUT": "11010010"}, {"A": 3}),
    ("$slice", {"OFFSET": 1, "Y_WIDTH": 2}, {"A": 4}),
    ("$concat", {}, {"A": 2, "B": 2}),
)
SOUND: tuple[tuple[str, Mapping[str, Any], Mapping[str, int]], ...] = (
    *EXACT,
    *((kind, TWO, {"A": 2, "B": 2}) for kind in ("$add", "$sub", "$mul", "$div", "$mod", "$pow")),
    *((kind, SIGNED, {"A": 2, "B": 2}) for kind in ("$divfloor", "$modfloor", "$pow")),
    *((kind, SIGNED, {"A": 2, "B": 2}) for kind in ("$shl", "$shr", "$sshr", "$shift", "$shiftx")),
    *((kind, ONE, {"A": 2, "B": 2}) for kind in ("$lt", "$le", "$ge", "$gt")),
    ("$neg", TWO, {"A": 2}),
    ("$pmux", TWO, {"A": 1, "B": 2, "S": 2}),
    ("$alu", TWO, {"A": 2, "B": 2, "CI": 1, "BI": 1}),
    ("$fa", TWO, {"A": 1, "B": 1, "C": 1}),
    ("$lcu", TWO, {"P": 2, "G": 2, "CI": 1}),
)


def cases(widths: Mapping[str, int], digits: str) -> Iterator[dict[str, str]]:
    for text in product(digits, repeat=sum(widths.values())):
        left = iter(text)
        yield {pin: "".join(next(left) for _ in range(width)) for pin, width in widths.items()}


def fillings(pins: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """All words that words with x may stand for."""
    unknown = [
        (pin, k) for pin, text in pins.items() for k, digit in enumerate(text) if digit == "x"
    ]
    for values in product("01", repeat=len(unknown)):
        filled = {pin: list(text) for pin, text in pins.items()}
        for (pin, k), value in zip(unknown, values, strict=True):
            filled[pin][k] = value
        yield {pin: "".join(text) for pin, text in filled.items()}


@pytest.mark.parametrize("place", range(len(SOUND)), ids=lambda k: SOUND[k][0])
def test_what_is_known_in_spite_of_an_x_is_so_whatever_it_stands_for(place: int) -> None:
    """And of cells that only choose and combine bits, all that can be known is."""
    kind, parameters, widths = SOUND[place]
    outputs = CELLS[kind](LOGIC, parameters, {pin: word("0" * n) for pin, n in widths.items()})
    for name in outputs:
        known = {str(p): cell(kind, parameters, name, **p) for p in cases(widths, "01")}
        for pins in cases(widths, "01x"):
            made = cell(kind, parameters, name, **pins)
            if "x" in "".join(pins.values()):
                meant = [known[str(filled)] for filled in fillings(pins)]
                for k, digit in enumerate(made):
                    may = {text[k] for text in meant}
                    if digit != "x":
                        assert may == {digit}, (name, pins, made)
                    elif place < len(EXACT):
                        assert len(may) > 1, (name, pins, made)


def test_comparisons_with_x_are_those_of_the_standard() -> None:
    for kind, equal in (("$eqx", "1"), ("$nex", "0")):
        assert cell(kind, ONE, A="10", B="10") == equal
        assert cell(kind, ONE, A="10", B="11") == str(1 - int(equal))
        assert cell(kind, ONE, A="1x", B="10") == "x"
        assert cell(kind, ONE, A="1x", B="00") == "x"
    assert cell("$eq", {**ONE, "Y_WIDTH": 3}, A="1x", B="00") == "000"
    assert cell("$bweqx", {}, A="0011", B="0101") == "1001"


def read(kind: str, **parameters: object) -> Mapping[str, Any]:
    return {"type": kind, "parameters": parameters}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([], True),
        ([read("$add"), read("$memrd", CLK_ENABLE="0"), read("$memrd_v2")], True),
        ([read("$mem", WR_PORTS="0", RD_CLK_ENABLE="00"), read("$meminit_v2")], True),
        ([read("$memwr")], False),
        ([read("$memrd"), read("$memwr_v2")], False),
        ([read("$memrd_v2", CLK_ENABLE="1")], False),
        ([read("$mem_v2", WR_PORTS="1", RD_CLK_ENABLE="0")], False),
        ([read("$mem_v2", WR_PORTS="0", RD_CLK_ENABLE="10")], False),
        ([read("$add", CLK_ENABLE="1"), {"type": "$not"}], True),
    ],
)
def test_which_memories_are_tables(cells: Sequence[Mapping[str, Any]], expected: bool) -> None:
    assert is_only_read(cells) is expected


def test_a_memory_has_so_many_bits_and_no_more() -> None:
    for size in (MAX_BITS // 8, MAX_BITS // 8 + 1):
        module = {"cells": {}, "memories": {"m": {"width": 8, "size": size}}}
        if 8 * size <= MAX_BITS:
            assert Memories(LOGIC, module).sizes == {"m": (8, size, 0)}
        else:
            with pytest.raises(InvcError, match=f"memory 'm' has more than {MAX_BITS} bits"):
                Memories(LOGIC, module)


def initial(words: str, at: str, enabled: str, priority: int) -> dict[str, Any]:
    """What states the contents of a memory of two bits, the first word last."""
    return {
        "type": "$meminit_v2",
        "parameters": {"MEMID": "\\m", "WIDTH": 2, "WORDS": len(words) // 2, "PRIORITY": priority},
        "connections": {"ADDR": [*reversed(at)], "DATA": [*reversed(words)], "EN": [*reversed(enabled)]},
    }  # fmt: skip


def test_contents_are_laid_over_each_other_by_priority() -> None:
    cells = {"b": initial("0x", "10", "10", 2), "a": initial("10110001", "01", "11", 1)}
    module = {"cells": cells, "memories": {"m": {"width": 2, "size": 4, "start_offset": 1}}}
    memories = Memories(LOGIC, module)
    held = [shown(memories.read({"MEMID": "\\m"}, word(f"{address:03b}"))) for address in range(8)]
    assert held == ["xx", "01", "00", "11", "10", "xx", "xx", "xx"]


def source(kind: str, signed: bool) -> tuple[dict[str, Any], Netlist]:
    """Two bits of a and b, as a cell of Yosys, and as gates that are another function."""
    ports = (
        Port("a", "input", (2, 4), signed=signed),
        Port("b", "input", (6, 8), signed=signed),
        Port("y", "output", (10, 12), signed=signed),
    )
    module = {
        "ports": {
            port.name: {"direction": port.direction, "bits": [2 * k + 2, 2 * k + 3]}
            for k, port in enumerate(ports)
        },
        "cells": {
            "u": {
                "type": kind,
                "parameters": {"Y_WIDTH": 2, "A_SIGNED": 0, "B_SIGNED": 0},
                "connections": {"A": [2, 3], "B": [4, 5], "Y": [6, 7]},
            }
        },
    }
    gates = (Gate(AND2, (2, 6, 10)), Gate(XOR2, (4, 8, 12)))
    names = ("", *(f"n{k}" for k in range(6)))
    return module, Netlist("t", ports, gates, names).check()


@pytest.mark.parametrize(
    ("kind", "signed", "told"),
    [
        ("$and", False, "y is 2, not 0, at a=2 b=0"),
        ("$and", True, "y is -2, not 0, at a=-2 b=0"),
        ("$or", True, "y is 0, not 1, at a=1 b=0"),
        ("$xor", False, "y is 0, not 1, at a=1 b=0"),
    ],
)
def test_a_netlist_that_is_another_is_told_by_the_first_inputs(
    kind: str, signed: bool, told: str
) -> None:
    module, netlist = source(kind, signed)
    with pytest.raises(InvcError) as caught:
        compare(module, {}, netlist, where="t.v")
    assert caught.value.message == f"the mapped netlist is not equal to its source: {told}"
    assert (caught.value.where, caught.value.hint) == ("t.v", "please report it with the source")


def test_undefined_bits_of_a_wrong_value_are_told() -> None:
    module, netlist = source("$and", False)
    module["ports"]["y"]["bits"] = ["x", 6]
    with pytest.raises(InvcError) as caught:
        compare(module, {}, netlist)
    assert caught.value.message.endswith("y is 2, not 0 (but for undefined bits), at a=2 b=0")


def test_a_netlist_without_inputs_is_told_without_any() -> None:
    module = {"ports": {"y": {"direction": "output", "bits": ["1"]}}, "cells": {}}
    netlist = Netlist("t", (Port("y", "output", (0,)),), (), ("",))
    with pytest.raises(InvcError, match=r"y is 0, not 1\n"):
        compare(module, {}, netlist)


def test_how_far_a_netlist_is_known_is_told() -> None:
    assert str(Agreement(True, 16)) == "proven equal"
    assert str(Agreement(False, 4096)) == "4,096 vectors agree"
    assert str(CycleAgreement(1000, 3)) == "1,000 cycles agree in 3 random runs"
