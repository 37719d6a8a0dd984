from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.design import decode, parse_clamps
from invc.diagnostics import InvcError
from invc.netlist import Netlist, Port

NETLIST = Netlist(
    "top",
    (
        Port("a", "input", (2, 4, 6, 8)),
        Port("s", "input", (10, 12, 14, 16), signed=True),
        Port("up", "input", (18, 20), offset=4, upto=True),
        Port("e[0]", "input", (22,)),
        Port("y", "output", (2, 5, 0)),
        Port("z", "output", (11,)),
    ),
    (),
    ("", *(f"n{k}" for k in range(1, 12))),
)


def held(*texts: str) -> dict[str, int]:
    return {clamp.name: clamp.value for clamp in parse_clamps(NETLIST, texts)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=5", {"a[0]": 1, "a[1]": 0, "a[2]": 1, "a[3]": 0}),
        ("a=0x5", {"a[0]": 1, "a[1]": 0, "a[2]": 1, "a[3]": 0}),
        ("a=0b1_01", {"a[0]": 1, "a[1]": 0, "a[2]": 1, "a[3]": 0}),
        ("a=0o5", {"a[0]": 1, "a[1]": 0, "a[2]": 1, "a[3]": 0}),
        ("a=4'b10x1", {"a[0]": 1, "a[2]": 0, "a[3]": 1}),
        ("a=4'hx", {}),
        ("a='bx1", {"a[0]": 1}),
        ("a=2'b?1", {"a[0]": 1, "a[2]": 0, "a[3]": 0}),
        ("a=8'd5", {"a[0]": 1, "a[1]": 0, "a[2]": 1, "a[3]": 0}),
        ("a[3]=1", {"a[3]": 1}),
        ("a[2:1]=2", {"a[1]": 0, "a[2]": 1}),
        ("up=1", {"up[5]": 1, "up[4]": 0}),
        ("up[4:5]=1", {"up[5]": 1, "up[4]": 0}),
        ("s=-1", {"s[0]": 1, "s[1]": 1, "s[2]": 1, "s[3]": 1}),
        ("s=-8", {"s[0]": 0, "s[1]": 0, "s[2]": 0, "s[3]": 1}),
        ("s=0xf", {"s[0]": 1, "s[1]": 1, "s[2]": 1, "s[3]": 1}),
        ("s=2'sb11", {"s[0]": 1, "s[1]": 1, "s[2]": 1, "s[3]": 1}),
        ("s[3:0]=15", {"s[0]": 1, "s[1]": 1, "s[2]": 1, "s[3]": 1}),
        ("e[0]=1", {"e[0]": 1}),
        ("z=0", {"z": 0}),
        # y is the first output, so it stands highest: 010 is y, 1 is z.
        ("outputs=4'b0101", {"y[2]": 0, "y[1]": 1, "y[0]": 0, "z": 1}),
    ],
)
def test_values(text: str, expected: Mapping[str, int]) -> None:
    assert held(text) == expected


def test_inputs_are_one_word_with_the_first_port_highest() -> None:
    assert held("inputs=0b1011_0011_01_1") == held("a=0xb", "s=3", "up=1", "e[0]=1")


@given(st.integers(0, 15), st.integers(-8, 7))
def test_decode_undoes_a_clamp(a: int, s: int) -> None:
    bits = held(f"a={a}", f"s={s}")
    assert decode([bits[f"a[{k}]"] for k in range(4)], signed=False) == a
    assert decode([bits[f"s[{k}]"] for k in range(4)], signed=True) == s


VALUES = (
    "\n  hint: values look like 38243, -5, 0x2a, 0b101 or 8'b10xx_0110, where x leaves a bit free"
)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["a"], f"error: clamp 'a' is not NAME=VALUE{VALUES}"),
        (["=3"], f"error: clamp '=3' is not NAME=VALUE{VALUES}"),
        (["a="], f"error: clamp 'a=' is not NAME=VALUE{VALUES}"),
        (["a=three"], f"error: clamp 'a=three': 'three' is no value{VALUES}"),
        (["a=1.5"], f"error: clamp 'a=1.5': '1.5' is no value{VALUES}"),
        (["a=0b_"], f"error: clamp 'a=0b_': no digits{VALUES}"),
        (["a=0b12"], "error: clamp 'a=0b12': digit '2' in base 2"),
        (
            ["a=16"],
            "error: clamp 'a=16': the value does not fit 4 unsigned bits\n  hint: values run from 0 to 15",
        ),
        (
            ["a=-1"],
            "error: clamp 'a=-1': the value does not fit 4 unsigned bits\n  hint: values run from 0 to 15",
        ),
        (
            ["s=8"],
            "error: clamp 's=8': the value does not fit 4 signed bits\n  hint: values run from -8 to 7",
        ),
        (
            ["z=2"],
            "error: clamp 'z=2': the value does not fit 1 unsigned bit\n  hint: values run from 0 to 1",
        ),
        (
            ["a=0x15"],
            "error: clamp 'a=0x15': the value needs 5 bits, the port has 4"
            "\n  hint: give a smaller value, or make the port wider (-G at synth)",
        ),
        (["a=2'b100"], f'error: clamp "a=2\'b100": the digits do not fit their own 2 bits{VALUES}'),
        (
            ["a=1", "a[0]=0"],
            "error: clamp 'a[0]=0': a[0] is already held at 1\n  hint: hold every bit once",
        ),
        (
            ["b=1"],
            "error: no port is called 'b'\n  hint: there are: a, s, up, e[0], y, z, inputs, outputs",
        ),
        (["input=1"], "error: no port is called 'input'\n  hint: did you mean 'inputs'?"),
        (["a[4]=1"], "error: 'a[4]' is outside port 'a'\n  hint: a is [3:0]"),
        (["z[1]=1"], "error: 'z[1]' is outside port 'z'\n  hint: z is a single bit"),
        (["a[0:2]=1"], "error: 'a[0:2]' runs against its port\n  hint: write a[2:0]"),
    ],
)
def test_errors(texts: Sequence[str], expected: str) -> None:
    with pytest.raises(InvcError) as error:
        parse_clamps(NETLIST, texts)
    assert str(error.value) == expected


def test_the_same_bit_twice_with_one_value_is_one_clamp() -> None:
    assert held("a=1", "a[0]=1") == held("a=1")


@given(st.text(max_size=30))
def test_any_text_is_a_clamp_or_a_clear_error(text: str) -> None:
    try:
        parse_clamps(NETLIST, [text])
    except InvcError as error:
        assert "\n" not in error.message


def test_blanks_around_the_name_of_a_port() -> None:
    """They are looked over unless they are of the name."""
    assert held("a [2]=1") == held(" a[2] = 1 ") == {"a[2]": 1}
    ports = (Port("x ", "input", (2, 4)), Port("y", "input", (6, 8)))
    netlist = Netlist("top", ports, (), ("", *"abcd"))
    names = [
        [clamp.literal for clamp in parse_clamps(netlist, [text])]
        for text in ("x [1]=1", "y [1]=1", "y[1]=1", "x =3", " y =3")
    ]
    assert names == [[4], [8], [8], [2, 4], [6, 8]]
    with pytest.raises(InvcError, match="no port is called 'x'"):
        parse_clamps(netlist, ["x[1]=1"])
