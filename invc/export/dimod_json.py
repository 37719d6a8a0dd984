"""dimod's JSON, schema 3.0.0: what BinaryQuadraticModel.from_serializable reads."""

from __future__ import annotations

import json
from collections.abc import Iterator

from invc.export.problem import ADDED, Problem, facts, minimised


def write(problem: Problem) -> Iterator[str]:
    """The file in pieces; names are labels, and ports and clamps stand under `info`."""
    linear, quadratic = minimised(problem.model)
    edges = problem.model.edges
    fields = {
        "type": "BinaryQuadraticModel",
        "version": {"bqm_schema": "3.0.0"},
        "use_bytes": False,
        "index_type": "int32",
        "bias_type": "float64",
        "num_variables": len(linear),
        "num_interactions": len(quadratic),
        "variable_labels": list(problem.names),
        "variable_type": "SPIN",
        "offset": problem.model.offset,
        "info": {"convention": ADDED, **facts(problem)},
        "linear_biases": linear,
        "quadratic_biases": quadratic,
        "quadratic_head": edges[:, 0].tolist(),
        "quadratic_tail": edges[:, 1].tolist(),
    }
    yield json.dumps(fields) + "\n"
