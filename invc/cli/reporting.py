"""What commands share in what they say: JSON reports, tables, counted nouns."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc.cli.streams import raw
from invc.diagnostics import printable
from invc.text.words import counted

if TYPE_CHECKING:
    from invc.design import Design
    from invc.design.fields import Field
    from invc.netlist import Port

count = counted


def check_files(written: Iterable[Path | str | None], read: Iterable[Path | None]) -> None:
    """Refuse, before any work, files that could not be written, or are read and would be lost.

    Args:
        written: Names of the files to write; None for none, "-" for standard output.
        read: Files that the command reads.

    Raises:
        InvcError: One is no place to write to.
    """
    from invc.ask.outputs import check_outputs

    kept = [path for path in read if path is not None]
    check_outputs([str(name) for name in written if name is not None], kept)


def write_json(target: str, report: Mapping[str, Any]) -> None:
    """Write a report to a file, whole or not at all, or to standard output for "-"."""
    from invc.text.files import write_whole

    text = json.dumps(report, indent=2) + "\n"
    if target == "-":
        click.echo(text, nl=False)
    else:
        write_whole(Path(target), [text])


def file_beside(file: Path, name: str, suffix: str) -> Path:
    """Where something of a design goes that has no name of its own: beside its file.

    Args:
        file: That of the design; "-" where it was read from standard input.
        name: What the design is called.
        suffix: Of the file to write.
    """
    if str(file) != "-":
        return file.with_name(file.stem + suffix)
    return Path("".join(c if c.isalnum() or c in "_-$" else "_" for c in name)[:100] + suffix)


def wrote(path: Path | str) -> str:
    """That a file was written, on one line whatever its name holds."""
    return f"wrote {printable(str(path))}"


def echo_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with right-aligned columns, as wide as it needs to be."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for name in head:
        table.add_column(Text(printable(name)), justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    # A table wider than the terminal wraps there; rich would cut it.
    out = raw(sys.stdout)
    console = Console(file=out, width=1 << 16, markup=False, highlight=False, soft_wrap=True)
    console.print(table)


def echo_answers(
    ports: Sequence[Port],
    answers: Sequence[Mapping[str, int]],
    *,
    radix: str,
    show: int,
    total: int | None = None,
    beside: tuple[str, Sequence[str]] | None = None,
) -> None:
    """Print the first answers, a column for each port or field, and how many more there are.

    Args:
        ports: In the order of the columns.
        answers: The value of every port, by name.
        radix: "dec", "hex" or "bin".
        show: Most rows.
        total: How many answers there are, if more than those given.
        beside: One more column: its head, and a text for each answer.
    """
    from invc.design.fields import columns_of

    columns = [(port.name, field) for port in ports for field in columns_of(port)]
    head = [field.name for _, field in columns]
    rows = [
        [port_value(field.value(answer[name]), field.width, radix) for name, field in columns]
        for answer in answers[:show]
    ]
    if beside:
        head.append(beside[0])
        rows = [[*row, text] for row, text in zip(rows, beside[1], strict=False)]
    if rows:
        echo_table(head, rows)
    more_rows((total or len(answers)) - len(rows))


def echo_traces(
    design: Design, answers: Sequence[Mapping[str, int]], *, radix: str, show: int, total: int
) -> None:
    """Print the first answers of a clocked design, each a table with a row for each cycle.

    Args:
        design: One that was unrolled.
        answers: The value of every port, by name.
        radix: "dec", "hex" or "bin".
        show: Most rows, but one answer in any case, unless it is 0.
        total: How many answers there are.
    """
    from invc.report.frames import rows_in_time, starting_values

    frames = design.frames
    assert frames is not None
    shown = min(len(answers), max(1, show // (frames.cycles + 1)) if show else 0)
    for answer in answers[:shown]:

        def text(port: Port, field: Field, answer: Mapping[str, int] = answer) -> str:
            return port_value(field.value(answer[port.name]), field.width, radix)

        echo_table(*rows_in_time(frames, design.netlist, text))
        for name, value in starting_values(frames, answer).items():
            click.echo(f"{name} begins with {value}")
    more = total - shown
    if more > 0:
        click.echo(f"and {counted(more, 'other answer')} (--show N, or --json FILE for all)")


def more_rows(more: int) -> None:
    """Say how many rows were left out, if any."""
    if more > 0:
        click.echo(f"and {more} more (--show N, or --json FILE for all)")


def port_value(value: int, width: int, radix: str) -> str:
    """A value as users write it; hexadecimal and binary show all of so many bits."""
    if radix == "dec":
        return str(value)
    bits = value & ((1 << width) - 1)
    if radix == "hex":
        return f"0x{bits:0{(width + 3) // 4}x}"
    return f"0b{bits:0{width}b}"
