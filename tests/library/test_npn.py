"""Classes of relations: inverting and permuting pins changes nothing, anything else does."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.library import Cell, hamlib, npn
from invc.library.expression import parse_specification
from invc.library.npn import canonical, find_kin
from typed import sure


def transformed(pins: int, rows: int, order: Sequence[int], flips: int) -> int:
    """Row by row: pin order[k] of the new relation is pin k of the old one, perhaps inverted."""
    out = 0
    for row in range(1 << pins):
        moved = sum((row >> k & 1 ^ flips >> k & 1) << order[k] for k in range(pins))
        out |= (rows >> row & 1) << moved
    return out


@given(data=st.data())
def test_kin_have_one_representative(data: st.DataObject) -> None:
    pins = data.draw(st.integers(1, 5))
    rows = data.draw(st.integers(1, (1 << (1 << pins)) - 1))
    order = data.draw(st.permutations(range(pins)))
    flips = data.draw(st.integers(0, (1 << pins) - 1))
    one, two = canonical(pins, rows), canonical(pins, transformed(pins, rows, order, flips))
    assert one is not None
    assert two is not None
    assert one.rows == two.rows


@given(data=st.data())
def test_the_order_makes_the_representative(data: st.DataObject) -> None:
    pins = data.draw(st.integers(1, 5))
    rows = data.draw(st.integers(1, (1 << (1 << pins)) - 1))
    found = canonical(pins, rows)
    assert found is not None
    place = {pin: k for k, (pin, _) in enumerate(found.order)}
    flips = sum(inverted << pin for pin, inverted in found.order)
    order = [place[pin] for pin in range(pins)]
    assert transformed(pins, rows, order, flips) == found.rows


@pytest.mark.parametrize(("pins", "classes"), [(1, 3), (2, 6), (3, 22)])
def test_the_number_of_classes_is_known(pins: int, classes: int) -> None:
    # OEIS A000616: Boolean functions of n variables up to negation and permutation of inputs.
    found = {sure(canonical(pins, rows)).rows for rows in range(1 << (1 << pins))}
    assert len(found) == classes


@pytest.mark.parametrize(
    ("text", "kin"),
    [
        ("Y = ~(A | B)", "AND2"),
        ("Y = A & ~B", "AND2"),
        ("Y = A ~^ B", "XOR2"),
        ("Y = ~(A | B | C)", "AND3"),
        ("Y = (A | B) & C", "AO21"),
        ("Y = ~((A | B) & (C | D))", "AO22"),
        ("Y = A | B | C | D", "AND4"),
        ("Y = A ? ~B : C", "MUX2"),
        ("LT = ~A & B | ~(A ^ B) & LI", "MAJ3"),  # a comparator bit
        ("D = A ^ B ^ BI; BO = ~A & B | ~(A ^ B) & BI", "FA"),  # a full subtractor
        ("D = A ^ B; BO = ~A & B", "HA"),
        ("Y = (A | B) & C & D", "AO211"),
        ("Y = ~((A ^ B) | C)", "XA21"),
        ("Y = A & B ^ C", "AX21"),
        ("Y = ~(A | B | C) | A & B & C", "SAME3"),
        ("Y(A, B, C, D) = 16'h0117", "TH4_2"),
    ],
)
def test_kin_of_the_library_are_recognised_and_connected(text: str, kin: str) -> None:
    made = parse_specification("X", text)
    cell, connections = sure(find_kin(made.pins, made.rows, hamlib().values()))
    assert cell.name == kin
    # The connections are true: the cell's rows under them are those of the relation.
    ends = dict(part.split("=") for part in connections[len(kin) + 1 : -1].split(", "))
    flips = sum(ends[pin].startswith("~") << k for k, pin in enumerate(cell.pins))
    order = [made.pins.index(ends[pin].lstrip("~")) for pin in cell.pins]
    assert transformed(len(order), cell.rows, order, flips) == made.rows


def test_cells_of_the_library_are_classes_of_their_own() -> None:
    for cell in hamlib().values():
        others = [c for c in hamlib().values() if c.name != cell.name and not is_variant(c, cell)]
        assert find_kin(cell.pins, cell.rows, others) is None


def is_variant(one: Cell, two: Cell) -> bool:
    """Variants of a cell trade spins for gap or for bits; they have its rows."""
    trade = [(len(cell.ancillas), cell.bits) for cell in (one, two)]
    return one.rows == two.rows and trade[0] != trade[1]


def test_no_kin() -> None:
    made = parse_specification("X", "Y = (A ^ B) & C & D")
    assert find_kin(made.pins, made.rows, hamlib().values()) is None


def test_very_symmetric_relations_are_quick() -> None:
    for text in (
        "Y = " + "^".join(f"A{k}" for k in range(9)),
        "+".join(f"A{k}" for k in range(7)) + " = S0 + 2*S1 + 4*S2",
    ):
        made = parse_specification("X", text)
        n = len(made.pins)
        rng = np.random.default_rng(1)
        order = rng.permutation(n).tolist()
        other = transformed(n, made.rows, order, 0b1010101)
        assert sure(canonical(n, made.rows)).rows == sure(canonical(n, other)).rows


def idle(pins: int, rows: int, more: int) -> tuple[int, int]:
    """The relation with a pin that it does not depend on, and with one more that is always 0."""
    return pins + more, rows | rows << (1 << pins) if more else rows


# The fewest partial orders that have to be kept, without such pins, with one and with two:
# what symmetries leave of all orders.
KEPT = {
    "Y = A ^ B ^ C": (1, 4, 4),
    "Y = A & B & C": (1, 1, 1),
    "Y = A ? B : C": (8, 9, 9),
    "A + B + C = S + 2*T": (4, 5, 5),
    "Y(A, B, C) = 8'h81": (2, 3, 3),
    "Y = A ^ B & C ^ D": (9, 15, 15),
    "Y = (A ^ B) & (C ^ D)": (2, 4, 4),
    "Y = A & B; Z = A & ~B": (2, 2, 2),
    "Y = A ^ B; Z = B ^ C": (14, 24, 24),
}


@pytest.mark.parametrize("text", KEPT)
@pytest.mark.parametrize("more", range(3))
def test_symmetries_spare_orders(text: str, more: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A class is found where so many orders are kept, and not with one fewer."""
    made = parse_specification("X", text)
    pins, rows = idle(len(made.pins), made.rows, more)
    found = []
    for most in range(1, 30):
        monkeypatch.setattr(npn, "MAX_BRANCHES", most)
        found.append(canonical(pins, rows) is not None)
    assert found.index(True) + 1 == KEPT[text][more]
    assert all(found[found.index(True) :])


def test_relations_of_unequal_numbers_of_pins_are_no_kin() -> None:
    """Whatever their rows look like as numbers."""
    wide = Cell("W", ("A", "B"), 0b0001, (), (0, 0), (), 0, 1)
    assert find_kin(("A",), 0b01, [wide]) is None
    assert find_kin(("A", "B"), 0b0100, [wide]) == (wide, "W(A=A, B=~B)")
    assert find_kin(("A", "B"), 0b0011, [wide]) is None
