"""Every net gets a name."""

from __future__ import annotations

from dataclasses import replace

from invc.mapping.mapper import Mapper
from invc.netlist import Netlist


def name_nets(netlist: Netlist, _: Mapper) -> Netlist:
    """Call nets without a name by "$" and their number, which no plain Verilog name can be."""
    names = tuple(name or f"${net}" for net, name in enumerate(netlist.names))
    return replace(netlist, names=("", *names[1:]))
