"""What an annealer sampled, as answers: each evaluated forward from its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from invc.annealer.model import Asked, asked, latest
from invc.ask import Answers
from invc.ask.keywords import Clamps, Value, clamp_texts
from invc.design import Design, bit_names
from invc.design import decode as decode_bits
from invc.diagnostics import InvcError
from invc.netlist import evaluate, word_of

Counts = npt.NDArray[np.int64]


def decode(
    design: Design,
    sampleset: Any,  # noqa: ANN401 - dimod has no types
    clamps: Clamps | None = None,
    ports: Mapping[str, Value] | None = None,
) -> Answers:
    """The distinct answers among the samples of a design's model, with their reads.

    Only the inputs of a sample count: the gates are evaluated forward from them, and what does not
    give the clamped bits is no answer.

    Args:
        design: What was asked.
        sampleset: A dimod SampleSet of `bqm`, of spins or of bits, from any sampler.
        clamps: Those that `bqm` was given; by default those of its latest call that gave a model
            of these variables.
        ports: Values of ports by name.

    Raises:
        InvcError: The samples are of another model.
    """
    variables = [str(v) for v in sampleset.variables]
    wanted = latest(design, variables)
    if clamps is not None or ports or wanted is None:
        wanted = asked(design, clamp_texts(clamps or (), ports or {}))
    bits = _bits(sampleset)
    reads: Counts = np.asarray(sampleset.record.num_occurrences, dtype=np.int64)
    inputs = _inputs(wanted, variables, bits)
    netlist = wanted.question.design.netlist
    trials = len(bits)
    values = evaluate(netlist, inputs, trials)
    good = _right(wanted, values, (1 << trials) - 1)
    energies = np.asarray(sampleset.record.energy, dtype=float)
    found: dict[tuple[int, ...], tuple[int, float]] = {}
    shown = wanted.question.given.netlist.ports
    for row in (row for row in range(trials) if good >> row & 1):
        answer = tuple(
            decode_bits([word_of(bit, values, -1) >> row & 1 for bit in p.bits], p.signed)
            for p in shown
        )
        number, lowest = found.get(answer, (0, float(energies[row])))
        found[answer] = number + int(reads[row]), min(lowest, float(energies[row]))
    return _answers([port.name for port in shown], found, int(reads.sum()))


def _bits(sampleset: Any) -> npt.NDArray[np.bool_]:  # noqa: ANN401 - dimod has no types
    """Logic values. Shape (samples, variables)."""
    return np.asarray(sampleset.record.sample) > 0


def _inputs(
    wanted: Asked, variables: list[str], bits: npt.NDArray[np.bool_]
) -> dict[str, list[int]]:
    """A word of all samples for each bit of each input."""
    outgoing = wanted.outgoing
    column = {name: k for k, name in enumerate(variables)}
    mask = (1 << len(bits)) - 1
    given = wanted.question.design.netlist
    words: dict[str, list[int]] = {}
    for port in given.inputs:
        words[port.name] = []
        for bit, name in zip(outgoing.ports[port.name], bit_names(port), strict=True):
            assert bit.spin is not None, "an input is a net of its own"
            if bit.spin in column:
                packed = np.packbits(bits[:, column[bit.spin]], bitorder="little").tobytes()
                word = int.from_bytes(packed, "little")
            elif bit.spin in outgoing.folded:
                word = mask if outgoing.folded[bit.spin] else 0
            else:
                raise InvcError(
                    f"the samples have no variable for input {name!r}",
                    hint="give decode the clamps that bqm was given",
                )
            words[port.name].append(word if bit.sign > 0 else word ^ mask)
    return words


def _right(wanted: Asked, values: list[int], mask: int) -> int:
    """The samples whose inputs give every clamped bit."""
    good = mask
    for clamp in wanted.question.clamps:
        word = word_of(clamp.literal, values, mask)
        good &= word if clamp.value else word ^ mask
    return good


def _answers(
    names: list[str], found: dict[tuple[int, ...], tuple[int, float]], reads: int
) -> Answers:
    ranked = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
    verified = sum(number for number, _ in found.values())
    distinct = f"{len(found)} distinct answer{'s' * (len(found) != 1)}"
    return Answers(
        "found" if found else "none",
        tuple(dict(zip(names, answer, strict=True)) for answer, _ in ranked),
        {"reads": [n for _, (n, _) in ranked], "energy": [e for _, (_, e) in ranked]},
        f"{distinct}; {verified} of {reads} reads verified",
    )
