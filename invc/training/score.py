"""How good weights are: classes said, against labels; by kernels, or by the user's own modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.diagnostics import InvcError
from invc.frontend.elaborate import Elaborated
from invc.netlist import Netlist, evaluate_ports
from invc.training.design import Subject
from invc.training.network import Bits, Int, Network, packed, sums
from invc.training.recognise import Ports, Recognised
from invc.training.stream.kernel import outputs
from invc.training.trials import evaluate_words

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

    def __repr__(self) -> str:
        return f"<Score {self.right} of {len(self.labels)} right, {self.accuracy:.2%}>"

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
    for layer, weights, readers in zip(
        recognised.shape.layers, network.weights, recognised.neurons, strict=True
    ):
        wanted = (sums(layer, weights, now) >= layer.threshold).astype(np.uint8)
        step = max(1, LANES // max(1, len(now)))
        for kind in dict.fromkeys(reader.kind for reader in readers):
            alike = [j for j, reader in enumerate(readers) if reader.kind == kind]
            for first in range(0, len(alike), step):
                chosen = alike[first : first + step]
                columns = np.array([readers[j].columns for j in chosen])
                _check_neurons(
                    recognised,
                    kind,
                    now[:, columns],
                    weights[np.array(chosen)[:, None], columns],
                    wanted[:, chosen],
                )
        now = wanted


def _check_neurons(
    recognised: Recognised, kind: tuple[str, str, str], inputs: Bits, weights: Bits, wanted: Bits
) -> None:
    """Evaluate neurons of one module.

    Args:
        recognised: The design.
        kind: Module and pins.
        inputs: Shape (samples, neurons, width of the pin).
        weights: Shape (neurons, width of the pin).
        wanted: Shape (samples, neurons).
    """
    module, x, w = kind
    width = inputs.shape[2]
    many = np.broadcast_to(weights, inputs.shape)
    given = {x: _lanes(inputs.reshape(-1, width)), w: _lanes(many.reshape(-1, width))}
    out = next(iter(recognised.design.modules[module].outputs))
    said = evaluate_words(recognised.design, given, module=module)[out][0]
    if (wanted.ravel() != said).any():
        name = recognised.design.modules[module].name
        raise InvcError(
            f"module {name!r} is not the neuron that it was taken for",
            hint="please report it; --method gates needs no neurons",
        )


def _lanes(rows: Bits) -> list[npt.NDArray[np.bool_]]:
    return list(rows.astype(np.bool_).T)
