"""What EDIF says in few words, at both sides of every bound."""

from pathlib import Path
from typing import Any

import pytest

from invc.diagnostics import InvcError
from invc.frontend.edif import MOST_BITS, MOST_DEPTH, _number, _parsed, read_edif

CELLS = """
(external cells
 (cell GND (view v (interface (port G (direction OUTPUT)))))
 (cell VCC (view v (interface (port P (direction OUTPUT)))))
 (cell BUF (view v (interface (port A (direction INPUT)) (port Y (direction OUTPUT)))))
 (cell (rename lut "$lut") (view v (interface
  (port (array A 4) (direction INPUT)) (port Y (direction OUTPUT))))))"""


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str) -> dict[str, Any]:
    Path("t.edif").write_text(text)
    modules: dict[str, Any] = read_edif(Path("t.edif"), "shown")["modules"]
    return modules


def small(ports: str, contents: str = "", top: str = "t") -> dict[str, Any]:
    """Module t of a file of one module."""
    found = read(
        f"(edif t {CELLS}\n(library work (cell t (view v (interface {ports})\n"
        f"(contents {contents}))))\n(design d (cellRef {top})))"
    )
    one: dict[str, Any] = found["t"]
    return one


def port(name: str, *, offset: int = 0, upto: int = 0, bits: int = 1) -> dict[str, Any]:
    return {
        name: {
            "direction": "input",
            "bits": list(range(2, 2 + bits)),
            "offset": offset,
            "upto": upto,
        }
    }


PORTS = {
    '(array (rename a "a[2:1]") 2)': port("a", offset=1, bits=2),
    '(array (rename a "a [1:2]") 2)': port("a", offset=1, upto=1, bits=2),
    '(array (rename a "a<0:0>") 1)': port("a"),
    '(array (rename a "a(-1:-3)") 3)': port("a", offset=-3, bits=3),
    '(array (rename a "b.a[1]<7:4>") 4)': port("b.a[1]", offset=4, bits=4),
    '(array (rename a "a[2:1]") 3)': port("a[2:1]", bits=3),  # a name that says another width
    '(array (rename a "a[2:1]") 1)': port("a[2:1]"),
    "(array a 2)": port("a", bits=2),
    '(rename a "x y")': port("x y"),
    "a": port("a"),
}


@pytest.mark.parametrize("name", PORTS)
def test_ports_by_their_names(name: str) -> None:
    assert small(f"(port {name} (direction INPUT))")["ports"] == PORTS[name]


@pytest.mark.parametrize(
    ("direction", "kind"),
    [("(direction input)", "input"), ("(direction OutPut)", "output"), ("", "inout")],
)
def test_directions(direction: str, kind: str) -> None:
    assert small(f"(port a {direction})")["ports"]["a"]["direction"] == kind


@pytest.mark.parametrize(
    ("width", "fits"),
    [("1", True), (str(MOST_BITS), True), (str(MOST_BITS + 1), False), ("0", False), ("x", False)],
)
def test_widths_are_bounded(width: str, fits: bool) -> None:
    text = f"(port (array a {width}) (direction INPUT))"
    if fits:
        assert len(small(text)["ports"]["a"]["bits"]) == int(width)
        return
    with pytest.raises(InvcError) as caught:
        small(text)
    assert str(caught.value) == "t.edif:8: error: port 'a' has no width"


def test_members_count_from_the_most_significant_bit() -> None:
    joins = " ".join(
        f"(net n{k} (joined (portRef (member a {k})) (portRef (member b {2 - k}))))" for k in (0, 2)
    )
    found = small("(port (array a 3) (direction INPUT)) (port (array b 3))", joins)
    assert found["ports"]["a"]["bits"] == [3, 4, 2]
    assert found["ports"]["b"]["bits"] == [2, 5, 3]
    assert {name: net["bits"] for name, net in found["netnames"].items()} == {"n0": [2], "n2": [3]}
    assert found["netnames"]["n2"]["attributes"] == {"src": "shown:9.1"}


def test_constants_and_what_nothing_joins() -> None:
    """A cell that ties is no cell; a pin without a net is on one of its own; the first name counts."""
    found = small(
        "(port y) (port z) (port w)",
        "(instance g (cellRef GND)) (instance v (viewRef v (cellRef VCC)))\n"
        '(instance (rename u "u[0]") (viewRef v (cellRef BUF)))\n'
        "(net lo (joined (portRef G (instanceRef g)) (portRef y)))\n"
        "(net hi (joined (portRef z)) (joined (portRef P (instanceRef v))))\n"
        "(net w (joined (portRef w))) (net w (joined (portRef A (instanceRef u))))",
    )
    bits = {name: one["bits"] for name, one in found["ports"].items()}
    assert bits == {"y": ["0"], "z": ["1"], "w": [2]}
    assert found["netnames"]["w"]["bits"] == [2]
    assert list(found["netnames"]) == ["w"]
    assert list(found["cells"]) == ["u[0]"]
    cell = found["cells"]["u[0]"]
    assert cell["type"] == "BUF"
    assert cell["attributes"] == {"src": "shown:10.1"}
    assert cell["port_directions"] == {"A": "input", "Y": "output"}
    assert cell["connections"] == {"A": [3], "Y": [4]}


@pytest.mark.parametrize(
    ("properties", "width", "table"),
    [
        ("(property LUT (integer 9)) (property WIDTH (integer 2))", 2, "1001"),
        ("(property WIDTH (integer 1)) (property LUT (integer 9))", 1, "01"),
        ('(property WIDTH (integer 3)) (property LUT (string "8\'h5"))', 3, "00000101"),
        ("(property WIDTH (integer 9)) (property LUT (integer 1))", 4, "0000000000000001"),
        ("(property LUT (integer 65537))", 4, "0000000000000001"),
    ],
)
def test_tables_of_all_widths_share_a_cell(properties: str, width: int, table: str) -> None:
    found = small("(port y)", f"(instance l (viewRef v (cellRef lut)) {properties})")
    cell = found["cells"]["l"]
    assert cell["parameters"] == {"LUT": table, "WIDTH": f"{width:032b}"}
    assert len(cell["connections"]["A"]) == width


NUMBERS = {
    "(integer 5)": f"{5:032b}",
    '(string "5")': f"{5:032b}",
    '(string "8\'hA5")': "10100101",
    '(string "12\'h0f")': "000000001111",
    '(string "2\'hF")': "1111",
    '(string "9999\'h1")': f"{1:04096b}",
    f'(string "{"9" * 1000}")': f"{10**1000 - 1:b}",
    f'(string "{"9" * 1001}")': f"{0:032b}",
    f'(string "4\'h{"1" * 1024}")': f"{int('1' * 1024, 16):b}",
    f'(string "4\'h{"1" * 1025}")': f"{0:032b}",
    '(string "text")': f"{0:032b}",
    "(integer -5)": f"{0:032b}",
    "": f"{0:032b}",
}


@pytest.mark.parametrize("value", NUMBERS, ids=range(len(NUMBERS)))
def test_numbers_of_properties(value: str) -> None:
    assert _number(_parsed(Path("t"), f"(property P {value})")) == NUMBERS[value]


def test_the_top_is_the_design_s_cell() -> None:
    assert small("(port a)")["attributes"] == {"src": "shown:8.1", "top": f"{1:032b}"}
    assert small("(port a)", top="other")["attributes"] == {"src": "shown:8.1"}


@pytest.mark.parametrize("depth", [MOST_DEPTH, MOST_DEPTH + 1])
def test_how_deep_parentheses_are(depth: int) -> None:
    text = "\n" + "(" * (depth - 1) + ")" * (depth - 1)
    if depth == MOST_DEPTH:
        assert _parsed(Path("t"), text).line == 2
        return
    with pytest.raises(InvcError, match=r"^t:2: error: too many parentheses in each other"):
        _parsed(Path("t"), text)


MATCH = "its parentheses do not match\n  hint: is it cut off, or no EDIF?"
FAULTS = {
    "": f"t.edif:1: error: {MATCH}",
    "\n(edif t": f"t.edif:2: error: {MATCH}",
    "(edif t)\n)": f"t.edif:2: error: {MATCH}",
    "(edif t) (x)": f"t.edif:1: error: {MATCH}",
    "edif\n": f"t.edif:2: error: {MATCH}",
    "(Edif t)": "t.edif:1: error: no cell in it has contents",
    "()": "t.edif:1: error: no EDIF: it does not begin with (edif",
    "(netlist t)": "t.edif:1: error: no EDIF: it does not begin with (edif",
    "(edif t (library w\n(cell c (view v))))": "t.edif:2: error: cell 'c' has no interface",
    '(edif t (library w (cell (rename c "C c"))))': "t.edif:1: error: cell 'C c' has no interface",
    "(edif t (library w (cell)))": "t.edif:1: error: cell '' has no interface",
}


@pytest.mark.parametrize("text", FAULTS, ids=range(len(FAULTS)))
def test_faults_of_a_file(text: str) -> None:
    with pytest.raises(InvcError) as caught:
        read(text)
    assert str(caught.value) == FAULTS[text]


IN_A_MODULE = {
    "\n(instance i (cellRef NO))": "t.edif:10: error: no cell is called 'NO'",
    "(instance i)": "t.edif:9: error: no cell is called ''",
    "(instance i (viewRef v))": "t.edif:9: error: no cell is called ''",
    "(net n (joined (portRef b)))": "t.edif:9: error: a net is joined to 'b', which is not there",
    "(net n (joined (portRef A (instanceRef i))))": (
        "t.edif:9: error: a net is joined to 'A', which is not there"
    ),
    "(net n (joined\n(portRef (member a 2))))": "t.edif:10: error: 'a' has no member 2",
    "(net n (joined (portRef (member a -1))))": "t.edif:9: error: 'a' has no member -1",
}


@pytest.mark.parametrize("text", IN_A_MODULE, ids=range(len(IN_A_MODULE)))
def test_faults_of_a_module(text: str) -> None:
    with pytest.raises(InvcError) as caught:
        small("(port (array a 2))", text)
    assert str(caught.value) == IN_A_MODULE[text]
