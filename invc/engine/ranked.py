"""Models without gates: no state is wrong, so what counts is how low its energy is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from invc.ising import IsingModel, from_terms
from invc.ising.model import Int8
from invc.pbits.heatbath.program import Program, compile_program

Float64 = npt.NDArray[np.float64]

HOT, COLD = 0.6, 4.0
COLDEST = 6.0  # a p-bit follows the smallest whole field, 1, with odds of 2**-17 against
WEAK = 0.1  # the share of spins with smaller fields that may freeze late or not at all
LEAST_BETA = 4e-4  # below this the heat bath's table of thresholds is cut off
RESOLUTION = 0.005  # of beta times a coefficient: what is rounded off may be half of this


@dataclass(frozen=True, eq=False)
class Sampled:
    """The model that is sampled in place of one whose coefficients are large.

    Attributes:
        model: Coefficients divided by `divisor` and rounded: what decides moves. The energies
            that are reported are those of the whole model.
        divisor: 1 where nothing needed to be divided.
        betas: Inverse temperatures of `model`, from where its spins hardly feel their fields to
            where they follow them.
        whole: The model itself.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
    """

    model: IsingModel
    divisor: float
    betas: tuple[float, float]
    whole: IsingModel
    known: Int8
    programs: dict[int, Program] = field(default_factory=dict)

    def at(self, beta: float) -> tuple[Program, float]:
        """A sweep at an inverse temperature of `model`, and its beta in the units of the sweep.

        The colder, the finer: coefficients are divided by the power of two at which beta times
        what is rounded off stays below RESOLUTION, so that rounding never matters.
        """
        whole_beta = beta / self.divisor
        octave = max(0, int(np.floor(np.log2(RESOLUTION / whole_beta))))
        program = self.programs.get(octave)
        if program is None:
            program = compile_program(divided(self.whole, 2.0**octave), self.known)
            self.programs[octave] = program
        return program, whole_beta * 2.0**octave


def sampled(model: IsingModel, known: Int8) -> Sampled:
    """What to sample, and from how hot to how cold.

    The field of a free spin among random ones has the size sqrt(h^2 + sum J^2): at the start
    beta I = 0.6 for the largest. In a low state what is left to decide is as large as one
    coupling: at the end beta J = 4 for all but the weakest spins. Of four such pairs tried on
    spin glasses and on assignment with penalties of 2 to 10^4 this was best or within noise.

    Args:
        model: What a file holds.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
    """
    fields, couplings = (sizes[known == 0] for sizes in _sizes(model))
    largest = float(fields.max(initial=0.0)) or 1.0
    felt = couplings[couplings > 0]
    weak = float(np.quantile(felt, WEAK)) if len(felt) else largest
    divisor = max(1.0, largest * LEAST_BETA / HOT)
    low, high = HOT / largest, min(COLD / weak, COLDEST)
    betas = low * divisor, max(low, high) * divisor
    return Sampled(divided(model, divisor), divisor, betas, model, known)


def _sizes(model: IsingModel) -> tuple[Float64, Float64]:
    """Of each spin the size of its field and of one coupling, or of h where it has none."""
    squares = np.zeros(model.spins)
    for end in (0, 1):
        np.add.at(squares, model.edges[:, end], model.J.astype(np.float64) ** 2)
    h = model.h.astype(np.float64)
    one = np.sqrt(squares / np.maximum(model.degrees, 1))
    return np.sqrt(h**2 + squares), np.where(model.degrees > 0, one, np.abs(h))


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
