"""Names with times in them."""

from collections.abc import Sequence

import pytest

from invc.design import parse_clamps
from invc.design.frames import moments
from invc.diagnostics import InvcError
from invc.netlist import Netlist, Port

PORTS = (
    *(Port(f"en@{t}", "input", (2 * t + 2,)) for t in range(3)),
    *(Port(f"count@{t}", "output", (2 * t + 2, 2 * t + 3, 0, 1)) for t in range(4)),
    Port("odd@name@0", "input", (8,)),
)
NETLIST = Netlist("n", PORTS, (), ("", "a", "b", "c", "d"))
NAMES = [port.name for port in PORTS]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("en@1", [["en@1"]]),
        ("en@*", [["en@0"], ["en@1"], ["en@2"]]),
        ("en@end", [["en@2"]]),
        ("count@end", [["count@3"]]),
        ("count@1..2", [["count@1"], ["count@2"]]),
        ("count@1..end", [["count@1"], ["count@2"], ["count@3"]]),
        ("count@2..2", [["count@2"]]),
        ("count@[3..3]", [["count@3"]]),
        ("en@[0..2]", [["en@0", "en@1", "en@2"]]),
        ("count[1:0]@2", [["count@2[1:0]"]]),
        ("count@2[1:0]", [["count@2[1:0]"]]),
        ("count[0]@*", [[f"count@{t}[0]"] for t in range(4)]),
        ("count@[0..1][0]", [["count@0[0]", "count@1[0]"]]),
        ("odd@name@0", [["odd@name@0"]]),
        ("odd@name@*", [["odd@name@0"]]),
        ("plain", [["plain"]]),
        ("en@x", [["en@x"]]),
        ("nobody@*", [["nobody@*"]]),
    ],
)
def test_names_in_time(name: str, expected: Sequence[Sequence[str]]) -> None:
    assert moments(NAMES, name) == expected


def test_a_value_for_each_cycle_or_one_over_all() -> None:
    held = parse_clamps(NETLIST, ["en@*=1"])
    assert [(c.name, c.value) for c in held] == [("en@0", 1), ("en@1", 1), ("en@2", 1)]
    held = parse_clamps(NETLIST, ["en@[0..2]=0b011"])
    assert [(c.name, c.value) for c in held] == [("en@0", 1), ("en@1", 1), ("en@2", 0)]
    held = parse_clamps(NETLIST, ["count[1:0]@2=2"])
    assert [(c.name, c.value) for c in held] == [("count@2[0]", 0), ("count@2[1]", 1)]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("en@1..7=0", "'en' has no cycles 1 to 7"),
        ("en@2..1=0", "'en' has no cycles 2 to 1"),
        ("en@3=0", "no port is called 'en@3'"),
        ("nobody@*=0", r"no port is called 'nobody@\*'"),
        ("en@[0..2]=9", "the value needs 4 bits|does not fit 3"),
    ],
)
def test_times_that_are_not_there(text: str, error: str) -> None:
    with pytest.raises(InvcError, match=error):
        parse_clamps(NETLIST, [text])
