"""Checkpoints of `stream`: a run that was killed goes on as if it had not been."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from invc.diagnostics import InvcError
from invc.text.files import write_whole
from invc.training.arrays import Array, ArrayFile, format_arrays
from invc.training.network import Bits, Shape, packed, unpacked
from invc.training.stream.fit import Point, State
from invc.training.stream.kernel import Packed
from invc.training.stream.rule import Int8, Rule

FORMAT = "invc checkpoint 1"


def fingerprint(shape: Shape, samples: Packed, rule: Rule) -> str:
    """What a run is decided by, in a word: network, samples and settings."""
    seen = hashlib.sha256(FORMAT.encode())
    layers = [[a.neurons, a.inputs, a.both, a.threshold] for a in shape.layers]
    settings = {"rule": asdict(rule), "layers": layers}
    seen.update(json.dumps(settings, sort_keys=True).encode())
    wires = [layer.wires for layer in shape.layers if layer.wires is not None]
    for array in (shape.code, samples.inputs, samples.labels, *wires):
        seen.update(np.ascontiguousarray(array).tobytes())
    return seen.hexdigest()


def write_checkpoint(path: Path, state: State, mark: str) -> None:
    """Write a state, whole or not at all."""
    arrays: dict[str, Array] = {
        "about": np.array(json.dumps({"format": FORMAT, "run": mark})),
        "curve": np.array(
            [(p.taught, p.flips, -1.0 if p.accuracy is None else p.accuracy) for p in state.curve]
        ),
    }
    for k, layer in enumerate(state.accumulators):
        arrays[f"accumulators{k}"] = layer
    for s, weights in enumerate(state.snapshots):
        for k, bits in enumerate(weights):
            arrays[f"snapshot{s}_{k}"] = packed(bits)
    write_whole(path, [format_arrays(arrays)])


def read_checkpoint(path: Path, shape: Shape, mark: str) -> State:
    """The state that a run of the same kind left.

    Raises:
        InvcError: It is no checkpoint, or one of another run.
    """
    file = ArrayFile(path)
    about = file.get("about")
    found: object = None
    if about is not None and about.shape == ():
        try:
            found = json.loads(str(about))
        except ValueError:
            found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InvcError("no checkpoint of a training run", where=str(path))
    if found.get("run") != mark:
        raise InvcError(
            "a checkpoint of another run",
            where=str(path),
            hint="network, samples and settings must be those it was made with",
        )
    return _state(file, shape, path)


def _state(file: ArrayFile, shape: Shape, path: Path) -> State:
    accumulators: list[Int8] = []
    for k, layer in enumerate(shape.layers):
        array = file.get(f"accumulators{k}")
        if array is None or array.shape != (layer.neurons, layer.inputs) or array.dtype != np.int8:
            raise InvcError("a broken checkpoint: its accumulators do not fit", where=str(path))
        accumulators.append(np.ascontiguousarray(array, dtype=np.int8))
    snapshots: list[tuple[Bits, ...]] = []
    while f"snapshot{len(snapshots)}_0" in file.entries:
        layers = []
        for k, layer in enumerate(shape.layers):
            words = file.get(f"snapshot{len(snapshots)}_{k}")
            if words is None or words.shape != (layer.neurons, -(-layer.inputs // 64)):
                raise InvcError("a broken checkpoint: its snapshots do not fit", where=str(path))
            layers.append(unpacked(words.astype(np.uint64), layer.inputs))
        snapshots.append(tuple(layers))
    curve = file.get("curve")
    if curve is None or curve.ndim != 2 or curve.shape[1] != 3 or curve.dtype.kind != "f":
        raise InvcError("a broken checkpoint: it has no learning curve", where=str(path))
    points = tuple(
        Point(k, float(taught), int(flips), None if accuracy < 0 else float(accuracy))
        for k, (taught, flips, accuracy) in enumerate(curve.tolist(), start=1)
    )
    return State(tuple(accumulators), tuple(snapshots), points)
