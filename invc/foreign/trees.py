"""JSON models: LANL's bqpjson, and dimod's own BinaryQuadraticModel."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from invc.diagnostics import InvcError
from invc.foreign.terms import Terms, terms


def read(text: str, file: str, vartype: str | None = None) -> Terms:
    """The terms of either kind of JSON, told apart by what they hold.

    Raises:
        InvcError: It is neither, or broken.
    """
    del vartype  # both say it themselves
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvcError(f"not JSON: {str(error)[:60]}", where=file) from None
    kind = _kind(tree)
    if kind is None:
        raise InvcError(
            "neither bqpjson nor dimod's JSON of a BinaryQuadraticModel",
            where=file,
            hint="'invc export --to dimod-json' and '--to bqpjson' write such files",
        )
    try:
        return kind(tree)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        name = type(error).__name__
        raise InvcError(f"broken: {name} {str(error)[:60]}", where=file) from None


def _kind(tree: object) -> Callable[[Any], Terms] | None:
    if not isinstance(tree, dict):
        return None
    if tree.get("type") == "BinaryQuadraticModel":
        return _dimod
    return _bqpjson if "variable_domain" in tree else None


def _bqpjson(tree: dict[str, Any]) -> Terms:
    numbers = [int(k) for k in tree["variable_ids"]]
    place = {number: k for k, number in enumerate(numbers)}
    known = tree.get("metadata", {}).get("variable_names", {})
    names = [str(known.get(str(number), f"s[{number}]")) for number in numbers]
    scale = float(tree["scale"])
    rows = [
        (place[t["id"]], place[t["id"]], scale * float(t["coeff"])) for t in tree["linear_terms"]
    ]
    rows += [
        (place[t["id_tail"]], place[t["id_head"]], scale * float(t["coeff"]))
        for t in tree["quadratic_terms"]
    ]
    return terms(
        _distinct(names),
        rows,
        offset=scale * float(tree["offset"]),
        boolean=_is_boolean(tree["variable_domain"], "boolean", "spin"),
        clamps=_clamps(tree.get("metadata", {})),
    )


def _dimod(tree: dict[str, Any]) -> Terms:
    if tree.get("use_bytes"):
        raise ValueError("its numbers are bytes; write it with use_bytes=False")
    labels = tree["variable_labels"]
    names = [label if isinstance(label, str) else f"s[{json.dumps(label)}]" for label in labels]
    rows = [(k, k, float(bias)) for k, bias in enumerate(tree["linear_biases"])]
    heads, tails = tree["quadratic_head"], tree["quadratic_tail"]
    rows += [
        (_inside(i, names), _inside(j, names), float(bias))
        for i, j, bias in zip(heads, tails, tree["quadratic_biases"], strict=True)
    ]
    return terms(
        _distinct(names),
        rows,
        offset=float(tree["offset"]),
        boolean=_is_boolean(tree["variable_type"], "BINARY", "SPIN"),
        clamps=_clamps(tree.get("info", {})),
    )


def _inside(k: int, names: list[str]) -> int:
    if not 0 <= k < len(names):
        raise ValueError(f"variable {k} does not exist")
    return k


def _is_boolean(said: str, bits: str, spins: str) -> bool:
    if said not in (bits, spins):
        raise ValueError(f"variables are {said!r}")
    return said == bits


def _clamps(facts: dict[str, Any]) -> list[tuple[str, int]]:
    return [(str(name), int(value)) for name, value in facts.get("clamps", {}).items()]


def _distinct(names: list[str]) -> list[str]:
    if len(set(names)) != len(names) or not all(names):
        raise ValueError("its variables do not have a name each")
    return names
