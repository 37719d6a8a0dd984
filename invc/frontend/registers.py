"""Registers cut out of a module of words: what they hold comes in, what they are given goes out.

What is left is combinational, and is compiled like any other module; what its ports are called is
said in `invc.netlist.machine`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from invc.diagnostics import InvcError
from invc.frontend.variables import is_formal, label_at, variable_of
from invc.frontend.yosys_cells import Json, flag, text_of
from invc.netlist.machine import NEXT, STATE, Kind, Property, Register

Bit = int | str
REGISTERS = ("$dff", "$adff", "$aldff", "$dffsr")
LATCHES = ("$dlatch", "$adlatch", "$dlatchsr", "$sr")
KINDS: Mapping[str, Kind] = {"assume": "assume", "assert": "assert", "cover": "cover"}
IGNORED = ("$print", "$scopeinfo", "$live", "$fair")


@dataclass(frozen=True)
class Cut:
    """A clocked module without its registers.

    Attributes:
        module: The combinational rest, as Yosys's JSON has it.
        clock: Name of the clock's port, which the rest has no more.
        registers: What was cut out.
        properties: What the source states, each an output port of the rest.
        shown: Registers that are no ports of the source, each an output port of the rest.
        formal: Those of them that are there for properties alone.
    """

    module: Json
    clock: str
    registers: tuple[Register, ...]
    properties: tuple[Property, ...]
    shown: tuple[str, ...]
    formal: frozenset[str] = frozenset()


class _Place(NamedTuple):
    """Where the source declares a bit."""

    name: str
    position: int


@dataclass
class _Held:
    """One bit of a register."""

    name: str
    position: int
    state: Bit
    next: Bit
    initial: int | None
    falling: bool


@dataclass
class _Cutting:
    """A module while registers are taken out of it."""

    module: Json
    next_bit: int
    places: Mapping[Bit, _Place]
    initial: Mapping[Bit, int]
    cells: dict[str, Any] = field(default_factory=dict)
    held: list[_Held] = field(default_factory=list)

    def new_bits(self, count: int) -> list[Bit]:
        """Bits that nothing has yet."""
        self.next_bit += count
        return list(range(self.next_bit - count, self.next_bit))

    def choose(
        self, select: Bit, low: Sequence[Bit], high: Sequence[Bit], out: Sequence[Bit] | None = None
    ) -> list[Bit]:
        """Bits that are `high` where `select` is 1, else `low`."""
        made = self.new_bits(len(low)) if out is None else list(out)
        self.cells[f"$cut${len(self.cells)}"] = {
            "type": "$mux",
            "parameters": {"WIDTH": f"{len(low):032b}"},
            "attributes": {},
            "connections": {"A": list(low), "B": list(high), "S": [select], "Y": made},
        }
        return made


def cut_registers(module: Json, source: str) -> Cut:
    """Take the registers out of a clocked module.

    Args:
        module: Flat, its registers as `elaborate_clocked` leaves them.
        source: What messages call the file.

    Raises:
        InvcError: There is no register, a latch, more than one clock, or a clock that is gated or
            read as data.
    """
    cells = {name: cell for name, cell in module["cells"].items() if cell["type"] not in IGNORED}
    _refuse_latches(module, cells)
    registers = {name: cell for name, cell in cells.items() if cell["type"] in REGISTERS}
    if not registers:
        raise InvcError(
            "nothing in it is clocked",
            where=source,
            hint="leave --cycles out: a combinational design needs no time",
        )
    clock = _the_clock(module, cells, registers)
    places, initial = _places(module), _initial(module)
    cutting = _Cutting(module, 1 + _highest(module), places, initial)
    for name, cell in registers.items():
        _cut(cutting, name, cell)
    rest = {name: cell for name, cell in cells.items() if name not in registers}
    stated = {name: rest.pop(name) for name, cell in cells.items() if _flavor(cell) in KINDS}
    rest.update(cutting.cells)
    _refuse_clock_as_data(module, rest, clock)
    return _assemble(cutting, rest, stated, clock)


def _refuse_latches(module: Json, cells: Mapping[str, Any]) -> None:
    for cell in cells.values():
        if cell["type"].startswith(LATCHES):
            raise InvcError(
                f"latch at {_label(module, cell['connections']['Q'])!r} has no clock",
                where=_where(cell),
                hint="assign it on every path, or at an edge of the clock",
            )


def _the_clock(module: Json, cells: Mapping[str, Any], registers: Mapping[str, Any]) -> str:
    """The input port that clocks all registers."""
    ports = {
        port["bits"][0]: name
        for name, port in module["ports"].items()
        if port["direction"] == "input" and len(port["bits"]) == 1
    }
    found: dict[str, Any] = {}
    for cell in registers.values():
        bit = cell["connections"]["CLK"][0]
        if bit not in ports:
            reads = "a constant" if isinstance(bit, str) else repr(_bit_label(module, bit))
            raise InvcError(
                f"the clock of {_label(module, cell['connections']['Q'])!r} is {reads}, "
                "which is no input of one bit",
                where=_where(cell),
                hint="clock it by an input, and let an enable decide: if (enable) q <= d",
            )
        found.setdefault(ports[bit], cell)
    if len(found) > 1:
        (first, _), (other, cell) = list(found.items())[:2]
        raise InvcError(
            f"{_label(module, cell['connections']['Q'])!r} has another clock: "
            f"{other!r}, not {first!r}",
            where=_where(cell),
            hint="cycles are counted by one clock: clock all registers by it, with enables",
        )
    return next(iter(found))


def _refuse_clock_as_data(module: Json, rest: Mapping[str, Any], clock: str) -> None:
    (bit,) = module["ports"][clock]["bits"]
    readers = [
        cell
        for cell in rest.values()
        for pin, bits in cell["connections"].items()
        if bit in bits and pin not in ("Y", "Q")
    ]
    leaves = [
        module["netnames"].get(name, {})
        for name, port in module["ports"].items()
        if port["direction"] == "output" and bit in port["bits"]
    ]
    if readers or leaves:
        raise InvcError(
            f"clock {clock!r} is read as data",
            where=_where((readers or leaves)[0]),
            hint="in a cycle the clock has no one value: use it at edges alone",
        )


def _cut(cutting: _Cutting, name: str, cell: Any) -> None:  # noqa: ANN401 - Yosys's JSON
    """Take one register cell out, its asynchronous inputs as logic around it."""
    pins, parameters = cell["connections"], cell["parameters"]
    seen, given = pins["Q"], pins["D"]
    kind = cell["type"]
    if kind == "$dff":
        state = seen
    else:
        state = cutting.new_bits(len(seen))
        given = _forced(cutting, cell, given)
        _forced(cutting, cell, state, seen)
    falling = not flag(parameters, "CLK_POLARITY")
    own = _own_name(cutting.module, seen)
    for k, (bit, into, out) in enumerate(zip(state, given, seen, strict=True)):
        place = _Place(own, k) if own else cutting.places.get(out, _Place(name, k))
        cutting.held.append(_Held(*place, bit, into, cutting.initial.get(out), falling))


def _own_name(module: Json, bits: Sequence[Bit]) -> str | None:
    """The name that the source has for just these bits; a port that only shows some is another."""
    names = [
        name
        for name, net in module["netnames"].items()
        if not net.get("hide_name") and net["bits"] == list(bits)
    ]
    return min(
        names, key=lambda n: (n not in module["ports"], n.count("."), len(n), n), default=None
    )


def _forced(
    cutting: _Cutting,
    cell: Any,  # noqa: ANN401 - Yosys's JSON
    bits: Sequence[Bit],
    out: Sequence[Bit] | None = None,
) -> list[Bit]:
    """Bits as the asynchronous inputs of a register let them through."""
    pins, parameters = cell["connections"], cell["parameters"]

    def pick(select: Bit, high: bool, kept: Sequence[Bit], forced: Sequence[Bit]) -> list[Bit]:
        pair = (kept, forced) if high else (forced, kept)
        return cutting.choose(select, *pair, out)

    if cell["type"] == "$adff":
        value = [*reversed(str(parameters["ARST_VALUE"]).replace("x", "0"))]
        return pick(pins["ARST"][0], flag(parameters, "ARST_POLARITY"), bits, value)
    if cell["type"] == "$aldff":
        return pick(pins["ALOAD"][0], flag(parameters, "ALOAD_POLARITY"), bits, pins["AD"])
    made = []  # $dffsr: a set and a clear for each bit, of which the clear wins
    for k, (bit, put, clear) in enumerate(zip(bits, pins["SET"], pins["CLR"], strict=True)):
        one: list[Bit] = ["1"]
        nought: list[Bit] = ["0"]
        low, high = ([bit], one) if flag(parameters, "SET_POLARITY") else (one, [bit])
        raised = cutting.choose(put, low, high)
        low, high = (raised, nought) if flag(parameters, "CLR_POLARITY") else (nought, raised)
        made += cutting.choose(clear, low, high, None if out is None else [out[k]])
    return made


def _assemble(
    cutting: _Cutting, rest: dict[str, Any], stated: Mapping[str, Any], clock: str
) -> Cut:
    """The module of the rest, with the ports that the registers and properties need."""
    module = cutting.module
    ports = {name: port for name, port in module["ports"].items() if name != clock}
    names = {**module["netnames"]}
    groups: dict[tuple[str, bool], list[_Held]] = {}
    for held in sorted(cutting.held, key=lambda h: (h.name, h.position)):
        groups.setdefault((held.name, held.falling), []).append(held)
    both = {name for name, falling in groups if (name, not falling) in groups}
    registers, shown = [], []
    for (name, falling), bits in groups.items():
        called = f"{name}'falling" if falling and name in both else name
        while called + STATE in ports or called + NEXT in ports:
            called += "'"
        variable = variable_of(module, name)
        register = Register(called, tuple(b.initial for b in bits), falling, variable)
        registers.append(register)
        shape = _shape(module["netnames"].get(name), len(bits))
        for port, direction, of in (
            (called + STATE, "input", [b.state for b in bits]),
            (called + NEXT, "output", [b.next for b in bits]),
        ):
            ports[port] = {"direction": direction, "bits": of, **shape}
            names[port] = {"hide_name": 0, "bits": of, "attributes": _source(module, name)}
        net = module["netnames"].get(name)
        if name not in module["ports"] and net is not None and not net.get("hide_name"):
            ports[name] = {"direction": "output", "bits": net["bits"], **_shape(net)}
            shown.append(name)
    properties = tuple(_properties(cutting, stated, ports, names, rest))
    cut = {
        "name": module["name"],
        "attributes": {**module.get("attributes", {}), "top": 1},
        "ports": ports,
        "cells": rest,
        "netnames": names,
    }
    formal = frozenset(name for name in shown if is_formal(module, name))
    return Cut(cut, clock, tuple(registers), properties, tuple(dict.fromkeys(shown)), formal)


def _properties(
    cutting: _Cutting,
    stated: Mapping[str, Any],
    ports: dict[str, Any],
    names: dict[str, Any],
    rest: dict[str, Any],
) -> Iterable[Property]:
    """A port for each property: 1 where it holds or says nothing, and where a cover is reached."""
    for cell_name, cell in stated.items():
        kind = KINDS[_flavor(cell)]
        (a,), (enable,) = cell["connections"]["A"], cell["connections"]["EN"]
        place = _where(cell) or ""
        line = place.split(":")[-2] if place.count(":") > 1 else place.rpartition(":")[2]
        label = cell_name
        if cell_name.startswith("$"):
            label = label_at(str(cell["attributes"].get("src", ""))) or f"{kind}_{line}".strip("_")
        name, count = label, 2
        while name in ports:
            name, count = f"{label}_{count}", count + 1
        idle = "0" if kind == "cover" else "1"
        (out,) = cutting.choose(enable, [idle], [a])
        ports[name] = {"direction": "output", "bits": [out]}
        names[name] = {"hide_name": 0, "bits": [out], "attributes": cell.get("attributes", {})}
        yield Property(name, kind, place)
    rest.update(cutting.cells)


def _flavor(cell: Any) -> str:  # noqa: ANN401 - Yosys's JSON
    """What a cell states: $check says it in a parameter, older cells by their type."""
    if cell["type"] == "$check":
        return text_of(cell["parameters"]["FLAVOR"])
    return str(cell["type"]).removeprefix("$")


def _shape(net: Any, bits: int | None = None) -> dict[str, Any]:  # noqa: ANN401 - Yosys's JSON
    """How the source numbers the bits of a net, where all of them are meant."""
    if net is None or (bits is not None and bits != len(net["bits"])):
        return {}
    return {key: net[key] for key in ("offset", "upto", "signed") if key in net}


def _source(module: Json, name: str) -> dict[str, Any]:
    net = module["netnames"].get(name, {})
    src = net.get("attributes", {}).get("src")
    return {"src": src} if src else {}


def _places(module: Json) -> dict[Bit, _Place]:
    """For each bit its best public name: a port's, then the least deep, the shortest."""
    ports = module["ports"]
    public = [name for name, net in module["netnames"].items() if not net.get("hide_name")]
    places: dict[Bit, _Place] = {}
    for name in sorted(public, key=lambda n: (n not in ports, n.count("."), len(n), n)):
        for k, bit in enumerate(module["netnames"][name]["bits"]):
            places.setdefault(bit, _Place(name, k))
    return places


def _initial(module: Json) -> dict[Bit, int]:
    """What bits hold at first, where the source says so."""
    found: dict[Bit, int] = {}
    for net in module["netnames"].values():
        init = str(net.get("attributes", {}).get("init", ""))
        for bit, value in zip(net["bits"], reversed(init), strict=False):
            if value in ("0", "1"):
                found[bit] = int(value)
    return found


def _highest(module: Json) -> int:
    nets = (net["bits"] for net in module["netnames"].values())
    pins = (bits for cell in module["cells"].values() for bits in cell["connections"].values())
    return max(b for bits in (*nets, *pins) for b in bits if isinstance(b, int))


def _label(module: Json, bits: Sequence[Bit]) -> str:
    place = next((_places(module)[bit] for bit in bits if bit in _places(module)), None)
    return place.name if place else "$unnamed"


def _bit_label(module: Json, bit: Bit) -> str:
    """A bit as the source calls it, with its index where it is one of several."""
    place = _places(module).get(bit)
    if place is None:
        return "$unnamed"
    net = module["netnames"][place.name]
    if len(net["bits"]) == 1:
        return place.name
    last = len(net["bits"]) - 1
    position = last - place.position if net.get("upto") else place.position
    return f"{place.name}[{position + int(net.get('offset', 0))}]"


def _where(cell: Any) -> str | None:  # noqa: ANN401 - Yosys's JSON
    src = str(cell.get("attributes", {}).get("src", ""))
    head, dot, column = src.rpartition(".")
    return (f"{head}:{column}" if dot and column.isdigit() else src) or None
