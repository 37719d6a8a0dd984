"""Why a read is no answer: the gates that its state violates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.design import Clamp, Design
from invc.ising.model import Int8
from invc.netlist import Gate

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Violation:
    """A gate that is not at its ground level.

    Attributes:
        gate: Its place in the netlist's gates.
        cell: Name of its cell.
        drives: Name of the first net that it drives.
        excess: Energy above its ground level.
        wrong: Whether its pins are no row of its function; else only an ancilla is out of place.
        source: "file:line:column" of the net that it drives, or "".
        clamps: Clamped bits on its pins, by name.
    """

    gate: int
    cell: str
    drives: str
    excess: int
    wrong: bool
    source: str
    clamps: tuple[str, ...]


def explain(design: Design, spins: Int8, clamps: Iterable[Clamp] = ()) -> tuple[Violation, ...]:
    """The violated gates of a state, the worst first.

    Their excess energies add up to the energy of the state: a model is the sum of its gates.

    Args:
        design: What was sampled.
        spins: A state, -1 and +1. Shape (spins,).
        clamps: Bits that were held.
    """
    held: dict[int, list[str]] = {}
    for clamp in clamps:
        held.setdefault(clamp.literal >> 1, []).append(clamp.name)
    excess = excesses(design, spins)
    order = sorted(np.flatnonzero(excess).tolist(), key=lambda k: (-int(excess[k]), k))
    return tuple(_violation(design, k, int(excess[k]), spins, held) for k in order)


def excesses(design: Design, spins: Int8) -> Int64:
    """Energy of every gate above its ground level in one state. Shape (gates,)."""
    gates, starts = design.netlist.gates, design.ancilla_starts
    excess = np.zeros(len(gates), dtype=np.int64)
    by_cell: dict[str, list[int]] = {}
    for k, gate in enumerate(gates):
        by_cell.setdefault(gate.function.name, []).append(k)
    for name, chosen in by_cell.items():
        cell = design.cells[name]
        pins = _pin_spins(spins, [gates[k].pins for k in chosen])
        ancilla = starts[chosen][:, None] + np.arange(len(cell.ancillas))
        states = np.concatenate([pins, spins[ancilla].astype(np.int8)], axis=1)
        excess[chosen] = cell.model.energies(states) - cell.ground
    return excess


def _pin_spins(spins: Int8, pins: Sequence[Sequence[int]]) -> Int8:
    """Values of literals as spins. Shape (gates, pins)."""
    literal = np.array(pins, dtype=np.int64)
    known = np.concatenate([np.array([-1], dtype=np.int8), spins])  # net 0 is false
    signed: Int8 = (known[literal >> 1] * (1 - 2 * (literal & 1))).astype(np.int8)
    return signed


def _violation(
    design: Design, k: int, excess: int, spins: Int8, held: dict[int, list[str]]
) -> Violation:
    gate = design.netlist.gates[k]
    nets = dict.fromkeys(pin >> 1 for pin in gate.pins)
    return Violation(
        k,
        gate.function.name,
        design.netlist.names[gate.outputs[0] >> 1],
        excess,
        not _valid(gate, spins),
        gate.source,
        tuple(name for net in nets for name in held.get(net, ())),
    )


def _valid(gate: Gate, spins: Int8) -> bool:
    bits = _pin_spins(spins, [gate.pins])[0] > 0
    return bool(gate.function.relation >> sum(int(bit) << i for i, bit in enumerate(bits)) & 1)
