"""IDX files, as MNIST ships: a magic number, the sizes, then bytes; plain or gzip.

Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", file formats.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np

from invc.diagnostics import InvcError
from invc.training.arrays import MOST_BYTES, Array
from invc.training.data.bounded import open_bytes, take
from invc.training.data.samples import Data, Samples, samples_of

BYTES = 8  # the type of what follows: unsigned bytes
MOST_SIZES = 4
PARTS = {"train": ("train",), "test": ("t10k", "test")}


def is_idx(path: Path) -> bool:
    """Whether a file is one of these, by its name."""
    name = path.name.removesuffix(".gz")
    return name.endswith((".idx", "-ubyte")) or ".idx" in name or "-idx" in name


def read_folder(folder: Path) -> Data:
    """The training files of a folder, and its test files where it has them.

    Raises:
        InvcError: There are none, or one is broken.
    """
    found = {part: _images_in(folder, names) for part, names in PARTS.items()}
    if found["train"] is None:
        hint = "it should hold train-images-idx3-ubyte(.gz) and train-labels-idx1-ubyte(.gz)"
        raise InvcError("there are no IDX files in it", where=str(folder), hint=hint)
    train, image = read_pair(found["train"])
    test: Samples | None = None
    if found["test"] is not None:
        test, other = read_pair(found["test"])
        if other != image:
            raise InvcError("test images are of another size", where=str(found["test"]))
    return Data(str(folder), train, test, image)


def _images_in(folder: Path, starts: tuple[str, ...]) -> Path | None:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(starts) and "images" in path.name and is_idx(path):
            return path
    return None


def read_pair(images: Path) -> tuple[Samples, tuple[int, int] | None]:
    """The samples of a file of images and the file of labels beside it.

    Raises:
        InvcError: One is broken, or there are no labels beside it.
    """
    name = images.name.replace("images", "labels").replace("idx3", "idx1")
    labels = next(
        (
            images.with_name(other)
            for other in (name, name.removesuffix(".gz"), f"{name}.gz")
            if other != images.name and images.with_name(other).is_file()
        ),
        None,
    )
    if labels is None:
        raise InvcError(
            "there is no file of labels beside it", where=str(images), hint=f"expected {name}"
        )
    return samples_of(str(images), read_array(images), read_array(labels))


def read_array(path: Path) -> Array:
    """The bytes of one file. Shape as it says, uint8.

    Raises:
        InvcError: It is no IDX file of bytes, or shorter or longer than it says.
    """
    with open_bytes(path) as file:
        head = take(file, 4, path)
        if len(head) < 4 or head[:2] != b"\0\0" or not 1 <= head[3] <= MOST_SIZES:
            raise InvcError(
                "no IDX file: its first bytes are not its magic number", where=str(path)
            )
        if head[2] != BYTES:
            raise InvcError(
                f"an IDX file of type 0x{head[2]:02x}, not of bytes (0x08)", where=str(path)
            )
        sizes = take(file, 4 * head[3], path)
        if len(sizes) < 4 * head[3]:
            raise InvcError("broken IDX file: it ends within its sizes", where=str(path))
        shape = struct.unpack(f">{head[3]}I", sizes)
        count = math.prod(shape)
        if count > MOST_BYTES:
            raise InvcError(f"broken IDX file: it claims {count} bytes", where=str(path))
        data = take(file, count + 1, path)
    if len(data) != count:
        has = f"{len(data)}" if len(data) < count else "more"
        raise InvcError(
            f"broken IDX file: it claims {count} bytes after its head and has {has}",
            where=str(path),
            hint="get it again",
        )
    return np.frombuffer(data, dtype=np.uint8).reshape(shape)
