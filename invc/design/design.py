"""A design: a netlist and the Ising model assembled from it, spin for net."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from invc.design.frames import Frames
from invc.ising import IsingModel
from invc.library.cell import Cell
from invc.netlist import Netlist
from invc.text.tables import html_table

ANNEALER = "invc.annealer"  # loaded when it is asked for, as it stands above this room


@dataclass(frozen=True, eq=False)
class Design:
    """What a .hj file holds.

    Net k of the netlist is spin k - 1 of the model; the ancillas of the gates follow, in the
    order of the gates. A state of the model has energy 0 exactly when every gate is satisfied
    and every ancilla fits; any other state has at least the smallest gap of its cells.

    Attributes:
        netlist: The gates, and the ports with their bits as literals.
        model: Their Hamiltonian, ground level 0.
        cells: The cell of each function's name, scaled as it stands in the model.
        origin: What made it, for people: tools and versions.
        scale: What energies were multiplied by to be whole; 1 unless the model was imported.
        frames: What the ports are in time, where a clocked design was unrolled.
    """

    netlist: Netlist
    model: IsingModel
    cells: Mapping[str, Cell] = field(default_factory=dict)
    origin: str = ""
    scale: float = 1.0
    frames: Frames | None = None

    def __repr__(self) -> str:
        return f"<Design {', '.join(f'{name} {text}' for name, text in self._summary)}>"

    def _repr_html_(self) -> str:
        return html_table((), self._summary)

    @property
    def _summary(self) -> list[tuple[str, str]]:
        netlist, model = self.netlist, self.model
        ports = ", ".join(f"{p.direction} {p.name}{p.range_text}" for p in netlist.ports)
        return [
            ("module", netlist.name),
            ("ports", ports),
            ("gates", str(len(netlist.gates))),
            ("spins", str(model.spins)),
            ("couplings", str(len(model.J))),
        ]

    def bqm(
        self, clamps: Mapping[str, int | str] | Iterable[str] | str = (), **ports: int | str
    ) -> Any:  # noqa: ANN401 - dimod has no types
        """A dimod BinaryQuadraticModel whose ground states are the answers, energy 0.

        Args:
            clamps: As `invc.simulate` takes them.
            **ports: Values of ports.

        Raises:
            InvcError: dimod is not installed, or the clamps cannot hold.
        """
        return import_module(ANNEALER).bqm(self, clamps, ports)

    def decode(
        self,
        sampleset: Any,  # noqa: ANN401
        clamps: Mapping[str, int | str] | Iterable[str] | str | None = None,
        **ports: int | str,
    ) -> Any:  # noqa: ANN401 - `invc.ask.Answers`, of a higher room
        """The verified answers among the samples of `bqm`, by any sampler of dimod's kind.

        Args:
            sampleset: Its samples.
            clamps: Those that `bqm` was given; by default those of its latest call that gave a
                model of these variables.
            **ports: Values of ports.

        Raises:
            InvcError: The samples are of another model.
        """
        return import_module(ANNEALER).decode(self, sampleset, clamps, ports)

    @cached_property
    def ancilla_starts(self) -> npt.NDArray[np.int64]:
        """First ancilla spin of each gate, and the number of spins at the end. (gates + 1,)."""
        return ancilla_starts(self.netlist, self.cells)

    @cached_property
    def spin_names(self) -> tuple[str, ...]:
        """Name of each spin: the nets, then the ancillas as "<net driven first>.<ancilla>"."""
        names = list(self.netlist.names[1:])
        for gate in self.netlist.gates:
            base = self.netlist.names[gate.outputs[0] >> 1]
            names += [f"{base}.{a}" for a in self.cells[gate.function.name].ancillas]
        return tuple(names)

    @property
    def is_logic(self) -> bool:
        """Whether gates say what is right; an imported model has energies alone.

        A design of wires has no gates either, and no energies.
        """
        return bool(self.netlist.gates) or not (len(self.model.J) or self.model.h.any())

    @cached_property
    def min_gap(self) -> int:
        """Energy of the cheapest fault that one gate can have; 0 without gates."""
        used = {g.function.name for g in self.netlist.gates}
        return min((self.cells[name].gap for name in used), default=0)


def ancilla_starts(netlist: Netlist, cells: Mapping[str, Cell]) -> npt.NDArray[np.int64]:
    """First ancilla spin of each gate, and the number of spins at the end. Shape (gates + 1,)."""
    count = [len(cells[gate.function.name].ancillas) for gate in netlist.gates]
    starts = np.full(len(count) + 1, netlist.net_count, dtype=np.int64)
    starts[1:] += np.cumsum(np.array(count, dtype=np.int64))
    return starts
