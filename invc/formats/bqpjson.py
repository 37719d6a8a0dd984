"""bqpjson, LANL's JSON for binary quadratic programs, schema 1.0.0.

Source: https://github.com/lanl-ansi/bqpjson, bqpjson-schema.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from invc.formats.format import Format
from invc.formats.incoming import Incoming
from invc.formats.outgoing import ADDED, Outgoing, facts, minimised
from invc.formats.terms import Terms, clamps_of, terms
from invc.text.trees import Fields

VERSION = "1.0.0"
NEEDED = (
    *("version", "id", "variable_ids", "variable_domain", "scale", "offset"),
    *("linear_terms", "quadratic_terms"),
)


def write(outgoing: Outgoing) -> Iterator[str]:
    """The file in pieces; names, ports and clamps stand under `metadata`."""
    linear, quadratic = minimised(outgoing.model)
    edges = outgoing.model.edges.tolist()
    fields = {
        "version": VERSION,
        "id": 0,
        "description": f"{outgoing.name}: {ADDED}",
        "metadata": {
            **facts(outgoing),
            "variable_names": {str(k): name for k, name in enumerate(outgoing.names)},
        },
        "variable_ids": list(range(len(linear))),
        "variable_domain": "spin",
        "scale": 1.0,
        "offset": outgoing.model.offset,
        "linear_terms": [{"id": k, "coeff": a} for k, a in enumerate(linear) if a],
        "quadratic_terms": [
            {"id_tail": i, "id_head": j, "coeff": b}
            for (i, j), b in zip(edges, quadratic, strict=True)
        ],
    }
    yield json.dumps(fields) + "\n"


def is_bqpjson(tree: object) -> bool:
    """Whether a JSON file means to be one."""
    return isinstance(tree, dict) and "variable_domain" in tree


def read(incoming: Incoming) -> Terms:
    """The terms of a bqpjson file, which is held to the rules of its schema.

    Raises:
        InvcError: A field is missing, of the wrong kind, or breaks a rule.
    """
    tree = incoming.tree
    if not isinstance(tree, dict):
        incoming.fail("no bqpjson: it is no object")
    fields = Fields(tree, incoming.name)
    metadata = fields.inside("metadata")
    place = _places(fields)
    scale = fields.number("scale")
    if scale < 0:
        fields.fail("scale", "is negative")
    rows = [*_linear(fields, place, scale), *_quadratic(fields, place, scale)]
    boolean = _is_boolean(fields)
    for name in NEEDED:
        fields.value(name)
    if fields.text("version") != VERSION:
        fields.fail("version", f"is {fields.text('version')[:20]!r}; this invc reads {VERSION}")
    return terms(
        _names(metadata, place),
        rows,
        offset=scale * fields.number("offset"),
        boolean=boolean,
        clamps=clamps_of(metadata),
    )


def _places(fields: Fields) -> dict[int, int]:
    """Place of each variable by its number."""
    place: dict[int, int] = {}
    for k, value in enumerate(fields.items("variable_ids")):
        number = fields.as_whole(f"variable_ids[{k}]", value)
        if number < 0:
            fields.fail(f"variable_ids[{k}]", "is negative")
        if number in place:
            fields.fail(f"variable_ids[{k}]", f"is a second {number}")
        place[number] = k
    return place


def _names(metadata: Fields, place: dict[int, int]) -> list[str]:
    """Names as `write` gives them, those of other files by their numbers."""
    known = metadata.inside("variable_names")
    return [
        known.text(str(number)) if str(number) in known.fields else f"s[{number}]"
        for number in place
    ]


def _linear(
    fields: Fields, place: dict[int, int], scale: float
) -> Iterator[tuple[int, int, float]]:
    seen = set()
    for k, value in enumerate(fields.items("linear_terms")):
        term = fields.member("linear_terms", k, value)
        at = _place(term, "id", place)
        if at in seen:
            term.fail("id", "has a second linear term")
        seen.add(at)
        yield at, at, scale * term.number("coeff")


def _quadratic(
    fields: Fields, place: dict[int, int], scale: float
) -> Iterator[tuple[int, int, float]]:
    seen = set()
    for k, value in enumerate(fields.items("quadratic_terms")):
        term = fields.member("quadratic_terms", k, value)
        tail, head = _place(term, "id_tail", place), _place(term, "id_head", place)
        if tail == head:
            term.fail("id_head", "couples a variable to itself")
        if (tail, head) in seen:
            term.fail("id_head", "couples this pair a second time")
        seen.add((tail, head))
        yield tail, head, scale * term.number("coeff")


def _place(term: Fields, name: str, place: dict[int, int]) -> int:
    number = term.whole(name)
    if number not in place:
        term.fail(name, f"is {number}, which is not among the variable_ids")
    return place[number]


def _is_boolean(fields: Fields) -> bool:
    domain = fields.text("variable_domain")
    if domain not in ("boolean", "spin"):
        fields.fail("variable_domain", f"is {domain[:20]!r}, neither 'spin' nor 'boolean'")
    return domain == "boolean"


FORMAT = Format(".bqp.json", write, read)
