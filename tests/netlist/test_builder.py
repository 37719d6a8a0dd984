"""Netlists built in any order: sorted, named, or refused with the place of the fault."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designs import netlists
from invc.diagnostics import InvcError
from invc.netlist import Builder, Gate, Netlist, Port
from invc.netlist.gates import AND2, HA, INV, XOR2
from truth import truth


def rebuilt(netlist: Netlist, seed: int) -> Netlist:
    """A netlist built of its gates in another order."""
    builder = Builder()
    for name in netlist.names[1:]:
        builder.net(name)
    builder.gates = list(netlist.gates)
    random.Random(seed).shuffle(builder.gates)
    return builder.netlist(netlist.name, netlist.ports)


@given(netlists(), st.integers(0, 99))
def test_gates_in_any_order_make_one_netlist(netlist: Netlist, seed: int) -> None:
    again = rebuilt(netlist, seed)
    assert truth(again) == truth(netlist)
    assert again.names == netlist.names
    assert sorted(again.gates, key=str) == sorted(netlist.gates, key=str)


def test_what_is_ready_comes_first_and_then_what_reads_it() -> None:
    builder = Builder()
    a, b = builder.net("a"), builder.net("b")
    c, d, e = (builder.net() for _ in range(3))
    builder.gates += [
        Gate(XOR2, (d, c, e)), Gate(INV, (c, d)), Gate(AND2, (a, b, c))
    ]  # fmt: skip
    ports = [Port("a", "input", (a,)), Port("b", "input", (b,)), Port("y", "output", (e,))]
    made = builder.netlist("n", ports)
    assert [gate.function.name for gate in made.gates] == ["AND2", "INV", "XOR2"]


def test_a_gate_drives_new_nets() -> None:
    builder = Builder()
    a, b = builder.net("a", "t.v:1"), builder.net("b")
    assert (a, b) == (2, 4)
    assert builder.gate(HA, a, b ^ 1, source="t.v:2") == (6, 8)
    assert builder.gates == [Gate(HA, (2, 5, 6, 8), "t.v:2")]
    assert (builder.names, builder.sources) == (["", "a", "b", "", ""], ["", "t.v:1", "", "", ""])


def test_nets_without_a_name_take_that_of_their_port() -> None:
    builder = Builder()
    a, b, c, d = (builder.net(name) for name in ("", "", "own", ""))
    ports = [
        Port("a", "input", (a, b), offset=3), Port("c", "input", (c,)), Port("d", "input", (d,)),
        Port("y", "output", (0, 1, a ^ 1, d), upto=True),
    ]  # fmt: skip
    assert builder.netlist("n", ports).names == ("", "a[3]", "a[4]", "own", "d")


def fault(builder: Builder, *ports: Port) -> InvcError:
    with pytest.raises(InvcError) as caught:
        builder.netlist("n", ports)
    return caught.value


@pytest.mark.parametrize("first", ["", "t.v:5"])
def test_a_net_of_two_gates_names_both(first: str) -> None:
    builder = Builder()
    a, y = builder.net("a"), builder.net("y", "t.v:1")
    builder.gates += [Gate(INV, (a, y), first), Gate(INV, (a, y), "t.v:9")]
    told = fault(builder, Port("a", "input", (a,)))
    assert (told.message, told.where) == ("net 'y' is driven twice", "t.v:9")
    assert told.hint == f"the other driver is {first or 'another gate'}; remove one"
    builder.gates[1] = Gate(INV, (a, y))
    assert fault(builder, Port("a", "input", (a,))).where == "t.v:1"


def test_a_net_of_an_input_and_a_gate_names_the_port() -> None:
    builder = Builder()
    a, b = builder.net("a"), builder.net("b")
    builder.gates.append(Gate(INV, (b, a), "t.v:9"))
    told = fault(builder, Port("a", "input", (a,)), Port("b", "input", (b,)))
    assert told.hint == "the other driver is an input port; remove one"


def test_a_net_that_nothing_drives_is_named_where_it_is_declared_or_read() -> None:
    builder = Builder()
    a, b, y = builder.net("a"), builder.net("b", "t.v:2"), builder.net("y")
    builder.gates.append(Gate(AND2, (a, b ^ 1, y), "t.v:7"))
    ports = (Port("a", "input", (a,)), Port("y", "output", (y,)))
    told = fault(builder, *ports)
    assert (told.message, told.where) == ("net 'b' is read but nothing drives it", "t.v:2")
    assert told.hint == "assign it, or make it an input"
    builder.sources[b >> 1] = ""
    assert fault(builder, *ports).where == "t.v:7"
    builder.names[b >> 1] = ""
    assert fault(builder, *ports).message.startswith("net of 'y', which has no name, is read")
    builder.names[y >> 1] = ""
    told = fault(builder, Port("a", "input", (a,)))
    assert told.message == "net without a name is read but nothing drives it"
    builder.gates.clear()
    builder.names[y >> 1] = "y"
    assert fault(builder, *ports).message == "net 'y' is read but nothing drives it"


def loop(names: list[str], sources: list[str], of_gates: list[str], *, lead: int = 0) -> InvcError:
    """A ring of inverters behind an input, of which `lead` gates read it and lie on no loop."""
    builder = Builder()
    a = builder.net("a")
    ring = [builder.net(name, source) for name, source in zip(names, sources, strict=True)]
    behind = [builder.net(f"z{k}") for k in range(lead)]
    last = ring[-1]
    for net in behind:  # these wait for the loop, and are none of it
        builder.gates.append(Gate(AND2, (a, last, net), "behind"))
        last = net
    for k, net in enumerate(ring):
        builder.gates.append(Gate(AND2, (a, ring[k - 1] ^ 1, net), of_gates[k]))
    return fault(builder, Port("a", "input", (a,)), Port("y", "output", (0,)))


def test_a_loop_is_told_by_its_nets_and_one_of_their_places() -> None:
    told = loop(["p", "q", "r"], ["", "t.v:2", "t.v:3"], ["", "", "g"])
    assert (told.message, told.where) == ("combinational loop through 'r', 'q', 'p'", "t.v:3")
    assert told.hint == "break the loop: a Boolean function has no feedback"
    told = loop(["p", "", ""], [""] * 3, ["", "g1", ""], lead=2)
    assert (told.message, told.where) == ("combinational loop through 'p'", "g1")
    told = loop(["", ""], ["", ""], ["", ""])
    assert (told.message, told.where) == ("combinational loop through nets without a name", None)
    told = loop(list("pqrstu"), [""] * 6, [""] * 6)
    assert told.message.count("'") == 8
