"""What each example computes, in Python: the oracle of its tests.

Written from the READMEs, not from the Verilog. A model takes the example's inputs and returns
its outputs; `W` and the like are the Verilog parameters.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Values: TypeAlias = dict[str, int]


@dataclass(frozen=True)
class Example:
    """One Verilog source with its oracle.

    Attributes:
        source: Its path inside rtl_examples.
        inputs: Widths of the input ports for given parameters, first port first.
        model: Outputs from inputs and parameters.
        parameters: Defaults of the parameters.
        small: Parameters under which the model has few spins.
        right: All inputs whose first output is 1, where there are too many others for a table.
    """

    source: str
    inputs: Callable[..., Values]
    model: Callable[..., Values]
    parameters: Mapping[str, int]
    small: Mapping[str, int]
    right: Callable[..., Iterator[Values]] | None = None


def half_adder(*, a: int, b: int) -> Values:
    return {"sum": (a + b) % 2, "carry": (a + b) // 2}


def adder(*, a: int, b: int, W: int) -> Values:
    return {"sum": a + b}


def multiplier(*, a: int, b: int, W: int) -> Values:
    return {"p": a * b}


def comparator(*, a: int, b: int, W: int) -> Values:
    return {"lt": int(a < b), "eq": int(a == b), "gt": int(a > b)}


def alu(*, op: int, a: int, b: int, W: int) -> Values:
    operations = (a + b, a - b, a & b, a | b, a ^ b, ~a, 2 * a, int(a < b))
    y = operations[op] % 2**W
    return {"y": y, "zero": int(y == 0)}


def popcount(*, x: int, W: int) -> Values:
    return {"count": x.bit_count()}


def priority_encoder(*, request: int, W: int) -> Values:
    return {"index": max(request.bit_length() - 1, 0), "valid": int(request > 0)}


def sat3(*, ann: int, bob: int, cat: int, dan: int, eve: int, fay: int) -> Values:
    wishes = (
        ann or bob or cat,
        not (ann and bob) or dan,
        not (ann and cat and dan),
        not bob or eve or fay,
        not (cat and eve) or fay,
        not fay or dan or eve,
        not (dan and eve and fay),
        ann or dan or fay,
        not (bob and dan) or cat,
    )
    return {"satisfied": int(all(wishes))}


def hamming_encoder(*, data: int) -> Values:
    """The one word that keeps the data at positions 3, 5, 6, 7 and passes all three checks."""
    words = [w for w in range(128) if _data_of(w) == data and _syndrome(w) == 0]
    assert len(words) == 1
    return {"code": words[0]}


def hamming_decoder(*, code: int) -> Values:
    syndrome = _syndrome(code)
    corrected = code ^ (1 << syndrome - 1) if syndrome else code
    return {"data": _data_of(corrected), "syndrome": syndrome}


def _syndrome(code: int) -> int:
    """The exclusive or of the positions, counted from 1, at which the word has a one."""
    syndrome = 0
    for position in range(1, 8):
        if code >> position - 1 & 1:
            syndrome ^= position
    return syndrome


def _data_of(code: int) -> int:
    return sum((code >> position - 1 & 1) << k for k, position in enumerate((3, 5, 6, 7)))


def bcd(*, bin: int, W: int) -> Values:
    return {"bcd": int(str(bin), 16)}


def perceptron(*, x: int, w: int, N: int) -> Values:
    agree = sum(x >> i & 1 == w >> i & 1 for i in range(N))
    return {"y": int(2 * agree > N)}


def mlp(*, x: int, w: int, N: int, H: int, C: int) -> Values:
    on = [x & w >> j * N & (1 << N) - 1 for j in range(H)]
    hidden = [int(2 * bits.bit_count() >= x.bit_count()) for bits in on]
    code = _drawn(H, C)
    agree = [sum(h == code[c, j] for j, h in enumerate(hidden)) for c in range(C)]
    return {"y": agree.index(max(agree))}


def patches(*, x: int, w: int, W: int, R: int, H: int, C: int) -> Values:
    places, size = W - R + 1, R * R + 1
    hidden = []
    for j in range(H):
        top, left = divmod(j * 97 % places**2, places)
        pixels = [x >> (top + r) * W + left + c & 1 for r in range(R) for c in range(R)] + [1]
        weights = [w >> j * size + k & 1 for k in range(size)]
        hidden.append(
            int(2 * sum(a & b for a, b in zip(pixels, weights, strict=True)) >= sum(pixels))
        )
    code = _drawn(H, C)
    agree = [sum(h == code[c, j] for j, h in enumerate(hidden)) for c in range(C)]
    return {"y": agree.index(max(agree))}


def sudoku(*, board: int, W: int, H: int) -> Values:
    N = W * H
    digits = [board >> 4 * (N * N - 1 - k) & 15 for k in range(N * N)]
    rows = [digits[N * r : N * r + N] for r in range(N)]
    boxes = [
        [rows[top + r][left + c] for r in range(H) for c in range(W)]
        for top in range(0, N, H)
        for left in range(0, N, W)
    ]
    units = [*rows, *zip(*rows, strict=True), *boxes]
    return {"ok": int(all(sorted(unit) == list(range(1, N + 1)) for unit in units))}


def sudokus(*, W: int, H: int) -> Iterator[Values]:
    """All boards that are right, by trying rows."""
    N = W * H
    for rows in itertools.product(itertools.permutations(range(1, N + 1)), repeat=N):
        board = int("".join(f"{digit:x}" for row in rows for digit in row), 16)
        if sudoku(board=board, W=W, H=H)["ok"]:
            yield {"board": board}


BORDERS = ["wa-nt", "wa-sa", "nt-sa", "nt-q", "sa-q", "sa-nsw", "sa-vic", "q-nsw", "nsw-vic"]
REGIONS = ("wa", "nt", "sa", "q", "nsw", "vic", "tas")


def colouring(*, C: int, **colours: int) -> Values:
    pairs = (border.split("-") for border in BORDERS)
    apart = all(colours[one] != colours[other] for one, other in pairs)
    return {"ok": int(apart and max(colours.values()) < C)}


def subset_sum(*, pick: int, N: int) -> Values:
    weights = (12, 27, 41, 53, 62, 73, 84, 99)[:N]
    return {"sum": sum(weight for k, weight in enumerate(weights) if pick >> k & 1)}


def isqrt(*, x: int, W: int) -> Values:
    root = math.isqrt(x)
    return {"root": root, "rest": x - root * root}


def crc(*, data: int, W: int) -> Values:
    """By long division of polynomials over GF(2)."""
    left = data << 8
    for k in reversed(range(8, W + 8)):
        if left >> k & 1:
            left ^= 0x107 << k - 8
    return {"sum": left}


def _drawn(H: int, C: int) -> dict[tuple[int, int], int]:
    """For each neuron which half of the classes it is for, by the generator of numbers in C."""
    state, code = 0, {}
    for j in range(H):
        left = (C + 1) // 2
        for c in range(C):
            state = (1664525 * state + 1013904223) % 2**32
            code[c, j] = int(state // 256 % (C - c) < left)
            left -= code[c, j]
    return code


RIGHT = {"sudoku": sudokus}
EXAMPLES = {
    name: Example(f"{folder}/{name}.v", inputs, model, parameters, small, RIGHT.get(name))
    for name, folder, inputs, model, parameters, small in (
        ("half_adder", "half_adder", lambda: {"a": 1, "b": 1}, half_adder, {}, {}),
        ("adder", "adder", lambda W: {"a": W, "b": W}, adder, {"W": 4}, {"W": 3}),
        ("multiplier", "multiplier", lambda W: {"a": W, "b": W}, multiplier, {"W": 4}, {"W": 2}),
        ("comparator", "comparator", lambda W: {"a": W, "b": W}, comparator, {"W": 4}, {"W": 2}),
        ("alu", "alu", lambda W: {"op": 3, "a": W, "b": W}, alu, {"W": 4}, {"W": 1}),
        ("popcount", "popcount", lambda W: {"x": W}, popcount, {"W": 8}, {"W": 5}),
        (
            "priority_encoder",
            "priority_encoder",
            lambda W: {"request": W},
            priority_encoder,
            {"W": 8},
            {"W": 4},
        ),
        (
            "sat3",
            "sat3",
            lambda: dict.fromkeys(("ann", "bob", "cat", "dan", "eve", "fay"), 1),
            sat3,
            {},
            {},
        ),
        ("hamming_encoder", "hamming", lambda: {"data": 4}, hamming_encoder, {}, {}),
        ("hamming_decoder", "hamming", lambda: {"code": 7}, hamming_decoder, {}, {}),
        ("bcd", "bcd", lambda W: {"bin": W}, bcd, {"W": 8}, {"W": 4}),
        ("perceptron", "perceptron", lambda N: {"x": N, "w": N}, perceptron, {"N": 25}, {"N": 5}),
        (
            "mlp",
            "mlp",
            lambda N, H, C: {"x": N, "w": H * N},
            mlp,
            {"N": 3, "H": 3, "C": 2},
            {"N": 2, "H": 3, "C": 2},
        ),
        (
            "patches",
            "patches",
            lambda W, R, H, C: {"x": W * W, "w": H * (R * R + 1)},
            patches,
            {"W": 8, "R": 4, "H": 32, "C": 10},
            {"W": 2, "R": 1, "H": 3, "C": 2},
        ),
        (
            "sudoku",
            "sudoku",
            lambda W, H: {"board": 4 * (W * H) ** 2},
            sudoku,
            {"W": 2, "H": 2},
            {"W": 2, "H": 1},
        ),
        (
            "colouring",
            "colouring",
            lambda C: dict.fromkeys(REGIONS, 2),
            colouring,
            {"C": 3},
            {"C": 2},
        ),
        ("subset_sum", "subset_sum", lambda N: {"pick": N}, subset_sum, {"N": 8}, {"N": 3}),
        ("isqrt", "isqrt", lambda W: {"x": 2 * W}, isqrt, {"W": 4}, {"W": 2}),
        ("crc", "crc", lambda W: {"data": W}, crc, {"W": 16}, {"W": 4}),
    )
}
