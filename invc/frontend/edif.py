"""Netlists in EDIF 2 0 0, which Yosys writes and does not read, as Yosys's JSON netlists.

Read is what a netlist of gates has: libraries of cells, their ports and arrays of ports, instances
and the nets that join their pins. Cells without contents are left to whoever knows their function;
GND and VCC are constants.

Source: ANSI/EIA-548-1988.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from invc.diagnostics import InvcError

TOKEN = re.compile(r'\s+|[()]|"(?:[^"%]|%[^%]*%)*"|[^\s()"]+')
TIES = {"GND": "0", "VCC": "1"}
DIRECTIONS = {"INPUT": "input", "OUTPUT": "output"}
BUS = re.compile(r"(.*?)\s*[\[<(](-?\d+):(-?\d+)[\])>]")
MOST_BITS = 1 << 20  # of an array of ports
MOST_DEPTH = 1000  # of parentheses
SUFFIXES = (".edif", ".edf")
Ends = dict[str, list[Any]]  # by pin the net at each bit, least significant first; None for none


@dataclass
class Form:
    """What stands in a pair of parentheses: its keyword, what follows, and the line."""

    line: int
    items: list[Any] = field(default_factory=list)

    @property
    def word(self) -> str:
        """Its keyword, in lower case."""
        return str(self.items[0]).lower() if self.items else ""

    def all(self, *words: str) -> Iterator[Form]:
        """The forms in it that begin with one of some keywords."""
        return (item for item in self.items if isinstance(item, Form) and item.word in words)

    def first(self, word: str) -> Form | None:
        """The first form in it that begins with a keyword."""
        return next(self.all(word), None)


@dataclass(frozen=True)
class Pin:
    """A port of a cell; `names` has the bits that a bus's name says, most significant first."""

    name: str
    direction: str
    width: int
    ascending: bool = False
    offset: int = 0


def read_edif(path: Path, shown: str) -> dict[str, Any]:
    """An EDIF netlist as a Yosys JSON netlist.

    Args:
        path: The file.
        shown: What places in it are called.

    Raises:
        InvcError: It is no EDIF netlist.
    """
    root = _parsed(path, path.read_text(encoding="utf-8", errors="replace"))
    if root.word != "edif":
        raise InvcError("no EDIF: it does not begin with (edif", where=f"{path}:1")
    reader = _Reader(path, shown)
    for library in root.all("library", "external"):
        for cell in library.all("cell"):
            reader.declare(cell)
    design = root.first("design")
    top = _text_of(reference) if design and (reference := design.first("cellref")) else ""
    modules = {
        reader.shown_names[name]: reader.module(view, name == top)
        for name, view in reader.bodies.items()
    }
    if not modules:
        raise InvcError("no cell in it has contents", where=f"{path}:1")
    return {"creator": "invc", "modules": modules}


def _parsed(path: Path, text: str) -> Form:
    """The outermost form of a text, which holds all others."""
    whole = Form(0)
    open_forms = [whole]
    line = 1
    for match in TOKEN.finditer(text):
        token = match[0]
        if token == "(":
            form = Form(line)
            open_forms[-1].items.append(form)
            open_forms.append(form)
            if len(open_forms) > MOST_DEPTH:
                raise InvcError("too many parentheses in each other", where=f"{path}:{line}")
        elif token == ")":
            open_forms.pop()
            if not open_forms:
                break
        elif not token[0].isspace():
            open_forms[-1].items.append(token)
        line += token.count("\n")
    if len(open_forms) != 1 or len(whole.items) != 1 or not isinstance(whole.items[0], Form):
        where, hint = f"{path}:{line}", "is it cut off, or no EDIF?"
        raise InvcError("its parentheses do not match", where=where, hint=hint)
    return whole.items[0]


def _text_of(form: Form) -> str:
    """The name that a form such as (cellRef NAME ...) begins with, by which others refer to it."""
    item = form.items[1] if len(form.items) > 1 else ""
    if isinstance(item, Form):  # (rename NAME "text"), (array (rename ...) 4), (member NAME 3)
        return _text_of(item)
    return str(item)


def _shown_of(form: Form) -> str:
    """The name as its source had it."""
    item = form.items[1] if len(form.items) > 1 else ""
    if isinstance(item, Form):
        renamed = item.word == "rename" and len(item.items) > 2
        return str(item.items[2]).strip('"') if renamed else _shown_of(item)
    return str(item)


class _Reader:
    """The cells of a file, by the names that it refers to them by."""

    def __init__(self, path: Path, shown: str) -> None:
        self.path = path
        self.shown = shown
        self.pins: dict[str, dict[str, Pin]] = {}
        self.bodies: dict[str, Form] = {}
        self.shown_names: dict[str, str] = {}

    def fault(self, message: str, form: Form) -> InvcError:
        return InvcError(message, where=f"{self.path}:{form.line}")

    def place(self, form: Form) -> Mapping[str, str]:
        return {"src": f"{self.shown}:{form.line}.1"}

    def declare(self, cell: Form) -> None:
        """Note a cell's pins, and its contents where it has some."""
        name = _text_of(cell)
        self.shown_names[name] = _shown_of(cell)
        view = cell.first("view")
        interface = view.first("interface") if view else None
        if view is None or interface is None:
            raise self.fault(f"cell {self.shown_names[name]!r} has no interface", cell)
        self.pins[name] = {_text_of(port): self._pin(port) for port in interface.all("port")}
        if view.first("contents"):
            self.bodies[name] = view

    def _pin(self, port: Form) -> Pin:
        name = _shown_of(port)
        direction = port.first("direction")
        kind = DIRECTIONS.get(_text_of(direction).upper() if direction else "", "inout")
        array = port.first("array")
        if array is None:
            return Pin(name, kind, 1)
        width = _whole(array.items[2] if len(array.items) > 2 else "")
        if not 0 < width <= MOST_BITS:
            raise self.fault(f"port {name!r} has no width", port)
        bus = BUS.fullmatch(name)
        if bus is None or abs(int(bus[2]) - int(bus[3])) + 1 != width:
            return Pin(name, kind, width)
        left, right = int(bus[2]), int(bus[3])
        return Pin(bus[1], kind, width, left < right, min(left, right))

    def module(self, view: Form, top: bool) -> dict[str, Any]:
        """A module of Yosys's JSON netlist of a cell with contents."""
        contents = view.first("contents")
        assert contents is not None
        own = next(name for name, body in self.bodies.items() if body is view)
        instances = {_text_of(instance): instance for instance in contents.all("instance")}
        kinds = {name: self._kind(instance) for name, instance in instances.items()}
        bits: Iterator[int] = iter(range(2, 1 << 40))
        ports: Ends = {n: [None] * p.width for n, p in self.pins[own].items()}
        joined: dict[str, Ends] = {
            name: {
                pin: [None] * self._width(instances[name], kind, p)
                for pin, p in self.pins[kind].items()
            }
            for name, kind in kinds.items()
        }
        names: dict[str, Any] = {}
        for net in contents.all("net"):
            bit = self._net(net, kinds, ports, joined, bits)
            if not isinstance(bit, str):
                named = {"bits": [bit], "hide_name": 0, "attributes": self.place(net)}
                names.setdefault(_shown_of(net), named)
        return {
            "attributes": {**self.place(view), **({"top": f"{1:032b}"} if top else {})},
            "ports": {p.name: _port(p, ports[name], bits) for name, p in self.pins[own].items()},
            "cells": {
                _shown_of(instance): self._cell(instance, kinds[name], joined[name], bits)
                for name, instance in instances.items()
                if self.shown_names[kinds[name]] not in TIES
            },
            "netnames": names,
        }

    def _net(
        self,
        net: Form,
        kinds: Mapping[str, str],
        ports: Ends,
        joined: Mapping[str, Ends],
        bits: Iterator[int],
    ) -> int | str:
        """The bit of a net, tied to all that it joins."""
        ends = [end for part in net.all("joined") for end in part.all("portref")]
        bit = self._constant(ends, kinds) or next(bits)
        for end in ends:
            reference = end.first("instanceref")
            self._join(end, ports if reference is None else joined.get(_text_of(reference)), bit)
        return bit

    def _width(self, instance: Form, kind: str, pin: Pin) -> int:
        """The width of an instance's pin: tables of all widths share one cell."""
        if self.shown_names[kind] == "$lut" and pin.width > 1:
            for given in instance.all("property"):
                if _shown_of(given) == "WIDTH":
                    return min(int(_number(given), 2), pin.width)
        return pin.width

    def _kind(self, instance: Form) -> str:
        """The name of the cell that an instance is of."""
        view = instance.first("viewref")
        cell = view.first("cellref") if view else instance.first("cellref")
        name = _text_of(cell) if cell else ""
        if name not in self.pins:
            raise self.fault(f"no cell is called {name!r}", instance)
        return name

    def _constant(self, ends: list[Form], kinds: Mapping[str, str]) -> str | None:
        """The constant that drives a net, if one does."""
        for end in ends:
            reference = end.first("instanceref")
            kind = kinds.get(_text_of(reference)) if reference else None
            value = TIES.get(self.shown_names[kind]) if kind else None
            if value is not None:
                return value
        return None

    def _join(self, end: Form, where: Ends | None, bit: int | str) -> None:
        """Tie one end of a net to its bit."""
        name = _text_of(end)
        if where is None or name not in where:
            raise self.fault(f"a net is joined to {name!r}, which is not there", end)
        member = end.first("member")
        index = _whole(member.items[2]) if member and len(member.items) > 2 else 0
        pin = where[name]
        if not 0 <= index < len(pin):
            raise self.fault(f"{name!r} has no member {index}", end)
        pin[len(pin) - 1 - index] = bit  # members count from the most significant bit

    def _cell(
        self, instance: Form, kind: str, pins: Mapping[str, list[Any]], bits: Iterator[int]
    ) -> dict[str, Any]:
        shown, own = self.shown_names[kind], self.pins[kind]
        given = {_shown_of(p): p for p in instance.all("property")}
        parameters = {name: _number(form) for name, form in given.items()}
        if shown == "$lut" and "LUT" in parameters:
            width = len(pins["A"]) if "A" in pins else 1
            parameters = {
                "LUT": f"{int(parameters['LUT'], 2):0{1 << width}b}"[-(1 << width) :],
                "WIDTH": f"{width:032b}",
            }
        return {
            "hide_name": 0,
            "type": shown,
            "parameters": parameters,
            "attributes": self.place(instance),
            "port_directions": {pin.name: pin.direction for pin in own.values()},
            "connections": {own[n].name: _filled(ends, bits) for n, ends in pins.items()},
        }


def _port(pin: Pin, ends: list[Any], bits: Iterator[int]) -> dict[str, Any]:
    return {
        "direction": pin.direction,
        "bits": _filled(ends, bits),
        "offset": pin.offset,
        "upto": int(pin.ascending),
    }


def _filled(ends: list[Any], bits: Iterator[int]) -> list[Any]:
    """The bits of a pin; what no net joins is a net of its own."""
    return [next(bits) if end is None else end for end in ends]


def _whole(item: object) -> int:
    text = str(item)
    return int(text) if re.fullmatch(r"\d{1,9}", text) else -1


def _number(form: Form) -> str:
    """The value of a property in binary; of a text that is no number, nothing."""
    for value in form.all("integer", "string"):
        text = _text_of(value).strip('"')
        match = re.fullmatch(r"(\d+)'h([0-9a-fA-F]{1,1024})", text)
        if match:
            return f"{int(match[2], 16):0{min(int(match[1]), 4096)}b}"
        if re.fullmatch(r"\d{1,1000}", text):
            return f"{int(text):032b}"
    return f"{0:032b}"
