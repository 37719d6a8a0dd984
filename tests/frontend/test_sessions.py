"""What a session makes of what Yosys says: which reader is taken, and how faults are told.

Yosys itself is left out: its runs are stand-ins that say what it would say, so that all of it is tried.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from invc.diagnostics import InvcError
from invc.frontend.yosys import equivalence, session, synthesis
from invc.frontend.yosys.drivers import Conflict
from invc.frontend.yosys.errors import MOST_MESSAGE, MOST_WORD, explain, explain_silence
from invc.frontend.yosys.find import Yosys
from invc.frontend.yosys.links import Links, link
from invc.frontend.yosys.modules import Module, choose_top
from invc.frontend.yosys.process import TimeOver
from invc.frontend.yosys.session import Session
from invc.frontend.yosys.sources import Sources, check_sources
from invc.netlist import Netlist, Port

YOSYS = Yosys(("none",), "0.70", "/bin/yosys")
HEAD = 'attribute \\src "source0.v:1.1-3.10"\nmodule \\t\n'
RTLIL = HEAD + "  wire input 1 \\a\nend\n"
INSTANCE = '  attribute \\src "source0.v:2.7-2.20"\n  cell {} \\u\n  end\n'
LOG = re.compile(r"Yosys's log: \S+")
Say = tuple[int | None, str, str]  # exit status or None where time is over; output; the modules


class Runs:
    """Answers to runs of Yosys, in turn, and the scripts that were run."""

    def __init__(self, folder: Path, answers: Sequence[Say]) -> None:
        """Have answers ready."""
        self.folder, self.left = folder, list(answers)
        self.scripts: list[str] = []

    def __call__(self, command: Sequence[str], folder: Path, seconds: float) -> tuple[int, str]:
        assert list(command) == ["none", "script.ys"]
        self.scripts.append((folder / "script.ys").read_text())
        status, output, modules = self.left.pop(0)
        if modules:
            (folder / "modules.il").write_text(modules)
        if status is None:
            raise TimeOver("over", output)
        return status, output


def opened(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: Sequence[Say],
    text: str = "module t(input a); endmodule\n",
    name: str = "t.v",
    **given: Any,
) -> tuple[Session, Runs]:
    """A session on one file, with what its runs will say."""
    path, folder = tmp_path / name, tmp_path / "run"
    path.write_text(text)
    folder.mkdir()
    sources = Sources((path,), **given)
    runs = Runs(folder, answers)
    monkeypatch.setattr(session, "run", runs)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Session(sources, YOSYS, folder, link(sources, folder), seconds=7), runs


def refused(made: Session) -> str:
    """What reading ends with, without the names of folders and logs."""
    with pytest.raises(InvcError) as caught:
        made.read()
    place = f"{made.sources.files[0].parent}/"
    return LOG.sub("LOG", str(caught.value).replace(place, ""))


OK: Say = (0, "fine\n", RTLIL)
FOREIGN: Say = (1, "source0.v:5: ERROR: syntax error, unexpected '{'\n", "")
ELSE: Say = (1, "source0.v:5: ERROR: Identifier `\\b' is implicitly declared.\n", "")


def slang_error(line: int, end: str = "v") -> Say:
    return 1, f"source0.{end}:{line}: ERROR: what slang says\n", ""


def test_verilog_is_read_by_yosys_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, runs = opened(tmp_path, monkeypatch, [OK])
    made.read()
    assert (made.reader, made.links.elaborated, list(made.modules)) == ("", False, ["t"])
    assert runs.scripts == ["read_verilog -Ifolder0 source0.v\nwrite_rtlil modules.il\n"]
    assert made.modules["t"].place == f"{tmp_path}/t.v:1:1"


def test_what_yosys_fails_on_is_read_by_slang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, runs = opened(tmp_path, monkeypatch, [FOREIGN, OK])
    made.read()
    assert made.reader == "slang, as Yosys's own reader fails on this valid source"
    assert made.links.elaborated
    assert runs.scripts[1].startswith("read_slang ")
    assert made.links.read == made.links.slang


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (5, "t.v:5: error: syntax error, unexpected '{'"),
        (6, "t.v:6: error: what slang says"),
        (4, "t.v:5: error: syntax error, unexpected '{'"),
    ],
)
def test_of_two_faults_the_later_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: int, said: str
) -> None:
    made, _ = opened(tmp_path, monkeypatch, [FOREIGN, slang_error(line)])
    assert refused(made).startswith(f"{said}\n")


def test_a_fault_of_another_kind_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, runs = opened(tmp_path, monkeypatch, [ELSE, OK])
    assert refused(made) == "t.v:5: error: identifier 'b' is implicitly declared\n  hint: LOG"
    assert len(runs.scripts) == 1


@pytest.mark.parametrize("name", ["t.sv", "t.v"])
def test_system_verilog_is_read_by_slang_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """And Verilog that sets parameters from outside, which Yosys reads otherwise than the standard."""
    text = "module t(input a); endmodule\n" + ("// defparam u.W = 1;\n" if name == "t.v" else "")
    made, runs = opened(tmp_path, monkeypatch, [OK], text, name)
    made.read()
    assert (made.reader, made.links.elaborated) == ("slang", True)
    assert runs.scripts[0].startswith("read_slang ")


MISSING: Say = (1, "ERROR: No such command: read_slang (type 'help')\n", "")


@pytest.mark.parametrize(
    ("answers", "reader"),
    [
        ([MISSING, OK], "Yosys's own reader, as slang is not there"),
        ([slang_error(3, "sv"), OK], "Yosys's own reader, as slang says: what slang says"),
        ([(1, "nothing\n", ""), OK], "Yosys's own reader, as slang says: 1"),
        ([MISSING, FOREIGN, OK], ""),
    ],
)
def test_system_verilog_without_slang_is_read_by_yosys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: Sequence[Say], reader: str
) -> None:
    made, _ = opened(tmp_path, monkeypatch, answers, name="t.sv")
    made.read()
    assert (made.reader, made.links.elaborated) == (reader, False)


def test_what_neither_reads_is_told_as_slang_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = opened(tmp_path, monkeypatch, [slang_error(3, "sv"), ELSE], name="t.sv")
    assert refused(made) == "t.sv:3: error: what slang says\n  hint: LOG"


def test_without_slang_only_what_yosys_says_is_left_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: Say = (1, "source0.sv:9: ERROR: its own fault\n", "")
    made, _ = opened(tmp_path, monkeypatch, [MISSING, said, said], name="t.sv")
    assert refused(made) == "t.sv:9: error: its own fault\n  hint: LOG"
    assert made.output == [said[1]]


def test_cells_of_words_in_a_source_are_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = HEAD + INSTANCE.format("\\$mul") + "end\n"
    made, runs = opened(tmp_path, monkeypatch, [(0, "", used), (0, "", RTLIL)])
    made.read()
    assert runs.scripts[1].startswith("read_verilog -icells -Ifolder0 source0.v\n")
    assert made.modules["t"].instances == {}
    (tmp_path / "b").mkdir()
    gates = HEAD + INSTANCE.format("\\$_AND_") + "end\n"
    made, runs = opened(tmp_path / "b", monkeypatch, [(0, "", gates)])
    made.read()
    assert len(runs.scripts) == 1
    assert "own_cells.v" in made.script("synth.ys")
    assert "\\$_AND_" in (made.folder / "own_cells.v").read_text()


@pytest.mark.parametrize("name", ["t.v", "t.sv"])
def test_reading_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    output = "2. Executing Verilog-2005 frontend: source0.v\n3.1. Executing PROC pass (x).\n"
    made, _ = opened(tmp_path, monkeypatch, [(None, output, "")], name=name)
    assert refused(made) == (
        f"{name}: error: Yosys 0.70 (/bin/yosys) is not done in 7 s (in its pass proc)\n"
        "  hint: give a longer --yosys-limit or smaller parameters; loops and functions are "
        "unrolled, call by call; LOG"
    )
    assert made.output == [output]


def slow(made: Session, output: str) -> str:
    return LOG.sub("LOG", str(made._slow(output)).replace(f"{made.sources.files[0].parent}/", ""))


def test_a_module_that_holds_itself_is_told_where_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = opened(tmp_path, monkeypatch, [(0, "", HEAD + INSTANCE.format("\\t") + "end\n")])
    made.read()
    told = (
        "t.v:2:7: error: module 't' still contains itself after 7 s\n"
        "  hint: does its recursion end? a generate block needs a case without an instance"
    )
    assert slow(made, "1. Executing HIERARCHY pass (x).\n") == told
    assert "is not done in 7 s (in its pass opt)" in slow(
        made, "1. Executing PROC pass (x).\n2. Executing OPT pass (x).\n"
    )
    assert "is not done in 7 s\n" in slow(made, "nothing") or slow(made, "nothing") == told


def test_a_run_with_its_own_time_says_so_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = opened(tmp_path, monkeypatch, [(None, "a", ""), (None, "b", "")])
    with pytest.raises(TimeOver):
        made.run("x", 1.0)
    with pytest.raises(InvcError, match="is not done in 7 s"):
        made.run("x")
    assert made.output == ["b"]


@pytest.mark.parametrize(("content", "free"), [(None, 1), ("", 1), ("module", 0), ("module", 1)])
def test_a_full_disk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, free: int
) -> None:
    made, _ = opened(tmp_path, monkeypatch, [])
    if content is not None:
        (made.folder / "x.il").write_text(content)
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    if content and free:
        made.check_written("x.il")
        return
    with pytest.raises(InvcError, match="no room for temporary files") as caught:
        made.check_written("x.il")
    assert caught.value.where == str(tmp_path)


def test_logs_go_where_they_are_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = opened(tmp_path, monkeypatch, [])
    made.output += ["one\n", "two\n"]
    made.write_log()
    kept = Path(made.keep_log())
    assert kept.is_relative_to(tmp_path / "cache")
    assert kept.read_text() == "one\ntwo\n"
    made.log = tmp_path / "y.log"
    assert made.keep_log() == str(made.log)
    assert made.log.read_text() == "one\ntwo\n"


def test_parameters_and_the_top_are_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = RTLIL.replace("  wire", "  parameter \\W 3\n  parameter \\X 1\n  wire")
    given = {"W": "-1", "X": "4'hf"}
    made, _ = opened(tmp_path, monkeypatch, [(0, "", text)], parameters=given)
    made.read()
    script = made.script("synth.ys")
    negative = "32'sb" + "1" * 32
    assert f"-chparam W {negative} -chparam X 4'b1111" in script
    assert not re.search("@(READ|PARAMETERS|TOP)@", script)
    assert "read_verilog -Ifolder0 source0.v\n" in script
    (tmp_path / "b").mkdir()
    made, _ = opened(tmp_path / "b", monkeypatch, [(0, "", text)], parameters={"V": "1"})
    made.read()
    with pytest.raises(InvcError) as caught:
        made.script("synth.ys")
    assert str(caught.value) == "error: module 't' has no parameter 'V'\n  hint: there are: W, X"
    made.links = replace(made.links, elaborated=True)
    with pytest.raises(InvcError, match="module 't' has no parameter 'V'"):
        made.script("synth.ys")


def mapped(answers: Sequence[Say], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made, runs = opened(tmp_path, monkeypatch, answers)
    assert synthesis._mapped(made, "abc -script +amap,-m;amap,-m") == "fine\n"
    return runs.scripts


@pytest.mark.parametrize(
    "fault",
    [
        "ABC: abc: amap/amapMerge.c:90: Assertion `x' failed.\nERROR: ABC: failed\n",
        'ERROR: ABC: execution of script "s" failed: return code 134.\n',
    ],
)
def test_what_the_better_mapper_fails_on_goes_to_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    scripts = mapped([(1, fault, ""), OK], tmp_path, monkeypatch)
    assert scripts == ["abc -script +amap,-m;amap,-m", "abc -script +map,-a;map,-a"]


def test_other_faults_of_mapping_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(mapped([OK], tmp_path, monkeypatch)) == 1
    (tmp_path / "b").mkdir()
    with pytest.raises(InvcError, match="something else"):
        mapped([(1, "ERROR: Something else.\n", ""), OK], tmp_path / "b", monkeypatch)


def linked(**shown: str) -> Links:
    return Links("", {name.replace("_", "."): path for name, path in shown.items()})


SOURCES = Sources((Path("a.v"), Path("b.v")))
EXPLAINED: Sequence[tuple[str, tuple[str | None, str, str | None]]] = (
    ("ERROR: Cannot do THIS.\n", (None, "cannot do THIS", "Yosys's log: LOG")),
    ("ERROR: FSM is odd!\n", (None, "FSM is odd", "Yosys's log: LOG")),
    ("s0.v:4: ERROR: Bad `\\x' and `y'..\n", ("a.v:4", "bad 'x' and 'y'", "Yosys's log: LOG")),
    ("s0.v:4.2-5.1: ERROR: In s1.v!\n", ("a.v:4", "in b.v", "Yosys's log: LOG")),
    ("x.v:4: ERROR: Bad.\n", (None, "bad", "Yosys's log: LOG")),
    (
        "ERROR: Re-definition of module `\\m'!\n",
        (None, "re-definition of module 'm'",
         "name each file once, or give one module another name; Yosys's log: LOG"),
    ),
    (
        "s1.v:2: ERROR: syntax error, unexpected x\n",
        ("b.v:2", "syntax error, unexpected x", "look at this line and the one before; a .sv file "
         "is read as SystemVerilog; Yosys's log: LOG"),
    ),
    (
        "s2.sv:2: ERROR: syntax error\n",
        ("c.sv:2", "syntax error", "look at this line and the one before; Yosys's log: LOG"),
    ),
    (
        "ERROR: Module `\\leaf' referenced in module `\\t' in cell `\\u' is not part of the design.\n",
        ("a.v:7:1", "module 'leaf' referenced in module 't' in cell 'u' is not part of the design",
         "name the file that defines it too, or check its name; Yosys's log: LOG"),
    ),
    (
        "ERROR: Module `other' referenced in module `none' in cell `u' is not part of the design.\n",
        (None, "module 'other' referenced in module 'none' in cell 'u' is not part of the design",
         "name the file that defines it too, or check its name; Yosys's log: LOG"),
    ),
    (
        "ERROR: Output port t.u.y (leaf) is connected to constants: 1'0\n",
        ("a.v:7:1", "output port t.u.y (leaf) is connected to constants: 1'0",
         "give each of its bits a net, or none; Yosys's log: LOG"),
    ),
    (
        "ERROR: Found 3 recursive instantiations of u!\n",
        ("a.v:9:9", "module 'r' contains itself without end",
         "an instance may not contain itself; Yosys's log: LOG"),
    ),
)  # fmt: skip
MODULES = {
    "t": Module("t", (), {"leaf": "a.v:7:1"}),
    "r": Module("r", (), {"t": "a.v:1:1", "r": "a.v:9:9"}),
}


@pytest.mark.parametrize("place", range(len(EXPLAINED)))
def test_what_yosys_says_is_said_in_our_words(place: int) -> None:
    output, expected = EXPLAINED[place]
    links = linked(s0_v="a.v", s1_v="b.v", s2_sv="c.sv")
    told = explain(
        f"before\n{output}after\n", links=links, sources=SOURCES, modules=MODULES, log="LOG"
    )
    assert told is not None
    assert (told.where, told.message, told.hint) == expected


def test_what_has_no_place_is_in_the_only_file_but_where_cells_are_read() -> None:
    def place(text: str, *files: str) -> InvcError | None:
        sources = Sources(tuple(map(Path, files)))
        return explain(text, links=linked(), sources=sources, modules={}, log="")

    for text, where in (("ERROR: Odd.\n", "a.v"), ("ERROR: Bad liberty.\n", None)):
        told = place(text, "a.v")
        assert told is not None
        assert (told.where, told.hint) == (where, None)
    assert getattr(place("ERROR: Odd.\n", "a.v", "b.v"), "where", "") is None
    assert place("all is well, no ERROR: here\n", "a.v") is None


def test_a_missing_include_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    files = (tmp_path / "a.v", tmp_path / "b.v")
    files[0].write_text("module a; // x.vh\nendmodule\n")
    files[1].write_text('`include "y.vh"\n// x.vh\n`include "x.vh"\n`include "x.vh"\n')
    told = explain(
        "ERROR: Can't open include file `x.vh'!\n",
        links=linked(), sources=Sources(files), modules={}, log="",
    )  # fmt: skip
    assert told is not None
    assert (told.where, told.hint) == (f"{files[1]}:3", "name its folder with -I")


def test_long_messages_are_cut() -> None:
    def message(text: str) -> str:
        told = explain(f"ERROR: {text}\n", links=linked(), sources=SOURCES, modules={}, log="")
        assert told is not None
        return told.message

    assert message("x" * MOST_WORD) == "x" * MOST_WORD
    assert message("x" * (MOST_WORD + 1)) == "x" * (MOST_WORD - 3) + "..."
    words = ("xxx " * MOST_MESSAGE)[:MOST_MESSAGE]
    assert message(words[:-1] + "y") == words[:-1] + "y"
    assert message(words + "yy") == words[:-3] + "..."


@pytest.mark.parametrize(
    ("output", "status", "ended", "where"),
    [
        ("", 3, "ended without a word", None),
        ("Parsing Verilog input from `s0.v' to AST.\n", -11, "crashed", "a.v"),
        ("Parsing a input from `s0.v' x\nParsing b input from 's1.v' x\n", -9, "was killed", "b.v"),
        ("input buffer overflow\n", -9, "cannot read a word of so many characters", None),
        ("Parsing a input from `zz.v' x\n", -15, "ended without a word", None),
    ],
)
def test_what_says_nothing_is_told_by_its_end(
    output: str, status: int, ended: str, where: str | None
) -> None:
    told = explain_silence(output, status, YOSYS, linked(s0_v="a.v", s1_v="b.v"), "LOG")
    assert (told.message, told.where) == (f"Yosys 0.70 (/bin/yosys) {ended}", where)
    assert (told.hint or "").endswith("? Yosys's log: LOG")


def test_places_are_in_the_files_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "inc").mkdir()
    real = tmp_path / "inc" / "k.vh"
    real.touch()
    run = tmp_path / "run"
    run.mkdir()
    (run / "include0").symlink_to(tmp_path / "inc")
    links = Links("", {"source0.v": "x/t.v", "include0": str(tmp_path / "inc")}, folder=run)
    for src, place in (
        ("source0.v:3.4-5.6", "x/t.v:3:4"), ("source0.v:3", "x/t.v:3"), ("source0.v:3.0", "x/t.v:3"),
        ("source0.v:0.0", "x/t.v"), ("other.v:1.1|source0.v:2.1", "x/t.v:2:1"), ("", ""), ("x", ""),
        ("include0/k.vh:8.1", f"{real}:8:1"), (f"{real}:8.1", f"{real}:8:1"), ("other.v:1.1", ""),
        ("x|y:1|source0.v:2", "x/t.v:2"), ("../inc/k.vh:9.2", f"{real}:9:2"),
    ):  # fmt: skip
        assert links.locate(src) == place, src
    own = Links("", {}, own=True)
    assert own.locate("any.v:7.1-7.3") == "any.v:7:1"


def modules(*names: str, **given: Any) -> dict[str, Module]:
    return {name: Module(name, (), {}, **given) for name in names}


def test_which_module_is_the_top() -> None:
    one, two = Sources((Path("a.v"),)), Sources((Path("a.v"), Path("b.v")))
    assert choose_top(modules("t"), one) == "t"
    assert choose_top({**modules("t"), **modules("m", marks=frozenset({"top"}))}, one) == "m"
    assert choose_top({**modules("t"), **modules("m", marks=frozenset({"blackbox"}))}, one) == "t"
    assert choose_top(modules("m", marks=frozenset({"whitebox"})), one) == "m"
    assert choose_top({**modules("u", place="b.v:1"), **modules("t", place="a.v:9")}, two) == "t"
    recursive = {"r": Module("r", (), {"r": "", "t": ""}), **modules("t")}
    assert choose_top(recursive, one) == "r"
    assert choose_top(modules("t", "u"), Sources((Path("a.v"),), "u")) == "u"


@pytest.mark.parametrize(
    ("found", "files", "top", "expected"),
    [
        ({}, 1, None, "a0.v: error: no module in it\n  hint: name a Verilog file with a module"),
        (modules("t", "u"), 1, "x", "a0.v: error: no module is called 'x'\n  hint: there are: t, u"),
        (modules("t", "u"), 2, "x", "error: no module is called 'x'\n  hint: there are: t, u"),
        (
            modules("t", "u", place="a0.v:1"), 2, None,
            "error: 2 modules could be the top\n  hint: choose with --top: t, u",
        ),
        (
            modules("t", "u", place="a0.v:1"), 1, None,
            "a0.v: error: 2 modules could be the top\n  hint: choose with --top: t, u",
        ),
        (
            modules(*"abcdefghi"), 1, None,
            "a0.v: error: 9 modules could be the top\n  hint: choose with --top: "
            "a, b, c, d, e, f, g, h",
        ),
        (
            {"a": Module("a", (), {"b": ""}), "b": Module("b", (), {"a": ""})}, 1, None,
            "a0.v: error: every module is part of another, 'a' too\n"
            "  hint: a module may not contain itself; --top names the one to compile",
        ),
    ],
)  # fmt: skip
def test_a_top_that_cannot_be_told(
    found: dict[str, Module], files: int, top: str | None, expected: str
) -> None:
    sources = Sources(tuple(Path(f"a{k}.v") for k in range(files)), top)
    with pytest.raises(InvcError) as caught:
        choose_top(found, sources)
    assert str(caught.value) == expected


def test_a_module_without_a_body_is_a_black_box_where_it_is_marked(tmp_path: Path) -> None:
    path = tmp_path / "t.v"
    for text, is_box in (
        ("(* blackbox *) module m(input a); endmodule", True),
        ("(* keep, black_box = 1 *)\nmodule \\m (input a); endmodule", True),
        ("module m(input a); /* synthesis syn_black_box */ endmodule", True),
        ("module m(input a); endmodule", False),
        ("(* blackbox *) module mm(input a); endmodule module m(input a); endmodule", False),
    ):
        path.write_text(text)
        for where in ("t.v:3", ""):
            told = synthesis.no_body("m", where, Sources((tmp_path / "no.v", path)[1:]))
            assert told.where == (where or None)
            box = "'m' is a black box and has no gates", "name the file with its body"
            assert ((told.message, told.hint) == box) is is_box


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (("source0.v:10.2", "source0.v:9.3"), ("t.v:10:2", "its other driver is at t.v:9:3; ")),
        (("source0.v:9.3", "source0.v:9.10"), ("t.v:9:10", "its other driver is at t.v:9:3; ")),
        (("source0.v:9.3", "source0.v:9.3"), ("t.v:9:3", "")),
    ],
)
def test_both_drivers_are_told_in_the_order_of_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: tuple[str, str], said: tuple[str, str]
) -> None:
    made, _ = opened(tmp_path, monkeypatch, [])
    told = synthesis._driven_twice(made, Conflict("t", "y", places, port=False), "")
    where, hint = (text.replace("t.v", f"{tmp_path}/t.v") for text in said)
    assert (told.message, told.where) == ("net 'y' is driven twice", where)
    assert told.hint == f"{hint}leave it one driver"


DUMP = """
    AST_MODULE <source0.v:1.1-9.1> [0x1] str='\\t'
      AST_ASSIGN <source0.v:3.2>
        AST_IDENTIFIER <source0.v:3.9-3.10> [0x2] str='\\y' in_lvalue
        AST_IDENTIFIER <source0.v:3.13-3.14> [0x2] str='\\y'
      AST_PRIMITIVE <source0.v:4.2> str='and'
        AST_ARGUMENT <source0.v:4.5>
          AST_IDENTIFIER <source0.v:4.6-4.7> [0x2] str='\\y'
          AST_IDENTIFIER <source0.v:4.9-4.10> [0x2] str='\\y'
      AST_PRIMITIVE <source0.v:5.2> str='and'
          AST_IDENTIFIER <source0.v:5.6-5.7> [0x2] str='\\z'
          AST_IDENTIFIER <source0.v:5.9-5.10> [0x2] str='\\y'
    AST_MODULE <source0.v:10.1-19.1> [0x1] str='\\other'
        AST_IDENTIFIER <source0.v:13.9-13.10> [0x2] str='\\y' in_lvalue
"""


@pytest.mark.parametrize(
    ("sources", "port", "where", "other"),
    [
        (("", ""), False, "4:6", "3:9"),
        (("", "source0.v:7.1"), False, "4:6", "3:9"),
        (("source0.v:1.4", ""), True, "4:6", "1:4"),
    ],
)
def test_drivers_without_a_place_are_found_in_the_syntax(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sources: tuple[str, str], port: bool,
    where: str, other: str,
) -> None:  # fmt: skip
    made, runs = opened(tmp_path, monkeypatch, [(0, DUMP, "")])
    told = synthesis._driven_twice(made, Conflict("\\t", "u.y[0]", sources, port=port), "")
    place = f"{tmp_path}/t.v"
    assert told.where == f"{place}:{where}"
    assert told.hint == f"its other driver is at {place}:{other}; leave it one driver"
    assert runs.scripts == ["read_verilog -dump_ast1 -Ifolder0 source0.v"]


def test_a_net_whose_drivers_have_no_place_is_told_where_it_is_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, runs = opened(tmp_path, monkeypatch, [(0, "", ""), (0, "", "")])
    (made.folder / "checked.il").write_text(
        'attribute \\src "source0.v:1.1"\nmodule \\t\n  attribute \\src "source0.v:2.8-2.9"\n'
        '  wire \\yy\n  attribute \\src "source0.v:3.8-3.9"\n  wire width 2 \\y\nend\n'
    )
    conflict = Conflict("\\t", "y[1]", ("", ""), port=False)
    told = synthesis._driven_twice(made, conflict, "read\ncheck\nrest")
    assert told.where == f"{tmp_path}/t.v:3:8"
    assert told.hint == "leave it one driver"
    assert runs.scripts[1] == "read\nwrite_rtlil checked.il\n"


def other(inputs: int = 2) -> Netlist:
    bits = tuple(range(2, 2 * inputs + 2, 2))
    return Netlist("t", (Port("a", "input", bits),), (), ("",) * (inputs + 1))


PROVEN: Say = (0, "SAT proof finished - no model found: SUCCESS!\n", "")
UNKNOWN: Say = (1, "timeout\n", "")
WRONG: Say = (
    0,
    "SAT proof finished - model found: FAIL!\n  Signal Name     Dec   Hex   Bin\n"
    "  \\in_a            5     5    101\n  \\in_b.c         -1     1      1\n  \\in_d --\n",
    "",
)


@pytest.mark.parametrize(("inputs", "most"), [(20, 2), (21, 4)])
def test_a_proof_tries_what_there_is_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inputs: int, most: int
) -> None:
    for needed in range(1, most + 1):
        (tmp_path / str(needed)).mkdir()
        answers = [UNKNOWN] * (needed - 1) + [PROVEN]
        made, runs = opened(tmp_path / str(needed), monkeypatch, answers)
        monkeypatch.setattr(time, "monotonic", lambda: 100.0)
        equivalence._prove(made, other(inputs), 109.0, 9)
        assert len(runs.scripts) == needed
        assert all("-timeout 4 miter" in script for script in runs.scripts)
    tried = [re.findall(r"\+strash;(.*);strash\n", script)[0] for script in runs.scripts]
    assert tried == list(equivalence.FEW_INPUTS if inputs == 20 else equivalence.MANY_INPUTS)


def test_a_proof_that_fails_or_takes_too_long_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    made, _ = opened(tmp_path, monkeypatch, [UNKNOWN, WRONG])
    with pytest.raises(InvcError) as caught:
        equivalence._prove(made, other(), 101.0, 1)
    assert caught.value.message == "the mapped netlist is not equal to its source: a=5 b.c=-1"
    (tmp_path / "b").mkdir()
    made, runs = opened(tmp_path / "b", monkeypatch, [(None, "", ""), UNKNOWN])
    with pytest.raises(InvcError, match=r"not proven equal to its source in 1\.5 s"):
        equivalence._prove(made, other(), 101.0, 1.5)
    assert "-timeout 1 miter" in runs.scripts[0]
    (tmp_path / "c").mkdir()
    made, runs = opened(tmp_path / "c", monkeypatch, [])
    with pytest.raises(InvcError, match="not proven equal"):
        equivalence._prove(made, other(), 100.0, 1)
    assert runs.scripts == []


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda path: path.write_bytes(b"ab\0c"), "not a text file (byte 2 is 0)"),
        (lambda path: path.write_bytes(b"\0"), "not a text file (byte 0 is 0)"),
        (lambda path: path.write_bytes(b"\xef\xbb\xbfx"), "it begins with a byte order mark"),
        (lambda path: path.mkdir(), "a folder, not a file"),
        (lambda path: None, "cannot read it: no such file or directory"),
    ],
)
def test_files_that_are_no_text_are_refused(
    tmp_path: Path, prepare: Callable[[Path], Any], message: str
) -> None:
    path = tmp_path / "t.v"
    prepare(path)
    with pytest.raises(InvcError) as caught:
        check_sources(Sources((path,)))
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("$weird", "leaf", "$pow"), "t.v:2: error: module 'leaf' has no body: give its function"),
        (("$weird", "$pow"), "t.v:2: error: this power is too large"),
        (
            ("$weird", "$other"),
            "t.v:2: error: Yosys 0.70 (/bin/yosys) left a cell unmapped: $other",
        ),
        (("$weird",), "error: Yosys 0.70 (/bin/yosys) left a cell unmapped: $weird"),
    ],
)
def test_of_cells_that_nobody_maps_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kinds: Sequence[str], expected: str
) -> None:
    """An instance before a power, and a power before what only we can explain."""
    made, _ = opened(tmp_path, monkeypatch, [])
    cells = {
        f"u{k}": {"type": kind, "attributes": {"src": f"source0.v:{k + 1}"} if k else {}}
        for k, kind in enumerate(kinds)
    }
    path = tmp_path / "n.json"
    path.write_text(json.dumps({"modules": {"t": {"cells": cells}}}))
    told = synthesis._unmapped(made, path, synthesis.Target({}, ""))
    said = LOG.sub("LOG", str(told).replace(f"{tmp_path}/", ""))
    assert said.startswith(f"{expected}\n  hint: ")
    assert ("please report it; LOG" in said) is ("left a cell" in expected)
