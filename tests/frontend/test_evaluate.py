"""Modules of words: loops, cells by bits, memories; sums of Yosys's cells by their parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import pytest

from invc.diagnostics import InvcError
from invc.frontend.arithmetic import Word
from invc.frontend.words.algebra import Bit, Logic, Trials
from invc.frontend.words.evaluate import MOST_ROUNDS, evaluate_module
from invc.frontend.words.vectors import BLOCK, all_vectors, some_vectors
from invc.frontend.yosys_cells import extended, flag, macc, macc_v2, number, operator
from invc.netlist import Function

LOGIC = Logic(Trials(1))


def ran(
    cells: Sequence[Mapping[str, Any]], a: str, y: Sequence[int | str], functions: Any = None
) -> str:
    """What comes out of cells whose inputs are nets 2, 3, ..., the highest first."""
    nets = list(range(2, 2 + len(a)))
    module = {
        "ports": {
            "a": {"direction": "input", "bits": nets},
            "y": {"direction": "output", "bits": list(y)},
        },
        "cells": {f"u{k}": cell for k, cell in enumerate(cells)},
    }
    bits = [{"0": Bit(0), "1": LOGIC.high, "x": LOGIC.unknown}[digit] for digit in reversed(a)]
    made = evaluate_module(module, functions or {}, LOGIC, {"a": bits})["y"]
    return "".join("x" if bit.undefined else str(bit.value) for bit in reversed(made))


def cell(kind: str, parameters: Mapping[str, Any] | None = None, **pins: Any) -> dict[str, Any]:
    return {"type": kind, "parameters": parameters or {}, "connections": pins}


OPERATIONS: Mapping[str, Callable[[int, int], int]] = {
    "$and": lambda p, q: p & q, "$or": lambda p, q: p | q, "$xor": lambda p, q: p ^ q,
    "$xnor": lambda p, q: 1 ^ p ^ q,
}  # fmt: skip


@pytest.mark.parametrize("kind", OPERATIONS)
@pytest.mark.parametrize("signed", [0, 1])
def test_a_word_may_read_itself_bit_by_bit(kind: str, signed: int) -> None:
    """Bit k of y follows from bit k of a and bit k - 1 of y; operands of all widths are extended."""
    parameters = {"A_SIGNED": signed, "B_SIGNED": signed, "Y_WIDTH": 4}
    for bits in product("01", repeat=3):
        a = "".join(bits)
        loop = cell(kind, parameters, A=[2, 3], B=[4, 20, 21, 22], Y=[20, 21, 22, 23])
        low, high, first = (int(digit) for digit in (a[2], a[1], a[0]))
        wide = [low, high, *[high if signed else 0] * 2]
        want, before = [], first
        for bit in wide:
            before = OPERATIONS[kind](bit, before)
            want.append(str(before))
        assert ran([loop], a, [20, 21, 22, 23]) == "".join(reversed(want)), a


def test_choices_and_inversions_may_read_themselves_bit_by_bit() -> None:
    for s, a in product("01", repeat=2):
        chosen = cell("$mux", {"WIDTH": 2}, A=[3, 20], B=[20 + 1, 3], S=[2], Y=[20, 21])
        want = {"0": [a, a], "1": [a, a]}[s]
        assert ran([chosen], a + s, [20, 21]) == "".join(want)
    inverted = cell("$not", {"Y_WIDTH": 3, "A_SIGNED": 0}, A=[2, 20], Y=[20, 21, 22])
    assert ran([inverted], "0", [20, 21, 22]) == "101"
    assert ran([inverted], "1", [20, 21, 22]) == "110"
    own = cell("$bwmux", {"WIDTH": 2}, A=[2, 20], B=["1", "0"], S=["0", 2], Y=[20, 21])
    assert ran([own], "1", [20, 21]) == "01"


def test_what_follows_from_itself_alone_is_undefined() -> None:
    gates = [cell("$_NOT_", A=[20], Y=[21]), cell("$_NOT_", A=[21], Y=[20]),
             cell("$_AND_", A=[20], B=[2], Y=[22])]  # fmt: skip
    assert ran(gates, "1", [20, 21, 22, 2]) == "1xxx"
    assert ran(gates, "0", [20, 22]) == "0x"


def test_a_ring_settles_in_as_many_rounds_as_it_needs() -> None:
    """Cells stand in the worst order: each round one more of them is known."""
    long = MOST_ROUNDS - 1
    for count in (3, long):
        nets = list(range(20, 20 + count))
        ring = [cell("$_OR_", A=[nets[k - 1]], B=["0"], Y=[nets[k]]) for k in range(1, count)]
        ring = [*reversed(ring), cell("$_OR_", A=[nets[-1]], B=[2], Y=[nets[0]])]
        assert ran(ring, "1", [nets[-1], nets[0]]) == "11"


def test_cells_of_a_library_and_pins_that_nobody_connects() -> None:
    both = Function("BOTH", ("P", "Q"), ("O", "N"), (0x8, 0x7))
    made = cell("BOTH", P=[2], Q=[3], O=[20], N=[21])
    assert ran([made], "11", [20, 21], {"BOTH": both}) == "01"
    half = cell("BOTH", P=[2], O=[20])
    assert ran([half], "00", [20], {"BOTH": both}) == "0"
    assert ran([half], "01", [20, 30], {"BOTH": both}) == "xx"
    constant = cell("$_NOT_", A=[2], Y=["0"])  # drives nothing
    assert ran([constant], "0", [2, "0", "1", "x", "z"]) == "xx100"
    noted = cell("$scopeinfo", {"TYPE": "module"})
    assert ran([noted], "1", [2]) == "1"


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (cell("$dff", Q=[20]), "cell 'u0' of type '$dff' cannot be evaluated"),
        (cell("$memwr", ADDR=[2]), "a memory that is written cannot be evaluated"),
        (cell("$add", A=[2], Y=[20]), "a cell cannot be evaluated: KeyError 'Y_WIDTH'"),
        (cell("$mux", A=[2], B=[2], S=[2, 2], Y=[20]), "a cell cannot be evaluated: ValueError"),
    ],
)
def test_what_cannot_be_evaluated_is_told(made: Mapping[str, Any], message: str) -> None:
    with pytest.raises(InvcError) as caught:
        ran([made], "1", [20])
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("101", 5), ("1x1", 5), (5, 5), ("", 0), (" 11 ", 3), ("0", 0), (0, 0)],
)
def test_parameters_are_numbers(parameter: object, value: int) -> None:
    assert number(parameter) == value
    assert flag({"P": parameter}, "P") is bool(value)
    assert flag({}, "P") is False


def test_words_are_extended_by_their_sign_or_by_zeros() -> None:
    assert extended((2, 4), 4, True) == (2, 4, 4, 4)
    assert extended((2, 4), 4, False) == (2, 4, 0, 0)
    assert extended((2, 4), 1, True) == (2,)
    assert extended((), 2, True) == (0, 0)


A, B, C = (2, 4, 6), (8, 10), (12, 14, 16)


def test_terms_of_plain_cells() -> None:
    both = {"A_SIGNED": "1", "B_SIGNED": "0"}
    word = {"A": A, "B": B}
    assert operator("$pos", both, word) == [(Word(A, True),)]
    assert operator("$neg", both, word) == [(Word(A, True, True),)]
    assert operator("$add", both, word) == [(Word(A, True),), (Word(B),)]
    assert operator("$sub", both, word) == [(Word(A, True),), (Word(B, False, True),)]
    assert operator("$mul", both, word) == [(Word(A, True), Word(B))]
    assert operator("$mul", {"B_SIGNED": "1"}, word) == [(Word(A), Word(B, True))]


def entry(signed: int, negated: int, a: int, b: int, size: int) -> str:
    """One term of $macc's CONFIG, its first bit first."""
    widths = "".join(f"{width:0{size}b}"[::-1] for width in (a, b))
    return f"{signed}{negated}{widths}"


@pytest.mark.parametrize("size", [2, 3])
def test_terms_of_the_older_macc(size: int) -> None:
    entries = ((1, 0, 3, 2), (0, 1, 2, 0), (1, 1, 1, 1))
    config = f"{size:04b}"[::-1] + "".join(entry(*e, size) for e in entries)
    bits = (*A, *B, *A[:2], 20, 22)
    parameters = {"CONFIG": config[::-1], "CONFIG_WIDTH": f"{len(config):b}"}
    assert macc(parameters, {"A": bits, "B": (30, 32)}) == [
        (Word(A, True), Word(B, True)), (Word(A[:2], False, True),),
        (Word((20,), True, True), Word((22,), True)), (Word((30,)),), (Word((32,)),),
    ]  # fmt: skip
    assert macc(parameters, {"A": bits})[-1] == (Word((20,), True, True), Word((22,), True))


def test_terms_of_the_newer_macc() -> None:
    parameters = {
        "NPRODUCTS": "10", "NADDENDS": "11", "PRODUCT_NEGATED": "10", "ADDEND_NEGATED": "101",
        "A_WIDTHS": f"{1:016b}{2:016b}", "B_WIDTHS": f"{1:016b}{1:016b}", "A_SIGNED": "01",
        "B_SIGNED": "10", "C_WIDTHS": f"{1:016b}{0:016b}{2:016b}", "C_SIGNED": "100",
    }  # fmt: skip
    assert macc_v2(parameters, {"A": A, "B": B, "C": C}) == [
        (Word(A[:2], True), Word(B[:1])), (Word(A[2:], False, True), Word(B[1:], True)),
        (Word(C[:2], False, True),), (Word(()),), (Word(C[2:], True, True),),
    ]  # fmt: skip


def test_all_vectors_are_all_values() -> None:
    words = all_vectors({"a": 2, "b": 0, "c": 1})
    rows = [
        tuple(sum((w >> t & 1) << k for k, w in enumerate(words[n])) for n in "abc")
        for t in range(8)
    ]
    assert rows == [(t & 3, 0, t >> 2) for t in range(8)]


@pytest.mark.parametrize("width", [1, 2, 5, 31])
def test_some_vectors_are_blocks_of_corners_and_of_chance(width: int) -> None:
    words, trials = some_vectors({"a": width, "b": width, "c": 0})
    assert (trials, words["c"]) == (8 * BLOCK, [])
    assert all(0 <= word < 1 << trials for word in words["a"])

    def block(name: str, k: int) -> list[int]:
        rows = range(k * BLOCK, (k + 1) * BLOCK)
        return [sum((w >> t & 1) << i for i, w in enumerate(words[name])) for t in rows]

    full, top = (1 << width) - 1, 1 << width - 1
    corners = {0, full, 1, top, top - 1, full ^ 1}
    assert corners <= set(block("a", 0))
    assert corners <= set(block("b", 0)) | {full ^ 1}
    assert block("a", 3) == block("b", 3)  # all ports alike
    assert corners - {full ^ 1} <= set(block("a", 5)) & set(block("b", 4))
    ones = [sum(map(int.bit_count, block("a", k))) / (BLOCK * width) for k in (1, 2, 6, 7)]
    assert ones[0] < 0.25
    assert 0.4 < ones[2] < 0.6
    assert 0.65 < ones[1] < 0.85
    assert len({str(block("a", k)) for k in range(8)}) == 8
