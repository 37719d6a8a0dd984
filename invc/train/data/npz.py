"""numpy's .npz: arrays of samples and labels under one of the usual names, no pickles."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from pathlib import Path

import numpy as np

from invc.diagnostics import InvcError
from invc.train.data.bounded import unreadable
from invc.train.data.samples import MOST_BYTES, Array, Data, samples_of

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
    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            there = {name.removesuffix(".npy"): name for name in archive.namelist()}
            names = next((names for names in NAMES if {*names[:2]} <= there.keys()), None)
            if names is None:
                shown = ", ".join(sorted(there)[:8]) or "nothing"
                raise InvcError(
                    f"no samples and labels in it: it holds {shown}", where=where, hint=HINT
                )
            arrays = [_array(archive, there[n], where) if n in there else None for n in names]
            size = _array(archive, there["image"], where) if "image" in there else None
    except OSError as error:
        raise unreadable(path, error) from error
    except (
        zipfile.BadZipFile,
        ValueError,
        EOFError,
        KeyError,
        zlib.error,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise InvcError(f"no .npz file: {str(error)[:60]}", where=where) from None
    assert arrays[0] is not None
    assert arrays[1] is not None
    train, image = samples_of(where, arrays[0], arrays[1])
    test = None
    if arrays[2] is not None and arrays[3] is not None and len(arrays[2]):
        test, _ = samples_of(where, arrays[2], arrays[3])
        if test.inputs.shape[1] != train.inputs.shape[1]:
            raise InvcError(
                f"test samples have {test.inputs.shape[1]} inputs, "
                f"the others {train.inputs.shape[1]}",
                where=where,
            )
    if image is None and size is not None and size.shape == (2,) and size.dtype.kind in "iu":
        height, width = map(int, size.tolist())
        image = (height, width) if height * width == train.inputs.shape[1] else None
    return Data(where, train, test, image)


def _array(archive: zipfile.ZipFile, name: str, where: str) -> Array:
    """One array, whose head is believed only as far as memory goes."""
    with archive.open(name) as file:
        start = io.BytesIO(file.read(1 << 12))
    version = np.lib.format.read_magic(start)
    read_head = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    shape, _, kind = read_head(start)
    if kind.hasobject or math.prod(shape) * kind.itemsize > MOST_BYTES:
        what = "objects" if kind.hasobject else f"an array of shape {shape}"
        raise InvcError(f"{name} holds {what}", where=where, hint="save plain arrays of numbers")
    with archive.open(name) as file:
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))


def format_npz(data: Data) -> bytes:
    """The file of some data; equal data give equal bytes."""
    arrays: dict[str, Array] = {"x_train": data.train.inputs, "y_train": data.train.labels}
    if data.test is not None:
        arrays |= {"x_test": data.test.inputs, "y_test": data.test.labels}
    if data.image is not None:
        arrays["image"] = np.array(data.image, dtype=np.int64)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    return out.getvalue()
