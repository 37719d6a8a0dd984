"""Laws of the colouring: coupled spins differ, few colours, the same each time."""

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from designs import CELLS, multiplier
from invc.design.assemble import assemble
from invc.ising import IsingModel, colour_spins, from_terms


@st.composite
def models(draw: st.DrawFn) -> IsingModel:
    n = draw(st.integers(1, 30))
    spin = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(spin, spin), max_size=80))
    i, j = zip(*pairs, strict=True) if pairs else ((), ())
    return from_terms(n, [0] * n, i, j, [1] * len(pairs), 0)


def check(model: IsingModel) -> npt.NDArray[np.int32]:
    colours = colour_spins(model)
    assert colours.shape == (model.spins,)
    assert (colours[model.edges[:, 0]] != colours[model.edges[:, 1]]).all()
    assert colours.min(initial=0) == 0
    assert colours.max(initial=-1) <= model.degrees.max(initial=0)
    return colours


@given(models())
def test_coupled_spins_differ_and_colours_are_few(model: IsingModel) -> None:
    colours = check(model)
    assert (colour_spins(model) == colours).all()


@given(models())
def test_a_spin_has_the_least_colour_that_its_neighbours_leave(model: IsingModel) -> None:
    start, neighbour, _ = model.neighbours
    colours = colour_spins(model)
    for spin in range(model.spins):
        taken = set(colours[neighbour[start[spin] : start[spin + 1]]].tolist())
        assert set(range(colours[spin])) <= taken


def test_known_graphs() -> None:
    clique = [(i, j) for i in range(9) for j in range(i)]
    i, j = zip(*clique, strict=True)
    assert sorted(check(from_terms(9, [0] * 9, i, j, [1] * len(i), 0)).tolist()) == [*range(9)]
    star = from_terms(9, [0] * 9, [0] * 8, range(1, 9), [1] * 8, 0)
    assert check(star).tolist() == [0] + [1] * 8
    alone = from_terms(3, [1, 1, 1], [], [], [], 0)
    assert check(alone).tolist() == [0, 0, 0]
    assert colour_spins(from_terms(0, [], [], [], [], 0)).tolist() == []


def test_a_multiplier_has_as_many_colours_as_a_full_adder_has_spins() -> None:
    model = assemble(multiplier(8), CELLS).model
    assert check(model).max() + 1 in (5, 6)


def test_a_large_sparse_graph() -> None:
    rng = np.random.default_rng(1)
    i, j = rng.integers(0, 20_000, (2, 60_000))
    colours = check(from_terms(20_000, np.zeros(20_000), i, j, np.ones(60_000), 0))
    assert colours.max() < 10
