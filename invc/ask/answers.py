"""What the functions of `import invc` give back: tables of answers, marginals and violations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from invc.ask.kinds import kind_of
from invc.ask.question import Question
from invc.ask.wanted import Conflict, Wanted
from invc.design import Clamp, Design
from invc.diagnostics import InvcError
from invc.engine.effort import Effort
from invc.text.tables import data_frame, html_table, text_table
from invc.text.words import counted

if TYPE_CHECKING:
    import pandas as pd

    from invc.engine import Result
    from invc.engine.equilibrium import Equilibrium
    from invc.engine.explain import Explanation, Violation
    from invc.engine.first import FirstTimes
    from invc.engine.statistics import Marginal, Uniformity
    from invc.proof import Count, Proof

SHOWN = 20
COUNT_LIMIT = 100_000
COUNT_SECONDS = 30.0


class Table(Sequence[Any]):
    """Records that show themselves: as text in a session, as a table in a notebook."""

    form = ".10g"  # of a number that is not whole

    @property
    def records(self) -> Sequence[Any]:
        """What the rows are of."""
        raise NotImplementedError

    @property
    def cells(self) -> Mapping[str, Sequence[object]]:
        """The values of all rows by the name of their column."""
        raise NotImplementedError

    @property
    def caption(self) -> str:
        """What is said under the rows."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - an int or a slice
        return self.records[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.records)

    def __repr__(self) -> str:
        lines = [text_table(list(self.cells), self._rows)] if self.records else []
        return "\n".join([*lines, self._caption])

    def _repr_html_(self) -> str:
        return html_table(list(self.cells) if self.records else (), self._rows, self._caption)

    @property
    def _rows(self) -> list[list[str]]:
        columns = [values[:SHOWN] for values in self.cells.values()]
        return [list(map(self._text, row)) for row in zip(*columns, strict=True)]

    def _text(self, value: object) -> str:
        return format(value, self.form) if isinstance(value, float) else str(value)

    @property
    def _caption(self) -> str:
        more = len(self) - SHOWN
        return f"{self.caption} ({more} more)" if more > 0 else self.caption

    def to_pandas(self) -> pd.DataFrame:
        """A data frame with the same columns, of all rows.

        Raises:
            InvcError: pandas is not installed.
        """
        return data_frame(self.cells)


@dataclass(frozen=True, eq=False, repr=False)
class Answers(Table):
    """Answers, each the values of all ports by name; true if there is one.

    Attributes:
        status: "found", "none" or "impossible" of a simulation; "possible", "impossible" or
            "undecided" of a proof.
        answers: Values of ports by name.
        columns: What else is known of each answer, such as its reads.
        summary: The outcome in a line, for people.
        details: What the engine or the solver reported; None where neither was asked.
    """

    status: str
    answers: tuple[Mapping[str, int], ...]
    columns: Mapping[str, Sequence[float]] = field(default_factory=dict)
    summary: str = ""
    details: object = None

    @property
    def records(self) -> Sequence[Mapping[str, int]]:
        """The answers themselves, a row each."""
        return self.answers

    @property
    def cells(self) -> Mapping[str, Sequence[object]]:
        """The ports, then the other columns."""
        names = self.answers[0] if self.answers else ()
        return {**{n: [answer[n] for answer in self.answers] for n in names}, **self.columns}

    @property
    def caption(self) -> str:
        """What came of it, in a line below the table."""
        return self.summary


@dataclass(frozen=True, eq=False, repr=False)
class Samples(Answers):
    """Answers of a simulation, which can be asked how far they are to be trusted.

    Attributes:
        question: What was asked.
        effort: How it was sampled.
        wanted: What was wanted besides answers.
        result: What the engine reported; None where nothing had to be sampled.
        free: Spins that were left to sample.
        chains: How it was sampled at equilibrium, where it was.
        proof: What the SAT solver said, where it was asked.
        explanation: Why the best unverified read is no answer, where that was asked and there is
            one.
        number: How many answers there are, where a test of uniformity was wanted.
        first: When reads were right for the first time, by their ports and in every gate, where
            that was asked.
        reason: Why there is no answer, where the clamps alone show it.
        warnings: What the user should know, a sentence each.
    """

    question: Question = field(kw_only=True)
    effort: Effort = field(kw_only=True, default_factory=Effort)
    wanted: Wanted = field(kw_only=True, default_factory=Wanted)
    result: Result | None = field(kw_only=True, default=None)
    free: int = field(kw_only=True, default=0)
    chains: Equilibrium | None = field(kw_only=True, default=None)
    proof: Proof | None = field(kw_only=True, default=None)
    explanation: Violations | None = field(kw_only=True, default=None)
    number: Count | None = field(kw_only=True, default=None)
    first: tuple[FirstTimes, FirstTimes] | None = field(kw_only=True, default=None)
    reason: str = field(kw_only=True, default="")
    warnings: tuple[str, ...] = field(kw_only=True, default=())

    @property
    def design(self) -> Design:
        """The design that was asked, relations of the question included."""
        return self.question.design

    @property
    def held(self) -> tuple[Clamp, ...]:
        """The bits that were held."""
        return self.question.clamps

    @property
    def left_out(self) -> tuple[tuple[Clamp, ...], ...]:
        """The combinations of bits that were forbidden."""
        return self.question.forbidden

    @property
    def caption(self) -> str:
        """The outcome, and what is to be known of it."""
        return "\n".join([self.summary, *(f"warning: {text}" for text in self.warnings)])

    def marginals(self) -> Marginals:
        """P(bit = 1) of every port bit over the reads that count, with its standard error."""
        from invc.engine.statistics import clustered, marginals  # noqa: PLC0415 - loads numpy

        found, ports = self.result.answers if self.result else (), self.design.netlist.ports
        if not found:
            return Marginals((), "no marginals without answers")
        reads = sum(answer.reads for answer in found)
        held = {clamp.literal >> 1 for clamp in self.question.clamps}
        if self.chains:
            rows = clustered(ports, self.chains.samples, self.chains.ones, held)
            return Marginals(rows, f"over {counted(reads, 'sample')} at equilibrium")
        read = kind_of(self.design).read
        return Marginals(marginals(ports, found, held), f"over {counted(reads, read)}")

    def uniformity(
        self, *, limit: int = COUNT_LIMIT, time_limit: float | None = COUNT_SECONDS
    ) -> Uniformity:
        """Whether all answers are found equally often; SAT counts how many there are.

        Args:
            limit: Most answers to count, unless they were counted before the run.
            time_limit: Seconds to count them.

        Raises:
            InvcError: Nothing was found, some answers are meant to be likelier, the model has no
                gates, or there are too many answers.
        """
        if self.question.biases:
            raise Conflict("with <bias> answers are not meant to be uniform")
        if not (self.result and self.result.answers):
            raise InvcError("no answer was found, so there is nothing to compare")
        number = self.number
        if number is None or not number.complete:
            number = count_answers(self.question, limit, time_limit)
        test = replace(self, number=number).tested()
        if test is None:
            raise InvcError(
                f"there are more than {number.number} answers", hint="give a larger limit or time"
            )
        return test

    def tested(self) -> Uniformity | None:
        """The test of uniformity, where answers were found and it is known how many there are."""
        from invc.engine.statistics import uniformity  # noqa: PLC0415

        if not (self.result and self.result.answers and self.number and self.number.complete):
            return None
        return uniformity([answer.reads for answer in self.result.answers], self.number.number)


def count_answers(
    question: Question, limit: int = COUNT_LIMIT, time_limit: float | None = COUNT_SECONDS
) -> Count:
    """How many answers a test of uniformity is about.

    Raises:
        KeyboardInterrupt: The user ended it, and with it all that it was for.
    """
    from invc.proof import count  # noqa: PLC0415 - loads the solver

    number = count(
        question.design,
        question.clamps,
        forbidden=question.forbidden,
        limit=limit,
        keep=0,
        time_limit=time_limit,
    )
    if number.interrupted:
        raise KeyboardInterrupt
    return number


@dataclass(frozen=True, eq=False, repr=False)
class Marginals(Table):
    """P(bit = 1) of every port bit.

    Attributes:
        bits: Of each bit.
        over: Of what, for people.
    """

    bits: tuple[Marginal, ...]
    over: str
    form = ".4f"

    @property
    def records(self) -> Sequence[Marginal]:
        """The bits of the ports, a row each."""
        return self.bits

    @property
    def cells(self) -> Mapping[str, Sequence[object]]:
        """Columns: name, probability and standard error of each bit."""
        return {
            "bit": [bit.name for bit in self.bits],
            "P(1)": [bit.probability for bit in self.bits],
            "error": [bit.error for bit in self.bits],
        }

    @property
    def caption(self) -> str:
        """Which reads the marginals are taken over."""
        return self.over


@dataclass(frozen=True, eq=False, repr=False)
class Violations(Table):
    """Why the best unverified read is no answer: the gates that it violates.

    Attributes:
        read: All that is known of it.
    """

    read: Explanation

    @property
    def records(self) -> Sequence[Violation]:
        """The violated gates, the worst first."""
        return self.read.violations

    @property
    def cells(self) -> Mapping[str, Sequence[object]]:
        """What the command shows of each gate."""
        found = self.read.violations
        return {
            "gate": [v.cell if v.wrong else f"{v.cell} (ancilla)" for v in found],
            "drives": [v.drives for v in found],
            "energy": [v.excess for v in found],
            "clamped bits": [" ".join(v.clamps) for v in found],
            "source": [v.source for v in found],
        }

    @property
    def caption(self) -> str:
        """Its energy, and what its inputs give."""
        found = self.read
        given = ", ".join(f"{name} = {value}" for name, value in found.ports.items())
        text = f"energy {found.energy}{', annealed on' if found.annealed else ''}; inputs give "
        return f"{text}{given}; clamped bits missed: {' '.join(found.missed) or 'none'}"
