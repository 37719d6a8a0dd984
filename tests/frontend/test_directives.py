"""What the preprocessor leaves of a text, character by character, and where each line comes from."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest

from invc.diagnostics import InvcError
from invc.frontend.gate_level import preprocessor
from invc.frontend.gate_level.preprocessor import MAX_DEPTH, preprocess

PAIR = "`define P(a, b) <a|b>\n"
LEFT: Mapping[str, str] = {
    # Arguments end at commas and brackets of their own level.
    PAIR + "`P(1, 2)": " \n<1|2>",
    PAIR + "`P((1, 2), 3)": " \n<(1, 2)|3>",
    PAIR + "`P(((1, 2), [3, {4, 5}]), {6, (7)})": " \n<((1, 2), [3, {4, 5}])|{6, (7)}>",
    PAIR + "`P( 1 ,\n 2) x\ny": " \n\n<1|2> x\ny",
    PAIR + "`P (, ) z": " \n<|> z",
    PAIR + "`P(`P(1, 2), `P(3, (4, 5)))": " \n<<1|2>|<3|(4, 5)>>",
    PAIR + "`define Q(x) `P(x, (x, x)) `P(\\\n x,y)\n`Q(1)": " \n\n\n<1|(1, 1)> <1|y>",
    "`define N(a = 1, b=2) a b ab a_ a``b\n`N(3, 4)": " \n3 4 ab a_ 34",
    "`define E\n`define F() f\n[`E] [`F()]": " \n \n[] [f]",
    # A macro's text keeps strings and escaped names, and loses comments; it goes on behind \\.
    '`define S "// \\" `S" /* no\\\n */ end // gone\n`S': '\n\n"// \\" `S"   end',
    "`define T \\a`b c/* open\n`T": " \n\\a`b c",
    "`define U 1\n`undef U\n`ifdef U\nx\n`else\ny\n`endif": " \n \n \n\n \ny\n ",
    "`define U 1\n`undefineall z\n`ifdef U\nx\n`endif": " \n  z\n \n\n ",
    # Comments, attributes and directives without a meaning become blanks; lines stay.
    "a/*\n\n*/b//c\n/* d */e": "a\n\nb \n e",
    '(* x = "*)", y *)a(*)b( *\n)(*\n\n*)c': " a(*)b( *\n)\n\nc",
    "`timescale 1ns / 1ps /* more\n */a\n`celldefine b\nc": " \na\n \nc",
    "`resetall": " ",
    '"a // b" \\c//d /*e*/"`f"': '"a // b" \\c//d  "`f"',
    "a `__LINE__\n`__FILE__ `__LINE__": 'a 1\n"m.v" 2',
    '`ifdef NO\n(* open\n`what "x" /*\n*/ // `endif\n`include "none"\n`endif\nb': (
        " \n \n \n \n \n \nb"
    ),
}
# Where macros that nobody defined stay, they become escaped names.
TOLERATED: Mapping[str, str] = {
    "[`M]": "[\\`M ]",
    "`define N [`M] `M.\n`N;`M": " \n[\\`M ] \\`M .;\\`M ",
}
FAULTS: Mapping[str, str] = {
    "\n`define 1": "m.v:2: error: `define needs a name",
    "\n`undef 1": "m.v:2: error: `undef needs a name",
    "`ifdef": "m.v:1: error: `ifdef needs a name",
    "a\n/*\n": "m.v:2: error: this comment is not closed\n  hint: add */",
    '\n(* "*)"': "m.v:2: error: this attribute is not closed\n  hint: add *)",
    "\n`else": "m.v:2: error: `else without `ifdef",
    "`ifdef A\n`endif\n`endif": "m.v:3: error: `endif without `ifdef",
    "\n`ifdef A\n`ifdef B\n`endif\n": (
        "m.v:2: error: this condition is not closed\n  hint: add `endif"
    ),
    "`include x": 'm.v:1: error: `include needs a file: `include "file.vh"',
    '\n`include "x"': "m.v:2: error: no file 'x' to include\n  hint: give its folder with -I",
    "\n`M": "m.v:2: error: macro `M is not defined\n  hint: define it with -D M=VALUE",
    "`define N `M\n`N": "m.v:2: error: macro `M is not defined\n  hint: define it with -D M=VALUE",
    PAIR + "`P(1)": "m.v:2: error: macro `P takes 2 arguments",
    PAIR + "`P(1, 2, 3)": "m.v:2: error: macro `P takes 2 arguments",
    PAIR + "\n`P [1, 2]": "m.v:3: error: macro `P needs arguments",
    PAIR + "`P((1, 2)": "m.v:2: error: the arguments of macro `P are not closed\n  hint: add )",
}


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def left(text: str, *, tolerant: bool = False, define: Mapping[str, str] | None = None) -> str:
    """What is left of a file, but for the end of its last line."""
    Path("m.v").write_text(text)
    found = preprocess(Path("m.v"), define=define, tolerant=tolerant).text
    assert found.endswith("\n")
    assert found.count("\n") == text.count("\n") + 1
    return found[:-1]


@pytest.mark.parametrize("text", LEFT, ids=range(len(LEFT)))
def test_what_is_left(text: str) -> None:
    assert left(text) == LEFT[text]


@pytest.mark.parametrize("text", TOLERATED, ids=range(len(TOLERATED)))
def test_what_is_left_where_macros_may_be_unknown(text: str) -> None:
    assert left(text, tolerant=True) == TOLERATED[text]


@pytest.mark.parametrize("text", FAULTS, ids=range(len(FAULTS)))
def test_faults(text: str) -> None:
    with pytest.raises(InvcError) as caught:
        left(text)
    assert str(caught.value) == FAULTS[text]


@pytest.mark.parametrize("defined", list(product((False, True), repeat=4)))
def test_of_every_condition_one_branch_is_read(defined: tuple[bool, ...]) -> None:
    """All combinations of four macros, against Python's own conditions."""
    a, b, c, d = defined
    inner = "`ifndef C c0 `elsif D c1 `elsif B c2 `else c3 `endif"
    text = f"`ifdef A a {inner} `elsif B b {inner} `elsif A no `else e {inner} `endif end"
    kept = "c0" if not c else "c1" if d else "c2" if b else "c3"
    outer = "a" if a else "b" if b else "e"
    macros = {name: "" for name, known in zip("ABCD", defined, strict=True) if known}
    assert left(text, define=macros).split() == [outer, kept, "end"]


def test_a_macro_defined_where_nothing_is_read_is_not() -> None:
    text = "`ifdef A `define B 1 \n`endif `ifdef B b `else none `endif"
    assert left(text).split() == ["none"]
    assert left(text, define={"A": ""}).split() == ["b"]


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1])
def test_how_deep_macros_are_in_each_other(depth: int) -> None:
    chain = "".join(f"`define M{k} `M{k - 1}\n" for k in range(1, depth + 1))
    text = f"`define M0 end\n{chain}`M{depth}"
    if depth <= MAX_DEPTH:
        assert left(text).split() == ["end"]
        return
    with pytest.raises(InvcError, match=f":{depth + 2}: .*this macro uses itself, or grows"):
        left(text)


@pytest.mark.parametrize("size", [12, 13])
def test_how_much_macros_may_grow(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The texts of all macros that are put in add up: twice `A, and what stands in it."""
    monkeypatch.setattr(preprocessor, "MAX_EXPANSION", 12)
    text = f"`define B {'b' * (size // 2 - 2)}\n`define A `B\n`A {'x' * (size % 2)} `A"
    text = text if size % 2 == 0 else text.replace("x", "`B")
    if size == 12:
        assert left(text).split() == ["bbbb", "bbbb"]
        return
    with pytest.raises(InvcError, match="grows beyond measure"):
        left(text)


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1])
def test_how_deep_files_include_each_other(depth: int) -> None:
    """The file itself is the first of them."""
    for k in range(1, depth):
        further = f'`include "f{k + 1}.v"\n' if k + 1 < depth else "end\n"
        Path(f"f{k}.v").write_text(further)
    Path("m.v").write_text('`include "f1.v"\n')
    if depth <= MAX_DEPTH:
        assert preprocess(Path("m.v")).text.split() == ["end"]
        return
    with pytest.raises(InvcError) as caught:
        preprocess(Path("m.v"))
    assert str(caught.value) == (
        f"f{MAX_DEPTH - 1}.v:1: error: 'f{MAX_DEPTH}.v' includes itself, "
        f"or is nested more than {MAX_DEPTH} deep"
    )


def test_every_line_leads_back_to_its_file_and_line() -> None:
    """Each word says where it stands: its file, and its line in that."""
    Path("inc").mkdir()
    Path("inc/b.v").write_text('b1\n`include "c.v"\nb3 `ifdef NO\n\n`endif b5')
    Path("inc/c.v").write_text("/*\n*/ c2\nc3")
    Path("m.v").write_text('m1 `define X x \\\n x\nm3\n\nm5 `include "b.v" m5\nm6 `X m6')
    Path("more.v").write_text("\nmore2 `include <c.v>\nmore3")
    found = preprocess(Path("m.v"), more=[Path("more.v")], include=[Path("inc")])
    seen = []
    for number, line in enumerate(found.text.split("\n"), 1):
        for word in line.replace("x", " ").split():
            place = found.location(number)
            assert f"{Path(place.file).stem}{place.line}" == word
            seen.append(word)
    assert seen == [
        *("m1", "m3", "m5", "b1", "c2", "c3", "b3", "b5", "m5", "m6", "m6"),
        *("more2", "c2", "c3", "more3"),
    ]
    assert found.location(0) == found.location(1)
