"""Soft clamps: fields that make a bit lean to one value without holding it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import NamedTuple

import numpy as np

from invc.design.clamps import named_bits
from invc.design.design import Design
from invc.diagnostics import InvcError
from invc.netlist import Literal, Netlist

TOLERANCE = 0.02  # of the logarithm of the odds: 0.5 becomes 0.495 to 0.505, 0.001 0.00102
MOST_SCALE = 1024
LARGEST = 2**30
MOST_EXPONENT = 700  # beyond which exp overflows
HINT = "a bias is NAME=P with 0 < P < 1, such as a[3]=0.8"


class Bias(NamedTuple):
    """One bit that leans.

    Attributes:
        literal: The bit.
        probability: P(bit = 1) that it would have alone.
        name: The bit as users call it: "p[3]".
    """

    literal: Literal
    probability: float
    name: str


@dataclass(frozen=True, eq=False)
class Biased:
    """A design with fields added, in finer units where the fields ask for it.

    Attributes:
        design: What to sample at `beta / scale`; all its coefficients are `scale` times those of
            the design that was biased.
        scale: At least 1.
        probabilities: What P(bit = 1) came to, in whole units, for each bias.
    """

    design: Design
    scale: int
    probabilities: tuple[float, ...]


def parse_biases(netlist: Netlist, texts: Iterable[str]) -> tuple[Bias, ...]:
    """The bits that texts of the form NAME=P bias; a wider name biases each of its bits.

    Raises:
        InvcError: A name that does not exist, a P that is no probability, or a bit biased twice.
    """
    biases: dict[str, Bias] = {}
    for text in texts:
        name, _, value = text.rpartition("=")
        probability = _probability(value)
        if not name or probability is None:
            raise InvcError(f"bias {text!r} is not NAME=P", hint=HINT)
        if not 0 < probability < 1:
            raise InvcError(f"bias {text!r}: {value} holds the bit", hint="use --clamp for that")
        bits = named_bits(netlist, name)
        for literal, label in zip(bits.literals, bits.names, strict=True):
            if label in biases:
                raise InvcError(f"bias {text!r}: {label} has a bias already")
            biases[label] = Bias(literal, probability, label)
    return tuple(biases.values())


def _probability(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def bias_design(design: Design, biases: Sequence[Bias], beta: float) -> Biased:
    """Add to each biased bit the field that gives a lone p-bit its probability at beta.

    P(m = +1) = 1 / (1 + exp(-2 beta h)), so h = ln(P / (1 - P)) / (2 beta). Kernels take
    integers: everything is scaled up by the least power of two at which no logarithm of odds is
    off by more than TOLERANCE, and beta is to be divided by it, which leaves the distribution as
    it is.

    At equilibrium the odds multiply: an answer's weight among the answers is the product of P over
    its biased bits that are 1 and of 1 - P over those that are 0.

    Raises:
        InvcError: A field does not fit the integers of the kernels, or there is no such scale.
    """
    fields = [log(b.probability / (1 - b.probability)) / (2 * beta) for b in biases]
    if not all(abs(field) <= LARGEST for field in fields):
        raise InvcError(f"at beta {beta:.3g} these biases need too large a field", hint=HINT)
    scale = 1
    while (worst := _error(fields, beta, scale)) > TOLERANCE:
        if scale == MOST_SCALE:
            raise InvcError(
                f"at beta {beta:.3g} the odds of a bias come out {100 * worst:.2g} % off",
                hint="give a lower --beta",
            )
        scale *= 2
    h = design.model.h.astype(np.int64) * scale
    for bias, field in zip(biases, fields, strict=True):
        if bias.literal > 1:
            sign = -1 if bias.literal & 1 else 1
            h[(bias.literal >> 1) - 1] += sign * round(scale * field)
    if np.abs(h).max(initial=0) > LARGEST:
        raise InvcError(f"at beta {beta:.3g} these biases need too large a field", hint=HINT)
    model = replace(
        design.model,
        h=h.astype(np.int32),
        J=design.model.J * np.int32(scale),
        offset=design.model.offset * scale,
    )
    cells = {name: cell.scaled(scale) for name, cell in design.cells.items()}
    made = tuple(_realised(field, beta, scale) for field in fields)
    return Biased(replace(design, model=model, cells=cells), scale, made)


def _realised(field: float, beta: float, scale: int) -> float:
    against = -2 * beta * round(scale * field) / scale  # the logarithm of the odds of a 0
    return 1 / (1 + exp(against)) if against < MOST_EXPONENT else exp(-against)


def _error(fields: Sequence[float], beta: float, scale: int) -> float:
    """By how much the logarithm of some odds, 2 beta h, is off where h has so many steps a unit."""
    return max((2 * beta * abs(round(scale * h) / scale - h) for h in fields), default=0.0)
