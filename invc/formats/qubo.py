"""qbsolv's .qubo text: minimise sum Q_ij x_i x_j over bits x.

The program line is `p qubo 0 variables diagonal couplers`; each other line is `i j value`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from invc.formats.format import Format
from invc.formats.incoming import Incoming
from invc.formats.lines import Lines
from invc.formats.outgoing import Outgoing, minimised, notes
from invc.formats.terms import Terms, terms

CONVENTION = "E(x) = constant + sum Q_ij x_i x_j with x in {0, 1}, the logic value; to be minimised"


class Qubo(NamedTuple):
    """E(x) = constant + sum linear_i x_i + sum quadratic_ij x_i x_j.

    Attributes:
        linear: For each bit.
        quadratic: For each edge of the model.
        constant: What no bit changes.
    """

    linear: list[int]
    quadratic: list[int]
    constant: int


def boolean(outgoing: Outgoing) -> Qubo:
    """The model over bits: s = 2 x - 1 put into offset + sum a s + sum b s s."""
    a, b = minimised(outgoing.model)
    linear = [2 * bias for bias in a]
    for (i, j), bias in zip(outgoing.model.edges.tolist(), b, strict=True):
        linear[i] -= 2 * bias
        linear[j] -= 2 * bias
    return Qubo(linear, [4 * bias for bias in b], outgoing.model.offset - sum(a) + sum(b))


def write(outgoing: Outgoing) -> Iterator[str]:
    """The file in pieces: comments, the program line, diagonal, couplers.

    Every bit has a line on the diagonal, 0 or not: some readers take the number of those lines for
    the number of bits.
    """
    qubo = boolean(outgoing)
    for note in notes(outgoing, CONVENTION):
        yield f"c {note}\n"
    yield f"c constant {qubo.constant}\n"
    bits = len(qubo.linear)
    yield f"p qubo 0 {bits} {bits} {len(qubo.quadratic)}\n"
    for k, value in enumerate(qubo.linear):
        yield f"{k} {k} {value}\n"
    for (i, j), value in zip(outgoing.model.edges.tolist(), qubo.quadratic, strict=True):
        yield f"{i} {j} {value}\n"


def read(incoming: Incoming) -> Terms:
    """The terms of a .qubo file; constant, offset and scale are heard in its comments.

    Raises:
        InvcError: The file is broken, or claims variables far beyond its size.
    """
    lines = Lines(incoming.text, incoming.name)
    variables = -1
    rows = []
    for words in lines.words("c"):
        if words[0] == "p":
            if variables >= 0 or words[1:2] != ["qubo"] or len(words) != 6:
                lines.fail("one line 'p qubo 0 variables diagonal couplers' expected")
            variables = incoming.believe(lines.count(words[3]))
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


def recognises(words: Sequence[str]) -> bool:
    """Whether the first line that is no comment is the program line."""
    return list(words[:2]) == ["p", "qubo"]


FORMAT = Format(".qubo", write, read, recognises, ("names", "offset", "clamps"), comments=True)
