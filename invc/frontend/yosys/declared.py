"""The types of ports as slang understands them, of sources that nobody synthesises."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from invc.diagnostics import InvcError
from invc.frontend.yosys.find import Yosys
from invc.frontend.yosys.links import link
from invc.frontend.yosys.session import Session
from invc.frontend.yosys.sources import Sources
from invc.netlist.shape import Shape

SECONDS = 20.0


def declared_shapes(sources: Sources, top: str, yosys: Yosys) -> Mapping[str, Shape]:
    """The shapes of a module's ports by name, where slang can tell them; none on any fault.

    Args:
        sources: Verilog or SystemVerilog, parameters included.
        top: The module.
        yosys: One that has slang, or else nothing is told.
    """
    with tempfile.TemporaryDirectory(prefix="invc-") as name:
        folder = Path(name)
        try:
            links = link(replace(sources, top=top), folder)
            if links.slang is None:
                return {}
            links = replace(links, read=links.slang, elaborated=True)
            return Session(sources, yosys, folder, links, seconds=SECONDS).shapes(top)
        except InvcError:
            return {}
