"""How good samples are: marginals with their errors, and a test for uniformity."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from invc.design import bit_names
from invc.ising.model import Int64
from invc.netlist import Port
from invc.text.tables import data_frame, html_table

if TYPE_CHECKING:
    import pandas as pd

    from invc.engine.result import Answer

LIMIT = 0.999
LEAST_P = 1e-300  # of what is told apart
FEW = 5.0  # expected reads of an answer below which chi-square is a poor approximation


@dataclass(frozen=True)
class Marginal:
    """P(bit = 1) of one bit of a port.

    Attributes:
        name: The bit as users call it: "p[3]".
        probability: The share of samples in which it is 1.
        error: Standard error of that.
    """

    name: str
    probability: float
    error: float


def marginals(
    ports: Sequence[Port], answers: Sequence[Answer], held: Container[int] = ()
) -> tuple[Marginal, ...]:
    """P(bit = 1) over independent verified reads.

    Its error is sqrt(p (1 - p) / n), but for the least error of `least_error`.

    Args:
        ports: In the order of the bits.
        answers: With their reads.
        held: Nets that clamps hold, of which there is nothing to be wrong about.
    """
    reads = np.array([answer.reads for answer in answers], dtype=np.int64)
    total = int(reads.sum())
    result = []
    for port in ports:
        for k, (name, literal) in enumerate(zip(bit_names(port), port.bits, strict=True)):
            bits = np.array([answer.ports[port.name] >> k & 1 for answer in answers])
            p = float(bits @ reads) / total if total else 0.0
            error = sqrt(p * (1 - p) / total) if total else 0.0
            least = 0.0 if _is_held(literal, held) else least_error(total)
            result.append(Marginal(name, p, max(error, least)))
    return tuple(result)


def clustered(
    ports: Sequence[Port], samples: Int64, ones: Int64, held: Container[int] = ()
) -> tuple[Marginal, ...]:
    """P(bit = 1) over samples of several chains, whose own samples may depend on each other.

    The ratio of two sums over independent chains r: p = sum s_r / sum n_r, with variance
    sum (s_r - p n_r)^2 / (sum n_r)^2, but for the least error of `least_error`.

    Source: Cochran, Sampling Techniques (1977), eq. (2.39), the ratio estimate.

    Args:
        ports: In the order of the bits.
        samples: n, the samples of each chain. Shape (chains,).
        ones: s, in how many of them each bit was 1. Shape (chains, bits).
        held: Nets that clamps hold, of which there is nothing to be wrong about.
    """
    total = int(samples.sum())
    p = ones.sum(axis=0) / max(1, total)
    error = np.sqrt(((ones - samples[:, None] * p) ** 2).sum(axis=0)) / max(1, total)
    names = [name for port in ports for name in bit_names(port)]
    literals = [literal for port in ports for literal in port.bits]
    least = [0.0 if _is_held(literal, held) else least_error(total) for literal in literals]
    return tuple(
        Marginal(name, float(p[k]), max(float(error[k]), least[k])) for k, name in enumerate(names)
    )


def _is_held(literal: int, held: Container[int]) -> bool:
    return literal <= 1 or literal >> 1 in held


def least_error(samples: int) -> float:
    """What a share is uncertain by that so many samples do not tell from 0 or from 1.

    The standard deviation of Jeffreys's posterior, Beta(n + 1/2, 1/2): about 0.7 / n.

    Source: Brown, Cai, DasGupta, https://doi.org/10.1214/ss/1009213286, section 3.1.3.
    """
    a, b = samples + 0.5, 0.5
    return sqrt(a * b / ((a + b) ** 2 * (a + b + 1))) if samples else 0.0


@dataclass(frozen=True, repr=False)
class Uniformity:
    """Frequencies of distinct answers against equal ones.

    Attributes:
        answers: How many there are, seen or not.
        reads: Verified reads.
        chi_square: sum (observed - expected)^2 / expected.
        degrees: Degrees of freedom, answers - 1.
        p_value: How likely equal frequencies give a chi-square as large.
        limit: The chi-square that equal frequencies stay below with probability 99.9 %.
        most: Reads of the most frequent answer.
        least: Reads of the least frequent one.
        few: Whether there are too few reads for the p-value to be trusted.
    """

    answers: int
    reads: int
    chi_square: float
    degrees: int
    p_value: float
    limit: float
    most: int
    least: int
    few: bool

    @property
    def passed(self) -> bool:
        """Whether chi-square is below the limit."""
        return self.chi_square <= self.limit

    def __repr__(self) -> str:
        lines = [
            f"chi-square {self.chi_square:.1f} at {self.degrees} degrees of freedom, "
            f"{_p_value(self.p_value)}; {100 * LIMIT:.1f} % limit {self.limit:.1f}: "
            f"{'passed' if self.passed else 'not uniform'}",
            f"{self.answers} answer{'s' * (self.answers != 1)}, most frequent "
            f"{self.most} read{'s' * (self.most != 1)}, least {self.least}"
            + (f" ({self.most / self.least:.2f} to 1)" if self.least else ""),
        ]
        few = ["warning: fewer than 5 reads an answer, so the test says little: give more reads"]
        return "\n".join([*lines, *(few if self.few else [])])

    def _repr_html_(self) -> str:
        return html_table((), [[text] for text in repr(self).splitlines()])

    def to_pandas(self) -> pd.DataFrame:
        """A data frame of one row.

        Raises:
            InvcError: pandas is not installed.
        """
        return data_frame({name: [value] for name, value in self._fields.items()})

    @property
    def _fields(self) -> dict[str, object]:
        return {**vars(self), "passed": self.passed}


def _p_value(p: float) -> str:
    return f"p = {p:.2g}" if p > LEAST_P else f"p < {LEAST_P:.0g}"


def uniformity(reads: Sequence[int], answers: int) -> Uniformity:
    """Pearson's chi-square test of equal frequencies.

    Args:
        reads: How often each answer was seen that was seen at all.
        answers: How many answers there are.

    Raises:
        ValueError: More answers were seen than there are, or there are none.
    """
    if answers < 1 or len(reads) > answers:
        raise ValueError(f"{len(reads)} of {answers} answers seen")
    observed = [*reads, *[0] * (answers - len(reads))]
    total = sum(observed)
    expected = total / answers
    chi_square = sum((o - expected) ** 2 for o in observed) / expected if total else 0.0
    degrees = answers - 1
    return Uniformity(
        answers,
        total,
        chi_square,
        degrees,
        upper_tail(chi_square, degrees),
        quantile(LIMIT, degrees),
        max(observed),
        min(observed),
        expected < FEW,
    )


def upper_tail(chi_square: float, degrees: int) -> float:
    """P(chi-square >= x) = Q(degrees / 2, x / 2), the regularised incomplete gamma function.

    By its series below the mean, by Lentz's continued fraction above.

    Source: Press et al., Numerical Recipes, 3rd ed., section 6.2, gser and gcf.
    """
    a, x = degrees / 2, chi_square / 2
    if a <= 0 or x <= 0:
        return 1.0 if x <= 0 else 0.0
    front = exp(a * log(x) - x - lgamma(a))
    return 1 - front * _series(a, x) if x < a + 1 else front * _fraction(a, x)


def _series(a: float, x: float) -> float:
    """P(a, x) without the front factor."""
    term = total = 1 / a
    n = a
    while abs(term) > abs(total) * 1e-16:
        n += 1
        term *= x / n
        total += term
    return total


def _fraction(a: float, x: float) -> float:
    """Q(a, x) without the front factor."""
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    value = d
    for i in range(1, 100_000):
        step = -i * (i - a)
        b += 2
        d = 1 / (step * d + b or tiny)
        c = b + step / c or tiny
        value *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return value


def quantile(probability: float, degrees: int) -> float:
    """The x below which chi-square stays with a probability, by bisection."""
    if degrees == 0:
        return 0.0
    low, high = 0.0, float(degrees)
    while upper_tail(high, degrees) > 1 - probability:
        high *= 2
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (
            (middle, high) if upper_tail(middle, degrees) > 1 - probability else (low, middle)
        )
    return high
