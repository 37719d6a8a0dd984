"""numpy's .npz: arrays of samples and labels under one of the usual names, no pickles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from invc.diagnostics import InvcError
from invc.training.arrays import Array, ArrayFile, format_arrays
from invc.training.data.samples import Data, data_of

# Inputs and labels, to learn from and to test with.
NAMES = (
    ("x_train", "y_train", "x_test", "y_test"),
    ("train_images", "train_labels", "test_images", "test_labels"),
    ("x", "y", "x_test", "y_test"),
    ("X", "y", "X_test", "y_test"),
    ("inputs", "labels", "test_inputs", "test_labels"),
    ("images", "labels", "test_images", "test_labels"),
    ("data", "target", "test_data", "test_target"),
    ("data", "labels", "test_data", "test_labels"),
)
HINT = "name its arrays x_train and y_train, and x_test and y_test where there is a test set"


def read(path: Path) -> Data:
    """The samples of a file.

    Raises:
        InvcError: It is no such file, or has no arrays of these names.
    """
    file = ArrayFile(path)
    where = str(path)
    names = next((names for names in NAMES if {*names[:2]} <= file.entries.keys()), None)
    if names is None:
        shown = ", ".join(sorted(file.entries)[:8]) or "nothing"
        raise InvcError(f"no samples and labels in it: it holds {shown}", where=where, hint=HINT)
    inputs, labels, test_inputs, test_labels = (file.get(name) for name in names)
    assert inputs is not None
    assert labels is not None
    test = None
    if test_inputs is not None and test_labels is not None and len(np.atleast_1d(test_inputs)):
        test = test_inputs, test_labels
    data = data_of(where, (inputs, labels), test)
    return replace(data, image=data.image or _size(file.get("image"), data.features))


def _size(given: Array | None, features: int) -> tuple[int, int] | None:
    if given is None or given.shape != (2,) or given.dtype.kind not in "iu":
        return None
    height, width = (int(side) for side in given.tolist())
    return (height, width) if height * width == features else None


def format_npz(data: Data) -> bytes:
    """The file of some data; equal data give equal bytes."""
    arrays: dict[str, Array] = {"x_train": data.train.inputs, "y_train": data.train.labels}
    if data.test is not None:
        arrays |= {"x_test": data.test.inputs, "y_test": data.test.labels}
    if data.image is not None:
        arrays["image"] = np.array(data.image, dtype=np.int64)
    return format_arrays(arrays)
