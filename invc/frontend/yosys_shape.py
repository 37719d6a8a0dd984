"""The fields of a JSON netlist that anybody may have written: each is of the kind Yosys writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from invc.diagnostics import InvcError
from invc.text.trees import Fields, kind_of

DIRECTIONS = ("input", "output", "inout")
CONSTANTS = ("0", "1", "x", "z")
MOST_NET = (1 << 31) - 1  # nets are numbers of a C int to Yosys


def check_shape(modules: Mapping[str, object], file: str, hint: str) -> None:
    """Refuse a field of a wrong kind before anybody reads it, Yosys among them: it asserts.

    Args:
        modules: Those of the file, by name.
        file: What messages call it.
        hint: What they say to do.

    Raises:
        InvcError: A field is missing or of another kind; the message names it.
    """
    try:
        _check(modules, file)
    except InvcError as fault:
        raise InvcError(fault.message, where=fault.where, hint=hint) from None


def _check(modules: Mapping[str, object], file: str) -> None:
    whole = Fields({"modules": modules}, file).inside("modules")
    for name in modules:
        module = whole.inside(name)
        _texts(module, "attributes")
        _each(module, "ports", _port, needed=True)
        _each(module, "cells", _cell, needed=True)
        _each(module, "netnames", _net)  # old versions of Yosys write none
        _each(module, "memories", _texts_only)
        _widths(module)


def _each(
    module: Fields, name: str, check: Callable[[Fields], None], *, needed: bool = False
) -> None:
    if needed:
        module.value(name)
    found = module.inside(name)
    for key in found.fields:
        check(found.inside(key))


def _port(port: Fields) -> None:
    direction = port.text("direction")
    if direction not in DIRECTIONS:
        port.fail("direction", f"is {direction!r}, none of {', '.join(DIRECTIONS)}")
    _bits(port, "bits")
    _numbers(port, "offset", "upto", "signed")


def _widths(module: Fields) -> None:
    """A port and its net are of one width, or Yosys asserts."""
    nets = module.inside("netnames")
    for name in module.inside("ports").fields:
        own = len(module.inside("ports").inside(name).items("bits"))
        if name in nets.fields and len(nets.inside(name).items("bits")) != own:
            module.inside("ports").fail(
                f"{name}.bits", f"has {own} bits, and the net of its name others"
            )


def _net(net: Fields) -> None:
    _bits(net, "bits")
    _numbers(net, "offset", "upto", "signed", "hide_name")
    _texts(net, "attributes")


def _cell(cell: Fields) -> None:
    if not cell.text("type"):
        cell.fail("type", "is empty")
    connections = cell.inside("connections")
    for pin in connections.fields:
        _bits(connections, pin)
    directions = cell.inside("port_directions")
    for pin in directions.fields:
        directions.text(pin)
    _texts(cell, "attributes")
    _texts(cell, "parameters")


def _texts_only(memory: Fields) -> None:
    _texts(memory, "attributes")


def _texts(item: Fields, name: str) -> None:
    """Values of attributes and parameters: texts, or numbers in old versions."""
    found = item.inside(name)
    for key, value in found.fields.items():
        if not isinstance(value, str | int | float):
            found.fail(key, f"is {kind_of(value)}, not a text")


def _numbers(item: Fields, *names: str) -> None:
    for name in names:
        if name in item.fields:
            item.as_whole(name, item.fields[name])


def _bits(item: Fields, name: str) -> None:
    """A list of numbers of nets and constants; most of a file is these."""
    for k, bit in enumerate(item.items(name)):
        if type(bit) is int:
            if not 0 <= bit <= MOST_NET:
                item.fail(f"{name}[{k}]", f"is {bit}, no number of a net")
        elif bit not in CONSTANTS:
            shown = repr(bit) if isinstance(bit, str) else kind_of(bit)
            item.fail(f"{name}[{k}]", f"is {shown}, no net and none of {', '.join(CONSTANTS)}")
