"""How good weights are: classes said, against labels; by kernels, or by the user's own modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.diagnostics import InvcError
from invc.frontend.elaborate import Elaborated
from invc.train.network import Bits, Int, Network, packed, sums
from invc.train.recognise import Ports, Recognised
from invc.train.stream.kernel import outputs
from invc.train.trials import evaluate_words

CHECKED = 16  # samples that the user's own modules see, too
LANES = 1 << 14  # trials of a module at once


@dataclass(frozen=True, eq=False)
class Score:
    """What was said of labelled samples.

    Attributes:
        said: Classes. Shape (samples,).
        labels: Shape (samples,).
    """

    said: Int
    labels: npt.NDArray[np.uint8]

    @property
    def right(self) -> int:
        """How many were right."""
        return int((self.said == self.labels).sum())

    @property
    def accuracy(self) -> float:
        """The share of them."""
        return self.right / max(1, len(self.labels))

    def confusion(self, classes: int) -> Int:
        """Samples by label (rows) and class said (columns). Shape (classes, classes)."""
        size = max(classes, int(self.said.max(initial=0)) + 1)
        table = np.zeros((size, size), dtype=np.int64)
        np.add.at(table, (self.labels.astype(np.int64), self.said), 1)
        return table


class Judge:
    """Says classes of samples, as ports of a design have them."""

    def __init__(
        self, design: Elaborated, ports: Ports, network: Recognised | None, threads: int
    ) -> None:
        self.design = design
        self.ports = ports
        self.network = network
        self.threads = threads

    def say(self, weights: Sequence[Bits], inputs: Bits) -> Int:
        """The class of each sample: the largest sum of outputs, or the commonest class.

        Args:
            weights: Bits of the weights' ports, of one network or of several that vote.
            inputs: Bits of the samples' port. Shape (samples, width).
        """
        if self.network is None:
            return self._votes(weights, inputs)
        words = packed(self.network.arrange(inputs))
        total = np.zeros((len(inputs), self.network.shape.classes), dtype=np.int64)
        for flat in weights:
            total += outputs(self.network.network(flat), words, threads=self.threads)
        return np.asarray(total.argmax(axis=1), dtype=np.int64)

    def _votes(self, weights: Sequence[Bits], inputs: Bits) -> Int:
        classes = 1 << len(self.design.modules[self.design.top].outputs[self.ports.labels])
        counts = np.zeros((len(inputs), classes), dtype=np.int64)
        for flat in weights:
            said = say_by_design(self.design, self.ports, flat, inputs)
            counts[np.arange(len(inputs)), said] += 1
        return np.asarray(counts.argmax(axis=1), dtype=np.int64)


def say_by_design(design: Elaborated, ports: Ports, flat: Bits, inputs: Bits) -> Int:
    """The class of each sample, by evaluating the user's whole design."""
    top = design.modules[design.top]
    trials = len(inputs)
    given = {ports.inputs: list(inputs.astype(np.bool_).T)}
    first = 0
    for name in ports.weights:
        width = len(top.inputs[name])
        part = flat[first : first + width].astype(np.bool_)
        given[name] = [np.full(trials, bit) for bit in part]
        first += width
    bits = evaluate_words(design, given)[ports.labels]
    found: Int = sum(bit.astype(np.int64) << k for k, bit in enumerate(bits))  # type: ignore[assignment]
    return found


def check_forward(recognised: Recognised, network: Network, inputs: Bits) -> None:
    """Evaluate the user's own neuron modules on a few samples and compare with the network.

    Args:
        recognised: The design.
        network: Weights for it.
        inputs: Bits of the samples' port.

    Raises:
        InvcError: They say otherwise, which is a defect of ours.
    """
    now = recognised.arrange(inputs[:CHECKED])
    for layer, weights, (module, x, w) in zip(
        recognised.shape.layers, network.weights, recognised.neurons, strict=True
    ):
        wanted = sums(layer, weights, now) >= layer.threshold
        step = max(1, LANES // max(1, len(now)))
        for first in range(0, layer.neurons, step):
            part = weights[first : first + step]
            given = {x: _lanes(now, len(part), each=False), w: _lanes(part, len(now), each=True)}
            out = next(iter(recognised.design.modules[module].outputs))
            said = evaluate_words(recognised.design, given, module=module)[out][0]
            if (wanted[:, first : first + step] != said.reshape(len(part), len(now)).T).any():
                name = recognised.design.modules[module].name
                raise InvcError(
                    f"module {name!r} is not the neuron that it was taken for",
                    hint="please report it; --method gates needs no neurons",
                )
        now = wanted.astype(np.uint8)


def _lanes(rows: Bits, times: int, *, each: bool) -> list[npt.NDArray[np.bool_]]:
    """Columns of rows, each row so many times in turn, or all of them so many times over."""
    many = np.repeat(rows, times, axis=0) if each else np.tile(rows, (times, 1))
    return list(many.astype(np.bool_).T)
