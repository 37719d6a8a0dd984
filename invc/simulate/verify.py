"""No answer is shown unverified: every read is evaluated forward from its inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.design import Clamped, Design, decode
from invc.netlist import evaluate, word_of
from invc.simulate.random import LANES, UInt64, bits_of

MOST_ENERGIES = 1 << 24  # spins times reads whose energies are computed at once


@dataclass(frozen=True)
class Verified:
    """What the reads of one block are worth.

    Attributes:
        reads: Reads looked at.
        verified: Reads whose inputs give the clamped values.
        strict: Reads that satisfy every gate.
        found: For each distinct answer, the values of all ports in order, its reads and the
            lowest energy among them.
    """

    reads: int
    verified: int
    strict: int
    found: dict[tuple[int, ...], tuple[int, int]]


def verify(design: Design, clamped: Clamped, state: UInt64, reads: int) -> Verified:
    """Evaluate the gates forward from the inputs of each of the first `reads` replicas.

    Args:
        design: What was sampled.
        clamped: What an answer must satisfy.
        state: Shape (spins, 16), uint64.
        reads: At most 1024.
    """
    mask = (1 << reads) - 1
    netlist = design.netlist
    words = _integers(state[: netlist.net_count])
    inputs = {port.name: [words[(bit >> 1) - 1] for bit in port.bits] for port in netlist.inputs}
    values = evaluate(netlist, inputs, reads)
    good = mask
    for literal, value in clamped.wanted:
        word = word_of(literal, values, mask)
        good &= word if value else word ^ mask
    strict = good
    for computed, sampled in zip(values[1:], words, strict=True):
        if not strict:
            break
        strict &= ~(computed ^ sampled)
    lanes = [k for k in range(reads) if good >> k & 1]
    return Verified(
        reads, len(lanes), strict.bit_count(), _answers(design, values, mask, state, lanes)
    )


def _integers(state: UInt64) -> list[int]:
    """Each row of words as one integer, replica k at bit k."""
    data = state.astype("<u8").tobytes()
    size = LANES // 8
    return [int.from_bytes(data[k : k + size], "little") for k in range(0, len(data), size)]


def _answers(
    design: Design, values: list[int], mask: int, state: UInt64, lanes: list[int]
) -> dict[tuple[int, ...], tuple[int, int]]:
    if not lanes:
        return {}
    energies = _energies(design, state, lanes)
    ports = design.netlist.ports
    bits = [[word_of(bit, values, mask) for bit in port.bits] for port in ports]
    found: dict[tuple[int, ...], tuple[int, int]] = {}
    for lane, energy in zip(lanes, energies, strict=True):
        answer = tuple(
            decode([word >> lane & 1 for word in words], port.signed)
            for port, words in zip(ports, bits, strict=True)
        )
        reads, lowest = found.get(answer, (0, energy))
        found[answer] = (reads + 1, min(lowest, energy))
    return found


def _energies(design: Design, state: UInt64, lanes: list[int]) -> list[int]:
    """Energies of some replicas, in slices that bound the memory."""
    energies: list[int] = []
    size = max(1, MOST_ENERGIES // max(1, design.model.spins))
    for start in range(0, len(lanes), size):
        chosen = np.array(lanes[start : start + size])
        bits = (state[:, chosen >> 6] >> (chosen & 63).astype(np.uint64)) & np.uint64(1)
        spins: npt.NDArray[np.int8] = 2 * bits.T.astype(np.int8) - 1
        energies += design.model.energies(spins).tolist()
    return energies


def replicas(state: UInt64, reads: int) -> npt.NDArray[np.int8]:
    """States of the first replicas as spins -1 and +1. Shape (reads, spins)."""
    bits = bits_of(state)[:, :reads].T.astype(np.int8)
    return 2 * bits - 1
