"""`invc ports`: the modules, parameters and ports of a source, before any synthesis."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from invc import __version__
from invc.cli.pairs import Parsed
from invc.cli.reporting import write_json

if TYPE_CHECKING:
    from invc.frontend.modules import ModuleInfo


class Macro(Parsed):
    """A macro as -D takes it: NAME or NAME=TEXT."""

    name = "NAME[=TEXT]"

    def parse(self, text: str) -> tuple[str, str]:
        """Name and text, which is 1 where none is given."""
        name, equals, value = text.partition("=")
        if not name.isidentifier():
            raise ValueError(f"{text!r} is not NAME or NAME=TEXT")
        return name, value if equals else "1"


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-I",
    "--include",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Search this folder for `include.  May be repeated.",
)
@click.option(
    "-D",
    "--define",
    multiple=True,
    type=Macro(),
    help="Define a macro; its text is 1 where none is given.  May be repeated.",
)
@click.option("--json", "json_file", metavar="FILE|-", help="Write the result; - is stdout.")
def command(
    files: tuple[Path, ...],
    include: tuple[Path, ...],
    define: tuple[tuple[str, str], ...],
    json_file: str | None,
) -> None:
    """List the modules, parameters and ports of Verilog sources.

    Nothing is synthesised: widths are shown as the source writes them. Of SystemVerilog the
    heads of modules are read.

    \b
    invc ports design.v
    invc ports rtl/*.v -I rtl/include -D WIDTH=8 --json -
    """
    from invc.frontend.modules import read_modules, top_of

    modules = read_modules(files, include=include, define=dict(define))
    tops = top_of(modules)
    if json_file:
        _write_json(json_file, modules, tops)
    if json_file != "-":
        _print(modules, tops)


def _write_json(target: str, modules: Sequence[ModuleInfo], tops: Sequence[ModuleInfo]) -> None:

    report = {
        "modules": [
            {
                "name": module.name,
                "file": module.location.file,
                "line": module.location.line,
                "top": module in tops,
                "parameters": [{"name": p.name, "default": p.default} for p in module.parameters],
                "ports": [
                    {
                        "name": port.name,
                        "direction": port.direction,
                        "range": port.range,
                        "signed": port.signed,
                    }
                    for port in module.ports
                ],
            }
            for module in modules
        ],
        "version": __version__,
    }
    write_json(target, report)


def _print(modules: Sequence[ModuleInfo], tops: Sequence[ModuleInfo]) -> None:
    for k, module in enumerate(modules):
        if k:
            click.echo()
        click.echo(f"{module.name} ({module.location})")
        for parameter in module.parameters:
            default = f" = {parameter.default}" if parameter.default else ""
            click.echo(f"  parameter {parameter.name}{default}")
        rows = [
            (port.direction, port.name, "signed" if port.signed else "", port.range)
            for port in module.ports
        ]
        width = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = [text.ljust(w) for text, w in zip(row, width, strict=True) if w]
            click.echo(("  " + "  ".join(cells)).rstrip())
    if len(modules) > 1:
        names = ", ".join(module.name for module in tops) or "none, each lies in another"
        click.echo(f"\ntop: {names}" if len(tops) < 2 else f"\ntop: one of {names}")
