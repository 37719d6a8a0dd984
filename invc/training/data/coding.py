"""How grey levels become bits: pooled, compared with thresholds, filled up with constants."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from math import isqrt

import numpy as np

from invc.diagnostics import InvcError
from invc.training.data.samples import Data, Grey
from invc.training.network import Bits

MIDDLE = 127


@dataclass(frozen=True)
class Coding:
    """What is done to a sample before it is an input.

    Attributes:
        planes: Thresholds; each gives as many bits as there are pixels, 1 above it. None of them:
            the samples are bits already.
        pool: Rows and columns of the picture after pooling by means, or None.
        image: Rows and columns of the picture before, where it is pooled.
        ones: Constant inputs of 1 after the others.
    """

    planes: tuple[int, ...] = (MIDDLE,)
    pool: tuple[int, int] | None = None
    image: tuple[int, int] | None = None
    ones: int = 0

    def inputs(self, features: int) -> int:
        """Bits of a sample of so many pixels."""
        pixels = self.pool[0] * self.pool[1] if self.pool else features
        return pixels * max(1, len(self.planes)) + self.ones

    def apply(self, grey: Grey) -> Bits:
        """The bits of samples. Shape (samples, features) to (samples, inputs)."""
        pixels = pooled(grey, self.image, self.pool) if self.pool and self.image else grey
        planes = [(pixels > threshold).astype(np.uint8) for threshold in self.planes] or [pixels]
        ones = np.ones((len(grey), self.ones), dtype=np.uint8)
        return np.ascontiguousarray(np.concatenate([*planes, ones], axis=1))


def pooled(grey: Grey, image: tuple[int, int], pool: tuple[int, int]) -> Grey:
    """Means over rectangles as equal as whole pixels allow, rounded. (n, pixels) to (n, fewer)."""
    pictures = grey.reshape(-1, *image).astype(np.float64)
    rows = np.linspace(0, image[0], pool[0] + 1).astype(int)
    columns = np.linspace(0, image[1], pool[1] + 1).astype(int)
    parts = [
        pictures[:, rows[i] : rows[i + 1], columns[j] : columns[j + 1]].mean(axis=(1, 2))
        for i in range(pool[0])
        for j in range(pool[1])
    ]
    means: Grey = np.rint(np.stack(parts, axis=1)).astype(np.uint8)
    return means


def coding_for(
    data: Data,
    *,
    planes: tuple[int, ...] | None = None,
    pool: tuple[int, int] | None = None,
    image: tuple[int, int] | None = None,
) -> Coding:
    """What the options say, checked against the data.

    Args:
        data: The samples.
        planes: Thresholds; by default the middle, or none where the samples are bits already.
        pool: Rows and columns after pooling.
        image: Rows and columns of the pictures, where the file does not say it.

    Raises:
        InvcError: They do not fit the data.
    """
    size = image or data.image or _square(data.features)
    if pool:
        if size is None or size[0] * size[1] != data.features:
            raise InvcError(
                f"samples of {data.features} inputs are no pictures that could be pooled",
                where=data.name,
                hint="say their size: --image ROWSxCOLUMNS",
            )
        if pool[0] > size[0] or pool[1] > size[1]:
            raise InvcError(
                f"pictures of {size[0]}x{size[1]} cannot be pooled to {pool[0]}x{pool[1]}",
                where=data.name,
            )
    levels = planes or ()
    if any(type(t) is not int or not 0 <= t < 255 for t in levels) or any(
        a >= b for a, b in itertools.pairwise(levels)
    ):
        raise InvcError(f"planes {levels} are no thresholds that ascend from 0 to 254")
    if planes is None:
        planes = () if data.is_bits and not pool else (MIDDLE,)
        if pool and data.is_bits:
            raise InvcError("samples of bits cannot be pooled", where=data.name)
    return Coding(tuple(planes), pool, size if pool else None)


def fitted(
    coding: Coding, features: int, width: int, port: str, image: tuple[int, int] | None = None
) -> Coding:
    """The coding with as many constant ones as a port has room for: none or one.

    Pictures of an image's size that nobody said how to pool are pooled to a square that fits.

    Raises:
        InvcError: The port is of another width.
    """
    coding = replace(coding, ones=0)
    bits = coding.inputs(features)
    side = isqrt(width)
    if not coding.pool and coding.planes and image and side < min(image) and bits > width:
        smaller = Coding(coding.planes, (side, side), image)
        if width - smaller.inputs(features) in (0, 1):
            coding, bits = smaller, smaller.inputs(features)
    if width - bits not in (0, 1):
        raise InvcError(
            f"samples of {bits} bits do not fit port {port!r} of {width}",
            hint=f"it may have {bits}, or {bits + 1} with a constant 1 as its last; "
            "--pool and --planes change the samples",
        )
    return Coding(coding.planes, coding.pool, coding.image, width - bits)


def _square(features: int) -> tuple[int, int] | None:
    side = round(features**0.5)
    return (side, side) if side * side == features else None
