"""Folding known spins changes no energy."""

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from invc.ising import IsingModel, fold_known, from_terms


@st.composite
def models(draw: st.DrawFn) -> tuple[IsingModel, npt.NDArray[np.int8]]:
    n = draw(st.integers(1, 7))
    spin, value = st.integers(0, n - 1), st.integers(-9, 9)
    terms = draw(st.lists(st.tuples(spin, spin, value), max_size=12))
    i, j, J = ([t[k] for t in terms] for k in range(3))
    h = draw(st.lists(value, min_size=n, max_size=n))
    known = draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=n, max_size=n))
    return from_terms(n, h, i, j, J, draw(value)), np.array(known, dtype=np.int8)


@settings(max_examples=60)
@given(models(), st.integers(0, 2**7 - 1))
def test_energies_are_those_of_the_whole_model(
    case: tuple[IsingModel, npt.NDArray[np.int8]], bits: int
) -> None:
    model, known = case
    m = np.array([1 - 2 * (bits >> k & 1) for k in range(model.spins)], dtype=np.int8)
    whole = np.where(known == 0, m, known).astype(np.int8)
    folded, free = fold_known(model, known)
    assert free.tolist() == np.flatnonzero(known == 0).tolist()
    assert folded.energies(m[None, free]).tolist() == model.energies(whole[None]).tolist()
