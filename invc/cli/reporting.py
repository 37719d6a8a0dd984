"""What commands share in what they say: JSON reports, tables, counted nouns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click


def write_json(target: str, report: Mapping[str, Any]) -> None:
    """Write a report to a file, whole or not at all, or to standard output for "-"."""
    from invc.writing import write_whole

    text = json.dumps(report, indent=2) + "\n"
    if target == "-":
        click.echo(text, nl=False)
    else:
        write_whole(Path(target), [text])


def echo_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with right-aligned columns, as wide as it needs to be."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for name in head:
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    # A table wider than the terminal wraps there; rich would cut it.
    console = Console(width=1 << 16, markup=False, highlight=False, soft_wrap=True)
    console.print(table)


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 read", "2 reads"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
