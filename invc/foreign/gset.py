"""Max-cut graphs of the G-set: `vertices edges`, then `i j weight`, from 1; energy = -cut.

A cut of weight c has energy -c: -sum w (1 - s_i s_j) / 2.
"""

from __future__ import annotations

from invc.foreign.lines import Lines
from invc.foreign.terms import Terms, terms


def read(text: str, file: str, vartype: str | None = None) -> Terms:
    """The terms whose energy is minus the cut; an edge without a weight weighs 1.

    Raises:
        InvcError: The file is broken.
    """
    del vartype  # always spins
    lines = Lines(text, file)
    rows: list[tuple[int, int, float]] = []
    vertices = edges = -1
    for words in lines.words("#"):
        if vertices < 0:
            if len(words) != 2:
                lines.fail("'vertices edges' expected on the first line")
            vertices, edges = lines.count(words[0]), lines.count(words[1])
            continue
        if not 2 <= len(words) <= 3:
            lines.fail(f"'i j weight' expected, found {' '.join(words)[:40]!r}")
        i, j = (lines.index(word, first=1, last=vertices) - 1 for word in words[:2])
        weight = lines.number_of(words[2]) if len(words) == 3 else 1.0
        if i != j:  # a loop is never cut
            rows.append((i, j, weight / 2))
        edges -= 1
    if vertices < 0:
        lines.fail("the file is empty")
    if edges:
        lines.fail("it has another number of edges than its first line says")
    total = sum(value for _, _, value in rows)
    return terms([f"v[{k}]" for k in range(1, vertices + 1)], rows, offset=-total)
