"""The max-cut format of the G-set: `vertices edges`, then `i j weight`, from 1.

With w_ij = -J_ij the energy is offset - sum J_ij - 2 cut, so the largest cut is the ground state.
A bias is an edge to one more vertex, the last, which stands for a spin held at +1: logic 1 is
the side of that vertex. Without biases there is none, and a state and its complement are one cut.
"""

from __future__ import annotations

from collections.abc import Iterator

from invc.export.problem import Problem, minimised


def energy_of_a_cut(problem: Problem) -> str:
    """How the weight of a cut is turned into the energy of its state."""
    model = problem.model
    return f"energy = {model.offset - int(model.J.sum()) - int(model.h.sum())} - 2 cut"


def write(problem: Problem) -> Iterator[str]:
    """The file in pieces."""
    linear, quadratic = minimised(problem.model)
    spins = len(linear)
    biased = [(k, bias) for k, bias in enumerate(linear, 1) if bias]
    yield f"{spins + bool(biased)} {len(quadratic) + len(biased)}\n"
    for (i, j), weight in zip(problem.model.edges.tolist(), quadratic, strict=True):
        yield f"{i + 1} {j + 1} {weight}\n"
    for k, weight in biased:
        yield f"{k} {spins + 1} {weight}\n"
