"""qbsolv's .qubo text: `p qubo 0 variables diagonal couplers`, then `i j value`; bits 0 and 1."""

from __future__ import annotations

from invc.foreign.lines import Lines
from invc.foreign.terms import Terms, terms


def read(text: str, file: str, vartype: str | None = None) -> Terms:
    """The terms of a .qubo file; constant, offset and scale are heard in its comments.

    Raises:
        InvcError: The file is broken.
    """
    del vartype  # always bits
    lines = Lines(text, file)
    variables = -1
    rows = []
    for words in lines.words("c"):
        if words[0] == "p":
            if variables >= 0 or words[1:2] != ["qubo"] or len(words) != 6:
                lines.fail("one line 'p qubo 0 variables diagonal couplers' expected")
            variables = lines.count(words[3])
            continue
        if variables < 0:
            lines.fail("no line 'p qubo ...' before the first value")
        if len(words) != 3:
            lines.fail(f"'i j value' expected, found {' '.join(words)[:40]!r}")
        i, j = (lines.index(word, last=variables - 1) for word in words[:2])
        rows.append((i, j, lines.number_of(words[2])))
    if variables < 0:
        lines.fail("no line 'p qubo ...': this is no .qubo file")
    constant = lines.values.get("constant", lines.values.get("offset", 0.0))
    scale = lines.values.get("scale", 1.0)
    return terms(
        lines.named(range(variables)),
        [(i, j, scale * value) for i, j, value in rows],
        offset=scale * constant,
        boolean=True,
        clamps=lines.clamps,
    )
