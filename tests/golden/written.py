"""What is written in every format, and what it cannot say, as letters of a hash.

That the programs which the formats are of read the same energies is asked elsewhere; here nothing that
a comment, a name or a hint says changes unnoticed.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from designs import CELLS, multiplier
from golden.mangled import letters, plain
from invc import __version__
from invc.design import Design, parse_clamps
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.formats import writable
from invc.formats.adopt import adopt
from invc.formats.files import load, losses
from invc.formats.outgoing import Outgoing, prepare
from invc.formats.terms import terms
from invc.netlist import Gate, Netlist, Port
from invc.netlist.gates import AND2, HA

WRITTEN = Path(__file__).resolve().parent / "written.json"


def odd() -> Design:
    """Bits that are constants, complements and one another's, and names that no format likes."""
    ports = (
        Port("a", "input", (2, 4), offset=3),
        Port('b "x"', "input", (6,)),
        Port("y", "output", (9, 8, 0, 1, 2, 3, 10)),
        Port("vartype", "output", (13,)),
    )
    gates = (Gate(AND2, (3, 4, 9)), Gate(HA, (6, 8, 10, 13)))
    names = ("", "a[3]", "a[4]", "\u00e9 \n", "", "", "a[3]")
    return assemble(Netlist("odd", ports, gates, names).check(), CELLS, origin="a test")


def imported() -> Design:
    """A model without gates, whose energies were multiplied by a scale."""
    rows = [(0, 0, 0.5), (0, 1, -0.25), (1, 2, 1.0), (2, 2, -3.0)]
    return adopt(terms(["s[0]", "s[1]", "x y"], rows, offset=1.25), name="im").design


# A bit and its complement: one of them, both as they are, and both alike.
TWICE = (["y[0]=1"], ["y[0]=1", "y[1]=0"], ["y[0]=1", "y[1]=1"])
DESIGNS: Mapping[str, tuple[Callable[[], Design], Sequence[Sequence[str]]]] = {
    "product": (lambda: assemble(multiplier(2), CELLS), ([], ["p=6"], ["a=1", "p[3]=0"])),
    "odd": (odd, ([], ["a=0"], ['b "x"=1', "y[6]=1"], ["y[3]=1", "y[2]=0"], ["y[3]=0"], *TWICE)),
    "imported": (imported, ([], ["x y=1"], ["s=2"])),
}


def written(name: str, form: str) -> list[str]:
    """What becomes of a design in a format, for each of its clamps, folded and kept."""
    make, asked = DESIGNS[name]
    design = make()
    return [
        letters(said(design, form, texts, fold=fold)) for texts in asked for fold in (True, False)
    ]


def said(design: Design, form: str, texts: Sequence[str], *, fold: bool) -> str:
    """A file as text, what is lost in it and what has to be known beside it; or why there is none."""
    way = load(form)
    assert way.write is not None
    try:
        outgoing = prepare(design, parse_clamps(design.netlist, texts), fold=fold and not way.gates)
        pieces = list(way.write(outgoing))
    except InvcError as error:
        return f"{error.status}: {error}"
    remark = way.remark(outgoing) if way.remark else ""
    text = json.dumps([_text(pieces, outgoing), losses(way, outgoing), remark])
    return text.replace(f"invc {__version__}", "invc")


def _text(pieces: Sequence[Any], outgoing: Outgoing) -> Any:
    """The file; arrays of numpy as plain data, since how they are packed is numpy's affair."""
    if not isinstance(pieces[0], bytes):
        return "".join(pieces)
    arrays = np.load(io.BytesIO(b"".join(pieces)))
    return {name: plain(arrays[name]) for name in arrays}


def measure() -> dict[str, dict[str, list[str]]]:
    """All of them, by design and format."""
    return {name: {form: written(name, form) for form in writable()} for name in DESIGNS}
