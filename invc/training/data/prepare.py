"""Samples drawn, coded and split into two parts, reproducibly."""

from __future__ import annotations

from invc.diagnostics import InvcError
from invc.training.data.coding import Coding
from invc.training.data.samples import Data, Samples, split


def prepared(
    data: Data,
    coding: Coding | None,
    *,
    samples: int | None = None,
    share: float | None = None,
    seed: int = 0,
) -> Data:
    """The same samples for other uses.

    Args:
        data: Where they are from.
        coding: What becomes of each; None to keep them as they are.
        samples: How many of the training part to keep, drawn at random.
        share: How much of them becomes the test part.
        seed: Decides which.

    Raises:
        InvcError: There are not so many, or a part would be empty.
    """
    train, test = data.train, data.test
    if samples is not None:
        if samples > len(train):
            raise InvcError(f"there are {len(train)} samples, not {samples}", where=data.name)
        train, _ = split(train, samples, seed)
    if share is not None:
        if test is not None:
            raise InvcError(
                "it has a test part already", where=data.name, hint=f"{data.name}:train leaves it"
            )
        first = len(train) - round(share * len(train))
        if not 0 < first < len(train):
            raise InvcError(f"{len(train)} samples are too few to split", where=data.name)
        train, test = split(train, first, seed)

    def coded(part: Samples) -> Samples:
        return Samples(coding.apply(part.inputs), part.labels) if coding else part

    image = data.image
    if coding:
        image = coding.pool or data.image if len(coding.planes) < 2 else None
    return Data(data.name, coded(train), coded(test) if test is not None else None, image)
