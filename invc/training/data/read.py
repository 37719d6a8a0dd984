"""What `--data` names: a file or folder, a part of it, and some of its classes."""

from __future__ import annotations

import gzip
import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from invc.diagnostics import InvcError
from invc.training.data import csv, idx, npz
from invc.training.data.samples import MOST_CLASSES, Data, Samples, only_classes

DIGITS = "digits"
PARTS = ("train", "test")
CLASSES = re.compile(r"\d{1,3}(/\d{1,3})+", re.ASCII)
HINT = "NAME, NAME:train, NAME:test, NAME:0/1: an .npz, .csv or IDX file, a folder, or digits"
SKLEARN = "pip install '.[digits]' in a checkout of invc brings scikit-learn and its 1,797 images"


def read_data(text: str) -> Data:
    """The samples that a text such as "mnist.npz:test:3/8" names.

    "test" makes the test samples those to learn from or to evaluate with, and "train" leaves them
    out. Classes are numbered anew in the order in which they are named.

    Raises:
        InvcError: There is no such file, part or class.
    """
    name, part, classes = _parsed(text)
    data = _read(name)
    if part == "test" and data.test is None:
        raise InvcError("it has no test samples", where=name, hint="leave :test out")
    if part == "test" and data.test is not None:
        data = Data(data.name, data.test, None, data.image)
    elif part == "train":
        data = Data(data.name, data.train, None, data.image)
    return only_classes(data, classes) if classes else data


def _parsed(text: str) -> tuple[str, str, tuple[int, ...]]:
    part = ""
    classes: tuple[int, ...] = ()
    name = text
    while ":" in name:
        head, _, last = name.rpartition(":")
        if last in PARTS and not part:
            part = last
        elif CLASSES.fullmatch(last) and not classes:
            classes = tuple(map(int, last.split("/")))
        else:
            break
        name = head
    if not name:
        raise InvcError(f"{text!r} names no data", hint=HINT)
    if len(set(classes)) < len(classes) or any(c >= MOST_CLASSES for c in classes):
        raise InvcError(f"{text!r}: classes are different numbers below {MOST_CLASSES}", hint=HINT)
    return name, part, classes


def _read(name: str) -> Data:
    path = Path(name)
    if name == DIGITS and not path.exists():
        return _digits()
    if path.is_dir():
        return idx.read_folder(path)
    if not path.exists():
        raise InvcError("no such file", where=name, hint=HINT)
    if not path.is_file():
        raise InvcError("a pipe or a device, not a file", where=name, hint=HINT)
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    if suffix == ".npz":
        return npz.read(path)
    if suffix in (".csv", ".txt"):
        return csv.read(path)
    if idx.is_idx(path):
        train, image = idx.read_pair(path)
        return Data(name, train, None, image)
    raise InvcError("no format is known by this name", where=name, hint=HINT)


def _digits() -> Data:
    """scikit-learn's 1,797 digits of 8 x 8, with 17 grey levels, here from 0 to 255.

    Its file is read without the package, which takes a while to load.
    """
    found = find_spec("sklearn")
    folder = Path(found.origin).parent if found and found.origin else None
    path = folder / "datasets" / "data" / "digits.csv.gz" if folder else None
    if path is None or not path.is_file():
        raise InvcError("digits needs the package scikit-learn", hint=SKLEARN)
    with gzip.open(path, "rt", encoding="ascii") as file:
        table = np.loadtxt(file, delimiter=",")
    inputs = np.minimum(table[:, :-1] * 16, 255).astype(np.uint8)
    return Data(DIGITS, Samples(inputs, table[:, -1].astype(np.uint8)), None, (8, 8))
