"""Verilog of ciphers' parts: the AES S-box, a round of DES, a small SPN, Speck."""

from functools import reduce
from operator import xor

# FIPS 46-3, the eight S-boxes by rows of 16, hexadecimal.
DES_BOXES = [
    "e4d12fb83a6c5907",
    "0f74e2d1a6cb9538",
    "41e8d62bfc973a50",
    "fc8249175b3ea06d",
    "f18e6b34972dc05a",
    "3d47f28ec01a69b5",
    "0e7ba4d158c6932f",
    "d8a13f42b67c05e9",
    "a09e63f51dc7b428",
    "d709346a285ecbf1",
    "d6498f30b12c5ae7",
    "1ad069874fe3b52c",
    "7de3069a1285bc4f",
    "d8b56f03472c1ae9",
    "a690cb7df13e5284",
    "3f06a1d8945bc72e",
    "2c417ab6853fd0e9",
    "eb2c47d150fa3986",
    "421bad78f9c5630e",
    "b8c71e2d6f09a453",
    "c1af92680d34e75b",
    "af427c9561de0b38",
    "9ef528c3704a1db6",
    "432c95fabe17608d",
    "4b2ef08d3c975a61",
    "d0b7491ae35c2f86",
    "14bdc37eaf680592",
    "6bd814a7950fe23c",
    "d2846fb1a93e50c7",
    "1fd8a374c56b0e92",
    "7b419ce206adf358",
    "21e74a8dfc90356b",
]
EXPANSION = [(4 * (k // 6) + k % 6 - 1) % 32 for k in range(48)]
PERMUTATION = [
    int(x) - 1
    for x in [
        "16",
        "7",
        "20",
        "21",
        "29",
        "12",
        "28",
        "17",
        "1",
        "15",
        "23",
        "26",
        "5",
        "18",
        "31",
        "10",
        "2",
        "8",
        "24",
        "14",
        "32",
        "27",
        "3",
        "9",
        "19",
        "13",
        "30",
        "6",
        "22",
        "11",
        "4",
        "25",
    ]
]
SMALL_BOX = "c56b90ad3ef84712"  # of PRESENT


def field_inverse(x: int) -> int:
    """In GF(256) modulo x^8 + x^4 + x^3 + x + 1; 0 of 0."""

    def product(a: int, b: int) -> int:
        out = 0
        while b:
            out ^= a if b & 1 else 0
            a = a << 1 ^ (0x11B if a & 0x80 else 0)
            b >>= 1
        return out

    out = 1
    for _ in range(254):
        out = product(out, x)
    return out


def aes_box(x: int) -> int:
    """FIPS 197, section 5.1.1."""
    y = field_inverse(x)
    turned = [(y << k | y >> (8 - k)) & 0xFF for k in range(1, 5)]
    return reduce(xor, turned, 0x63 ^ y)


def table(name: str, width: int, out: int, values: list[int]) -> str:
    """A function by its table."""
    rows = " ".join(f"{width}'d{k}: {name} = {out}'d{v};" for k, v in enumerate(values))
    return f"function [{out - 1}:0] {name}(input [{width - 1}:0] v); case (v) {rows} endcase endfunction"


def aes(boxes: int) -> str:
    """So many S-boxes side by side."""
    lines = [f"assign y[{8 * k + 7}:{8 * k}] = S(x[{8 * k + 7}:{8 * k}]);" for k in range(boxes)]
    box = table("S", 8, 8, [aes_box(x) for x in range(256)])
    ports = f"input [{8 * boxes - 1}:0] x, output [{8 * boxes - 1}:0] y"
    return f"module aes({ports});\n{box}\n" + "\n".join(lines) + "\nendmodule"


def copies(number: int) -> str:
    """So many inverses in GF(256) side by side, each of which has one answer."""
    box = table("I", 8, 8, [field_inverse(x) for x in range(256)])
    lines = [f"assign y[{8 * k + 7}:{8 * k}] = I(x[{8 * k + 7}:{8 * k}]);" for k in range(number)]
    ports = f"input [{8 * number - 1}:0] x, output [{8 * number - 1}:0] y"
    return f"module copies({ports});\n{box}\n" + "\n".join(lines) + "\nendmodule"


def des() -> str:
    """The function f of DES: 32 bits of a half and 48 of a key."""
    boxes, lines = [], []
    for b in range(8):
        rows = DES_BOXES[4 * b : 4 * b + 4]
        values = [int(rows[(v >> 5) * 2 + (v & 1)][v >> 1 & 15], 16) for v in range(64)]
        boxes.append(table(f"S{b}", 6, 4, values))
        bits = ", ".join(f"e[{6 * b + k}]" for k in range(6))  # the first is the highest
        outs = ", ".join(f"s[{4 * b + k}]" for k in range(4))
        lines.append(f"assign {{{outs}}} = S{b}({{{bits}}});")
    lines = [f"assign e[{k}] = r[{x}] ^ k[{k}];" for k, x in enumerate(EXPANSION)] + lines
    lines += [f"assign y[{k}] = s[{x}];" for k, x in enumerate(PERMUTATION)]
    head = "module des(input [31:0] r, input [47:0] k, output [31:0] y);\nwire [47:0] e;\nwire [31:0] s;"
    return head + "\n" + "\n".join([*boxes, *lines]) + "\nendmodule"


def spn(rounds: int, pairs: int) -> str:
    """A substitution-permutation network of 16 bits and 32 of a key, on so many texts."""
    box = table("S", 4, 4, [int(x, 16) for x in SMALL_BOX])
    lines = []
    for t in range(pairs):
        lines.append(f"wire [15:0] x{t}_0 = p[{16 * t + 15}:{16 * t}];")
        for r in range(rounds):
            key = "k[15:0]" if r % 2 == 0 else "k[31:16]"
            lines.append(f"wire [15:0] a{t}_{r} = x{t}_{r} ^ {key}, b{t}_{r}, x{t}_{r + 1};")
            lines += [
                f"assign b{t}_{r}[{4 * j + 3}:{4 * j}] = S(a{t}_{r}[{4 * j + 3}:{4 * j}]);"
                for j in range(4)
            ]
            lines += [
                f"assign x{t}_{r + 1}[{4 * i % 15 if i < 15 else 15}] = b{t}_{r}[{i}];"
                for i in range(16)
            ]
        lines.append(f"assign c[{16 * t + 15}:{16 * t}] = x{t}_{rounds} ^ k[15:0];")
    ports = f"input [{16 * pairs - 1}:0] p, input [31:0] k, output [{16 * pairs - 1}:0] c"
    return f"module spn({ports});\n{box}\n" + "\n".join(lines) + "\nendmodule"


def speck(rounds: int) -> str:
    """Speck 32/64 with independent round keys, on two texts."""
    rounded = "p[{high}:{low}]"
    for r in range(rounds):
        rounded = f"R({rounded}, k[{16 * r + 15}:{16 * r}])"
    lines = [f"assign c[{h}:{h - 31}] = {rounded.format(high=h, low=h - 31)};" for h in (31, 63)]
    return f"""module speck(input [63:0] p, input [{16 * rounds - 1}:0] k, output [63:0] c);
function [31:0] R(input [31:0] v, input [15:0] key); reg [15:0] x, y; begin
  x = v[31:16]; y = v[15:0];
  x = ({{x[6:0], x[15:7]}} + y) ^ key; y = {{y[13:0], y[15:14]}} ^ x; R = {{x, y}}; end endfunction
{chr(10).join(lines)}
endmodule"""
