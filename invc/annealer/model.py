"""A design and its clamps as a dimod BinaryQuadraticModel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from invc.annealer.extras import extra
from invc.ask import Question, read_question
from invc.ask.keywords import Clamps, Value, clamp_texts
from invc.design import Design
from invc.formats.outgoing import Outgoing, minimised, prepare


@dataclass(frozen=True, eq=False)
class Asked:
    """A question in the form of a model.

    Attributes:
        question: The design with what its relations add, and its clamps.
        outgoing: What is left to sample, spins by unique names.
    """

    question: Question
    outgoing: Outgoing


# Questions of each design, the latest last: what `decode` is about where no clamps are given.
_latest: WeakKeyDictionary[Design, list[Asked]] = WeakKeyDictionary()
MOST_KEPT = 100  # of one design


def asked(design: Design, clamps: Iterable[str] = ()) -> Asked:
    """What is left of a design once clamps and all that follows from them are folded in.

    Raises:
        InvcError: The clamps are none, or cannot hold all at once; status 4.
    """
    question = read_question(design, clamps)
    return Asked(question, prepare(question.design, question.clamps))


def latest(design: Design, variables: Iterable[object]) -> Asked | None:
    """The latest question whose model had these variables, if `bqm` made one."""
    names = set(variables)
    kept = _latest.get(design, [])
    return next((a for a in reversed(kept) if names == set(a.outgoing.names)), None)


def bqm(design: Design, clamps: Clamps = (), ports: Mapping[str, Value] | None = None) -> Any:  # noqa: ANN401 - dimod has no types
    """A BinaryQuadraticModel over spins whose ground states are the answers, energy 0.

    Its variables have the names of nets; clamped spins and those that follow from them are folded
    into biases and offset. dimod adds biases and couplings to the energy, so they have the
    opposite sign of a design's h and J.

    Args:
        design: What is asked.
        clamps: In any form that `invc.simulate` takes, relations too.
        ports: Values of ports by name.

    Raises:
        InvcError: dimod is not installed, or the clamps cannot hold.
    """
    dimod = extra("dimod", "dimod")
    wanted = asked(design, clamp_texts(clamps, ports or {}))
    kept = _latest.setdefault(design, [])
    kept.append(wanted)
    del kept[:-MOST_KEPT]
    return as_bqm(wanted.outgoing, dimod)


def as_bqm(outgoing: Outgoing, dimod: Any) -> Any:  # noqa: ANN401 - dimod has no types
    """The model that is to be written, as an object of dimod."""
    model, names = outgoing.model, outgoing.names
    linear, quadratic = minimised(model)
    pairs = ((names[i], names[j]) for i, j in model.edges.tolist())
    return dimod.BinaryQuadraticModel(
        dict(zip(names, linear, strict=True)),
        dict(zip(pairs, quadratic, strict=True)),
        float(model.offset),
        dimod.SPIN,
    )
