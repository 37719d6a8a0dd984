"""Circuits that are run backward: generators of our own, and public ones that are fetched by name."""

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.convergence import ciphers
from invc import read, synth
from invc.design import Design
from invc.netlist import evaluate_ports

EPFL = "https://github.com/lsils/benchmarks"


@dataclass(frozen=True)
class Case:
    """A circuit and what is held.

    Attributes:
        name: For people.
        source: Verilog, or the path of a public circuit.
        within: Processor seconds in which each seed shall find its first answer; None: no goal.
        held: Inputs that are held as well as all outputs.
        control: Whether dynamics of the network find it within seconds, too.
        options: Of `invc.synth`.
    """

    name: str
    source: str
    within: float | None = None
    held: tuple[str, ...] = ()
    control: bool = False
    options: dict[str, Any] = field(default_factory=dict)


def multiplier(width: int) -> str:
    return f"module mul(input [{width - 1}:0] a, b, output [{2 * width - 1}:0] p); assign p = a * b;\nendmodule"


def of_nors(width: int) -> str:
    """An array multiplier of two-input NOR gates alone, as c6288 is."""
    lines, count = [], 0

    def nor(a: str, b: str) -> str:
        nonlocal count
        count += 1
        lines.append(f"wire w{count} = ~({a} | {b});")
        return f"w{count}"

    def adder(a: str, b: str, c: str | None) -> tuple[str, str]:
        n1 = nor(a, b)
        x = nor(nor(a, n1), nor(b, n1))  # xnor
        if c is None:
            return nor(x, x), nor(n1, nor(x, x))
        n2 = nor(x, c)
        return nor(nor(x, n2), nor(c, n2)), nor(n1, n2)

    ins = {p: [nor(f"{p}[{k}]", f"{p}[{k}]") for k in range(width)] for p in "ab"}
    row: list[str] = []
    product = []
    for j in range(width):
        terms = [nor(ins["a"][i], ins["b"][j]) for i in range(width)]
        sums, carry = [], None
        for i, term in enumerate(terms):
            others = [x for x in (row[i] if i < len(row) else None, carry) if x]
            carry = None
            if not others:
                sums.append(term)
            elif len(others) == 1:
                s, carry = adder(term, others[0], None)
                sums.append(s)
            else:
                s, carry = adder(term, others[0], others[1])
                sums.append(s)
        product.append(sums[0])
        row = sums[1:] + ([carry] if carry else [])
    lines += [f"assign p[{k}] = {name};" for k, name in enumerate([*product, *row])]
    head = f"module nors(input [{width - 1}:0] a, b, output [{2 * width - 1}:0] p);"
    return "\n".join([head, *lines, "endmodule"])


def locked(width: int, keys: int) -> str:
    """A multiplier of NOR gates in which key bits invert some wires: XOR locking."""
    source, r = of_nors(width), random.Random(width)
    lines = source.splitlines()
    wires = [k for k, line in enumerate(lines) if line.startswith("wire")]
    for n, k in enumerate(sorted(r.sample(wires, keys))):
        name, _, gate = lines[k].removeprefix("wire ").partition(" = ")
        lines[k] = (
            f"wire {name}_free = {gate}\nwire {name} = {name}_free ^ {'~' * r.getrandbits(1)}key[{n}];"
        )
    lines[0] = lines[0].replace("(input", f"(input [{keys - 1}:0] key, input")
    return "\n".join(lines)


def rotator(width: int, bits: int) -> str:
    return f"""module rotator(input [{width - 1}:0] x, input [{bits - 1}:0] s, output [{width - 1}:0] y);
wire [{2 * width - 1}:0] d = {{x, x}} << s; assign y = d[{2 * width - 1}:{width}];\nendmodule"""


def mantissa(width: int) -> str:
    """The mantissa of a product of two floating-point numbers, cut off."""
    w = width
    return f"""module mantissa(input [{w - 1}:0] a, b, output [{w - 1}:0] y);
wire [{2 * w + 1}:0] p = {{1'b1, a}} * {{1'b1, b}};
assign y = p[{2 * w + 1}] ? p[{2 * w}:{w + 1}] : p[{2 * w - 1}:{w}];\nendmodule"""


def float_multiplier() -> str:
    """IEEE 754 binary32: product rounded to nearest even, overflow to infinity, underflow to zero."""
    return """module fp32(input [31:0] a, b, output [31:0] y);
wire s = a[31] ^ b[31];
wire za = a[30:23] == 0, zb = b[30:23] == 0, ia = &a[30:23], ib = &b[30:23];
wire [47:0] p = {1'b1, a[22:0]} * {1'b1, b[22:0]};
wire [23:0] m = p[47] ? p[47:24] : p[46:23];
wire half = p[47] ? p[23] : p[22];
wire rest = p[47] ? |p[22:0] : |p[21:0];
wire [24:0] r = m + (half & (rest | m[0]));
wire [9:0] e = a[30:23] + b[30:23] + p[47] + r[24] - 10'd127;
wire [22:0] f = r[24] ? r[23:1] : r[22:0];
wire none = za | zb | e[9] | (e == 0);
wire big = ~e[9] & (e >= 255);
assign y = (ia | ib) ? {s, 8'hff, 23'h400000 & {23{za | zb}}} : none ? {s, 31'b0} : big ? {s, 8'hff, 23'b0} : {s, e[7:0], f};
endmodule"""


def crc(bits: int) -> str:
    return f"""module crc(input [{bits - 1}:0] m, output [31:0] c);
integer i; reg [31:0] s; always @* begin s = 32'hffffffff;
for (i = 0; i < {bits}; i = i + 1) s = {{s[30:0], 1'b0}} ^ ((s[31] ^ m[i]) ? 32'h04C11DB7 : 32'h0); end
assign c = s;\nendmodule"""


def parities(bits: int, sums: int, ands: int = 0) -> str:
    r = random.Random(bits)
    lines = [
        f"assign y[{k}] = " + " ^ ".join(f"x[{i}]" for i in range(bits) if r.random() < 0.5) + ";"
        for k in range(sums)
    ]
    lines += [f"assign z[{k}] = x[{2 * k}] & x[{2 * k + 1}];" for k in range(ands)]
    more = f", output [{ands - 1}:0] z" if ands else ""
    return (
        f"module sums(input [{bits - 1}:0] x, output [{sums - 1}:0] y{more});\n"
        + "\n".join(lines)
        + "\nendmodule"
    )


def clauses(variables: int, ratio: float = 4.2) -> str:
    """Random 3-SAT with a planted answer; its outputs are the clauses, all to be held at 1."""
    r = random.Random(variables)
    hidden = [r.getrandbits(1) for _ in range(variables)]
    made: list[str] = []
    while len(made) < round(variables * ratio):
        chosen = r.sample(range(variables), 3)
        signs = [r.getrandbits(1) for _ in chosen]
        if any(hidden[i] == s for i, s in zip(chosen, signs, strict=True)):
            made.append(
                " | ".join(
                    ("" if s else "~") + f"x[{i}]" for i, s in zip(chosen, signs, strict=True)
                )
            )
    lines = [f"assign y[{k}] = {clause};" for k, clause in enumerate(made)]
    return (
        f"module sat(input [{variables - 1}:0] x, output [{len(made) - 1}:0] y);\n"
        + "\n".join(lines)
        + "\nendmodule"
    )


def sudoku() -> str:
    """4 x 4, two bits a cell; `ok` says whether rows, columns and blocks hold each digit once."""
    groups = [[4 * r + c for c in range(4)] for r in range(4)]
    groups += [[4 * r + c for r in range(4)] for c in range(4)]
    groups += [[8 * r + 2 * c + k for k in (0, 1, 4, 5)] for r in range(2) for c in range(2)]
    apart = [
        f"(x[{2 * a + 1}:{2 * a}] != x[{2 * b + 1}:{2 * b}])"
        for group in groups
        for n, a in enumerate(group)
        for b in group[:n]
    ]
    return f"module sudoku(input [31:0] x, output ok); assign ok = {' & '.join(apart)};\nendmodule"


def subset(numbers: int) -> str:
    """Which of some random 31-bit numbers add up to a sum."""
    r = random.Random(numbers)
    terms = " + ".join(f"(x[{k}] ? 37'd{r.getrandbits(31)} : 37'd0)" for k in range(numbers))
    return (
        f"module subset(input [{numbers - 1}:0] x, output [36:0] y); assign y = {terms};\nendmodule"
    )


def small(body: str, inputs: str, outputs: str) -> str:
    return f"module small({inputs}, {outputs});\n{body}\nendmodule"


GOALS = (
    Case("16 copies of the inverse", ciphers.copies(16), 0.5),
    Case("rotator of 64 bits", rotator(64, 6), 0.1),
    Case("EPFL bar", "arithmetic/bar.v", 0.3),
    Case("23-bit mantissa", mantissa(23), 0.25),
    Case("fp32 multiplier", float_multiplier(), 0.3),
    Case("four AES S-boxes", ciphers.aes(4), 0.2),
    Case("locked 16 x 16 of NORs", locked(16, 32), 0.2),
    Case("16 x 16 of NORs", of_nors(16), 0.3),
    Case("16 x 16 of NORs, fewest spins", of_nors(16), 0.3, options={"objective": "spins"}),
    Case("16 x 16 of NORs, widest gap", of_nors(16), 0.3, options={"objective": "gap"}),
    Case("DES round", ciphers.des(), 0.1, held=("k",)),
    Case("DES round, key free", ciphers.des(), 0.1),
    Case("3-SAT of 250 variables", clauses(250), 0.2),
    Case("CRC-32 of 40 bits", crc(40), 0.05),
    Case("48 parities of 64 bits", parities(64, 48), 0.1),
    Case("16 x 16 product", multiplier(16), 0.05),
    Case("20 x 20 product", multiplier(20), 0.2),
    Case("24 x 24 product", multiplier(24), 2.0),
)
HARD = (
    Case("8 x 8 product", multiplier(8)),
    Case("12 x 12 product", multiplier(12)),
    Case("28 x 28 product", multiplier(28)),
    Case("32-bit mantissa", mantissa(32)),
    Case("52-bit mantissa", mantissa(52)),
    Case("3-SAT of 500 variables", clauses(500)),
    Case("40 parities and 8 ANDs", parities(64, 40, 8)),
    Case("subset sum of 40 numbers", subset(40)),
    Case("SPN key, 2 rounds", ciphers.spn(2, 2), held=("p",)),
    Case("SPN key, 3 rounds", ciphers.spn(3, 2), held=("p",)),
    Case("Speck key, 4 rounds", ciphers.speck(4), held=("p",)),
)
CONTROL = tuple(
    Case(name, source, control=True)
    for name, source in (
        *((f"EPFL {n}", f"arithmetic/{n}.v") for n in ("adder", "max")),
        *(
            (f"EPFL {n}", f"random_control/{n}.v")
            for n in ("cavlc", "ctrl", "dec", "i2c", "int2float", "priority", "router")
        ),
        ("8 x 8 product, mixed", multiplier(8)),
        ("32-bit adder", small("assign y = a + b;", "input [31:0] a, b", "output [32:0] y")),
        (
            "16-bit quotient",
            small(
                "assign q = a / b; assign r = a % b;",
                "input [15:0] a, input [7:0] b",
                "output [15:0] q, output [7:0] r",
            ),
        ),
        (
            "comparator of 24 bits",
            small("assign y = {a < b, a == b};", "input [23:0] a, b", "output [1:0] y"),
        ),
        (
            "count of 32 ones",
            small(
                "integer i; always @* begin y = 0; for (i = 0; i < 32; i = i + 1) y = y + x[i]; end",
                "input [31:0] x",
                "output reg [5:0] y",
            ),
        ),
        ("12-bit square", small("assign y = a * a;", "input [11:0] a", "output [23:0] y")),
        ("CRC-32 of 64 bits", crc(64)),
    )
)


def design_of(case: Case, folder: Path) -> Design:
    """The compiled circuit, from a folder that keeps what was compiled and fetched."""
    kept = folder / (case.name.replace(" ", "_") + ".hj")
    if not kept.exists():
        source = str(fetched(folder) / case.source) if case.source.endswith(".v") else case.source
        from invc import write

        write(synth(source, **case.options), str(kept))
    found = read(str(kept))
    assert isinstance(found, Design)
    return found


def fetched(folder: Path) -> Path:
    """The public circuits, cloned once."""
    target = folder / "epfl"
    if not target.exists():
        subprocess.run(["git", "clone", "-q", "--depth", "1", EPFL, str(target)], check=True)
    return target


def prime(width: int, source: random.Random) -> int:
    """A random prime of exactly so many bits."""
    while True:
        p = source.randrange(1 << width - 1, 1 << width) | 1
        if all(p % k for k in range(3, 1000, 2) if k < p) and pow(2, p - 1, p) == 1:
            return p


def clamps_of(case: Case, design: Design, number: int) -> Iterator[list[str]]:
    """What is held: outputs that random inputs give, so that there is an answer."""
    source = random.Random(case.name)
    for _ in range(number):
        values = {
            port.name: prime(len(port.bits), source)
            if "product" in case.name or ("NORs" in case.name and port.name in "ab")
            else source.getrandbits(len(port.bits))
            for port in design.netlist.inputs
        }
        if case.name == "fp32 multiplier":  # neither zero nor infinite
            values = {
                p: v & 0x807FFFFF | source.randrange(64, 190) << 23 for p, v in values.items()
            }
        bits = {
            p.name: [values[p.name] >> k & 1 for k in range(len(p.bits))]
            for p in design.netlist.inputs
        }
        made = evaluate_ports(design.netlist, bits, 1)
        outputs = {
            p.name: (1 << len(p.bits)) - 1
            if case.name.startswith("3-SAT")
            else sum((bit & 1) << k for k, bit in enumerate(made[p.name]))
            for p in design.netlist.outputs
        }
        held = {name: values[name] for name in case.held}
        yield [f"{name}={value}" for name, value in {**held, **outputs}.items()]
