"""Expressions: what they mean is what Python makes of the same text; faults point at a column."""

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.diagnostics import InvcError
from invc.library.expression import MAX_PINS, parse_specification
from typed import sure

NAMES = "ABCD"


@st.composite
def texts(draw: st.DrawFn, depth: int = 3) -> tuple[str, str]:
    """An expression in our notation and in Python's; the operators bind alike in both."""
    ours, python = "", ""
    for k in range(draw(st.integers(1, 4))):
        if k:
            operator = draw(st.sampled_from(["|", "^", "&", "+", "-", "*"]))
            doubled = operator * 2 if operator in "|&" and draw(st.booleans()) else operator
            # "^~" without a space is the XNOR of Verilog.
            ours, python = f"{ours}{doubled} ", python + operator
        a, b = draw(atoms(depth))
        ours, python = ours + a, python + b
    return ours, python


@st.composite
def atoms(draw: st.DrawFn, depth: int) -> tuple[str, str]:
    kind = draw(st.sampled_from(["name", "name", "name", "constant", "not", "group", "choice"]))
    if kind == "constant":
        return draw(st.sampled_from([("0", "0"), ("2", "2"), ("2'b11", "3"), ("4'hA", "10")]))
    if kind == "name" or depth == 0:
        return (draw(st.sampled_from(NAMES)),) * 2
    if kind == "not":
        a, b = draw(atoms(depth - 1))
        return draw(st.sampled_from("~!")) + " " + a, f"(1-{b})"
    if kind == "group":
        a, b = draw(texts(depth - 1))
        return f"( {a})", f"({b})"
    (c, pc), (a, pa), (b, pb) = (draw(texts(depth - 1)) for _ in range(3))
    return f"({c} ? {a} : {b})", f"(({pa}) if ({pc}) else ({pb}))"


@given(text=texts(), comparison=st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
def test_a_relation_means_what_python_makes_of_it(text: tuple[str, str], comparison: str) -> None:
    ours, python = text
    names = [n for n in dict.fromkeys(ours.replace("'hA", "")) if n in NAMES]
    want = 0
    code = compile(f"({python}) {comparison} 1", "text", "eval")
    for row, bits in enumerate(product((0, 1), repeat=len(names))):
        values = dict(zip(names, reversed(bits), strict=True))
        want |= bool(eval(code, values)) << row
    if want in {0, (1 << (1 << len(names))) - 1}:
        with pytest.raises(InvcError, match=r"(no|every) row satisfies"):
            parse_specification("X", f"{ours} {comparison} 1")
        return
    made = parse_specification("X", f"{ours} {comparison} 1")
    assert (made.pins, made.rows, made.function) == (tuple(names), want, None)


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("Y = A | B & C", [0xEA]),
        ("Y = A ^ B | C", [0xF6]),
        ("Y = A & B ^ C", [0x78]),
        ("Y = ~A & B", [0x4]),
        ("Y = !(A & B)", [0x7]),
        ("Y = ~~A & B", [0x8]),
        ("Y = A ~^ B", [0x9]),
        ("Y = A ^~ B", [0x9]),
        ("Y = A && B || C", [0xF8]),
        ("Y = A ? B : C", [0xD8]),
        ("Y = A ? B : C ? D : 0", [0xD888]),
        ("Y = A * B", [0x8]),
        ("Y = A - A*B", [0x2]),
        ("Y = A & 1'b1 | B & 0", [0xA]),
        ("S = A ^ B; C = A & B", [0x6, 0x8]),
        ("\n S = A ^ B \n\n C = A & B ;", [0x6, 0x8]),
        ("T = A ^ B; Y = T & C", [0x66, 0x60]),
        ("Y(A, B, C) = 8'hE8", [0xE8]),
        ("Y( A ) = 0x1", [0x1]),
        ("T(A, B) = 4'h6; Y = T & C", [0x66, 0x60]),
    ],
)
def test_functions(text: str, tables: Sequence[int]) -> None:
    made = parse_specification("X", text).function
    assert made is not None
    assert list(made.tables) == tables
    assert made.name == "X"


def test_pins_are_inputs_in_order_of_appearance_then_outputs() -> None:
    assert parse_specification("X", "S = B ^ A; C = A & Z").pins == ("B", "A", "Z", "S", "C")
    adder = parse_specification("X", "A*B + C = S + 2*CO")
    assert adder.pins == ("A", "B", "C", "S", "CO")
    assert adder.function is not None
    assert adder.function.tables == (0x78, 0x80)
    most_one = parse_specification("X", "A + B + C <= 1")
    assert most_one == (("A", "B", "C"), 0b00010111, None)
    mixed = parse_specification("X", "Y = A & B; A + C <= 1")
    assert mixed.pins == ("A", "B", "C", "Y")
    assert mixed.function is None
    assert [row for row in range(16) if mixed.rows >> row & 1] == [0, 1, 2, 4, 6, 11]


@given(rows=st.integers(1, 254))
def test_rows_of_a_relation_as_a_table(rows: int) -> None:
    assert parse_specification("X", f"(A, B, C) = 8'h{rows:x}") == (("A", "B", "C"), rows, None)
    mixed = parse_specification("X", f"Y(A, B, C) = 8'h{rows:x}; Y + D <= 1")
    for row in range(32):
        pins = dict(zip(mixed.pins, (row >> k & 1 for k in range(5)), strict=True))
        at = pins["A"] + 2 * pins["B"] + 4 * pins["C"]
        valid = pins["Y"] == rows >> at & 1 and not pins["Y"] & pins["D"]
        assert mixed.rows >> row & 1 == valid


def test_a_relation_that_is_a_function_is_known_as_one() -> None:
    assert sure(parse_specification("X", "A + B = 2*C + S").function).outputs == ("C", "S")
    assert parse_specification("X", "A + B = Y").function is None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "the function is empty"),
        (" ; \n", "the function is empty"),
        ("A & B", "expected '=' at column 6 of 'A & B'"),
        ("Y = A & ", "expected a name at column 8 of 'Y = A &'"),
        ("Y = A & & B", "expected a name, found '&' at column 9 of 'Y = A & & B'"),
        ("Y = (A | B", "expected ')' at column 11 of 'Y = (A | B'"),
        ("Y = A B", "unexpected 'B' at column 7 of 'Y = A B'"),
        ("Y = A $ B", "unexpected '$' at column 7 of 'Y = A $ B'"),
        ("Y = A[0]", "unexpected '[' at column 6 of 'Y = A[0]'"),
        ("Y = A ? B", "expected ':' at column 10 of 'Y = A ? B'"),
        ("  Y = A = B", "unexpected '=' at column 7 of 'Y = A = B'"),
        ("Y = é", "unexpected 'é' at column 5 of 'Y = é'"),
        ("Y = A & 1'b2", '"1\'b2" is no constant at column 9 of "Y = A & 1\'b2"'),
        ("Y = A & 2'd9", '"2\'d9" does not fit its 2 bits at column 9 of "Y = A & 2\'d9"'),
        ("Y = A; Z = Y & W @", "unexpected '@' at column 11 of 'Z = Y & W @'"),
        ("Y = A; Y = B", "an output is defined twice"),
        ("Y(A, B) = 8'hE8", 'the table in "Y(A, B) = 8\'hE8" does not have 4 bits'),
        ("Y(A, B) = 0x1F", "the table in 'Y(A, B) = 0x1F' does not have 4 bits"),
        ("Y(A, A) = 0x1", "a table over (A, A)"),
        ("Y(A, ) = 0x1", "a table over (A, )"),
        ("Y() = 0x1", "a table over ()"),
        ("Y(A, Y) = 0x1", "output Y is used before it is defined"),
        ("(A, B) = 0x0", "no row satisfies the relation"),
        ("Y(A, B) = 9", "expected '=' at column 2 of 'Y(A, B) = 9'"),
        (f"Y({','.join(f'A{k}' for k in range(20))}) = 0x1", "21 pins are too many for one cell"),
        ("Y = Z & A; Z = B", "output Z is used before it is defined"),
        ("Y = Y & A", "output Y is used before it is defined"),
        ("Y = A + B", "Y would be 2, which is no bit"),
        ("Y = ~(A + B)", "Y would be -1, which is no bit"),
        ("A + B = 3", "no row satisfies the relation"),
        ("A + B <= 2", "every row satisfies the relation: it needs no cell"),
        ("Y = " + "(" * 5000 + "A" + ")" * 5000, "the function is nested too deeply"),
        ("Y = " + "~" * 5000 + "A", "the function is nested too deeply"),
        ("Y = " + " & ".join(f"A{k}" for k in range(20)), "21 pins are too many for one cell"),
        ("+".join(f"A{k}" for k in range(20)) + " = 1", "20 pins are too many for one cell"),
    ],
)
def test_a_fault_is_pointed_at(text: str, error: str) -> None:
    with pytest.raises(InvcError) as caught:
        parse_specification("MY", text)
    assert caught.value.message == error
    assert caught.value.where == "MY"


def test_a_constant_that_no_sum_needs() -> None:
    with pytest.raises(InvcError, match="this constant is too long at column 9"):
        parse_specification("MY", "A + B < " + "9" * 5000)


def test_the_largest_cell() -> None:
    text = "+".join(f"A{k}" for k in range(MAX_PINS)) + " = 1"
    assert parse_specification("X", text).rows.bit_count() == MAX_PINS


@given(text=st.text("ABY01'bdhx=<>~!&|^?:(),+*- ;\n", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        made = parse_specification("X", text)
    except InvcError as error:
        assert "\n" not in error.message
    else:
        assert 0 < made.rows < 1 << (1 << len(made.pins))


def test_a_text_of_any_length_is_refused_at_once() -> None:
    with pytest.raises(InvcError, match="has 4000003 characters, more than 20000"):
        parse_specification("X", "Y =" + " A &" * 1_000_000)
