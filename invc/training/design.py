"""The user's design as training sees it: a network that was recognised, or gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources, find_yosys
from invc.netlist import Netlist
from invc.training.gates import compile_design
from invc.training.recognise import Ports, Recognised, check_names, recognise


@dataclass(frozen=True, eq=False)
class Subject:
    """What is trained.

    Attributes:
        name: The top module.
        ports: Which of its ports are what.
        widths: Bits of each port.
        network: The network in it, or None.
        netlist: Its gates, where there is no network.
        notes: How it was taken, a line each.
    """

    name: str
    ports: Ports
    widths: Mapping[str, int]
    network: Recognised | None
    netlist: Netlist | None
    notes: tuple[str, ...]

    @property
    def classes(self) -> int:
        """How many classes it tells apart."""
        if self.network is not None:
            return self.network.shape.classes
        return 1 << self.widths[self.ports.labels]


def read_subject(sources: Sources, ports: Ports, method: str) -> Subject:
    """The network in the design, or its gates where the method is "gates" or no network is found.

    Raises:
        InvcError: The design cannot be read, has no such ports, or the method asks for a network
            and there is none.
    """
    if method == "gates":
        return _gates(sources, ports, ())
    try:
        network = recognise(sources, ports, find_yosys(None))
    except InvcError as error:
        if method != "auto" or not error.message.startswith("no network of neurons"):
            raise
        return _gates(sources, ports, (f"{error.message}: method gates",))
    name = network.design.modules[network.design.top].name
    return Subject(name, ports, network.widths, network, None, network.notes)


def _gates(sources: Sources, ports: Ports, notes: tuple[str, ...]) -> Subject:
    netlist = compile_design(sources)
    inputs = {port.name: len(port.bits) for port in netlist.inputs}
    outputs = {port.name: len(port.bits) for port in netlist.outputs}
    check_names(netlist.name, inputs, outputs, ports)
    return Subject(netlist.name, ports, {**inputs, **outputs}, None, netlist, notes)
