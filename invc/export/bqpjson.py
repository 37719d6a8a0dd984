"""bqpjson, LANL's JSON for binary quadratic programs, schema 1.0.0."""

from __future__ import annotations

import json
from collections.abc import Iterator

from invc.export.problem import ADDED, Problem, facts, minimised


def write(problem: Problem) -> Iterator[str]:
    """The file in pieces; names, ports and clamps stand under `metadata`."""
    linear, quadratic = minimised(problem.model)
    edges = problem.model.edges.tolist()
    fields = {
        "version": "1.0.0",
        "id": 0,
        "description": f"{problem.name}: {ADDED}",
        "metadata": {
            **facts(problem),
            "variable_names": {str(k): name for k, name in enumerate(problem.names)},
        },
        "variable_ids": list(range(len(linear))),
        "variable_domain": "spin",
        "scale": 1.0,
        "offset": problem.model.offset,
        "linear_terms": [{"id": k, "coeff": a} for k, a in enumerate(linear) if a],
        "quadratic_terms": [
            {"id_tail": i, "id_head": j, "coeff": b}
            for (i, j), b in zip(edges, quadratic, strict=True)
        ],
    }
    yield json.dumps(fields) + "\n"
