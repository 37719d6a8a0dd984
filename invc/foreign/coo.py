"""dimod's COO text: `u v bias`, the kind of variable in a comment `vartype=SPIN`."""

from __future__ import annotations

import re

from invc.foreign.lines import Lines
from invc.foreign.terms import Terms, terms

VARTYPE = re.compile(r"^[ \t\f]*#.*?vartype[:=][ \t]*([-_.a-zA-Z0-9]+)", re.MULTILINE)


def read(text: str, file: str, vartype: str | None = None) -> Terms:
    """The terms of a COO file.

    Args:
        text: The file.
        file: Its name in messages.
        vartype: "SPIN" or "BINARY", for a file that does not say it.

    Raises:
        InvcError: The file is broken, or says nothing of its variables.
    """
    lines = Lines(text, file)
    said = {match.upper() for match in VARTYPE.findall(text)} | ({vartype} if vartype else set())
    rows = []
    for words in lines.words("#"):
        if len(words) != 3:
            lines.fail(f"'u v bias' expected, found {' '.join(words)[:40]!r}")
        rows.append((lines.index(words[0]), lines.index(words[1]), lines.number_of(words[2])))
    if said - {"SPIN", "BINARY"} or len(said) > 1:
        lines.fail(f"its variables cannot be {' and '.join(sorted(said))}")
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
