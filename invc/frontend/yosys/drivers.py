"""Nets with two drivers, found in what Yosys elaborated before any pass could merge them.

Once Yosys has followed its connections, `assign y = 1; assign y = a;` has made y, 1 and a one
signal, and which of them drove it is lost. Here every connection, every output of a cell and every
input port drives its bits, module by module. A net on which nothing depends is no signal at all:
that is what becomes of a variable that several blocks assign, each of them before it reads it.
"""

from __future__ import annotations

import re
from collections import defaultdict
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
        net: Its name there, as the source writes it; "" for the value of an expression.
        sources: The src attributes of its drivers, "" for one that has none.
        port: Whether one of them is an input port.
    """

    module: str
    net: str
    sources: tuple[str, str]
    port: bool


@dataclass
class _Cell:
    """A cell while its lines are read."""

    kind: str
    src: str
    pins: list[tuple[str, str]] = field(default_factory=list)  # pin and signal


@dataclass
class _Module:
    """A module while its lines are read."""

    name: str
    widths: dict[str, int] = field(default_factory=dict)
    offsets: dict[str, tuple[int, bool]] = field(default_factory=dict)
    inputs: list[tuple[str, str]] = field(default_factory=list)
    outputs: set[str] = field(default_factory=set)
    connections: list[tuple[str, str]] = field(default_factory=list)  # signals, left and right
    cells: list[_Cell] = field(default_factory=list)

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


def find_conflict(path: Path, *, numbered: bool = False) -> Conflict | None:
    """The first bit with two drivers in the modules of an RTLIL file, before `flatten`.

    Nets on which nothing depends are left out.

    Args:
        path: The file.
        numbered: Whether the source gives nets numbers, as JSON does: all connections are then
            between names of one net, some of them more than once, as the order of names has it.
    """
    modules = _read(path)
    for module in modules.values():
        twice = _twice_driven(module, modules, numbered=numbered)
        for (name, _), (one, other, _) in twice.items():
            if name[0] == "$":
                return Conflict(module.name, "", (one, other), port=False)
        used = _used(module, modules) if twice else set()
        found = {bit: drivers for bit, drivers in twice.items() if bit[0] in used}
        if found:
            return _conflict(module, found)
    return None


_UNDEFINED = re.compile(r"\d+'[01]*[xz]")


def find_undefined(path: Path) -> str | None:
    """The src of the first comparison by === or !== with a constant that has an x or a z.

    It is never true of nets of two values, and what Yosys makes of it may be.

    Args:
        path: RTLIL, before any pass.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    for module in _read(path).values() if "$eqx " in text or "$nex " in text else ():
        for cell in module.cells:
            compares = cell.kind in ("$eqx", "$nex")
            if compares and any(_UNDEFINED.search(signal) for _, signal in cell.pins):
                return cell.src
    return None


def find_unused(path: Path) -> list[tuple[str, str]]:
    """Nets of which a bit has two drivers and on which nothing depends: module and name of each."""
    modules = _read(path)
    found: list[tuple[str, str]] = []
    for module in modules.values():
        twice = dict.fromkeys(name for name, _ in _twice_driven(module, modules))
        used = _used(module, modules) if twice else set()
        found += [(module.name, name) for name in twice if name[0] != "$" and name not in used]
    return found


def _used(module: _Module, modules: Mapping[str, _Module]) -> set[str]:
    """Names of the nets on which an output depends, an instance, or a cell without outputs."""
    sources: dict[str, set[str]] = defaultdict(set)
    waiting = set(module.outputs) | {wire for wire, _ in module.inputs}
    for left, right in module.connections:
        for name in _names(left):
            sources[name] |= _names(right)
    for cell in module.cells:
        child = modules.get(cell.kind)
        read: set[str] = set()
        driven: set[str] = set()
        for pin, signal in cell.pins:
            drives = pin in child.outputs if child else _drives(cell.kind, pin)
            (driven if drives else read).update(_names(signal))
        if child or not driven or cell.kind[0] != "$":
            waiting |= read
        for name in driven:
            sources[name] |= read
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        used.add(name)
        waiting |= sources[name] - used
    return used


def _names(signal: str) -> set[str]:
    """Names of the nets in a signal."""
    return {token for token in _TOKEN.findall(signal) if token[0] in "\\$"}


def _twice_driven(
    module: _Module, modules: Mapping[str, _Module], *, numbered: bool = False
) -> dict[Bit, tuple[str, str, bool]]:
    """Bits with two drivers: the src of each, and whether one is an input port.

    What a cell of an expression drives has another driver where the expression is assigned to.
    """
    driver: dict[Bit, tuple[str, bool]] = {}
    found: dict[Bit, tuple[str, str, bool]] = {}
    for signal, src, is_port in _drivers(module, modules, numbered=numbered):
        for bit in module.bits(signal):
            if bit is None:
                continue
            if bit in driver and (bit[0][0] == "\\" or driver[bit][0] or src):
                other, other_is_port = driver[bit]
                found.setdefault(bit, (other, src, is_port or other_is_port))
            driver.setdefault(bit, (src, is_port))
    return found


def _conflict(module: _Module, found: Mapping[Bit, tuple[str, str, bool]]) -> Conflict:
    """The first of some bits, or its whole net where all of that has two drivers."""
    (first, _), (one, other, is_port) = next(iter(found.items()))
    bits = sum(name == first for name, _ in found)
    place = None if bits == module.widths[first] else min(k for name, k in found if name == first)
    return Conflict(module.name, _shown(module, first, place), (one, other), is_port)


def _drivers(
    module: _Module, modules: Mapping[str, _Module], *, numbered: bool
) -> Iterator[tuple[str, str, bool]]:
    """Every signal that is driven, the src of its driver, and whether that is an input port."""
    for wire, src in module.inputs:
        yield wire, src, True
    for signal, _ in () if numbered else module.connections:
        yield signal, "", False
    for cell in module.cells:
        child = modules.get(cell.kind)
        for pin, signal in cell.pins:
            if pin in child.outputs if child else _drives(cell.kind, pin):
                yield signal, cell.src, False


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
    src, cell = "", None
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
                cell, src = _Cell(words[1], src), ""
                module.cells.append(cell)
            elif head == "end":
                cell = None
            elif head == "connect" and cell:
                cell.pins.append((words[1], words[2]))
            elif head == "connect":
                module.connections.append(_halves(line.strip()[len("connect ") :]))
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
_IDENTIFIER = re.compile(r"^\s*AST_IDENTIFIER <([^>]*)>.*?str='\\?([^']*)'(.* in_lvalue)?")


def places_that_drive(dump: str, conflict: Conflict, locate: Callable[[str], str]) -> list[str]:
    """The places of a source at which a net is assigned, in the order of the source.

    Args:
        dump: Yosys's syntax trees, as `read_verilog -dump_ast1` writes them.
        conflict: Which net of which module.
        locate: Makes a place of the user's of one of Yosys's.
    """
    net = conflict.net.rpartition(".")[2].partition("[")[0]
    found: dict[str, None] = {}
    inside = gate = False
    for line in dump.splitlines():
        head = _MODULE.match(line)
        if head is not None:
            inside = head[1] in conflict.module
        name = _IDENTIFIER.match(line) if inside else None
        if name is not None:
            # The first pin of a gate is its output, and not marked as what is assigned.
            if name[2] == net and (name[3] or gate):
                found[locate(name[1])] = None
            gate = False
        elif "AST_PRIMITIVE" in line:
            gate = True
    return [place for place in found if place]
