"""Values of clamps in every base, size and width, digit by digit."""

from itertools import product

import pytest

from invc.design import parse_clamps
from invc.design.clamps import MOST_DIGITS, short
from invc.diagnostics import InvcError
from invc.netlist import Netlist, Port

WIDTHS = (1, 2, 3, 4, 6)
PORTS = tuple(
    Port(
        f"{sign}{width}",
        "input",
        tuple(2 * (100 * width + k) + 2 for k in range(width)),
        sign == "s",
    )
    for width in WIDTHS
    for sign in "us"
)
NETLIST = Netlist("m", PORTS, (), ("",) * 1000)
DIGITS = {"b": "01x", "o": "017x", "h": "01f?"}
WIDE = {"b": 1, "o": 3, "h": 4, "x": 4}
HINT = "values look like 38243, -5, 0x2a, 0b101 or 8'b10xx_0110, where x leaves a bit free"


def said(text: str) -> str:
    """The bits that a clamp holds, the most significant first, x for a free one; or its error."""
    name = text.partition("=")[0]
    width = int(name[1:])
    try:
        held = {clamp.name: clamp for clamp in parse_clamps(NETLIST, [text])}
    except InvcError as error:
        return error.message
    names = [name if width == 1 else f"{name}[{k}]" for k in reversed(range(width))]
    assert set(held) <= set(names)
    return "".join(str(held[one].value) if one in held else "x" for one in names)


def written(base: str, digits: str) -> str:
    """Digits as bits."""
    if base == "d":
        return f"{int(digits):b}"
    wide = WIDE[base]
    return "".join("x" * wide if d in "x?" else f"{int(d, 16):0{wide}b}" for d in digits)


def cut(bits: str, width: int, text: str) -> str:
    """As many bits, or what a longer value needs; what is cut off may be free."""
    if "1" in bits[: max(0, len(bits) - width)]:
        needed = len(bits) - bits.index("1")
        return f"clamp {text!r}: the value needs {needed} bits, the port has {width}"
    return bits[-width:]


def of_constant(text: str, width: int, size: int | None, signed: bool, bits: str) -> str:
    """What a constant of Verilog holds."""
    if size is not None:
        if size == 0 or bits[: max(0, len(bits) - size)].strip("0"):
            return f"clamp {text!r}: the digits do not fit their own {size} bits"
        bits = bits[-size:].rjust(size, "x" if bits[0] == "x" else "0")
        if signed:
            bits = bits.rjust(max(width, size), bits[0])
        found = cut(bits, width, text)
        return found if found.startswith("c") else found.rjust(width, "0")
    found = cut(bits, width, text)
    return found if found.startswith("c") else found.rjust(width, "x" if found[0] == "x" else "0")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("base", [*DIGITS, "d"])
def test_constants(base: str, width: int) -> None:
    if base == "d":
        numbers = [str(k) for k in range(20)]
    else:
        numbers = ["".join(one) for n in (1, 2) for one in product(DIGITS[base], repeat=n)]
    for digits in numbers:
        for size, sign in product((None, 0, 1, 2, 4, 5, 7), ("", "s")):
            text = f"u{width}={'' if size is None else size}'{sign}{base}{digits}"
            expected = of_constant(text, width, size, bool(sign), written(base, digits))
            assert said(text) == expected


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("prefix", "base"), [("0b", "b"), ("0O", "o"), ("0x", "h"), ("0X", "h")])
def test_prefixed_values(prefix: str, base: str, width: int) -> None:
    for digits in product(DIGITS[base], repeat=2):
        text = f"s{width}={prefix}{''.join(digits)}"
        assert said(text) == of_constant(text, width, None, False, written(base, "".join(digits)))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("sign", ["u", "s"])
def test_decimals(sign: str, width: int) -> None:
    low, high = (0, 2**width - 1) if sign == "u" else (-(2 ** (width - 1)), 2 ** (width - 1) - 1)
    for value in range(low - 2, high + 3):
        text = f"{sign}{width}={value:+}"
        kind = ("unsigned" if sign == "u" else "signed") + (" bits" if width > 1 else " bit")
        fault = f"clamp {text!r}: the value does not fit {width} {kind}"
        fits = low <= value <= high
        assert said(text) == (f"{value % 2**width:0{width}b}" if fits else fault)
    with pytest.raises(InvcError) as caught:
        parse_clamps(NETLIST, [f"{sign}{width}={high + 1}"])
    assert caught.value.hint == f"values run from {low} to {high}"


FAULTS = {
    "u4=0b2": "clamp 'u4=0b2': digit '2' in base 2",
    "u4=0o8": "clamp 'u4=0o8': digit '8' in base 8",
    "u4=3'o9": "clamp \"u4=3'o9\": digit '9' in base 8",
    "u4=0x_": "clamp 'u4=0x_': no digits",
    "u4=4'dx": 'clamp "u4=4\'dx": "4\'dx" is no value',
    "u4=x": "clamp 'u4=x': 'x' is no value",
    "u4=": "clamp 'u4=' is not NAME=VALUE",
    "=1": "clamp '=1' is not NAME=VALUE",
    "u4": "clamp 'u4' is not NAME=VALUE",
    "u4=1234567'd1": 'clamp "u4=1234567\'d1": "1234567\'d1" is no value',
}


@pytest.mark.parametrize("text", FAULTS)
def test_what_is_no_value(text: str) -> None:
    with pytest.raises(InvcError) as caught:
        parse_clamps(NETLIST, [text])
    assert caught.value.message == FAULTS[text]


def test_long_decimals_are_refused_by_their_length() -> None:
    zeros = "0" * (MOST_DIGITS - 1)
    assert said(f"u4={zeros}5") == "0101"
    text = f"u4=0{zeros}5"
    assert said(text) == f"clamp {short(text)}: a decimal of 4001 digits, more than {MOST_DIGITS}"


@pytest.mark.parametrize(("width", "named"), [(256, True), (257, False)])
def test_bounds_are_named_where_people_can_read_them(width: int, named: bool) -> None:
    port = Port("a", "input", tuple(range(2, 2 * width + 2, 2)))
    netlist = Netlist("m", (port,), (), ("",) * (width + 1))
    with pytest.raises(InvcError) as caught:
        parse_clamps(netlist, [f"a={2**width}"])
    high = f"values run from 0 to {2**width - 1}"
    assert caught.value.hint == (high if named else "write long values as 0x...")


@pytest.mark.parametrize("count", [60, 61])
def test_long_texts_are_quoted_in_part(count: int) -> None:
    text = "x" * count
    assert short(text) == repr(text if count == 60 else f"{'x' * 57}...")
