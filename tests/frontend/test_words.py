"""The evaluator of Yosys's words: every cell is what its definition says, undefined bits included."""

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from invc.diagnostics import InvcError
from invc.frontend.words.algebra import Bit, Logic, Trials
from invc.frontend.words.check import Agreement, compare
from invc.frontend.words.evaluate import evaluate_module
from invc.frontend.words.graph import Graph, netlist_outputs, prove_false
from invc.frontend.words.vectors import all_vectors, some_vectors
from invc.netlist import Function, Gate, Netlist, Port
from invc.netlist.gates import AND2, XOR2


def binary(
    kind: str, a_width: int, b_width: int, y_width: int, signed: bool
) -> dict[str, dict[str, dict[str, Any]]]:
    """A module that is one cell."""
    a = list(range(2, 2 + a_width))
    b = list(range(100, 100 + b_width))
    y = list(range(200, 200 + y_width))
    return {
        "ports": {
            "a": {"direction": "input", "bits": a},
            "b": {"direction": "input", "bits": b},
            "y": {"direction": "output", "bits": y},
        },
        "cells": {
            "u": {
                "type": kind,
                "parameters": {
                    "A_SIGNED": int(signed), "B_SIGNED": int(signed),
                    "A_WIDTH": a_width, "B_WIDTH": b_width, "Y_WIDTH": y_width,
                },
                "connections": {"A": a, "B": b, "Y": y},
            }
        },
    }  # fmt: skip


def run(
    module: Mapping[str, Any], functions: Any = None
) -> Iterator[tuple[dict[str, int], int | None]]:
    """Every row of a module's table: values of its inputs, and of y or None where undefined."""
    widths = {
        name: len(port["bits"])
        for name, port in module["ports"].items()
        if port["direction"] == "input"
    }
    trials = 1 << sum(widths.values())
    logic = Logic(Trials(trials))
    vectors = all_vectors(widths)
    inputs = {name: [Bit(word) for word in words] for name, words in vectors.items()}
    bits = evaluate_module(module, functions or {}, logic, inputs)["y"]
    for t in range(trials):
        row = {n: sum((w >> t & 1) << k for k, w in enumerate(ws)) for n, ws in vectors.items()}
        if any(bit.undefined >> t & 1 for bit in bits):
            yield row, None
        else:
            yield row, sum((bit.value >> t & 1) << k for k, bit in enumerate(bits))


def number(value: int, width: int, signed: bool) -> int:
    return value - (1 << width) if signed and value >> (width - 1) & 1 else value


def truncated(a: int, b: int) -> tuple[int, int]:
    """Quotient towards zero and what is left."""
    quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    return quotient, a - quotient * b


def power(a: int, b: int) -> int:
    if b >= 0:
        value: int = a**b
        return value
    if a == 0:
        raise ZeroDivisionError
    return {1: 1, -1: -1 if b & 1 else 1}.get(a, 0)


ARITHMETIC = {
    "$add": operator.add,
    "$sub": operator.sub,
    "$mul": operator.mul,
    "$div": lambda a, b: truncated(a, b)[0],
    "$mod": lambda a, b: truncated(a, b)[1],
    "$divfloor": operator.floordiv,
    "$modfloor": operator.mod,
    "$lt": operator.lt,
    "$le": operator.le,
    "$gt": operator.gt,
    "$ge": operator.ge,
    "$eq": operator.eq,
    "$ne": operator.ne,
    "$eqx": operator.eq,
    "$nex": operator.ne,
    "$and": operator.and_,
    "$or": operator.or_,
    "$xor": operator.xor,
    "$xnor": lambda a, b: ~(a ^ b),
    "$logic_and": lambda a, b: bool(a) and bool(b),
    "$logic_or": lambda a, b: bool(a) or bool(b),
    "$pow": power,
}


@pytest.mark.parametrize("kind", ARITHMETIC)
@example(widths=(3, 2, 4), signed=True)
@example(widths=(2, 3, 2), signed=False)
@given(widths=st.tuples(*[st.integers(1, 4)] * 3), signed=st.booleans())
def test_arithmetic_is_that_of_integers(
    kind: str, widths: tuple[int, int, int], signed: bool
) -> None:
    a_width, b_width, y_width = widths
    for row, got in run(binary(kind, *widths, signed)):
        a, b = number(row["a"], a_width, signed), number(row["b"], b_width, signed)
        try:
            want = int(ARITHMETIC[kind](a, b)) & (1 << y_width) - 1
        except ZeroDivisionError:
            want = None
        assert got == want, (kind, widths, signed, row)


@pytest.mark.parametrize("kind", ["$shl", "$sshl", "$shr", "$sshr", "$shift", "$shiftx"])
@example(widths=(3, 3, 4), signed=True)
@example(widths=(4, 2, 3), signed=False)
@given(widths=st.tuples(*[st.integers(1, 4)] * 3), signed=st.booleans())
def test_shifts(kind: str, widths: tuple[int, int, int], signed: bool) -> None:
    a_width, b_width, y_width = widths
    both_ways = kind in ("$shift", "$shiftx")
    for row, got in run(binary(kind, *widths, signed)):
        amount = number(row["b"], b_width, signed and both_ways)
        wide = max(a_width, y_width)
        filled = signed and kind != "$shiftx"
        a = number(row["a"], a_width, filled) & (1 << wide) - 1
        if kind in ("$shl", "$sshl"):
            want = a << amount
        elif kind == "$sshr" and signed:
            want = number(a, wide, True) >> amount
        else:
            want = a >> amount if amount >= 0 else a << -amount
        beyond = kind == "$shiftx" and (amount < 0 or amount + y_width > a_width)
        assert got == (None if beyond else want & (1 << y_width) - 1), (widths, signed, row)


def test_undefined_bits_ask_for_nothing_and_decided_ones_for_something() -> None:
    module = {
        "ports": {
            "a": {"direction": "input", "bits": [2]},
            "y": {"direction": "output", "bits": [3, 4, 5]},
        },
        "cells": {
            "and": {
                "type": "$and",
                "parameters": {"Y_WIDTH": 1},
                "connections": {"A": [2], "B": ["x"], "Y": [3]},
            },
            "mux": {
                "type": "$mux",
                "parameters": {"WIDTH": 1},
                "connections": {"A": [2], "B": [2], "S": ["x"], "Y": [4]},
            },
            "read": {
                "type": "$not",
                "parameters": {"Y_WIDTH": 1},
                "connections": {"A": [9], "Y": [5]},
            },
        },
    }
    logic = Logic(Trials(2))
    anded, chosen, undriven = evaluate_module(module, {}, logic, {"a": [Bit(0b10)]})["y"]
    assert anded == Bit(0, 0b10)  # 0 & x is 0
    assert chosen == Bit(0b10)  # both sides are a
    assert undriven == logic.unknown


def test_two_hot_selects_of_pmux_are_undefined() -> None:
    module = {
        "ports": {
            "s": {"direction": "input", "bits": [2, 3]},
            "y": {"direction": "output", "bits": [4, 5]},
        },
        "cells": {
            "u": {
                "type": "$pmux",
                "parameters": {"WIDTH": 2, "S_WIDTH": 2},
                "connections": {
                    "A": ["1", "1"],
                    "B": ["1", "0", "0", "1"],
                    "S": [2, 3],
                    "Y": [4, 5],
                },
            }
        },
    }
    assert [value for _, value in run(module)] == [3, 1, 2, None]


def test_a_loop_of_words_that_is_none_of_bits() -> None:
    module = {
        "ports": {
            "a": {"direction": "input", "bits": [2, 3]},
            "y": {"direction": "output", "bits": [4, 5]},
        },
        "cells": {
            "u": {
                "type": "$xor",
                "parameters": {"Y_WIDTH": 2, "A_SIGNED": 0, "B_SIGNED": 0},
                "connections": {"A": [2, 3], "B": ["0", 4], "Y": [4, 5]},
            }
        },
    }
    assert [value for _, value in run(module)] == [0, 3, 2, 1]


def test_tables_in_memories() -> None:
    module = {
        "ports": {
            "a": {"direction": "input", "bits": [2, 3]},
            "y": {"direction": "output", "bits": [4, 5]},
        },
        "memories": {"t": {"width": 2, "start_offset": 1, "size": 2}},
        "cells": {
            "i": {
                "type": "$meminit_v2",
                "parameters": {"MEMID": "\\t", "WIDTH": 2, "WORDS": 2, "PRIORITY": 0},
                "connections": {
                    "ADDR": ["1", "0"],
                    "DATA": ["1", "0", "1", "1"],
                    "EN": ["1", "1"],
                },
            },
            "r": {
                "type": "$memrd_v2",
                "parameters": {"MEMID": "\\t", "WIDTH": 2, "CLK_ENABLE": "0"},
                "connections": {"ADDR": [2, 3], "DATA": [4, 5]},
            },
        },
    }
    assert [value for _, value in run(module)] == [None, 1, 3, None]


def test_an_unknown_cell_is_no_agreement() -> None:
    module = binary("$nonsense", 1, 1, 1, False)
    with pytest.raises(InvcError, match=r"cell 'u' of type '\$nonsense' cannot be evaluated"):
        list(run(module))


def gates(function: Function, width: int) -> Netlist:
    """Bitwise a op b, as a netlist."""
    names = ["", *(f"n{k}" for k in range(3 * width))]
    a, b, y = ([2 * (1 + place * width + k) for k in range(width)] for place in range(3))
    made = tuple(Gate(function, row) for row in zip(a, b, y, strict=True))
    ports = (
        Port("a", "input", tuple(a)),
        Port("b", "input", tuple(b)),
        Port("y", "output", tuple(y)),
    )
    return Netlist("t", ports, made, tuple(names)).check()


@pytest.mark.parametrize(("width", "agreement"), [
    (2, Agreement(True, 16)), (10, Agreement(True, 1 << 20)), (11, Agreement(True)),
])  # fmt: skip
def test_all_inputs_where_they_are_few_else_vectors(width: int, agreement: Agreement) -> None:
    assert compare(binary("$and", width, width, width, False), {}, gates(AND2, width)) == agreement
    with pytest.raises(InvcError, match="the mapped netlist is not equal to its source: y is "):
        compare(binary("$and", width, width, width, False), {}, gates(XOR2, width))


def test_a_gate_that_is_wrong_in_one_row_of_many_is_found() -> None:
    for width in (8, 16):
        wrong = gates(AND2, width)
        *rest, last = wrong.gates
        spoilt = wrong.with_gates((*rest, last._replace(pins=(last.pins[0] ^ 1, *last.pins[1:]))))
        with pytest.raises(InvcError, match="is not equal"):
            compare(binary("$and", width, width, width, False), {}, spoilt)


def test_vectors_are_the_same_always_and_hold_the_corners() -> None:
    first, trials = some_vectors({"a": 8, "b": 30})
    assert (first, trials) == some_vectors({"a": 8, "b": 30})
    values = {sum((w >> t & 1) << k for k, w in enumerate(first["b"])) for t in range(trials)}
    assert {0, (1 << 30) - 1, 1 << 29, (1 << 29) - 1, 1} <= values
    assert len(values) > 3000


@given(a=st.integers(0, 3), b=st.integers(0, 3))
def test_ports_that_differ_are_no_agreement(a: int, b: int) -> None:
    module = binary("$and", 1, 1, 1, False)
    netlist = gates(AND2, 1)
    module["ports"]["a"]["bits"] = [2] * (a + 1)
    module["ports"]["b"]["bits"] = [3] * (b + 1)
    if (a, b) == (0, 0):
        assert compare(module, {}, netlist).proven
    else:
        with pytest.raises(InvcError, match="is not that of its source"):
            compare(module, {}, netlist)


def chained(width: int) -> Netlist:
    """The or of all bits of a & b, bit by bit, at y."""
    netlist = gates(AND2, width)
    names, made = [*netlist.names], list(netlist.gates)
    last = made[0].pins[-1]
    for gate in netlist.gates[1:]:
        names.append(f"o{len(names)}")
        made.append(Gate(AND2, (last ^ 1, gate.pins[-1] ^ 1, 2 * (len(names) - 1) ^ 1)))
        last = 2 * (len(names) - 1)
    ports = (*netlist.inputs, Port("y", "output", (last,)))
    return Netlist("t", ports, tuple(made), tuple(names)).check()


@pytest.mark.parametrize("kind", ["$logic_and", "$add", "$lt", "$eq"])
def test_many_inputs_are_proven_where_that_is_quick(kind: str) -> None:
    """Two words of the same source are equal, and a wrong row among 2**60 is no proof."""
    module = binary(kind, 30, 30, 8, False)
    graph = Graph()
    logic = Logic(graph)
    bits = {name: [graph.variable() for _ in range(30)] for name in "ab"}
    words = {name: [Bit(lit) for lit in lits] for name, lits in bits.items()}
    swapped = {"a": words["b"], "b": words["a"]}
    made = evaluate_module(module, {}, logic, words)["y"]
    other = evaluate_module(module, {}, logic, swapped)["y"]
    vectors, trials = some_vectors({"a": 30, "b": 30})
    values = {
        lit: word for name in "ab" for lit, word in zip(bits[name], vectors[name], strict=True)
    }
    wrong = [graph.xor(x.value, y.value) for x, y in zip(made, other, strict=True)]
    assert prove_false(graph, wrong, values, trials, 100) == (kind != "$lt")
    needle = 1  # all sixty inputs are 1
    for lit in values:
        needle = graph.land(needle, lit)
    assert not prove_false(graph, [needle], values, trials, 100)


@given(table=st.integers(0, 255), literals=st.lists(st.integers(0, 7), min_size=3, max_size=3))
def test_functions_of_a_graph_are_their_tables(table: int, literals: Sequence[int]) -> None:
    graph = Graph()
    inputs = [graph.variable() for _ in range(3)]
    known = [0, *inputs]
    chosen = [known[lit >> 1] ^ (lit & 1) for lit in literals]
    made = graph.table(table, chosen)
    for row in range(8):
        values = [0, *(row >> k & 1 for k in range(3))]
        for node in graph.nodes[4:]:
            assert node is not None
            a, b = (values[lit >> 1] ^ (lit & 1) for lit in (node.a, node.b))
            values.append(a ^ b if node.parity else a & b)
        index = sum((values[lit >> 1] ^ (lit & 1)) << k for k, lit in enumerate(literals))
        assert values[made >> 1] ^ (made & 1) == table >> index & 1


def test_a_netlist_of_many_inputs_is_proven_or_caught() -> None:
    netlist = chained(15)
    module = binary("$logic_and", 15, 15, 1, False)
    for cell in (
        {"type": "$and", "A": [*range(2, 17)], "B": [*range(100, 115)], "Y": [*range(300, 315)]},
    ):
        module["cells"]["v"] = {
            "type": cell["type"],
            "parameters": {"A_SIGNED": 0, "B_SIGNED": 0, "Y_WIDTH": 15},
            "connections": {pin: cell[pin] for pin in "ABY"},
        }
    module["cells"]["u"] = {
        "type": "$reduce_or",
        "parameters": {"Y_WIDTH": 1},
        "connections": {"A": [*range(300, 315)], "Y": [200]},
    }
    assert compare(module, {}, netlist) == Agreement(True)
    (first, *rest) = netlist.gates
    spoilt = netlist.with_gates(
        (first._replace(pins=(first.pins[0], *first.pins[:1], first.pins[2])), *rest)
    )
    with pytest.raises(InvcError, match="is not equal"):
        compare(module, {}, spoilt)


@pytest.mark.parametrize("width", [4, 12])  # by truth tables, by SAT
def test_what_the_vectors_do_not_tell_apart_is_told_apart(width: int) -> None:
    """One trial of zeros makes all nodes look alike: equal is only what is proven so."""
    graph = Graph()
    bits = [graph.variable() for _ in range(width)]
    zeros = dict.fromkeys(bits, 0)
    both, parity = 1, 0
    for bit in bits:
        both, parity = graph.land(both, bit), graph.xor(parity, bit)
    again = 0
    for bit in reversed(bits):
        again = graph.xor(again, bit)
    assert not prove_false(graph, [both], zeros, 1, 100)
    assert not prove_false(graph, [graph.xor(parity, both)], zeros, 1, 100)
    assert prove_false(graph, [graph.xor(parity, again)], zeros, 1, 100)
    assert prove_false(graph, [graph.land(both, graph.land(bits[0] ^ 1, parity))], zeros, 1, 100)


def test_outputs_of_a_netlist_that_are_constants_are_those() -> None:
    ports = (Port("a", "input", (2,)), Port("y", "output", (0, 1, 2, 3)))
    graph = Graph()
    lit = graph.variable()
    netlist = Netlist("n", ports, (), ("", "a"))
    assert netlist_outputs(graph, netlist, {"a": [lit]}) == {"y": [0, 1, lit, lit ^ 1]}
