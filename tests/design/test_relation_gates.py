"""The gates of relations, for all literals that they may read, against the functions they stand for."""

from collections.abc import Callable, Sequence
from itertools import product

import pytest

from designs import CELLS
from invc.design.assemble import assemble
from invc.design.relations import _Added, _constant, _extended, _number, relate, split_relations
from invc.library import hamlib
from invc.netlist import Gate, Literal, Netlist, Port, evaluate
from invc.netlist.gates import AND2
from truth import every_input

WIDTH = 4
INPUTS = Port("x", "input", tuple(range(2, 2 * WIDTH + 2, 2)))
BEFORE = Netlist("m", (INPUTS,), (), ("", *(f"x[{k}]" for k in range(WIDTH)))).check()
LITERALS = range(8)  # constants, and three nets in either polarity
ROWS = 1 << WIDTH


def words(netlist: Netlist) -> list[int]:
    """The value of each literal in all rows of the truth table."""
    inputs, rows = every_input(netlist)
    nets = evaluate(netlist, inputs, rows)
    return [net ^ flip for net in nets for flip in (0, (1 << rows) - 1)]


KNOWN = words(BEFORE)


def support(word: int) -> int:
    """On how many inputs a word over all rows depends."""
    return sum(
        any((word >> row ^ word >> (row ^ 1 << k)) & 1 for row in range(ROWS)) for k in range(WIDTH)
    )


def check(made: Literal, added: _Added, expected: int) -> None:
    """A literal has a value in all rows, and cost one gate only where it is neither a literal nor known."""
    assert words(added.netlist())[made] == expected
    assert len(added.gates) == (support(expected) > 1)


TWO: dict[str, Callable[[int, int], int]] = {
    "both": lambda a, b: a & b,
    "differ": lambda a, b: a ^ b,
}


@pytest.mark.parametrize("name", TWO)
def test_of_two_literals(name: str) -> None:
    for a, b in product(LITERALS, repeat=2):
        added = _Added(BEFORE)
        check(getattr(added, name)(a, b, "r"), added, TWO[name](KNOWN[a], KNOWN[b]))


def test_of_three_literals() -> None:
    for a, b, c in product(LITERALS, repeat=3):
        added = _Added(BEFORE)
        x, y, z = (KNOWN[lit] for lit in (a, b, c))
        check(added.most(a, b, c, "r"), added, x & y | x & z | y & z)


@pytest.mark.parametrize("count", range(4))
def test_some_and_all_of_several(count: int) -> None:
    whole = (1 << ROWS) - 1
    for bits in product((0, 1, 2, 5, 6), repeat=count):
        added = _Added(BEFORE)
        some, all_of = added.some(bits, "r"), added.all(bits, "r")
        found = words(added.netlist())
        assert found[some] == whole ^ _all([whole ^ KNOWN[bit] for bit in bits])
        assert found[all_of] == _all([KNOWN[bit] for bit in bits])


def _all(held: Sequence[int]) -> int:
    word = (1 << ROWS) - 1
    for one in held:
        word &= one
    return word


def test_equal_inputs_share_a_gate_and_gates_are_named_after_their_relation() -> None:
    added = _Added(BEFORE)
    first = added.both(2, 4, "r")
    assert added.both(4, 2, "r") == first
    assert added.both(4, 3, "r") != first
    assert added.differ(2, 4, "s") != first
    assert added.names == ["r (1)", "r (2)", "s (3)"]
    assert [gate.pins[-1] for gate in added.gates] == [10, 12, 14]


@pytest.mark.parametrize("bits", [1, 2])
def test_two_values_in_order(bits: int) -> None:
    """In two's complement, constants among the bits."""
    for a in product(LITERALS, repeat=bits):
        for b in product((0, 1, 4, 7), repeat=bits):
            added = _Added(BEFORE)
            smaller = words_of(added, added.smaller(a, b, "r"))
            for row in range(ROWS):
                one, other = (signed(lits, row) for lits in (a, b))
                assert smaller >> row & 1 == (one < other)


def words_of(added: _Added, literal: Literal) -> int:
    """The value of a literal of the netlist with its new gates in all rows."""
    return words(added.netlist())[literal]


def signed(literals: Sequence[Literal], row: int) -> int:
    """The value of literals in a row, in two's complement."""
    bits = [KNOWN[lit] >> row & 1 for lit in literals]
    return sum(bit << k for k, bit in enumerate(bits)) - (bits[-1] << len(bits))


NUMBERS = {
    **{"5": 5, "-5": -5, "+1_0": 10, "0": 0, "09": 9, "0x1F": 31, "-0X_f": -15, "0b101": 5},
    **{"0o17": 15, "0B2": None, "0o8": None, "0x": None, "x": None, "": None, "1.5": None},
    **{"4'b1111": 15, "4'sb1111": -1, "4'sb0111": 7, "4'd15": 15, "4'd16": None, "4'sd8": -8},
    **{"8'sh80": -128, "8'Sh80": None, "3'o7": 7, "'hF": 15, "'sb1": 1, "1'sb1": -1, "1'b2": None},
    **{"-4'd3": None, "4'b1x": None, "5'h1f": 31, "4'h1f": None, "12'B11": 3, "1_0'd1": None},
}


@pytest.mark.parametrize("text", NUMBERS)
def test_whole_numbers(text: str) -> None:
    assert _number(text) == NUMBERS[text]


@pytest.mark.parametrize("value", [*range(-9, 10), 255, -256, 256])
def test_constants_are_in_as_few_bits_as_two_s_complement_takes(value: int) -> None:
    bits = _constant(value)
    weights = [1 << k for k in range(len(bits))]
    weights[-1] *= -1
    assert sum(bit * weight for bit, weight in zip(bits, weights, strict=True)) == value
    assert len(bits) == abs(value).bit_length() + 1
    longer = _extended(bits, len(bits) + 2)
    assert longer == (*bits, bits[-1], bits[-1])


@pytest.mark.parametrize("scale", [1, 2, 3, 5])
def test_cells_of_relations_have_a_gap_no_smaller_than_the_design(scale: int) -> None:
    """The smallest multiple that does."""
    ports = (Port("a", "input", (2, 4, 6)), Port("y", "output", (8,)))
    netlist = Netlist("m", ports, (Gate(AND2, (2, 4, 8)),), ("", "a0", "a1", "a2", "y")).check()
    cells = {"AND2": CELLS["AND2"].scaled(scale)}
    design = assemble(netlist, cells, origin="o")
    _, relations = split_relations(netlist, ["a[0]!=a[1]", "a>3"])
    related, clamps = relate(design, relations)
    assert [clamp.value for clamp in clamps] == [1, 1]
    new = {name: cell for name, cell in related.cells.items() if name not in cells}
    assert "XOR2" in new
    for name, cell in new.items():
        own = hamlib()[name]
        assert cell == own.scaled(cell.gap // own.gap)
        assert cell.gap - own.gap < design.min_gap <= cell.gap or cell == own
