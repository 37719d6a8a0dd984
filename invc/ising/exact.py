"""Exact energies and ground states by enumeration: the oracle for cells and for assemble."""

from __future__ import annotations

import numpy as np

from invc.ising.model import Int8, Int64, IsingModel

MAX_SPINS = 26


def all_energies(model: IsingModel) -> Int64:
    """Energy of every state; bit i of the index is spin i (0 is -1). Shape (2**n,).

    Raises:
        ValueError: More than MAX_SPINS spins.
    """
    if model.spins > MAX_SPINS:
        raise ValueError(f"{model.spins} spins are too many to enumerate (at most {MAX_SPINS})")
    start, neighbour, coupling = model.neighbours
    energy = np.array([model.offset], dtype=np.int64)
    for spin in range(model.spins):
        below = slice(start[spin], start[spin + 1])
        field = np.array([model.h[spin]], dtype=np.int64)
        row = dict(zip(neighbour[below].tolist(), coupling[below].tolist(), strict=True))
        for other in range(spin):
            J = row.get(other, 0)
            field = np.concatenate([field - J, field + J])
        energy = np.concatenate([energy + field, energy - field])
    return energy


def ground_states(model: IsingModel) -> tuple[int, Int8]:
    """Lowest energy, and every state that has it. Shape (states, n), ordered by index."""
    energy = all_energies(model)
    lowest = int(energy.min())
    index = np.flatnonzero(energy == lowest)
    bits = index[:, None] >> np.arange(model.spins) & 1
    return lowest, (2 * bits - 1).astype(np.int8)
