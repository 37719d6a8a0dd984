"""A source from standard input, as a file that tools can open, and its name as users see it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from invc.design import Design

KINDS = ("v", "sv", "blif", "aag", "aig", "edif", "json")
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(KINDS),
    default="v",
    help="What the source on standard input is, where a file is -.  [v]",
)
_made: list[str] = []


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes when the program ends."""
    folder = tempfile.TemporaryDirectory(prefix="invc-stdin-")
    _made.append(f"{folder.name}/")
    return folder


def file_of(name: str, form: str) -> str:
    """A file itself, or for "-" one that holds what standard input does."""
    if name != "-":
        return name
    from invc.text.files import read_bytes

    path = Path(_folder().name) / f"stdin.{form}"
    path.write_bytes(read_bytes(Path("-")))
    return str(path)


def without_folder(text: str) -> str:
    """A text with what users call that file: `stdin.v`, and how they say that it is no Verilog."""
    if not _made:
        return text
    from invc.frontend.yosys.errors import NEEDS_SUFFIX

    for folder in _made:
        text = text.replace(folder, "")
    return text.replace(NEEDS_SUFFIX, "--format sv reads it as SystemVerilog")


def as_users_name_it(design: Design) -> Design:
    """A design whose places in the source are in no folder of ours."""
    if not _made:
        return design
    netlist = design.netlist
    ports = tuple(replace(port, source=without_folder(port.source)) for port in netlist.ports)
    gates = tuple(gate._replace(source=without_folder(gate.source)) for gate in netlist.gates)
    return replace(design, netlist=replace(netlist, ports=ports, gates=gates))
