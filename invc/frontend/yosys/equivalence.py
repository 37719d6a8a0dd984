"""Prove by Yosys and ABC, on a miter of both, that a netlist is equal to its sources."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from invc.diagnostics import InvcError
from invc.frontend.yosys.find import Yosys
from invc.frontend.yosys.links import link
from invc.frontend.yosys.process import TimeOver
from invc.frontend.yosys.session import HERE, Session
from invc.frontend.yosys.sources import Sources, check_sources
from invc.frontend.yosys_writer import format_cells, format_json
from invc.netlist import Function, Netlist

# What ABC tries on a miter, in turn, before Yosys's solver has the last word. Merging equal nets
# proves adders, shifters and arrays; decision diagrams prove counts, parities and whatever has
# few inputs.
MERGE = "ifraig;dc2;ifraig"
DIAGRAM = "collapse,-B,2000000"
FEW_INPUTS = (DIAGRAM, "ifraig,-C,20000")
MANY_INPUTS = (MERGE, DIAGRAM, "ifraig,-C,20000", "ifraig;iprove")
MOST_FEW = 20


def prove_equal(
    sources: Sources,
    netlist: Netlist,
    cells: Mapping[str, Function],
    yosys: Yosys,
    *,
    seconds: float,
    log: Path | None = None,
) -> None:
    """Prove that a netlist is equal to its sources.

    Args:
        sources: What the netlist was made of: Verilog, a Yosys JSON file, or a gate netlist.
        netlist: What to prove.
        cells: Those that the sources may instantiate without a definition.
        yosys: What proves it.
        seconds: How long it may take.
        log: Where to leave Yosys's own output.

    Raises:
        InvcError: They differ, or it could not be proven in the time.
    """
    check_sources(sources)
    ends = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="invc-") as name:
        folder = Path(name)
        session = Session(sources, yosys, folder, link(sources, folder, defined=True), log)
        session.read()
        try:
            _make_miter(session, netlist, cells, seconds)
        except TimeOver:
            ends = 0
        _prove(session, netlist, ends, seconds)


def _make_miter(
    session: Session, netlist: Netlist, cells: Mapping[str, Function], seconds: float
) -> None:
    """Write the miter of the sources, elaborated anew, and the netlist."""
    script = session.script("prove.ys")
    outside = {name: cell for name, cell in cells.items() if name not in session.modules}
    for file, text in (
        ("cells.json", format_cells(outside)),
        ("gate.json", format_json(netlist, "gate")),
        ("shift_and_add.v", (HERE / "shift_and_add.v").read_text(encoding="utf-8")),
    ):
        (session.folder / file).write_text(text, encoding="utf-8")
    session.run(script, seconds)


def _prove(session: Session, netlist: Netlist, ends: float, seconds: float) -> None:
    inputs = sum(len(port.bits) for port in netlist.inputs)
    for simplify in FEW_INPUTS if inputs <= MOST_FEW else MANY_INPUTS:
        output = _attempt(session, simplify, ends - time.monotonic())
        if "no model found: SUCCESS!" in output:
            return
        if "model found: FAIL!" in output:
            raise _different(session, output)
    raise InvcError(
        f"not proven equal to its source in {seconds:g} s",
        where=str(session.sources.files[0]),
        hint="give a longer --prove-limit, or leave --prove out",
    )


def _attempt(session: Session, simplify: str, left: float) -> str:
    """What Yosys says of the miter after ABC has worked on it, for half of the time left."""
    seconds = max(1.0, left / 2)
    script = f"read_rtlil miter.il\nabc -g AND -script +strash;{simplify};strash\n"
    script += f"sat -prove trigger 0 -show-inputs -timeout {round(seconds)} miter\n"
    if left <= 0:
        return ""
    try:
        _, output = session.attempt(script, seconds)
    except TimeOver:
        return ""
    return output


def _different(session: Session, output: str) -> InvcError:
    """The error for a netlist that is not its source, with inputs that show it."""
    rows = re.findall(r"^ +\\in_(.+?) +(-?\d+|--)(?: +\S+){0,2} *$", output, re.M)
    shown = " ".join(f"{name}={value}" for name, value in rows if value != "--")
    return InvcError(
        "the mapped netlist is not equal to its source" + (f": {shown}" if shown else ""),
        where=str(session.sources.files[0]),
        hint=f"please report it; Yosys's log: {session.keep_log()}",
    )
