"""The modules, parameters and ports of Verilog sources, before any synthesis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from invc.diagnostics import InvcError
from invc.frontend.gate_level.parser import Tree, ast, parse
from invc.frontend.gate_level.preprocessor import SourceText, preprocess
from invc.frontend.gate_level.structure import plain
from invc.frontend.headers import ModuleInfo, ModulePort, Parameter, scan_headers, uses_of

__all__ = ["ModuleInfo", "ModulePort", "Parameter", "read_modules", "top_of"]

_DIRECTIONS = {"Input": "input", "Output": "output", "Inout": "inout"}


def read_modules(
    paths: Iterable[Path],
    *,
    include: Sequence[Path] = (),
    define: Mapping[str, str] | None = None,
) -> tuple[ModuleInfo, ...]:
    """The modules of Verilog sources, in their order, by Pyverilog.

    Of a file that Pyverilog cannot parse, as most SystemVerilog, only the heads are read.

    Args:
        paths: The files.
        include: Folders searched for `include.
        define: Macros defined from outside.

    Raises:
        InvcError: A file that is missing, holds no module, or has a head nobody can read.
    """
    found: list[ModuleInfo] = []
    for path in paths:
        source = preprocess(path, include=include, define=define, tolerant=True)
        modules = _modules(source)
        if not modules:
            raise InvcError(
                "there is no module in it",
                where=str(path),
                hint="give a Verilog source: module ... endmodule",
            )
        found.extend(map(_readable, modules))
    return tuple(found)


def top_of(modules: Sequence[ModuleInfo]) -> tuple[ModuleInfo, ...]:
    """The modules that no other one holds an instance of, in their order."""
    used = {name for module in modules for name in module.uses if name != module.name}
    return tuple(module for module in modules if module.name not in used)


def _modules(source: SourceText) -> tuple[ModuleInfo, ...]:
    try:
        trees = parse(source, spans=True)
        uses = uses_of(source) if trees else {}
        return tuple(_info(tree, source, uses) for tree in trees)
    except InvcError as fault:
        modules = scan_headers(source)
        if not modules:
            raise fault
        return modules


def _readable(module: ModuleInfo) -> ModuleInfo:
    """The same with undefined macros as the source has them: the preprocessor escaped them."""

    def unescaped(text: str) -> str:
        return re.sub(r"\\(`\w+) ?", r"\1", text)

    parameters = (replace(p, default=unescaped(p.default)) for p in module.parameters)
    ports = (replace(p, range=unescaped(p.range)) for p in module.ports)
    return replace(module, parameters=tuple(parameters), ports=tuple(ports))


def _info(tree: Tree, source: SourceText, uses: Mapping[str, frozenset[str]]) -> ModuleInfo:
    name = plain(tree.name)
    declarations = [item for item in tree.items if isinstance(item, ast.Decl)]
    declared = _declared_ports(declarations, source)
    ports = []
    for head in tree.portlist.ports:
        if isinstance(head, ast.Ioport):
            ports.append(_port(head.first))
        elif plain(head.name) in declared:
            ports.append(declared[plain(head.name)])
        else:
            raise InvcError(
                f"port {plain(head.name)!r} has no direction",
                where=source.location(tree.lineno),
                hint=f"declare it: input {plain(head.name)}; or output",
            )
    # With a list in the head, parameters of the body are out of an instance's reach.
    parameters = _parameters(tree.paramlist.params or declarations)
    place = source.location(tree.lineno)
    return ModuleInfo(name, parameters, tuple(ports), place, uses.get(name, frozenset()))


def _declared_ports(declarations: Iterable[Tree], source: SourceText) -> dict[str, ModulePort]:
    """Ports declared in a body, by name; `reg signed` makes the port signed too."""
    entries = [entry for declaration in declarations for entry in declaration.list]
    signed = {plain(e.name) for e in entries if isinstance(e, ast.Variable) and e.signed}
    ports = (_port(entry) for entry in entries if type(entry).__name__ in _DIRECTIONS)
    return {
        port.name: ModulePort(port.name, port.direction, port.range, port.name in signed)
        for port in ports
    }


def _port(entry: Tree) -> ModulePort:
    packed = entry.width.text if entry.width is not None else ""
    lengths = entry.dimensions.lengths if entry.dimensions is not None else ()
    unpacked = "".join(length.text for length in lengths)
    shown = f"{packed} {unpacked}".strip()
    direction = _DIRECTIONS[type(entry).__name__]
    return ModulePort(plain(entry.name), direction, shown, bool(entry.signed))


def _parameters(declarations: Iterable[Tree]) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(plain(entry.name), entry.value.text)
        for declaration in declarations
        for entry in declaration.list
        if type(entry) is ast.Parameter
    )
