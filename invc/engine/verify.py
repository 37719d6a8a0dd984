"""No answer is shown unverified: every read is evaluated forward from its inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from invc.design import Clamped, Design
from invc.ising.model import Int8, Int32, Int64
from invc.netlist import Literal, Port, evaluate, word_of
from invc.pbits.backend import Backend, State
from invc.pbits.heatbath.energy import Meter, compile_meter
from invc.pbits.heatbath.logic import Logic, compile_forward
from invc.pbits.lanes import UInt64, bits_of, integers_of

MOST_ROWS = 1 << 14  # bits of a port that are turned over at once; a multiple of 8
FEW_LANES = 4  # whose bits are picked one by one
WIDE = 62  # bits of a port that are no machine integer
NUMBER = 8  # bytes of one
MOST_COMPILED = 1 << 14  # gates; more are evaluated as they stand,
FEW_TIMES = 6  # and fewer so many times
MOST_ENERGIES = 1 << 24  # spins times reads whose energies are computed at once
METERED = 1 << 27  # spins times reads from which on it pays to compile a meter


@dataclass(frozen=True)
class Near:
    """A read that is no answer, but close to one.

    Attributes:
        energy: Its energy above the ground level.
        spins: Its state, -1 and +1. Shape (spins,).
    """

    energy: int
    spins: Int8 = field(compare=False)


@dataclass(frozen=True)
class Verified:
    """What the reads of one block are worth.

    Attributes:
        reads: Reads looked at.
        verified: Reads whose inputs give the clamped values.
        strict: Reads that satisfy every gate.
        found: For each distinct answer, the values of all ports in order, its reads and the
            lowest energy among them.
        lanes: The verified replicas, ascending.
        near: The unverified read of lowest energy, where it was asked for and there is one.
    """

    reads: int
    verified: int
    strict: int
    found: dict[tuple[int, ...], tuple[int, int]]
    lanes: tuple[int, ...] = ()
    near: Near | None = None


@dataclass(frozen=True, eq=False)
class View:
    """The replicas of a state that count: all, or those at the last rung of ladders.

    Attributes:
        backend: Whose state it is.
        state: All replicas.
        rungs: Of its ladders; the words of the last rung are looked at.
    """

    backend: Backend
    state: State
    rungs: int = 1

    @property
    def lanes(self) -> int:
        """How many replicas of the state count: those of the coldest rung."""
        return int(self.state.lanes) // self.rungs

    def rows_of(self, logic: Logic, literals: Int32) -> UInt64:
        """The rows of some literals. Shape (literals, words)."""
        return self._last(self.backend.rows_of(logic, literals, self.state))

    def fetch(self) -> UInt64:
        """All spins. Shape (spins, words)."""
        return self._last(self.backend.fetch(self.state))

    def energies(self, meter: Meter) -> Int64:
        """Energies of the replicas that count. Shape (lanes,)."""
        energies = self.backend.energies(meter, self.state)
        return energies.reshape(-1, self.rungs, 64)[:, -1].ravel()

    def _last(self, rows: UInt64) -> UInt64:
        return rows[:, self.rungs - 1 :: self.rungs]


def verify(
    design: Design,
    clamped: Clamped,
    view: View,
    reads: int,
    *,
    ground: bool = False,
    near: bool = False,
    meter: Meter | None = None,
) -> Verified:
    """Evaluate the gates forward from the inputs of each of the first `reads` replicas.

    Args:
        design: What was sampled.
        clamped: What an answer must satisfy, and what it must not.
        view: The replicas.
        reads: At most as many as there are.
        ground: Count only reads at the ground level, every gate and ancilla in place.
        near: Look for the read of lowest energy among those that do not count.
        meter: Of the design's energies, where there is one already.
    """
    mask = (1 << reads) - 1
    values, settled = _forward(design, view, reads)
    good = right(clamped, values, mask)
    strict = good & settled
    lanes = _ones(strict if ground else good)
    energies = energies_of(design, view, lanes, meter)
    if ground:
        lanes = [lane for lane, energy in zip(lanes, energies, strict=True) if energy == 0]
        energies = [0] * len(lanes)
    return Verified(
        reads,
        len(lanes),
        strict.bit_count(),
        _answers(design, values, mask, lanes, energies),
        tuple(lanes),
        _nearest(design, view, sorted({*range(reads)} - {*lanes}), meter) if near else None,
    )


def _forward(design: Design, view: View, reads: int) -> tuple[list[int], int]:
    """What the nets of ports are, given the inputs, and in which reads all nets are so."""
    mask = (1 << reads) - 1
    netlist = design.netlist
    if len(netlist.gates) <= MOST_COMPILED and _is_worth_compiling(design):
        forward = compile_forward(design)
        rows = view.rows_of(forward.logic, forward.literals)
        *words, whole = (word & mask for word in integers_of(rows))
        values = [0] * (netlist.net_count + 1)
        for net, word in zip(forward.nets, words, strict=True):
            values[net] = word
        return values, whole
    words = integers_of(view.fetch()[: netlist.net_count])
    inputs = {port.name: [words[(bit >> 1) - 1] for bit in port.bits] for port in netlist.inputs}
    values = evaluate(netlist, inputs, reads)
    whole = mask
    for computed, sampled in zip(values[1:], words, strict=True):
        if not whole:
            break
        whole &= ~(computed ^ sampled)
    return values, whole


_verified: WeakKeyDictionary[Design, int] = WeakKeyDictionary()  # blocks of each design so far


def _is_worth_compiling(design: Design) -> bool:
    """Whether a design was verified so often already that it pays."""
    times = _verified[design] = _verified.get(design, 0) + 1
    return times > FEW_TIMES


def right(clamped: Clamped, values: list[int], mask: int) -> int:
    """The trials that give what is wanted and nothing that is forbidden, given all nets."""
    good = _all_of(clamped.wanted, values, mask)
    for combination in clamped.forbidden:
        good &= mask ^ _all_of(combination, values, mask)
    return good


def _all_of(bits: tuple[tuple[Literal, int], ...], values: list[int], mask: int) -> int:
    """The trials in which every literal has its value."""
    trials = mask
    for literal, value in bits:
        word = word_of(literal, values, mask)
        trials &= word if value else word ^ mask
    return trials


def _ones(word: int) -> list[int]:
    data = np.frombuffer(word.to_bytes(-(-word.bit_length() // 8), "little"), dtype=np.uint8)
    lanes: list[int] = np.flatnonzero(np.unpackbits(data, bitorder="little")).tolist()
    return lanes


def _answers(
    design: Design, values: list[int], mask: int, lanes: list[int], energies: list[int]
) -> dict[tuple[int, ...], tuple[int, int]]:
    if not lanes:
        return {}
    ports = design.netlist.ports
    words = [word_of(bit, values, mask) for port in ports for bit in port.bits]
    found = _counted(decode_lanes(words, lanes, False), energies)
    return dict(zip(_split(list(found), ports), found.values(), strict=True))


def _counted(wholes: list[int], energies: list[int]) -> dict[int, tuple[int, int]]:
    """How often each number is there, in the order of their first, and the lowest energy of it."""
    if not any(energies):
        return {whole: (reads, 0) for whole, reads in Counter(wholes).items()}
    found: dict[int, tuple[int, int]] = {}
    for whole, energy in zip(wholes, energies, strict=True):
        reads, lowest = found.get(whole, (0, energy))
        found[whole] = (reads + 1, min(lowest, energy))
    return found


def _split(wholes: list[int], ports: Sequence[Port]) -> Iterator[tuple[int, ...]]:
    """The values of all ports in order, of numbers that have their bits one after another."""
    bits = sum(len(port.bits) for port in ports)
    narrow = bits <= MOST_ROWS and len(wholes) > FEW_LANES
    rows = _bits_of(wholes, bits) if narrow else np.zeros((0, 0), dtype=np.uint8)
    columns: list[list[int]] = []
    start = 0
    for port in ports:
        width = len(port.bits)
        if narrow and width == 1 and not port.signed:
            columns.append(rows[start].tolist())
        elif narrow and width < WIDE:
            weights = np.int64(1) << np.arange(width)
            column = weights @ rows[start : start + width].astype(np.int64)
            if port.signed:
                column -= rows[start + width - 1].astype(np.int64) << width
            columns.append(column.tolist())
        else:
            part = (1 << width) - 1
            values = [whole >> start & part for whole in wholes]
            columns.append([_signed(value, width, port.signed) for value in values])
        start += width
    return zip(*columns, strict=True) if columns else iter([()] * len(wholes))


def _bits_of(wholes: list[int], bits: int) -> npt.NDArray[np.uint8]:
    """Numbers as a row for each of their bits. Shape (bits, numbers)."""
    size = -(-bits // 8)
    data = b"".join(whole.to_bytes(size, "little") for whole in wholes)
    packed = np.frombuffer(data, dtype=np.uint8).reshape(-1, size)
    return np.ascontiguousarray(np.unpackbits(packed, axis=1, bitorder="little")[:, :bits].T)


def decode_lanes(words: list[int], lanes: list[int], signed: bool) -> list[int]:
    """The value of a port in each of some replicas, of words with a bit for each replica.

    Equals `invc.design.decode` of the bits of each; ports of thousands of bits are turned over in
    slices that bound the memory.
    """
    if len(lanes) <= FEW_LANES:
        values = [sum((word >> lane & 1) << k for k, word in enumerate(words)) for lane in lanes]
        return [_signed(value, len(words), signed) for value in values]
    size = max(max(lanes) + 1, *(word.bit_length() for word in words)) // 8 + 1
    parts = []
    for start in range(0, len(words), MOST_ROWS):
        rows = words[start : start + MOST_ROWS]
        data = b"".join(word.to_bytes(size, "little") for word in rows)
        packed = np.frombuffer(data, dtype=np.uint8).reshape(len(rows), -1)
        bits = np.unpackbits(packed, axis=1, bitorder="little")[:, lanes]
        parts.append(np.packbits(bits, axis=0, bitorder="little").T)
    values = _numbers(np.concatenate(parts, axis=1))
    return [_signed(value, len(words), True) for value in values] if signed else values


def _numbers(rows: npt.NDArray[np.uint8]) -> list[int]:
    """The number in the bytes of each row, the lowest first."""
    count, size = rows.shape
    if size > NUMBER:
        return [int.from_bytes(row.tobytes(), "little") for row in rows]
    padded = np.zeros((count, NUMBER), dtype=np.uint8)
    padded[:, :size] = rows
    numbers: list[int] = padded.view("<u8")[:, 0].tolist()
    return numbers


def _signed(value: int, width: int, signed: bool) -> int:
    return value - (1 << width) if signed and value >> (width - 1) else value


def energies_of(design: Design, view: View, lanes: list[int], meter: Meter | None) -> list[int]:
    """Energies of some replicas, in slices that bound the memory."""
    if meter is None and len(lanes) * design.model.spins > METERED:
        meter = compile_meter(design.model, np.zeros(design.model.spins, dtype=np.int8))
    if meter is not None and lanes:
        metered: list[int] = view.energies(meter)[lanes].tolist()
        return metered
    energies: list[int] = []
    size = max(1, MOST_ENERGIES // max(1, design.model.spins))
    for start in range(0, len(lanes), size):
        spins = _spins(view.fetch(), lanes[start : start + size])
        energies += design.model.energies(spins).tolist()
    return energies


def _nearest(design: Design, view: View, lanes: list[int], meter: Meter | None) -> Near | None:
    """The first of the replicas whose energy is lowest."""
    if not lanes:
        return None
    energies = energies_of(design, view, lanes, meter)
    lowest = min(energies)
    return Near(lowest, _spins(view.fetch(), [lanes[energies.index(lowest)]])[0])


def _spins(state: UInt64, lanes: list[int]) -> npt.NDArray[np.int8]:
    """States of some replicas as spins -1 and +1. Shape (lanes, spins)."""
    chosen = np.array(lanes, dtype=np.int64)
    bits = (state[:, chosen >> 6] >> (chosen & 63).astype(np.uint64)) & np.uint64(1)
    return 2 * bits.T.astype(np.int8) - 1


def replicas(state: UInt64, reads: int) -> npt.NDArray[np.int8]:
    """States of the first replicas as spins -1 and +1. Shape (reads, spins)."""
    bits = bits_of(state)[:, :reads].T.astype(np.int8)
    return 2 * bits - 1
