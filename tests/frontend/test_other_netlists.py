"""BLIF and AIGER that Yosys takes for something else without a word: refused with their line."""

from pathlib import Path

import pytest

from invc.diagnostics import InvcError
from invc.frontend.aiger import check_aiger
from invc.frontend.blif import check_blif
from invc.frontend.yosys import Sources
from invc.pipeline import synth
from truth import every_answer

BLIF = ".model t\n.inputs a b\n.outputs y\n{}\n.end\n"
TABLES = {
    "a row too short": (".names a b y\n1 1", 5, "a row of this table has 2 of 0, 1 and -"),
    "a row too long": (".names a y\n11 1", 5, "a row of this table has 1 of 0, 1 and -"),
    "a row of another sign": (".names a y\n2 1", 5, "a row of this table has 1 of"),
    "an undefined value": (".names a y\n1 x", 5, "a row of this table has 1 of"),
    "both values": (".names a b y\n11 1\n00 0", 6, "a table gives both 0 and 1"),
    "two tables": (".names a y\n1 1\n.names b y\n1 1", 6, "net 'y' is driven twice"),
    "a table of an input": (".names b a\n1 1\n.names a y\n1 1", 4, "net 'a' is driven twice"),
    "over two lines": (".names a \\\n b y\n1 1", 6, "a row of this table has 2 of"),
    "no net": (".names", 4, ".names without a net"),
}


@pytest.mark.parametrize("kind", TABLES)
def test_blif_that_is_none(tmp_path: Path, kind: str) -> None:
    body, line, message = TABLES[kind]
    path = tmp_path / "t.blif"
    path.write_text(BLIF.format(body))
    with pytest.raises(InvcError, match=message) as caught:
        synth(Sources((path,)))
    assert caught.value.where == f"{path}:{line}"


def test_blif_that_is_one(tmp_path: Path) -> None:
    path = tmp_path / "t.blif"
    path.write_text(
        "# a comment\n.model t\n.inputs a \\\nb\n.outputs y z\n.names a b n\n0- 0\n-0 0\n"
        ".names n y\n1 1\n.names z\n1\n.end\n"
    )
    for answer in every_answer(synth(Sources((path,))).netlist):
        assert (answer["y"], answer["z"]) == (answer["a"] & answer["b"], 1)
    path.write_text(".model a\n.names y\n1\n.end\n.exdc\n.names y\n.model b\n.names y\n1\n.end\n")
    check_blif(path)  # a net of each model; what is no model counts for nothing


HEAD = "aag 3 2 0 1 1\n2\n4\n"
LITERALS = {
    "an output that is not there": (HEAD + "9\n6 2 4\n", 4, "literal 9 is used, but nothing defines 8"),
    "a pin that is not there": ("aag 4 2 0 1 1\n2\n4\n6\n6 8 4\n", 5, "literal 8 is used"),
    "two gates": ("aag 4 2 0 1 2\n2\n4\n6\n6 2 4\n6 4 4\n", 6, "literal 6 is defined twice"),
    "a gate for an input": (HEAD + "2\n2 4 4\n", 5, "literal 2 is defined twice"),
    "an inverted gate": (HEAD + "6\n7 2 4\n", 5, "literal 7 is inverted"),
    "an inverted input": ("aag 3 2 0 1 1\n3\n4\n6\n6 2 4\n", 2, "literal 3 is inverted"),
    "one name for two": (HEAD + "6\n6 2 4\ni0 a\ni1 a\n", 7, "the name 'a' was that of line 6"),
    "too few variables": ("aag 2 2 0 1 1\n2\n4\n6\n6 2 4\n", 1, "3 things for 2 variables"),
    "more than it holds": ("aag 999999999 99999999 0 0 0\n", 1, "bytes cannot hold 99999999"),
    "a line too few": (HEAD, 4, "1 whole numbers should be here, not ''"),
    "words": (HEAD + "y\n6 2 4\n", 4, "1 whole numbers should be here, not 'y'"),
    "another file": ("module t;", 0, "no AIGER file"),
}  # fmt: skip


@pytest.mark.parametrize("kind", LITERALS)
def test_aiger_that_is_none(tmp_path: Path, kind: str) -> None:
    text, line, message = LITERALS[kind]
    path = tmp_path / "t.aag"
    path.write_text(text)
    with pytest.raises(InvcError, match=message) as caught:
        synth(Sources((path,)))
    assert caught.value.where == f"{path}:{line}"


def test_aiger_that_is_one(tmp_path: Path) -> None:
    path = tmp_path / "t.aag"
    path.write_text(HEAD + "7\n6 2 4\ni0 a\ni1 b\no0 y\nc\ni0 a\n")
    for answer in every_answer(synth(Sources((path,))).netlist):
        assert answer["y"] == 1 - (answer["a"] & answer["b"])
    path = tmp_path / "t.aig"
    path.write_bytes(b"aig 3 2 0 1 1\n7\n\x02\x02i0 a\n")
    check_aiger(path)
    for gates in (b"\x09\x02", b"\x02\x07", b"\x02", b"\x80"):
        path.write_bytes(b"aig 3 2 0 1 1\n7\n" + gates)
        with pytest.raises(InvcError, match=r"reads what comes after|end in the middle"):
            check_aiger(path)
