"""SystemVerilog by slang, which Yosys has inside or as a plugin, and what it forgets of ports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from invc.diagnostics import InvcError, nearest
from invc.frontend.modules import ModuleInfo, read_modules
from invc.frontend.yosys.sources import IDENTIFIER, Kind, Sources, parameter_text
from invc.netlist import Netlist

PLAIN = re.compile(r"(?:\[[^\[\]:]*:[^\[\]:]*\])?")
MISSING = "No such command: read_slang"
OPTIONS = "--no-proc --std latest --unroll-limit 100000"


def slang_command(sources: Sources, files: Sequence[str], folders: Sequence[str]) -> str | None:
    """The command that reads sources by slang; None where they are not for it.

    Args:
        sources: What to read.
        files: Our names of the Verilog files among them.
        folders: Our names of the folders of included files.
    """
    if sources.kind is not Kind.VERILOG:
        return None
    if len(files) < len(sources.files):
        return None  # some are netlists that only Yosys reads
    words = [f"read_slang {OPTIONS}", *(f"-I{folder}" for folder in folders)]
    if sources.top is not None:
        if not IDENTIFIER.fullmatch(sources.top):
            return None
        words.append(f"--top {sources.top}")
    for name, value in sources.defines.items():
        words.append(f"-D{name}={value}" if value else f"-D{name}")
    for name, value in sources.parameters.items():
        text = parameter_text(name, value)
        if '"' in text:
            return None
        words.append(f"-G{name}={text}")
    return " ".join([*words, *files])


def check_parameters(sources: Sources, top: str) -> None:
    """See that the top module has the parameters that were given: slang ignores others.

    Raises:
        InvcError: It has not.
    """
    if not sources.parameters:
        return
    module = next((m for m in _heads(sources) if m.name == top), None)
    if module is None:
        return
    names = [parameter.name for parameter in module.parameters]
    for given in sources.parameters:
        if given not in names:
            hint = nearest(given, names)
            raise InvcError(f"module {top!r} has no parameter {given!r}", hint=hint)


def check_defaults(sources: Sources) -> None:
    """Say why slang took no module for the top: one with an open parameter cannot be it.

    Raises:
        InvcError: There is such a module.
    """
    for module in _heads(sources):
        for parameter in module.parameters:
            if not parameter.default and parameter.name not in sources.parameters:
                raise InvcError(
                    f"parameter {parameter.name!r} of module {module.name!r} has no default",
                    where=module.location,
                    hint=f"give it a value: -G {parameter.name}=...",
                )


def as_declared(netlist: Netlist, sources: Sources) -> Netlist:
    """The netlist with its ports in the order of the source, and signed where they are declared so.

    slang's netlists list ports of structs last and forget what is signed. A port whose type is
    defined elsewhere is taken as unsigned.
    """
    module = next((m for m in _heads(sources) if m.name == netlist.name), None)
    if module is None:
        return netlist
    place = {port.name: k for k, port in enumerate(module.ports)}
    signed = signed_ports(sources, netlist.name)
    ports = sorted(netlist.ports, key=lambda port: place.get(port.name, len(place)))
    ports = [replace(port, signed=True) if port.name in signed else port for port in ports]
    return replace(netlist, ports=tuple(ports))


def signed_ports(sources: Sources, top: str) -> frozenset[str]:
    """The ports that the head of the top module declares signed."""
    module = next((m for m in _heads(sources) if m.name == top), None)
    return frozenset(port.name for port in module.ports if port.signed) if module else frozenset()


def has_plain_ports(sources: Sources, top: str) -> bool:
    """Whether the head of the top module shows that all its ports are bits or plain vectors."""
    module = next((m for m in _heads(sources) if m.name == top), None)
    return module is not None and all(PLAIN.fullmatch(port.range) for port in module.ports)


def _heads(sources: Sources) -> list[ModuleInfo]:
    """What can be read of the modules' heads."""
    found: list[ModuleInfo] = []
    for path in sources.files:
        try:
            found += read_modules([path], include=sources.includes, define=sources.defines)
        except InvcError:
            continue  # a package, or a head that only slang understands
    return found
