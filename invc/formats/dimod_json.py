"""dimod's JSON, schema 3.0.0: what BinaryQuadraticModel.from_serializable reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from invc.formats.format import Format
from invc.formats.incoming import Incoming
from invc.formats.outgoing import ADDED, Outgoing, facts, minimised
from invc.formats.terms import Terms, clamps_of, terms
from invc.text.trees import Fields, kind_of

TYPE = "BinaryQuadraticModel"
SCHEMA = "3.0.0"


def write(outgoing: Outgoing) -> Iterator[str]:
    """The file in pieces; names are labels, and ports and clamps stand under `info`."""
    linear, quadratic = minimised(outgoing.model)
    edges = outgoing.model.edges
    fields = {
        "type": TYPE,
        "version": {"bqm_schema": SCHEMA},
        "use_bytes": False,
        "index_type": "int32",
        "bias_type": "float64",
        "num_variables": len(linear),
        "num_interactions": len(quadratic),
        "variable_labels": list(outgoing.names),
        "variable_type": "SPIN",
        "offset": outgoing.model.offset,
        "info": {"convention": ADDED, **facts(outgoing)},
        "linear_biases": linear,
        "quadratic_biases": quadratic,
        "quadratic_head": edges[:, 0].tolist(),
        "quadratic_tail": edges[:, 1].tolist(),
    }
    yield json.dumps(fields) + "\n"


def is_dimod(tree: object) -> bool:
    """Whether a JSON file means to be one."""
    return isinstance(tree, dict) and tree.get("type") == TYPE


def read(incoming: Incoming) -> Terms:
    """The terms of a BinaryQuadraticModel whose numbers are not packed into bytes.

    Raises:
        InvcError: A field is missing, of the wrong kind, or breaks a rule.
    """
    tree = incoming.tree
    if not is_dimod(tree):
        incoming.fail(f"no JSON of a {TYPE}")
    assert isinstance(tree, dict)
    fields = Fields(tree, incoming.name)
    if tree.get("use_bytes"):
        fields.fail("use_bytes", "is true: write it with use_bytes=False")
    said = fields.inside("version").fields.get("bqm_schema", SCHEMA)
    if said != SCHEMA:
        fields.fail("version", f"says schema {str(said)[:20]!r}; this invc reads {SCHEMA}")
    names = _names(fields)
    return terms(
        names,
        [*_linear(fields, len(names)), *_quadratic(fields, len(names))],
        offset=fields.number("offset"),
        boolean=_is_boolean(fields),
        clamps=clamps_of(fields.inside("info")),
    )


def _names(fields: Fields) -> list[str]:
    """Labels: texts as they are, numbers and lists of them as `s[...]`."""
    labels = fields.items("variable_labels")
    try:
        return [label if isinstance(label, str) else f"s[{json.dumps(label)}]" for label in labels]
    except RecursionError:
        fields.fail("variable_labels", "is nested too deeply")


def _linear(fields: Fields, variables: int) -> Iterator[tuple[int, int, float]]:
    biases = fields.items("linear_biases")
    if len(biases) != variables:
        fields.fail("linear_biases", f"has {len(biases)} numbers for {variables} variables")
    for k, bias in enumerate(biases):
        yield k, k, fields.as_number("linear_biases", bias)


def _quadratic(fields: Fields, variables: int) -> Iterator[tuple[int, int, float]]:
    biases = fields.items("quadratic_biases")
    heads, tails = _ends(fields, "quadratic_head"), _ends(fields, "quadratic_tail")
    for name, ends in (("quadratic_head", heads), ("quadratic_tail", tails)):
        if len(ends) != len(biases):
            fields.fail(name, f"has {len(ends)} members for {len(biases)} quadratic_biases")
    for k, (i, j) in enumerate(zip(heads, tails, strict=True)):
        for name, end in (("quadratic_head", i), ("quadratic_tail", j)):
            if not 0 <= end < variables:
                fields.fail(f"{name}[{k}]", f"is {end}; there are {variables} variables")
        if i == j:
            fields.fail(f"quadratic_tail[{k}]", "couples a variable to itself")
        yield i, j, fields.as_number("quadratic_biases", biases[k])


def _ends(fields: Fields, name: str) -> Sequence[int]:
    return [fields.as_whole(name, value) for value in fields.items(name)]


def _is_boolean(fields: Fields) -> bool:
    kind = fields.value("variable_type")
    if kind not in ("BINARY", "SPIN"):
        shown = repr(kind[:20]) if isinstance(kind, str) else kind_of(kind)
        fields.fail("variable_type", f"is {shown}, neither 'SPIN' nor 'BINARY'")
    return kind == "BINARY"


FORMAT = Format(".bqm.json", write, read)
