"""What is asked of all cycles of an unrolled design, against its truth table."""

from dataclasses import replace
from pathlib import Path

import pytest

from invc.design import Design, parse_clamps, parse_design
from invc.design.assumed import assumed
from invc.design.frames import Frames, Signal
from invc.design.relations import Relation, relate, split_relations
from invc.diagnostics import InvcError
from invc.netlist import FALSE, TRUE, Netlist, evaluate
from truth import every_input, truth

TEXT = Path(__file__).resolve().parents[1] / "golden" / "texts" / "unrolled.hj"


def assuming(*names: str) -> Design:
    """The design with some of its signals as assumptions."""
    design = parse_design(TEXT.read_text(encoding="utf-8"))
    signals = (Signal("rst", "input"), *(Signal(name, "assume") for name in names))
    return replace(design, frames=Frames("clk", 2, signals))


def test_assumptions_are_held_in_every_cycle_in_which_they_may_fail() -> None:
    design = assuming("z", "s")
    ports = design.netlist.port_by_name
    names = ["z@0", "z@1", "z@2", "s@1", "s@2"]
    assert ports["s@0"].bits == (TRUE,)
    assert assumed(design) == tuple((ports[name].bits[0], 1, name) for name in names)


def test_what_is_held_already_is_left_alone() -> None:
    design = assuming("z", "s")
    held = parse_clamps(design.netlist, ["z@1=0", "s@2=1", "rst@0=0"])
    assert [clamp.name for clamp in assumed(design, held)] == ["z@0", "z@2", "s@1"]


def test_a_design_without_time_or_assumptions_assumes_nothing() -> None:
    assert assumed(assuming()) == ()
    assert assumed(replace(assuming("z"), frames=None)) == ()


def word(netlist: Netlist, literal: int) -> int:
    """The value of a literal in every row of the truth table."""
    inputs, rows = every_input(netlist)
    nets = evaluate(netlist, inputs, rows)
    return nets[literal >> 1] ^ ((1 << rows) - 1 if literal & 1 else 0)


@pytest.mark.parametrize("value", [*range(4), "2'b1x", "2'bx0"])
def test_some_cycle_has_a_value(value: int | str) -> None:
    """The clamp that is held says in each row whether a cycle of q has it."""
    design = parse_design(TEXT.read_text(encoding="utf-8"))
    text = f"q@any={value}"
    plain, relations = split_relations(design.netlist, [text, "rst@0=1"])
    related, (clamp,) = relate(design, relations)
    assert plain == ["rst@0=1"]
    assert (clamp.value, clamp.name) == (1, text)
    words = truth(design.netlist)
    wanted = f"{value:02b}" if isinstance(value, int) else value[3:]
    _, rows = every_input(design.netlist)
    expected = 0
    for cycle in ("q@0", "q@1", "q@2"):
        has = (1 << rows) - 1
        for bits, digit in zip(words[cycle], reversed(wanted), strict=True):
            if digit != "x":
                has &= bits if digit == "1" else ~bits
        expected |= has
    assert clamp.literal not in (FALSE, TRUE)
    assert word(related.netlist, clamp.literal) == expected
    assert truth(related.netlist) == words


RELATED = {
    "q@*!=2": ["q@0!=2", "q@1!=2", "q@2!=2"],
    "d@*<=q@1..2": ["d@0<=q@1", "d@1<=q@2"],
    "1<d@*": ["1<d@0", "1<d@1"],
    "q@2>d@*": ["q@2>d@0", "q@2>d@1"],
}


@pytest.mark.parametrize("text", RELATED)
def test_relations_of_cycles_are_those_of_each(text: str) -> None:
    """One side may be of one cycle, or a number."""
    netlist = parse_design(TEXT.read_text(encoding="utf-8")).netlist
    plain, together = split_relations(netlist, [text])
    _, alone = split_relations(netlist, RELATED[text])
    assert plain == []
    assert [replace(one, text="") for one in together if isinstance(one, Relation)] == [
        replace(one, text="") for one in alone if isinstance(one, Relation)
    ]
    assert len(together) == len(RELATED[text])


@pytest.mark.parametrize("text", ["q@*<d@*", "d@*<q@*", "d@*!=q@0..2"])
def test_sides_of_unequal_numbers_of_cycles(text: str) -> None:
    netlist = parse_design(TEXT.read_text(encoding="utf-8")).netlist
    with pytest.raises(InvcError) as caught:
        split_relations(netlist, [text])
    counts = "3 and 2" if text.startswith("q") else "2 and 3"
    assert caught.value.message == f"clamp {text!r}: its sides are of {counts} cycles"
    assert caught.value.hint == "name as many cycles on both sides, or one on either"


def test_bits_of_several_cycles_have_no_sign() -> None:
    netlist = parse_design(TEXT.read_text(encoding="utf-8")).netlist
    held = parse_clamps(netlist, ["d@[0..1]=15"])
    assert [clamp.name for clamp in held] == ["d@0[0]", "d@0[1]", "d@1[0]", "d@1[1]"]
    with pytest.raises(InvcError, match="the value does not fit 4 unsigned bits"):
        parse_clamps(netlist, ["d@[0..1]=-1"])
