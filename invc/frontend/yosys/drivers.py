"""Nets with two drivers, found in what Yosys elaborated before any pass could merge them.

Once Yosys has followed its connections, `assign y = 1; assign y = a;` has made y, 1 and a one
signal, and which of them drove it is lost. Here every connection, every output of a cell and every
input port drives its bits, module by module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from invc.frontend.words.cells import OUTPUTS

_TOKEN = re.compile(r"\\\S+|\$\S+|\{|\}|\[\d+(?::\d+)?\]|\d+'\S*|\d+")
Bit = tuple[str, int]


class Conflict(NamedTuple):
    """A bit with two drivers.

    Attributes:
        module: The module it lies in.
        net: Its name there, as the source writes it.
        sources: The src attributes of its drivers, "" for one that has none.
        port: Whether one of them is an input port.
    """

    module: str
    net: str
    sources: tuple[str, str]
    port: bool


@dataclass
class _Module:
    """A module while its lines are read."""

    name: str
    widths: dict[str, int] = field(default_factory=dict)
    offsets: dict[str, tuple[int, bool]] = field(default_factory=dict)
    inputs: list[tuple[str, str]] = field(default_factory=list)
    outputs: set[str] = field(default_factory=set)
    drivers: list[tuple[str, str]] = field(default_factory=list)  # signal and src
    cells: list[tuple[str, str, str, str]] = field(default_factory=list)  # type, pin, signal, src

    def bits(self, signal: str) -> list[Bit | None]:
        """The bits of a signal, least significant first; None for a constant."""
        parts = list(_parts(_TOKEN.findall(signal), self.widths))
        return [bit for part in reversed(parts) for bit in part]


def _parts(tokens: Iterable[str], widths: Mapping[str, int]) -> Iterator[list[Bit | None]]:
    """The parts of a signal, most significant first."""
    waiting: list[Bit | None] = []
    for token in tokens:
        if token in "{}":
            yield waiting
            waiting = []
        elif token[0] == "[":
            high, _, low = token[1:-1].partition(":")
            waiting = waiting[int(low or high) : int(high) + 1]
        else:
            yield waiting
            if token[0] in "\\$":
                waiting = [(token, k) for k in range(widths.get(token, 1))]
            else:
                size = token.partition("'")[0]
                waiting = [None] * (int(size) if "'" in token else 32)
    yield waiting


def find_conflict(path: Path) -> Conflict | None:
    """The first bit with two drivers in the modules of an RTLIL file, before `flatten`."""
    modules = _read(path)
    for module in modules.values():
        found = _conflict(module, modules)
        if found is not None:
            return found
    return None


def _conflict(module: _Module, modules: Mapping[str, _Module]) -> Conflict | None:
    driver: dict[Bit, tuple[str, bool]] = {}
    found: dict[Bit, tuple[str, str, bool]] = {}
    for signal, src, is_port in _drivers(module, modules):
        for bit in module.bits(signal):
            if bit is None:
                continue
            if bit in driver and bit[0][0] == "\\":
                other, other_is_port = driver[bit]
                found.setdefault(bit, (other, src, is_port or other_is_port))
            driver.setdefault(bit, (src, is_port))
    if not found:
        return None
    (first, _), (one, other, is_port) = next(iter(found.items()))
    bits = sum(name == first for name, _ in found)
    place = None if bits == module.widths[first] else min(k for name, k in found if name == first)
    return Conflict(module.name, _shown(module, first, place), (one, other), is_port)


def _drivers(module: _Module, modules: Mapping[str, _Module]) -> Iterator[tuple[str, str, bool]]:
    """Every signal that is driven, the src of its driver, and whether that is an input port."""
    for wire, src in module.inputs:
        yield wire, src, True
    for signal, src in module.drivers:
        yield signal, src, False
    for kind, pin, signal, src in module.cells:
        child = modules.get(kind)
        if pin in child.outputs if child else _drives(kind, pin):
            yield signal, src, False


def _drives(kind: str, pin: str) -> bool:
    """Whether a cell of Yosys drives a pin; one that writes a memory drives none."""
    written = kind.startswith(("$memwr", "$meminit"))
    return kind[0] == "$" and pin[1:] in OUTPUTS and not written


def _shown(module: _Module, name: str, k: int | None) -> str:
    """A net, or one bit of it, as the source writes it."""
    width = module.widths[name]
    offset, upto = module.offsets.get(name, (0, False))
    plain = name[1:]
    if k is None:
        return plain
    return f"{plain}[{offset + (width - 1 - k if upto else k)}]"


def _read(path: Path) -> dict[str, _Module]:
    modules: dict[str, _Module] = {}
    module = _Module("")
    src = kind = cell_src = ""
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            words = line.split(maxsplit=2)
            if not words:
                continue
            head = words[0]
            if head == "attribute" and words[1] == "\\src":
                src = words[2].strip().strip('"')
            elif head == "module":
                module = _Module(words[1])
                modules[words[1]] = module
            elif head == "wire":
                _wire(module, line.split()[1:], src)
                src = ""
            elif head == "cell":
                kind, cell_src, src = words[1], src, ""
            elif head == "end":
                kind = ""
            elif head == "connect" and kind:
                module.cells.append((kind, words[1], words[2], cell_src))
            elif head == "connect":
                left, _ = _halves(line.strip()[len("connect ") :])
                module.drivers.append((left, ""))
    return modules


def _wire(module: _Module, words: list[str], src: str) -> None:
    """A declaration: its options with their values, then the name."""
    name = words[-1]
    options = iter(words[:-1])
    offset, upto = 0, False
    module.widths[name] = 1
    for option in options:
        if option == "width":
            module.widths[name] = int(next(options))
        elif option == "offset":
            offset = int(next(options))
        elif option == "upto":
            upto = True
        elif option in ("input", "output", "inout"):
            next(options)
            if option == "input":
                module.inputs.append((name, src))
            elif option == "output":
                module.outputs.add(name)
    if offset or upto:
        module.offsets[name] = (offset, upto)


def _halves(text: str) -> tuple[str, str]:
    """The two signals of a connection."""
    depth = 0
    tokens = list(_TOKEN.finditer(text))
    for k, token in enumerate(tokens):
        depth += (token[0] == "{") - (token[0] == "}")
        following = tokens[k + 1][0] if k + 1 < len(tokens) else ""
        if depth == 0 and following[:1] != "[":
            return text[: token.end()], text[token.end() :]
    return text, ""


_MODULE = re.compile(r"^\s*AST_MODULE <[^>]*>.*?str='\\?([^']*)'")
_TARGET = re.compile(r"^\s*AST_IDENTIFIER <([^>]*)>.*?str='\\?([^']*)'.* in_lvalue")


def places_that_drive(dump: str, conflict: Conflict, locate: Callable[[str], str]) -> list[str]:
    """The places of a source at which a net is assigned, in the order of the source.

    Args:
        dump: Yosys's syntax trees, as `read_verilog -dump_ast1` writes them.
        conflict: Which net of which module.
        locate: Makes a place of the user's of one of Yosys's.
    """
    net = conflict.net.rpartition(".")[2].partition("[")[0]
    found: dict[str, None] = {}
    inside = False
    for line in dump.splitlines():
        head = _MODULE.match(line)
        if head is not None:
            inside = head[1] in conflict.module
        target = _TARGET.match(line) if inside else None
        if target is not None and target[2] == net:
            found[locate(target[1])] = None
    return [place for place in found if place]
