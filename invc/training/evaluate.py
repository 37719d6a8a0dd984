"""Trained weights on samples that they may never have seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.training.data.samples import Data
from invc.training.design import read_subject
from invc.training.recognise import Ports
from invc.training.score import Score, say
from invc.training.trained import Trained


def evaluate(
    sources: Sources, trained: Trained, data: Data, *, threads: int = 1, gates: bool = False
) -> tuple[Mapping[tuple[str, str], Score], int]:
    """Scores of every part of the data, and the number of classes.

    Args:
        sources: The design; parameters that it does not give are those of the training.
        trained: Weights for it.
        data: Samples.
        threads: Results do not depend on it.
        gates: Whether the compiled design is evaluated, rather than the network in it.

    Raises:
        InvcError: Design, weights and data do not go together.
    """
    parameters = {**trained.parameters, **sources.parameters}
    given = replace(sources, parameters=parameters)
    ports = Ports(trained.inputs, tuple(trained.widths), trained.labels)
    method = "gates" if gates or trained.method == "gates" else "stream"  # a network, if not gates
    subject = read_subject(given, ports, method)
    widths = subject.widths
    for name, width in trained.widths.items():
        if widths[name] != width:
            raise InvcError(
                f"these weights are for a port {name!r} of {width} bits, not of {widths[name]}",
                hint="give the parameters of the training",
            )
    bits = trained.coding.inputs(data.features)
    if widths[ports.inputs] != bits:
        raise InvcError(
            f"samples of {bits} bits do not fit port {ports.inputs!r} of {widths[ports.inputs]}",
            where=data.name,
            hint="give data of the kind that it was trained on",
        )
    classes = subject.classes
    if data.classes > classes:
        raise InvcError(
            f"label {data.classes - 1} is out of range: the design tells {classes} classes",
            where=data.name,
            hint=f"name {classes} of them, as in {data.name}:0/1",
        )
    scores: dict[tuple[str, str], Score] = {}
    for part, samples in {"samples": data.train, "test": data.test}.items():
        if samples is None or not len(samples):
            continue
        inputs = trained.coding.apply(samples.inputs)
        scores[part, "single"] = Score(
            say(subject, [trained.weights], inputs, threads=threads), samples.labels
        )
        if trained.votes:
            scores[part, "vote"] = Score(
                say(subject, trained.votes, inputs, threads=threads), samples.labels
            )
    return scores, classes
