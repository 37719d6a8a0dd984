"""Many questions on one design: a line each, and a line of JSON for each answer."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invc.ask.asking import ask
from invc.ask.keywords import bias_texts, clamp_texts, combination_texts
from invc.ask.question import read_question
from invc.ask.results import report
from invc.ask.wanted import Wanted
from invc.design import Design, model_hash
from invc.diagnostics import InvcError
from invc.engine.effort import Effort
from invc.text.files import read_text

FIELDS = ("clamps", "forbid", "bias", "id")
LEFT_OUT = ("question", "runs", "version", "spins")  # of a report: what a batch need not repeat
HINT = 'a line is p=143 a=3, or {"clamps": {"p": 143}}, or values under a line of names'


@dataclass(frozen=True)
class Asked:
    """A line of a batch.

    Attributes:
        line: Its number, from 1.
        text: As it stands there.
        parts: What it asks, by the names in FIELDS.
    """

    line: int
    text: str
    parts: Mapping[str, Any]


def read_questions(lines: Iterable[str], name: str) -> Iterator[Asked]:
    """The questions of a batch, as they come; empty lines and those that begin with # ask nothing.

    A line is a JSON object with `clamps` and, if need be, `forbid`, `bias` and an `id`, as keywords
    of `invc.simulate`; or clamps with blanks between them; or, where the first line has names of
    ports with commas between them, values in that order, an empty one being left free.

    Raises:
        InvcError: A line is none of these.
    """
    names: list[str] | None = None
    first = True
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if first and "=" not in text and not text.startswith("{"):
            names = _cells(text, f"{name}:{number}")
            first = False
            continue
        first = False
        where = f"{name}:{number}"
        yield Asked(number, text, _row(names, text, where) if names else _parts(text, where))


def _parts(text: str, where: str) -> Mapping[str, Any]:
    """What a line asks that has no names above it."""
    if not text.startswith("{"):
        return {"clamps": text.split()}
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        raise InvcError("this line is no JSON", where=where, hint=HINT) from None
    unknown = next((field for field in parts if field not in FIELDS), None)
    if unknown is not None:
        known = ", ".join(FIELDS)
        raise InvcError(f"no field is called {unknown!r}", where=where, hint=f"there are: {known}")
    return dict(parts)


def _cells(text: str, where: str) -> list[str]:
    """What stands between the commas of a line."""
    try:
        return [cell.strip() for cell in next(csv.reader([text]))]
    except csv.Error as error:
        raise InvcError(f"this line is no CSV: {error}", where=where, hint=HINT) from None


def _row(names: list[str], text: str, where: str) -> Mapping[str, Any]:
    """What a line of values asks."""
    values = _cells(text, where)
    if len(values) > len(names):
        raise InvcError(f"{len(values)} values under {len(names)} names", where=where, hint=HINT)
    pairs = zip(names, values, strict=False)
    return {"clamps": [f"{name}={value}" for name, value in pairs if value]}


def answer(
    design: Design, asked: Asked, effort: Effort, wanted: Wanted, always: Iterable[str] = ()
) -> dict[str, Any]:
    """The answer to a line, as a line of a batch's result holds it; a fault is an answer, too.

    Args:
        design: What is asked.
        asked: The line.
        effort: How each question is sampled.
        wanted: What is wanted besides answers.
        always: Clamps of every question.

    Raises:
        KeyboardInterrupt: The user ended it.
    """
    head = {"line": asked.line, "asked": asked.text}
    if "id" in asked.parts:
        head["id"] = asked.parts["id"]
    try:
        question = read_question(design, *_texts(asked.parts, always))
        samples = ask(question, effort, wanted)
    except InvcError as fault:
        fields = {"status": "error", "error": fault.message, "hint": fault.hint}
        return {**head, **fields, "model": model_hash(design)}
    if samples.result and samples.result.interrupted:
        raise KeyboardInterrupt
    fields = {name: value for name, value in report(samples).items() if name not in LEFT_OUT}
    return {**head, **fields, "warnings": list(samples.warnings)}


def _texts(parts: Mapping[str, Any], always: Iterable[str]) -> Iterator[list[str]]:
    """Clamps, forbidden combinations and biases as texts.

    Raises:
        InvcError: A field has another type than these have.
    """
    readers: Mapping[str, Callable[[Any], list[str]]] = {
        "clamps": lambda given: [*always, *clamp_texts(given, {})],
        "forbid": combination_texts,
        "bias": bias_texts,
    }
    for name, texts in readers.items():
        try:
            found = texts(parts.get(name, ()))
        except (TypeError, ValueError, AttributeError):
            found = [0]  # type: ignore[list-item]
        if not all(isinstance(text, str) for text in found):
            raise InvcError(f"{name} cannot be {parts[name]!r}", hint=HINT)
        yield found


def answered(path: Path, design: Design) -> dict[int, str]:
    """The lines that a result has answers to already, with what they asked.

    A last line that was cut off, as its writer was killed, is taken away.

    Raises:
        InvcError: The file is no result of a batch, or one of another design.
    """
    if not path.is_file():
        return {}
    text = read_text(path)
    whole = text[: text.rfind("\n") + 1]
    done: dict[int, str] = {}
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            fields = json.loads(line)
            done[int(fields["line"])], model = str(fields["asked"]), fields["model"]
        except (ValueError, KeyError, TypeError, RecursionError):
            where, hint = f"{path}:{number}", "give --json a file of its own"
            raise InvcError("this is no answer of a batch", where=where, hint=hint) from None
        if model != model_hash(design):
            hint = "give the .hj file that it was asked of, or --json another file"
            raise InvcError("it has answers of another model", where=str(path), hint=hint)
    if whole != text:
        path.write_text(whole, encoding="utf-8")
    return done
