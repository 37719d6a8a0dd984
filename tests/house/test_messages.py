"""No message names a net by a number that stands in no source."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from invc.ask import Effort, Wanted, ask
from invc.ask.question import read_question
from invc.design import Contradiction, parse_clamps, presolve
from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.netlist import Builder, Gate, Netlist, Port
from invc.netlist.gates import AND2
from invc.netlist.labels import NUMBERED
from invc.pipeline import synth
from invc.report.names import net_names
from typed import sure

ROOT = Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"\$\d+")


def texts(value: object) -> Iterator[str]:
    """All texts within what golden results hold."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_golden_texts_and_pages_have_none() -> None:
    golden = json.loads((ROOT / "tests/golden/results.json").read_text())
    pages = [page.read_text() for page in (ROOT / "README.md", *ROOT.glob("docs/**/*.md"))]
    consoles = [b for page in pages for b in re.findall(r"```console.*?\n(.*?)```", page, re.S)]
    for text in (*texts(golden), *consoles):
        assert not NUMBER.search(text), text


@pytest.fixture(scope="module")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    path = tmp_path_factory.mktemp("squares") / "s.v"
    path.write_text(
        "module s(input [5:0] a, b, output [7:0] y);\n  assign y = a * a + b * b;\nendmodule\n"
    )
    return Sources((path,))


def test_nets_are_called_by_what_they_lead_to(squares: Sources) -> None:
    netlist = synth(squares).netlist
    assert any(NUMBERED.fullmatch(name) for name in netlist.names)
    assert not [label for label in netlist.labels[1:] if NUMBER.search(label)]
    assert any(re.fullmatch(r"a net of [yab]\[\d\]", label) for label in netlist.labels)
    assert not [name for name in net_names(netlist)[1:] if NUMBER.search(name)]
    named = [k for k, name in enumerate(netlist.names) if k and not NUMBERED.fullmatch(name)]
    assert [netlist.labels[k] for k in named] == [netlist.names[k] for k in named]


def test_a_read_is_explained_and_a_contradiction_told_by_names(squares: Sources) -> None:
    design = synth(squares)
    effort = Effort(dynamics="gibbs", reads=16, sweeps=1)
    found = ask(read_question(design, ["y=52"]), effort, Wanted(explanation=True)).explanation
    assert len(sure(found)) > 3
    assert not [v.drives for v in sure(found) if NUMBER.search(v.drives)]
    told = 0
    for value in range(256):
        held = parse_clamps(design.netlist, [f"y={value}", "a=1", "b=2"])
        try:
            presolve(design, held)
        except Contradiction as reason:
            told += 1
            assert not NUMBER.search(str(reason)), reason
    assert told > 200


def circuit(*gates: tuple[int, int, int], named: dict[int, str]) -> Netlist:
    """Conjunctions of nets; port a is net 1, y net 2."""
    made = Builder()
    for net in range(1, 6):
        made.net(named.get(net, ""))
    for a, b, y in gates:
        made.gates.append(Gate(AND2, (2 * a, 2 * b, 2 * y)))
    return made.netlist("t", [Port("a", "input", (2,)), Port("y", "output", (4,))])


@pytest.mark.parametrize(
    ("gates", "message"),
    [
        ([(1, 3, 2)], "net of 'y', which has no name, is read but nothing drives it"),
        ([(1, 3, 2), (1, 1, 3), (1, 1, 3)], "net of 'y', which has no name, is driven twice"),
        ([(1, 3, 2), (4, 1, 3), (3, 1, 4)], "combinational loop through nets without a name"),
    ],
)
def test_faults_of_nets_without_a_name(gates: list[tuple[int, int, int]], message: str) -> None:
    with pytest.raises(InvcError) as caught:
        circuit(*gates, named={1: "a", 2: "y"})
    assert caught.value.message == message
