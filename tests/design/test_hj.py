import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.design import Design, format_design, parse_design, read_design, write_design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.netlist import Netlist


def text_of(design: Design) -> str:
    return "".join(format_design(design))


@given(netlists())
def test_round_trip_is_the_same_design_and_the_same_bytes(netlist: Netlist) -> None:
    design = assemble(netlist, CELLS, origin="test")
    text = text_of(design)
    again = parse_design(text)
    assert text_of(again) == text
    assert again.netlist == netlist
    assert (again.model.h == design.model.h).all()
    assert (again.model.edges == design.model.edges).all()
    assert (again.model.J == design.model.J).all()
    assert again.model.offset == design.model.offset
    assert again.origin == "test"
    assert {n: c.gap for n, c in again.cells.items()} == {n: c.gap for n, c in design.cells.items()}


def test_documented_file_reads_and_writes_back(repository: Path) -> None:
    page = (repository / "docs" / "formats.md").read_text()
    (text,) = re.findall(r"```\n(invc-hj 1\n.*?)```", page, re.DOTALL)
    assert text_of(parse_design(text)) == text


def test_file_round_trip(tmp_path: Path) -> None:
    design = assemble(multiplier(4), CELLS)
    path = tmp_path / "odd name ;$(x).hj"
    write_design(design, path)
    assert text_of(read_design(path)) == path.read_text()
    assert list(tmp_path.iterdir()) == [path]


GOOD = text_of(assemble(multiplier(2), CELLS, origin="o"))
GOOD_CELLS = len(parse_design(GOOD).cells)


@given(st.integers(0, len(GOOD) - 2))
def test_every_truncation_is_refused(length: int) -> None:
    with pytest.raises(InvcError) as error:
        parse_design(GOOD[:length], "m.hj")
    assert str(error.value).startswith("m.hj:")


@given(st.integers(0, len(GOOD) - 1), st.characters())
def test_a_changed_character_never_escapes_as_a_traceback(at: int, character: str) -> None:
    try:
        parse_design(GOOD[:at] + character + GOOD[at + 1 :], "m.hj")
    except InvcError as error:
        assert str(error).startswith("m.hj")


@given(st.text(max_size=200))
def test_any_text_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InvcError) as error:
        parse_design(text, "m.hj")
    assert "\n" not in error.value.message


MAKE = "\n  hint: make it again with 'invc synth'"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            GOOD,
            "",
            "m.hj:1: error: the file is empty\n  hint: give a .hj file; 'invc synth' makes one",
        ),
        (
            "invc-hj 1",
            "ELF",
            "m.hj:1: error: not a .hj file\n  hint: its first line would be 'invc-hj 1'",
        ),
        (
            "invc-hj 1",
            "invc-hj 2",
            "m.hj:1: error: format version '2' is not known\n  hint: this invc reads version 1",
        ),
        (
            "nets 12",
            "nets 1000000000000",
            "m.hj:5: error: 1000000000000 lines of 'nets' announced, but only 65 follow",
        ),
        ("nets 12", "nets x", "m.hj:5: error: 'x' is no integer"),
        ("nets 12", "nets -3", "m.hj:5: error: -3 is out of range (0 to 4611686018427387904)"),
        ('"a[1]"', "a[1]", "m.hj:7: error: 'a[1]' is no quoted text"),
        ("spins 12", "spins 13", "m.hj:18: error: spins 13, but 12 nets and 0 ancillas"),
        (": 1 2\n", ": 1 99\n", "m.hj:22: error: net 99 does not exist (there are 12)"),
        (": 1 2\n", ": 1\n", "m.hj:22: error: port 'a': 1 bits for the range [1:0]"),
        (": 1 2\n", ":\n", "m.hj:22: error: port 'a' names no spin"),
        ('input "b"', 'input "a"', "m.hj:23: error: a second port is called 'a'"),
        (
            'input "b"',
            'inout "b"',
            "m.hj:23: error: this is no port: 'inout \"b\" unsigned [1:0] : 3 4'",
        ),
        (
            '"gap": 4}',
            '"gap": 4',
            "m.hj:26: error: this is no cell: Expecting ',' delimiter: line 1 column 171 (char 170)",
        ),
        (
            '"gap": 4}',
            '"gap": 0}',
            "m.hj:26: error: the coefficients of this cell do not fit its pins",
        ),
        (
            '"ground": -3',
            '"ground": NaN',
            "m.hj:26: error: a coefficient of this cell is no integer of 32 bits",
        ),
        ("AND2 1 3 5", "NAND 1 3 5", "m.hj:29: error: no cell is called 'NAND'"),
        ("AND2 1 3 5", "AND2 1 3", "m.hj:29: error: AND2 has 3 pins: 'AND2 1 3'"),
        ("AND2 1 3 5", "AND2 1 3 77", "m.hj:29: error: net 77 does not exist (there are 12)"),
        ("AND2 1 3 5", "AND2 1 3 5 @4", "m.hj:29: error: source @4 does not exist"),
        (
            "AND2 1 3 5",
            "AND2 1 3 6",
            "m.hj: error: the gates make no netlist: AND2: net 6 driven twice",
        ),
        (
            "\n1 3 -1\n",
            "\n1 1000000000000 -1\n",
            "m.hj:46: error: spin 1000000000000 does not exist (there are 12)",
        ),
        ("\n1 3 -1\n", "\n1 3 nan\n", "m.hj:46: error: 'nan' is no integer"),
        ("\n1 3 -1\n", "\n1 3 0\n", "m.hj:46: error: a coefficient of 0 is left out, not written"),
        (
            "\n1 3 -1\n",
            "\n1 3 4000000000\n",
            "m.hj:46: error: the coefficient does not fit 32 bits",
        ),
        ("\n1 3 -1\n", "\n1 3\n", "m.hj:46: error: 3 integers expected, found '1 3'"),
        (
            "\n1 3 -1\n",
            "\n3 1 -1\n",
            "m.hj:46: error: an edge is written with its lower spin first",
        ),
        ("\n1 3 -1\n", "\n1 4 -1\n", "m.hj:47: error: this edge stands twice"),
        ("\n1 3 -1\n", "\n2 3 -1\n", "m.hj:47: error: J is not in order of edges"),
        ("\nend\n", "\nend\nmore\n", "m.hj:70: error: text after 'end'"),
        ("\nend\n", "\n", "m.hj:70: error: the file ends where 'end' should stand; it was cut off"),
    ],
)
def test_broken_files_are_named_line_by_line(old: str, new: str, expected: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    with pytest.raises(InvcError) as error:
        parse_design(text, "m.hj")
    assert str(error.value) == (expected if "hint" in expected else expected + MAKE)


def test_comments_stand_between_sections() -> None:
    assert text_of(parse_design(GOOD.replace("\noffset", "\n# by hand\n\noffset"))) == GOOD


def test_missing_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(InvcError, match="no such file"):
        read_design(tmp_path / "x.hj")
    with pytest.raises(InvcError, match="is a directory"):
        read_design(tmp_path)
    (tmp_path / "b.hj").write_bytes(b"invc\xff")
    with pytest.raises(InvcError, match="byte 4 is not UTF-8"):
        read_design(tmp_path / "b.hj")


def test_offsets_and_couplings_survive_at_their_limits() -> None:
    text = GOOD.replace("\n1 3 -1\n", f"\n1 3 {2**31 - 1}\n")
    assert np.abs(parse_design(text).model.J).max() == 2**31 - 1


@pytest.mark.parametrize("keyword", ["nets", "sources"])
def test_names_that_no_text_can_hold_are_refused_in_every_section(keyword: str) -> None:
    lines = GOOD.splitlines(keepends=True)
    place = next(k for k, line in enumerate(lines) if line.startswith(f"{keyword} "))
    count = int(lines[place].split()[1])
    lines[place + 1 : place + 1 + count] = ['"\\ud800"\n'] * max(1, count)
    lines[place] = f"{keyword} {max(1, count)}\n"
    with pytest.raises(InvcError, match=rf"<text>:{place + 2}: .*surrogate"):
        parse_design("".join(lines))


@pytest.mark.parametrize("scale", [1, 2, 0.5, 1024.0])
def test_a_scale_is_written_where_it_is_not_one(scale: float) -> None:
    design = replace(assemble(multiplier(2), CELLS), scale=scale)
    text = text_of(design)
    assert ("\nscale " in text) == (scale != 1)
    assert parse_design(text).scale == scale


@pytest.mark.parametrize(("ancillas", "fits"), [(18, True), (19, False)])
def test_the_spins_of_a_cell_are_bounded(ancillas: int, fits: bool) -> None:
    names = [f"Z{k}" for k in range(ancillas)]
    cell = {
        **{"name": "C", "inputs": ["A"], "outputs": ["Y"], "tables": ["2"], "ancillas": names},
        **{"h": [0] * (ancillas + 2), "J": [[0, 1, 1]], "ground": -1, "gap": 2},
    }
    text = re.sub(r"cells \d+\n", f"cells {GOOD_CELLS + 1}\n{json.dumps(cell)}\n", GOOD)
    if fits:
        assert parse_design(text).cells["C"].ancillas == tuple(names)
        return
    with pytest.raises(InvcError, match="this cell has 21 spins, more than 20"):
        parse_design(text)
