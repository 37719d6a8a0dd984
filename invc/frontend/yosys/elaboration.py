"""Sources as Yosys elaborates them, before any pass that optimises: what a netlist must equal."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from invc.frontend.yosys.find import Yosys
from invc.frontend.yosys.links import link
from invc.frontend.yosys.own_cells import definitions
from invc.frontend.yosys.session import OWN_CELLS, Session
from invc.frontend.yosys.sources import Sources
from invc.frontend.yosys_cells import GATES, Json
from invc.frontend.yosys_json import read_module
from invc.frontend.yosys_writer import format_cells
from invc.netlist import Function

SCRIPT = """\
read_json cells.json
read_verilog own_cells.v
{read}
hierarchy -check -top {top}
proc -noopt -norom
flatten
write_json source.json
"""


def elaborate_gates(
    sources: Sources, top: str, cells: Mapping[str, Function], yosys: Yosys
) -> Json:
    """The top module of a gate-level netlist, flat, by Yosys's own reading of it.

    Args:
        sources: The netlist.
        top: The name of its top module.
        cells: Those that it may instantiate without a definition; it may define one anew.
        yosys: What reads it.

    Raises:
        InvcError: Yosys cannot read it.
    """
    with tempfile.TemporaryDirectory(prefix="invc-") as name:
        folder = Path(name)
        session = Session(sources, yosys, folder, link(sources, folder))
        (folder / OWN_CELLS).write_text(definitions([*GATES, "$lut"]), encoding="utf-8")
        (folder / "cells.json").write_text(format_cells(cells), encoding="utf-8")
        read = session.links.read.replace("read_verilog ", "read_verilog -overwrite ")
        escaped = top if top.isidentifier() else "\\" + top
        session.run(SCRIPT.format(read=read, top=escaped))
        return read_module(folder / "source.json")
