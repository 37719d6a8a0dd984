"""The max-cut format of the G-set: `vertices edges`, then `i j weight`, from 1.

Written: with w_ij = -J_ij the energy is offset - sum J_ij - 2 cut, so the largest cut is the ground
state. A bias is an edge to one more vertex, the last, which stands for a spin held at +1: logic 1
is the side of that vertex. Without biases there is none, and a state and its complement are one
cut. Read: a cut of weight c has energy -c, that is -sum w (1 - s_i s_j) / 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from invc.formats.format import Format
from invc.formats.incoming import Incoming
from invc.formats.lines import Lines
from invc.formats.outgoing import Outgoing, minimised
from invc.formats.terms import Terms, terms


def energy_of_a_cut(outgoing: Outgoing) -> str:
    """How the weight of a cut is turned into the energy of its state."""
    model = outgoing.model
    return f"energy = {model.offset - int(model.J.sum()) - int(model.h.sum())} - 2 cut"


def write(outgoing: Outgoing) -> Iterator[str]:
    """The file in pieces; the vertex of biases is there where a spin has one."""
    linear, quadratic = minimised(outgoing.model)
    spins = len(linear)
    biased = [(k, bias) for k, bias in enumerate(linear, 1) if bias]
    yield f"{spins + bool(biased)} {len(quadratic) + len(biased)}\n"
    for (i, j), weight in zip(outgoing.model.edges.tolist(), quadratic, strict=True):
        yield f"{i + 1} {j + 1} {weight}\n"
    for k, weight in biased:
        yield f"{k} {spins + 1} {weight}\n"


def read(incoming: Incoming) -> Terms:
    """The terms whose energy is minus the cut; an edge without a weight weighs 1.

    Raises:
        InvcError: The file is broken, or claims vertices far beyond its size.
    """
    lines = Lines(incoming.text, incoming.name)
    rest = lines.words("#")
    first = next(rest, None)
    if first is None:
        lines.fail("the file is empty")
    if len(first) != 2:
        lines.fail("'vertices edges' expected on the first line")
    vertices, edges = (lines.count(word) for word in first)
    incoming.believe(vertices)
    rows: list[tuple[int, int, float]] = []
    for words in rest:
        if not 2 <= len(words) <= 3:
            lines.fail(f"'i j weight' expected, found {' '.join(words)[:40]!r}")
        i, j = (lines.index(word, first=1, last=vertices) - 1 for word in words[:2])
        weight = lines.number_of(words[2]) if len(words) == 3 else 1.0
        if i != j:  # a loop is never cut
            rows.append((i, j, weight / 2))
        edges -= 1
    if edges:
        lines.fail("it has another number of edges than its first line says")
    total = sum(value for _, _, value in rows)
    return terms([f"v[{k}]" for k in range(1, vertices + 1)], rows, offset=-total)


def recognises(words: Sequence[str]) -> bool:
    """Whether the first line is two counts."""
    return len(words) == 2 and all(word.isascii() and word.isdigit() for word in words)


FORMAT = Format(
    ".gset", write, read, recognises, ("names", "offset", "clamps"), remark=energy_of_a_cut
)
