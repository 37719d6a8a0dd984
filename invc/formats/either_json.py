"""JSON of a model, whichever it is: LANL's bqpjson or dimod's, told apart by what it holds."""

from __future__ import annotations

from collections.abc import Sequence

from invc.formats import bqpjson, dimod_json
from invc.formats.format import Format
from invc.formats.incoming import Incoming
from invc.formats.terms import Terms


def read(incoming: Incoming) -> Terms:
    """The terms of either kind.

    Raises:
        InvcError: It is neither, or broken.
    """
    if dimod_json.is_dimod(incoming.tree):
        return dimod_json.read(incoming)
    if not bqpjson.is_bqpjson(incoming.tree):
        incoming.fail(
            "neither bqpjson nor dimod's JSON of a BinaryQuadraticModel",
            "'invc export --to dimod-json' and '--to bqpjson' write such files",
        )
    return bqpjson.read(incoming)


def recognises(words: Sequence[str]) -> bool:
    """Whether a file begins as JSON does."""
    return bool(words) and words[0].startswith("{")


FORMAT = Format(".json", read=read, recognises=recognises)
