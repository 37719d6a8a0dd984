from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.ising import IsingModel, all_energies, from_terms, ground_states


@st.composite
def models(draw: st.DrawFn) -> tuple[int, list[int], list[tuple[int, int, int]], int]:
    n = draw(st.integers(1, 6))
    value = st.integers(-5, 5)
    h = draw(st.lists(value, min_size=n, max_size=n))
    spin = st.integers(0, n - 1)
    terms = draw(st.lists(st.tuples(spin, spin, value), max_size=12))
    return n, h, terms, draw(value)


def build(case: tuple[int, Sequence[int], Sequence[tuple[int, int, int]], int]) -> IsingModel:
    n, h, terms, offset = case
    i, j, J = zip(*terms, strict=True) if terms else ((), (), ())
    return from_terms(n, h, i, j, J, offset)


def energy(
    case: tuple[int, Sequence[int], Sequence[tuple[int, int, int]], int], m: Sequence[int]
) -> int:
    _, h, terms, offset = case
    return (
        offset
        - sum(a * b for a, b in zip(h, m, strict=True))
        - sum(J * m[i] * m[j] for i, j, J in terms)
    )


@given(models())
def test_every_energy_is_the_formula(
    case: tuple[int, Sequence[int], Sequence[tuple[int, int, int]], int],
) -> None:
    model = build(case)
    energies = all_energies(model)
    states = 2 * (np.arange(len(energies))[:, None] >> np.arange(model.spins) & 1) - 1
    expected = [energy(case, m.tolist()) for m in states]
    assert energies.tolist() == expected
    assert model.energies(states.astype(np.int8)).tolist() == expected


@given(models())
def test_local_field_is_half_the_energy_of_a_flip(
    case: tuple[int, Sequence[int], Sequence[tuple[int, int, int]], int],
) -> None:
    model = build(case)
    states = 2 * (np.arange(1 << model.spins)[:, None] >> np.arange(model.spins) & 1) - 1
    states = states.astype(np.int8)
    fields = model.local_fields(states)
    for spin in range(model.spins):
        flipped = states.copy()
        flipped[:, spin] *= -1
        change = model.energies(flipped) - model.energies(states)
        assert (change == 2 * fields[:, spin] * states[:, spin]).all()


@given(models())
def test_edges_are_canonical(
    case: tuple[int, Sequence[int], Sequence[tuple[int, int, int]], int],
) -> None:
    model = build(case)
    pairs = [tuple(e) for e in model.edges.tolist()]
    assert pairs == sorted(set(pairs))
    assert all(i < j for i, j in pairs)
    assert (model.J != 0).all()
    start, neighbour, coupling = model.neighbours
    assert model.degrees.sum() == 2 * len(pairs) == start[-1]
    rows = {
        (i, int(neighbour[k])): int(coupling[k])
        for i in range(model.spins)
        for k in range(start[i], start[i + 1])
    }
    assert rows == {
        pair: J
        for (i, j), J in zip(pairs, model.J.tolist(), strict=True)
        for pair in ((i, j), (j, i))
    }


def test_ground_states_of_a_ferromagnet() -> None:
    lowest, states = ground_states(from_terms(3, [0, 0, 0], [0, 1], [1, 2], [1, 1], 0))
    assert lowest == -2
    assert states.tolist() == [[-1, -1, -1], [1, 1, 1]]


def test_too_many_spins_to_enumerate() -> None:
    with pytest.raises(ValueError, match="too many"):
        all_energies(from_terms(27, [0] * 27, [], [], [], 0))
