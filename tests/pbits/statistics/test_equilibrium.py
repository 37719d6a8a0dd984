"""At a fixed beta every heat-bath sampler has the Boltzmann distribution, in every group of lanes."""

import numpy as np
import pytest

from randomness import (
    CASES,
    CHAINS,
    MODELS,
    SAMPLERS,
    assert_distribution,
    boltzmann,
    chain,
    normal_limit,
    state_numbers,
    sweep_matrix,
    sweeps_to_forget,
)

SNAPSHOTS = 200  # times 64 lanes: enough that most states are expected often in each group


@pytest.mark.parametrize("sampler", SAMPLERS, ids="-".join)
@pytest.mark.parametrize(("name", "beta"), CASES)
def test_states_are_boltzmann(sampler: tuple[str, str], name: str, beta: float) -> None:
    model, _ = MODELS[name]
    thin = sweeps_to_forget(sweep_matrix(model, beta))
    states = chain(sampler, model, beta, thin=thin, count=SNAPSHOTS + 1, seed=17)[1:]
    numbers = np.array([state_numbers(bits) for bits in states])
    assert_distribution(numbers, boltzmann(model, beta))


@pytest.mark.parametrize("sampler", CHAINS, ids="-".join)
@pytest.mark.parametrize("name", ["mixed fields", "full adder", "asymmetric glass"])
def test_chains_forget_as_their_transition_matrix_does(sampler: tuple[str, str], name: str) -> None:
    """The chance that a lane is in the state where it was k sweeps ago, against tr(diag(pi) P^k).

    That is an autocorrelation at every lag, of all functions of the state at once.
    """
    model, betas = MODELS[name]
    beta = betas[1]
    P, pi = sweep_matrix(model, beta), boltzmann(model, beta)
    assert np.allclose(pi @ P, pi)
    start = sweeps_to_forget(P)
    states = chain(sampler, model, beta, thin=1, count=start + 40, seed=5)[start - 1 :]
    numbers = np.array([state_numbers(bits) for bits in states])
    for lag in (1, 2, 4, 8):
        # Stretches that do not overlap: pairs of one lane are nearly independent, lanes are wholly.
        pairs = numbers[: len(numbers) - lag][:: 2 * lag] == numbers[lag:][:: 2 * lag]
        expected = float(pi @ np.diag(np.linalg.matrix_power(P, lag)))
        by_lane = pairs.mean(axis=0)
        error = by_lane.std(ddof=1) / len(by_lane) ** 0.5
        assert abs(by_lane.mean() - expected) < normal_limit(1e-3 / 4) * error, lag


def test_a_wrong_sampler_fails() -> None:
    """The tests can fail: at beta 5 % off, or with lanes that copy each other."""
    model, _ = MODELS["mixed fields"]
    states = chain(SAMPLERS[0], model, 0.35, thin=20, count=SNAPSHOTS, seed=3)
    numbers = np.array([state_numbers(bits) for bits in states])
    assert_distribution(numbers, boltzmann(model, 0.35))
    with pytest.raises(AssertionError):
        assert_distribution(numbers, boltzmann(model, 0.35 * 1.05))
    numbers[:, 64:128] = numbers[:, :1]
    with pytest.raises(AssertionError):
        assert_distribution(numbers, boltzmann(model, 0.35))
