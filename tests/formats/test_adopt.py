"""Real coefficients as whole numbers, at both sides of every bound; and what is said of the rest."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from invc.diagnostics import InvcError
from invc.formats.adopt import adopt, ports_of
from invc.formats.terms import terms
from invc.formats.whole import LARGEST_EXACT, LARGEST_OFFSET, MOST_DENOMINATOR, whole
from invc.ising import all_energies

TOP = LARGEST_EXACT  # 2^31 - 1


@pytest.mark.parametrize(
    ("values", "offset", "load", "scale"),
    [
        ([1.0, -3.0], 0.0, 0.0, 1),
        ([0.5], 0.25, 0.0, 4),  # the offset, too, where there is room
        ([0.5], 1 / 3, 0.0, 6),
        ([0.5], np.pi, 0.0, 2),  # an offset that is no fraction asks for nothing
        ([0.5], 1 / 2**30, 0.0, 2),
        ([TOP], 0.0, 0.0, 1),
        ([TOP], 0.5, 0.0, 1),
        ([TOP / 2], 0.0, 0.0, 2),
        ([1.0], 0.0, TOP, 1),
        ([0.5], 0.0, TOP / 2, 2),
        ([1 / MOST_DENOMINATOR], 0.0, 0.0, MOST_DENOMINATOR),
        ([0.1 + 0.2, 0.7], 0.0, 0.0, 10),  # sums of doubles
        ([1 / 3, 1 / 7, 1 / 2], 0.0, 0.0, 42),
    ],
)
def test_what_becomes_whole(
    values: Sequence[float], offset: float, load: float, scale: float
) -> None:
    found = whole(np.array(values), offset, load)
    assert (found.scale, found.error) == (scale, 0)
    assert found.numbers.tolist() == [round(value * scale) for value in values]


@pytest.mark.parametrize(
    ("values", "offset", "load", "count", "scale"),
    [
        ([TOP + 1], 0.0, 0.0, 0, (TOP - 1) / (TOP + 1)),
        ([1.0, 1 / (MOST_DENOMINATOR + 1)], 0.0, 0.0, 0, TOP - 1),
        ([1.0, 1e-9], 0.0, 0.0, 0, TOP - 1),
        ([1.0], 0.0, TOP + 1, 0, (TOP - 1) / (TOP + 1)),
        ([0.5], 0.0, TOP / 2 + 1, 7, (TOP - 8) / (TOP / 2 + 1)),  # room for what is rounded up
        ([np.pi], 0.0, 10.0, 3, (TOP - 4) / 10),
        ([np.pi], 2.0**40, 0.0, 0, LARGEST_OFFSET / 2**40),
        ([1e-300, 1e-301 / 3], 0.0, 0.0, 0, (TOP - 1) / 1e-280),
        ([np.pi * 1e-200], 2.0**-700, 0.0, 0, (TOP - 1) / (np.pi * 1e-200)),
    ],
)
def test_what_does_not_uses_the_whole_range(
    values: Sequence[float], offset: float, load: float, count: int, scale: float
) -> None:
    found = whole(np.array(values), offset, load, count)
    assert found.scale == pytest.approx(scale, rel=1e-15)
    assert found.numbers.tolist() == [round(value * found.scale) for value in values]
    assert found.error == max(
        abs(number / found.scale - value)
        for number, value in zip(found.numbers.tolist(), values, strict=True)
    )


@pytest.mark.parametrize(("offset", "fits"), [(2.0**62, True), (2.0**62 + 2**10, False)])
def test_offsets_are_bounded(offset: float, fits: bool) -> None:
    model = terms(["a"], [(0, 0, 1.0)], offset=offset)
    if fits:
        assert adopt(model).design.model.offset == 2**62
        return
    with pytest.raises(InvcError, match="the offset is too large beside the coefficients"):
        adopt(model)


def test_errors_are_those_of_the_energies() -> None:
    """The largest of a coefficient, and a bound for a state that is reached."""
    rows = [(0, 0, np.pi), (1, 1, 0.0), (0, 1, -np.e), (1, 2, 1e-3 / 3), (2, 2, 1e8)]
    adopted = adopt(terms(["a", "b", "c"], rows, offset=np.sqrt(2)))
    scale = adopted.design.scale
    linear, quadratic = {0: np.pi, 1: 0.0, 2: 1e8}, {(0, 1): -np.e, (1, 2): 1e-3 / 3}
    values = [*linear.values(), *quadratic.values()]
    errors = [abs(round(value * scale) / scale - value) for value in values]
    offset = abs(round(np.sqrt(2) * scale) / scale - np.sqrt(2))
    assert adopted.error == max(errors)
    assert adopted.most == pytest.approx(sum(errors) + offset)
    assert adopted.least == 1e-3 / 3
    energies = all_energies(adopted.design.model) / scale
    for state, spins in enumerate(itertools.product((-1, 1), repeat=3)):
        c, b, a = spins  # the lowest bit of a state is the first variable
        exact = np.sqrt(2) + np.pi * a + 1e8 * c - np.e * a * b + 1e-3 / 3 * b * c
        assert abs(energies[state] - exact) <= adopted.most * (1 + 1e-6)


def test_small_and_lone_coefficients_use_the_whole_range() -> None:
    """What makes no sum of couplings leaves no room for one."""
    lone = adopt(terms(["a"], [(0, 0, np.pi / 10)])).design
    assert lone.scale == (TOP - 1) / (np.pi / 10)
    small = adopt(terms(["a", "b"], [(0, 1, np.pi / 10), (1, 1, 0.25)])).design
    assert small.scale == (TOP - 2) / (np.pi / 10)


def test_nothing_is_lost_of_what_is_exact() -> None:
    adopted = adopt(terms(["a", "b"], [(0, 1, 0.5)], offset=0.25, clamps=[("b", 1), ("a", 0)]))
    assert (adopted.error, adopted.most, adopted.least) == (0, 0, 0.5)
    assert adopted.clamps == ("b=1", "a=0")
    assert adopt(terms(["a"], [])).least == np.inf


@pytest.mark.parametrize(
    ("names", "rows", "offset", "said"),
    [
        (["b", "a", "c", "a"], [], 0.0, "two variables are called 'a'"),
        (["x" * 41] * 2, [], 0.0, f"two variables are called '{'x' * 40}'"),
        (["a", ""], [], 0.0, "a variable has an empty name"),
        (["a\ud800"], [], 0.0, r"variable 'a\ud800': a surrogate by itself is no character"),
        (["\udfff"], [], 0.0, r"variable '\udfff': a surrogate by itself is no character"),
        (["a"], [(0, 0, np.inf)], 0.0, "a coefficient is no finite number"),
        (["a"], [], np.nan, "a coefficient is no finite number"),
        (
            ["a", "b", "c"],
            [(0, 1, 1.5e308), (0, 2, -1.5e308)],
            0.0,
            "the couplings of one variable add up to more than a number can be",
        ),
    ],
)
def test_what_no_design_can_be(
    names: Sequence[str], rows: Sequence[tuple[int, int, float]], offset: float, said: str
) -> None:
    with pytest.raises(InvcError) as caught:
        adopt(terms(names, rows, offset=offset))
    assert caught.value.message == said


PORTS = {
    ("a[0]", "a[1]"): [("a", (2, 4), 0)],
    ("a[5]", "a[3]", "a[4]"): [("a", (4, 6, 2), 3)],
    ("a[0]",): [("a[0]", (2,), 0)],
    ("a[0]", "a[2]"): [("a[0]", (2,), 0), ("a[2]", (4,), 0)],
    ("a[0]", "a", "a[1]"): [("a[0]", (2,), 0), ("a", (4,), 0), ("a[1]", (6,), 0)],
    ("x", "m[1][0]", "m[1][1]", "y"): [("x", (2,), 0), ("m[1]", (4, 6), 0), ("y", (8,), 0)],
    ("a[00]", "a[1]"): [("a[00]", (2,), 0), ("a[1]", (4,), 0)],
    ("b[1]", "a[0]", "b[0]", "a[1]"): [("b", (6, 2), 0), ("a", (4, 8), 0)],
    (f"a[{10**9 - 2}]", f"a[{10**9 - 1}]"): [("a", (2, 4), 10**9 - 2)],
    (f"a[{10**9 - 1}]", f"a[{10**9}]"): [
        (f"a[{10**9 - 1}]", (2,), 0),
        (f"a[{10**9}]", (4,), 0),
    ],
}


@pytest.mark.parametrize("names", PORTS, ids=str)
def test_ports_of_names(names: Sequence[str]) -> None:
    ports = [(port.name, port.bits, port.offset) for port in ports_of(names)]
    assert ports == PORTS[tuple(names)]
