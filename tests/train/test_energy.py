"""Quadratic neurons: the model is the formula, the dense kernel is Gibbs sampling."""

from copy import deepcopy
from itertools import product

import numpy as np
import pytest

from invc.diagnostics import InvcError
from invc.training.energy.dense import (
    LANES,
    Model,
    anneal,
    levels,
    start,
    states_of,
    sweep,
    sweep_reference,
)
from invc.training.energy.fit import Effort, failed, sample_weights
from invc.training.energy.neurons import Strengths, build, check_shape, weights_of
from invc.training.native import contrast
from invc.training.network import Layer, Network, Shape, classes_of, outputs, signs
from train.nets import samples, separable, shape

MAJORITY = np.array([[-1, -1, -1], [1, 1, 1]], dtype=np.int8)


def random_model(spins: int, seed: int = 0) -> Model:
    source = np.random.default_rng(seed)
    J = np.triu(source.integers(-3, 4, (spins, spins)), 1)
    h = source.integers(-3, 4, spins)
    return Model(h.astype(np.int32), (J + J.T).astype(np.int32))


@pytest.mark.parametrize("name", contrast.kernels())
def test_kernels_are_the_reference(name: str) -> None:
    model = random_model(11)
    fast = start(model, 3 * LANES, seed=1)
    slow = deepcopy(fast)
    tables, sweeps = anneal(0.05, 0.4, 9)
    sweep(model, fast, tables, sweeps, threads=2, kernel=name)
    sweep_reference(model, slow, tables, sweeps)
    assert (fast.state == slow.state).all()
    assert (fast.fields == slow.fields).all()
    assert (fast.rng == slow.rng).all()


def test_fields_are_those_of_the_states() -> None:
    model = random_model(9, seed=4)
    lanes = start(model, LANES, seed=2)
    sweep(model, lanes, levels(0.2)[None], 5)
    states = states_of(lanes, LANES).astype(int)
    assert (states @ model.J + model.h == lanes.fields[0].T).all()


def test_states_have_the_boltzmann_distribution() -> None:
    model, beta = random_model(6), 0.2
    lanes = start(model, 512 * LANES, seed=3)
    sweep(model, lanes, levels(beta)[None], 40)
    states = states_of(lanes, 512 * LANES)
    found = np.bincount((states > 0) @ (1 << np.arange(6)), minlength=64) / len(states)
    every = signs((np.arange(64)[:, None] >> np.arange(6) & 1).astype(np.uint8))
    wanted = np.exp(-beta * model.energy(every))
    wanted /= wanted.sum()
    assert abs(found - wanted).sum() / 2 < 0.03


@pytest.mark.parametrize("both", [True, False])
def test_the_energy_of_a_neuron_is_its_formula(both: bool) -> None:
    network = shape([6, 1], [both], 2, threshold=1)
    inputs, labels = samples(5, 6, 2)
    y = signs(labels).astype(int)
    model = build(network, inputs, signs(labels), Strengths(3))
    x = signs(inputs).astype(int) if both else inputs.astype(int)
    values = []
    for w in product((-1, 1), repeat=6):
        wanted = ((x @ np.array(w) - 1 - 3 * y) ** 2).sum()
        values.append(wanted - model.energy(np.array([w], dtype=np.int8))[0])
    assert len(set(values)) == 1  # but for a constant


def test_the_energy_of_a_majority_is_its_formula() -> None:
    network = Shape((Layer(3, 3, True, 0),), MAJORITY)
    inputs, labels = samples(2, 3, 2)
    y, x = signs(labels).astype(int), signs(inputs).astype(int)
    model = build(network, inputs, signs(labels), Strengths(2, 4))
    source = np.random.default_rng(0)
    values = set()
    for _ in range(300):
        m = 2 * source.integers(0, 2, 15) - 1
        w, h = m[:9].reshape(3, 3), m[9:].reshape(2, 3)
        wanted = ((x @ w.T - 2 * h) ** 2).sum() + 4 * ((h.sum(axis=1) - y) ** 2).sum()
        values.add(int(wanted - model.energy(m[None].astype(np.int8))[0]))
    assert len(values) == 1


def test_every_satisfiable_set_is_satisfied() -> None:
    for seed in range(4):
        inputs, labels = separable(14, 15, seed)
        if len(set(labels.tolist())) < 2:
            continue
        network = shape([15, 1], [True], 2)
        found = sample_weights(network, inputs, labels, Effort(seed=seed), threads=2)
        assert found.failed == 0
        assert (classes_of(outputs(found.best, inputs)) == labels).all()


def test_failures_are_counted_by_evaluating_forward() -> None:
    network = Shape((Layer(3, 7, False, 0),), MAJORITY)
    inputs, labels = samples(40, 7, 2)
    found = sample_weights(network, inputs, labels, Effort(reads=64, sweeps=16))
    counted = failed(network, found.vote, inputs, labels)
    for weights, number in list(zip(found.vote, counted, strict=True))[:20]:
        said = classes_of(outputs(Network(network, (weights,)), inputs))
        assert (said != labels).sum() == number


def test_threads_and_more_reads_leave_the_first_reads_as_they_are() -> None:
    inputs, labels = separable(10, 9)
    network = shape([9, 1], [True], 2)
    few = sample_weights(network, inputs, labels, Effort(reads=64), threads=1)
    many = sample_weights(network, inputs, labels, Effort(reads=192), threads=3)
    assert (many.vote[:64] == few.vote).all()


def test_weights_stand_first_in_a_state() -> None:
    network = Shape((Layer(3, 2, True, 0),), MAJORITY)
    states = signs((np.arange(64)[:, None] >> np.arange(6) & 1).astype(np.uint8))
    assert (weights_of(network, states)[5].ravel() == [1, 0, 1, 0, 0, 0]).all()


def test_networks_without_such_an_energy_are_refused() -> None:
    with pytest.raises(InvcError, match="no quadratic energy"):
        check_shape(shape([5, 4, 3], [True, True], 3), 10)
    with pytest.raises(InvcError, match="more than 4096"):
        check_shape(Shape((Layer(3, 7, False, 0),), MAJORITY), 2000)
