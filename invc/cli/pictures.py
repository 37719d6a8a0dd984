"""The options for pictures of a run: `--plot`, `--html` and `--vcd`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from invc.ask.pictures import Pictures

F = TypeVar("F", bound=Callable[..., Any])


def picture_options(command: F) -> F:
    """The options; the command gets them as `plot`, `html` and `vcd`."""
    for option in (
        click.option("--vcd", metavar="FILE", help="Write nets against sweeps as waveforms."),
        click.option("--html", metavar="FILE", help="Write charts and the netlist as one page."),
        click.option("--plot", metavar="FILE", help="Write charts: .png, .svg or .pdf."),
    ):
        command = option(command)
    return command


def say_unwritten(pictures: Pictures) -> None:
    """Say that nothing was sampled, so that nobody looks for the files."""
    if pictures.wanted:
        click.echo(f"nothing was sampled; not written: {', '.join(pictures.wanted)}", err=True)
