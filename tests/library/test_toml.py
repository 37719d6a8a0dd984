"""Cell files: what is written is read again, and what is no cell gets one clear line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.diagnostics import InvcError
from invc.library import Cell, builtin_folder, format_cell, hamlib, read_cell, write_cell
from invc.netlist import Function

AND2 = (builtin_folder() / "AND2.toml").read_text()
WORDS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,4}", fullmatch=True)
INTEGERS = st.integers(-(2**20), 2**20)


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    """Any cell that a file can hold, true or not."""
    names = draw(st.lists(WORDS, min_size=2, max_size=6, unique=True))
    split = draw(st.integers(1, len(names) - 1))
    pins, ancillas = tuple(names[:split]), tuple(names[split:])
    name = draw(WORDS)
    function = None
    rows = draw(st.integers(1, (1 << (1 << len(pins))) - 1))
    if draw(st.booleans()):
        inputs = pins[: draw(st.integers(0, len(pins)))]
        limit = (1 << (1 << len(inputs))) - 1
        outputs = pins[len(inputs) :]
        tables = tuple(draw(st.integers(0, limit)) for _ in outputs)
        function = Function(name, inputs, outputs, tables)
        rows = function.relation
    edges = draw(st.dictionaries(st.tuples(*[st.integers(0, len(names) - 1)] * 2), INTEGERS))
    J = tuple((i, j, value) for (i, j), value in sorted(edges.items()) if i < j and value)
    h = tuple(draw(INTEGERS) for _ in names)
    text = st.text(st.characters(exclude_categories=["Cs"]))
    energies = draw(INTEGERS), draw(INTEGERS)
    texts = draw(text), draw(text)
    return Cell(name, pins, rows, ancillas, h, J, *energies, function, *texts, draw(st.booleans()))


@given(cell=cells())
def test_a_cell_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, cell: Cell
) -> None:
    path = tmp_path_factory.getbasetemp() / "CELL.toml"
    write_cell(cell, path)
    assert read_cell(path) == cell


def test_the_built_in_files_are_canonical() -> None:
    for cell in hamlib().values():
        assert (builtin_folder() / f"{cell.name}.toml").read_text() == format_cell(cell)


def test_a_name_that_is_no_text_is_still_written(tmp_path: Path) -> None:
    cell = Cell("A", ("a",), 1, (), (0,), (), 0, 2, text="module \udcff of x.v")
    write_cell(cell, tmp_path / "A.toml")
    assert read_cell(tmp_path / "A.toml").text == "module ? of x.v"


def refusal(path: Path, text: str | bytes) -> str:
    if isinstance(text, bytes):
        path.write_bytes(text)
    else:
        path.write_text(text)
    with pytest.raises(InvcError) as error:
        read_cell(path)
    assert error.value.where == str(path)
    return error.value.message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name     = "AND2"', "", "'name' is missing"),
        ("gap      = 4", "", "'gap' is missing"),
        ("gap      = 4", "gap = 4.0", "gap is no integer of 20 bits"),
        ("gap      = 4", "gap = true", "gap is no integer of 20 bits"),
        ("gap      = 4", f"gap = {10**12}", "gap is no integer of 20 bits"),
        ("gap      = 4", "gap = 4\ngep = 4", "'gep' is no key; did you mean 'gap'?"),
        ("gap      = 4", "gap = nan", "gap is no integer of 20 bits"),
        ('"AND2"', "2", "'name' is no text"),
        ('"AND2"', '"../AND2"', "a name is no word of letters, digits and '_'"),
        ('["A", "B"]', '["A", "A"]', "AND2: two pins share a name"),
        ('["A", "B"]', '["A", 5]', "'inputs' is no list of texts"),
        ('["A", "B"]', '["A", "é"]', "a name is no word of letters, digits and '_'"),
        ('["A", "B"]', str([f"I{k}" for k in range(30)]), "more than 20 spins"),
        ('["A", "B"]', str([f"I{k}" for k in range(13)]), "AND2: more than 12 inputs"),
        ("ancillas = []", 'ancillas = ["A"]', "two spins share a name"),
        ('["8"]', '["8", "8"]', "AND2: one table per output"),
        ('["8"]', '["10"]', "AND2: a table does not fit 2 inputs"),
        ('["8"]', '["-8"]', "'tables' holds '-8', which is no hexadecimal number"),
        ('["8"]', '["8_"]', "'tables' holds '8_', which is no hexadecimal number"),
        ("{ A = 1, B = 1, Y = -2 }", "5", "'h' is no table"),
        ("{ A = 1, B = 1, Y = -2 }", "{ Z = 1 }", "h names 'Z', which is no spin"),
        ("{ A = 1, B = 1, Y = -2 }", "{ A = inf }", "h of A is no integer of 20 bits"),
        ('"A B" = -1', '"A C" = -1', "J names 'A C', which is no pair of spins"),
        ('"A B" = -1', '"A A" = -1', "J names 'A A', which is no pair of spins"),
        ('"A B" = -1', "A = -1", "J names 'A', which is no pair of spins"),
        ('"A B" = -1', '"A B" = -1\n"B A" = 1', "J names 'B A' twice"),
        ('"A B" = -1', '"A B" = "x"', "J of A B is no integer of 20 bits"),
        ("gap      = 4", "gap = 4\ndegenerate = 1", "'degenerate' is neither true nor false"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in AND2
    assert refusal(tmp_path / "AND2.toml", AND2.replace(old, new, 1)) == f"not a cell: {message}"


def test_a_relation_has_rows_that_fit(tmp_path: Path) -> None:
    start, end = AND2.index("inputs"), AND2.index("ancillas")
    for rows in ("0", "100000000"):
        text = AND2[:start] + f'pins = ["A", "B", "Y"]\nrows = "{rows}"\n' + AND2[end:]
        message = refusal(tmp_path / "AND2.toml", text)
        assert message == "not a cell: 'rows' does not fit the pins"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a cell: 'J' is missing"),
        ("x = " + "[" * 100_000, "not a cell: nested too deeply"),
        (b"gap = \xff", "not a text file (byte 6 is not UTF-8)"),
    ],
)
def test_what_is_no_toml(tmp_path: Path, text: str | bytes, message: str) -> None:
    assert refusal(tmp_path / "X.toml", text) == message


@pytest.mark.parametrize("line", ["gap = ", "gap = 1\ngap = 2", "gap = " + "9" * 5000])
def test_what_python_itself_refuses(tmp_path: Path, line: str) -> None:
    message = refusal(tmp_path / "X.toml", AND2.replace("gap      = 4", line))
    assert message.startswith("not a cell: ")
    assert len(message) < 200


@given(data=st.data())
def test_a_truncated_file_is_refused_or_still_whole(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "CUT.toml"
    cut = data.draw(st.integers(0, len(AND2)))
    path.write_text(AND2[:cut])
    try:
        read_cell(path)
    except InvcError as error:
        assert "\n" not in error.message
