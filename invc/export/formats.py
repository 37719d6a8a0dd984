"""The formats by name, and what each cannot hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from invc.design import Clamp, Design
from invc.diagnostics import InvcError, nearest
from invc.export import (
    bqpjson,
    dimacs,
    dimod_coo,
    dimod_json,
    gset,
    npz,
    qmasm,
    qubo,
    thrml,
)
from invc.export.problem import Problem, prepare
from invc.text.files import write_whole

Chunks: TypeAlias = Iterable[str] | Iterable[bytes]


@dataclass(frozen=True)
class Format:
    """A format that a design can leave in.

    Attributes:
        write: Makes the file in pieces.
        suffix: How its files are called, behind the name of the design.
        lacks: What of "names", "offset" and "clamps" it has no place for.
        comments: Whether what it lacks stands in its comments.
        remark: What to know of a file that has no room to say it.
        gates: Whether it is made from the gates, clamps being clauses that are never folded.
    """

    write: Callable[[Problem], Chunks]
    suffix: str
    lacks: tuple[str, ...] = ()
    comments: bool = False
    gates: bool = False
    remark: Callable[[Problem], str] | None = None


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "dimod": Format(dimod_coo.write, ".coo", ("names", "offset", "clamps"), comments=True),
        "dimod-json": Format(dimod_json.write, ".bqm.json"),
        "qubo": Format(qubo.write, ".qubo", ("names", "offset", "clamps"), comments=True),
        "npz": Format(npz.write, ".npz"),
        "qmasm": Format(qmasm.write, ".qmasm", ("offset",), comments=True),
        "bqpjson": Format(bqpjson.write, ".bqp.json"),
        "gset": Format(
            gset.write, ".gset", ("names", "offset", "clamps"), remark=gset.energy_of_a_cut
        ),
        "dimacs": Format(dimacs.write, ".cnf", gates=True),
        "thrml": Format(thrml.write, "_thrml.py"),
    }
)


def find_format(name: str, path: Path | None = None) -> Format:
    """A format by name; "dimod" is JSON where the file is called so, and COO text elsewhere.

    Raises:
        InvcError: There is none.
    """
    if name not in FORMATS:
        raise InvcError(f"no format is called {name!r}", hint=nearest(name, FORMATS))
    if name == "dimod" and path is not None and path.suffix.lower() == ".json":
        return FORMATS["dimod-json"]
    return FORMATS[name]


def export(
    design: Design, form: Format, path: Path, clamps: Iterable[Clamp] = (), *, fold: bool = True
) -> Problem:
    """Write a design in another program's format, whole or not at all.

    Args:
        design: What to write.
        form: The format, from `find_format`.
        path: Where to.
        clamps: Bits to hold.
        fold: Whether held spins leave the model; see `prepare`.

    Returns:
        What was written.

    Raises:
        InvcError: The clamps are contradictory, the format cannot express the design at all, or
            the file cannot be written.
    """
    problem = prepare(design, clamps, fold=fold and not form.gates)
    write_whole(path, form.write(problem))
    return problem


def losses(form: Format, problem: Problem) -> tuple[str, ...]:
    """What of this problem the format has no place for, in words."""
    what = {
        "names": "the names of spins" if problem.names else "",
        "offset": f"the offset {problem.model.offset}" if problem.model.offset else "",
        "clamps": "clamps" if problem.clamps else "",
    }
    return tuple(what[part] for part in form.lacks if what[part])
