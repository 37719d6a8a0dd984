"""Tokens stand where they say, and what is left out is what the grammar does not know."""

from pathlib import Path

import pytest

from invc.frontend.gate_level.preprocessor import preprocess
from invc.frontend.gate_level.tokens import MAX_QUOTED, SyntaxFault, short, token_text, tokens

TEXTS = Path(__file__).resolve().parents[1] / "golden" / "texts"
STRINGS = 'initial $display("a\\\n b", 1);\n  x = "c";\n'


@pytest.mark.parametrize("name", ["gates.v", "structures.v", "heads.sv"])
def test_tokens_stand_where_they_say(name: str) -> None:
    text = preprocess(TEXTS / name, tolerant=True).text + STRINGS
    found = list(tokens(text, tolerant=True))
    assert [token.lexpos for token in found] == sorted({token.lexpos for token in found})
    for token in found:
        shown = token_text(text, token.lexpos)
        assert shown.replace(" ", "") == token.value.replace(" ", "") or (
            token.type == "OTHER" and text[token.lexpos] == token.value
        )
        assert token.lineno == 1 + text.count("\n", 0, token.lexpos)


LEFT = {
    # Delays of gates and assigns, and before the name of an instance.
    "assign #2 a = b": "assign a = b",
    "assign # 1.5 a = b": "assign a = b",
    "and #(1, 2:3) g (a)": "and g ( a )",
    "not #W (a)": "not ( a )",
    "xor #1.5e3 x": "xor x",
    "MUX #3 g": "MUX g",
    "MUX #2.5 g": "MUX g",
    # Parameters are none, nor is what stands on another line or behind no name.
    "MUX #(3) g": "MUX # ( 3 ) g",
    "MUX #W g": "MUX # W g",
    "MUX\n#\n3 g": "MUX g",
    "assign #\n2 a": "assign a",
    "a <= #1 b": "a <= # 1 b",
    "; # 3": "; # 3",
    "\\a #3 b": "\\a b",
    "a specify x = (1;\nendspecify b": "a b",
    "4 'b0 8'hFf 'd 1_0 2'sb1": "4'b0 8'hFf 'd1_0 2'sb1",
    "1e3 1.5 1_0 1.": "1e3 1.5 1_0 1 .",
    "a<<<b>>>c===d!==e**f+:g-:h~|i": "a <<< b >>> c === d !== e ** f +: g -: h ~| i",
    '"a\\"b" "c"': '"a\\"b" "c"',
    "$x \\y$+z w": "$ x \\y$+z w",
}


@pytest.mark.parametrize("text", LEFT, ids=range(len(LEFT)))
def test_what_is_left(text: str) -> None:
    assert " ".join(token.value for token in tokens(text)) == LEFT[text]


KINDS = {
    "module a": ["MODULE", "ID"],
    "4'b0 4'O7 4'd9 4'Hf 4'sb0 'Sh1": [
        *("INTNUMBER_BIN", "INTNUMBER_OCT", "INTNUMBER_DEC", "INTNUMBER_HEX"),
        *("SIGNED_INTNUMBER_BIN", "SIGNED_INTNUMBER_HEX"),
    ],
    '12 1.5 1e3 "x"': ["INTNUMBER_DEC", "FLOATNUMBER", "FLOATNUMBER", "STRING_LITERAL"],
    "~^ ^~ + $": ["XNOR", "XNOR", "PLUS", "DOLLER"],
}


@pytest.mark.parametrize("text", KINDS)
def test_kinds(text: str) -> None:
    assert [token.type for token in tokens(text)] == KINDS[text]


FAULTS = {
    "a\n\u00a7": ("illegal character '\u00a7'", 2),
    "a \t \u00a7 b": ("illegal character '\u00a7'", 1),
    'x "open\n': ("illegal character '\"'", 1),
    "assign #\n2 \u00a7": ("illegal character '\u00a7'", 2),
    "specify\nendspecify\u00a7": ("illegal character '\u00a7'", 2),
    "\nspecify\n": ("this specify block is not closed", 2),
}


@pytest.mark.parametrize("text", FAULTS, ids=range(len(FAULTS)))
def test_faults(text: str) -> None:
    with pytest.raises(SyntaxFault) as caught:
        list(tokens(text))
    assert (caught.value.message, caught.value.line) == FAULTS[text]


def test_what_begins_no_token_may_be_one() -> None:
    found = [(t.type, t.value, t.lexpos, t.lineno) for t in tokens("a \u00a7\n '{", tolerant=True)]
    assert found == [
        ("ID", "a", 0, 1),
        ("OTHER", "\u00a7", 2, 1),
        ("OTHER", "'", 5, 2),
        ("LBRACE", "{", 6, 2),
    ]


def test_lines_after_a_specify_block_are_counted() -> None:
    found = [(token.value, token.lineno) for token in tokens("a\nspecify\n\nx\nendspecify b\nc")]
    assert found == [("a", 1), ("b", 5), ("c", 6)]


@pytest.mark.parametrize(
    ("length", "quoted"),
    [(MAX_QUOTED, repr("x" * MAX_QUOTED)), (MAX_QUOTED + 1, f"{'x' * MAX_QUOTED!r}...")],
)
def test_long_words_are_quoted_in_part(length: int, quoted: str) -> None:
    assert short("x" * length) == quoted


@pytest.mark.parametrize(
    ("text", "at", "expected"), [("a bc+", 2, "bc"), ("a bc+", 1, "bc"), ("a", 1, ""), ("§", 0, "")]
)
def test_the_token_at_a_place(text: str, at: int, expected: str) -> None:
    assert token_text(text, at) == expected
