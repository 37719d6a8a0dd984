"""Answers as values of ports, thousands at a time: what follows from inputs is evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.netlist import Literal, Netlist, Port, evaluate, word_of
from invc.proof.diagram.layers import UInt8

Values = npt.NDArray[np.int64] | list[int]

WIDEST = 62  # bits of a port that numpy's integers hold, with a sign


@dataclass(frozen=True)
class Draws:
    """Some answers, in the order in which they were drawn.

    Attributes:
        ports: Values of each port, by name: an int64 array, or a list where a port is too wide.
        count: How many answers these are.
    """

    ports: Mapping[str, Values]
    count: int


def as_draws(netlist: Netlist, nets: Sequence[int], bits: UInt8) -> tuple[Draws, list[int]]:
    """Answers from the bits of their inputs.

    Args:
        netlist: Its gates are evaluated.
        nets: The input net of each row of `bits`.
        bits: Shape (inputs, answers).

    Returns:
        The answers, and a word for each net whose bit k is its value in answer k.
    """
    count = bits.shape[1]
    packed = np.packbits(bits, axis=1, bitorder="little")
    word = {net: int.from_bytes(row.tobytes(), "little") for net, row in zip(nets, packed)}  # noqa: B905 - as many as rows
    inputs = {port.name: [word[bit >> 1] for bit in port.bits] for port in netlist.inputs}
    words = evaluate(netlist, inputs, count)
    mask = (1 << count) - 1
    ports = {
        port.name: _values(port, [word_of(bit, words, mask) for bit in port.bits], count)
        for port in netlist.ports
    }
    return Draws(ports, count), words


def _values(port: Port, words: Sequence[int], count: int) -> Values:
    """The value of a port in each answer, from a word for each of its bits."""
    size = -(-count // 8)
    rows = np.frombuffer(b"".join(word.to_bytes(size, "little") for word in words), dtype=np.uint8)
    bits = np.unpackbits(rows.reshape(len(words), size), axis=1, bitorder="little")[:, :count]
    if len(words) > WIDEST:
        columns = np.packbits(bits, axis=0, bitorder="little").T
        numbers = [int.from_bytes(row.tobytes(), "little") for row in columns]
        top = 1 << len(words) - 1
        return [n - 2 * top if port.signed and n >= top else n for n in numbers]
    value = np.zeros(count, dtype=np.int64)
    for k, row in enumerate(bits):
        weight = -(1 << k) if port.signed and k == len(words) - 1 else 1 << k
        value += row.astype(np.int64) * weight
    return value


def holds(words: Sequence[int], wanted: Sequence[tuple[Literal, int]], count: int) -> bool:
    """Whether literals have their values in all of some answers."""
    mask = (1 << count) - 1
    return all(word_of(lit, words, mask) == (mask if value else 0) for lit, value in wanted)
