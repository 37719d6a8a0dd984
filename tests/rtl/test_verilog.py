"""How circuits are written: numbers, names, expressions, sums and tables mean what they should."""

import itertools
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.diagnostics import InvcError
from invc.ising import IsingModel, from_terms
from invc.rtl.fields import fields_of, one_sum, staged_sum
from invc.rtl.schedule import MOST_ENTRIES, Entry, Schedule, schedule_of
from invc.rtl.verilog import (
    Logic,
    bare,
    identifier,
    keywords,
    signed,
    signed_bits,
    template,
    unsigned_bits,
)
from typed import sure

TOKEN = re.compile(r"1'b[01]|\w+|[()?:&|^~]")


def evaluated(text: str, scope: Mapping[str, int]) -> int:
    """What a Verilog expression of bits comes to."""
    tokens = TOKEN.findall(text)[::-1]

    def binary(level: int = 0) -> int:
        if level == 3:
            return unary()
        left = binary(level + 1)
        while tokens and tokens[-1] == "|^&"[level]:
            tokens.pop()
            right = binary(level + 1)
            left = (left | right, left ^ right, left & right)[level]
        return left

    def whole() -> int:
        chosen = binary()
        if tokens and tokens[-1] == "?":
            tokens.pop()
            yes = whole()
            assert tokens.pop() == ":"
            no = whole()
            chosen = yes if chosen else no
        return chosen

    def unary() -> int:
        token = tokens.pop()
        if token == "~":
            return 1 ^ unary()
        if token == "(":
            inner = whole()
            assert tokens.pop() == ")"
            return inner
        return int(token[-1]) if token.startswith("1'b") else scope[token]

    value = whole()
    assert not tokens
    return value


def value_of(logic: Logic, text: str, names: Sequence[str], row: int) -> int:
    """What an expression and the wires under it come to, the inputs being the bits of a row."""
    scope = {name: row >> k & 1 for k, name in enumerate(names)}
    for wire in logic.wires:
        name, expression = sure(re.fullmatch(r"    wire (\w+) = (.*);", wire)).groups()
        scope[name] = evaluated(expression, scope)
    return evaluated(text, scope)


@given(st.integers(0, 5).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, 2**2**n - 1))))
def test_an_expression_is_its_table(drawn: tuple[int, int]) -> None:
    inputs, table = drawn
    names = [f"x{k}" for k in range(inputs)]
    logic = Logic("t")
    text = logic.expression(table, names)
    rows = range(1 << inputs)
    assert [value_of(logic, text, names, r) for r in rows] == [table >> r & 1 for r in rows]


@given(st.integers(-(2**40), 2**40), st.integers(-(2**40), 2**40))
def test_the_least_width_that_holds_both(a: int, b: int) -> None:
    bits = signed_bits(min(a, b), max(a, b))
    assert all(-(1 << bits - 1) <= x < 1 << bits - 1 for x in (a, b))
    assert bits == 1 or not all(-(1 << bits - 2) <= x < 1 << bits - 2 for x in (a, b))


def test_numbers() -> None:
    assert signed(-8, 4) == "4'sh8"
    assert signed(-7, 4) == "-4'sd7"
    assert signed(7, 4) == "4'sd7"
    assert [unsigned_bits(n) for n in (0, 1, 2, 255, 256)] == [1, 1, 2, 8, 9]
    assert bare("(a & b)") == "a & b"
    assert bare("(a) & (b)") == "(a) & (b)"


@given(st.text(max_size=20), st.sets(st.text("ab", max_size=2), max_size=5))
def test_names_are_legal_and_free(text: str, taken: set[str]) -> None:
    name = identifier(text, taken, "port")
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name)
    assert name not in taken
    assert name.lower() not in keywords()
    assert identifier("sum", (), "port") == "sum"


@pytest.mark.parametrize(
    "name",
    ["generator", "chance", "node", "control", "heat", "pool", "walker", "lane", "steps"],
)
def test_templates_are_installed_and_take_the_name(name: str) -> None:
    text = template(name, "adder")
    assert f"module adder_{name} " in text
    assert "DESIGN" not in text


@st.composite
def small_models(draw: st.DrawFn) -> IsingModel:
    n = draw(st.integers(1, 5))
    weights = st.integers(-9, 9) | st.integers(-300, 300)
    pairs = list(itertools.combinations(range(n), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    i, j = zip(*chosen, strict=True) if chosen else ((), ())
    h, J = ([draw(weights) for _ in range(k)] for k in (n, len(chosen)))
    return from_terms(n, h, i, j, J, 0)


def number(text: str) -> int:
    """A signed constant of Verilog."""
    match = re.fullmatch(r"(-?)(\d+)'s([dh])([0-9a-f]+)", text)
    assert match is not None
    value = int(match[4], 16 if match[3] == "h" else 10)
    return value - (1 << int(match[2])) if match[3] == "h" else -value if match[1] else value


@given(small_models())
def test_sums_are_the_fields(model: IsingModel) -> None:
    """In one expression and as a tree: for every state, modulo the width, and it fits the width."""
    for state in itertools.product((0, 1), repeat=model.spins):
        want = model.local_fields(2 * np.array([state]) - 1)[0]
        for spin, field in enumerate(fields_of(model)):
            low, high = field.range
            assert low <= want[spin] <= high
            text = one_sum(field, "s")[1].split(" = ")[1].rstrip(";").replace("\n", "")
            total = 0
            for term in (part.strip() for part in text.split(" + ")):
                chosen = re.fullmatch(r"\(m(\d+) \? (.+) : \d+'sd0\)", term)
                if chosen:
                    total += number(chosen[2]) * state[int(chosen[1])]
                else:
                    total += number(term)
            half = 1 << field.bits - 1
            total = (total + half) % (2 * half) - half
            assert (total << field.shift) + field.rest == want[spin]


@given(small_models(), st.integers(1, 6))
def test_a_staged_sum_has_so_many_registers_on_every_path(model: IsingModel, stages: int) -> None:
    for field in fields_of(model):
        declared, clocked, total = staged_sum(field, "s", stages)
        takes = {line.split(" <= ")[0]: line.split(" <= ")[1] for line in clocked}
        wires = dict(re.findall(r"wire signed \[\d+:0\] (\w+) = (.*);", "\n".join(declared)))

        def depths(
            name: str, takes: Mapping[str, str] = takes, wires: Mapping[str, str] = wires
        ) -> set[int]:
            if re.fullmatch(r"m\d+", name):
                return {0}
            text, more = (takes[name], 1) if name in takes else (wires[name], 0)
            names = re.findall(r"\b(?:m\d+|s_[ls]\d+_\d+)\b", text)
            return {more + d for inner in names for d in depths(inner)}

        assert total.text in takes
        assert depths(total.text) <= {stages}
        assert signed_bits(total.low, total.high) <= total.bits


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2)), min_size=1, max_size=24))
def test_a_table_repeats_what_it_was_made_from(rows: Sequence[tuple[int, int]]) -> None:
    i0, noise = zip(*rows, strict=True)
    table = schedule_of(i0, noise, 1)
    limits, weights = table.cycles(3 * len(rows))
    assert limits.tolist() == list(i0) * 3
    assert weights.tolist() == list(noise) * 3
    again = schedule_of(i0 * 2, noise * 2, 1)
    assert again == table


def test_every_takes_noise_away() -> None:
    table = Schedule((Entry(3, 9, 2), Entry(4, 5, 3)), every=2)
    assert table.period == 5
    assert table.cycles(7).limit.tolist() == [3, 3, 4, 4, 4, 3, 3]
    assert table.cycles(7).noise.tolist() == [9, 0, 5, 0, 5, 0, 9]


def test_a_table_has_an_end() -> None:
    with pytest.raises(InvcError, match="the schedule has 5000 entries, a circuit at most"):
        schedule_of([k % 7 + k // 2 for k in range(1, 5001)], [0] * 5000)
    assert MOST_ENTRIES == 4096
