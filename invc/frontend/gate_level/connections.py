"""What is connected to the pins of an instance, and the instances of an array."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from invc.diagnostics import nearest
from invc.frontend.gate_level.aliases import Bits
from invc.frontend.gate_level.expressions import count, fit, nets_of, value_of
from invc.frontend.gate_level.parser import Tree
from invc.frontend.gate_level.scope import Scope
from invc.frontend.gate_level.structure import GATES_ONLY, MAX_WIDTH, Signal, constant, plain


def cell_pins(
    scope: Scope, entry: Tree, ports: Sequence[Signal], *, parameters: bool = False
) -> list[Bits | None]:
    """The connections of a cell, which needs every input and has no parameters unless it may."""
    if not parameters:
        refuse_parameters(scope, entry)
    connected = connections(scope, entry, ports)
    for port, bits in zip(ports, connected, strict=True):
        if bits is None and port.direction == "input":
            what = f"{plain(entry.name)!r} ({plain(entry.module)})"
            raise scope.nets.fault(
                f"input pin {port.name!r} of {what} is not connected",
                entry.lineno,
                "tie it to 1'b0 or 1'b1, or connect a net",
            )
    return connected


def connections(
    scope: Scope,
    entry: Tree,
    ports: Sequence[Signal],
) -> list[Bits | None]:
    """What is connected to each port, None where nothing is; not yet cut for arrays."""
    given = entry.portlist
    what = f"{plain(entry.name)!r} ({plain(entry.module)})"
    if given and given[0].portname is None:
        if len(given) > len(ports):
            message = f"{what} has {len(ports)} pins, and {len(given)} are connected"
            raise scope.nets.fault(message, entry.lineno, listed(ports))
        chosen = {p.name: c for p, c in zip(ports, given, strict=False)}
    else:
        names = {p.name for p in ports}
        chosen = {}
        for connection in given:
            name = plain(connection.portname)
            if name not in names:
                hint = nearest(name, [p.name for p in ports])
                raise scope.nets.fault(f"{what} has no pin {name!r}", connection.lineno, hint)
            if name in chosen:
                message = f"pin {name!r} of {what} is connected twice"
                raise scope.nets.fault(message, connection.lineno)
            chosen[name] = connection
    return [_connected_to(scope, port, chosen.get(port.name)) for port in ports]


def _connected_to(
    scope: Scope,
    port: Signal,
    given: Tree,
) -> Bits | None:
    if given is None or given.argname is None:
        return None
    if port.direction == "output":
        return nets_of(scope, given.argname, implicit=True)
    value = value_of(scope, given.argname, implicit=True)
    # A number without a size fits any port.
    return fit(scope, value, port.width, given.lineno) if isinstance(value, int) else value


def shares(
    scope: Scope,
    entry: Tree,
    ports: Sequence[Signal],
    connected: Sequence[Bits | None],
) -> Iterator[tuple[str, list[Bits | None]]]:
    """The instances of an array with their own share of each connection, or the only one."""
    if entry.array is None:
        indices = range(1)
    else:
        constants = scope.module.constants
        msb = constant(entry.array.msb, constants, scope.nets.source)
        lsb = constant(entry.array.lsb, constants, scope.nets.source)
        if abs(msb - lsb) >= MAX_WIDTH:
            raise scope.nets.fault(f"more than {MAX_WIDTH} instances", entry.lineno)
        indices = range(lsb, msb + 1) if msb >= lsb else range(lsb, msb - 1, -1)
    size = len(indices)
    for port, bits in zip(ports, connected, strict=True):
        # An output goes to one instance each; an input may go to all of them.
        shared = port.width if port.direction == "input" else port.width * size
        if bits is not None and len(bits) not in (shared, port.width * size):
            message = (
                f"pin {port.name!r} of {plain(entry.name)!r} ({plain(entry.module)}) has "
                f"{count(port.width, 'bit')}, and {count(len(bits), 'bit')} are connected"
            )
            raise scope.nets.fault(message, entry.lineno, "connect a slice or a concatenation")
    for k, index in enumerate(indices):
        pins = [
            bits if bits is None or len(bits) == p.width else bits[k * p.width :][: p.width]
            for p, bits in zip(ports, connected, strict=True)
        ]
        yield (f"[{index}]" if entry.array is not None else ""), pins


def refuse_parameters(scope: Scope, entry: Tree) -> None:
    """Refuse an instance that sets parameters: a netlist has none left."""
    if entry.parameterlist:
        message = f"instance {plain(entry.name)!r} sets parameters"
        raise scope.nets.fault(message, entry.lineno, GATES_ONLY)


def pins_of(inputs: Iterable[str], outputs: Iterable[str]) -> list[Signal]:
    """The pins of a cell, inputs first."""
    return [
        *(Signal(pin, direction="input") for pin in inputs),
        *(Signal(pin, direction="output") for pin in outputs),
    ]


def listed(ports: Sequence[Signal]) -> str:
    """The hint that names the pins in their order."""
    return "in this order: " + ", ".join(port.name for port in ports)
