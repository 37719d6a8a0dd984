"""What slang knows of the types of ports, which Yosys's netlists forget."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from invc.netlist import Netlist, Port
from invc.netlist.shape import Shape, Vector, parse_shape

TREE = '{\n  "name": "$root"'


def shapes_in(output: str, top: str) -> dict[str, Shape]:
    """The shapes of a module's ports in the syntax tree that `read_slang --dump-ast` writes.

    A port whose type has values that are no bits is left out.
    """
    start = output.find(TREE)
    if start < 0:
        return {}
    try:
        tree = json.JSONDecoder().raw_decode(output, start)[0]
    except (ValueError, RecursionError):
        return {}
    types = dict(_types(tree))
    found: dict[str, Shape] = {}
    for port in _ports(tree, top):
        try:
            found[port["name"]] = parse_shape(port["type"], types)
        except (ValueError, KeyError, TypeError):
            continue
    return found


def with_shapes(netlist: Netlist, shapes: Mapping[str, Shape]) -> Netlist:
    """The netlist with what is known of the types of its ports: parts, and signs."""

    def shaped(port: Port) -> Port:
        shape = shapes.get(port.name)
        if shape is None or shape.width != len(port.bits):
            return port
        port = replace(port, signed=port.signed or shape.signed)
        if not isinstance(shape, Vector):
            return replace(port, shape=shape)
        if shape.left is None:
            return port
        return replace(port, offset=min(shape.left, shape.right), upto=shape.left < shape.right)

    return replace(netlist, ports=tuple(map(shaped, netlist.ports)))


def say_types(
    module: Mapping[str, Any], shapes: Mapping[str, Shape], signed: Collection[str]
) -> dict[str, Any]:
    """A module of Yosys's JSON that says which nets are signed, and the shapes of its ports.

    Args:
        module: The module.
        shapes: Of some of its ports.
        signed: Ports that are known to be signed besides.
    """

    def said(name: str, net: Mapping[str, Any]) -> dict[str, Any]:
        shape = shapes.get(name)
        if shape is None or shape.width != len(net["bits"]):
            return {**net, **({"signed": 1} if name in signed else {})}
        parts = {} if isinstance(shape, Vector) else {"shape": str(shape)}
        return {**net, **parts, **({"signed": 1} if shape.signed or name in signed else {})}

    kinds = ("ports", "netnames")
    return {
        **module,
        **{kind: {n: said(n, of) for n, of in module[kind].items()} for kind in kinds},
    }


def with_said(netlist: Netlist, module: Mapping[str, Any]) -> Netlist:
    """A netlist with what a module says of the types of its ports, which Yosys forgot since."""
    ports = module["ports"]
    shapes = {name: parse_shape(port["shape"]) for name, port in ports.items() if "shape" in port}
    netlist = with_shapes(netlist, shapes)
    signed = {name for name, port in ports.items() if port.get("signed")}
    return replace(
        netlist,
        ports=tuple(replace(p, signed=p.signed or p.name in signed) for p in netlist.ports),
    )


def _types(tree: object) -> Iterator[tuple[str, str]]:
    """Texts of named types by the numbers that others name them with."""
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            waiting += [value for value in item.values() if isinstance(value, list | dict)]
            text = item.get("target", item.get("baseType"))
            if item.get("kind") in ("TypeAlias", "EnumType") and isinstance(text, str):
                yield str(item["addr"]), text


def _ports(tree: Mapping[str, Any], top: str) -> Iterator[Mapping[str, Any]]:
    """The ports of the instance that is the top module."""
    for member in tree.get("members", ()):
        if member.get("kind") == "Instance" and member.get("name") == top:
            inside = member.get("body", {}).get("members", ())
            yield from (item for item in inside if item.get("kind") == "Port")
