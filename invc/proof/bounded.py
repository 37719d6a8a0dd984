"""A clocked design asked cycle by cycle: the earliest cycle in which something holds, or never.

The gates of a cycle become clauses when that cycle is asked, in a solver that keeps what it learned
of the cycles before. By induction over k cycles a property that no bound reaches is proven for all
time: it holds in the first k cycles, and k cycles in which it holds, whatever state they began in,
are followed by one in which it holds (Sheeran, Singh and Stålmarck, FMCAD 2000, without their
condition that states differ).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from invc.design import Clamp, Contradiction, Design, presolve
from invc.design.frames import AT
from invc.netlist import Gate, Netlist
from invc.proof.formula import block, gate_clauses, known_nets
from invc.proof.sat import Clock, Solver, solver

Target = Sequence[Sequence[Clamp]]  # for each cycle the bits that would be held in it


def net_cycles(netlist: Netlist) -> list[int]:
    """For each net the last cycle whose inputs it depends on; 0 for what stands at the start."""
    cycles = [0] * len(netlist.names)
    for port in netlist.inputs:
        _, _, cycle = port.name.rpartition(AT)
        if cycle.isdecimal():
            for bit in port.bits:
                cycles[bit >> 1] = int(cycle)
    for gate in netlist.gates:
        latest = max((cycles[pin >> 1] for pin in gate.inputs), default=0)
        for pin in gate.outputs:
            cycles[pin >> 1] = latest
    return cycles


class Growing:
    """A solver that gets to know a design cycle by cycle.

    Attributes:
        known: Nets that have one value in every answer, with that value.
    """

    def __init__(
        self,
        design: Design,
        clamps: Iterable[Clamp],
        forbidden: Iterable[Sequence[Clamp]],
        sat: Solver,
    ) -> None:
        """Presolve the clamps.

        Raises:
            Contradiction: They cannot hold.
        """
        netlist = design.netlist
        self.known = known_nets(presolve(design, clamps), netlist)
        self.cycles = net_cycles(netlist)
        self.drivers = {pin >> 1: gate for gate in netlist.gates for pin in gate.outputs}
        self.sat = sat
        self.needed: set[int] = set()
        self.held = deque(sorted(self._constraining(netlist.gates), key=lambda item: item[0]))
        self.blocks = [
            clause
            for bits in forbidden
            if (clause := block([(b.literal, b.value) for b in bits], self.known)) is not None
        ]

    def _constraining(self, gates: Iterable[Gate]) -> Iterable[tuple[int, Gate]]:
        """Gates whose outputs are known: these hold inputs to something."""
        for gate in gates:
            nets = [pin >> 1 for pin in gate.outputs]
            if any(net in self.known for net in nets):
                yield max(self.cycles[net] for net in nets), gate

    def grow(self, cycle: int) -> None:
        """Hold what is held in the cycles up to this one."""
        while self.held and self.held[0][0] <= cycle:
            _, gate = self.held.popleft()
            self._say(gate)

    def finish(self) -> None:
        """Hold everything, and leave out what is forbidden."""
        self.grow(len(self.cycles))
        for clause in self.blocks:
            self.need(abs(variable) for variable in clause)
            self.sat.add(clause)
        self.blocks = []

    def need(self, nets: Iterable[int]) -> None:
        """See that the solver knows what nets depend on."""
        waiting = [net for net in nets if net not in self.needed]
        while waiting:
            net = waiting.pop()
            if net in self.needed:
                continue
            self.needed.add(net)
            if net in self.drivers:
                waiting += self._clauses(self.drivers[net])

    def _say(self, gate: Gate) -> None:
        self.need(self._clauses(gate))

    def _clauses(self, gate: Gate) -> list[int]:
        """Give the solver a gate's clauses; the nets in them."""
        clauses = gate_clauses(gate, self.known, self.needed)
        for clause in clauses:
            self.sat.add(clause)
        return [abs(variable) for clause in clauses for variable in clause]

    def literals(self, bits: Iterable[Clamp]) -> list[int] | None:
        """What the solver would have to assume to hold bits; None where they cannot be held."""
        found: list[int] = []
        for bit in bits:
            net, wanted = bit.literal >> 1, bit.value ^ (bit.literal & 1)
            have = self.known.get(net) if net else 0
            if have is None:
                found.append(net if wanted else -net)
            elif have != wanted:
                return None
        return found

    def model(self, bits: Iterable[Clamp], clock: Clock) -> set[int] | None:
        """A model in which bits are held, of what the solver knows by now.

        Raises:
            TimeoutError: The clock stopped it.
        """
        assumed = self.literals(bits)
        if assumed is None:
            return None
        self.need(abs(literal) for literal in assumed)
        return self.sat.model(clock, assumed)

    def trace(self, bits: Iterable[Clamp], cycle: int, clock: Clock) -> set[int] | None:
        """A model of all cycles in which bits of one are held, once there is one up to it.

        Raises:
            TimeoutError: The clock stopped it.
        """
        bits = tuple(bits)
        self.grow(cycle)
        if self.model(bits, clock) is None:
            return None
        self.finish()
        return self.model(bits, clock)

    def ended(self, refuted: int, **found: Any) -> Reached:  # noqa: ANN401 - as `Reached`
        """What was found, with the size of what was asked."""
        variables = len(self.needed - self.known.keys())
        reached = Reached(refuted, known=self.known, **found)
        return replace(reached, variables=variables, clauses=self.sat.clauses)

    def exclude(self, bits: Iterable[Clamp]) -> None:
        """From now on these bits are not all held."""
        assumed = self.literals(bits)
        if assumed is not None:
            self.need(abs(literal) for literal in assumed)
            self.sat.add([-literal for literal in assumed])


@dataclass(frozen=True)
class Reached:
    """What a search over cycles ended in.

    Attributes:
        refuted: So many cycles were shown not to reach the target.
        cycle: The first cycle in which it holds, None where none was found.
        model: Literals that are true in such a trace.
        known: Nets with one value in every trace, with that value.
        open: Whether it ended before it knew.
        whole: Whether the target never holds, by induction over `refuted` cycles.
        variables: Nets that the solver had to decide about.
        clauses: Clauses between them.
    """

    refuted: int
    cycle: int | None = None
    model: frozenset[int] = frozenset()
    known: Mapping[int, int] = field(default_factory=dict)
    open: bool = False
    whole: bool = False
    variables: int = 0
    clauses: int = 0


@dataclass(frozen=True)
class Asked:
    """A question over cycles.

    Attributes:
        design: One that was unrolled.
        clamps: What is held.
        target: For each cycle, what is to hold in it.
        forbidden: Combinations of bits that no trace has.
        start: For induction, what registers begin with; the design leaves all of them free.
        always: For induction, those of the clamps that are held in every cycle.
    """

    design: Design
    clamps: tuple[Clamp, ...]
    target: Target
    forbidden: tuple[Sequence[Clamp], ...] = ()
    start: tuple[Clamp, ...] = ()
    always: tuple[Clamp, ...] = ()


def search(asked: Asked, clock: Clock) -> Reached:
    """The first cycle in which the target holds, in a trace of all cycles."""
    with solver(()) as sat:
        try:
            growing = Growing(asked.design, asked.clamps, asked.forbidden, sat)
        except Contradiction:
            return Reached(len(asked.target))
        for cycle, bits in enumerate(asked.target):
            try:
                model = growing.trace(bits, cycle, clock)
            except TimeoutError:
                return growing.ended(cycle, open=True)
            if model is not None:
                return growing.ended(cycle, cycle=cycle, model=frozenset(model))
            growing.exclude(bits)
        return growing.ended(len(asked.target))


def induct(asked: Asked, clock: Clock) -> Reached:
    """Whether the target never holds, by induction over as many cycles as that takes.

    Where the cycles of the design are too few, it is open.
    """
    with solver(()) as base, solver(()) as step:
        try:
            first = Growing(asked.design, (*asked.clamps, *asked.start), asked.forbidden, base)
            other = Growing(asked.design, asked.always, (), step)
        except Contradiction:
            return Reached(len(asked.target))
        for cycle, bits in enumerate(asked.target):
            try:
                model = first.trace(bits, cycle, clock)
                if model is not None:
                    return first.ended(cycle, cycle=cycle, model=frozenset(model))
                other.grow(cycle)
                if other.model(bits, clock) is None:
                    return other.ended(cycle + 1, whole=True)
            except TimeoutError:
                return first.ended(cycle, open=True)
            first.exclude(bits)
            other.exclude(bits)
        return first.ended(len(asked.target), open=True)
