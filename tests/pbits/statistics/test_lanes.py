"""Lanes are independent: no two follow each other, near or a multiple of words apart."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from designs import CELLS, multiplier
from invc.design.assemble import assemble
from invc.ising import IsingModel
from randomness import SAMPLERS, chain, normal_limit

# Largest mean correlation of the pairs of lanes at one distance. The heat-bath kernels use a vector
# of noise 64 times: on a model as small as this one that costs 0.007, where lanes that share nothing
# have 0.002.
POOLED = 0.01
# Largest correlation of two spins of lanes at one distance. They may share values in a few of 60 calls,
# which all its lanes show.
SHARED = 0.1


def standard(
    states: Sequence[npt.NDArray[np.uint8]] | npt.NDArray[np.uint8],
) -> npt.NDArray[np.float32]:
    """Spins of one mean and deviation each: rows of (snapshot, spin), columns of lanes."""
    m = 2 * np.array(states, dtype=np.float32) - 1
    m -= m.mean(axis=(0, 2), keepdims=True)
    m /= m.std(axis=(0, 2), keepdims=True)
    return m.reshape(-1, m.shape[2])


def distance_means(m: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Mean correlation of the pairs of lanes at each distance around the circle. Shape (lanes,)."""
    spectrum = np.fft.rfft(m, axis=1)
    value: npt.NDArray[np.float32] = np.fft.irfft((np.abs(spectrum) ** 2).mean(axis=0)) / m.shape[1]
    return value


@pytest.fixture(scope="module")
def model() -> IsingModel:
    return assemble(multiplier(3), CELLS).model


@pytest.mark.parametrize("sampler", SAMPLERS, ids="-".join)
def test_no_pair_of_lanes_is_correlated(sampler: tuple[str, str], model: IsingModel) -> None:
    """So hot that a spin is its noise: what two lanes share of it shows most."""
    m = standard(chain(sampler, model, 0.02, thin=8, count=150, seed=2))
    correlation = m.T @ m / len(m)
    np.fill_diagonal(correlation, 0)
    pairs = m.shape[1] * (m.shape[1] - 1) // 2
    assert np.abs(correlation).max() < normal_limit(1e-3 / pairs) / len(m) ** 0.5


@pytest.mark.parametrize("sampler", SAMPLERS, ids="-".join)
def test_no_distance_of_lanes_is_correlated(sampler: tuple[str, str], model: IsingModel) -> None:
    means = distance_means(standard(chain(sampler, model, 0.02, thin=8, count=150, seed=2)))
    assert np.isclose(means[0], 1, atol=1e-3)
    neighbours, words = means[[1, 2, 3, 16, 32, 48]], means[64::64]
    assert np.abs(neighbours).max() < POOLED
    assert np.abs(words).max() < POOLED
    assert np.abs(np.delete(means, 0)).max() < POOLED


@pytest.mark.parametrize("sampler", SAMPLERS, ids="-".join)
def test_spins_of_different_lanes_are_independent(
    sampler: tuple[str, str], model: IsingModel
) -> None:
    """Every spin of a lane with every spin of another, at one time."""
    states = chain(sampler, model, 0.02, thin=8, count=60, seed=1)
    rows = standard(states).reshape(60, model.spins, -1)
    mine = rows.transpose(1, 0, 2).reshape(model.spins, -1)
    for distance in (1, 2, 16, 48, 64, 80, 128, rows.shape[2] // 2):
        others = np.roll(rows, -distance, axis=2).transpose(1, 0, 2).reshape(model.spins, -1)
        assert np.abs(mine @ others.T / mine.shape[1]).max() < SHARED, distance


def test_the_pairs_that_follow_each_other_are_found(model: IsingModel) -> None:
    """The tests can fail: where one lane in 64 copies the next word in a quarter of the snapshots."""
    states = np.array(chain(SAMPLERS[0], model, 0.02, thin=8, count=150, seed=2))
    states[::4, :, :64] = states[::4, :, 64:128]
    m = standard(states)
    assert np.abs(distance_means(m)[64]) > POOLED
    assert abs((m[:, 0] * m[:, 64]).mean()) > normal_limit(1e-3) / len(m) ** 0.5
