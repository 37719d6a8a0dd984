"""Sources elaborated and no more: modules of word-level cells, as Yosys has them before gates."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from invc.diagnostics import InvcError, nearest
from invc.frontend.yosys.find import Yosys
from invc.frontend.yosys.links import Links, link
from invc.frontend.yosys.modules import choose_top
from invc.frontend.yosys.session import Session
from invc.frontend.yosys.sources import Sources, check_sources, parameter_text

Bit = int | str  # a net of a module, or "0", "1", "x", "z"


@dataclass(frozen=True)
class Cell:
    """A word-level cell or an instance of a module.

    Attributes:
        kind: "$add", or the name of a module.
        parameters: As Yosys writes them: texts of 0 and 1, or of characters.
        outputs: Names of the pins that it drives.
        pins: The bits at each pin, least significant first.
        source: Where it is from.
    """

    kind: str
    parameters: Mapping[str, str]
    outputs: tuple[str, ...]
    pins: Mapping[str, tuple[Bit, ...]]
    source: str = ""


@dataclass(frozen=True)
class Module:
    """A module with its parameters filled in.

    Attributes:
        name: As in the source.
        inputs: The bits of each input port.
        outputs: The bits of each output port.
        cells: In no order.
        parameters: Their values, as texts of 0 and 1.
        attributes: As in the source.
        source: Where it is from.
    """

    name: str
    inputs: Mapping[str, tuple[Bit, ...]]
    outputs: Mapping[str, tuple[Bit, ...]]
    cells: tuple[Cell, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True)
class Elaborated:
    """A hierarchy.

    Attributes:
        top: Name of the top in `modules`.
        modules: By the names that instances use.
    """

    top: str
    modules: Mapping[str, Module]


@dataclass(frozen=True)
class Variant:
    """A module to be elaborated with other parameters.

    Attributes:
        module: Its name in the source.
        parameters: Whole numbers by name.
    """

    module: str
    parameters: Mapping[str, int]


def elaborate(sources: Sources, yosys: Yosys, *, log: Path | None = None) -> Elaborated:
    """The modules of a design, with processes as multiplexers and nothing mapped.

    Raises:
        InvcError: Yosys refused the sources.
    """
    return _elaborated(sources, yosys, (), log)[0]


def elaborate_variants(
    sources: Sources, yosys: Yosys, variants: Sequence[Variant]
) -> tuple[Elaborated, ...]:
    """Modules of the sources with parameters of their own, in one run of Yosys.

    Raises:
        InvcError: Yosys refused one of them.
    """
    given = [(v.module, {n: str(k) for n, k in v.parameters.items()}) for v in variants]
    return _elaborated(sources, yosys, given, None)


def _elaborated(
    sources: Sources,
    yosys: Yosys,
    variants: Sequence[tuple[str, Mapping[str, str]]],
    log: Path | None,
) -> tuple[Elaborated, ...]:
    check_sources(sources)
    with tempfile.TemporaryDirectory(prefix="invc-") as name:
        folder = Path(name)
        # Yosys's own reader, whatever the suffix: slang flattens what is to be read once a module.
        links = replace(link(sources, folder), slang=None)
        session = Session(sources, yosys, folder, links, log)
        session.read()
        tops = variants or (_whole(session),)
        lines = [session.links.read, "design -save read"]
        for k, (top, parameters) in enumerate(tops):
            chosen = " ".join(f"-chparam {n} {parameter_text(n, v)}" for n, v in parameters.items())
            lines += ["design -load read"] if k else []
            lines += [f"hierarchy -check -top {top} {chosen}", *PREPARE, f"write_json {k}.json"]
        session.run("\n".join(lines) + "\n")
        session.write_log()
        return tuple(_read(folder / f"{k}.json", session.links) for k in range(len(tops)))


def _whole(session: Session) -> tuple[str, Mapping[str, str]]:
    """The top and its parameters, as the sources say them."""
    top = choose_top(session.modules, session.sources)
    known = session.modules[top].parameters
    for given in session.sources.parameters:
        if given not in known:
            message = f"module {top!r} has no parameter {given!r}"
            raise InvcError(message, hint=nearest(given, known))
    return top, session.sources.parameters


PREPARE = ("proc -noopt", "opt_expr", "opt_clean")


def _read(path: Path, links: Links) -> Elaborated:
    found = json.loads(path.read_text(encoding="utf-8"))["modules"]
    modules = {name: _module(name, given, links) for name, given in found.items()}
    top = next((name for name, m in found.items() if int(m["attributes"].get("top", "0"), 2)), "")
    if not top:
        raise InvcError("no module in it", hint="name a Verilog file with a module")
    return Elaborated(top, modules)


def _module(name: str, given: Mapping[str, Any], links: Links) -> Module:
    attributes = {k: str(v) for k, v in given.get("attributes", {}).items()}
    ports = given["ports"]
    return Module(
        attributes.get("hdlname", name).lstrip("\\"),
        {n: tuple(p["bits"]) for n, p in ports.items() if p["direction"] == "input"},
        {n: tuple(p["bits"]) for n, p in ports.items() if p["direction"] == "output"},
        tuple(
            Cell(
                cell["type"],
                cell.get("parameters", {}),
                tuple(n for n, d in cell.get("port_directions", {}).items() if d == "output"),
                {n: tuple(bits) for n, bits in cell["connections"].items()},
                links.locate(cell.get("attributes", {}).get("src", "")),
            )
            for cell in given["cells"].values()
        ),
        {k: str(v) for k, v in given.get("parameter_default_values", {}).items()},
        attributes,
        links.locate(attributes.get("src", "")),
    )
