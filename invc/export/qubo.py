"""qbsolv's .qubo text: minimise sum Q_ij x_i x_j over bits x."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from invc.export.problem import Problem, minimised, notes

CONVENTION = "E(x) = constant + sum Q_ij x_i x_j with x in {0, 1}, the logic value; to be minimised"


class Qubo(NamedTuple):
    """E(x) = constant + sum linear_i x_i + sum quadratic_ij x_i x_j.

    Attributes:
        linear: For each bit.
        quadratic: For each edge of the model.
        constant: What no bit changes.
    """

    linear: list[int]
    quadratic: list[int]
    constant: int


def boolean(problem: Problem) -> Qubo:
    """The model over bits: s = 2 x - 1 put into offset + sum a s + sum b s s."""
    a, b = minimised(problem.model)
    linear = [2 * bias for bias in a]
    for (i, j), bias in zip(problem.model.edges.tolist(), b, strict=True):
        linear[i] -= 2 * bias
        linear[j] -= 2 * bias
    return Qubo(linear, [4 * bias for bias in b], problem.model.offset - sum(a) + sum(b))


def write(problem: Problem) -> Iterator[str]:
    """The file in pieces: comments, the program line, diagonal, couplers.

    Every bit has a line on the diagonal, 0 or not: some readers take the number of those lines for
    the number of bits.
    """
    qubo = boolean(problem)
    for note in notes(problem, CONVENTION):
        yield f"c {note}\n"
    yield f"c constant {qubo.constant}\n"
    bits = len(qubo.linear)
    yield f"p qubo 0 {bits} {bits} {len(qubo.quadratic)}\n"
    for k, value in enumerate(qubo.linear):
        yield f"{k} {k} {value}\n"
    for (i, j), value in zip(problem.model.edges.tolist(), qubo.quadratic, strict=True):
        yield f"{i} {j} {value}\n"
