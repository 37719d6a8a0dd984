"""Labelled samples as values, and what is common to all formats that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from invc.diagnostics import InvcError
from invc.training.arrays import Array

Grey = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint8]


MOST_CLASSES = 256


@dataclass(frozen=True, eq=False)
class Samples:
    """Labelled samples.

    Attributes:
        inputs: Grey levels from 0 to 255, or bits. Shape (samples, features), uint8.
        labels: Classes from 0. Shape (samples,), uint8.
    """

    inputs: Grey
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: npt.NDArray[np.int64]) -> Samples:
        """Some of them, in the order of `rows`."""
        return Samples(self.inputs[rows], self.labels[rows])


@dataclass(frozen=True, eq=False)
class Data:
    """What a file holds.

    Attributes:
        name: As the user named it.
        train: Samples to learn from.
        test: Samples kept apart by whoever made the file, or None.
        image: Height and width, where samples are pictures.
    """

    name: str
    train: Samples
    test: Samples | None = None
    image: tuple[int, int] | None = None

    @property
    def features(self) -> int:
        """How many inputs a sample has."""
        return int(self.train.inputs.shape[1])

    @property
    def classes(self) -> int:
        """One more than the largest label."""
        parts = [part for part in (self.train, self.test) if part is not None and len(part)]
        return max(int(part.labels.max()) for part in parts) + 1

    @property
    def is_bits(self) -> bool:
        """Whether no input is more than 1."""
        parts = [part for part in (self.train, self.test) if part is not None and len(part)]
        return all(int(part.inputs.max(initial=0)) <= 1 for part in parts)


def samples_of(where: str, inputs: Array, labels: Array) -> tuple[Samples, tuple[int, int] | None]:
    """Arrays as a file holds them, checked; and the size of a picture, where they are pictures.

    Args:
        where: The file.
        inputs: Shape (samples, ...): bits, whole numbers from 0 to 255, or numbers from 0 to 1.
        labels: Whole numbers from 0. Shape (samples,) or (samples, 1).

    Raises:
        InvcError: They do not fit each other or these ranges.
    """
    if inputs.ndim < 2:
        shape = tuple(inputs.shape)
        raise InvcError(f"inputs of shape {shape} are no rows of samples", where=where)
    if not len(inputs) or not inputs[0].size:
        raise InvcError("there is no sample in it", where=where)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or len(labels) != len(inputs):
        shape = tuple(labels.shape)
        raise InvcError(
            f"labels of shape {shape} do not go with {len(inputs)} samples",
            where=where,
            hint="one label a sample",
        )
    image = (int(inputs.shape[1]), int(inputs.shape[2])) if inputs.ndim == 3 else None
    rows = grey_of(where, inputs.reshape(len(inputs), -1))
    return Samples(rows, labels_of(where, labels)), image


def data_of(
    where: str, train: tuple[Array, Array], test: tuple[Array, Array] | None = None
) -> Data:
    """Inputs and labels to learn from, and to test with, as data.

    Raises:
        InvcError: As `samples_of`, or the two differ in their inputs.
    """
    learnt, image = samples_of(where, *train)
    if test is None:
        return Data(where, learnt, None, image)
    tested, _ = samples_of(where, *test)
    ours, theirs = learnt.inputs.shape[1], tested.inputs.shape[1]
    if ours != theirs:
        raise InvcError(f"test samples have {theirs} inputs, the others {ours}", where=where)
    return Data(where, learnt, tested, image)


def grey_of(where: str, rows: Array) -> Grey:
    """Numbers as grey levels.

    Raises:
        InvcError: They are neither from 0 to 255 nor, as fractions, from 0 to 1.
    """
    if rows.dtype in (np.bool_, np.uint8):
        return np.ascontiguousarray(rows, dtype=np.uint8)
    if rows.dtype.kind not in "iuf":
        raise InvcError(f"inputs are {rows.dtype}, not numbers", where=where)
    strange = ~np.isfinite(rows.astype(np.float64))
    if strange.any():
        row, column = (int(k) for k in np.argwhere(strange)[0])
        raise InvcError(
            f"input {column} of sample {row} is {float(rows[row, column])}, no number", where=where
        )
    low, high = float(rows.min()), float(rows.max())
    if low < 0 or high > 255:
        raise InvcError(
            f"inputs reach from {low:g} to {high:g}",
            where=where,
            hint="bits, whole numbers from 0 to 255, or numbers from 0 to 1",
        )
    if rows.dtype.kind == "f":
        values = np.asarray(rows, dtype=np.float64)
        whole = bool((values == np.rint(values)).all())
        if not whole:
            values = values * 255 if high <= 1 else values
        return np.rint(values).astype(np.uint8)
    return np.ascontiguousarray(rows.astype(np.uint8))


def labels_of(where: str, labels: Array) -> Labels:
    """Numbers as classes.

    Raises:
        InvcError: One is no whole number from 0 to 255.
    """
    if labels.dtype.kind not in "biuf":
        raise InvcError(f"labels are {labels.dtype}, not numbers", where=where)
    values = labels.astype(np.float64)
    wrong = ~((values >= 0) & (values < MOST_CLASSES))
    wrong |= values != np.floor(np.where(wrong, 0, values))
    if wrong.any():
        row = int(wrong.argmax())
        raise InvcError(
            f"label {labels[row]} of sample {row} is no class",
            where=where,
            hint=f"whole numbers from 0 to {MOST_CLASSES - 1}",
        )
    return labels.astype(np.uint8)


def only_classes(data: Data, classes: Sequence[int]) -> Data:
    """The samples of some classes, which become classes 0, 1, ... in this order.

    Raises:
        InvcError: There is no sample of one of them.
    """
    to = np.full(MOST_CLASSES, MOST_CLASSES, dtype=np.int64)
    to[list(classes)] = np.arange(len(classes))

    def chosen(samples: Samples) -> Samples:
        labels = to[samples.labels]
        rows = np.flatnonzero(labels < MOST_CLASSES)
        return Samples(samples.inputs[rows], labels[rows].astype(np.uint8))

    train = chosen(data.train)
    there = set(np.unique(data.train.labels).tolist())
    lacking = [c for c in classes if c not in there]
    if lacking:
        shown = ", ".join(map(str, sorted(there)[:12]))
        raise InvcError(
            f"there is no sample of class {lacking[0]}", where=data.name, hint=f"there are: {shown}"
        )
    return replace(data, train=train, test=chosen(data.test) if data.test is not None else None)


def shuffled(samples: Samples, seed: int) -> npt.NDArray[np.int64]:
    """The order in which samples are drawn."""
    source = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 3])))
    return source.permutation(len(samples))


def split(samples: Samples, first: int, seed: int) -> tuple[Samples, Samples]:
    """So many samples drawn at random, and the others."""
    order = shuffled(samples, seed)
    return samples.take(order[:first]), samples.take(order[first:])
