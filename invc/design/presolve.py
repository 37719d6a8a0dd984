"""What follows from clamps before any sampling: unit propagation and overruled spins."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from invc.design.clamps import Clamp
from invc.design.design import Design
from invc.ising.model import Int8
from invc.netlist import Function, Literal


class Contradiction(Exception):
    """The clamps cannot hold all at once; the text says where that shows."""


@dataclass(frozen=True, eq=False)
class Clamped:
    """What is known before sampling.

    Attributes:
        values: -1 or +1 for each spin that is clamped or follows from clamps, 0 for a free
            spin. Shape (spins,), int8.
        wanted: The clamped literals with their values, 0 or 1: what an answer must satisfy.
        forbidden: Combinations of literals with values: an answer has none of them as a whole.
    """

    values: Int8
    wanted: tuple[tuple[Literal, int], ...]
    forbidden: tuple[tuple[tuple[Literal, int], ...], ...] = ()

    @property
    def free(self) -> int:
        """Number of spins left to sample."""
        return int(np.count_nonzero(self.values == 0))


def presolve(
    design: Design,
    clamps: Iterable[Clamp],
    forbidden: Iterable[Iterable[Clamp]] = (),
    *,
    fold: bool = True,
) -> Clamped:
    """Hold the clamped spins and every spin whose value follows from them.

    Two rules, until neither finds more: a gate whose known pins leave a pin one value fixes it,
    and a spin whose bias outweighs all its free couplings, |h_i| > sum_j |J_ij|, has one value
    in every ground state. Neither loses an answer. A forbidden combination fixes nothing: reads
    that have it are no answers.

    Args:
        design: What is sampled.
        clamps: The bits that are held.
        forbidden: Combinations of bits.
        fold: Whether what follows from the clamps is held too; else it is left to the p-bits, as
            in a circuit, which cannot know before it runs what will be held.

    Raises:
        Contradiction: No state satisfies the gates and the clamps.
    """
    clamps = tuple(clamps)
    known = _Known(design)
    for clamp in clamps:
        if not known.fix(clamp.literal, clamp.value):
            raise Contradiction(f"{clamp.name} cannot be {clamp.value}")
    held = known.values.copy()
    known.propagate()
    while known.overrule():
        known.propagate()
    values = known.values if fold else held
    wanted = dict.fromkeys((clamp.literal, clamp.value) for clamp in clamps)
    left_out = [tuple((clamp.literal, clamp.value) for clamp in bits) for bits in forbidden]
    return Clamped(values, tuple(wanted), tuple(left_out))


@dataclass(eq=False)
class _Known:
    """Values so far, and the gates and spins that a new value may tell something."""

    design: Design
    values: Int8 = field(init=False)
    fresh: deque[int] = field(default_factory=deque)  # spins whose gates are to be looked at
    settled: list[int] = field(default_factory=list)  # spins fixed since the last overrule

    def __post_init__(self) -> None:
        self.values = np.zeros(self.design.model.spins, dtype=np.int8)
        self.start, self.readers = _gates_of_nets(self.design)

    def value(self, lit: Literal) -> int | None:
        if lit < 2:
            return lit
        m = self.values[(lit >> 1) - 1]
        return None if m == 0 else int(m > 0) ^ (lit & 1)

    def fix(self, lit: Literal, value: int) -> bool:
        """Give a literal a value; False if it has the other one."""
        known = self.value(lit)
        if known is not None:
            return known == value
        spin = (lit >> 1) - 1
        self.values[spin] = 1 if value ^ (lit & 1) else -1
        self.fresh.append(spin)
        self.settled.append(spin)
        return True

    def propagate(self) -> None:
        gates = self.design.netlist.gates
        while self.fresh:
            spin = self.fresh.popleft()
            if spin >= self.design.netlist.net_count:
                continue
            for k in self.readers[self.start[spin] : self.start[spin + 1]]:
                gate = gates[k]
                mask = word = 0
                for i, pin in enumerate(gate.pins):
                    value = self.value(pin)
                    if value is not None:
                        mask |= 1 << i
                        word |= value << i
                implied = _implied(gate.function, mask, word)
                ok = implied is not None
                for i, value in implied or ():
                    ok = ok and self.fix(gate.pins[i], value)
                if not ok:
                    net = self.design.netlist.names[gate.outputs[0] >> 1]
                    place = f" ({gate.source})" if gate.source else ""
                    raise Contradiction(
                        f"the {gate.function.name} that drives {net!r}{place} cannot be satisfied"
                    )

    def overrule(self) -> bool:
        """Fix spins whose field has one sign whatever their free neighbours do."""
        model = self.design.model
        start, neighbour, coupling = model.neighbours
        if not self.settled:
            return False
        touched: set[int] = set()
        for spin in self.settled:
            touched.update(neighbour[start[spin] : start[spin + 1]].tolist())
        self.settled = []
        for spin in sorted(touched):
            if self.values[spin]:
                continue
            row = slice(start[spin], start[spin + 1])
            m = self.values[neighbour[row]]
            J = coupling[row].astype(np.int64)
            field = int(model.h[spin]) + int(J @ m)
            if abs(field) > int(np.abs(J[m == 0]).sum()):
                self.fix(2 * (spin + 1), int(field > 0))
        return bool(self.settled)


@lru_cache(maxsize=1 << 16)
def _implied(function: Function, mask: int, word: int) -> tuple[tuple[int, int], ...] | None:
    """Pins that the known ones (mask, word over pins) force, or None if no row is left."""
    pins = len(function.pins)
    ones, zeros, any_row = (1 << pins) - 1, (1 << pins) - 1, False
    for row in function.rows:
        if (row ^ word) & mask == 0:
            any_row = True
            ones &= row
            zeros &= ~row
    if not any_row:
        return None
    free = [i for i in range(pins) if not mask >> i & 1]
    return tuple((i, ones >> i & 1) for i in free if (ones | zeros) >> i & 1)


def _gates_of_nets(design: Design) -> tuple[npt.NDArray[np.int64], list[int]]:
    """Compressed rows: the gates on net k + 1 are gates[start[k]:start[k + 1]]."""
    count = [len(gate.pins) for gate in design.netlist.gates]
    gate = np.repeat(np.arange(len(count)), count)
    pins = [pin for gate in design.netlist.gates for pin in gate.pins]
    net = np.array(pins, dtype=np.int64) >> 1
    order = np.argsort(net, kind="stable")
    net, gate = net[order], gate[order]
    start = np.searchsorted(net, np.arange(1, design.netlist.net_count + 2))
    return start, gate.tolist()
