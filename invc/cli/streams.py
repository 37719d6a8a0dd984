"""Standard output and error that any text can be written to."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import Any, TextIO, cast

import click

from invc.text.shown import shown_lines


class Shown(TextIOWrapper):
    r"""A stream on which control characters come out as `\x1b`, and what it cannot encode, too.

    Names of ports, nets and files are whatever somebody wrote; printed as they stand they could
    clear a terminal, or end a run in an error of encoding. Only what the user's own terminal is
    told, colours and bars, goes past it, by `raw`.
    """

    def write(self, text: str) -> int:
        """Write a text as it can be shown."""
        super().write(shown_lines(text))
        return len(text)

    def raw(self, text: str) -> int:
        """Write a text as it is."""
        return super().write(text)


class Raw:
    """A stream for whoever writes commands of a terminal; all else is that of the stream below."""

    def __init__(self, stream: Shown) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a stream's own
        return getattr(self.stream, "raw" if name == "write" else name)


def protect() -> None:
    """Make standard output and error streams that show any text; a second call changes nothing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if type(stream) is TextIOWrapper:  # not what a test runner or a notebook put there
            encoding, lines = stream.encoding, stream.line_buffering
            stream.flush()
            shown = Shown(stream.detach(), encoding, "backslashreplace", line_buffering=lines)
            setattr(sys, name, shown)


def raw(stream: TextIO) -> TextIO:
    """The stream past its protection, where it has one."""
    return cast("TextIO", Raw(stream)) if isinstance(stream, Shown) else stream


def echo_error(text: str) -> None:
    """Write an error to standard error, on a terminal with what is wrong in red and the hint dim.

    In a file, a pipe, a terminal that says it is dumb, or where NO_COLOR is set (no-color.org), it
    is written as it is.
    """
    plain = not sys.stderr.isatty() or os.environ.get("TERM") == "dumb"
    if plain or os.environ.get("NO_COLOR"):
        click.echo(text, err=True)
        return
    head, line, hint = shown_lines(text).partition("\n")
    where, error, message = head.rpartition("error: ")
    shown = f"{where}{click.style(error, fg='red', bold=True)}{message}"
    stream = raw(sys.stderr)
    stream.write(f"{shown}{line}{click.style(hint, dim=True) if hint else ''}\n")
    stream.flush()
