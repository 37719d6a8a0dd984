"""Names from files as pictures show them: printable, and as long as the place allows."""

from __future__ import annotations

from collections.abc import Sequence

from invc.diagnostics import printable
from invc.netlist import Gate, Netlist


def short(text: str, most: int) -> str:
    """At most so many characters, the middle left out: the ends of names tell them apart."""
    if len(text) <= most:
        return text
    head = (most - 1) // 2
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"


def net_names(netlist: Netlist) -> list[str]:
    """What to call each net, index 0 being the constant; see `Netlist.labels`."""
    return [printable(label) for label in netlist.labels]


def describe_gate(gate: Gate, names: Sequence[str]) -> str:
    """One line on a gate: its cell, what it drives, and its place in the source."""
    driven = ", ".join(short(names[pin >> 1], 60) for pin in gate.outputs)
    place = f" ({gate.source})" if gate.source else ""
    return f"{gate.function.name} drives {driven}{place}"
