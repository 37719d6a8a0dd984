"""How a command shows that it is at work: a bar on a terminal, warnings everywhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from invc.cli.streams import raw
from invc.text.words import counted

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from invc.ask.sample import Watch
    from invc.engine import Progress


class Teller:
    """Says warnings at once, on standard error, and how far a run is where there is a bar."""

    watch: Watch | None = None

    def __init__(self, bar: Bar | None = None, at: str = "") -> None:
        self.bar = bar
        self.task = bar.add_task(at) if bar else None

    def warn(self, text: str) -> None:
        """Write a warning to standard error at once."""
        click.echo(f"warning: {text}", err=True)

    def progress(self, progress: Progress) -> None:
        """Show how many reads and answers there are by now."""
        text = f"{progress.reads} reads, {progress.verified_reads} verified"
        self.say(f"{text}, {counted(progress.answers, 'distinct answer')}")

    def say(self, text: str) -> None:
        """Show a text at the bar, where there is one."""
        if self.bar is not None and self.task is not None:
            self.bar.update(self.task, description=text)


@contextmanager
def bar_of(at: str, *, shown: bool) -> Iterator[Teller]:
    """Whoever tells the user what the command is at; its bar goes when that ends."""
    if not (shown and sys.stderr.isatty()):
        yield Teller()
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=raw(sys.stderr)), transient=True) as bar:
        yield Teller(bar, at)
