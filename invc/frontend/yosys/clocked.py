"""Clocked Verilog at the level of words: what Yosys makes of it before its registers are cut."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from invc.diagnostics import InvcError
from invc.frontend.yosys.find import Yosys
from invc.frontend.yosys.links import link
from invc.frontend.yosys.modules import choose_top
from invc.frontend.yosys.session import Session
from invc.frontend.yosys.slang import signed_ports
from invc.frontend.yosys.sources import Sources, check_sources
from invc.frontend.yosys.synthesis import check_drivers
from invc.frontend.yosys.types import say_types
from invc.frontend.yosys.unused import run_without_unused
from invc.frontend.yosys_cells import Json, text_of
from invc.frontend.yosys_json import read_module

MOST_MEMORY = 4096  # bits of one memory, each of which becomes a register


def elaborate_clocked(sources: Sources, yosys: Yosys, *, log: Path | None = None) -> Json:
    """The top module of clocked Verilog, flat, its places those of the user's files, and its name.

    Registers are $dff, $adff, $aldff or $dffsr cells, memories have become registers, and
    properties are $assume, $assert and $cover cells.

    Args:
        sources: Verilog.
        yosys: What reads it.
        log: Where to leave Yosys's own output.

    Raises:
        InvcError: Yosys refused the sources, a net has two drivers or none, a memory is too large,
            or no output needs a register.
    """
    check_sources(sources)
    with tempfile.TemporaryDirectory(prefix="invc-") as name:
        folder = Path(name)
        links = link(sources, folder)
        # Properties are written for FORMAL, which Yosys then defines in place of SYNTHESIS.
        read = re.sub(r"^read_verilog ", "read_verilog -formal ", links.read, flags=re.M)
        slang = links.slang and links.slang.replace("read_slang ", "read_slang -DFORMAL=1 ", 1)
        session = Session(sources, yosys, folder, replace(links, read=read, slang=slang), log)
        session.read()
        script = session.script("clocked.ys")
        first, mark, rest = script.partition("@MAP@")
        output, first = run_without_unused(session, first, session.run)
        script = f"{first}{mark}{rest}"
        for written in ("drivers.il", "memories.json"):
            session.check_written(written)
        check_drivers(session, output, first)
        memories = read_module(folder / "memories.json")
        _check_memories(memories, session)
        has_memory = any(cell["type"].startswith("$mem") for cell in memories["cells"].values())
        session.run(script.replace("@MAP@", "memory_map" if has_memory else ""))
        session.check_written("clocked.json")
        session.write_log()
        module = read_module(folder / "clocked.json")
        _check_left(module, folder / "clocked.txt", str(sources.files[0]))
        for item in (*module["cells"].values(), *module["netnames"].values()):
            _place(item, session)
        top = choose_top(session.modules, sources)
        signed = signed_ports(sources, top) if session.links.elaborated else ()
        return {**say_types(module, session.shapes(top), signed), "name": top}


def _check_left(module: Json, before: Path, source: str) -> None:
    """See that not every register went as nothing that leaves depends on it."""
    left = any("dff" in cell["type"] for cell in module["cells"].values())
    if not left and before.is_file() and before.read_text(encoding="utf-8").strip():
        raise InvcError(
            "no output depends on any of its registers",
            where=source,
            hint="make one an output, or declare it as (* keep *) reg",
        )


def _check_memories(module: Json, session: Session) -> None:
    for cell in module["cells"].values():
        if not cell["type"].startswith("$mem"):
            continue
        parameters = cell["parameters"]
        bits = int(str(parameters["SIZE"]), 2) * int(str(parameters["WIDTH"]), 2)
        written = int(str(parameters.get("WR_PORTS", "0")), 2)
        if bits > MOST_MEMORY and written:
            label = text_of(parameters["MEMID"]).lstrip("\\")
            raise InvcError(
                f"memory {label!r} has {bits} bits",
                where=session.links.locate(str(cell["attributes"].get("src", ""))) or None,
                hint=f"each bit is a register in every cycle, and {MOST_MEMORY} are the most: "
                "make the memory smaller with -G",
            )


def _place(item: dict[str, Any], session: Session) -> None:
    """Let the src attribute of a cell or net name the user's file."""
    attributes = item.get("attributes", {})
    place = session.links.locate(str(attributes.get("src", "")))
    if place:
        file, line, *column = place.rsplit(":", 2)
        attributes["src"] = f"{file}:{line}.{column[0]}" if column else place
    else:
        attributes.pop("src", None)
