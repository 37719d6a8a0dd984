"""The modules that Yosys read, before elaboration, and which of them is the top."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from invc.diagnostics import InvcError, nearest
from invc.frontend.parts import PREFIX
from invc.frontend.yosys.sources import Sources

BOXES = frozenset({"blackbox", "whitebox"})


@dataclass(frozen=True)
class Module:
    """What is known of a module before elaboration.

    Attributes:
        name: Its name.
        parameters: Names of its parameters.
        instances: For each module it instantiates, where.
        marks: Names of its attributes: "top", "blackbox".
        place: Where it begins, "" where that is not known.
    """

    name: str
    parameters: tuple[str, ...]
    instances: Mapping[str, str]
    marks: frozenset[str] = frozenset()
    place: str = ""


def parse_modules(path: Path, locate: Callable[[str], str]) -> dict[str, Module]:
    """Names, parameters and instances from the RTLIL that Yosys wrote after reading."""
    modules: dict[str, Module] = {}
    parameters: list[str] = []
    instances: dict[str, str] = {}
    name, source = "", ""
    marks: set[str] = set()
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            words = line.split()
            if words == ["end"] and line[0] == "e":
                marks, source = set(), ""
            if len(words) < 2:
                continue
            if words[0] == "module":
                name = plain(words[1])
                parameters, instances = [], {}
                place = locate(source) if source else ""
                modules[name] = Module(name, (), instances, frozenset(marks), place)
            elif line.startswith("  parameter ") and name:
                parameters.append(plain(words[1]))
                modules[name] = replace(modules[name], parameters=tuple(parameters))
            elif words[:2] == ["attribute", "\\src"]:
                source = words[2].strip('"')
            elif line.startswith("attribute ") and words[-1][-1:] != "0":
                marks.add(plain(words[1]))
            elif words[0] == "cell" and words[1].startswith("\\"):
                instances.setdefault(plain(words[1]), locate(source))
    return modules


def choose_top(modules: Mapping[str, Module], sources: Sources) -> str:
    """The module to compile: the one named, or the only one that no other instantiates.

    Where there are several of these, the only one of the first file: others may be models of cells.

    Raises:
        InvcError: It is not there, or several modules may be meant.
    """
    where = str(sources.files[0]) if len(sources.files) == 1 else None
    # Of our own parts a source names some; the others are no tops.
    modules = {name: m for name, m in modules.items() if not name.startswith(PREFIX)} or modules
    # Nor are modules without a body, which a netlist brings for the tool that wrote it.
    modules = {name: m for name, m in modules.items() if not BOXES & m.marks} or modules
    if not modules:
        raise InvcError("no module in it", where=where, hint="name a Verilog file with a module")
    if sources.top is not None:
        if sources.top not in modules:
            raise InvcError(
                f"no module is called {sources.top!r}",
                where=where,
                hint=nearest(sources.top, modules),
            )
        return sources.top
    marked = [name for name, m in modules.items() if "top" in m.marks]
    if len(marked) == 1:
        return marked[0]
    # A module may hold itself under `generate`, with other parameters.
    used = {child for m in modules.values() for child in m.instances if child != m.name}
    roots = [name for name in modules if name not in used]
    if not roots:
        raise InvcError(
            f"every module is part of another, {next(iter(modules))!r} too",
            where=where,
            hint="a module may not contain itself; --top names the one to compile",
        )
    first = [name for name in roots if modules[name].place.startswith(f"{sources.files[0]}:")]
    if len(first) == 1 < len(sources.files):
        return first[0]
    if len(roots) != 1:
        shown = ", ".join(roots[:8])
        raise InvcError(
            f"{len(roots)} modules could be the top",
            where=where,
            hint=f"choose with --top: {shown}",
        )
    return roots[0]


def plain(word: str) -> str:
    """A name of RTLIL as the source writes it."""
    return re.sub(r"^\$abstract", "", word).lstrip("\\")
