"""Sets of constraints with known numbers of answers, from 32 to 10^12, as Verilog."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from math import comb, factorial, sqrt

import numpy as np


@dataclass(frozen=True)
class Constraint:
    """A module, what is held of it, and how many inputs give that.

    Attributes:
        source: The module.
        clamps: As `invc simulate --clamp` takes them.
        answers: How many there are, counted otherwise.
    """

    source: str
    clamps: tuple[str, ...]
    answers: int


def unevenness(times: Collection[int], answers: int) -> float:
    """How far draws are from uniform, in standard deviations of what chance does; about normal.

    By chi-square where each answer is expected often, else by the number of collisions.

    Args:
        times: How often each answer that was drawn at all was drawn.
        answers: How many there are.
    """
    often = np.array(list(times), dtype=float)
    total = often.sum()
    if answers * 16 <= total:
        mean = total / answers
        seen = ((often - mean) ** 2).sum() / mean + (answers - len(often)) * mean
        return float((seen - (answers - 1)) / sqrt(2 * (answers - 1)))
    collisions = float((often * (often - 1) / 2).sum())
    mean = total * (total - 1) / 2 / answers
    return float((collisions - mean) / sqrt(mean))


def module(ports: str, body: str) -> str:
    return f"module m({ports});\n{body}\nendmodule\n"


def loop(width: int, checks: str, state: str = "o = 1;") -> str:
    """A module of an input x whose output ok is the variable o at the end of some statements."""
    body = f"integer i, j; reg o;\nalways @* begin {state}\n{checks}\nend\nassign ok = o;"
    return module(f"input [{width - 1}:0] x, output ok", body)


def popcount(width: int, bits: int) -> str:
    body = "integer i; reg [7:0] c; always @* begin c = 0;"
    body += f" for (i = 0; i < {width}; i = i + 1) c = c + x[i]; end assign n = c;"
    return module(f"input [{width - 1}:0] x, output [{bits - 1}:0] n", body)


def sums_to(widths: list[int], total: int) -> int:
    """How many numbers of so many bits add up to a total."""
    ways = reduce(np.convolve, [np.ones(1 << width, dtype=object) for width in widths])
    return int(ways[total])


def pairs(width: int, low: int, high: int) -> int:
    values = np.arange(1 << width)
    products = np.multiply.outer(values, values)
    return int(((products >= low) & (products <= high)).sum())


def different(count: int) -> str:
    checks = f"for (i = 0; i < {count}; i = i + 1) for (j = 0; j < i; j = j + 1)"
    return loop(3 * count, checks + " if (x[3*i+:3] == x[3*j+:3]) o = 0;")


ONE_HOT = "assign ok = (x != 0) && ((x & (x - 1)) == 0);"
CRC = """integer i; reg [7:0] r; always @* begin r = 8'hff;
for (i = 0; i < 40; i = i + 1) r = {r[6:0], 1'b0} ^ ((r[7] ^ d[i]) ? 8'h07 : 8'h00); end
assign c = r;"""
HAMMING = """genvar k; generate for (k = 0; k < 4; k = k + 1) begin: g
integer i; reg p; always @* begin p = 0; for (i = 1; i < 16; i = i + 1) if (i[k]) p = p ^ x[i - 1];
end assign s[k] = p; end endgenerate"""
RUNS = "for (i = 0; i < 20; i = i + 1) if (x[i+:3] == 0 || x[i+:3] == 7) o = 0;"
INSTRUCTION = """wire [6:0] op = i[6:0]; wire [2:0] f = i[14:12]; wire [6:0] g = i[31:25];
assign ok = (op == 51 && (g == 0 || (g == 32 && (f == 0 || f == 5))))
         || (op == 19 && (f != 1 || g == 0) && (f != 5 || g == 0 || g == 32))
         || (op == 3 && f != 3 && f < 6) || (op == 99 && f != 2 && f != 3);"""
FIELDS = 1 << 15  # of an instruction that are free: three registers, or parts of a constant


def without_runs(width: int) -> int:
    """Words without three equal bits beside each other: two equal ones make one step of two."""
    ways = [2, 4]
    for _ in range(width - 2):
        ways.append(ways[-1] + ways[-2])
    return ways[width - 1]


CONSTRAINTS = {
    "one of 32": Constraint(module("input [31:0] x, output ok", ONE_HOT), ("ok=1",), 32),
    "one of 64": Constraint(module("input [63:0] x, output ok", ONE_HOT), ("ok=1",), 64),
    "thin branch": Constraint(
        module("input s, input [15:0] x, output ok", "assign ok = !s || x == 16'hbeef;"),
        ("ok=1",),
        65537,
    ),
    "4 of 12": Constraint(popcount(12, 4), ("n=4",), comb(12, 4)),
    "20 of 40": Constraint(popcount(40, 6), ("n=20",), comb(40, 20)),
    "sum of two": Constraint(
        module("input [19:0] a, b, output [20:0] s", "assign s = a + b;"), ("s=1000000",), 1000001
    ),
    "sum of four": Constraint(
        module("input [9:0] a, b, c, d, output [11:0] s", "assign s = a + b + c + d;"),
        ("s=2000",),
        sums_to([10] * 4, 2000),
    ),
    "sum of three": Constraint(
        module("input [20:0] a, b, c, output [22:0] s", "assign s = a + b + c;"),
        ("s=2000000",),
        comb(2000002, 2),
    ),
    "8 different": Constraint(different(8), ("ok=1",), factorial(8)),
    "6 different": Constraint(different(6), ("ok=1",), factorial(8) // 2),
    "crc": Constraint(module("input [39:0] d, output [7:0] c", CRC), ("c=0x5a",), 1 << 32),
    "decimal digits": Constraint(
        loop(32, "for (i = 0; i < 8; i = i + 1) if (x[4*i+:4] > 9) o = 0;"), ("ok=1",), 10**8
    ),
    "no runs": Constraint(loop(22, RUNS), ("ok=1",), without_runs(22)),
    "product": Constraint(
        module(
            "input [7:0] a, b, output ok",
            "wire [15:0] p = a * b; assign ok = p >= 30000 && p <= 30100;",
        ),
        ("ok=1",),
        pairs(8, 30000, 30100),
    ),
    "gray": Constraint(
        module(
            "input [31:0] a, b, output ok",
            "wire [31:0] d = a ^ b; assign ok = (d != 0) && ((d & (d - 1)) == 0);",
        ),
        ("ok=1",),
        32 << 32,
    ),
    "ascending": Constraint(
        loop(48, "for (i = 1; i < 6; i = i + 1) if (x[8*i+:8] <= x[8*i-8+:8]) o = 0;"),
        ("ok=1",),
        comb(256, 6),
    ),
    "instruction": Constraint(
        module("input [31:0] i, output ok", INSTRUCTION),
        ("ok=1",),
        FIELDS * (10 + (6 * 128 + 1 + 2) + 5 * 128 + 6 * 128),
    ),
    "hamming": Constraint(module("input [14:0] x, output [3:0] s", HAMMING), ("s=0",), 1 << 11),
    "square": Constraint(
        module("input [15:0] x, output ok", "wire [31:0] q = x * x; assign ok = q[7:0] == 8'h91;"),
        ("ok=1",),
        int((np.arange(1 << 16) ** 2 % 256 == 0x91).sum()),
    ),
    "majority": Constraint(
        module("input [31:0] x, y, z, output [31:0] m", "assign m = x & y | x & z | y & z;"),
        ("m=0xffffffff",),
        4**32,
    ),
}
