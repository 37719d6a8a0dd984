"""Relations as clamps: the answers are those for which they hold, counted by brute force."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.ask import Effort, Wanted, ask, read_question
from invc.ask.results import report
from invc.design import Design, decode
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.formats.adopt import adopt
from invc.formats.terms import terms
from invc.netlist import Netlist, evaluate_ports
from invc.proof import count

HOLDS = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@pytest.fixture(scope="module")
def mult4() -> Design:
    return assemble(multiplier(4), CELLS)


def all_rows(netlist: Netlist) -> list[dict[str, int]]:
    """The values of all ports for all values of the inputs."""
    widths = [len(port.bits) for port in netlist.inputs]
    rows = []
    for values in product(*(range(1 << width) for width in widths)):
        words = {
            port.name: [value >> k & 1 for k in range(len(port.bits))]
            for port, value in zip(netlist.inputs, values, strict=True)
        }
        outcome = evaluate_ports(netlist, words, 1)
        rows.append({p.name: decode(outcome[p.name], p.signed) for p in netlist.ports})
    return rows


@st.composite
def related(draw: st.DrawFn) -> tuple[Netlist, list[tuple[Any, str, Any]]]:
    """A netlist and some relations of its ports and of numbers."""
    netlist = draw(netlists())
    names = [port.name for port in netlist.ports]
    sides = st.sampled_from(names) | st.integers(-9, 9)
    relations = []
    for _ in range(draw(st.integers(1, 2))):
        left: int | str = draw(st.sampled_from(names))
        right: int | str = draw(sides)
        if draw(st.booleans()):
            left, right = right, left
        symbol = draw(st.sampled_from(sorted(HOLDS)))
        if symbol == "=" and isinstance(left, int | str) and not {left, right} <= {*names}:
            symbol = "=="
        relations.append((left, symbol, right))
    return netlist, relations


def value(side: int | str, row: Mapping[str, int]) -> int:
    return side if isinstance(side, int) else row[side]


@settings(max_examples=120, deadline=None)
@given(related())
def test_answers_are_those_for_which_relations_hold(
    case: tuple[Netlist, Sequence[tuple[str, str, int | str]]],
) -> None:
    netlist, relations = case
    texts = [f"{left}{symbol}{right}" for left, symbol, right in relations]
    expected = [
        row
        for row in all_rows(netlist)
        if all(HOLDS[s](value(a, row), value(b, row)) for a, s, b in relations)
    ]
    design = assemble(netlist, CELLS)
    question = read_question(design, texts)
    found = count(question.design, question.clamps)
    assert found.complete

    def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row.values())

    assert sorted(map(key, found.answers)) == sorted(map(key, expected))
    samples = ask(question, Effort(reads=256, sweeps=30))
    assert {key(answer) for answer in samples} <= set(map(key, expected))
    if len(expected) == 0:
        assert not samples


@pytest.mark.parametrize(
    ("texts", "right"),
    [
        (["p=143", "a<b"], {(11, 13)}),
        (["p=143", "a>b"], {(13, 11)}),
        (["p=143", "a!=11"], {(13, 11)}),
        (["p=143", "a >= 0xd"], {(13, 11)}),
        (["p=143", "a>=4'hd"], {(13, 11)}),
        (["p=143", "a<-0x0", "b>0"], set()),
        (["p=143", "b>4'sb1011", "a<5'd12"], {(11, 13)}),
        (["a=b", "p=49"], {(7, 7)}),
        (["a==b", "p[3:0]=9", "a<6"], {(3, 3), (5, 5)}),
        (["a[1:0]=b[3:2]", "p=66"], {(6, 11)}),
        (["p=60", "15>a", "a>5"], {(6, 10), (10, 6), (12, 5)}),
    ],
)
@pytest.mark.parametrize(
    "effort", [Effort(), Effort(dynamics="gibbs"), Effort(dynamics="pt")], ids=str
)
def test_every_dynamics_holds_them(
    mult4: Design, texts: Sequence[str], right: set[tuple[int, int]], effort: Effort
) -> None:
    samples = ask(read_question(mult4, texts), effort)
    assert {(answer["a"], answer["b"]) for answer in samples} == right


def test_at_equilibrium_and_explained(mult4: Design) -> None:
    fair = ask(read_question(mult4, ["p=60", "a<b"]), Effort(seed=2), Wanted(equilibrium=True))
    assert {answer["a"] for answer in fair} == {4, 5, 6}
    none = ask(read_question(mult4, ["p=49", "a<b"]), Effort(reads=64), Wanted(proof=True))
    assert none.status == "impossible"
    fields = report(none)
    assert fields["clamps"] == ["p=49", "a<b"]
    assert fields["model"] == report(ask(read_question(mult4, ["p=49"])))["model"]
    why = ask(read_question(mult4, ["p=60", "a!=b", "a<4"]), Effort(reads=8, sweeps=1, dynamics="gibbs"),
              Wanted(explanation=True))  # fmt: skip
    assert why.explanation is None or "p" in why.explanation.read.ports


@pytest.mark.parametrize(
    ("text", "reason"),
    [("a<0", "impossible: a<0 cannot be 1"), ("a!=a", "impossible: a!=a cannot be 1")],
)
def test_what_cannot_be_is_said_before_the_run(mult4: Design, text: str, reason: str) -> None:
    assert ask(read_question(mult4, [text])).summary == reason


def test_what_always_holds_holds_nothing(mult4: Design) -> None:
    question = read_question(mult4, ["a<16", "a=a", "b>=0"])
    assert question.design.netlist.gates == mult4.netlist.gates
    assert question.presolved().free == mult4.model.spins


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("p=256", "the value does not fit 8 unsigned bits"),
        ("q<3", "clamp 'q<3': 'q' is neither a port nor a whole number"),
        ("a<q", "clamp 'a<q': 'q' is neither a port nor a whole number"),
        ("a!=4'b1x00", "is neither a port nor a whole number"),
        ("a!=4'h1f", "is neither a port nor a whole number"),
        ("a<b<p", "clamp 'a<b<p': 'b<p' is neither a port nor a whole number"),
        ("a=q", "'q' is no value"),
        ("3<5", "clamp '3<5': neither side is a port"),
        ("a<", "clamp 'a<': '' is neither a port nor a whole number"),
    ],
)
def test_faults_are_those_of_clamps(mult4: Design, text: str, fault: str) -> None:
    with pytest.raises(InvcError) as caught:
        read_question(mult4, [text])
    assert fault in str(caught.value)


def test_ports_of_any_name_are_clamped_as_ever() -> None:
    netlist = multiplier(2)
    ports = (
        replace(netlist.ports[0], name="a<b"),
        replace(netlist.ports[1], name="x!"),
        netlist.ports[2],
    )
    design = assemble(replace(netlist, ports=ports), CELLS)
    question = read_question(design, ["a<b=2", "x!=3"])
    assert question.plain is None
    assert [clamp.name for clamp in question.clamps] == ["a<b[0]", "a<b[1]", "x![0]", "x![1]"]


def test_relations_need_gates() -> None:
    design = adopt(terms(["a", "b"], [(0, 1, 1.0)])).design
    with pytest.raises(InvcError, match="relations need gates"):
        read_question(design, ["a=b"])
