"""dimod's COO text: `u v bias` for each term, read and written by dimod.serialization.coo."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from invc.formats.format import Format
from invc.formats.incoming import Incoming
from invc.formats.lines import Lines
from invc.formats.outgoing import ADDED, Outgoing, minimised, notes
from invc.formats.terms import Terms, terms

# As dimod finds it: anywhere in a comment.
VARTYPE = re.compile(r"^[ \t\f]*#.*?vartype[:=][ \t]*([-_.a-zA-Z0-9]+)", re.MULTILINE)


def write(outgoing: Outgoing) -> Iterator[str]:
    """The file in pieces.

    Every spin has a line, so that dimod's reader knows those without a bias or a coupling too.
    """
    linear, quadratic = minimised(outgoing.model)
    yield "# vartype=SPIN\n"
    for note in notes(outgoing, ADDED):
        yield f"# {note}\n"
    for k, bias in enumerate(linear):
        yield f"{k} {k} {bias}\n"
    for (i, j), bias in zip(outgoing.model.edges.tolist(), quadratic, strict=True):
        yield f"{i} {j} {bias}\n"


def read(incoming: Incoming) -> Terms:
    """The terms of a COO file, whose variables are those that stand in a term.

    Raises:
        InvcError: The file is broken, or says nothing of the kind of its variables.
    """
    text, vartype = incoming.text, incoming.vartype
    lines = Lines(text, incoming.name)
    said = {match.upper() for match in VARTYPE.findall(text)} | ({vartype} if vartype else set())
    rows = []
    for words in lines.words("#"):
        if len(words) != 3:
            lines.fail(f"'u v bias' expected, found {' '.join(words)[:40]!r}")
        rows.append((lines.index(words[0]), lines.index(words[1]), lines.number_of(words[2])))
    if said - {"SPIN", "BINARY"} or len(said) > 1:
        lines.fail(f"its variables cannot be {' and '.join(sorted(said))[:60]}")
    if not said:
        lines.number = 1
        lines.fail(
            "it does not say whether its variables are spins or bits",
            "begin it with '# vartype=SPIN' or '# vartype=BINARY', or give --vartype",
        )
    numbers = sorted({end for row in rows for end in row[:2]})
    place = {number: k for k, number in enumerate(numbers)}
    return terms(
        lines.named(numbers),
        [(place[i], place[j], value) for i, j, value in rows],
        offset=lines.values.get("offset", 0.0),
        boolean=said == {"BINARY"},
        clamps=lines.clamps,
    )


def recognises(words: Sequence[str]) -> bool:
    """Whether the first line is a term."""
    return len(words) == 3 and words[0] != "p" and not words[0].startswith("{")


FORMAT = Format(".coo", write, read, recognises, ("names", "offset", "clamps"), comments=True)
