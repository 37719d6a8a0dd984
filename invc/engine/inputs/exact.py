"""All answers of a component, where its inputs are few enough to try every assignment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int64
from invc.pbits.inputs.code import enumerator
from invc.pbits.lanes import LANES, UInt64, words_of
from invc.pbits.native import free_inputs as native

MOST_INPUTS = 64  # whose values are the bits of a number
MOST_ANSWERS = 1 << 20  # that are kept; of more, an even choice
MOST_WEIGHED = 1 << 16  # that are kept where biases weigh them
AT_ONCE = 1 << 18  # rows evaluated between two looks at the clock


@dataclass(frozen=True, eq=False)
class Answers:
    """What trying assignments brought.

    Attributes:
        count: Answers, of the assignments that were tried.
        complete: Whether that were all assignments.
        kept: Answers as numbers, bit i being input i of the component: all of them, or where they
            are many an even choice. Shape (n,).
        weights: Running sums of their weights under biases, the last one being 1; None: all alike.
        evaluated: Rows that it took.
    """

    count: int
    complete: bool
    kept: UInt64
    weights: npt.NDArray[np.float64] | None
    evaluated: int

    def draw(self, source: np.random.Generator, inputs: int) -> UInt64:
        """Independent answers, each as likely as its weight says. Shape (inputs, 16)."""
        if self.weights is None:
            at: Int64 = source.integers(len(self.kept), size=LANES)
        else:
            at = np.searchsorted(self.weights, source.random(LANES), side="right")
        return rows_of(self.kept[at], inputs)


def rows_of(numbers: UInt64, inputs: int) -> UInt64:
    """Numbers, of which there are a multiple of 64, as rows of bits. Shape (inputs, words)."""
    data = numbers.astype("<u8").view(np.uint8).reshape(len(numbers), 8)
    bits = np.unpackbits(data, axis=1, bitorder="little")[:, :inputs]
    return words_of(np.ascontiguousarray(bits.T))


def enumerate_answers(
    component: native.Component,
    kernel: str,
    most: int,
    *,
    wanted: int = 0,
    order: int = 0,
    fixed: int = 0,
    biases: npt.NDArray[np.float64] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Answers | None:
    """Try the assignments of a component, those that no goal rules out early.

    Ten inputs are tried at once by the lanes, the others one after another from the outermost; a
    goal is looked at as soon as all that it reads is known, and where no lane meets it, what lies
    further in is left out.

    Args:
        component: Of at most MOST_INPUTS inputs.
        kernel: What code evaluates rows.
        most: Rows to evaluate at most, about.
        wanted: Stop at so many answers; 0: never.
        order: Where to begin: bit k is the first value of the k-th outermost input.
        fixed: Outermost inputs that are held at their first value.
        biases: P(bit = 1) of each bias of the component, where there are some.
        stopped: Asked now and then; True ends the work.

    Returns:
        None where it was stopped.
    """
    kept = MOST_WEIGHED if biases is not None else MOST_ANSWERS
    walk = enumerator(kernel)(component, order, fixed, kept)
    done = False
    while not done and walk.evaluated < most and not (wanted and walk.count >= wanted):
        if stopped():
            return None
        done = walk.run(min(AT_ONCE, most - walk.evaluated), wanted)
    answers = walk.answers
    weights = None
    if biases is not None and len(answers):
        weights = _weights(component, answers, biases)
    return Answers(walk.count, done and not fixed, answers, weights, walk.evaluated)


def _weights(
    component: native.Component, answers: UInt64, biases: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Running sums of the products of P over biased bits that are 1, 1 - P over the others."""
    count = -(-len(answers) // 64) * 64
    padded = np.zeros(count, dtype=np.uint64)
    padded[: len(answers)] = answers
    rows = list(rows_of(padded, component.inputs))
    for kind, a, b in component.operations.tolist():
        x, y = _literal(rows, a), _literal(rows, b)
        rows.append(x ^ y if kind else x & y)
    total = np.zeros(len(answers))
    for literal, p in zip(component.biased.tolist(), biases, strict=True):
        row = _literal(rows, literal).astype("<u8").view(np.uint8)
        bits = np.unpackbits(row, bitorder="little")[: len(answers)]
        total += np.where(bits, np.log(p), np.log1p(-p))
    sums = np.cumsum(np.exp(total - total.max()))
    weighed: npt.NDArray[np.float64] = sums / sums[-1]
    return weighed


def _literal(rows: list[UInt64], literal: int) -> UInt64:
    row = rows[literal >> 1]
    return ~row if literal & 1 else row
