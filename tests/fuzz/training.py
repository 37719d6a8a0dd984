"""Readers of samples, weights and checkpoints: they read, or say in one line why not."""

from __future__ import annotations

import contextlib
import gzip
import io
import random
import struct
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from fuzz.mutate import spoilt_bytes, spoilt_json, spoilt_text
from fuzz.readers import spoilt_member
from invc.diagnostics import InvcError
from invc.training.arrays import format_arrays
from invc.training.data import read_data
from invc.training.data.coding import Coding
from invc.training.network import Layer, Shape
from invc.training.stream.checkpoint import read_checkpoint, write_checkpoint
from invc.training.stream.fit import Point, State
from invc.training.trained import Trained, read_trained, write_trained

FOLDER = Path(tempfile.mkdtemp(prefix="invc-fuzz-"))
IMAGES = np.arange(24, dtype=np.uint8).reshape(4, 3, 2)
LABELS = np.array([0, 1, 1, 0], dtype=np.uint8)
SHAPE = Shape((Layer(2, 5),), np.array([[1, -1], [-1, 1]], dtype=np.int8))


def idx(array: np.ndarray) -> bytes:
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return head + array.tobytes()


def plain_npz() -> bytes:
    out = io.BytesIO()
    np.savez(out, x_train=IMAGES, y_train=LABELS, x_test=IMAGES / 255, y_test=LABELS[:, None])
    return out.getvalue()


def saved(write: Callable[..., object], *arguments: object) -> bytes:
    write(FOLDER / "seed", *arguments)
    return (FOLDER / "seed").read_bytes()


STATE = State(
    (np.zeros((2, 5), dtype=np.int8),),
    ((np.ones((2, 5), dtype=np.uint8),),),
    (Point(1, 0.5, 3, None), Point(2, 0.25, 1, 0.75)),
)
WEIGHTS = Trained("m", {"N": "5"}, "x", "y", {"w": 5}, Coding(), np.ones(5, dtype=np.uint8))
NPZ = (plain_npz(), format_arrays({"x": IMAGES, "y": LABELS, "image": np.array([3, 2])}))
CSV = "a,label,b\n0,1,255\n7,0,8\n"
CHECKPOINT = saved(write_checkpoint, STATE, "mark")
TRAINED = saved(write_trained, WEIGHTS)


def samples(kind: str, draw: random.Random) -> None:
    """What is read is samples: as many labels as rows, in their ranges."""
    path = FOLDER / {"idx": "a-images-idx3-ubyte", "csv": "a.csv", "npz": "a.npz"}[kind]
    if kind == "npz":
        data = draw.choice((spoilt_bytes, spoilt_member))(draw.choice(NPZ), draw)
    elif kind == "csv":
        data = spoilt_text(CSV, draw).encode(errors="surrogatepass")
    else:
        (FOLDER / "a-labels-idx1-ubyte").write_bytes(idx(LABELS))
        data = spoilt_bytes(idx(IMAGES), draw)
        if draw.random() < 0.3:
            data = spoilt_bytes(gzip.compress(data), draw)
    path.write_bytes(data)
    with contextlib.suppress(InvcError):
        found = read_data(str(path)).train
        assert found.inputs.ndim == 2
        assert len(found.inputs) == len(found.labels) > 0


def weights(draw: random.Random) -> None:
    (FOLDER / "w.json").write_text(spoilt_json(TRAINED.decode(), draw), errors="surrogatepass")
    with contextlib.suppress(InvcError):
        found = read_trained(FOLDER / "w.json")
        assert len(found.weights) == sum(found.widths.values())


def checkpoint(draw: random.Random) -> None:
    data = draw.choice((spoilt_bytes, spoilt_member))(CHECKPOINT, draw)
    (FOLDER / "c.npz").write_bytes(data)
    with contextlib.suppress(InvcError):
        found = read_checkpoint(FOLDER / "c.npz", SHAPE, "mark")
        assert found.accumulators[0].shape == (2, 5)


TARGETS = {
    **{f"samples-{kind}": partial(samples, kind) for kind in ("npz", "csv", "idx")},
    "weights": weights,
    "checkpoint": checkpoint,
}
