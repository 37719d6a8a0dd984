"""`invc simulate --questions`: many questions on one design, answers as lines of JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from invc.cli.progress import bar_of
from invc.diagnostics import InvcError

if TYPE_CHECKING:
    from invc.ask import Effort, Wanted
    from invc.cli.options import View
    from invc.design import Design

ALL_ANSWERED, SOME_FAULTY = 0, 1
# What is said of one run alone.
OF_ONE = ("repeat", "plot", "html", "vcd", "forbid", "bias")


def refuse_of_one(options: Mapping[str, Any]) -> None:
    """Refuse options that are about a single question.

    Raises:
        click.UsageError: One is given.
    """
    for name in OF_ONE:
        if options[name]:
            raise click.UsageError(f"--questions does not go with --{name}: it is of one run")


def run_batch(
    design: Design, options: Mapping[str, Any], effort: Effort, wanted: Wanted, view: View
) -> int:
    """Answer every line, as it comes, and go on where an earlier run was ended.

    Returns:
        The exit status: 1 where a line was faulty, else 0.

    Raises:
        InvcError: The questions cannot be read, or the answers not be written.
    """
    from invc.ask.batch import answer, answered, read_questions
    from invc.ask.outputs import check_outputs

    name, status = str(options["questions"]), ALL_ANSWERED
    if name == str(options["file"]) == "-":
        raise click.UsageError("the design and its questions cannot both be standard input")
    kept = [options["file"], *([] if name == "-" else [Path(name)])]
    check_outputs(view.files, kept)
    done = answered(Path(view.files[0]), design) if view.files else {}
    with (
        _lines(name) as lines,
        _answers(view) as out,
        bar_of("asking", shown=not view.quiet) as bar,
    ):
        for count, asked in enumerate(read_questions(lines, name), 1):
            if asked.line in done:
                if done[asked.line] != asked.text:
                    where, hint = f"{name}:{asked.line}", "give --json another file"
                    text = f"{view.files[0]} has an answer to another question of this line"
                    raise InvcError(text, where=where, hint=hint)
                continue
            fields = answer(design, asked, effort, wanted, options["clamps"])
            status = SOME_FAULTY if fields["status"] == "error" else status
            out.write(json.dumps(fields) + "\n")
            out.flush()
            bar.say(f"{count} questions")
    return status


@contextmanager
def _lines(name: str) -> Iterator[Iterable[str]]:
    """The lines of a file, or of standard input as they come."""
    if name == "-":
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="surrogateescape")  # no name of a port has such characters
        yield sys.stdin
        return
    from invc.text.files import read_text

    yield read_text(Path(name), hint="give a file of questions, a line each").splitlines()


@contextmanager
def _answers(view: View) -> Iterator[IO[str]]:
    """Where answers go: after those that are there already, or to standard output."""
    if not view.files:
        yield sys.stdout
        return
    try:
        with Path(view.files[0]).open("a", encoding="utf-8") as file:
            yield file
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvcError(f"cannot write it: {reason}", where=view.files[0]) from error
