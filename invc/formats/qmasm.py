"""QMASM, LANL's quantum macro assembler: weights, strengths and pins by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from invc.formats.format import Format
from invc.formats.outgoing import ADDED, Outgoing, circumstances, minimised, quoted, unique_names

# Fewer than QMASM allows: what it reads as one symbol and nothing else.
SYMBOL = re.compile(r"[A-Za-z_$][\w$.@]*(\[\d+\])*", re.ASCII)


def write(outgoing: Outgoing) -> Iterator[str]:
    """The file in pieces; every spin has a weight, so that QMASM knows all of them."""
    linear, quadratic = minimised(outgoing.model)
    symbols = symbols_of(outgoing.names)
    yield f"# {quoted(outgoing.name)}\n# {ADDED}\n# offset {outgoing.model.offset}\n"
    for symbol, name in zip(symbols, outgoing.names, strict=True):
        if symbol != name:
            yield f"# name {symbol} {quoted(name)}\n"
    for line in circumstances(outgoing):
        yield f"# {line}\n"
    yield "!bqm_type ising\n"
    for symbol, bias in zip(symbols, linear, strict=True):
        yield f"{symbol} {bias}\n"
    for (i, j), bias in zip(outgoing.model.edges.tolist(), quadratic, strict=True):
        yield f"{symbols[i]} {symbols[j]} {bias}\n"
    place = dict(zip(outgoing.names, symbols, strict=True))
    for name, value in outgoing.clamps.items():
        yield f"{place[name]} := {'true' if value else 'false'}\n"


def symbols_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """A symbol for each name: the name itself where QMASM can read it."""
    return unique_names([name if SYMBOL.fullmatch(name) else "spin" for name in names])


FORMAT = Format(".qmasm", write, lacks=("offset",), comments=True)
