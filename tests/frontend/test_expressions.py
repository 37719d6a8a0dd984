"""Numbers, ranges, slices and operators of gate-level Verilog, each against a plain reckoning."""

import random
import re
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest

from invc.diagnostics import InvcError
from invc.frontend.gate_level import read_gates
from invc.frontend.gate_level.preprocessor import SourceText
from invc.frontend.gate_level.structure import MAX_WIDTH, number_bits
from invc.netlist import Netlist
from truth import truth

SOURCE = SourceText("", (1,), (("m.v", 1),))
DIGITS = {"b": "01x", "o": "07z", "d": "09x", "h": "0fx?"}
WIDE = {"b": 1, "o": 3, "h": 4}


def read(folder: Path, text: str) -> Netlist:
    path = folder / "m.v"
    path.write_text(text)
    return read_gates(path, {})


def said(text: str) -> str:
    """A number's size and bits, the most significant first, or what is wrong with it."""
    try:
        size, bits = number_bits(SimpleNamespace(value=text, lineno=1), SOURCE)
    except InvcError as error:
        return str(error)
    return f"{size} " + "".join("x" if bit is None else str(bit) for bit in reversed(bits))


def expected(size: int, base: str, digits: str, text: str) -> str:
    """The same by writing the digits out."""
    unknown = set(digits) & set("xz?")
    if base == "d":
        if unknown and len(digits) > 1:
            return f"m.v:1: error: {text!r} is no number"
        bits = "x" if unknown else f"{int(digits):b}"
    else:
        written = (
            "x" * WIDE[base] if d in "xz?" else f"{int(d, 16):0{WIDE[base]}b}" for d in digits
        )
        bits = "".join(written)
    bits = bits.lstrip("0")
    over = bits[: max(0, len(bits) - size)] if size else ""
    if over.strip("x"):
        hint = f"it needs {len(bits)} bits"
        return f"m.v:1: error: constant {text} does not fit {size} bits\n  hint: {hint}"
    fill = "x" if digits[0] in "xz?" else "0"
    return f"{size} {bits[len(over) :].rjust(size, fill)}"


@pytest.mark.parametrize("base", DIGITS)
@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 9])
def test_numbers(base: str, size: int) -> None:
    for count in (1, 2, 3):
        for chosen in product(DIGITS[base], repeat=count):
            for sign in ("", "s", "S"):
                digits = "".join(chosen)
                text = f"{size or ''}'{sign}{base}{digits}"
                assert said(text) == expected(size, base, digits, text)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("12", "0 1100"),
        ("1_0", "0 1010"),
        ("0", "0 "),
        ("8'HA_f", "8 10101111"),
        ("2'b2", 'm.v:1: error: "2\'b2" is no number'),
        ("3'o8", 'm.v:1: error: "3\'o8" is no number'),
        (f"{MAX_WIDTH}'d1", f"{MAX_WIDTH} {'1'.rjust(MAX_WIDTH, '0')}"),
        (f"{MAX_WIDTH + 1}'d1", f"m.v:1: error: constant has more than {MAX_WIDTH} bits"),
        ("12345678'd1", f"m.v:1: error: constant has more than {MAX_WIDTH} bits"),
        (f"'b{'0' * MAX_WIDTH}", "0 "),
        (f"'b{'0' * (MAX_WIDTH + 1)}", f"m.v:1: error: constant has more than {MAX_WIDTH} bits"),
        ("9" * 4000, f"0 {10**4000 - 1:b}"),
        ("9" * 4001, "m.v:1: error: decimal constant has more than 4000 digits"),
    ],
    ids=lambda text: text[:20],
)
def test_odd_numbers(text: str, outcome: str) -> None:
    assert said(text) == outcome


RANGES = [(3, 0), (0, 3), (7, 5), (5, 7), (-1, 1), (1, -2), (4, 4), (0, 0), (1, 1)]


def places(msb: int, lsb: int) -> list[int]:
    """The indices of a range, least significant first."""
    step = 1 if msb >= lsb else -1
    return list(range(lsb, msb + step, step))


@pytest.mark.parametrize(("msb", "lsb"), RANGES)
def test_bits_and_slices_of_every_range(tmp_path: Path, msb: int, lsb: int) -> None:
    """All of them at once: what is read of `a`, and what is driven of `y` by a net of its own."""
    own = places(msb, lsb)
    wanted: dict[str, Sequence[int]] = {f"[{i}]": [k] for k, i in enumerate(own)}
    for low, high in product(range(len(own)), repeat=2):
        if low <= high:
            count = high - low + 1
            some = list(range(low, high + 1))
            wanted[f"[{own[high]}:{own[low]}]"] = some
            wanted[f"[{min(own[low], own[high])} +: {count}]"] = some
            wanted[f"[{max(own[low], own[high])} -: {count}]"] = some
    outputs = [f"output [{len(bits) - 1}:0] y{k}" for k, bits in enumerate(wanted.values())]
    driven = [f"output [{msb}:{lsb}] z{k}" for k in range(len(wanted))]
    lines = [f"assign y{k} = a{path};" for k, path in enumerate(wanted)]
    for k, (path, bits) in enumerate(wanted.items()):
        lines.append(f"assign z{k}{path} = ~a{path};")
        lines += [f"assign z{k}[{i}] = a[{i}];" for p, i in enumerate(own) if p not in bits]
    head = f"module m(input [{msb}:{lsb}] a, {', '.join(outputs + driven)});\n"
    netlist = read(tmp_path, head + "\n".join(lines) + "\nendmodule\n")
    ports = netlist.port_by_name
    a = ports["a"].bits
    assert len(a) == len(own)
    for k, bits in enumerate(wanted.values()):
        assert ports[f"y{k}"].bits == tuple(a[p] for p in bits)
        assert ports[f"z{k}"].bits == tuple(lit ^ (p in bits) for p, lit in enumerate(a))
    assert ports["a"].range_text == ("" if msb == lsb == 0 else f"[{msb}:{lsb}]")
    names = [netlist.names[bit >> 1] for bit in a]
    assert names == (["a"] if msb == lsb == 0 else [f"a[{i}]" for i in own])


@pytest.mark.parametrize(("msb", "lsb"), [(3, 0), (0, 3), (7, 5), (5, 7)])
def test_what_is_outside_of_a_range(tmp_path: Path, msb: int, lsb: int) -> None:
    own = places(msb, lsb)
    step = own[1] - own[0]
    outside = {own[0] - step, own[-1] + step}
    for index in (min(own) - 1, *own, max(own) + 1):
        for path in (f"[{index}]", f"[{msb}:{index}]", f"[{index}:{lsb}]"):
            text = (
                f"module m(input [{msb}:{lsb}] a, output [3:0] y);\nassign y = {{4{{|a{path}}}}};"
            )
            if index not in outside:
                read(tmp_path, f"{text} endmodule")
                continue
            with pytest.raises(InvcError) as caught:
                read(tmp_path, f"{text} endmodule")
            fault = f"m.v:2: error: 'a' has no bit {index}\n  hint: its range is [{msb}:{lsb}]"
            assert str(caught.value) == f"{tmp_path}/{fault}"
    with pytest.raises(InvcError) as caught:
        read(
            tmp_path,
            f"module m(input [{msb}:{lsb}] a, output y); assign y = |a[{lsb}:{msb}]; endmodule",
        )
    assert caught.value.message == (
        f"slice [{lsb}:{msb}] of 'a' runs against its range [{msb}:{lsb}]"
    )
    assert caught.value.hint == f"write [{msb}:{lsb}]"


@pytest.mark.parametrize(("bits", "fits"), [(MAX_WIDTH, True), (MAX_WIDTH + 1, False)])
def test_how_wide_a_net_may_be(tmp_path: Path, bits: int, fits: bool) -> None:
    for low in (0, 5):
        text = (
            f"module m(input [{low + bits - 1}:{low}] a, output y); assign y = a[{low}]; endmodule"
        )
        if fits:
            assert len(read(tmp_path, text).inputs[0].bits) == bits
            continue
        with pytest.raises(InvcError, match=f"'a' has more than {MAX_WIDTH} bits"):
            read(tmp_path, text)


CONSTANTS: dict[str, int] = {
    **{"2 + 3 * 4": 14, "(2 + 3) * 4": 20, "7 - 2 - 1": 4, "-3 + 5": 2, "- -3": 3, "9 / 2": 4},
    **{"P": 6, "P * Q - 1": 11, "P / 0": 0, "4'b1010": 10, "8'sd3": 3, "(P - 8) / 1 + 2": 0},
    **{"Q + 10 / 3 / 2": 3, "(P - 13) / 2": -3, "13 / (0 - 2)": -6, "(0 - 13) / (0 - 2)": 6},
    "9223372036854775807 * 2 - 1": 2 * 9223372036854775807 - 1,
    "9223372036854775808 * 2": 0,
    "2 * 9223372036854775808": 0,
}


@pytest.mark.parametrize("text", CONSTANTS)
def test_constant_expressions(tmp_path: Path, text: str) -> None:
    value = CONSTANTS[text]
    netlist = read(
        tmp_path,
        "module m #(parameter P = 6, Q = P / 3) (input a, output y);\n"
        f"wire [{text} + 1 : {text}] n; assign n[{value}] = a;\nassign y = n[{text}];\nendmodule\n",
    )
    assert netlist.outputs[0].bits == netlist.inputs[0].bits


@pytest.mark.parametrize("text", ["a", "2'bx", "P", "1 << 2", "f(1)", '"1"'])
def test_what_is_no_constant(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvcError) as caught:
        read(
            tmp_path,
            f'module m(input a, output y); parameter P = "s";\nassign y = a[{text}]; endmodule',
        )
    assert str(caught.value) == (
        f"{tmp_path}/m.v:2: error: this index, range or count is not constant\n"
        "  hint: write a number, or a parameter of this module"
    )


Values = Callable[[int, int], int]


class Grown:
    """A random expression as text, with its width and its value."""

    def __init__(self, chance: random.Random, width: int, depth: int) -> None:
        self.chance, self.width = chance, width
        if depth == 0:
            self.leaf()
            return
        kind = chance.choice(("not", "two", "choice", "bit", "join", "repeat", "const"))
        getattr(self, f"_{kind}")(depth - 1)

    def other(self, width: int, depth: int) -> "Grown":
        return Grown(self.chance, width, depth)

    def leaf(self) -> None:
        high = self.chance.randrange(self.width - 1, 4) if self.width <= 4 else 3
        low = high - self.width + 1
        name = self.chance.choice("ab")
        mask = (1 << self.width) - 1
        self.text = f"{name}[{high}:{low}]" if self.width > 1 else f"{name}[{high}]"
        self.value: Values = lambda a, b: (a if name == "a" else b) >> low & mask

    def _const(self, depth: int) -> None:
        number = self.chance.randrange(1 << self.width)
        form = self.chance.choice("bohd")
        shown = {"b": f"{number:b}", "o": f"{number:o}", "h": f"{number:x}", "d": str(number)}[form]
        self.text = f"{self.width}'{form}{shown}"
        self.value = lambda a, b: number

    def _not(self, depth: int) -> None:
        inner, mask = self.other(self.width, depth), (1 << self.width) - 1
        self.text = f"~({inner.text})"
        self.value = lambda a, b: inner.value(a, b) ^ mask

    def _two(self, depth: int) -> None:
        one, two, mask = (
            self.other(self.width, depth),
            self.other(self.width, depth),
            (1 << self.width) - 1,
        )
        rules: dict[str, Values] = {
            "&": lambda x, y: x & y,
            "|": lambda x, y: x | y,
            "^": lambda x, y: x ^ y,
            "~^": lambda x, y: x ^ y ^ mask,
            "^~": lambda x, y: x ^ y ^ mask,
        }
        sign = self.chance.choice(list(rules))
        self.text = f"({one.text}) {sign} ({two.text})"
        self.value = lambda a, b: rules[sign](one.value(a, b), two.value(a, b))

    def _choice(self, depth: int) -> None:
        wide = self.chance.randrange(1, 5)
        which, one, two = (self.other(w, depth) for w in (wide, self.width, self.width))
        self.text = f"(({which.text}) ? ({one.text}) : ({two.text}))"
        self.value = lambda a, b: one.value(a, b) if which.value(a, b) else two.value(a, b)

    def _join(self, depth: int) -> None:
        if self.width == 1:
            self._bit(depth)
            return
        low = self.chance.randrange(1, self.width)
        one, two = self.other(self.width - low, depth), self.other(low, depth)
        self.text = f"{{{one.text}, {two.text}}}"
        self.value = lambda a, b: one.value(a, b) << low | two.value(a, b)

    def _repeat(self, depth: int) -> None:
        times = self.chance.choice([t for t in range(1, self.width + 1) if self.width % t == 0])
        size = self.width // times
        inner = self.other(size, depth)
        self.text = f"{{{times}{{{inner.text}}}}}"
        self.value = lambda a, b: sum(inner.value(a, b) << size * k for k in range(times))

    def _bit(self, depth: int) -> None:
        """What gives one bit, with zeros before it."""
        wide = self.chance.randrange(1, 5)
        one, two, whole = self.other(wide, depth), self.other(wide, depth), (1 << wide) - 1
        rules: dict[str, Values] = {
            "&(X)": lambda x, y: x == whole,
            "|(X)": lambda x, y: x != 0,
            "^(X)": lambda x, y: x.bit_count() & 1,
            "~&(X)": lambda x, y: x != whole,
            "~|(X)": lambda x, y: x == 0,
            "~^(X)": lambda x, y: x.bit_count() & 1 ^ 1,
            "!(X)": lambda x, y: x == 0,
            "(X) && (Y)": lambda x, y: x != 0 != y,
            "(X) || (Y)": lambda x, y: x | y != 0,
            "(X) == (Y)": lambda x, y: x == y,
            "(X) != (Y)": lambda x, y: x != y,
            "(X) === (Y)": lambda x, y: x == y,
            "(X) !== (Y)": lambda x, y: x != y,
        }
        form = self.chance.choice(list(rules))
        text = re.sub("[XY]", lambda m: one.text if m[0] == "X" else two.text, form)
        zeros = self.width - 1
        self.text = f"{{{zeros}'d0, {text}}}" if zeros else f"({text})"
        self.value = lambda a, b: int(rules[form](one.value(a, b), two.value(a, b)))


@pytest.mark.parametrize("seed", range(12))
def test_random_expressions_have_their_values(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    grown = [Grown(chance, chance.randrange(1, 5), 3) for _ in range(12)]
    outputs = ", ".join(f"output [{one.width - 1}:0] y{k}" for k, one in enumerate(grown))
    lines = "\n".join(f"assign y{k} = {one.text};" for k, one in enumerate(grown))
    netlist = read(tmp_path, f"module m(input [3:0] a, b, {outputs});\n{lines}\nendmodule\n")
    found = truth(netlist)
    for a, b in product(range(16), repeat=2):
        row = a | b << 4
        for k, one in enumerate(grown):
            value = sum((word >> row & 1) << i for i, word in enumerate(found[f"y{k}"]))
            assert value == one.value(a, b), (one.text, a, b)
