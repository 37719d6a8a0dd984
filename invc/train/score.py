"""How good weights are: classes said, against labels; by kernels, or by the user's own modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.diagnostics import InvcError
from invc.frontend.elaborate import Elaborated
from invc.netlist import Netlist, evaluate_ports
from invc.train.design import Subject
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
        """How many samples were given their label."""
        return int((self.said == self.labels).sum())

    @property
    def accuracy(self) -> float:
        """The share of samples that were given their label."""
        return self.right / max(1, len(self.labels))

    def confusion(self, classes: int) -> Int:
        """Samples by label (rows) and class said (columns). Shape (classes, classes)."""
        size = max(classes, int(self.said.max(initial=0)) + 1)
        table = np.zeros((size, size), dtype=np.int64)
        np.add.at(table, (self.labels.astype(np.int64), self.said), 1)
        return table


def say(subject: Subject, weights: Sequence[Bits], inputs: Bits, *, threads: int = 1) -> Int:
    """The class of each sample: the largest sum of outputs, or the commonest class.

    Args:
        subject: The design.
        weights: Bits of the weights' ports, of one network or of several that vote.
        inputs: Bits of the samples' port. Shape (samples, width).
        threads: Results do not depend on it.
    """
    total = np.zeros((len(inputs), subject.classes), dtype=np.int64)
    network = subject.network
    if network is None:
        assert subject.netlist is not None
        words = columns_of(inputs)
        for flat in weights:
            said = say_by_gates(subject.netlist, subject.ports, flat, words, len(inputs))
            total[np.arange(len(inputs)), said] += 1
    else:
        rows = packed(network.arrange(inputs))
        for flat in weights:
            total += outputs(network.network(flat), rows, threads=threads)
    return np.asarray(total.argmax(axis=1), dtype=np.int64)


def columns_of(inputs: Bits) -> list[int]:
    """A word for each input: bit t is its value in sample t."""
    data = np.packbits(inputs.T, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in data]


def say_by_gates(
    netlist: Netlist, ports: Ports, flat: Bits, samples: Sequence[int], trials: int
) -> Int:
    """The class of each sample, by evaluating the compiled design.

    Args:
        netlist: The design.
        ports: Which of its ports are what.
        flat: Bits of the weights' ports.
        samples: As from `columns_of`.
        trials: How many samples there are.
    """
    mask = (1 << trials) - 1
    given: dict[str, Sequence[int]] = {ports.inputs: samples}
    first = 0
    for name in ports.weights:
        width = next(len(port.bits) for port in netlist.inputs if port.name == name)
        given[name] = [mask if bit else 0 for bit in flat[first : first + width]]
        first += width
    words = evaluate_ports(netlist, given, trials)[ports.labels]
    size = -(-trials // 8)
    found = np.zeros(trials, dtype=np.int64)
    for k, word in enumerate(words):
        data = np.frombuffer(word.to_bytes(size, "little"), dtype=np.uint8)
        found += np.unpackbits(data, bitorder="little")[:trials].astype(np.int64) << k
    return found


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
