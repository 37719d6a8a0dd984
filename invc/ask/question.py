"""What is asked of a design, as a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from invc.ask.kinds import kind_of
from invc.design import (
    Bias,
    Clamp,
    Clamped,
    Design,
    parse_biases,
    parse_clamps,
    parse_combination,
    presolve,
)
from invc.design.assumed import assumed
from invc.design.relations import HINT, Sometime, relate, split_relations
from invc.diagnostics import InvcError


class Words(NamedTuple):
    """A question in the words of whoever asked it; other words may ask the same.

    Attributes:
        clamps: Texts NAME=VALUE, or relations such as a<b.
        forbid: Texts NAME=VALUE:NAME=VALUE.
        bias: Texts NAME=P.
    """

    clamps: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    bias: tuple[str, ...] = ()


NOT_IN_WORDS = Words()


@dataclass(frozen=True)
class Question:
    """What is asked of a design: bits held, answers left out, bits that lean.

    Attributes:
        design: What is asked.
        clamps: The bits that are held.
        forbidden: Combinations of bits; an answer that has all bits of one is left out.
        biases: Bits that lean.
        words: How all that was written, for files and pictures.
        plain: The design as it was given, where relations added gates to it.
    """

    design: Design
    clamps: tuple[Clamp, ...] = ()
    forbidden: tuple[tuple[Clamp, ...], ...] = ()
    biases: tuple[Bias, ...] = ()
    words: Words = NOT_IN_WORDS
    plain: Design | None = None

    @property
    def given(self) -> Design:
        """The design as it was given."""
        return self.plain or self.design

    def presolved(self, *, fold: bool = True) -> Clamped:
        """What follows from the clamps, or where that is not to be folded, they alone.

        Raises:
            Contradiction: They cannot hold all at once.
        """
        return presolve(self.design, self.clamps, self.forbidden, fold=fold)


def sometime_of(question: Question) -> tuple[Question, Sometime] | None:
    """A question without the one thing that it asks for in some cycle, and that thing.

    None where it asks for no such thing, or for several.
    """
    netlist = question.given.netlist
    texts = {text: split_relations(netlist, [text])[1] for text in question.words.clamps}
    found = [(text, r) for text, rs in texts.items() for r in rs if isinstance(r, Sometime)]
    if len(found) != 1 or not found[0][1].cycles:
        return None
    rest = [text for text in question.words.clamps if text != found[0][0]]
    return read_question(question.given, rest, question.words.forbid), found[0][1]


def read_question(
    design: Design,
    clamps: Iterable[str] = (),
    forbid: Iterable[str] = (),
    bias: Iterable[str] = (),
) -> Question:
    """The question that texts ask, see `Words`.

    Raises:
        InvcError: A text is none of its kind, or names what the design has not.
    """
    words = Words(tuple(clamps), tuple(forbid), tuple(bias))
    plain, relations = split_relations(design.netlist, words.clamps)
    held = parse_clamps(design.netlist, plain)
    given = design if relations else None
    if relations and not kind_of(design).has_gates:
        raise InvcError("relations need gates: this model was imported", hint=HINT)
    if relations:
        design, related = relate(design, relations)
        held = (*held, *related)
    held = (*held, *assumed(design, held))
    return Question(
        design,
        held,
        tuple(parse_combination(design.netlist, text) for text in words.forbid),
        parse_biases(design.netlist, words.bias),
        words,
        given,
    )
