"""Which format a file is of: by the name that was given, its suffix, or its first line."""

from pathlib import Path

import numpy as np
import pytest

from designs import CELLS, multiplier
from invc.design import parse_clamps
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.formats import readable, writable
from invc.formats.files import BEGINNING, export, find_format, find_reader, import_file, load
from invc.formats.incoming import Incoming
from invc.formats.lines import MOST_VARIABLES, Lines

DESIGN = assemble(multiplier(2), CELLS)


@pytest.mark.parametrize("name", writable())
def test_a_format_is_found_by_its_name(name: str) -> None:
    assert find_format(name) is load(name)
    assert find_format(name, Path("m.txt")) is load(name)
    assert find_format(name, Path(f"m{load(name).suffix}")) is load(name)


def test_dimod_is_json_where_the_file_is_called_so() -> None:
    assert find_format("dimod", Path("m.JSON")) is load("dimod-json")
    assert find_format("dimod", Path("m.coo")) is find_format("dimod") is load("dimod")
    assert find_format("bqpjson", Path("m.json")) is load("bqpjson")


@pytest.mark.parametrize("name", ["json", "nothing"])
def test_what_is_not_written_is_not_found(name: str) -> None:
    with pytest.raises(InvcError, match=f"no format is called '{name}'"):
        find_format(name)


def test_what_is_not_read_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("")
    with pytest.raises(InvcError, match="no format is called 'qmasm'"):
        import_file(tmp_path / "m", "qmasm")


def test_clamps_are_folded_but_where_gates_are_written(tmp_path: Path) -> None:
    clamps = parse_clamps(DESIGN.netlist, ["a=1"])
    for form, fold, folds in (
        *(("qubo", True, True), ("qubo", False, False)),
        *(("dimacs", True, False), ("dimacs", False, False)),
    ):
        outgoing = export(DESIGN, load(form), tmp_path / "m", clamps, fold=fold)
        assert bool(outgoing.folded) == folds
        assert outgoing.clamps == ({} if folds else {"a[0]": 1, "a[1]": 0})
        assert (outgoing.model.spins < DESIGN.model.spins) == folds


FIRST = {
    "# x\n\nc y\np qubo 0 1 1 0\n0 0 1\n": "qubo",
    "c x\n2 1\n1 2\n": "gset",
    "#x\n0 0 1\n": "dimod",
    "\n {": "json",
    '{"a": 1 }\n': "json",
    "c\n" * (BEGINNING // 2 - 2) + "2 1\n": "gset",  # the last line that is looked at
}


@pytest.mark.parametrize("text", FIRST, ids=FIRST.values())
def test_the_first_line_says_what_it_is(text: str) -> None:
    assert find_reader(Path("m.txt"), Incoming(text.encode(), "m.txt")) == FIRST[text]
    assert find_reader(Path("m"), Incoming(text.encode(), "m")) == FIRST[text]


@pytest.mark.parametrize("text", ["", "#\n", "c\n" * (BEGINNING // 2) + "2 1\n", "hello"])
def test_what_does_not_say_it_is_not_recognised(text: str) -> None:
    with pytest.raises(InvcError, match="its format is not recognised"):
        find_reader(Path("m.txt"), Incoming(text.encode(), "m.txt"))


@pytest.mark.parametrize("name", readable())
def test_a_suffix_says_more_than_the_first_line(name: str) -> None:
    path = Path(f"m{load(name).suffix}".upper())
    found = find_reader(path, Incoming(b"p qubo 0 1 1 0\n", "m"))
    assert load(found).suffix == Path(f"m{load(name).suffix}").suffix


def lines(text: str = "") -> Lines:
    return Lines(text, "m")


def test_numbers_of_variables_are_within_their_bounds() -> None:
    assert [lines().index(word, first=1, last=3) for word in ("1", "03")] == [1, 3]
    assert lines().index("9" * 12) == 10**12 - 1
    for word, hint in (("0", "from 1 to 3"), ("4", "from 1 to 3")):
        with pytest.raises(InvcError) as caught:
            lines().index(word, first=1, last=3)
        assert caught.value.hint == f"they are numbered {hint}"
    with pytest.raises(InvcError) as caught:
        lines().index("0", first=1)
    assert caught.value.hint == "they are numbered from 1"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("9" * 40, f"'{'9' * 40}' is no number of a variable"),
        ("9" * 41, f"'{'9' * 40}' is no number of a variable: it has 41 digits"),
        ("x" * 41, f"'{'x' * 40}' is no number of a variable"),
        ("-1", "'-1' is no number of a variable"),
    ],
)
def test_long_numbers_are_quoted_in_part(word: str, said: str) -> None:
    with pytest.raises(InvcError) as caught:
        lines().index(word)
    assert caught.value.message == said


def test_counts_are_bounded() -> None:
    assert lines().count(str(MOST_VARIABLES)) == MOST_VARIABLES
    for word in (str(MOST_VARIABLES + 1), "-1", "1.0", "x"):
        with pytest.raises(InvcError, match=f"no count of at most {MOST_VARIABLES}"):
            lines().count(word)


def test_comments_name_variables_and_say_values() -> None:
    text = (
        '# name 0 "a b"\n#name 1 "\\u00e9"\n# name 2 "x" 1\n# name "y"\n# clamp "c" 1\n# clamp "d" 0\n'
        '# clamp "e"\n# clamp "f" 2\n# name 3 "\\x"\n# offset 2.5\n# scale : 3\n# constant x\n# 1\n0 1\n'
    )
    heard = lines(text)
    assert list(heard.words("#")) == [["0", "1"]]
    assert heard.names == {0: "a b", 1: "\u00e9"}
    assert heard.clamps == [("c", 1), ("d", 0)]
    assert heard.values == {"offset": 2.5, "scale": 3.0}
    assert heard.named([0, 1]) == ("a b", "\u00e9")
    assert heard.named([1, 0, 2]) == ("s[1]", "s[0]", "s[2]")
    heard.names[2] = "a b"
    assert heard.named([0, 1, 2]) == ("s[0]", "s[1]", "s[2]")
    with pytest.raises(InvcError, match=r"^m:15: error: here"):
        heard.fail("here")


def test_a_word_is_a_comment_by_its_own_mark_alone() -> None:
    assert list(lines("c 1\ncc 2\n#c\n# 3\n").words("c")) == [["cc", "2"], ["#c"], ["#", "3"]]
    assert list(lines("c 1\n#2\n# 3\n").words("#")) == [["c", "1"]]


@pytest.mark.parametrize("size", [0, 1])
def test_a_file_of_its_own_arrays_comes_back(tmp_path: Path, size: int) -> None:
    np.savez(
        tmp_path / "m.npz",
        h=np.arange(size, dtype=np.uint8),
        edges=np.zeros((0, 2), dtype=np.int64),
        J=np.zeros(0, dtype=np.float32),
    )
    assert import_file(tmp_path / "m.npz").design.model.spins == size


LONG = "x" * 21
QUOTED = {
    ("gset", ""): "the file is empty",
    ("gset", "#\n2\n"): "'vertices edges' expected on the first line",
    ("gset", "2 1\n1 2 1 1\n"): "'i j weight' expected, found '1 2 1 1'",
    ("gset", "2 1\n1\n"): "'i j weight' expected, found '1'",
    ("gset", "0 0\n1 1\n"): "variable 1 does not exist",
    ("gset", "2 0\n1 2\n"): "it has another number of edges than its first line says",
    ("dimod", "0 1 1\n"): "it does not say whether its variables are spins or bits",
    ("dimod", "# vartype=SPIN\n# vartype=BINARY\n"): "its variables cannot be BINARY and SPIN",
    ("dimod", f"# vartype={LONG * 3}\n"): f"its variables cannot be {'X' * 60}",
    ("dimod", f"# vartype=SPIN\n0 {LONG * 2}\n"): (f"'u v bias' expected, found '0 {'x' * 38}'"),
    ("qubo", f"p qubo 0 1 1 0\n0 {LONG * 2}\n"): f"'i j value' expected, found '0 {'x' * 38}'",
    ("qubo", "p qubo 0 1 1\n"): "one line 'p qubo 0 variables diagonal couplers' expected",
    ("qubo", "p qubo 0 1 1 0\np qubo 0 1 1 0\n"): (
        "one line 'p qubo 0 variables diagonal couplers' expected"
    ),
    ("qubo", "p max 0 1 1 0\n"): "one line 'p qubo 0 variables diagonal couplers' expected",
    ("qubo", "p qubo 0 0 0 0\np qubo 0 0 0 0\n"): (
        "one line 'p qubo 0 variables diagonal couplers' expected"
    ),
    ("qubo", "p qubo 0 0 0 0\n0 0 1\n"): "variable 0 does not exist",
    ("qubo", ""): "no line 'p qubo ...': this is no .qubo file",
    ("json", "[]"): "neither bqpjson nor dimod's JSON of a BinaryQuadraticModel",
}


@pytest.mark.parametrize(("form", "text"), QUOTED)
def test_what_is_said_of_short_files(tmp_path: Path, form: str, text: str) -> None:
    (tmp_path / "m").write_text(text)
    with pytest.raises(InvcError) as caught:
        import_file(tmp_path / "m", form)
    assert caught.value.message == QUOTED[form, text]


@pytest.mark.parametrize(("form", "text"), [("gset", "0 0\n"), ("qubo", "p qubo 0 0 0 0\n")])
def test_a_file_of_nothing_is_a_model_of_nothing(tmp_path: Path, form: str, text: str) -> None:
    (tmp_path / "m").write_text(text)
    assert import_file(tmp_path / "m", form).design.model.spins == 0


def test_both_kinds_of_json_are_told_apart(tmp_path: Path) -> None:
    for name in ("bqpjson", "dimod-json"):
        path = tmp_path / name
        export(DESIGN, load(name), path)
        assert import_file(path, "json").design.model.spins == DESIGN.model.spins
        assert import_file(path).design.netlist.names == DESIGN.netlist.names
    text = (tmp_path / "dimod-json").read_text().replace('"SPIN"', f'"{LONG}"')
    (tmp_path / "m").write_text(text)
    with pytest.raises(InvcError) as caught:
        import_file(tmp_path / "m", "json")
    assert f"is '{'x' * 20}', neither" in caught.value.message
