"""Models without gates: no state is wrong, so what counts is how low its energy is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invc.ising import IsingModel, from_terms
from invc.ising.model import Int8

HOT, COLD = 0.2, 5.0
LEAST_BETA = 4e-4  # below this the heat bath's table of thresholds is cut off


@dataclass(frozen=True, eq=False)
class Sampled:
    """The model that is sampled in place of one whose coefficients are large.

    Attributes:
        model: Coefficients divided by `divisor` and rounded: what decides moves. The energies
            that are reported are those of the whole model.
        divisor: 1 where nothing needed to be divided.
        betas: Inverse temperatures of `model`, from where its spins hardly feel their fields to
            where they follow them.
    """

    model: IsingModel
    divisor: float
    betas: tuple[float, float]


def sampled(model: IsingModel, known: Int8) -> Sampled:
    """What to sample, and from how hot to how cold.

    The field of a free spin among random ones has the size sqrt(h^2 + sum J^2): a p-bit hardly
    feels beta I = 0.2 and follows beta I = 5.

    Args:
        model: What a file holds.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
    """
    sizes = _sizes(model)[known == 0]
    sizes = sizes[sizes > 0]
    largest, typical = (sizes.max(), np.median(sizes)) if len(sizes) else (1.0, 1.0)
    divisor = max(1.0, float(largest) * LEAST_BETA / HOT)
    low, high = HOT * divisor / float(largest), COLD * divisor / float(typical)
    return Sampled(divided(model, divisor), divisor, (low, max(low, high)))


def _sizes(model: IsingModel) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    squares = model.h.astype(np.float64) ** 2
    for end in (0, 1):
        np.add.at(squares, model.edges[:, end], model.J.astype(np.float64) ** 2)
    return np.sqrt(squares)


def divided(model: IsingModel, divisor: float) -> IsingModel:
    """The model with its coefficients divided and rounded to whole numbers; its offset stays."""
    if divisor == 1:
        return model
    return from_terms(
        model.spins,
        np.rint(model.h / divisor),
        model.edges[:, 0],
        model.edges[:, 1],
        np.rint(model.J / divisor),
        model.offset,
    )
