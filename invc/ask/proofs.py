"""Questions answered exactly, by SAT: whether there is an answer, or how many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import index
from typing import TYPE_CHECKING, Any

from invc import __version__
from invc.ask.answers import Answers
from invc.ask.induction import always_of, start_of
from invc.ask.kinds import field_columns, kind_of
from invc.ask.question import Question, sometime_of
from invc.ask.results import by_cycle, fields_in
from invc.design import model_hash
from invc.diagnostics import InvcError
from invc.text.words import counted

if TYPE_CHECKING:
    from invc.proof import Asked

MOST_COUNTED = 10_000


@dataclass(frozen=True, kw_only=True)
class Proving:
    """What is to be proven, and what that may cost.

    Attributes:
        count: Whether to find all answers rather than one.
        limit: Most answers to find.
        keep: Most of those to give back; None for all.
        time_limit: Seconds; None for as long as it takes.
        induction: Whether what is asked for in some cycle is to be shown impossible for all time.

    Raises:
        ValueError: A value is out of its range.
    """

    count: bool = False
    limit: int = MOST_COUNTED
    keep: int | None = None
    time_limit: float | None = None
    induction: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "limit", index(self.limit))
        for name in ("limit", "time_limit"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be positive, not {value!r}")


def prove(question: Question, proving: Proving) -> Answers:
    """Whether a question has an answer, or all of its answers, from the gates of its design.

    `details` is the `Proof`, or where answers were counted the `Count`.

    Raises:
        InvcError: The design is a model without gates.
    """
    kind_of(question.design).check_provable()
    return _counted(question, proving) if proving.count else _solved(question, proving)


def _solved(question: Question, proving: Proving) -> Answers:
    from invc.proof import solve  # noqa: PLC0415 - loads the solver

    asked = _in_time(question, proving)
    if asked is not None:
        from invc.proof import solve_in_time  # noqa: PLC0415

        limit, induction = proving.time_limit, proving.induction
        proof = solve_in_time(asked, induction=induction, time_limit=limit)
    else:
        proof = solve(
            question.design,
            question.clamps,
            forbidden=question.forbidden,
            time_limit=proving.time_limit,
        )
    found = (proof.answer,) if proof.answer is not None else ()
    reason = f": {proof.reason}" if proof.reason else ""
    columns = field_columns(question.design, found)
    return Answers(proof.status, found, columns, summary=proof.status + reason, details=proof)


def _in_time(question: Question, proving: Proving) -> Asked | None:
    """What is asked of a clocked design cycle by cycle; None where that is nothing, or several.

    Raises:
        InvcError: Induction is wanted of what it cannot be about.
    """
    from invc.proof import Asked  # noqa: PLC0415

    found = sometime_of(question)
    if found is None:
        if not proving.induction:
            return None
        raise InvcError(
            "induction shows one thing to be impossible in every cycle",
            hint="ask for one: --violate NAME, --cover NAME, or NAME@any=VALUE",
        )
    rest, some = found
    asked = Asked(rest.design, rest.clamps, some.cycles, rest.forbidden)
    if not proving.induction:
        return asked
    start = start_of(rest.design)
    return replace(asked, start=start, always=always_of(rest.design, rest.clamps))


def _counted(question: Question, proving: Proving) -> Answers:
    from invc.proof import count  # noqa: PLC0415

    total = count(
        question.design,
        question.clamps,
        forbidden=question.forbidden,
        limit=proving.limit,
        keep=proving.limit if proving.keep is None else proving.keep,
        time_limit=proving.time_limit,
        beyond=True,
    )
    status = "possible" if total.number else "impossible" if total.complete else "undecided"
    least = "" if total.complete else "at least "
    summary = f"{least}{counted(total.number, 'distinct answer')}"
    columns = field_columns(question.design, total.answers)
    return Answers(status, total.answers, columns, summary=summary, details=total)


def report(question: Question, answers: Answers) -> dict[str, Any]:
    """What a file holds of a proof or a count, as plain data."""
    from invc.proof import solver_name  # noqa: PLC0415

    return {
        "status": answers.status,
        "solutions": [
            {
                "ports": dict(answer),
                **fields_in(question.design, answer),
                **by_cycle(question.design, answer),
            }
            for answer in answers
        ],
        **_fields(answers.details),
        "clamps": list(question.words.clamps),
        "forbid": list(question.words.forbid),
        "model": model_hash(question.given),
        "solver": solver_name(),
        "version": __version__,
    }


def _fields(details: object) -> dict[str, Any]:
    """What the solver said: of a proof, or of a count."""
    from invc.proof import Count  # noqa: PLC0415

    if isinstance(details, Count):
        names = {"count": "number", "complete": "complete", "seconds": "seconds"}
    else:
        names = {name: name for name in ("reason", "seconds", "variables", "clauses")}
    fields = {name: getattr(details, field) for name, field in names.items()}
    if getattr(details, "refuted", None) is not None:
        fields |= {"cycle": details.cycle, "refuted": details.refuted}  # type: ignore[attr-defined]
    return fields
