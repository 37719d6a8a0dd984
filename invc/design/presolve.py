"""What follows from clamps before any sampling: unit propagation and overruled spins."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from invc.design.clamps import Clamp
from invc.design.design import Design
from invc.design.pins import gates_of
from invc.design.split import Split, split_gates
from invc.ising.model import Int8, Int64
from invc.netlist import Literal


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
        split: The model of the question where gates became clauses, see `split_gates`.
    """

    values: Int8
    wanted: tuple[tuple[Literal, int], ...]
    forbidden: tuple[tuple[tuple[Literal, int], ...], ...] = ()
    split: Split | None = None

    @property
    def free(self) -> int:
        """Number of spins left to sample."""
        free = int(np.count_nonzero(self.values == 0))
        return free - len(self.split.left) if self.split else free


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
    in every ground state. Neither loses an answer. Then gates that are no more than clauses of two
    literals lose their ancillas, see `split_gates`. A forbidden combination fixes nothing: reads
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
    values = known.values.copy() if fold else held
    split = split_gates(design, values, known.pins) if fold else None
    wanted = dict.fromkeys((clamp.literal, clamp.value) for clamp in clamps)
    left_out = [tuple((clamp.literal, clamp.value) for clamp in bits) for bits in forbidden]
    return Clamped(values, tuple(wanted), tuple(left_out), split)


class _Known:
    """Values so far, and the gates and spins that a new value may tell something.

    Attributes:
        values: -1, 0 or +1 of each spin. Shape (spins,).
        pins: What is known of the pins of each gate.
    """

    def __init__(self, design: Design) -> None:
        self.design = design
        self.gates = gates_of(design)
        self._values = bytearray(design.model.spins)
        self.values: Int8 = np.frombuffer(self._values, dtype=np.int8)  # the same memory
        self.pins = self.gates.first.copy()
        self._fresh: deque[int] = deque()  # spins whose gates are to be looked at
        self._settled: list[int] = []  # spins fixed since the last overrule

    def fix(self, lit: Literal, value: int) -> bool:
        """Give a literal a value; False if it has the other one."""
        if lit < 2:
            return lit == value
        spin, up = (lit >> 1) - 1, value ^ (lit & 1)
        known = self._values[spin]
        if known:
            return (known == 1) == up
        self._values[spin] = 1 if up else 0xFF
        self._settled.append(spin)
        if spin < len(self.gates.on):
            self._fresh.append(spin)
            for gate, pins in self.gates.told[up][spin]:
                self.pins[gate] |= pins
        return True

    def propagate(self) -> None:
        """Fix what known pins of gates imply.

        Raises:
            Contradiction: A gate cannot be satisfied.
        """
        fresh, on, pins, implied = self._fresh, self.gates.on, self.pins, self.gates.implied
        gates = self.design.netlist.gates
        seen: dict[int, int] = {}
        while fresh:
            for gate in on[fresh.popleft()]:
                known = pins[gate]
                if seen.get(gate) == known:
                    continue
                found = implied[gate][known]
                if found is None:
                    raise self._contradiction(gate)
                # What follows from pins implies no more, unless two of them are one net.
                forced, seen[gate] = found
                gate_pins = gates[gate].pins
                for i, value in forced:
                    if not self.fix(gate_pins[i], value):
                        raise self._contradiction(gate)

    def _contradiction(self, gate: int) -> Contradiction:
        function, pins, source = self.design.netlist.gates[gate]
        netlist, net = self.design.netlist, pins[len(function.inputs)] >> 1
        label = netlist.labels[net]
        shown = repr(label) if label == netlist.names[net] else label
        place = f" ({source})" if source else ""
        return Contradiction(f"the {function.name} that drives {shown}{place} cannot be satisfied")

    def overrule(self) -> bool:
        """Fix spins whose field has one sign whatever their free neighbours do."""
        if not self._settled or 0 not in self._values:
            return False
        start, neighbour, coupling = self.design.model.neighbours
        settled = np.array(self._settled, dtype=np.int64)
        self._settled = []
        touched = np.unique(neighbour[entries_of(start, settled)])
        touched = touched[self.values[touched] == 0]
        entry = entries_of(start, touched)
        m, J = self.values[neighbour[entry]], coupling[entry].astype(np.int64)
        ends = np.cumsum(start[touched + 1] - start[touched])
        field = self.design.model.h[touched].astype(np.int64) + _sums(J * m, ends)
        sure = np.abs(field) > _sums(np.abs(J) * (m == 0), ends)
        for spin, up in zip(touched[sure].tolist(), (field[sure] > 0).tolist(), strict=True):
            self.fix(2 * (spin + 1), int(up))
        return bool(self._settled)


def entries_of(start: Int64, rows: Int64) -> Int64:
    """The places of some compressed rows, one row after the other."""
    count = start[rows + 1] - start[rows]
    before = np.cumsum(count) - count
    places: Int64 = np.arange(int(count.sum())) + np.repeat(start[rows] - before, count)
    return places


def _sums(terms: Int64, ends: Int64) -> Int64:
    """The sums of some terms, those of each row up to its end."""
    upto = np.concatenate([[0], np.cumsum(terms)])[ends]
    sums: Int64 = np.diff(upto, prepend=0)
    return sums
