"""How commands take the sources of a design."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

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
        help="FILE is a gate-level netlist: instances of library cells, Verilog's primitives, "
        "assigns.",
    ),
    click.option(
        "--lib",
        "folders",
        multiple=True,
        type=click.Path(path_type=Path),
        help="A folder of your own cells, from 'invc lib-gen'.",
    ),
)
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
    """The same of all options of a command at once."""
    return sources_of(*(options[name] for name in NAMES))


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
