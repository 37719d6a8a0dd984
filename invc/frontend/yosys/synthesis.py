"""Sources through Yosys and ABC to a netlist of library cells and adders."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from invc.diagnostics import InvcError
from invc.frontend.arithmetic import PLAIN, Adders
from invc.frontend.yosys.errors import DRIVERS
from invc.frontend.yosys.find import Yosys
from invc.frontend.yosys.links import link
from invc.frontend.yosys.session import Session
from invc.frontend.yosys.sources import Sources, check_sources
from invc.frontend.yosys_json import read_json, unmapped
from invc.netlist import Function, Netlist


@dataclass(frozen=True)
class Target:
    """What sources are compiled to.

    Attributes:
        functions: Those of the library's cells, by name.
        liberty: The library as ABC reads it.
        adders: What sums are built of.
        defined: Whether an undefined bit of the source is 0, not whatever costs least.
    """

    functions: Mapping[str, Function]
    liberty: str
    adders: Adders = PLAIN
    defined: bool = False


def compile_sources(
    sources: Sources, target: Target, yosys: Yosys, *, log: Path | None = None
) -> Netlist:
    """Verilog, or a Yosys JSON file with cells that are still to be mapped, as a netlist.

    Args:
        sources: What to compile.
        target: What to compile it to.
        yosys: What compiles it.
        log: Where to leave Yosys's own output; a file is left elsewhere only on an error.

    Raises:
        InvcError: Yosys refused the sources, or the design is not combinational.
    """
    check_sources(sources)
    with tempfile.TemporaryDirectory(prefix="invc-") as name:
        folder = Path(name)
        session = Session(sources, yosys, folder, link(sources, folder), log)
        session.read()
        return _netlist(session, target)


def _netlist(session: Session, target: Target) -> Netlist:
    script = session.script("synth.ys")
    script = script.replace("@UNDEFINED@", "setundef -undriven -zero" if target.defined else "")
    (session.folder / "hamlib.lib").write_text(target.liberty, encoding="utf-8")
    output = session.run(script)
    _check_drivers(session, output, script)
    session.write_log()
    path = session.folder / "netlist.json"
    netlist = read_json(
        path,
        target.functions,
        adders=target.adders,
        locate=session.links.locate,
        shown=session.sources.files[0],
    )
    if netlist is None:
        left = sorted(unmapped(path, target.functions))
        raise InvcError(
            f"{session.yosys} left cells unmapped: {', '.join(left[:3])}",
            hint=f"please report it; Yosys's log: {session.keep_log()}",
        )
    return netlist


def _check_drivers(session: Session, output: str, script: str) -> None:
    """Refuse what Yosys's `check` only warns of."""
    for pattern, problem, hint in DRIVERS:
        match = re.search(pattern, output)
        if match:
            name = match[1].replace(" [", "[")
            where = _declared(session, name, script)
            raise InvcError(f"net {name!r} {problem}", where=where, hint=hint)


def _declared(session: Session, name: str, script: str) -> str:
    """Where a net is declared: run again up to the check, and look at what is there then."""
    elaborated, _, _ = script.partition("\ncheck\n")
    session.run(f"{elaborated}\nwrite_rtlil checked.il\n")
    wire = f" \\{name.partition('[')[0]}\n"
    source = ""
    with (session.folder / "checked.il").open(encoding="utf-8", errors="replace") as file:
        for line in file:
            words = line.split()
            if words[:2] == ["attribute", "\\src"]:
                source = words[2].strip('"')
            elif words[:1] == ["wire"] and line.endswith(wire):
                return session.links.locate(source)
    return ""
