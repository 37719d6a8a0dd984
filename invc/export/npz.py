"""numpy arrays in one .npz file, in invc's own sign; numpy.load reads it without pickles."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import numpy as np

from invc.export.problem import SUBTRACTED, Problem, facts


def write(problem: Problem) -> Iterator[bytes]:
    """The file as one piece: h, edges, J, offset, names, clamps, and `facts` as JSON."""
    model = problem.model
    file = io.BytesIO()
    np.savez(
        file,
        h=model.h,
        edges=model.edges,
        J=model.J,
        offset=np.int64(model.offset),
        names=_texts(problem.names),
        clamp_names=_texts(problem.clamps),
        clamp_values=np.array(list(problem.clamps.values()), dtype=np.int8),
        folded_names=_texts(problem.folded),
        folded_values=np.array(list(problem.folded.values()), dtype=np.int8),
        convention=np.array(SUBTRACTED),
        facts=np.array(json.dumps(facts(problem))),
    )
    yield file.getvalue()


def _texts(names: object) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    return np.array(list(names), dtype=np.str_)  # type: ignore[call-overload]
