"""The rule of `stream` in numpy: what the kernels are equal to, accumulator for accumulator.

Weight w_ji is the sign of a saturating accumulator A_ji, +1 at 0. For a batch of samples, with the
weights held:

1. every neuron settles: a_j = sum_i w_ji x_i - threshold, h_j = +1 where a_j >= 0, else -1;
2. o_c = sum_j v_cj h_j; the rival k is the class other than the label y with the largest output,
   the lowest of equals; a sample with o_y - o_k >= K is done;
3. the neurons j with v_yj != v_kj settle twice more, with the output clamped to "y on, k off" and
   the other way round: each adds T v_yj, or takes it away. d_j = +1 or -1 where the two states
   differ (-T <= a_j < T) and v_yj is +1 or -1; d_j = 0 elsewhere;
4. a neuron i of a layer below is pulled by the sign of sum_j d_j w_ji over the j that read it, in
   the same way, by its own T;
5. n_ji += d_j x_i, and after the batch A_ji moves by step times the sign of n_ji, within its range.

With noise, a random sign of each neuron and sample adds so much to a_j, or takes it away, as p-bits
of the hardware have it. With one phase, all neurons settle once with the output clamped to "y on, k
off", and d_j is the state where its sum is not beyond T on this side yet: the descent of one
energy, sum_j max(0, T - h_j a_j), a quadratic neuron's with slack.

Both states of a phase are ground states of a two-body Hamiltonian with weights, inputs and outputs
clamped, and the weight's field is the difference of -dE/dw between them: contrastive Hebbian
learning with a finite nudge either way. No derivative is computed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from invc.training.network import Bits, Int, Layer, Shape, packed, signed, signs, sums, unpacked
from invc.training.stream.rule import Int8, Rule, dropped, random_signs


def train_pass(
    shape: Shape,
    accumulators: Sequence[Int8],
    inputs: Bits,
    labels: npt.NDArray[np.uint8],
    rule: Rule,
    number: int,
) -> tuple[Int8, ...]:
    """The accumulators after pass `number`; arguments as in `invc.training.stream.fit`."""
    now = tuple(accumulators)
    order = rule.order(number, len(labels))
    if rule.drop:
        inputs = drop_inputs(inputs, rule, number)
    noise = noise_of(shape, rule, number, len(labels))
    for first in range(0, len(order), rule.batch):
        chosen = order[first : first + rule.batch]
        here = [layer[chosen] for layer in noise]
        counts = batch_counts(shape, now, inputs[chosen], labels[chosen], rule, here)
        moved = rule.step(number)
        now = tuple(
            np.clip(a.astype(np.int64) + moved * np.sign(n), -rule.limit, rule.limit - 1).astype(
                np.int8
            )
            for a, n in zip(now, counts, strict=True)
        )
    return now


def batch_counts(
    shape: Shape,
    accumulators: Sequence[Int8],
    x: Bits,
    y: npt.NDArray[np.uint8],
    rule: Rule,
    noise: Sequence[Int] = (),
) -> list[Int]:
    """n_ji of one batch. For each layer an array of shape (neurons, inputs)."""
    weights = [(a >= 0).astype(np.uint8) for a in accumulators]
    below = [x]
    fields: list[Int] = []
    for layer, w in zip(shape.layers, weights, strict=True):
        field = sums(layer, w, below[-1]) - layer.threshold
        fields.append(field + noise[len(fields)] if noise else field)
        below.append((fields[-1] >= 0).astype(np.uint8))
    pulled, taught = _labels_pull(shape, below.pop(), y, rule.margin)
    counts: list[Int] = []
    for k in reversed(range(len(shape.layers))):
        differ = (_differ if rule.phases == 2 else _lacking)(fields[k], pulled, rule.pulls[k])
        differ = differ * taught[:, None]
        layer = shape.layers[k]
        said = differ.T @ _values(layer, below[k])
        counts.insert(0, said if layer.wires is None else said * layer.wires)
        pulled = np.sign(differ @ signed(layer, weights[k]).astype(np.int64))
    return counts


def _labels_pull(
    shape: Shape, state: Bits, y: npt.NDArray[np.uint8], margin: int
) -> tuple[Int, Int]:
    """-1, 0, +1: where the label pulls the last layer, and which samples are not done.

    Shapes (samples, neurons) and (samples,).
    """
    code = shape.code.astype(np.int64)
    out = signs(state).astype(np.int64) @ code.T
    rows = np.arange(len(y))
    others = out.copy()
    others[rows, y] = np.iinfo(np.int64).min
    rival = others.argmax(axis=1)
    near = out[rows, y] - out[rows, rival] < margin
    pulled: Int = (code[y] - code[rival]) // 2 * near[:, None]
    return pulled, near.astype(np.int64)


def _differ(fields: Int, pulled: Int, pull: int) -> Int:
    """d: +1 or -1 where the two phases end in different states. Shape (samples, neurons)."""
    difference: Int = (fields + pull * pulled >= 0).astype(np.int64) - (
        fields - pull * pulled >= 0
    ).astype(np.int64)
    return difference


def _lacking(fields: Int, pulled: Int, pull: int) -> Int:
    """The d of one phase: where a neuron settles, if its sum is not there yet by the pull."""
    settled: Int = np.where(fields + pull * pulled >= 0, 1, -1)
    there = np.where(settled > 0, fields >= pull, fields < -pull)
    return np.asarray(np.where(there, 0, settled), dtype=np.int64)


def noise_of(shape: Shape, rule: Rule, number: int, samples: int) -> list[Int]:
    """What noise adds to sums in a pass; empty without. For each layer (samples, neurons)."""
    found: list[Int] = []
    for k, amplitude in enumerate(rule.noises):
        neurons = shape.layers[k].neurons
        words = -(-neurons // 64)
        places = np.arange(samples * words, dtype=np.uint64).reshape(samples, words)
        up = unpacked(random_signs(rule.key(number), k, places), neurons)
        found.append(amplitude * signs(up).astype(np.int64))
    return found


def _values(layer: Layer, bits: Bits) -> Int:
    return (signs(bits) if layer.both else bits).astype(np.int64)


def drop_inputs(inputs: Bits, rule: Rule, number: int) -> Bits:
    """The inputs of a pass, some of them off."""
    words = packed(inputs)
    places = np.arange(words.size, dtype=np.uint64).reshape(words.shape)
    return unpacked(words & ~dropped(rule.key(number), places, rule.drop), inputs.shape[1])
