"""dimod's COO text: `u v bias` for each term, read by dimod.serialization.coo."""

from __future__ import annotations

from collections.abc import Iterator

from invc.export.problem import ADDED, Problem, minimised, notes


def write(problem: Problem) -> Iterator[str]:
    """The file in pieces.

    Every spin has a line, so that dimod's reader knows those without a bias or a coupling too.
    """
    linear, quadratic = minimised(problem.model)
    yield "# vartype=SPIN\n"
    for note in notes(problem, ADDED):
        yield f"# {note}\n"
    for k, bias in enumerate(linear):
        yield f"{k} {k} {bias}\n"
    for (i, j), bias in zip(problem.model.edges.tolist(), quadratic, strict=True):
        yield f"{i} {j} {bias}\n"
