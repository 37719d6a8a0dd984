"""How a command shows that it is at work: a bar on a terminal, warnings everywhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from invc.cli.streams import raw
from invc.text.words import counted

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from invc.ask.sample import Watch
    from invc.engine import Progress

OFTEN = 0.1  # seconds between two texts of a bar


@dataclass(frozen=True)
class Bound:
    """What ends a command, as far as that is known before.

    Attributes:
        seconds: That it may take.
        reads: That it makes.
    """

    seconds: float | None = None
    reads: int | None = None

    def left(self, elapsed: float, reads: int) -> float | None:
        """The seconds that are left at most, or by how fast it was; None where nobody can tell."""
        times = [] if self.seconds is None else [self.seconds - elapsed]
        if self.reads and reads:
            times.append(elapsed * (self.reads / reads - 1))
        return max(0.0, min(times)) if times else None


class Teller:
    """Says warnings at once, on standard error, and how far a run is where there is a bar."""

    watch: Watch | None = None

    def __init__(
        self,
        bar: Bar | None = None,
        at: str = "",
        bound: Bound = Bound(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.bar, self.bound, self.clock = bar, bound, clock
        self.task = bar.add_task(at) if bar else None
        self.began = self.said = clock()

    def warn(self, text: str) -> None:
        """Write a warning to standard error at once."""
        click.echo(f"warning: {text}", err=True)

    def progress(self, progress: Progress) -> None:
        """Show how many reads and answers there are by now, and the time that is left."""
        now = self.clock()
        if self.bar is None or now - self.said < OFTEN:
            return
        self.said = now
        text = f"{progress.reads} reads, {progress.verified_reads} verified"
        left = self.bound.left(now - self.began, progress.reads)
        ends = "" if left is None else f", {left:.0f} s left"
        self.say(f"{text}, {counted(progress.answers, 'distinct answer')}{ends}")

    def say(self, text: str) -> None:
        """Show a text at the bar at once, where there is one, however soon the next one comes."""
        if self.bar is not None and self.task is not None:
            self.bar.update(self.task, description=text, refresh=True)


@contextmanager
def bar_of(at: str, *, shown: bool, bound: Bound = Bound()) -> Iterator[Teller]:
    """Whoever tells the user what the command is at; its bar goes when that ends."""
    if not (shown and sys.stderr.isatty()):
        yield Teller()
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=raw(sys.stderr)), transient=True) as bar:
        yield Teller(bar, at, bound)
