"""The energy of a network's weights over labelled samples, with two-body terms only.

One neuron:   E = sum_s (a_s - t - kappa y_s)^2,              a_s = sum_i w_i x_si
Its majority: E = sum_s sum_j (a_sj - t - kappa h_sj)^2 + lambda sum_s (sum_j h_sj - y_s)^2

over weights w and, for a majority, the neurons' states h_sj, spins of each sample; y_s is -1 or
+1 and t the threshold. There is no ancilla. A neuron of quadratic energy wants its sum at kappa on
the right side rather than far from the threshold: kappa about the root of its inputs lets most of
them find it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invc.diagnostics import InvcError
from invc.training.energy.dense import MOST_FIELD, Model
from invc.training.network import Bits, Int, Shape, Signs, signs

MOST_SPINS = 4096


@dataclass(frozen=True)
class Strengths:
    """The numbers of the energy.

    Attributes:
        kappa: Where a neuron's sum should be, from its threshold.
        committee: lambda: how strongly neurons are held to a majority.
    """

    kappa: int
    committee: int = 4


def check_shape(shape: Shape, samples: int) -> int:
    """The spins of the model.

    Raises:
        InvcError: The network is none that has this energy, or the model would be too large.
    """
    fits = shape.classes == 2 and len(shape.layers) == 1 and shape.layers[0].wires is None
    if not fits or not (shape.layers[0].neurons == 1 or shape.is_majority):
        raise InvcError(
            f"network {shape} has no quadratic energy: it is no neuron and no majority of neurons",
            hint="--method stream trains every network of neurons",
        )
    layer = shape.layers[0]
    spins = layer.neurons * layer.inputs
    if layer.neurons > 1:
        spins += samples * layer.neurons
    if spins > MOST_SPINS:
        raise InvcError(
            f"the energy of {samples} samples has {spins} spins, more than {MOST_SPINS}",
            hint="--method stream, or fewer --samples",
        )
    return spins


def build(shape: Shape, inputs: Bits, labels: Signs, strengths: Strengths) -> Model:
    """The model.

    Args:
        shape: A neuron, or a majority of neurons.
        inputs: Shape (samples, inputs).
        labels: y_s, -1 or +1. Shape (samples,).
        strengths: Its numbers.
    """
    layer = shape.layers[0]
    x = (signs(inputs) if layer.both else inputs).astype(np.int64)
    y = labels.astype(np.int64)
    size, neurons, samples = layer.inputs, layer.neurons, len(x)
    kappa, held = strengths.kappa, strengths.committee
    spins = check_shape(shape, samples)
    h = np.zeros(spins, dtype=np.int64)
    J = np.zeros((spins, spins), dtype=np.int64)
    gram = -2 * (x.T @ x)
    np.fill_diagonal(gram, 0)
    lean = 2 * layer.threshold * x.sum(axis=0)
    if neurons == 1:
        h[:] = lean + 2 * kappa * (y @ x)
        J[:] = gram
        return _checked(h, J)
    for j in range(neurons):
        w = slice(j * size, (j + 1) * size)
        s = neurons * size + j + neurons * np.arange(samples)
        J[w, w] = gram
        h[w] = lean
        J[w, s] = 2 * kappa * x.T
        J[s, w] = 2 * kappa * x
        h[s] += 2 * held * y - 2 * kappa * layer.threshold
        for k in range(j):
            other = neurons * size + k + neurons * np.arange(samples)
            J[s, other] = J[other, s] = -2 * held
    return _checked(h, J)


def _checked(h: Int, J: Int) -> Model:
    if int((np.abs(J).sum(axis=1) + np.abs(h)).max()) >= MOST_FIELD:
        raise InvcError("the energy of so many samples is too large", hint="fewer --samples")
    return Model(h.astype(np.int32), np.ascontiguousarray(J.astype(np.int32)))


def weights_of(shape: Shape, states: Signs) -> Bits:
    """The weights in states of the model. Shape (replicas, neurons, inputs)."""
    layer = shape.layers[0]
    rows = states[:, : layer.neurons * layer.inputs] > 0
    return rows.reshape(-1, layer.neurons, layer.inputs).astype(np.uint8)
