"""Parts of shapes by their paths, and shapes as slang writes types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product

import pytest

from invc.netlist.shape import (
    MOST_BITS,
    MOST_DEPTH,
    Array,
    Record,
    Shape,
    Vector,
    bit_paths,
    follow,
    leaves,
    parse_shape,
)

ENDS = tuple(product(range(-2, 3), repeat=2))
PAIR = Vector(1, 0)


def indices(left: int, right: int) -> list[int]:
    """Of a range, the lowest bits first."""
    step = 1 if left >= right else -1
    return list(range(right, left + step, step))


@pytest.mark.parametrize("width", [1, 2])
def test_elements_and_slices_are_where_they_are_counted(width: int) -> None:
    """Of bits in a row and of words in an array, whichever way it counts; others are outside."""
    for left, right in ENDS:
        shape: Shape = Vector(left, right) if width == 1 else Array(left, right, PAIR)
        places = indices(left, right)
        for k in range(-3, 4):
            if k in places:
                part = follow(shape, f"[{k}]")
                want: Shape = Vector() if width == 1 else PAIR
                assert (part.low, part.shape) == (places.index(k) * width, want)
            else:
                with pytest.raises(LookupError, match=re.escape(f"[{k}] is outside")):
                    follow(shape, f"[{k}]")
        for high, low in product(range(-3, 4), repeat=2):
            path = f"[{high}:{low}]"
            inside = high in places and low in places
            if inside and places.index(high) >= places.index(low):
                part = follow(shape, path)
                want = Vector(high, low) if width == 1 else Array(high, low, PAIR)
                assert (part.low, part.shape) == (places.index(low) * width, want)
            else:
                with pytest.raises(LookupError, match=re.escape(f"{path} is outside")) as caught:
                    follow(shape, path)
                assert caught.value.args[1] == f"it is [{left}:{right}]"


def test_bits_of_a_struct_are_counted_down_from_its_width() -> None:
    shape = parse_shape("struct{logic[1:0] a;logic b;union{logic[2:0] x;logic[0:1] y;} u;}")
    assert shape.width == 6
    assert follow(shape, "[5]").low == 5
    assert (follow(shape, "[3:1]").low, follow(shape, "[3:1]").shape) == (1, Vector(3, 1))
    for path, low, width in (
        (".a", 4, 2),
        (".b", 3, 1),
        (".u", 0, 3),
        (".u.x[2]", 2, 1),
        (".u.y[1]", 0, 1),
    ):
        part = follow(shape, path)
        assert (part.path, part.low, part.shape.width) == (path, low, width)
    for path, hint in (
        ("[6]", "its fields are a, b, u"), (".c", "its fields are a, b, u"),
        (".b[0]", "it is a single bit"), (".b.x", "it is a single bit"), (".a.x", "it is [1:0]"),
    ):  # fmt: skip
        if path == ".b[0]":
            assert follow(shape, path).low == 3  # one bit may be called by a number
            continue
        with pytest.raises(LookupError) as caught:
            follow(shape, path)
        assert caught.value.args[1] == hint
    assert [part.path for part in leaves(shape)] == [".a", ".b", ".u.x"]
    assert bit_paths(shape) == (".u.x[0]", ".u.x[1]", ".u.x[2]", ".b", ".a[0]", ".a[1]")


def test_many_fields_are_not_all_named() -> None:
    for count in (16, 17):
        shape = Record(tuple((f"f{k}", Vector()) for k in range(count)))
        with pytest.raises(LookupError) as caught:
            follow(shape, ".x")
        shown = ", ".join(f"f{k}" for k in range(16))
        assert caught.value.args[1] == f"its fields are {shown}" + ", ..." * (count > 16)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("byte", Vector(7, 0, True)),
        ("byte unsigned", Vector(7, 0)),
        ("shortint", Vector(15, 0, True)),
        ("int", Vector(31, 0, True)),
        ("integer", Vector(31, 0, True)),
        ("longint", Vector(63, 0, True)),
        ("time", Vector(63, 0)),
        ("time signed", Vector(63, 0, True)),
        ("bit", Vector()),
        ("reg signed", Vector(signed=True)),
        ("bit signed[2:-1]", Vector(2, -1, True)),
        ("int[1:0]", Array(1, 0, Vector(31, 0, True))),
        ("logic[1:0][3:2]", Array(1, 0, Vector(3, 2))),
        ("logic[3:0]$[0:2]", Array(0, 2, Vector(3, 0))),
        ("logic[3:0]$[0:2][1:0]", Array(0, 2, Array(1, 0, Vector(3, 0)))),
        ("logic[1:0][3:0]$[0:2]", Array(0, 2, Array(1, 0, Vector(3, 0)))),
        ("logic$[0:2]", Vector(0, 2)),
        ("struct packed{bit a;}", Record((("a", Vector()),))),
        ("union signed{bit a;}", Record((("a", Vector()),), True, True)),
        ("struct packed signed{bit a;}[0:1]", Array(0, 1, Record((("a", Vector()),), False, True))),
        ("  logic [1:0] ", Vector(1, 0)),
    ],
)
def test_types_have_their_shapes(text: str, shape: Shape) -> None:
    assert parse_shape(text) == shape
    assert parse_shape(str(shape)) == shape


SIGNED_WORDS: Mapping[str, Shape] = {
    # Of bits within bits the sign is that of the whole to slang, of words in memory that of each.
    "logic signed[2:0]": Vector(2, 0, True),
    "logic signed[1:0][2:0]": Array(1, 0, Vector(2, 0)),
    "logic signed[2:0]$[0:1]": Array(0, 1, Vector(2, 0, True)),
    "logic signed[1:0][2:0]$[0:1]": Array(0, 1, Array(1, 0, Vector(2, 0))),
}


@pytest.mark.parametrize("text", SIGNED_WORDS)
def test_words_are_signed_as_slang_has_it_and_as_we_write_it(text: str) -> None:
    assert parse_shape(text, {}) == SIGNED_WORDS[text]
    (element,) = {leaf.shape for leaf in leaves(parse_shape(text))}
    assert isinstance(element, Vector)
    assert element.signed


def test_types_by_number_are_looked_up() -> None:
    types = {"1234": "struct packed{567 p.q a;}p::s$3", "567": "bit[1:0]", "890": "bit[1:0] }"}
    assert parse_shape("1234 p.s$1[0:1]", types) == Array(0, 1, Record((("a", Vector(1, 0)),)))
    for text, why in (
        ("891 x", "a type that is not known"), ("890 x", "'}' after the end of a type"),
        ("real", "'real' is no type of bits"), ("bit bit", "'bit' after the end of a type"),
        ("struct{bit a", "a member without an end"), ("struct{}", "a type without members"),
        ("12 x", "'12' is no type of bits"), ("bit ?", "cannot read ' ?'"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=re.escape(why)) as caught:
            parse_shape(text, types)
        assert str(caught.value)
    with pytest.raises(ValueError, match="a type that is not known"):
        parse_shape("1234 x")


def test_bounds_of_types() -> None:
    assert parse_shape(f"bit[{MOST_BITS}:1]").width == MOST_BITS
    with pytest.raises(ValueError, match=f"a type of {MOST_BITS + 1} bits"):
        parse_shape(f"bit[{MOST_BITS}:0]")
    nested = "struct{" * (MOST_DEPTH - 1) + "bit a;" + "} a;" * (MOST_DEPTH - 2) + "}"
    assert parse_shape(nested).width == 1
    with pytest.raises(ValueError, match="types within types without end"):
        parse_shape(f"struct{{{nested} a;}}")
    beside = "".join(f"bit a{k};" for k in range(MOST_DEPTH + 1))
    assert parse_shape(f"struct{{{beside}}}").width == MOST_DEPTH + 1
    assert parse_shape("bit" + "[0:0]" * MOST_DEPTH).width == 1
    with pytest.raises(ValueError, match="dimensions without end"):
        parse_shape("bit" + "[0:0]" * (MOST_DEPTH + 1))
    with pytest.raises(ValueError, match="types within types without end"):
        parse_shape("100 a", {"100": "100 a"})
