"""A .hj file at both sides of every bound, and its part about time."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from designs import CELLS, multiplier
from invc.design import Design, format_design, parse_design
from invc.design.assemble import assemble
from invc.design.frames import Frames, Signal
from invc.diagnostics import InvcError
from invc.netlist import Netlist

UNROLLED = Path(__file__).resolve().parents[1] / "golden" / "texts" / "unrolled.hj"
MOST = 2**31 - 1


def text_of(design: Design) -> str:
    return "".join(format_design(design))


GOOD = text_of(assemble(multiplier(2), CELLS, origin="o"))
TIMED = UNROLLED.read_text(encoding="utf-8")


def refused(text: str) -> str:
    with pytest.raises(InvcError) as caught:
        parse_design(text, "m.hj")
    return f"{caught.value.where} {caught.value.message}"


def place(text: str, begins: str) -> int:
    """The number of the first line that begins so."""
    return 1 + next(k for k, line in enumerate(text.split("\n")) if line.startswith(begins))


H, J = place(GOOD, "h ") + 1, place(GOOD, "J ") + 1
LINES = GOOD.split("\n")
NUMBERS: list[tuple[int, str, str]] = [
    (H, f"1 {MOST}", ""),
    (H, f"1 -{MOST}", ""),
    (H, f"1 {MOST + 1}", "the coefficient does not fit 32 bits"),
    (H, f"1 -{MOST + 1}", "the coefficient does not fit 32 bits"),
    (H, "1 0", "a coefficient of 0 is left out, not written"),
    (H, "0 1", "spin 0 does not exist (there are 12)"),
    (H, "13 1", "spin 13 does not exist (there are 12)"),
    (H, "-1 1", "spin -1 does not exist (there are 12)"),
    (H, "1  1", "2 integers expected, found '1  1'"),
    (H, "1 1 1", "2 integers expected, found '1 1 1'"),
    (H, "1 +1", "'+1' is no integer"),
    (H, "1 1-1", "'1-1' is no integer"),
    (H + 1, "1 1", "this spin has a second h"),
    (H + 2, "1 1", "h is not in order of spins"),
    (J, f"1 3 {MOST}", ""),
    (J, f"1 3 {-MOST}", ""),
    (J, f"1 3 {-MOST - 1}", "the coefficient does not fit 32 bits"),
    (J, "1 1 1", "an edge is written with its lower spin first"),
    (J, "1 2 1", ""),
    (J, "0 3 1", "spin 0 does not exist (there are 12)"),
    (J, "1 13 1", "spin 13 does not exist (there are 12)"),
    (J, "0 13 1", "spin 0 does not exist (there are 12)"),
    (J + 1, LINES[J - 1], "this edge stands twice"),
    (J + 1, "1 2 1", "J is not in order of edges"),
]


@pytest.mark.parametrize(("number", "line", "said"), NUMBERS)
def test_lines_of_numbers(number: int, line: str, said: str) -> None:
    text = "\n".join([*LINES[: number - 1], line, *LINES[number:]])
    if said:
        assert refused(text) == f"m.hj:{number} {said}"
        return
    assert text_of(parse_design(text)) == text


def cell(**changes: Any) -> str:
    """The good file with another cell in it, as a line of JSON."""
    fields = {
        **{"name": "C", "inputs": ["A"], "outputs": ["Y"], "tables": ["2"], "ancillas": []},
        **{"h": [0, 0], "J": [[0, 1, 1]], "ground": -1, "gap": 2, **changes},
    }
    count = len(parse_design(GOOD).cells)
    return re.sub(
        r"cells \d+\n", f"cells {count + 1}\n{json.dumps(fields, ensure_ascii=False)}\n", GOOD
    )


CELL = place(GOOD, "cells ") + 1
SHAPE = "the coefficients of this cell do not fit its pins"
WORD = "a name in this cell is no word"
BITS = "a coefficient of this cell is no integer of 32 bits"
TWO = {"outputs": ["Y", "Z"], "tables": ["0", "0"]}
WIDE = {"inputs": [f"A{k}" for k in range(12)], **TWO}
OF_CELLS: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"h": [MOST, -MOST], "J": [[0, 1, MOST]], "ground": -MOST, "gap": MOST}, ""),
    ({"h": [MOST + 1, 0]}, BITS),
    ({"h": [0, -MOST - 1]}, BITS),
    ({"J": [[0, 1, MOST + 1]]}, BITS),
    ({"ground": -MOST - 1}, BITS),
    ({"gap": MOST + 1}, BITS),
    ({"gap": True}, BITS),
    ({"h": [0, 1.0]}, BITS),
    ({"gap": 1}, ""),
    ({"gap": 0}, SHAPE),
    ({"h": [0]}, SHAPE),
    ({"h": [0, 0, 0]}, SHAPE),
    ({"J": [[0, 0, 1]]}, SHAPE),
    ({"J": [[1, 0, 1]]}, SHAPE),
    ({"J": [[-1, 1, 1]]}, SHAPE),
    ({"J": [[0, 2, 1]]}, SHAPE),
    ({"J": []}, ""),
    ({"name": "\u00dcber", "inputs": ["\u00e4"]}, ""),
    ({"name": "C D"}, WORD),
    ({"inputs": [""]}, WORD),
    ({"ancillas": ["x", "y z"], "h": [0] * 4}, WORD),
    ({"ancillas": ["x", "y"], "h": [0] * 4}, ""),
    ({"name": "AND2"}, "a second cell is called 'AND2'"),
    ({**WIDE, "h": [0] * 14}, ""),
    (
        {**WIDE, "outputs": ["X", "Y", "Z"], "tables": ["0"] * 3},
        "this cell has 15 pins, more than 14",
    ),
    ({"tables": ["g"]}, "this is no cell: invalid literal for int() with base 16: 'g'"),
    ({"J": [[0, 1]]}, "this is no cell: not enough values to unpack (expected 3, got 2)"),
]


@pytest.mark.parametrize(("changes", "said"), OF_CELLS)
def test_cells(changes: dict[str, Any], said: str) -> None:
    text = cell(**changes)
    if not said:
        assert text_of(parse_design(text)) == text
        return
    line = CELL + (changes.get("name") == "AND2")
    assert refused(text) == f"m.hj:{line} {said}"


FRAMES = Frames(
    "clk",
    2,
    (
        Signal("rst", "input"),
        Signal("z", "output"),
        Signal("q", "initial", "top.q", "0x"),
        Signal("d", "input"),
    ),
    (("W", "8"), ("T", '"a b"')),
    (("FAST", ""),),
    free=True,
)


@pytest.mark.parametrize(
    "frames",
    [
        FRAMES,
        replace(FRAMES, free=False),
        replace(FRAMES, parameters=()),
        replace(FRAMES, defines=(), signals=FRAMES.signals[:2]),
        replace(FRAMES, signals=(Signal("q", "initial", "", "x1"), Signal("q", "zero", "q"))),
        replace(FRAMES, signals=()),
    ],
)
def test_time_comes_back(frames: Frames) -> None:
    design = replace(parse_design(TIMED), frames=frames)
    text = text_of(design)
    again = parse_design(text)
    assert again.frames == frames
    assert text_of(again) == text
    spaced = re.sub(r"\n(?=(clock|init|parameter|define|frames) )", "\n# note\n\n  \n", text)
    assert spaced != text
    assert parse_design(spaced).frames == frames


FIRST = place(TIMED, "frames ") + 1
TIME = {
    ('clock 2 "clk"', 'clock 0 "clk"'): (FIRST - 2, "0 is out of range (1 to 4611686018427387904)"),
    ('clock 2 "clk"', "clock 2"): (FIRST - 2, "'' is no quoted text"),
    ('clock 2 "clk"', 'clock 2 "clk"\nparameter "W"'): (
        FIRST - 1,
        "'\"W\"' is not 2 to 2 quoted texts",
    ),
    ('clock 2 "clk"', 'clock 2 "clk"\nparameter "W" "1" "2"'): (
        FIRST - 1,
        '\'"W" "1" "2"\' is not 2 to 2 quoted texts',
    ),
    ('input "rst"', 'inlet "rst"'): (FIRST, "no kind of signal is called 'inlet'"),
    ('input "rst"', 'input "rst" "x"'): (FIRST, '\'"rst" "x"\' is not 1 to 1 quoted texts'),
    ('input "rst"', "input"): (FIRST, "'' is not 1 to 1 quoted texts"),
    ('input "d"', 'input "rst"'): (FIRST + 1, "a second input is called 'rst'"),
    ('initial "q"', 'initial "q" "v" "02"'): (FIRST + 5, "'02' are no bits to start with"),
    ('initial "q"', 'initial "q" "v" "0" ""'): (
        FIRST + 5,
        '\'"q" "v" "0" ""\' is not 1 to 3 quoted texts',
    ),
}


@pytest.mark.parametrize(("old", "new"), TIME)
def test_faults_of_time(old: str, new: str) -> None:
    assert old in TIMED
    number, said = TIME[old, new]
    assert refused(TIMED.replace(old, new, 1)) == f"m.hj:{number} {said}"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('input "rst"', 'input "none"', "signal 'none' has no port 'none@0'"),
        ('initial "q"', 'initial "d"', "signal 'd' has no port 'd@init'"),
        ('initial "q"', 'initial "q" "v" "0"', "signal 'q' does not start with 1 bits"),
        ('initial "q"', 'zero "none" "v" "0"', ""),
    ],
)
def test_signals_are_ports_of_their_first_cycle(old: str, new: str, said: str) -> None:
    text = TIMED.replace(old, new, 1)
    if said:
        assert refused(text).endswith(said)
        return
    assert text_of(parse_design(text)) == text


def test_the_parts_of_time_by_kind() -> None:
    assert FRAMES.names("input") == ("rst", "d")
    assert FRAMES.names("initial") == ("q",)
    assert FRAMES.names("assert") == ()


def test_what_utf8_cannot_hold_is_written_as_an_escape_and_all_else_as_it_is() -> None:
    netlist = multiplier(2)
    odd = Netlist("\u00e9\udc80", netlist.ports, netlist.gates, netlist.names)
    text = text_of(assemble(odd, CELLS))
    assert 'name "\u00e9\\\\udc80"\n' in text
    assert parse_design(text).netlist.name == "\u00e9\\udc80"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("@1", ""),
        ("@2", "source @2 does not exist (there are 1)"),
        ("@0", "0 is out of range (1 to"),
        ("@-1", "this is no port"),
    ],
)
def test_ports_name_sources_that_exist(source: str, said: str) -> None:
    text = GOOD.replace("sources 0\n", 'sources 1\n"a.v:1:1"\n').replace(
        "[1:0] :", f"[1:0] {source} :", 1
    )
    if said:
        assert said in refused(text)
        return
    assert parse_design(text).netlist.ports[0].source == "a.v:1:1"


@pytest.mark.parametrize("net", ["12", "-12", "13", "-13", "0"])
def test_gates_are_on_nets_that_exist(net: str) -> None:
    """The last of them, and the one after it; one that is driven twice is another fault."""
    said = refused(GOOD.replace("AND2 1 3 5", f"AND2 1 3 {net}", 1))
    number = place(GOOD, "AND2 1 3 5")
    if "12" in net:
        assert "driven twice" in said
    else:
        missing = net.lstrip("-")
        assert said == f"m.hj:{number} net {missing} does not exist (there are 12)"


@pytest.mark.parametrize(("offset", "fits"), [(2**62, True), (-(2**62), True), (2**62 + 1, False)])
def test_offsets_are_bounded(offset: int, fits: bool) -> None:
    text = re.sub(r"\noffset .*", f"\noffset {offset}", GOOD)
    if fits:
        assert parse_design(text).model.offset == offset
        return
    assert refused(text).endswith(f"{offset} is out of range (-{2**62} to {2**62})")
