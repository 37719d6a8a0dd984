"""What a read of a design ends in: answers where gates say what is right, else ranked states.

Chosen once, by `kind_of`; whoever says something of results asks the kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from invc.design import Design
from invc.design.fields import fields_of
from invc.diagnostics import InvcError
from invc.text.words import counted

if TYPE_CHECKING:
    from invc.engine import Result


class Kind(Protocol):
    """What reads end in, and how that is told."""

    name: str
    has_gates: bool
    read: str  # one that counts, for people

    def columns(self, design: Design, result: Result) -> Mapping[str, Sequence[float]]:
        """What is known of each answer besides its values."""
        ...

    def summary(self, design: Design, result: Result) -> str:
        """The outcome of a run in a line."""
        ...

    def check_provable(self) -> None:
        """Refuse what nothing can be proven of.

        Raises:
            InvcError: Nothing says what an answer is.
        """
        ...


class Answered:
    """Reads of a design with gates: verified, they are answers."""

    name = "answers"
    has_gates = True
    read = "verified read"

    def columns(self, design: Design, result: Result) -> Mapping[str, Sequence[float]]:
        """The values of its fields, and how many reads ended in each."""
        found = [answer.ports for answer in result.answers]
        reads = [answer.reads for answer in result.answers]
        return {**field_columns(design, found), "reads": reads}

    def summary(self, design: Design, result: Result) -> str:
        """How many there are, and of how many reads."""
        return f"{found(result)}; {result.verified_reads} of {result.reads} reads verified"

    def check_provable(self) -> None:
        """Gates can be proven of."""


class Ranked:
    """Reads of an imported model: no state is wrong, so what counts is how low its energy is."""

    name = "states"
    has_gates = False
    read = "read"

    def columns(self, design: Design, result: Result) -> Mapping[str, Sequence[float]]:
        """The energy of each, in the units of the file, and how many reads ended in it."""
        return {
            "energy": [answer.energy / design.scale for answer in result.answers],
            "reads": [answer.reads for answer in result.answers],
        }

    def summary(self, design: Design, result: Result) -> str:
        """The lowest energy that was seen, in the units of the file."""
        if not result.answers:
            return "no read ended"
        return f"lowest energy {result.answers[0].energy / design.scale:.10g}"

    def check_provable(self) -> None:
        """Energies have nothing to prove."""
        raise InvcError(
            "there are no gates to prove anything of: this model was imported",
            hint="'invc simulate' lists its lowest states",
        )


ANSWERS, STATES = Answered(), Ranked()


def kind_of(design: Design) -> Kind:
    """The kind of a design's results: that of its judge."""
    from invc.engine.judge import kind_of_judge  # noqa: PLC0415 - loads the engine

    return ANSWERS if kind_of_judge(design).has_wrong else STATES


def field_columns(
    design: Design, answers: Sequence[Mapping[str, int]]
) -> dict[str, Sequence[float]]:
    """The values of the fields of ports in all answers, by name; of plain ports there are none."""
    ports = design.netlist.ports
    fields = [(port.name, field) for port in ports for field in fields_of(port)]
    return {field.name: [field.value(a[name]) for a in answers] for name, field in fields}


def found(result: Result) -> str:
    """How many answers a run found, in words, and whether these are all."""
    if not result.answers:
        return "no answer found"
    number = len(result.answers)
    whole = "" if result.total != number else ", the only one" if number == 1 else ", which are all"
    return counted(number, "distinct answer") + whole
