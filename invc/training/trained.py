"""What training leaves: weights as values of the design's ports, and how its samples were coded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from invc import __version__
from invc.diagnostics import InvcError
from invc.text.files import read_text, write_whole
from invc.training.data.coding import Coding
from invc.training.network import Bits

FORMAT = "invc weights 1"
MOST_BITS = 1 << 28


@dataclass(frozen=True, eq=False)
class Trained:
    """Weights and what belongs to them.

    Attributes:
        module: The top module that they are for.
        parameters: Its parameters, as the command line had them.
        inputs: The port of a sample.
        labels: The port of its class.
        widths: Bits of each port of weights, in order.
        coding: What became of a sample before it was an input.
        weights: One bit after the other through these ports: the single network.
        votes: More networks of the same shape, whose outputs are added up; none, or several.
        method: What found them.
        report: Figures of the run.
    """

    module: str
    parameters: Mapping[str, str]
    inputs: str
    labels: str
    widths: Mapping[str, int]
    coding: Coding
    weights: Bits
    votes: tuple[Bits, ...] = ()
    method: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)


def write_trained(path: Path, trained: Trained) -> None:
    """Write weights as JSON, whole or not at all."""
    coding = trained.coding
    found = {
        "format": FORMAT,
        "version": __version__,
        "module": trained.module,
        "parameters": dict(trained.parameters),
        "inputs": trained.inputs,
        "labels": trained.labels,
        "widths": dict(trained.widths),
        "coding": {
            "planes": list(coding.planes),
            "pool": coding.pool,
            "image": coding.image,
            "ones": coding.ones,
        },
        "method": trained.method,
        "report": dict(trained.report),
        "weights": port_values(trained.widths, trained.weights),
        "votes": [port_values(trained.widths, bits) for bits in trained.votes],
    }
    write_whole(path, [json.dumps(found, indent=1), "\n"])


def port_values(widths: Mapping[str, int], bits: Bits) -> dict[str, str]:
    """The value of each port in hexadecimal, from bits that run through all of them."""
    found, first = {}, 0
    for name, width in widths.items():
        part = np.packbits(bits[first : first + width], bitorder="little").tobytes()
        found[name] = f"0x{int.from_bytes(part, 'little'):0{-(-width // 4)}x}"
        first += width
    return found


def read_trained(path: Path) -> Trained:
    """What `write_trained` wrote.

    Raises:
        InvcError: It is no such file.
    """
    try:
        found = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise InvcError(f"no file of weights: {str(error)[:60]}", where=str(path)) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InvcError(
            "no file of weights", where=str(path), hint="invc train ... -o FILE writes one"
        )
    try:
        return _trained(found)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InvcError(f"broken file of weights: {str(error)[:60]}", where=str(path)) from None


def _trained(found: dict[str, Any]) -> Trained:
    widths = {str(name): int(width) for name, width in found["widths"].items()}
    if not widths or min(widths.values()) < 1 or sum(widths.values()) > MOST_BITS:
        raise ValueError("widths of ports")
    coding = found["coding"]
    return Trained(
        str(found["module"]),
        {str(name): str(value) for name, value in found["parameters"].items()},
        str(found["inputs"]),
        str(found["labels"]),
        widths,
        Coding(
            tuple(int(k) for k in coding["planes"]),
            _pair(coding["pool"]),
            _pair(coding["image"]),
            int(coding["ones"]),
        ),
        _bits(widths, found["weights"]),
        tuple(_bits(widths, votes) for votes in found["votes"]),
        str(found["method"]),
        dict(found["report"]),
    )


def _pair(given: Any) -> tuple[int, int] | None:  # noqa: ANN401 - as JSON has it
    if given is None:
        return None
    rows, columns = map(int, given)
    return rows, columns


def _bits(widths: Mapping[str, int], values: Mapping[str, str]) -> Bits:
    parts = []
    for name, width in widths.items():
        value = int(values[name], 16)
        if value < 0 or value >> width:
            raise ValueError(f"port {name} has {width} bits")
        data = np.frombuffer(value.to_bytes(-(-width // 8), "little"), dtype=np.uint8)
        parts.append(np.unpackbits(data, bitorder="little")[:width])
    return np.concatenate(parts)
