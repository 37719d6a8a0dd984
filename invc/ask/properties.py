"""Covers and assertions of a source as clamps: what is to become true, or false, in some cycle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from invc.ask.stimulus import read_stimulus
from invc.design import Design
from invc.design.frames import Kind
from invc.diagnostics import InvcError, nearest


def texts_in_time(
    design: Design,
    cover: Iterable[str] = (),
    violate: Iterable[str] = (),
    stimulus: Path | None = None,
) -> list[str]:
    """The clamps under which covers are reached, assertions fail, and a trace is followed.

    Args:
        design: What is asked.
        cover: Names of covers.
        violate: Names of assertions.
        stimulus: A trace, see `read_stimulus`.

    Raises:
        InvcError: The design has no such property, or the trace does not fit.
    """
    texts = [*_sometime(design, cover, "cover", 1), *_sometime(design, violate, "assert", 0)]
    return texts if stimulus is None else [*texts, *read_stimulus(design, stimulus)]


def _sometime(design: Design, names: Iterable[str], kind: Kind, value: int) -> Iterator[str]:
    known = design.frames.names(kind) if design.frames else ()
    for name in [names] if isinstance(names, str) else names:
        if name not in known:
            raise InvcError(f"no {kind} is called {name!r}", hint=nearest(name, known))
        yield f"{name}@any={value}"
