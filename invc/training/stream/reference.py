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

Both states of a phase are ground states of a two-body Hamiltonian with weights, inputs and outputs
clamped, and the weight's field is the difference of -dE/dw between them: contrastive Hebbian
learning with a finite nudge either way. No derivative is computed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from invc.training.network import Bits, Int, Layer, Shape, packed, signed, signs, sums, unpacked
from invc.training.stream.rule import Int8, Rule, dropped


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
    for first in range(0, len(order), rule.batch):
        chosen = order[first : first + rule.batch]
        counts = batch_counts(shape, now, inputs[chosen], labels[chosen], rule)
        moved = rule.step(number)
        now = tuple(
            np.clip(a.astype(np.int64) + moved * np.sign(n), -rule.limit, rule.limit - 1).astype(
                np.int8
            )
            for a, n in zip(now, counts, strict=True)
        )
    return now


def batch_counts(
    shape: Shape, accumulators: Sequence[Int8], x: Bits, y: npt.NDArray[np.uint8], rule: Rule
) -> list[Int]:
    """n_ji of one batch. For each layer an array of shape (neurons, inputs)."""
    weights = [(a >= 0).astype(np.uint8) for a in accumulators]
    below, fields = [x], []
    for layer, w in zip(shape.layers, weights, strict=True):
        fields.append(sums(layer, w, below[-1]) - layer.threshold)
        below.append((fields[-1] >= 0).astype(np.uint8))
    pulled = _labels_pull(shape, below.pop(), y, rule.margin)
    counts: list[Int] = []
    for k in reversed(range(len(shape.layers))):
        differ = _differ(fields[k], pulled, rule.pulls[k])
        layer = shape.layers[k]
        said = differ.T @ _values(layer, below[k])
        counts.insert(0, said if layer.wires is None else said * layer.wires)
        pulled = np.sign(differ @ signed(layer, weights[k]).astype(np.int64))
    return counts


def _labels_pull(shape: Shape, state: Bits, y: npt.NDArray[np.uint8], margin: int) -> Int:
    """-1, 0, +1: where the label pulls the last layer. Shape (samples, neurons)."""
    code = shape.code.astype(np.int64)
    out = signs(state).astype(np.int64) @ code.T
    rows = np.arange(len(y))
    others = out.copy()
    others[rows, y] = np.iinfo(np.int64).min
    rival = others.argmax(axis=1)
    near = out[rows, y] - out[rows, rival] < margin
    pulled: Int = (code[y] - code[rival]) // 2 * near[:, None]
    return pulled


def _differ(fields: Int, pulled: Int, pull: int) -> Int:
    """d: +1 or -1 where the two phases end in different states. Shape (samples, neurons)."""
    difference: Int = (fields + pull * pulled >= 0).astype(np.int64) - (
        fields - pull * pulled >= 0
    ).astype(np.int64)
    return difference


def _values(layer: Layer, bits: Bits) -> Int:
    return (signs(bits) if layer.both else bits).astype(np.int64)


def drop_inputs(inputs: Bits, rule: Rule, number: int) -> Bits:
    """The inputs of a pass, some of them off."""
    words = packed(inputs)
    places = np.arange(words.size, dtype=np.uint64).reshape(words.shape)
    return unpacked(words & ~dropped(rule.key(number), places, rule.drop), inputs.shape[1])
