"""The functions of combinational cells in Liberty files, as Yosys reads them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from invc.diagnostics import InvcError
from invc.frontend.liberty_names import cell_names
from invc.frontend.words.algebra import Bit, Logic, Trials
from invc.frontend.words.evaluate import evaluate_module
from invc.frontend.words.vectors import all_vectors
from invc.frontend.yosys.find import Yosys
from invc.frontend.yosys.links import link
from invc.frontend.yosys.session import Session
from invc.frontend.yosys.sources import Sources, check_sources
from invc.netlist import Function
from invc.netlist.function import MAX_INPUTS


def liberty_functions(sources: Sources, yosys: Yosys) -> dict[str, Function | None]:
    """The function of each cell, by its name; cells with a memory or a relation have none.

    Raises:
        InvcError: A file is no Liberty file.
    """
    check_sources(sources)
    with tempfile.TemporaryDirectory(prefix="invc-") as name:
        folder = Path(name)
        session = Session(sources, yosys, folder, link(sources, folder))
        session.run(f"{session.links.cells}proc\nflatten\nopt_clean\nwrite_json cells.json\n")
        modules = json.loads((folder / "cells.json").read_text(encoding="utf-8"))["modules"]
    unread = dict.fromkeys(cell_names(sources.liberty))
    return unread | {name: _function(name, module) for name, module in modules.items()}


def _function(name: str, module: Any) -> Function | None:  # noqa: ANN401 - JSON
    """The tables of a module, or None where it has too many inputs or is no function.

    A cell without outputs, which fills a gap or protects a wire, has no table.
    """
    ports = module["ports"]
    if any(len(port["bits"]) != 1 or port["direction"] == "inout" for port in ports.values()):
        return None
    inputs = [pin for pin, port in ports.items() if port["direction"] == "input"]
    outputs = [pin for pin, port in ports.items() if port["direction"] == "output"]
    if len(inputs) > MAX_INPUTS:
        return None
    rows = 1 << len(inputs)
    vectors = all_vectors(dict.fromkeys(inputs, 1))
    words = {pin: [Bit(word) for word in own] for pin, own in vectors.items()}
    try:
        made = evaluate_module(module, {}, Logic(Trials(rows)), words)
    except InvcError:
        return None  # it stores something
    if any(made[pin][0].undefined for pin in outputs):
        return None
    tables = tuple(made[pin][0].value for pin in outputs)
    return Function(name, tuple(inputs), tuple(outputs), tables)
