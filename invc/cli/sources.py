"""How commands take the sources of a design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc.cli.stdin import FORMAT, file_of

if TYPE_CHECKING:
    from invc.frontend.yosys import Sources

OPTIONS = (
    click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path)),
    click.option("-t", "--top", help="Top module.  [default: the one that no other instantiates]"),
    click.option(
        "-G",
        "--parameter",
        "parameters",
        multiple=True,
        metavar="NAME=VALUE",
        help="A parameter of the top module: W=8, MASK=8'hf0. May be repeated.",
    ),
    click.option(
        "-D", "--define", "defines", multiple=True, metavar="NAME[=VALUE]", help="A macro."
    ),
    click.option(
        "-I",
        "--include",
        "includes",
        multiple=True,
        type=click.Path(path_type=Path),
        help="A folder of included files.",
    ),
    click.option(
        "--netlist",
        "gate_level",
        is_flag=True,
        help="FILES are a gate-level netlist, models of its cells after it: instances of cells, "
        "Verilog's primitives and tables, assigns.",
    ),
    click.option(
        "--lib",
        "folders",
        multiple=True,
        type=click.Path(path_type=Path),
        help="A folder of your own cells, from 'invc lib-gen'.",
    ),
)
# The same for commands that take file lists and cells of other tools too.
SOURCES = (
    click.argument("files", nargs=-1, type=click.Path(path_type=Path)),
    *OPTIONS[1:],
    click.option(
        "-f",
        "--filelist",
        "lists",
        multiple=True,
        type=click.Path(path_type=Path),
        help="A list of sources as simulators take it: names, +incdir+, +define+, comments. "
        "May be repeated.",
    ),
    click.option(
        "--liberty",
        multiple=True,
        type=click.Path(path_type=Path),
        help="A Liberty file with the functions of cells that the sources use. May be repeated.",
    ),
    FORMAT,
)
OBJECTIVES = click.Choice(["gap", "balanced", "spins"])
YOSYS = click.option(
    "--yosys", metavar="PATH", help="The Yosys to use.  [INVC_YOSYS, PATH, embedded]"
)
REPORT = click.option(
    "--json", "json_file", metavar="FILE|-", help="Write the report; - is stdout."
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
# The arguments of `sources_of`, as the options are called.
NAMES = ("files", "top", "parameters", "defines", "includes", "gate_level")


def sources_of(
    files: tuple[Path, ...],
    top: str | None,
    parameters: tuple[str, ...],
    defines: tuple[str, ...],
    includes: tuple[Path, ...],
    gate_level: bool = False,
) -> Sources:
    """What these options say is to be compiled.

    Raises:
        click.BadParameter: A parameter is not NAME=VALUE, or is given twice.
    """
    from invc.frontend.yosys import Sources

    macros = dict(text.partition("=")[::2] for text in defines)
    return Sources(files, top, includes, macros, _pairs(parameters), gate_level)


def given_sources(options: Mapping[str, Any]) -> Sources:
    """The same of all options of a command that takes `SOURCES`.

    Raises:
        click.UsageError: There is no file at all.
        InvcError: A file list cannot be read.
    """
    from invc.frontend.filelist import read_lists

    files = [file_of(str(path), options.get("form", "v")) for path in options["files"]]
    listed = read_lists(options["lists"], files)
    if not listed.files:
        raise click.UsageError("Missing argument 'FILES...'.")
    given = sources_of(*({**options, "files": tuple(listed.files)}[name] for name in NAMES))
    return replace(
        given,
        includes=(*given.includes, *listed.includes),
        defines={**listed.defines, **given.defines},
        liberty=tuple(options["liberty"]),
    )


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    """The NAME=VALUE of every -G."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="'-G'")
        if found.setdefault(name, value) != value:
            raise click.BadParameter(f"{name} is given twice", param_hint="'-G'")
    return found
