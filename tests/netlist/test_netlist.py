from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designs import AND2, FA, multiplier, netlists
from invc.netlist import (
    Function,
    Gate,
    Netlist,
    Port,
    counting_words,
    evaluate,
    evaluate_ports,
    word_of,
)
from invc.netlist.evaluate import misses


@given(
    st.integers(0, 4).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, 2 ** (1 << n) - 1)))
)
def test_compiled_function_is_its_truth_table(case: tuple[int, int]) -> None:
    n, table = case
    inputs = tuple(f"i{k}" for k in range(n))
    function = Function("F", inputs, ("Y",), (table,))
    mask = (1 << (1 << n)) - 1
    (word,) = function.evaluate(mask, *counting_words(n))
    assert word & mask == table


@given(netlists(), st.data())
def test_bit_parallel_evaluation_equals_gate_by_gate(netlist: Netlist, data: st.DataObject) -> None:
    width = sum(len(port.bits) for port in netlist.inputs)
    bits = sum(len(port.bits) for port in netlist.inputs)
    words = counting_words(bits)
    inputs, at = {}, 0
    for port in netlist.inputs:
        inputs[port.name] = words[at : at + len(port.bits)]
        at += len(port.bits)
    trials = 1 << width
    nets = evaluate(netlist, inputs, trials)
    trial = data.draw(st.integers(0, trials - 1))
    value = [0] * len(netlist.names)
    for port in netlist.inputs:
        for bit, word in zip(port.bits, inputs[port.name], strict=True):
            value[bit >> 1] = word >> trial & 1
    for gate in netlist.gates:
        row = sum((value[p >> 1] ^ (p & 1)) << i for i, p in enumerate(gate.inputs))
        for pin, table in zip(gate.outputs, gate.function.tables, strict=True):
            value[pin >> 1] = (table >> row & 1) ^ (pin & 1)
    assert [word >> trial & 1 for word in nets] == value


def test_multiplier_multiplies() -> None:
    netlist = multiplier(4)
    words = counting_words(8)
    ports = evaluate_ports(netlist, {"a": words[:4], "b": words[4:]}, 256)
    for trial in range(256):
        product = sum((word >> trial & 1) << k for k, word in enumerate(ports["p"]))
        assert product == (trial & 15) * (trial >> 4)


def test_relation_lists_valid_rows() -> None:
    assert AND2.relation == 1 << 0b000 | 1 << 0b001 | 1 << 0b010 | 1 << 0b111
    assert FA.relation.bit_count() == 8


def test_word_of_inverts_within_the_mask() -> None:
    assert word_of(3, [0, 0b01], 0b11) == 0b10
    assert word_of(0, [0, 0b01], 0b11) == 0
    assert word_of(1, [0, 0b01], 0b11) == 0b11


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("F", ("A",), ("Y",), (4,)), "does not fit"),
        (("F", ("A",), ("Y",), ()), "one table per output"),
        (("F", ("A",), ("A",), (1,)), "share a name"),
        (("F", tuple(f"i{k}" for k in range(13)), ("Y",), (1,)), "more than"),
    ],
)
def test_function_refuses_nonsense(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Function(*arguments)


@pytest.mark.parametrize(
    ("ports", "gates", "message"),
    [
        ((Port("a", "input", (3,)),), (), "no plain net"),
        ((Port("a", "input", (2, 2)),), (), "driven twice"),
        ((Port("a", "input", (2,)),), (Gate(AND2, (2, 6, 4)),), "before it is driven"),
        ((Port("a", "input", (2,)),), (Gate(AND2, (2, 2, 3)),), "driven twice"),
        ((Port("a", "input", (2,)),), (Gate(AND2, (2, 2, 1)),), "drives a constant"),
        ((Port("a", "input", (2,)),), (Gate(AND2, (2, 4)),), "number of pins"),
        ((Port("y", "output", (2,)),), (), "not driven"),
    ],
)
def test_check_finds_each_broken_invariant(
    ports: tuple[Port], gates: tuple[Gate, ...], message: str
) -> None:
    with pytest.raises(AssertionError, match=message):
        Netlist("n", ports, gates, ("", "a", "b", "c")).check()


@pytest.mark.parametrize(
    ("port", "text", "indices"),
    [
        (Port("a", "input", (2,)), "", [0]),
        (Port("a", "input", (2, 4)), "[1:0]", [0, 1]),
        (Port("a", "input", (2, 4), offset=4), "[5:4]", [4, 5]),
        (Port("a", "input", (2, 4), offset=4, upto=True), "[4:5]", [5, 4]),
        (Port("a", "input", (2,), offset=7), "[7:7]", [7]),
    ],
)
def test_port_range(port: Port, text: str, indices: Sequence[int]) -> None:
    assert port.range_text == text
    assert [port.index(k) for k in range(len(port.bits))] == indices
    assert [port.position(i) for i in indices] == list(range(len(port.bits)))
    assert port.position(max(indices) + 1) is None
    assert port.position(min(indices) - 1) is None


@given(netlists(), st.data())
def test_what_misses_is_told_trial_by_trial(netlist: Netlist, data: st.DataObject) -> None:
    """A trial is wrong whose outputs are not what its inputs give, or whose held bits are not."""
    bits = sum(len(port.bits) for port in netlist.inputs)
    words, at, inputs = counting_words(bits), 0, {}
    for port in netlist.inputs:
        inputs[port.name] = words[at : at + len(port.bits)]
        at += len(port.bits)
    trials = 1 << bits
    own = evaluate(netlist, inputs, trials)
    wrong, forward = misses(netlist, own, (), trials)
    assert (wrong, forward) == (0, own)
    lit = data.draw(st.sampled_from([bit for port in netlist.ports for bit in port.bits]))
    word = word_of(lit, own, (1 << trials) - 1)
    for value in (0, 1):
        wrong, _ = misses(netlist, own, [(lit, value)], trials)
        assert wrong == word ^ ((1 << trials) - 1 if value else 0)
    driven = {bit >> 1 for port in netlist.outputs for bit in port.bits}
    driven -= {0, *(bit >> 1 for port in netlist.inputs for bit in port.bits)}
    if driven:
        trial, net = data.draw(st.integers(0, trials - 1)), data.draw(st.sampled_from([*driven]))
        spoilt = [*own]
        spoilt[net] ^= 1 << trial
        wrong, forward = misses(netlist, spoilt, (), trials)
        assert (wrong, forward) == (1 << trial, own)
