"""Any combinational design as invertible logic: a copy a sample, and weights that all share.

The design is compiled once. In each copy the sample is constant, so that most of its first gates
fold away, and gates that are equal over the shared weights are made once for all samples: a full
adder of weights is the same in every copy that sees them alike or all inverted. Labels are held,
or lean, and the weights are what p-bits settle to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from invc.ask.asking import ask
from invc.ask.question import Question, Words
from invc.ask.wanted import Wanted
from invc.design import Bias, Clamp, Design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.engine.effort import Effort
from invc.frontend.yosys import Sources
from invc.library import hamlib
from invc.mapping.mapper import Mapper
from invc.netlist import Gate, Literal, Netlist, Port
from invc.passes import find_pass
from invc.pipeline import OBJECTIVES, synth
from invc.training.network import Bits
from invc.training.recognise import Ports

MOST_GATES = 2_000_000
OBJECTIVE = "balanced"


@dataclass(frozen=True, eq=False)
class Found:
    """Weights that p-bits settled to.

    Attributes:
        weights: The most often found first. Shape (found, weights).
        reads: How often each was found.
        failed: Samples that each fails, by evaluating the gates forward.
        spins: Spins of the model.
    """

    weights: Bits
    reads: npt.NDArray[np.int64]
    failed: npt.NDArray[np.int64]
    spins: int


@dataclass(frozen=True, eq=False)
class Task:
    """Samples for a design.

    Attributes:
        netlist: The design, compiled.
        ports: Which of its ports are what.
        inputs: Shape (samples, width of the port).
        labels: Shape (samples,).
    """

    netlist: Netlist
    ports: Ports
    inputs: Bits
    labels: npt.NDArray[np.uint8]

    @property
    def width(self) -> int:
        """Bits of a sample's label at its port."""
        return len(_port(self.netlist, self.ports.labels).bits)


def sample_gates(task: Task, effort: Effort, *, strength: float | None = None) -> Found:
    """Let p-bits find weights.

    Args:
        task: Design and samples.
        effort: How they are sampled.
        strength: None where every label is held; else the probability at which each bit of a
            label leans to its value, below 1.

    Raises:
        InvcError: No weights satisfy all samples, or none were found.
    """
    design = copies(task)
    port = next(p for p in design.netlist.ports if p.name == task.ports.labels)
    values = np.unpackbits(task.labels[:, None], axis=1, bitorder="little")[:, : task.width]
    wanted = [int(bit) for bit in values.ravel()]
    names = [f"{port.name}[{k}]" for k in range(len(port.bits))]
    if strength is None:
        held = tuple(map(Clamp, port.bits, wanted, names))
        question = Question(design, held, words=Words((f"{port.name}={len(task.labels)} labels",)))
    else:
        leaning = _leaning(port.bits, wanted, names, strength)
        question = Question(design, biases=leaning)
    samples = ask(question, effort, Wanted(proof=strength is None))
    if not samples.answers:
        raise _unfound(samples.status, len(task.labels), strength)
    width = sum(len(_port(task.netlist, name).bits) for name in task.ports.weights)
    weights = np.array([_bits(design, task.ports, answer) for answer in samples.answers])
    said = np.array([_bits_of(answer[port.name], len(wanted)) for answer in samples.answers])
    wrong = (said != np.array(wanted)).reshape(len(said), len(task.labels), -1).any(axis=2)
    reads = np.array(samples.columns["reads"], dtype=np.int64)
    assert weights.shape[1] == width
    return Found(weights.astype(np.uint8), reads, wrong.sum(axis=1), len(design.model.h))


def _leaning(
    bits: Sequence[Literal], wanted: Sequence[int], names: Sequence[str], strength: float
) -> tuple[Bias, ...]:
    probable = [strength if value else 1 - strength for value in wanted]
    return tuple(
        Bias(bit, p, name)
        for bit, p, name in zip(bits, probable, names, strict=True)
        if bit > 1  # a constant leans nowhere
    )


def _unfound(status: str, samples: int, strength: float | None) -> InvcError:
    if status == "impossible":
        return InvcError(
            f"no weights satisfy all {samples} samples, as SAT proves",
            hint="--label-strength 0.9 asks for most of them; or fewer --samples",
        )
    hint = "a longer --time-limit, fewer --samples"
    if strength is None:
        hint += ", or --label-strength 0.9 for most of them"
    return InvcError(f"no weights were found that satisfy all {samples} samples", hint=hint)


def compile_design(sources: Sources) -> Netlist:
    """The design as gates.

    Raises:
        InvcError: It cannot be compiled, or is not combinational.
    """
    return synth(sources, objective=OBJECTIVE).netlist


def copies(task: Task) -> Design:
    """The design of all samples: its inputs are the weights, its outputs the labels.

    Raises:
        InvcError: It would have too many gates.
    """
    count = len(task.netlist.gates) * len(task.labels)
    if count > MOST_GATES:
        raise InvcError(
            f"{len(task.labels)} samples of {len(task.netlist.gates)} gates are too many",
            hint=f"--samples {max(1, MOST_GATES // max(1, len(task.netlist.gates)))}",
        )
    library = hamlib()
    chosen = OBJECTIVES[OBJECTIVE]
    mapper = Mapper(library, least_ratio=chosen.least_ratio)
    netlist = _copied(task)
    for name in chosen.passes:
        netlist = find_pass(name)(netlist, mapper)
    return assemble(netlist, library)


def _copied(task: Task) -> Netlist:
    """One netlist of a copy for each sample; samples are constants."""
    netlist, ports = task.netlist, task.ports
    names = [""]
    shared: dict[int, int] = {}
    heads = []
    for name in ports.weights:
        port = _port(netlist, name)
        for bit in port.bits:
            shared[bit >> 1] = len(names)
            names.append(netlist.names[bit >> 1])
        heads.append(replace(port, bits=tuple(2 * shared[bit >> 1] for bit in port.bits)))
    gates: list[Gate] = []
    labels: list[Literal] = []
    for sample in task.inputs:
        image = [0] * len(netlist.names)
        for net, new in shared.items():
            image[net] = 2 * new
        for bit, value in zip(_port(netlist, ports.inputs).bits, sample, strict=True):
            image[bit >> 1] = int(value)
        for function, pins, source in netlist.gates:
            for pin in pins[len(function.inputs) :]:
                image[pin >> 1] = 2 * len(names)
                names.append("")
            moved = tuple(image[pin >> 1] ^ (pin & 1) for pin in pins)
            gates.append(Gate(function, moved, source))
        said = _port(netlist, ports.labels)
        labels += [image[bit >> 1] ^ (bit & 1) for bit in said.bits]
    out = Port(ports.labels, "output", tuple(labels))
    return Netlist(netlist.name, (*heads, out), tuple(gates), tuple(names)).check()


def _port(netlist: Netlist, name: str) -> Port:
    return next(port for port in netlist.ports if port.name == name)


def _bits(design: Design, ports: Ports, answer: object) -> list[int]:
    assert isinstance(answer, dict)
    found: list[int] = []
    for name in ports.weights:
        found += _bits_of(answer[name], len(_port(design.netlist, name).bits))
    return found


def _bits_of(value: int, width: int) -> list[int]:
    return [value >> k & 1 for k in range(width)]
