"""The one way a question is answered, whoever asks: the command line, Python, a cluster."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from invc.ask.answers import Samples, Violations, count_answers
from invc.ask.beside import Beside
from invc.ask.instead import draw_instead
from invc.ask.kinds import field_columns, kind_of
from invc.ask.pictures import drawn, write_pictures
from invc.ask.question import Question
from invc.ask.sample import (
    Looking,
    Observer,
    Recording,
    Sampled,
    explain,
    sample,
    sample_equilibrium,
)
from invc.ask.traces import write_traces
from invc.ask.wanted import Wanted, check
from invc.design import Clamped, Contradiction
from invc.diagnostics import InvcError
from invc.engine.effort import Effort
from invc.text.files import write_whole

if TYPE_CHECKING:
    from invc.engine import Result
    from invc.engine.execute import Halt
    from invc.pbits.lanes import UInt64
    from invc.proof import Count, Proof
    from invc.report.trace import Trace

SECONDS_BEFORE_PROOF = 5.0  # of sampling, where neither reads nor a time limit bounds it
READS_AN_ANSWER = 20  # that a test of uniformity asks of a run at equilibrium
LEAST_SAMPLES = 4096
MOST_NAMES = 12  # in a line
RULED_OUT = "no value of the free inputs gives what is held"


def ask(
    question: Question,
    effort: Effort | None = None,
    wanted: Wanted | None = None,
    observers: Sequence[Observer] = (),
    *,
    start: UInt64 | None = None,
) -> Samples:
    """Answer a question.

    What does not go together and files that cannot be written are told before the run. Ctrl-C ends
    the sampling and nothing else: what was found until then is still told and drawn, but no proof
    is begun.

    Args:
        question: What is asked.
        effort: How it is sampled.
        wanted: What is wanted besides answers.
        observers: Who looks on.
        start: First states of the reads, see `invc.engine.run`.

    Raises:
        InvcError: The user asked for what cannot be; `Unwritten`, if that shows after the run.
        KeyboardInterrupt: The user ended it before the first sample.
    """
    effort, wanted = effort or Effort(), wanted or Wanted()
    check(question, effort, wanted)
    wanted.pictures.check()
    try:
        clamped = question.presolved(fold=effort.fold)
    except Contradiction as reason:
        return _impossible(question, effort, wanted, str(reason), observers)
    warnings = _held_biases(question, clamped)
    _tell(warnings, observers)
    number = count_answers(question) if wanted.uniformity else None
    watched = wanted.pictures.watches(question.design)
    recording = Recording(question, clamped) if watched else None
    looking = _looking(question, wanted)
    lookers: list[Observer] = [*(x for x in (recording, looking) if x), *observers]
    sampled, proof = _run(question, clamped, effort, wanted, lookers, number, start)
    if sampled.doubt:
        _tell([sampled.doubt], observers)
        warnings.append(sampled.doubt)
    samples = _samples(question, clamped, sampled, number)
    samples = replace(samples, effort=effort, wanted=wanted, warnings=tuple(warnings))
    if looking:
        samples = _looked(samples, looking)
    samples = _with_proof(samples, proof)
    samples = _with_explanation(samples, clamped, sampled.result)
    if wanted.pictures.wanted:
        drawn_before = len(samples.warnings)
        samples = _draw(samples, clamped, sampled.result, recording.trace if recording else None)
        _tell(samples.warnings[drawn_before:], observers)
    return samples


def _run(
    question: Question,
    clamped: Clamped,
    effort: Effort,
    wanted: Wanted,
    observers: Sequence[Observer],
    number: Count | None,
    start: UInt64 | None,
) -> tuple[Sampled, Proof | None]:
    """What is sampled, and what is proven beside it where that is wanted and no read answers."""
    bounded = limited(effort, wanted)
    halt = _halt() if wanted.proof and effort.reads is None else None
    beside = Beside(question, effort.time_limit, halt) if wanted.proof else None
    try:
        if wanted.equilibrium and clamped.free:
            drawn = wanted.drawn
            sampled = _at_equilibrium(question, clamped, bounded, observers, number, drawn=drawn)
        else:
            near, hold = wanted.explanation, 1 if wanted.first or wanted.trace else None
            sampled = sample(
                question, clamped, bounded, observers, start=start, near=near, hold=hold, halt=halt
            )
        return sampled, _proven(beside, sampled.result)
    finally:
        if beside:
            beside.cancel()


def _looking(question: Question, wanted: Wanted) -> Looking | None:
    """Who sees first right states, or keeps the states of a read, where that is wanted."""
    if not wanted.first and wanted.trace is None:
        return None
    return Looking(question, wanted.first, wanted.trace and wanted.trace[0])


def _at_equilibrium(
    question: Question,
    clamped: Clamped,
    effort: Effort,
    observers: Sequence[Observer],
    number: Count | None,
    *,
    drawn: bool,
) -> Sampled:
    """As many samples as a test of uniformity over so many answers needs, where one is wanted.

    Where the pilot predicts that no sample would be an answer, answers are drawn instead.
    """
    began = time.perf_counter()
    enough = None if number is None else max(LEAST_SAMPLES, READS_AN_ANSWER * number.number)
    draws = effort.reads or enough or LEAST_SAMPLES
    if drawn and (instead := draw_instead(question, effort, draws, began)):
        return instead
    sampled = sample_equilibrium(question, clamped, effort, observers, enough=enough)
    prospect = sampled.chains.prospect if sampled.chains else None
    result = sampled.result
    if prospect is None or not prospect.is_hopeless or question.biases or result.interrupted:
        return sampled
    if prospect.is_impossible:
        return sampled._replace(result=replace(result, impossible=True))
    try:
        instead = draw_instead(question, effort, draws, began)
    except KeyboardInterrupt:
        return sampled._replace(result=replace(result, interrupted=True))
    return sampled if instead is None else instead._replace(doubt=prospect.expected)


class Unwritten(InvcError):
    """A picture that could not be written; the run that it was of is not lost.

    Attributes:
        samples: What was found.
    """

    def __init__(self, fault: InvcError, samples: Samples) -> None:
        super().__init__(fault.message, where=fault.where, hint=fault.hint, status=fault.status)
        self.samples = samples


def _draw(samples: Samples, clamped: Clamped, result: Result, trace: Trace | None) -> Samples:
    """Write the pictures that are wanted; what cannot be drawn without an answer is told.

    Raises:
        Unwritten: One cannot be written.
    """
    run = drawn(
        samples.design,
        samples.question.words,
        clamped,
        result,
        trace,
        proven_impossible=samples.status == "impossible",
        first=tuple(samples.first[0].times.tolist()) if samples.first else None,
        errors={bit.name: bit.error for bit in samples.marginals()},
    )
    pictures = samples.wanted.pictures
    unwritten: tuple[str, ...] = ()
    try:
        write_pictures(pictures, run)
        if samples.design.frames is not None:
            answers, files = samples.answers, (pictures.vcd, pictures.replay)
            unwritten = write_traces(samples.design, answers, *files)
    except InvcError as fault:
        raise Unwritten(fault, samples) from fault
    if not unwritten:
        return samples
    text = f"there is no answer to show; not written: {', '.join(unwritten)}"
    return replace(samples, warnings=(*samples.warnings, text))


def _tell(warnings: Sequence[str], observers: Sequence[Observer]) -> None:
    for observer in observers:
        for text in warnings:
            observer.warn(text)


def _impossible(
    question: Question,
    effort: Effort,
    wanted: Wanted,
    reason: str,
    observers: Sequence[Observer],
) -> Samples:
    """What the clamps alone show to have no answer."""
    unwritten = wanted.pictures.wanted
    warnings = [f"nothing was sampled; not written: {', '.join(unwritten)}"] if unwritten else []
    _tell(warnings, observers)
    return Samples(
        "impossible",
        (),
        summary=f"impossible: {reason}",
        question=question,
        effort=effort,
        wanted=wanted,
        reason=reason,
        warnings=tuple(warnings),
    )


def _held_biases(question: Question, clamped: Clamped) -> list[str]:
    """Name the biased bits that have one value anyway."""
    values = clamped.values
    held = [b.name for b in question.biases if b.literal <= 1 or values[(b.literal >> 1) - 1]]
    if not held:
        return []
    names = " ".join(held[:MOST_NAMES]) + (" and more" if len(held) > MOST_NAMES else "")
    return [f"a bias of {names} changes nothing, as the clamps decide it"]


def _looked(samples: Samples, looking: Looking) -> Samples:
    """What was seen cycle by cycle; the states of a read are written where they were wanted.

    Raises:
        Unwritten: They cannot be written, or there was no such read.
    """
    first = looking.first.times if looking.first else None
    samples = replace(samples, first=first)
    if looking.tracing and samples.wanted.trace:
        read, file = samples.wanted.trace
        try:
            if not looking.tracing.states:
                raise InvcError(f"there was no read {read} to trace", hint="give more --reads")
            write_whole(Path(file), looking.tracing.lines())
        except InvcError as fault:
            raise Unwritten(fault, samples) from fault
    return samples


def limited(effort: Effort, wanted: Wanted) -> Effort:
    """A run that a proof may follow does not use up the user's patience."""
    if wanted.proof and not (effort.reads or effort.time_limit):
        return replace(effort, time_limit=SECONDS_BEFORE_PROOF)
    return effort


def _samples(
    question: Question, clamped: Clamped, sampled: Sampled, number: Count | None
) -> Samples:
    """What a run found, as its design's kind tells it."""
    kind, result = kind_of(question.design), sampled.result
    summary = kind.summary(question.design, result)
    if result.impossible:
        summary = f"impossible: {RULED_OUT}"
    return Samples(
        "impossible" if result.impossible else "found" if result.answers else "none",
        tuple(answer.ports for answer in result.answers),
        kind.columns(question.design, result),
        f"{summary}; interrupted" if result.interrupted else summary,
        sampled.chains or result,
        question=question,
        result=result,
        free=clamped.free,
        chains=sampled.chains,
        number=number,
        reason=RULED_OUT if result.impossible else "",
    )


def _with_proof(samples: Samples, proof: Proof | None) -> Samples:
    """What a SAT solver said beside the run, where that matters."""
    if proof is None:
        return samples
    if proof.answer is not None:
        return replace(
            samples,
            status="found",
            answers=(proof.answer,),
            columns={**field_columns(samples.design, [proof.answer]), "reads": [0]},
            summary=f"{samples.summary}; found by proof, not by sampling",
            proof=proof,
        )
    if proof.status == "impossible":
        text = f"impossible: {proof.reason} (proven by SAT)"
        return replace(samples, status="impossible", summary=text, proof=proof)
    return replace(samples, proof=proof)


def _proven(beside: Beside | None, result: Result) -> Proof | None:
    """What is proven where no read was an answer, and where the user did not end it all."""
    if beside is None or result.answers or result.interrupted or result.impossible:
        return None
    try:
        return beside.wait()
    except KeyboardInterrupt:  # the run's own result is still to be told
        return None


def _halt() -> Halt:
    """What ends a run before its time."""
    from invc.engine.execute import Halt  # noqa: PLC0415 - loads what moves p-bits

    return Halt()


def _with_explanation(samples: Samples, clamped: Clamped, result: Result) -> Samples:
    if not samples.wanted.explanation:
        return samples
    why = explain(samples.question, clamped, result)
    return samples if why is None else replace(samples, explanation=Violations(why))
