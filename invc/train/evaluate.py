"""Trained weights on samples that they may never have seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from invc.diagnostics import InvcError
from invc.frontend.elaborate import elaborate
from invc.frontend.yosys import Sources, find_yosys
from invc.train.data.samples import Data
from invc.train.recognise import Ports, check_ports, recognise
from invc.train.score import Judge, Score
from invc.train.trained import Trained


def evaluate(
    sources: Sources, trained: Trained, data: Data, *, threads: int = 1, gates: bool = False
) -> tuple[Mapping[tuple[str, str], Score], int]:
    """Scores of every part of the data, and the number of classes.

    Args:
        sources: The design; parameters that it does not give are those of the training.
        trained: Weights for it.
        data: Samples.
        threads: Results do not depend on it.
        gates: Whether the whole design is evaluated, rather than the network that it describes.

    Raises:
        InvcError: Design, weights and data do not go together.
    """
    parameters = {**trained.parameters, **sources.parameters}
    given = replace(sources, parameters=parameters)
    ports = Ports(trained.inputs, tuple(trained.widths), trained.labels)
    yosys = find_yosys(None)
    network = None
    if not gates and trained.method != "gates":
        network = recognise(given, ports, yosys)
    design = network.design if network else elaborate(given, yosys)
    widths = check_ports(design.modules[design.top], ports)
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
    classes = network.shape.classes if network else 1 << widths[ports.labels]
    if data.classes > classes:
        raise InvcError(
            f"label {data.classes - 1} is out of range: the design tells {classes} classes",
            where=data.name,
            hint=f"name {classes} of them, as in {data.name}:0/1",
        )
    judge = Judge(design, ports, network, threads)
    scores: dict[tuple[str, str], Score] = {}
    for part, samples in {"samples": data.train, "test": data.test}.items():
        if samples is None or not len(samples):
            continue
        inputs = trained.coding.apply(samples.inputs)
        scores[part, "single"] = Score(judge.say([trained.weights], inputs), samples.labels)
        if trained.votes:
            scores[part, "vote"] = Score(judge.say(trained.votes, inputs), samples.labels)
    return scores, classes
